"""v3: the service, the archive's totals, collections, analysis results, attributes, tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.calls import Request
from idc_contract.document.openapi import OPERATIONS, examples
from idc_contract.document.shape import RANGES, TERMS
from idc_contract.judge import read
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.truth import (
    COLUMNS,
    COUNTS,
    counted,
    counts,
    licenses,
    literal,
    paged,
    relation,
    same_counts,
    same_licenses,
    truth,
)  # fmt: skip
from idc_contract.unreleased import operations

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

IDENTIFIERS = {"PatientID", "StudyInstanceUID", "SeriesInstanceUID"}
BUNDLED = ["index", "collections_index", "analysis_results_index", "version_metadata_index", "prior_versions_index"]
SUMMARY = ["collection_id", "collection_name", "cancer_types", "tumor_locations", "species", "subjects",
           "supporting_data", "description"]  # fmt: skip
RESULT = ["analysis_result_id", "analysis_result_title", "source_DOI", "source_url", "subjects", "collections",
          "modalities", "license_short_name", "description"]  # fmt: skip
MOST_CLINICAL = 1000
"""The largest clinical table that is read to its end, in rows."""
WORDS = 'an absent "name"'


@relation()
def the_service_links_to_its_parts(service: Service, draw: Draw) -> None:
    """The links of /v3 lead to an HTML page, to the document with its operations, and to the version."""
    found = service.call("getService")
    shown = examples(OPERATIONS["getService"].node["responses"]["200"]["content"]["application/json"])[0]
    holds(found["name"] == shown["name"], "name of the service", f"it is called {found['name']!r}")
    page = service.timely(Request("GET", found["docs"]))
    holds((page.status, page.media_type) == (200, "text/html"), "link docs", f"{found['docs']}: {page.status}", page)
    document = service.timely(Request("GET", found["openapi"]))
    holds(document.status == 200, "link openapi", f"{found['openapi']}: {document.status}", document)
    paths = read(document)["paths"]
    missing = [operation.path for operation in operations(service).values() if operation.path not in paths]
    holds(not missing, "link openapi", f"the served document lacks {missing}")
    version = service.timely(Request("GET", found["version_endpoint"]))
    same(read(version), service.call("getVersion"), "link version_endpoint")
    for name in ("docs", "openapi", "version_endpoint"):
        holds(found[name] == shown[name], "links of the service", f"{name} is {found[name]!r} and not {shown[name]!r}")


@relation()
def the_service_is_well(service: Service, draw: Draw) -> None:
    """A service that answers reports that it is healthy."""
    same(service.call("getHealth"), {"status": "ok"}, "health")


@relation()
def versions_agree(service: Service, draw: Draw) -> None:
    """The data release agrees with the data and their package; the software version agrees with /v3."""
    found = service.call("getVersion")
    newest = truth(service, "SELECT max(CAST(idc_version AS INTEGER)) AS n FROM version_metadata_index")[0]["n"]
    own = service.call("runSql", {"sql": "SELECT max(CAST(idc_version AS INTEGER)) AS n FROM version_metadata_index"})
    same(own["rows"], [{"n": newest}], "newest release in the tables")
    same(found["idc_version"], f"v{newest}", "release")
    package = found["idc_index_data_version"]
    good = re.fullmatch(rf"{newest}(\.\d+)+((a|b|rc|\.post|\.dev)\d+)?", package)
    holds(good, "package version", f"{package!r} is no release of the package for v{newest}")
    build = f"+{found['build']}" if found["build"] else ""
    same(service.call("getService")["server_version"], found["api_version"] + build, "software version")
    holds(re.fullmatch(r"\d+\.\d+\.\d+[0-9a-z.]*", found["api_version"]), "software version", found["api_version"])


@relation()
def the_release_stays(service: Service, draw: Draw) -> None:
    """The service keeps one data release and one size, whatever is requested in between."""
    version, stats = service.call("getVersion"), service.call("getStats")
    filters = {"terms": {"Modality": ["CT"]}}
    first = paged(service, filters, page_size=1)
    for page in range(1, 8):
        same(service.call("getVersion"), version, "release in mid-walk")
        found = paged(service, filters, page_size=1, page=page)
        same(found["counts"], first["counts"], "counts in mid-walk")
        same(service.call("getStats"), stats, "totals in mid-walk")


@relation()
def totals_are_those_of_the_tables(service: Service, draw: Draw) -> None:
    """The totals agree with the tables, with a selection without filters, and with the lists."""
    found = service.call("getStats")
    same_counts(found, counts(service, {}), "totals")
    distinct = truth(service, "SELECT count(DISTINCT SeriesInstanceUID) AS n FROM index")[0]["n"]
    same(found["series"], distinct, "number of series, each counted once")
    same(found["idc_version"], service.call("getVersion")["idc_version"], "release of the totals")
    same(found["collections"], len(service.call("getCollections")), "number of collections")
    same(found["analysis_results"], len(service.call("getAnalysisResults")), "number of analysis results")
    everything = counted(service, {})
    names = everything.keys() & found.keys()
    same({name: everything[name] for name in names}, {name: found[name] for name in names}, "counts of everything")


@relation()
def collections_are_those_of_the_table(service: Service, draw: Draw) -> None:
    """All collections are listed, sorted by identifier, with the values of the table."""
    wanted = truth(service, f"SELECT {', '.join(SUMMARY)} FROM collections_index ORDER BY collection_id")
    same(service.call("getCollections"), wanted, "collections")


@relation(examples=8)
def a_collection_is_what_its_series_make_it(service: Service, draw: Draw) -> None:
    """The details of a collection are those of the list, with counts, modalities and licences of its series."""
    listed = draw(st.sampled_from(service.call("getCollections")))
    name = listed["collection_id"]
    found = service.call("getCollection", collection_id=name)
    same({key: found[key] for key in listed}, listed, "collection, as listed")
    condition = f"collection_id = {literal(name)}"
    same_counts(found, truth(service, f"SELECT {COUNTS} FROM index WHERE {condition}")[0], f"collection {name}")
    sql = f"SELECT DISTINCT Modality AS m FROM index WHERE {condition} AND Modality IS NOT NULL ORDER BY 1"
    same(found["modalities"], [row["m"] for row in truth(service, sql)], "modalities")
    same_licenses(found["licenses"], licenses(service, condition), "licences of a collection")


@relation(needs={"index"})
def each_collection_is_the_one_of_the_index(service: Service, draw: Draw) -> None:
    """Details, counts, values and SQL of every collection are those of the index, not of the common ones alone."""
    by = "FROM index GROUP BY 1 ORDER BY 1"
    expected = {row["c"]: row for row in truth(service, f"SELECT collection_id AS c, {COUNTS} {by}")}
    modalities = "list(DISTINCT Modality ORDER BY Modality) FILTER (Modality IS NOT NULL)"
    also = {row["c"]: row["m"] for row in truth(service, f"SELECT collection_id AS c, {modalities} AS m {by}")}
    for name, row in expected.items():
        wanted = {key: value for key, value in row.items() if key != "c"}
        found = service.call("getCollection", collection_id=name)
        same_counts(found, wanted, f"collection {name}")
        same([found["collection_id"], found["modalities"]], [name, also[name] or []], f"modalities of {name}")
        same_counts(counted(service, {"terms": {"collection_id": [name]}}), wanted, f"counts of {name}")
    values = service.call("getAttributeValues", attribute="collection_id", query={"limit": 10_000})["values"]
    found = {item["value"]: item["count"] for item in values}
    same(found, {name: row["series"] for name, row in expected.items()}, "values of collection_id")
    sums = "count(*) AS n, count(DISTINCT SeriesInstanceUID) AS u, sum(instanceCount)::BIGINT AS i"
    sql = f"SELECT collection_id AS c, {sums}, min(StudyDate)::VARCHAR AS d {by}"
    same(service.call("runSql", {"sql": sql})["rows"], truth(service, sql), "collections in SQL")


@relation(examples=2, needs={"mistakes"})
def there_is_no_collection_by_another_name(service: Service, draw: Draw) -> None:
    """The identifier of a collection is matched exactly; any other identifier is not found."""
    name = draw(st.sampled_from(service.call("getCollections")))["collection_id"]
    for other in (name.upper(), name[:-1] + "~", f"{name} ", name[0], WORDS, "%", "\u00e9", "x" * 300):
        refused(service.call("getCollection", collection_id=other, status=404), "not_found")


@relation()
def analysis_results_are_those_of_the_table(service: Service, draw: Draw) -> None:
    """All analysis results are listed, sorted by identifier, with the values of the table."""
    wanted = truth(service, f"SELECT {', '.join(RESULT)} FROM analysis_results_index ORDER BY analysis_result_id")
    same(service.call("getAnalysisResults"), wanted, "analysis results")


@relation()
def attributes_are_the_documents(service: Service, draw: Draw) -> None:
    """Attributes are terms, then ranges, in the document's order, with the types and descriptions of columns."""
    found = service.call("getAttributes")
    same([item["name"] for item in found], [*TERMS, *RANGES], "names of attributes")
    columns = {column["name"]: column for column in service.call("getTable", table="index")["columns"]}
    for item in found:
        name, column = item["name"], columns[item["name"]]
        same(item["kind"], "term" if name in TERMS else "range", f"kind of {name}")
        same(item["categorical"], name in TERMS and name not in IDENTIFIERS, f"whether {name} is categorical")
        same(item["data_type"], column["type"], f"type of {name}")
        if name == "BodyPartExamined":
            longer = item["description"].startswith(column["description"]) and item["description"].endswith(".")
            holds(longer, "caveat on BodyPartExamined", f"its description is {item['description']!r}")
        else:
            same(item["description"], column["description"], f"description of {name}")


@relation(examples=24)
def values_are_counted(service: Service, draw: Draw) -> None:
    """The values of a column have the number of their series, the most frequent first, up to the limit, each once."""
    name = draw(st.sampled_from(COLUMNS))
    limit = draw(st.sampled_from([None, 1, 2, 7, 100, 500, 10_000]))
    _counted(service, name, limit)


@relation()
def values_of_some_columns_are_always_looked_at(service: Service, draw: Draw) -> None:
    """Modalities, body parts, numbers of instances and sizes are counted like all other values."""
    for name, limit in (("Modality", None), ("BodyPartExamined", 5), ("instanceCount", 50), ("series_size_MB", 3)):
        _counted(service, name, limit)


def _counted(service: Service, name: str, limit: int | None) -> None:
    if limit == 10_000 and service.index is None:
        limit = 1000
    found = service.call("getAttributeValues", attribute=name, query={} if limit is None else {"limit": limit})
    sql = f'SELECT "{name}" AS value, count(*) AS count FROM index WHERE "{name}" IS NOT NULL GROUP BY 1'
    wanted = truth(service, f"SELECT * FROM ({sql}) ORDER BY count DESC, value LIMIT {(limit or 100)}")
    total = truth(service, f'SELECT count(DISTINCT "{name}") AS n FROM index')[0]["n"]
    same(found["attribute"], name, "attribute")
    same(found["truncated"], total > (limit or 100), f"whether there are more than {limit or 100} values of {name}")
    same([item["count"] for item in found["values"]], [item["count"] for item in wanted], f"counts of {name}")
    values = [item["value"] for item in found["values"]]
    holds(len(set(values)) == len(values), "values", f"a value of {name} occurs twice")
    holds(len({type(value) for value in values}) == 1, "values", f"values of {name} are of several types")
    last = wanted[-1]["count"]
    sure = [item for item in found["values"] if item["count"] > last]
    key = lambda item: (-item["count"], str(item["value"]))  # noqa: E731
    expected = [item for item in wanted if item["count"] > last]
    same(sorted(sure, key=key), sorted(expected, key=key), f"values of {name}")
    tied = [item["value"] for item in found["values"] if item["count"] == last][:200]
    sql = f"SELECT count(*) AS n FROM ({sql}) WHERE count = {last} AND value IN ({', '.join(map(literal, tied))})"
    same(truth(service, sql)[0]["n"], len(tied), f"values of {name} that {last} series have")
    if name == "BodyPartExamined":
        holds(len(found["note"]) > 20 and found["note"].endswith("."), "caveat", f"the note is {found['note']!r}")
    else:
        same(found["note"], "", "note")


@relation(needs={"mistakes"})
def values_of_an_unknown_column_are_refused(service: Service, draw: Draw) -> None:
    """Values are refused for a name that is not exactly a column, and for a limit out of bounds."""
    for name in ("modality", "MODALITY", "x", "Modality ", "rowid", '"', "index.Modality", "count(*)"):
        refused(service.call("getAttributeValues", attribute=name, status=400), "invalid_query")
    for limit in ("0", "-1", "10001", "99999999999999999999", "x", "", "1.5", "null"):
        invalid(service, "getAttributeValues", "query", "limit", query={"limit": limit}, attribute="Modality")


@relation(examples=2)
def tables_are_described(service: Service, draw: Draw) -> None:
    """Each table is listed with its SQL columns, in their order, with the published descriptions."""
    listed = service.call("getTables")["tables"]
    names = [table["name"] for table in listed]
    same(names[: len(BUNDLED)], BUNDLED, "tables of every build")
    holds(len(set(names)) == len(names), "tables", f"a table is listed twice: {names}")
    for table in listed[: len(BUNDLED)]:
        found = service.call("getTable", table=table["name"])
        summary = {"name": found["name"], "description": found["description"], "column_count": len(found["columns"])}
        listed_table = {name: value for name, value in table.items() if name != "notable_columns"}
        same(summary, listed_table, "table, as listed")
        sql = service.call("runSql", {"sql": f"SELECT * FROM {table['name']} LIMIT 1"})
        same([column["name"] for column in found["columns"]], sql["columns"], f"columns of {table['name']}")
        if service.index is not None:
            published = service.index.described(table["name"])
            same(found["description"], published["table_description"], "description of a table")
            columns = [
                {
                    "name": column["name"],
                    "type": _typed(service, table["name"], column),
                    "description": column.get("description", ""),
                }
                for column in published["columns"]
            ]
            same(found["columns"], columns, f"columns of {table['name']} as published")
    for name in ("idc_index", "no_such_table", WORDS):
        refused(service.call("getTable", table=name, status=404), "not_found")


def _typed(service: Service, table: str, column: dict[str, Any]) -> str:
    """The type of a published column: what has members of its own is spelled out as SQL has it, lists of it too."""
    if column["type"] == "RECORD":
        sql = f'SELECT typeof("{column["name"]}") AS t FROM {table} LIMIT 1'
        return str(service.call("runSql", {"sql": sql})["rows"][0]["t"])
    return str(column["type"]) + ("[]" if column.get("mode") == "REPEATED" else "")


@relation()
def members_of_columns_are_spelled_out(service: Service, draw: Draw) -> None:
    """A nested column names its members with their types, as SQL does, in the tables of every build."""
    for table, name in (("analysis_results_index", "provenance"), ("collections_index", "sources")):
        columns = {column["name"]: column["type"] for column in service.call("getTable", table=table)["columns"]}
        found = service.call(
            "runSql",
            {"sql": f'SELECT typeof("{name}") AS t, "{name}" AS v FROM {table} WHERE "{name}" IS NOT NULL LIMIT 1'},
        )
        row = found["rows"][0]
        same(columns[name], row["t"], f"type of {table}.{name}")
        many = isinstance(row["v"], list)
        member = row["v"][0] if many else row["v"]
        missing = [one for one in member if not re.search(rf'\b{re.escape(one)}"? [A-Z]', columns[name])]
        holds(not missing, f"type of {table}.{name}", f"{columns[name]} lacks {missing}")
        holds(columns[name].endswith("[]") is many, f"type of {table}.{name}", f"{columns[name]}, and it holds {row}")


@relation()
def clinical_tables_are_there_or_not(service: Service, draw: Draw) -> None:
    """A build has clinical tables and describes them, or it has none and reports that everywhere."""
    found = service.answer("getClinicalTables")
    if found.status == 404:
        one: dict[str, Any] = {"table": "nlst_canc"}
        for operation, path in (("getClinicalTables", {}), ("getClinicalTable", one), ("getClinicalTableRows", one)):
            refused(service.call(operation, status=404, **path), "not_found")
        names = [table["name"] for table in service.call("getTables")["tables"]]
        holds("clinical_index" not in names, "clinical tables", "their index is there, and they are not")
    else:
        tables = service.call("getClinicalTables")["tables"]
        names = [table["name"] for table in service.call("getTables")["tables"]]
        holds(tables and "clinical_index" in names, "clinical tables", "they are there, and their index is not")
        _clinical(service, tables)
    for limit in ("0", "100001", "x") if service.mistakes else ():
        invalid(service, "getClinicalTableRows", "query", "max_rows", query={"max_rows": limit}, table="x")


def _clinical(service: Service, tables: list[dict[str, Any]]) -> None:
    keys = [(table["collection_id"], table["table_name"]) for table in tables]
    holds(keys == sorted(set(keys)), "order of clinical tables", "they do not ascend")
    for table in tables[:3]:
        same(table["sql_path"], f"clinical.{table['table_name']}", "path of a clinical table")
        described = service.call("getClinicalTable", table=table["table_name"])
        same(described["name"], table["sql_path"], "name of a clinical table")
        rows = service.call("getClinicalTableRows", table=table["table_name"], query={"max_rows": 2})
        same(rows["columns"], [column["name"] for column in described["columns"]], "columns of a clinical table")
        same(table["column_count"], len(described["columns"]), f"columns of {table['table_name']}, as listed")
        total = service.call("runSql", {"sql": f"SELECT count(*) AS n FROM {table['sql_path']}"})["rows"][0]["n"]
        same([rows["row_count"], rows["truncated"]], [min(2, total), total > 2], "rows of a clinical table")
        if total <= MOST_CLINICAL:
            every = service.call("getClinicalTableRows", table=table["table_name"], query={"max_rows": MOST_CLINICAL})
            own_sql = {"sql": f"SELECT * FROM {table['sql_path']}", "max_rows": MOST_CLINICAL}
            in_sql = service.call("runSql", own_sql)["rows"]
            same(sorted(map(repr, every["rows"])), sorted(map(repr, in_sql)), f"rows of {table['table_name']} in SQL")
        own = service.call("getClinicalTables", query={"collection_id": table["collection_id"]})["tables"]
        same(own, [one for one in tables if one["collection_id"] == table["collection_id"]], "tables of a collection")
    refused(service.call("getClinicalTable", table="no_such_table", status=404), "not_found")


def refused(content: Any, code: str) -> None:
    """Raise Broken unless it is the service's envelope with that code."""
    holds("error" in content, "service's own refusal", f"{content} is the router's")
    same(content["error"]["code"], code, "code of a refusal")


def invalid(service: Service, operation: str, *place: str | int, **requested: Any) -> None:
    """Raise Broken unless a request is answered with 422 and the place."""
    found = service.call(operation, status=422, **requested)
    places = [error["loc"][: len(place)] for error in found["detail"]]
    holds(list(place) in places, "place of a mistake", f"{operation} {requested}: {places} and not {list(place)}")
