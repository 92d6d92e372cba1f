"""Pages as v1 sends them, and the cohort of the 2021 notebook."""

from typing import Any

import httpx

from idc_ext import Rows, connect, v1
from tests.support.standin_process import NOWHERE

NOTEBOOK = {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]}
SPEC = v1.cohort("testcohort", "Test description", NOTEBOOK)


def manifest_page(*rows: Any, **other: Any) -> dict[str, Any]:
    table = {"json_manifest": list(rows), "rowsReturned": len(rows), "totalFound": len(rows)}
    return {"code": 200, "cohort": {}, "manifest": table, "next_page": "", **other}


def query_page(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    table = {"json": list(rows), "rowsReturned": len(rows), "totalFound": len(rows)}
    return {"code": 200, "query_results": table, "next_page": "", **other}


def query_rows(rows: list[dict[str, Any]]) -> Rows[Any]:
    """The rows of a query that a service answers with these, on one page."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=query_page(*rows)))
    spec = v1.cohort("n", "d", {"race": ["ASIAN"]})
    return v1.preview_query(connect(NOWHERE, transport=transport), spec, ["PatientID", "Modality"])
