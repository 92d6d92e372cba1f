"""Pages of manifests and queries, against plain Python over the same index."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from idc_standin.v1.query import Query, conditions
from idc_standin.v1.store import Selection
from tests.standin import oracle
from tests.standin.oracle import GUIDS, INSTANCE, MANIFEST, NEWEST, SERIES, Release, Row, manifest_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import httpx

    from idc_standin.v1.store import Store

FIELDS = [name for name in (*SERIES, "SOPInstanceUID") if name not in {"crdc_series_uuid", "source_DOI", "Program"}]
FIELDS = [name for name in FIELDS if name != "tcia_tumorLocation"]
FILTERED = [name for name in (*SERIES, "crdc_study_uuid", "gcs_bucket") if name not in {"SeriesInstanceUID"}]
MOST_INSTANCES, MOST_ROWS = 10_000, 5000


def some(draw: st.DrawFn, values: Sequence[Any]) -> Any:
    """One of many values (sampled_from looks at each of them, every time)."""
    return values[draw(st.integers(0, len(values) - 1))]


def swapped(draw: st.DrawFn, text: str) -> str:
    """The text, perhaps in another case."""
    return draw(st.sampled_from([str, str.upper, str.lower, str.swapcase, str.title]))(text)


def spelled(draw: st.DrawFn, name: str, value: str) -> str:
    """A value as a caller might write it."""
    text = swapped(draw, value)
    return text.replace("_", draw(st.sampled_from("_-"))) if name == "collection_id" else text


@st.composite
def wanted(draw: st.DrawFn, release: Release, name: str, row: dict[str, Any]) -> list[str]:
    """Values of a filter on one attribute, drawn from what the archive holds, near one of its rows."""
    near = row[name] if row[name] is not None else some(draw, release.values[name])
    kind = draw(
        st.sampled_from(["whole", "pattern", "pattern", "list", "list", "none", "some or none", "several or none"])
    )
    if kind in {"whole", "some or none"}:
        values = [spelled(draw, name, near)]
    elif kind == "pattern":
        text = near
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, len(text)))
        middle = draw(st.sampled_from(["%", "_" * (stop - start), "_%", "%%"]))
        values = [swapped(draw, text[:start] + middle + text[stop:])]
    elif kind == "none":
        return ["None"]
    else:
        texts = [near, *(some(draw, release.values[name]) for _ in range(draw(st.integers(1, 3)))), "C%", "_"]
        values = list(dict.fromkeys(spelled(draw, name, text) for text in texts))
    if kind.endswith("or none"):
        values.insert(draw(st.integers(0, len(values))), "None")
    return values


@st.composite
def filters(draw: st.DrawFn, release: Release, *, narrow: bool) -> dict[str, list[str]]:
    """Filters that some row of the archive is likely to meet; narrow ones keep to a few patients."""
    row = some(draw, release.rows)
    names = draw(st.lists(st.sampled_from(FILTERED), max_size=3, unique=True))
    found = {name: draw(wanted(release, name, row)) for name in names}
    if narrow:
        others = [some(draw, release.values["PatientID"]) for _ in range(draw(st.integers(0, 2)))]
        found["PatientID"] = list(dict.fromkeys([row["PatientID"], *others]))
        if draw(st.integers(0, 3)) == 0:
            found |= draw(picked(row))
    return found


@st.composite
def picked(draw: st.DrawFn, row: dict[str, Any]) -> dict[str, list[str]]:
    """A filter on instance identifiers, by whole ones or by a pattern."""
    name = draw(st.sampled_from(sorted(INSTANCE)))
    numbers = draw(st.lists(st.integers(0, row["size"] - 1), min_size=1, max_size=4, unique=True))
    texts = [INSTANCE[name](row, k) for k in numbers]
    if draw(st.booleans()):
        return {name: [swapped(draw, text) for text in texts] + draw(st.sampled_from([[], ["nonsense"], ["None"]]))}
    if name == "SOPInstanceUID":
        return {name: [texts[0][:-1] + draw(st.sampled_from(["_", "%"]))]}
    return {name: [texts[0][:-6].upper() + "%"]}


def walk(http: httpx.Client, path: str, key: str, params: dict[str, Any], body: Any) -> tuple[list[dict], list[dict]]:
    """All rows of a paged question, and its pages."""
    rows: list[dict] = []
    pages: list[dict] = []
    size = params["page_size"]
    while True:
        response = http.post(path, params=params, json=body)
        assert response.status_code == 200, response.text
        page = response.json()
        results = page["manifest" if key == "json_manifest" else "query_results"]
        assert results["rowsReturned"] == len(results[key]) <= size
        rows += results[key]
        pages.append(results)
        if not page["next_page"]:
            return rows, pages
        assert len(results[key]) == size, "a page that is not the last one is not full"
        assert len(rows) < results["totalFound"]
        params = {"page_size": size, "next_page": page["next_page"]}


def check(rows: Sequence[Row], pages: Sequence[dict[str, Any]], expected: Sequence[Row], size: int) -> None:
    assert list(rows) == list(expected)
    assert {page["totalFound"] for page in pages} == {len(expected)}
    assert len(pages) == max(1, math.ceil(len(expected) / size))


def page_size(draw: st.DrawFn, total: int) -> int:
    """A size that gives few pages, often one that just fits."""
    pages = draw(st.integers(1, 5))
    return min(50_000, max(1, math.ceil(total / pages) + draw(st.integers(-1, 1)), math.ceil(total / 6)))


@settings(deadline=None, max_examples=15, derandomize=True)
@given(data=st.data())
def test_the_pages_of_any_manifest_are_the_distinct_rows_in_order(
    http: httpx.Client, second: Release, data: st.DataObject
) -> None:
    flags = data.draw(st.sets(st.sampled_from(sorted(MANIFEST)), min_size=1), "columns")
    names = [name for name in MANIFEST if name in flags]
    columns = [MANIFEST[name] for name in names]
    by_instance = not set(columns).isdisjoint(INSTANCE)
    chosen = data.draw(filters(second, narrow=by_instance or data.draw(st.booleans())), "filters")
    if by_instance or not set(chosen).isdisjoint(INSTANCE):
        assume(sum(row["size"] for row in second.matching(chosen)) <= MOST_INSTANCES)
    expected = second.answer(chosen, columns, manifest_order(columns), MOST_ROWS)
    assume(expected is not None)
    size = data.draw(st.composite(page_size)(len(expected)), "page_size")
    shuffled = data.draw(st.permutations(names))
    refused = dict.fromkeys(data.draw(st.sets(st.sampled_from([*MANIFEST, "sql"]))) - flags, "False")
    params = dict.fromkeys(shuffled, "True") | refused | {"page_size": size}
    body = {"name": "n", "description": "", "filters": chosen}
    rows, pages = walk(http, "/v1/cohorts/preview/manifest", "json_manifest", params, body)
    assert all(set(row) == flags for row in rows)
    prefix = ["dg.4DFC/" if column in GUIDS else "" for column in columns]
    got = [
        tuple(row[name] and row[name].removeprefix(p) for name, p in zip(names, prefix, strict=True)) for row in rows
    ]
    assert all((row[name] or "").startswith(p) for row in rows for name, p in zip(names, prefix, strict=True))
    check(got, pages, expected, size)
    last = [row[names[-1]] for row in rows]
    assert last == sorted(last, key=lambda value: (value is not None, value or ""))
    assert len(set(got)) == len(got)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(data=st.data())
def test_the_pages_of_any_query_are_the_distinct_rows_in_the_order_of_the_fields_asked(
    http: httpx.Client, second: Release, data: st.DataObject
) -> None:
    fields = data.draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=6, unique=True), "fields")
    by_instance = "SOPInstanceUID" in fields
    chosen = data.draw(filters(second, narrow=by_instance or data.draw(st.booleans())), "filters")
    if by_instance or not set(chosen).isdisjoint(INSTANCE):
        assume(sum(row["size"] for row in second.matching(chosen)) <= MOST_INSTANCES)
    expected = second.answer(chosen, fields, fields, MOST_ROWS)
    assume(expected is not None)
    size = data.draw(st.composite(page_size)(len(expected)), "page_size")
    cohort = {"name": "n", "description": "", "filters": chosen}
    body = {"cohort_def": cohort, "queryFields": {"fields": fields}}
    rows, pages = walk(http, "/v1/cohorts/preview/query", "json", {"page_size": size}, body)
    assert all(set(row) == set(fields) for row in rows)
    check([tuple(row[name] for name in fields) for row in rows], pages, expected, size)


def test_page_sizes_may_change_from_page_to_page(http: httpx.Client, second: Release) -> None:
    body = {"name": "n", "description": "", "filters": {"Modality": ["PT"]}}
    params: dict[str, Any] = {"Patient_ID": "True", "Collection_ID": "True"}
    got, sizes = [], iter([1, 7, 100, None, 2, 1000, *[50_000] * 9])
    while True:
        size = next(sizes)
        page = http.post(
            "/v1/cohorts/preview/manifest", params=params | ({"page_size": size} if size else {}), json=body
        ).json()
        assert page["manifest"]["rowsReturned"] <= (size or 1000)
        got += [(row["Collection_ID"], row["Patient_ID"]) for row in page["manifest"]["json_manifest"]]
        if not page["next_page"]:
            break
        params = {"next_page": page["next_page"]}
    expected = second.answer({"Modality": ["PT"]}, ["collection_id", "PatientID"], ["PatientID", "collection_id"])
    assert got == expected


# --- depth: the store alone, over all 58.8 million instances ------------------------------------------------------


@pytest.fixture(scope="module")
def by_uuid() -> tuple[list[str], np.ndarray]:
    """The series of the newest release in the order of their UUIDs, and the running total of their instances."""
    rows = oracle.index().cursor().execute("SELECT crdc_series_uuid, instanceCount FROM today").fetchall()
    rows.sort()
    return [row[0] for row in rows], np.cumsum([row[1] for row in rows])


@settings(deadline=None, max_examples=40, derandomize=True)
@given(offset=st.integers(0, 58_784_975 + 10), size=st.integers(1, 3000))
def test_a_page_at_any_depth_of_58_million_instances_is_the_slice_of_the_whole(
    newest: Store, by_uuid: tuple[list[str], np.ndarray], offset: int, size: int
) -> None:
    query = Query(NEWEST, (), ("crdc_instance_uuid", "crdc_series_uuid"), ("crdc_instance_uuid",))
    found = newest.find(query)
    assert found.total == 58_784_975
    uuids, ends = by_uuid
    expected = []
    for position in range(offset, min(offset + size, found.total)):
        at = int(np.searchsorted(ends, position, side="right"))
        k = position - (int(ends[at - 1]) if at else 0)
        expected.append((oracle.instance_uuid(uuids[at], k), uuids[at]))
    assert newest.rows(found, query.columns, offset, size) == expected


@pytest.fixture(scope="module")
def whole(newest: Store) -> dict[str, tuple[Query, list[Row]]]:
    """Some questions to the newest release with all their rows at once."""
    columns = {
        "patients by collection": (
            ("collection_id", "PatientID"),
            ("PatientID", "collection_id"),
            {"collection_id": ["TCGA%"]},
        ),
        "instances of one collection": (
            ("PatientID", "SOPInstanceUID"),
            ("SOPInstanceUID",),
            {"collection_id": ["TCGA-READ"]},
        ),
        "descriptions": (("Modality", "SeriesDescription"), ("Modality", "SeriesDescription"), {"Modality": ["SEG"]}),
    }
    answers = {}
    for name, (chosen, order, wished) in columns.items():
        query = Query(NEWEST, conditions(wished), chosen, order)
        found = newest.find(query)
        assert found.total > 100
        answers[name] = query, newest.rows(found, chosen, 0, found.total)
    return answers


@settings(deadline=None, max_examples=40, derandomize=True)
@given(data=st.data())
def test_a_page_at_any_offset_equals_the_slice_of_all_rows(
    newest: Store, whole: dict[str, tuple[Query, list[Row]]], data: st.DataObject
) -> None:
    query, rows = whole[data.draw(st.sampled_from(sorted(whole)))]
    offset, size = data.draw(st.integers(0, len(rows) + 3)), data.draw(st.integers(1, 500))
    assert newest.rows(newest.find(query), query.columns, offset, size) == rows[offset : offset + size]


def test_all_rows_ascend_and_none_repeats(whole: dict[str, tuple[Query, list[Row]]]) -> None:
    for query, rows in whole.values():
        places = [query.columns.index(name) for name in query.order]
        keys = [[(row[i] is not None, row[i] or "") for i in places] for row in rows]
        assert all(a < b for a, b in pairwise(keys))


def runs(selection: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    for series, first_k, size in selection:
        yield from ((series, first_k + k) for k in range(size))


@settings(deadline=None, max_examples=150)
@given(
    selection=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9), st.integers(1, 9)), max_size=12),
    start=st.integers(0, 120),
    size=st.integers(0, 120),
)
def test_slicing_runs_is_slicing_what_they_stand_for(
    selection: list[tuple[int, int, int]], start: int, size: int
) -> None:
    series, first_k, sizes = (np.array([run[i] for run in selection], dtype=np.int32) for i in range(3))
    sliced = Selection(series, first_k, np.cumsum(sizes, dtype=np.int64)).slice(start, start + size)
    assert list(runs(list(zip(*sliced, strict=True)))) == list(runs(selection))[start : start + size]


def test_dicom_metadata_goes_through_the_archive_in_the_order_of_the_document(
    http: httpx.Client, second: Release
) -> None:
    got: list[dict[str, Any]] = []
    params: dict[str, Any] = {"page_size": 700}
    for _ in range(3):
        page = http.get("/v1/dicomMetadata", params=params).json()
        got += page["query_results"]["json"]
        params["next_page"] = page["next_page"]
    assert page["query_results"]["totalFound"] == sum(row["size"] for row in second.rows)
    order = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID")
    expected = []
    for row in sorted(second.rows, key=lambda row: [row[name] for name in order]):
        expected += list(oracle.expand(row))
        if len(expected) >= len(got):
            break
    renamed = {"Source_DOI": "source_DOI"}
    guids = {"crdc_study_uuid", "crdc_series_uuid", "crdc_instance_uuid"}
    for row, row_expected in zip(got, expected, strict=False):
        for name in ("Source_DOI", "gcs_url", "SOPInstanceUID", "gcs_bucket", "Modality", *order, *guids):
            prefix = "dg.4DFC/" if name in guids else ""
            assert row[name] == prefix + row_expected[renamed.get(name, name)]
