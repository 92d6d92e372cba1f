"""The v3 half of the stand-in, held against SQL written here over the published files, and against the reference."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import httpx
import platformdirs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin import archive
from idc_standin.guard import Guard, Refused, TooSlow, select
from tests.conftest import ROOT, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PILOT = {"terms": {"collection_id": ["rider_pilot"]}}
FEW = settings(max_examples=25, deadline=None, derandomize=True)
TERMS = {
    "collection_id": ["rider_pilot", "lctsc", "tcga_read", "no_such_collection"],
    "Modality": ["CT", "MR", "SR", "SEG", "ct"],
    "BodyPartExamined": ["CHEST", "LUNG", "RECTUM"],
    "license_short_name": ["CC BY 3.0", "CC BY 4.0"],
    "PatientSex": ["M", "F"],
}
RANGES: dict[str, list[Any]] = {
    "instanceCount": [1, 2, "50", 200.5],
    "series_size_MB": [0.5, "10", 100],
    "StudyDate": ["1995", "2001-01-01", "2010-12-31"],
    "series_init_idc_version": [1, 4, 18],
}
filters = st.fixed_dictionaries(
    {
        "terms": st.dictionaries(st.sampled_from(sorted(TERMS)), st.just(None), max_size=3).flatmap(
            lambda names: st.fixed_dictionaries(
                {name: st.lists(st.sampled_from(TERMS[name]), max_size=3) for name in names}
            )
        ),
        "ranges": st.dictionaries(st.sampled_from(sorted(RANGES)), st.just(None), max_size=2).flatmap(
            lambda names: st.fixed_dictionaries(
                {
                    name: st.fixed_dictionaries(
                        {}, optional={b: st.sampled_from([None, *RANGES[name]]) for b in ("gte", "lte")}
                    )
                    for name in names
                }
            )
        ),
    }
)


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of series, as it is."""
    with duckdb.connect() as connection:
        path = str(files("idc_index_data") / "idc_index.parquet").replace("'", "''")
        connection.execute(f"CREATE VIEW series AS FROM read_parquet('{path}')")
        yield connection


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    """The guarded tables, with a short time limit."""
    built = Guard(archive.published(archive.ensure(platformdirs.user_cache_path("idc-standin"))), seconds=0.3)
    yield built
    built.close()


def condition(asked: dict[str, Any]) -> str:
    """The filters as SQL text, written without the server's builder."""
    parts = ["true"]
    for name, values in asked["terms"].items():
        if values:
            parts.append(f'"{name}" IN ({", ".join(repr(value) for value in values)})')
    for name, bounds in asked["ranges"].items():
        text = name == "StudyDate"
        for bound, sign in (("gte", ">="), ("lte", "<=")):
            if (value := bounds.get(bound)) is not None:
                parts.append(f'"{name}" {sign} {value!r}' if text else f'"{name}" {sign} {float(value)!r}')
    return " AND ".join(parts)


@FEW
@given(asked=filters)
def test_counts_are_those_of_the_published_table(
    http: httpx.Client, published: duckdb.DuckDBPyConnection, asked: dict[str, Any]
) -> None:
    expected = published.execute(
        "SELECT count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*), "
        f"coalesce(sum(instanceCount), 0), round(coalesce(sum(series_size_MB), 0) / 1e6, 3) "
        f"FROM series WHERE {condition(asked)}"
    ).fetchall()[0]
    answer = http.post("/v3/cohort/counts", json=asked)
    assert answer.status_code == 200
    assert tuple(answer.json().values()) == expected


@FEW
@given(asked=filters, page_size=st.integers(1, 5000), page=st.integers(0, 3))
def test_a_manifest_page_is_a_slice_of_the_selection_in_its_total_order(
    http: httpx.Client, published: duckdb.DuckDBPyConnection, asked: dict[str, Any], page_size: int, page: int
) -> None:
    expected = published.execute(
        f"SELECT SeriesInstanceUID FROM series WHERE {condition(asked)} "
        "ORDER BY collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID "
        f"LIMIT {page_size} OFFSET {page * page_size}"
    ).fetchall()
    answer = http.post("/v3/cohort/manifest", json={"filters": asked, "page": page, "page_size": page_size}).json()
    assert [row["SeriesInstanceUID"] for row in answer["series"]] == [row[0] for row in expected]
    assert (answer["page"], answer["page_size"], answer["returned"]) == (page, page_size, len(expected))
    assert answer["total_series"] == answer["counts"]["series"] == answer["download"]["total_series"]


def test_a_manifest_row_is_the_published_row(http: httpx.Client, published: duckdb.DuckDBPyConnection) -> None:
    row = http.post("/v3/cohort/manifest", json={"filters": PILOT, "page_size": 1}).json()["series"][0]
    columns = ", ".join(row)
    expected = published.execute(
        f"SELECT {columns} FROM series WHERE SeriesInstanceUID = '{row['SeriesInstanceUID']}'"
    ).fetchall()
    assert expected == [tuple(row.values())]


@pytest.mark.parametrize(
    ("sent", "page", "page_size"),
    [({}, 0, 100), ({"page": -3, "page_size": 0}, 0, 1), ({"page_size": 5001}, 0, 5000), ({"page_size": None}, 0, 100)],
)
def test_page_and_page_size_are_clamped_and_reported(
    http: httpx.Client, sent: dict[str, Any], page: int, page_size: int
) -> None:
    answer = http.post("/v3/cohort/manifest", json={"filters": PILOT, "include_rows": False, **sent}).json()
    assert (answer["page"], answer["page_size"], answer["returned"], answer["series"]) == (page, page_size, 0, [])


def test_a_page_past_the_end_is_empty(http: httpx.Client) -> None:
    answer = http.post("/v3/cohort/manifest", json={"filters": PILOT, "page": 10**9})
    assert (answer.status_code, answer.json()["returned"]) == (200, 0)


def test_without_rows_a_page_of_any_number_is_echoed(http: httpx.Client) -> None:
    asked = {"filters": PILOT, "page": 10**30, "include_rows": False}
    answer = http.post("/v3/cohort/manifest", json=asked)
    assert (answer.status_code, answer.json()["page"]) == (200, 10**30)


@pytest.mark.parametrize("limit", [None, 0, -1, 3, 10**9])
def test_the_text_manifest_has_the_ascending_addresses_up_to_the_limit(
    http: httpx.Client, published: duckdb.DuckDBPyConnection, limit: int | None
) -> None:
    answer = http.post("/v3/cohort/manifest.txt", json={"filters": PILOT, "limit": limit})
    expected = published.execute(
        "SELECT series_aws_url FROM series WHERE collection_id = 'rider_pilot' ORDER BY 1"
    ).fetchall()
    most = len(expected) if limit is None else max(limit, 0)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "".join(f"{row[0]}\n" for row in expected[:most])


def test_the_text_manifest_stops_at_100000_lines_unless_told(http: httpx.Client) -> None:
    everything = http.post("/v3/cohort/manifest.txt", json={})
    assert everything.text.count("\n") == 100_000
    assert http.post("/v3/cohort/manifest.txt", json={"limit": 100_001}).text.count("\n") == 100_001


def test_on_google_only_the_buckets_change_and_the_order_stays(http: httpx.Client) -> None:
    ranges = {"terms": {"license_short_name": ["CC BY-NC 4.0", "CC BY-NC 3.0"]}}
    aws, gcs = (
        http.post("/v3/cohort/manifest.txt", json={"filters": ranges, "source": source}).text.splitlines()
        for source in ("aws", "gcs")
    )
    buckets = {
        "idc-open-data": "idc-open-data",
        "idc-open-data-two": "idc-open-idc1",
        "idc-open-data-cr": "idc-open-cr",
    }
    assert len(aws) == len(gcs) > 0
    for ours, theirs in zip(aws, gcs, strict=True):
        _, _, bucket, rest = ours.split("/", 3)
        assert theirs == f"s3://{buckets[bucket]}/{rest}"


BAD_BOUND = {"ranges": {"instanceCount": {"gte": "abc"}}}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("cohort/counts", {"terms": {"modality": ["CT"]}}, 400, "invalid_query"),
        ("cohort/counts", {"terms": {"modality": []}}, 400, "invalid_query"),
        ("cohort/counts", {"terms": {"StudyDate": ["2001"]}}, 400, "invalid_query"),
        ("cohort/counts", {"ranges": {"Modality": {}}}, 400, "invalid_query"),
        ("cohort/counts", BAD_BOUND, 400, "invalid_query"),
        ("cohort/counts", {"ranges": {"instanceCount": {"lte": ""}}}, 400, "invalid_query"),
        ("cohort/counts", {"ranges": {"StudyDate": {"gte": 20010101}}}, 400, "invalid_query"),
        ("licenses", BAD_BOUND, 400, "invalid_query"),
        ("cohort/manifest", {"filters": BAD_BOUND}, 400, "invalid_query"),
        ("cohort/manifest", {"page": 2**62, "page_size": 5000}, 400, "invalid_query"),
        ("cohort/manifest.txt", {"filters": BAD_BOUND}, 400, "invalid_query"),
        ("cohort/manifest.txt", {"filters": BAD_BOUND, "limit": 0}, 400, "invalid_query"),
        ("cohort/manifest.txt", {"source": "AWS"}, 400, "invalid_query"),
        ("cohort/manifest.txt", {"limit": -2}, 400, "invalid_query"),
        ("cohort/manifest.txt", {"limit": 2**63}, 400, "invalid_query"),
        ("citations", {"citation_format": "mla"}, 400, "invalid_query"),
        ("citations", {"filters": BAD_BOUND}, 400, "invalid_query"),
        ("sql", {"sql": "DELETE FROM index"}, 400, "invalid_query"),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_services_envelope(
    http: httpx.Client, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = http.post(f"/v3/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("path", "body", "kind", "loc"),
    [
        ("cohort/counts", {"terms": None}, "dict_type", ["body", "terms"]),
        ("cohort/counts", {"terms": {"Modality": [1]}}, "string_type", ["body", "terms", "Modality", 0]),
        ("cohort/manifest", {"page": None}, "int_type", ["body", "page"]),
        ("cohort/manifest", {"page": 1.5}, "int_from_float", ["body", "page"]),
        ("sql", {}, "missing", ["body", "sql"]),
    ],
)
def test_a_wrong_shape_is_a_422_that_says_where(
    http: httpx.Client, path: str, body: dict[str, Any], kind: str, loc: list[Any]
) -> None:
    answer = http.post(f"/v3/{path}", json=body)
    assert answer.status_code == 422
    assert [(detail["type"], detail["loc"]) for detail in answer.json()["detail"]] == [(kind, loc)]


@pytest.mark.parametrize(
    "body",
    [
        b'{"terms": {"Modality": ["\\ud800"]}}',
        b'{"terms": {"\\ud800": ["CT"]}}',
        b'{"terms": "\\ud800"}',
        b'{"terms": NaN}',
    ],
)
def test_what_json_can_say_and_text_cannot_is_the_callers_mistake(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/v3/cohort/counts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert json.loads(answer.content)


def test_a_body_that_is_neither_json_nor_text_is_the_callers_mistake(http: httpx.Client) -> None:
    answer = http.post("/v3/cohort/counts", content=b"\xff{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["detail"][0]["input"]) == (422, "\\xff{}")


def test_misplaced_filters_select_everything_as_upstream_does(http: httpx.Client) -> None:
    assert http.post("/v3/cohort/counts", json={"filters": PILOT}).json()["series"] == 1_044_191


# --- catalogues ---------------------------------------------------------------------------------------------------


def test_stats_are_the_totals_of_release_25(http: httpx.Client) -> None:
    assert http.get("/v3/stats").json() == {
        "idc_version": "v25",
        "collections": 179,
        "analysis_results": 26,
        "patients": 86_362,
        "studies": 168_507,
        "series": 1_044_191,
        "instances": 58_784_975,
        "size_TB": 99.945,
    }


def test_every_collection_listed_has_a_detail_that_agrees(http: httpx.Client) -> None:
    collections = http.get("/v3/collections").json()
    identifiers = [collection["collection_id"] for collection in collections]
    assert identifiers == sorted(set(identifiers))
    for summary in collections[::30]:
        detail = http.get(f"/v3/collections/{summary['collection_id']}").json()
        assert summary.items() <= detail.items()
        assert detail["series"] == sum(licence["series"] for licence in detail["licenses"])
        assert detail["modalities"] == sorted(detail["modalities"])
        counts = http.post("/v3/cohort/counts", json={"terms": {"collection_id": [summary["collection_id"]]}}).json()
        assert counts.items() <= detail.items()


def test_attributes_come_in_the_documented_order_with_their_kinds(http: httpx.Client) -> None:
    schemas = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
    attributes = http.get("/v3/attributes").json()
    terms, ranges = schemas["V3TermAttribute"]["enum"], schemas["V3RangeAttribute"]["enum"]
    assert [(a["name"], a["kind"]) for a in attributes] == [
        *((name, "term") for name in terms),
        *((name, "range") for name in ranges),
    ]
    assert [a["name"] for a in attributes if not a["categorical"]] == [*terms[2:5], *ranges]


@pytest.mark.parametrize("column", ["Modality", "SeriesNumber", "instanceCount", "series_size_MB"])
def test_values_are_the_commonest_first_and_equal_ones_ascend(
    http: httpx.Client, published: duckdb.DuckDBPyConnection, column: str
) -> None:
    answer = http.get(f"/v3/attributes/{column}/values", params={"limit": 20}).json()
    expected = published.execute(
        f'SELECT "{column}", count(*) FROM series WHERE "{column}" IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20'
    ).fetchall()
    assert [(v["value"], v["count"]) for v in answer["values"]] == expected
    assert answer["truncated"] is True


def test_tables_are_described_as_published_and_can_be_asked_for(http: httpx.Client) -> None:
    tables = http.get("/v3/tables").json()["tables"]
    assert [table["name"] for table in tables] == [
        "index",
        "collections_index",
        "analysis_results_index",
        "version_metadata_index",
        "prior_versions_index",
    ]
    for table in tables:
        schema = http.get(f"/v3/tables/{table['name']}").json()
        assert len(schema["columns"]) == table["column_count"]
        found = http.post("/v3/sql", json={"sql": f"SELECT * FROM {table['name']}", "max_rows": 1}).json()
        assert found["columns"] == [column["name"] for column in schema["columns"]]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("collections/NLST", 404),
        ("tables/idc_index", 404),
        ("clinical/tables", 404),
        ("clinical/tables/nlst_canc", 404),
        ("clinical/tables/nlst_canc/rows", 404),
        ("clinical/tables/nlst_canc/rows?max_rows=0", 422),
        ("attributes/modality/values", 400),
        ("attributes/Modality/values?limit=10001", 422),
        ("viewer-url", 400),
        ("viewer-url?viewer=weasis&study_instance_uid=1.2", 400),
        ("viewer-url?series_instance_uid=1.2", 404),
        ("viewer-url?study_instance_uid=1.2", 404),
    ],
)
def test_unknown_things_have_their_status(http: httpx.Client, path: str, status: int) -> None:
    assert http.get(f"/v3/{path}").status_code == status


def test_viewers_are_addressed_by_study_and_series(http: httpx.Client) -> None:
    base = "https://viewer.imaging.datacommons.cancer.gov"
    for where, viewer, path, more in (
        ("Modality = 'SM'", "slim", "/slim/studies/{0}", "/series/{0}"),
        (
            "collection_id = 'rider_pilot'",
            "ohif_v3",
            "/v3/viewer/?StudyInstanceUIDs={0}",
            "&initialSeriesInstanceUID={0}",
        ),
    ):
        sql = f"SELECT StudyInstanceUID AS study, SeriesInstanceUID AS series FROM index WHERE {where} LIMIT 1"
        row = http.post("/v3/sql", json={"sql": sql}).json()["rows"][0]
        of_series = http.get("/v3/viewer-url", params={"series_instance_uid": row["series"]}).json()
        of_study = http.get("/v3/viewer-url", params={"study_instance_uid": row["study"]}).json()
        assert (of_study["viewer"], of_study["viewer_url"]) == (viewer, base + path.format(row["study"]))
        assert of_series["viewer_url"] == of_study["viewer_url"] + more.format(row["series"])
    old = http.get("/v3/viewer-url", params={"study_instance_uid": row["study"], "viewer": "ohif_v2"}).json()
    assert old["viewer_url"] == f"{base}/viewer/{row['study']}"


def test_licences_of_a_selection_are_those_of_most_series_first(http: httpx.Client) -> None:
    licences = http.post("/v3/licenses", json={}).json()["licenses"]
    assert sum(licence["series"] for licence in licences) == 1_044_191
    assert [licence["series"] for licence in licences] == sorted(
        (licence["series"] for licence in licences), reverse=True
    )
    assert len(licences) == 5


def test_without_a_network_citations_are_empty_and_say_so(http: httpx.Client) -> None:
    # Loopback is all that tests may reach: the resolver's name is one that resolves nowhere.
    with serving("--doi-resolver", "http://127.0.0.1:9") as url:
        answer = http.post(f"{url}/v3/citations", json={"filters": PILOT, "citation_format": "APA"}).json()
    assert (answer["format"], answer["citations"], answer["idc_acknowledgment"]) == ("apa", [], None)


# --- SQL ----------------------------------------------------------------------------------------------------------


@FEW
@given(text=st.text(alphabet=st.sampled_from(list("ab'\"-/*;$ \n\\")), max_size=20))
def test_a_literal_comes_back_as_it_was_sent(http: httpx.Client, text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"
    answer = http.post("/v3/sql", json={"sql": f"SELECT /* a 'comment' */ {literal} AS said -- and; more"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] == [{"said": text}]


@pytest.mark.parametrize(
    "statement",
    [
        "", ";", "-- nothing", "/* nothing */", "FROM index", "VALUES (1)", "(SELECT 1)", "EXPLAIN SELECT 1",
        "SHOW TABLES", "DESCRIBE index", "PRAGMA version", "SET threads = 1", "CALL pragma_version()",
        "COPY index TO 'x'", "ATTACH 'x'", "CREATE TABLE t AS SELECT 1", "DROP TABLE index", "DELETE FROM index",
        "SELECT 1;;", "SELECT 1; SELECT 2", "\ufeffSELECT 1", "SELECT\0 1", "SELECT /* 1", "selection",
        "WITH x AS (SELECT 1) DELETE FROM index", "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM 'x.parquet'", "SELECT ?", "SELECT $1", "SELECT nonsense", "SELECT * FROM series",
        "SELECT 1) AS t; DROP TABLE index; SELECT * FROM (SELECT 1", "SELECT now()",
    ],
)  # fmt: skip
def test_everything_but_one_select_of_what_is_there_is_refused(http: httpx.Client, statement: str) -> None:
    answer = http.post("/v3/sql", json={"sql": statement})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_query"
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "statement", ["select 1", "SELECT 1;", " \n SELECT 1 ; ", "with x as (select 1) select * from x", "SELECT 1 -- c"]
)
def test_one_select_may_be_written_in_any_way(guard: Guard, statement: str) -> None:
    assert guard.run(statement, 10).rows == [(1,)]


def test_row_limits_are_clamped_reported_and_say_what_they_cut(http: httpx.Client) -> None:
    for asked, applied in ((None, 5000), (0, 1), (-5, 1), (10**6, 10_000), (7, 7)):
        answer = http.post("/v3/sql", json={"sql": "SELECT rowid FROM index", "max_rows": asked}).json()
        assert (answer["max_rows"], answer["row_count"], len(answer["rows"])) == (applied, applied, applied)
        assert answer["truncated"] is True
    whole = http.post("/v3/sql", json={"sql": "SELECT * FROM version_metadata_index", "max_rows": 25}).json()
    assert (whole["row_count"], whole["truncated"]) == (25, False)


def test_values_have_the_documented_json_forms(http: httpx.Client) -> None:
    forms = {
        "1.50::DECIMAL(4, 2)": 1.5,
        "7::DECIMAL(4, 0)": 7,
        "DATE '2001-02-03'": "2001-02-03",
        "TIME '04:05:06'": "04:05:06",
        "TIMESTAMP '2001-02-03 04:05:06.5'": "2001-02-03T04:05:06.500000",
        "'\\xAA\\x01'::BLOB": "aa01",
        "INTERVAL 1 MONTH": "P30D",
        "'67e22f90-36e1-40aa-88bb-9b2efb5616f2'::UUID": "67e22f90-36e1-40aa-88bb-9b2efb5616f2",
        "'101'::BIT": "101",
        "170141183460469231731687303715884105727::HUGEINT": 170141183460469231731687303715884105727,
        "'nan'::DOUBLE": None,
        "'-inf'::FLOAT": None,
        "[1, NULL]": [1, None],
        "['nan'::DOUBLE]": [None],
        "{'a': DATE '2001-02-03'}": {"a": "2001-02-03"},
        "MAP {'k': 1}": {"k": 1},
        "NULL": None,
    }
    columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(forms))
    row = http.post("/v3/sql", json={"sql": f"SELECT {columns}"}).json()["rows"][0]
    assert row == {f"c{i}": value for i, value in enumerate(forms.values())}


def test_a_statement_that_takes_too_long_is_stopped(guard: Guard) -> None:
    with pytest.raises(TooSlow):
        guard.run("SELECT count(*) FROM index a, index b WHERE a.SeriesInstanceUID < b.StudyInstanceUID", 1)
    assert guard.run("SELECT 1", 1).rows == [(1,)]


def test_the_configuration_cannot_be_changed_from_inside(guard: Guard) -> None:
    settings_of = guard.run("SELECT name, value FROM duckdb_settings()", 10_000).rows
    assert {("enable_external_access", "false"), ("lock_configuration", "true")} <= set(settings_of)


@FEW
@given(st.text(max_size=60))
def test_any_text_is_either_one_select_or_refused(text: str) -> None:
    try:
        statement = select(text)
    except Refused:
        return
    assert statement.lower().startswith(("select", "with"))


# --- transport ----------------------------------------------------------------------------------------------------


def test_answers_carry_the_services_headers(http: httpx.Client) -> None:
    plain = http.get("/v3/health")
    crossed = http.get("/v3/collections/none", headers={"Origin": "https://example.org"})
    for answer in (plain, crossed):
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert answer.headers["vary"] == "Origin"
    assert crossed.headers["access-control-allow-origin"] == "*"
    assert plain.headers["server"].startswith("idc-standin/")


def test_the_router_answers_as_upstreams_does(http: httpx.Client) -> None:
    assert http.head("/v3/health").status_code == 405
    wrong = http.delete("/v3/health")
    assert (wrong.status_code, wrong.headers["allow"], wrong.json()) == (405, "GET", {"detail": "Method Not Allowed"})
    unknown = http.get("/v3/nothing")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})
    slash = http.get("/v3/health/")
    assert (slash.status_code, slash.headers["location"].endswith("/v3/health")) == (307, True)
    assert http.get("/").headers["location"] == "/v3/docs"


@pytest.mark.parametrize("target", [b"*", b"nowhere", b"http://127.0.0.1/v3/health"])
def test_a_target_that_is_no_path_is_not_found(http: httpx.Client, target: bytes) -> None:
    answer = http.options("/", extensions={"target": target})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_the_document_and_its_page_are_served_from_this_machine(http: httpx.Client) -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert http.get("/v3/openapi.json").json() == document
    page = http.get("/v3/docs")
    assert "swagger-ui" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert http.get("/v3/docs/assets/swagger-ui.css").status_code == 200


def test_quirks_fail_as_upstream_fails() -> None:
    rows = yaml.safe_load((ROOT / "idc_standin" / "v3" / "deviations.yaml").read_text(encoding="utf-8"))
    assert {row["id"] for row in rows if row["quirk"]} == {"bad-source", "incomparable-bound", "integer-overflow"}
    with serving("--quirks") as url:
        for path, body in (
            ("cohort/manifest.txt", {"source": "x"}),
            ("cohort/counts", BAD_BOUND),
            ("cohort/manifest", {"page": 2**62, "page_size": 5000}),
            ("cohort/manifest.txt", {"limit": -2}),
        ):
            answer = httpx.post(f"{url}/v3/{path}", json=body, timeout=60)  # the connection is closed after each
            assert (answer.status_code, answer.text) == (500, "Internal Server Error")
            assert "strict-transport-security" not in answer.headers
