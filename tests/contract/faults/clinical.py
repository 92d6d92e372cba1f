"""A made-up clinical schema before a service without one: for a control, and for the faults of clinical tables.

Law: the tables are invented; only the shapes are those of the document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, fault, is_json, last, operation, refused, reply, with_content

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

TABLES: dict[str, tuple[str, list[tuple[str, str]], list[dict[str, Any]]]] = {
    "nlst_canc": ("nlst", [("dicom_patient_id", "VARCHAR"), ("age", "BIGINT"), ("weight", "DOUBLE")],
                  [{"dicom_patient_id": f"{n}", "age": 50 + n, "weight": n / 2 or None} for n in range(5)]),
    "nlst_prsn": ("nlst", [("dicom_patient_id", "VARCHAR"), ("smoked", "BOOLEAN")],
                  [{"dicom_patient_id": "0", "smoked": True}]),
    "tcga_read_clinical": ("tcga_read", [("dicom_patient_id", "VARCHAR"), ("stage", "VARCHAR")],
                           [{"dicom_patient_id": f"p{n}", "stage": None} for n in range(3)]),
}  # fmt: skip
"""Short name -> collection, columns with types, rows."""
INDEX = {"name": "clinical_index", "description": "The clinical tables.", "column_count": 1}
COLUMNS = [{"name": "table_name", "type": "VARCHAR", "description": ""}]
MOST = 5000


def _listed(name: str) -> dict[str, Any]:
    collection, columns, _ = TABLES[name]
    return {"table_name": name, "sql_path": f"clinical.{name}", "collection_id": collection,
            "column_count": len(columns), "description": ""}  # fmt: skip


def _described(name: str) -> dict[str, Any]:
    columns = [{"name": column, "type": kind, "description": ""} for column, kind in TABLES[name][1]]
    return {"name": f"clinical.{name}", "description": "", "columns": columns}


def _rows(name: str, most: int) -> dict[str, Any]:
    _, columns, rows = TABLES[name]
    shown = rows[:most]
    return {"columns": [column for column, _ in columns], "rows": shown, "row_count": len(shown),
            "truncated": len(rows) > most, "max_rows": most}  # fmt: skip


async def with_clinical_tables(request: Request, forward: Serve) -> Answer:
    """v3 of a build that has clinical tables."""
    name, body = last(request), request.json() if request.body else None
    match operation(request):
        case "getClinicalTables":
            wanted = request.query.get("collection_id")
            listed = sorted((_listed(one) for one in TABLES), key=lambda one: (one["collection_id"], one["table_name"]))
            return reply(request, 200, {"tables": [o for o in listed if wanted in (None, o["collection_id"])]})
        case "getClinicalTable":
            return reply(request, 200, _described(name)) if name in TABLES else _none(request, name)
        case "getClinicalTableRows":
            name = request.path.split("/")[-2]
            answer = await forward(request)
            most = request.query.get("max_rows", f"{MOST}")
            if answer.status == 422 or name not in TABLES:
                return answer if answer.status == 422 else _none(request, name)
            return reply(request, 200, _rows(name, int(most)))
        case "getTable" if name == INDEX["name"]:
            return reply(request, 200, {"name": name, "description": INDEX["description"], "columns": COLUMNS})
        case "runSql" if isinstance(body, dict) and "clinical." in str(body.get("sql")):
            return await _sql(request, forward, str(body["sql"]))
        case "getTables":
            answer = await forward(request)
            content = answer.json() if is_json(answer) else {"tables": []}
            notable = {"notable_columns": ["table_name"]} if "notable_columns" in content["tables"][0] else {}
            return with_content(answer, {**content, "tables": [*content["tables"], INDEX | notable]})
    return await forward(request)


def _none(request: Request, name: str) -> Answer:
    return refused(request, 404, f"There is no clinical table {name[:80]!r}.", "not_found")


async def _sql(request: Request, forward: Serve, sql: str) -> Answer:
    """The statement with values in place of the tables that it names."""

    def values(found: re.Match[str]) -> str:
        _, columns, rows = TABLES[found[1]]
        shown = [", ".join(f"{_literal(row[name])}::{kind}" for name, kind in columns) for row in rows]
        names = ", ".join(f'"{name}"' for name, _ in columns)
        return f"(SELECT * FROM (VALUES {', '.join(f'({each})' for each in shown)}) AS t({names}))"

    body = request.json()
    return await forward(request.with_json(body | {"sql": re.sub(rf"clinical\.({'|'.join(TABLES)})\b", values, sql)}))


def _literal(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'"


# --- faults ----------------------------------------------------------------------------------------------------------


@fault("v3", "clinical")
async def clinical_rows_lost(request: Request, forward: Serve) -> Answer:
    """The last row of a clinical table is lost, and it is not said that there are more."""
    answer = await with_clinical_tables(request, forward)
    if operation(request) != "getClinicalTableRows" or answer.status != 200:
        return answer
    content = answer.json()
    rows = content["rows"][:-1]
    return with_content(answer, content | {"rows": rows, "row_count": len(rows), "truncated": False})


@fault("v3", "clinical")
async def clinical_values_as_text(request: Request, forward: Serve) -> Answer:
    """Values of clinical tables are text, whatever their types."""
    answer = await with_clinical_tables(request, forward)
    if operation(request) != "getClinicalTableRows" or answer.status != 200:
        return answer
    content = answer.json()
    rows = [{name: None if v is None else str(v) for name, v in row.items()} for row in content["rows"]]
    return with_content(answer, content | {"rows": rows})


@fault("v3", "clinical")
async def clinical_tables_of_all_collections(request: Request, forward: Serve) -> Answer:
    """The clinical tables of one collection are those of all."""
    wanted = operation(request) == "getClinicalTables"
    return await with_clinical_tables(request.with_query(collection_id=None) if wanted else request, forward)


@altered("v3", "clinical", "getClinicalTables", status=404)
def clinical_tables_missing_as_empty(content: Any, _: Request) -> None:
    """A build without clinical tables refuses with another code."""
    content["error"]["code"] = "no_tables"
