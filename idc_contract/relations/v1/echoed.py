"""The cohort in answers: its filters, and their SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from idc_contract.calls import Broken
from idc_contract.oracle.v1_sql import PREFIX, wrongly_selected
from idc_contract.relations.relation import holds, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = {
    "Collection_ID": "collection_id", "Patient_ID": "PatientID", "Source_DOI": "source_DOI",
    "CRDC_Study_GUID": "crdc_study_uuid", "CRDC_Series_GUID": "crdc_series_uuid",
    "CRDC_Instance_GUID": "crdc_instance_uuid", "GCS_URL": "gcs_url",
}  # fmt: skip
RANGED = ("_lt", "_lte", "_btw", "_gte", "_gt")
CUT_OFF = ("Surface_area_of", "Total_Lesion", "Standardized_Added_Metabolic", "Internal", "Lobular", "Subtlety")
"""Fields whose names the service shortened; the names of their columns are not defined."""


def alike(reported: Mapping[str, Sequence[Any]], sent: Mapping[str, Sequence[Any]], what: str) -> None:
    """Filters are repeated as sent; numbers may come as text."""
    same(sorted(reported), sorted(sent), what)
    for name, wanted in sent.items():
        found = reported[name]
        holds(len(found) == len(wanted), what, f"{what}: {name}: {found} and not {wanted}")
        for a, b in zip(found, wanted, strict=True):
            if isinstance(b, str) or not isinstance(a, str):
                same(a, b, f"{what}: {name}")
            else:
                same(float(a), float(b), f"{what}: {name}")


def normal(filter_set: Mapping[str, Any]) -> dict[str, Any]:
    """A filter set with collections in their normal form."""
    reported = dict(filter_set["filters"])
    if "collection_id" in reported:
        reported["collection_id"] = [
            v if v == "None" else v.lower().replace("-", "_") for v in reported["collection_id"]
        ]
    return {**filter_set, "filters": reported}


def check_sql(sql: str, names: Sequence[str], filters: Mapping[str, Sequence[Any]], version: str) -> exp.Select:
    """The SQL is one BigQuery query of the version's tables, for the columns chosen and all values wanted.

    It is run over rows made up for the filters, and selects those that the filters mean.
    """
    text = sql.strip()
    holds(text.startswith("#standardSQL"), "SQL is standard SQL", f"it begins with {text[:30]!r}")
    try:
        statements = sqlglot.parse(text.removeprefix("#standardSQL"), dialect="bigquery")
    except sqlglot.errors.SqlglotError as error:
        raise Broken("SQL can be read", f"{error}: {text[:500]}") from error
    holds(len(statements) == 1 and isinstance(statements[0], exp.Select), "SQL is one query", text[:500])
    tree: Any = statements[0]
    chosen = [COLUMNS.get(name, name) for name in names if name not in CUT_OFF]
    selected = [each.output_name for each in tree.expressions]
    holds(set(chosen) <= set(selected), "SQL selects what was asked for", f"{selected} and not {chosen}")
    release = version.partition(".")[0]
    tables = [f"{table.db}.{table.name}" for table in tree.find_all(exp.Table)]
    holds(tables and all(f"v{release}" in table for table in tables), "SQL is of the version", f"{tables}")
    mentioned = {column.name for column in tree.find_all(exp.Column)}
    literals = [literal.this.replace("\\\\", "\\").lower() for literal in tree.find_all(exp.Literal)]
    numbers = {float(literal.this) for literal in tree.find_all(exp.Literal) if not literal.is_string}
    for name, wanted in filters.items():
        suffix = next((end for end in RANGED if name.endswith(end)), "")
        holds(name.removesuffix(suffix) in mentioned, "SQL tests every attribute", f"{name}: {text[:800]}")
        for value in wanted:
            if not isinstance(value, str):
                holds(abs(value) in numbers, "SQL names every number", f"{name} {value}: {text[:800]}")
            elif value != "None":
                expected = value.replace("-", "_") if name == "collection_id" else value.removeprefix(PREFIX)
                good = any(expected.replace("\\\\", "\\").lower() in literal for literal in literals)
                holds(good, "SQL names every value", f"{name} {value}: {text[:800]}")
    limited = tree.args.get("limit") or tree.args.get("offset")
    holds(not limited, "SQL selects all rows", f"{limited}: {text[-300:]}")
    compared = {column(name): column(name) for name in names if name not in CUT_OFF}
    wrong = wrongly_selected(tree, compared, filters)
    holds(not wrong, "SQL selects what the filters mean", f"{wrong}: {text[:1500]}")
    select: exp.Select = tree
    return select


def column(name: str) -> str:
    """The name in SQL of a column of manifests or a field of queries."""
    return COLUMNS.get(name, name)
