"""v3: SQL, viewers, citations, and what holds of every operation."""

from __future__ import annotations

import json
import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.calls import JSON, Answer, Request
from idc_contract.document.openapi import METHODS, OPERATIONS, examples
from idc_contract.document.shape import request_body
from idc_contract.judge import judge, read
from idc_contract.relations.relation import differing, holds, same
from idc_contract.relations.v3.catalogues import WORDS, invalid, refused
from idc_contract.relations.v3.truth import COLUMNS, a_row, literal, relation, some_filters, truth, where
from idc_contract.service import NOTHING
from idc_contract.unreleased import operations

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

HOST = "https://viewer.imaging.datacommons.cancer.gov"
VIEWERS = {
    "ohif_v2": ("/viewer/{}", "?SeriesInstanceUID={}"),
    "ohif_v3": ("/v3/viewer/?StudyInstanceUIDs={}", "&initialSeriesInstanceUID={}"),
    "slim": ("/slim/studies/{}", "/series/{}"),
}
FORMATS = ("apa", "bibtex", "csl-json", "turtle")
IDC_PAPER = "10.1148/rg.230180"
DEEP = b"[" * 100_000
DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>\\{}]+")
LONG = 300
"""So many identifiers are more than 8,000 characters."""
SAME_NAMES = (
    "SELECT 1 AS a, 2 AS a",
    "SELECT 1 AS a, 2 AS b, 3 AS a",
    "SELECT * FROM (SELECT 1 AS n) JOIN (SELECT 2 AS n) ON true",
)
KNOWN: list[tuple[str, dict[str, Any]]] = [  # statements with obvious answers, in the JSON forms of the reference
    ("SELECT 1 AS a, 'x' AS b, NULL AS c, true AS d", {"a": 1, "b": "x", "c": None, "d": True}),
    ("SELECT 1.25::DOUBLE AS f, 2.50::DECIMAL(5,2) AS m", {"f": 1.25, "m": 2.5}),
    ("SELECT DATE '2001-02-03' AS d, TIME '04:05:06' AS t", {"d": "2001-02-03", "t": "04:05:06"}),
    ("SELECT TIMESTAMP '2001-02-03 04:05:06.5' AS t", {"t": "2001-02-03T04:05:06.500000"}),
    ("SELECT 9007199254740993 AS n, 170141183460469231731687303715884105727::HUGEINT AS h",
     {"n": 9007199254740993, "h": 170141183460469231731687303715884105727}),
    ("SELECT 'nan'::DOUBLE AS n, 'inf'::DOUBLE AS i", {"n": None, "i": None}),
    ("SELECT [1, 2, NULL] AS l, {'k': 'v', 'n': 1} AS s, MAP {'a': 1} AS m",
     {"l": [1, 2, None], "s": {"k": "v", "n": 1}, "m": {"a": 1}}),
    ("SELECT '\\xAA'::BLOB AS b, 'é𝔘' AS u", {"b": "aa", "u": "é𝔘"}),
    ("SELECT UUID '00000000-0000-0000-0000-00000000000a' AS u, '101'::BIT AS b, 'x'::ENUM('x', 'y') AS e",
     {"u": "00000000-0000-0000-0000-00000000000a", "b": "101", "e": "x"}),
    ("SELECT INTERVAL '1 month 2 hours' AS i, INTERVAL 3 DAY AS d", {"i": "P30DT2H", "d": "P3D"}),
    ("SELECT 1::UTINYINT AS t, 7::UHUGEINT AS u, 1.5::FLOAT AS f, [1, 2]::INTEGER[2] AS a",
     {"t": 1, "u": 7, "f": 1.5, "a": [1, 2]}),
    ("SELECT -7 AS n, 0 AS z, -1.5 AS f, -9007199254740993 AS b",
     {"n": -7, "z": 0, "f": -1.5, "b": -9007199254740993}),
    ("SELECT 'e\u0301' AS d, '\u00e9' AS c, '\u212b' AS a, '\ufb01' AS l, '' AS e, ' ' AS s, NULL AS n",
     {"d": "e\u0301", "c": "\u00e9", "a": "\u212b", "l": "\ufb01", "e": "", "s": " ", "n": None}),
    ("SELECT 1 AS z, 2 AS a, 3 AS M", {"z": 1, "a": 2, "M": 3}),
    ("  select 'a;b' AS x ; ", {"x": "a;b"}),
    ("WITH t AS (SELECT 7 AS n) SELECT n + 1 AS n FROM t -- the end", {"n": 8}),
    ("/* first */ SELECT /* second */ 1 AS one", {"one": 1}),
]  # fmt: skip
QUOTED = [
    ("SELECT 'a--b' AS x", {"x": "a--b"}),
    ("SELECT '/*y*/z' AS x", {"x": "/*y*/z"}),
    ("SELECT 'it''s -- quoted' AS x, 2 AS \"/*n*/\"", {"x": "it's -- quoted", "/*n*/": 2}),
]
FORBIDDEN = (
    "DELETE FROM index", "DROP TABLE index", "CREATE TABLE x AS SELECT 1", "INSERT INTO index SELECT * FROM index",
    "UPDATE index SET Modality = 'x'", "ATTACH 'x.db'", "COPY (SELECT 1) TO 'x.csv'", "PRAGMA database_list",
    "SET memory_limit = '1GB'", "INSTALL httpfs", "LOAD httpfs", "EXPLAIN SELECT 1", "SHOW TABLES", "DESCRIBE index",
    "CALL pragma_version()", "VALUES (1)", "FROM index", "(SELECT 1)", "EXPORT DATABASE 'x'", "CHECKPOINT", "VACUUM",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE index", "SELECT 1;;", "WITH x AS (SELECT 1) DELETE FROM index",
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')", "SELECT * FROM glob('/*')",
    "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM 's3://idc-open-data/x.parquet'",
    "", " ", ";", "-- nothing", "/* nothing */", "SELECT", "SELEC 1", "SELECT * FROM no_such_table",
    "SELECT nothing FROM index", "SELECT ?", "SELECT $1", "SELECT 1 +", "SELECT CAST('x' AS INTEGER)", "\ufeffSELECT 1",
)  # fmt: skip


@relation(examples=12)
def a_statement_has_the_answer_that_it_has_anywhere(service: Service, draw: Draw) -> None:
    """A SELECT returns the rows that another engine finds in the same tables, up to max_rows."""
    filters = some_filters(service, draw, most=2, narrow=True)
    columns = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=8, unique=True))
    listed = ", ".join(f'"{name}"' for name in columns)
    sql = draw(st.sampled_from([
        f"SELECT {listed} FROM index WHERE {where(filters)} ORDER BY SeriesInstanceUID",
        f"SELECT * FROM index WHERE {where(filters)} ORDER BY SeriesInstanceUID DESC",
        f'SELECT "{columns[0]}" AS v, count(*) AS n, max(instanceCount) AS m FROM index WHERE {where(filters)} '
        "GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST",
        "SELECT * FROM collections_index WHERE subjects > 900 ORDER BY collection_id",
        "SELECT * FROM analysis_results_index ORDER BY 1",
        "SELECT * FROM version_metadata_index ORDER BY idc_version",
        "SELECT crdc_series_uuid, min_idc_version, max_idc_version FROM prior_versions_index "
        "WHERE collection_id = 'rider_pilot' ORDER BY ALL",
    ]))  # fmt: skip
    most = draw(st.sampled_from([1, 5, 50, 10_000]))
    found = service.call("runSql", {"sql": sql, "max_rows": most})
    total = truth(service, f"SELECT count(*) AS n FROM ({sql})")[0]["n"]
    holds(found["max_rows"] <= most, "max_rows", f"{found['max_rows']} is more than the {most} requested")
    same(found["row_count"], min(total, found["max_rows"]), "row_count")
    same(found["truncated"], total > found["max_rows"], "truncated")
    same(len(found["rows"]), found["row_count"], "number of rows")
    for row in found["rows"]:
        same(sorted(row), sorted(found["columns"]), "columns of a row")
    expected = [
        {name: _plain(value) for name, value in row.items()} for row in truth(service, sql)[: found["row_count"]]
    ]
    same(found["rows"], expected, f"rows of {sql[:120]}")


def _plain(value: Any) -> Any:
    """A value of the installed index as JSON has it."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


@relation()
def values_have_their_form_in_json(service: Service, draw: Draw) -> None:
    """Each type of value has the documented JSON form; columns keep names and order."""
    for sql, row in KNOWN:
        known = service.call("runSql", {"sql": sql})
        same([known["columns"], known["rows"], known["row_count"]], [list(row), [row], 1], f"answer to {sql}")
        same(known["truncated"], False, "truncated")


@relation()
def columns_of_one_name_are_both_there(service: Service, draw: Draw) -> None:
    """Of two columns with the same name neither is lost: both are returned under different names, or none is."""
    for sql in SAME_NAMES:
        answer = service.answer("runSql", {"sql": sql})
        content = judge(OPERATIONS["runSql"], answer)
        if answer.status == 400:
            refused(content, "invalid_query")
            continue
        columns, row = content["columns"], content["rows"][0]
        holds(len(set(columns)) == len(columns), "columns of one name", f"{sql}: {columns}", answer)
        same(sorted(row), sorted(columns), f"columns of the row of {sql}")
        same([row[name] for name in columns], list(range(1, len(columns) + 1)), f"values of {sql}")


@relation()
def nulls_are_where_the_order_says(service: Service, draw: Draw) -> None:
    """Rows without a value are first or last as ORDER BY says, and last by default, in either direction."""
    for order, rows in (("", [1, 2, None]), ("DESC", [2, 1, None]), ("NULLS FIRST", [None, 1, 2]),
                        ("DESC NULLS FIRST", [None, 2, 1]), ("DESC NULLS LAST", [2, 1, None])):  # fmt: skip
        sql = f"SELECT v FROM (VALUES (2), (NULL), (1)) AS t(v) ORDER BY v {order}"
        same([row["v"] for row in service.call("runSql", {"sql": sql})["rows"]], rows, f"rows by {order or 'default'}")
    sql = "SELECT DISTINCT BodyPartExamined AS b FROM index ORDER BY b DESC NULLS FIRST LIMIT 3"
    same(service.call("runSql", {"sql": sql})["rows"], truth(service, sql), "body parts, those without one first")


@relation()
def a_long_statement_is_run_to_its_end(service: Service, draw: Draw) -> None:
    """A statement of more than 8,000 characters has the answer of a short one."""
    uids = [row["u"] for row in truth(service, f"SELECT SeriesInstanceUID AS u FROM index ORDER BY 1 LIMIT {LONG}")]
    listed = ", ".join(map(literal, uids))
    for sql in (f"SELECT count(*) AS n FROM index WHERE SeriesInstanceUID IN ({listed})",
                f"SELECT {LONG} AS n -- {'x' * 9000}", f"SELECT {' ' * 9000}{LONG} AS n"):  # fmt: skip
        same(service.call("runSql", {"sql": sql})["rows"], [{"n": LONG}], f"answer to {len(sql)} characters")


@relation()
def quoted_text_is_not_a_comment(service: Service, draw: Draw) -> None:
    """Text in quotes that looks like a comment is text."""
    for sql, row in QUOTED:
        same(service.call("runSql", {"sql": sql})["rows"], [row], f"answer to {sql}")


@relation()
def rows_end_at_max_rows_and_are_marked_as_truncated(service: Service, draw: Draw) -> None:
    """There are at most max_rows rows, the first in order, and truncated reports whether there are more."""
    limits = sorted(
        {service.call("runSql", {"sql": "SELECT 1", "max_rows": n})["max_rows"] for n in (1, 10, 10_000, 10**9)}
    )
    default = service.call("runSql", {"sql": "SELECT 1", "max_rows": None})["max_rows"]
    for most, rows in ((most, most + more) for most in sorted({*limits, default, 3}) for more in (-1, 0, 1, 100)):
        sql = f"SELECT range AS n FROM range({rows}) ORDER BY n DESC"
        for requested in ({"max_rows": most}, *([{}] if most == default else [])):
            found = service.call("runSql", {"sql": sql, **requested})
            expected = min(rows, most)
            same(found["max_rows"], most, "max_rows")
            same([found["row_count"], found["truncated"]], [expected, rows > most], f"rows of {rows}, {most} at most")
            same([row["n"] for row in found["rows"]], list(range(rows - 1, rows - 1 - expected, -1)), "rows in order")


@relation()
def max_rows_is_brought_within_bounds(service: Service, draw: Draw) -> None:
    """A max_rows below 1 is 1, and one that is too large the largest."""
    for least in (0, -1, -(10**9)):
        low = service.call("runSql", {"sql": "SELECT range AS n FROM range(5)", "max_rows": least})
        same([low["max_rows"], low["row_count"], low["truncated"]], [1, 1, True], "the least of max_rows")
    high = service.call("runSql", {"sql": "SELECT range AS n FROM range(20000)", "max_rows": 10**12})
    largest = service.call("runSql", {"sql": "SELECT 1", "max_rows": 10_000})["max_rows"]
    same(
        [high["max_rows"], high["row_count"], high["truncated"]],
        [largest, min(largest, 20_000), largest < 20_000],
        "the most of max_rows",
    )


@relation(needs={"mistakes"})
def only_reading_is_allowed(service: Service, draw: Draw) -> None:
    """Everything except one SELECT over the tables is refused, and changes nothing."""
    before = service.call("getStats")
    for sql in FORBIDDEN:
        refused(service.call("runSql", {"sql": sql}, status=400), "invalid_query")
    same(service.call("getStats"), before, "totals after what was refused")
    same(
        service.call("runSql", {"sql": "SELECT count(*) AS n FROM index"})["rows"],
        [{"n": before["series"]}],
        "series in SQL",
    )


@relation(examples=6)
def a_viewer_is_chosen_by_study_or_series(service: Service, draw: Draw) -> None:
    """A study or series has an address in each viewer; the default is slim for slides and OHIF for all others."""
    slides = draw(st.booleans())
    row = a_row(service, draw, "Modality = 'SM'" if slides else "true")
    series, study = row["SeriesInstanceUID"], row["StudyInstanceUID"]
    query: dict[str, str] = draw(st.sampled_from([
        {"series_instance_uid": series}, {"study_instance_uid": study},
        {"series_instance_uid": series, "study_instance_uid": study},
    ]))  # fmt: skip
    sql = f"SELECT count(*) AS n FROM index WHERE StudyInstanceUID = {literal(study)} AND Modality = 'SM'"
    default = "slim" if truth(service, sql)[0]["n"] else "ohif_v3"
    for viewer in (None, *VIEWERS):
        found = service.call("getViewerUrl", query=query | ({"viewer": viewer} if viewer else {}))
        chosen = viewer or default
        whole, part = VIEWERS[chosen]
        url = HOST + whole.format(study) + (part.format(series) if "series_instance_uid" in query else "")
        expected = {"viewer_url": url, "viewer": chosen, "study_instance_uid": study,
                 "series_instance_uid": query.get("series_instance_uid")}  # fmt: skip
        same(found, expected, "viewer")


@relation(examples=3, needs={"mistakes"})
def a_viewer_of_nothing_is_refused(service: Service, draw: Draw) -> None:
    """Without an identifier, with one that does not occur, or with an unknown viewer there is no address."""
    row = a_row(service, draw)
    study = {"study_instance_uid": row["StudyInstanceUID"]}
    for query in ({}, {"viewer": "slim"}, {"series_instance_uid": "", "study_instance_uid": ""},
                  study | {"viewer": "ohif"}, study | {"viewer": ""}, study | {"viewer": "SLIM"}):  # fmt: skip
        refused(service.call("getViewerUrl", query=query, status=400), "invalid_query")
    other = draw(st.sampled_from(["1.2.3", row["SeriesInstanceUID"][:-1] + "x", "%"]))
    for query in ({"series_instance_uid": other}, {"study_instance_uid": other},
                  {"study_instance_uid": other, "series_instance_uid": row["SeriesInstanceUID"]},
                  {"study_instance_uid": row["SeriesInstanceUID"]}):  # fmt: skip
        refused(service.call("getViewerUrl", query=query, status=404), "not_found")


@relation()
def citations_are_in_the_form_asked_for(service: Service, draw: Draw) -> None:
    """There is at most one citation per DOI, as text or object; the recommendation names IDC's paper."""
    single = "GROUP BY 1 HAVING count(DISTINCT source_DOI) = 1 ORDER BY count(*), 1 LIMIT 5"
    sql = f"SELECT collection_id AS c FROM index {single}"
    one = {"terms": {"collection_id": [truth(service, sql)[0]["c"]]}}
    kept = set()
    for written in (*FORMATS, *map(str.upper, FORMATS)):
        style = written.lower()
        found = service.call("getCitations", request_body("getCitations", one, citation_format=written))
        same(found["format"], style, "format")
        cited = [
            *found["citations"],
            *([found["idc_acknowledgment"]] if found["idc_acknowledgment"] is not None else []),
        ]
        holds(len(found["citations"]) <= 1, "citations", f"{len(found['citations'])} citations of one DOI")
        kind = dict if style == "csl-json" else str
        holds(all(isinstance(item, kind) and item for item in cited), "form of a citation", f"{style}: {cited}")
        entries = [isinstance(item, str) and item.lstrip().startswith("@") for item in found["citations"]]
        holds(
            not entries or all(entries) == (style == "bibtex"), "form of a citation", f"{style}: {found['citations']}"
        )
        kept.add(found["recommendation"])
    holds(len(kept) == 1 and IDC_PAPER in "".join(kept), "recommendation", f"{kept}")
    nothing = service.call("getCitations", request_body("getCitations", {"terms": {"Modality": ["no such"]}}))
    same([nothing["citations"], nothing["format"]], [[], "apa"], "citations of nothing")
    for style in ("mla", "", "csl_json") if service.mistakes else ():
        requested = request_body("getCitations", one, citation_format=style)
        refused(service.call("getCitations", requested, status=400), "invalid_query")


@relation(examples=2)
def each_source_is_cited_once(service: Service, draw: Draw) -> None:
    """A selection with several DOIs has at most one citation for each, and none of another DOI."""
    sql = (
        "SELECT collection_id AS c FROM index WHERE source_DOI IS NOT NULL GROUP BY 1 "
        "HAVING count(DISTINCT source_DOI) BETWEEN 2 AND 4 ORDER BY count(*), 1 LIMIT 12"
    )
    name = draw(st.sampled_from([row["c"] for row in truth(service, sql)]))
    own = f"SELECT DISTINCT lower(source_DOI) AS d FROM index WHERE collection_id = {literal(name)}"
    dois = {row["d"] for row in truth(service, f"{own} AND source_DOI IS NOT NULL")}
    style = draw(st.sampled_from(FORMATS))
    body = request_body("getCitations", {"terms": {"collection_id": [name]}}, citation_format=style)
    cited = service.call("getCitations", body)["citations"]
    texts = [json.dumps(each, sort_keys=True, ensure_ascii=False).lower() for each in cited]
    holds(len(set(texts)) == len(texts) <= len(dois), "citations", f"{len(texts)} of {len(dois)} DOIs of {name}")
    for text in texts:
        named = {doi.rstrip(".,;)") for doi in DOI.findall(text)}
        holds(not named or named & dois, "citations", f"{text[:200]} is not of {sorted(dois)}")
    found = [doi for doi in dois for text in texts if doi in text]
    holds(len(set(found)) == len(found), "citations", f"a DOI of {name} is cited twice: {sorted(found)}")


@relation()
def the_same_request_has_the_same_answer(service: Service, draw: Draw) -> None:
    """An operation has the same answer when it is requested again."""
    for operation in operations(service).values():
        if operation.id == "getCitations":
            continue
        first, second = _example(service, operation.id), _example(service, operation.id)
        same(second.status, first.status, f"the status of {operation.id}, asked again")
        one, other = judge(operation, first), judge(operation, second)
        unlike = differing(one, other, "")
        holds(not unlike, "the same answer again", f"{operation.id}: {unlike}", second)


def _example(service: Service, name: str) -> Answer:
    operation = OPERATIONS[name]
    path = {p["name"]: examples(p)[0] for p in operation.parameters if p["in"] == "path"}
    query = {p["name"]: examples(p)[0] for p in operation.parameters if p["in"] == "query" and examples(p)}
    if operation.body:
        return service.answer(name, examples(operation.body)[0], query=query, **path)
    return service.answer(name, query=query, **path)


@relation()
def every_example_of_the_document_is_answered(service: Service, draw: Draw) -> None:
    """The document's own examples succeed, except for clinical tables if there are none."""
    for name, operation in operations(service).items():
        for number, body in enumerate(examples(operation.body) if operation.body else [None]):
            answer = _example(service, name) if number == 0 else service.answer(name, body)
            judge(operation, answer)
            good = (200, 404) if "linical" in name else (200,)
            holds(
                answer.status in good, "examples are answered", f"{name}: {answer.status}: {answer.text[:200]}", answer
            )


@relation(needs={"mistakes"})
def unsupported_methods_are_answered_with_405(service: Service, draw: Draw) -> None:
    """An unsupported method is a 405, with the supported methods in Allow."""
    there = operations(service).values()
    for path in dict.fromkeys(operation.path for operation in there):
        served = {operation.method for operation in there if operation.path == path}
        target = re.sub(r"\{\w+\}", "x", path)
        for method in sorted({*(one.upper() for one in METHODS), "HEAD"} - served):
            answer = service.timely(Request(method, target))
            holds(answer.status == 405, "unserved method", f"{method} {target}: {answer.status}", answer)
            allowed = {one.strip() for one in (answer.header("allow") or "").split(",")}
            holds(
                served <= allowed and method not in allowed,
                "Allow",
                f"{method} {target}: Allow: {sorted(allowed)}",
                answer,
            )
            if method != "HEAD":
                same(sorted(read(answer)), ["detail"], "shape of a 405")


@relation(needs={"mistakes"})
def paths_that_are_not_served_are_not_found(service: Service, draw: Draw) -> None:
    """An unknown path is a 404 in the router's form; a path with an extra slash redirects to the path without it."""
    for path in ("/v3/nothing", "/v3/cohort", "/v3/Stats", "/v3/collections/a/b", "/v3x"):
        answer = service.timely(Request("GET", path))
        holds(answer.status == 404, "unknown path", f"{path}: {answer.status}", answer)
        same(sorted(read(answer)), ["detail"], "shape of a router's 404")
    for path in ("/v3/stats", "/v3/collections", "/v3/tables/index"):
        answer = service.timely(Request("GET", f"{path}/"))
        to = (answer.header("location") or "").partition("://")[2].partition("/")[2]
        holds(answer.status == 307 and f"/{to}" == path, "slash at the end", f"{path}/: {answer.status}", answer)


@relation()
def browsers_may_ask(service: Service, draw: Draw) -> None:
    """A web page of any origin may read the answers, and send a preflight request."""
    origin = ("origin", "https://example.org")
    for operation, body in (("getStats", NOTHING), ("countCohort", {})):
        answer = service.answer(operation, body, headers=[origin])
        allowed = answer.header("access-control-allow-origin")
        holds(allowed in ("*", origin[1]), "origin", f"{operation}: {allowed}", answer)
    call = (origin, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type"))
    answer = service.timely(Request("OPTIONS", "/v3/cohort/counts", call))
    holds(answer.status == 200, "preflight", f"{answer.status}", answer)
    holds("POST" in (answer.header("access-control-allow-methods") or ""), "preflight", "POST is not allowed", answer)


@relation(needs={"mistakes"})
def answers_of_all_kinds_carry_the_same_transport_security(service: Service, draw: Draw) -> None:
    """If one answer has Strict-Transport-Security, every answer has it, errors and text included."""
    one = {"terms": {"collection_id": ["rider_pilot"]}}
    answers = [
        service.answer("getStats"),
        service.answer("getTable", table=WORDS),
        service.answer("runSql", {}),
        service.answer("runSql", {"sql": ""}),
        service.answer("countCohort", {}),
        service.answer("getManifestText", {"limit": 1}),
        service.answer("getManifestText", request_body("getManifestText", one, limit=1)),
        service.timely(Request("GET", "/v3/nothing")),
        service.timely(Request("PUT", "/v3/stats")),
    ]
    applied_filters = {answer.header("strict-transport-security") for answer in answers}
    holds(
        len(applied_filters) == 1,
        "Strict-Transport-Security",
        f"not the same everywhere: {sorted(map(str, applied_filters))}",
    )


@relation(needs={"mistakes"})
def a_body_that_is_not_a_json_object_is_invalid(service: Service, draw: Draw) -> None:
    """A body that is missing, not JSON, not an object or of another type is a 422 with its place."""
    kinds = cycle([*JSON, ("content-type", "application/vnd.x+json")])
    for operation in [one for one in operations(service).values() if one.body]:
        for raw in (b"", b"{", b"[]", b"null", b'"text"', b"5", b"{'a': 1}", b"\xff", b"{} {}", b"terms=1", DEEP):
            answer = service.timely(Request("POST", operation.path, (next(kinds),), raw))
            found = judge(operation, answer)
            service.coverage.note(operation, answer.status, answer.media_type, found)
            broken = raw in (b"\xff", DEEP) and answer.status == 400  # what cannot be read, the router may refuse
            applied_filters = f"{operation.id} {raw[:20]!r}: {answer.status}"
            holds(answer.status == 422 or broken, "no JSON object", applied_filters, answer)
            holds(broken or found["detail"][0]["loc"][0] == "body", "place of a mistake", f"{found}", answer)
        plain = service.timely(Request("POST", operation.path, (("content-type", "text/plain"),), b"{}"))
        judge(operation, plain)
        holds(plain.status == 422, "another type than JSON", f"{operation.id}: {plain.status}", plain)


@relation(examples=2)
def unknown_parameters_are_ignored(service: Service, draw: Draw) -> None:
    """An unknown query parameter has no effect; the last one of repeated parameters is used."""
    same(service.call("getStats", query={"verbose": draw(st.text(max_size=5))}), service.call("getStats"), "totals")
    twice = service.call("getAttributeValues", attribute="Modality", query=[("limit", "5"), ("limit", "2")])
    same(len(twice["values"]), 2, "the last of two limits")
    if service.mistakes:
        limits = [("limit", "5"), ("limit", "0")]
        invalid(service, "getAttributeValues", "query", "limit", query=limits, attribute="Modality")
