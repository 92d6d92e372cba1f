"""What is refused, in which order, and how: the checks of the five operations that take filters, and of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.standin.v3_requests import POSTS, post, refusal
from tests.support.standin_process import ROOT, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

EACH = pytest.mark.parametrize("path", POSTS)
PILOT = {"terms": {"collection_id": ["rider_pilot"]}}
BAD_BOUND = {"ranges": {"instanceCount": {"gte": "abc"}}}
#: Filters with several mistakes -> the one that is named. Terms come first, then ranges, each in the order sent.
FIRST: list[tuple[dict[str, Any], str]] = [
    ({"terms": {"modality": ["CT"]}}, "'modality'"),
    ({"terms": {"modality": []}}, "'modality'"),
    ({"terms": {"StudyDate": ["2001-01-01"]}}, "'StudyDate'"),
    ({"terms": {"SeriesDescription": ["x"]}}, "'SeriesDescription'"),
    ({"terms": {"": ["x"]}}, "''"),
    ({"ranges": {"Modality": {}}}, "'Modality'"),
    ({"ranges": {"nonsense": {"gte": None}}}, "'nonsense'"),
    ({"terms": {"Modality": [], "b": [], "a": ["x"]}}, "'b'"),
    ({"ranges": {"b": {"gte": 1}, "a": {}}}, "'b'"),
    ({"ranges": {"x": {}}, "terms": {"y": []}}, "'y'"),
    ({"ranges": {"instanceCount": {"gte": "abc"}, "x": {}}}, "'abc'"),
    ({"ranges": {"x": {}, "instanceCount": {"gte": "abc"}}}, "'x'"),
    ({"ranges": {"instanceCount": {"lte": "second", "gte": "first"}}}, "'first'"),
    ({"ranges": {"StudyDate": {"gte": "2020"}, "instanceCount": {"gte": "abc"}}}, "'2020'"),
    ({"ranges": {"StudyDate": {"gte": None, "lte": "2020"}}, "terms": {"Modality": []}}, "'2020'"),
]


@EACH
@pytest.mark.parametrize(("filters", "named"), FIRST)
def test_the_first_mistake_in_filters_is_the_answer(
    http: httpx.Client, path: str, filters: dict[str, Any], named: str
) -> None:
    assert named in refusal(post(http, path, {"filters": filters, **POSTS[path]}))


#: Requests with mistakes of several steps -> the status, and a word of the one that comes first.
ORDER: list[tuple[str, dict[str, Any], int, str]] = [
    # 1: the shape, whatever else is wrong
    ("cohort/manifest.txt", {"source": "x", "filters": {"terms": {"x": []}}, "limit": "y"}, 422, "int_parsing"),
    ("cohort/manifest.txt", {"source": "x", "terms": {}}, 422, "value_error"),
    ("citations", {"citation_format": "x", "nonsense": 1}, 422, "extra_forbidden"),
    ("cohort/manifest", {"filters": {"terms": {"x": ["y"]}}, "page": None}, 422, "int_type"),
    ("cohort/counts", {"filters": {"terms": {"x": []}, "y": 1}}, 422, "extra_forbidden"),
    # 2: source and citation_format
    ("cohort/manifest.txt", {"source": "AWS"}, 400, "source"),
    ("cohort/manifest.txt", {"source": "x", "filters": {"terms": {"y": []}}, "limit": -2}, 400, "source"),
    ("cohort/manifest.txt", {"source": "", "filters": BAD_BOUND}, 400, "source"),
    ("citations", {"citation_format": "mla"}, 400, "citation_format"),
    ("citations", {"citation_format": " apa", "filters": BAD_BOUND}, 400, "citation_format"),
    ("citations", {"citation_format": "mla", "filters": {"terms": {"y": []}}}, 400, "citation_format"),
    # 3: the filters
    ("cohort/manifest.txt", {"filters": BAD_BOUND, "limit": -2}, 400, "'abc'"),
    ("cohort/manifest.txt", {"filters": {"terms": {"y": []}}, "limit": 2**63}, 400, "'y'"),
    ("cohort/manifest", {"filters": BAD_BOUND, "page": 2**63, "page_size": 5000}, 400, "'abc'"),
    ("citations", {"citation_format": "BibTeX", "filters": BAD_BOUND}, 400, "'abc'"),
    ("licenses", {"filters": BAD_BOUND}, 400, "'abc'"),
    # 4: no predicate
    ("cohort/manifest", {"page": 2**63}, 400, "filter"),
    ("cohort/manifest", {"include_rows": False}, 400, "filter"),
    ("cohort/manifest.txt", {"limit": -2}, 400, "filter"),
    # 5: the query
    ("cohort/manifest", {"filters": PILOT, "page": 2**62, "page_size": 5000}, 400, "page"),
    ("cohort/manifest", {"filters": PILOT, "page": 2**63}, 400, "page"),
    ("cohort/manifest.txt", {"filters": PILOT, "limit": -2}, 400, "limit"),
    ("cohort/manifest.txt", {"filters": PILOT, "limit": 2**63 - 1}, 400, "limit"),
]


@pytest.mark.parametrize(("path", "body", "status", "word"), ORDER)
def test_checks_are_made_in_their_order(
    http: httpx.Client, path: str, body: dict[str, Any], status: int, word: str
) -> None:
    answer = post(http, path, body)
    assert answer.status_code == status
    if status == 400:
        assert word in refusal(answer)
    else:
        assert [entry["type"] for entry in answer.json()["detail"]] == [word]


@EACH
def test_refusals_carry_the_headers_of_every_answer(http: httpx.Client, path: str) -> None:
    for body, status in (('{"filters": {"terms": {"x": []}}}', 400), ('{"terms": {}}', 422), ("[" * 100_000, 400)):
        headers = {"Origin": "https://example.org", "Content-Type": "application/json"}
        answer = http.post(f"/v3/{path}", content=body, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["vary"] == "Origin"


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
        ("releases/changes", 404),
        ("releases/25", 404),
    ],
)
def test_unknown_things_have_their_status(http: httpx.Client, path: str, status: int) -> None:
    assert http.get(f"/v3/{path}").status_code == status


# --- upstream's failures --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def failing() -> Iterator[str]:
    """A stand-in with all quirks."""
    with serving("--quirks") as url:
        yield url


def table() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(
        (ROOT / "idc_standin" / "v3" / "deviations.yaml").read_text(encoding="utf-8")
    )
    return rows


def test_the_table_of_deviations_has_a_reason_and_known_operations_in_every_row() -> None:
    paths = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))["paths"]
    known = {one["operationId"] for path, item in paths.items() if path.startswith("/v3") for one in item.values()}
    rows = table()
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert list(row) == ["id", "operations", "upstream", "standin", "reason", "quirk"]
        assert row["operations"] == "all" or known.issuperset(row["operations"])
        assert all(isinstance(row[key], str) and row[key] for key in ("upstream", "standin", "reason"))
    assert {row["id"] for row in rows if row["quirk"]} == {"bad-source", "bucket-moves", "integer-overflow"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("cohort/manifest.txt", {"source": "x"}),
        ("cohort/manifest.txt", {"source": "AWS", "filters": BAD_BOUND, "limit": -2}),
        ("cohort/manifest", {"filters": PILOT, "page": 2**62, "page_size": 5000}),
        ("cohort/manifest.txt", {"filters": PILOT, "limit": -2}),
        ("cohort/manifest.txt", {"filters": PILOT, "limit": 2**63 - 1}),
    ],
)
def test_quirks_fail_as_upstream_fails(failing: str, path: str, body: dict[str, Any]) -> None:
    answer = httpx.post(f"{failing}/v3/{path}", json=body, timeout=60)  # the connection is closed after each
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("cohort/manifest.txt", {"source": "x", "terms": {}}, 422),
        ("cohort/manifest.txt", {"limit": -2}, 400),
        ("cohort/manifest", {"page": 2**63}, 400),
        ("cohort/manifest", {"filters": BAD_BOUND, "page": 2**63}, 400),
        ("cohort/manifest", {"filters": PILOT, "page": 2**63, "include_rows": False}, 200),
        ("cohort/counts", {"filters": BAD_BOUND}, 400),
        ("citations", {"citation_format": "x"}, 400),
    ],
)
def test_quirks_leave_the_order_of_the_checks_as_it_is(
    failing: str, path: str, body: dict[str, Any], status: int
) -> None:
    assert httpx.post(f"{failing}/v3/{path}", json=body, timeout=60).status_code == status
