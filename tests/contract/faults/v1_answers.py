"""The places of cohorts, rows and numbers in v1's requests and answers."""

from __future__ import annotations

from typing import Any

from idc_contract.calls import Request

MANIFESTS = ("previewManifest", "getCohortManifest")
QUERIES = ("previewQuery", "queryCohort")
PREVIEWS = ("previewManifest", "previewQuery")
SAVED = ("getCohortManifest", "queryCohort")
PAGED = (*MANIFESTS, *QUERIES, "getDicomMetadata")
COLUMNS = (
    "Collection_ID", "Patient_ID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "Source_DOI",
    "CRDC_Study_GUID", "CRDC_Series_GUID", "CRDC_Instance_GUID", "GCS_URL",
)  # fmt: skip


def results(content: Any) -> dict[str, Any]:
    """The object that holds the rows and their numbers."""
    found: dict[str, Any] = content["manifest"] if "manifest" in content else content["query_results"]
    return found


def rows(content: Any) -> list[dict[str, Any]]:
    """The rows of a page, which may be changed in place."""
    found = results(content)
    listed: list[dict[str, Any]] = found["json_manifest"] if "json_manifest" in found else found["json"]
    return listed


def recount(content: Any) -> None:
    """Update the number of rows."""
    results(content)["rowsReturned"] = len(rows(content))


def echo_of(content: Any) -> dict[str, Any]:
    """The cohort in an answer; empty on later pages."""
    found: dict[str, Any] = content.get("cohort_def") or content.get("cohort") or content.get("cohort_properties") or {}
    return found


def spec_of(source: Request | Any) -> dict[str, Any]:
    """The cohort that a request, or its body, defines; of a body, to be changed in place. Empty if it is none."""
    body = source.json() if isinstance(source, Request) else source
    spec = body.get("cohort_def", body) if isinstance(body, dict) else None
    return spec if isinstance(spec, dict) else {}
