"""Selections: counts, pages, addresses and licences, compared with SQL written here over the published files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.standin import v3_oracle as oracle
from tests.standin.v3_requests import post

if TYPE_CHECKING:
    import httpx

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
    "instanceCount": [1, 2, "50", 200.5, True, " 1e2 ", "1.5"],
    "series_size_MB": [0.5, "10", 100],
    "StudyDate": ["1995-01-01", "20010101", " 2010-12-31\n"],
    "SeriesDate": ["19950101", "2010-12-31"],
    "series_init_idc_version": [1, 4, "18"],
}
sent = st.fixed_dictionaries(
    {
        "terms": st.lists(st.sampled_from(sorted(TERMS)), unique=True, max_size=3).flatmap(
            lambda names: st.fixed_dictionaries(
                {name: st.lists(st.sampled_from(TERMS[name]), max_size=3) for name in names}
            )
        ),
        "ranges": st.lists(st.sampled_from(sorted(RANGES)), unique=True, max_size=2).flatmap(
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


@FEW
@given(filters=sent)
def test_counts_are_those_of_the_published_table_and_of_what_was_sent(
    http: httpx.Client, filters: dict[str, Any]
) -> None:
    left = oracle.applied(filters)
    body = post(http, "cohort/counts", {"filters": filters}).json()
    warnings = body.pop("warnings")
    assert oracle.text(body) == oracle.text({**oracle.counts(left), "filters_applied": left})
    dropped = sum(len(filters[kind]) - len(left[kind]) for kind in ("terms", "ranges"))
    whole = not left["terms"] and not left["ranges"]
    assert len([one for one in warnings if "letter case" not in one]) == dropped + whole


@FEW
@given(filters=sent.filter(lambda filters: oracle.condition(oracle.applied(filters)) != "true"), data=st.data())
def test_a_manifest_page_is_a_slice_of_the_selection_in_its_total_order(
    http: httpx.Client, filters: dict[str, Any], data: st.DataObject
) -> None:
    page, size = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 5000))
    left = oracle.applied(filters)
    expected = oracle.column(
        f"SELECT SeriesInstanceUID FROM series WHERE {oracle.condition(left)} "
        f"ORDER BY collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID LIMIT {size} OFFSET {page * size}"
    )
    answer = post(http, "cohort/manifest", {"filters": filters, "page": page, "page_size": size}).json()
    assert [row["SeriesInstanceUID"] for row in answer["series"]] == expected
    assert (answer["page"], answer["page_size"], answer["returned"]) == (page, size, len(expected))
    assert answer["total_series"] == answer["counts"]["series"] == answer["download"]["total_series"]
    assert answer["counts"] == post(http, "cohort/counts", {"filters": filters}).json()


@FEW
@given(filters=sent)
def test_licences_are_those_of_the_selection_the_one_of_most_series_first(
    http: httpx.Client, filters: dict[str, Any]
) -> None:
    left = oracle.applied(filters)
    body = post(http, "licenses", {"filters": filters}).json()
    assert body.pop("warnings") is not None
    assert oracle.text(body) == oracle.text({"licenses": oracle.licenses(left), "filters_applied": left})


def test_a_manifest_row_is_the_published_row(http: httpx.Client) -> None:
    row = post(http, "cohort/manifest", {"filters": PILOT, "page_size": 1}).json()["series"][0]
    columns = ", ".join(row)
    assert oracle.rows(f"SELECT {columns} FROM series WHERE SeriesInstanceUID = '{row['SeriesInstanceUID']}'") == [row]


@pytest.mark.parametrize(
    ("asked", "page", "page_size"),
    [
        ({}, 0, 100),
        ({"page": -3, "page_size": 0}, 0, 1),
        ({"page_size": 5001}, 0, 5000),
        ({"page_size": None}, 0, 100),
        ({"page": "7", "page_size": 2.0}, 7, 2),
        ({"page": True, "page_size": "5001"}, 1, 5000),
    ],
)
def test_page_and_page_size_are_clamped_and_reported(
    http: httpx.Client, asked: dict[str, Any], page: int, page_size: int
) -> None:
    answer = post(http, "cohort/manifest", {"filters": PILOT, "include_rows": "no", **asked}).json()
    assert (answer["page"], answer["page_size"], answer["returned"], answer["series"]) == (page, page_size, 0, [])


def test_a_page_past_the_end_is_empty(http: httpx.Client) -> None:
    answer = post(http, "cohort/manifest", {"filters": PILOT, "page": 10**9})
    assert (answer.status_code, answer.json()["returned"]) == (200, 0)


def test_without_rows_a_page_of_any_number_is_echoed(http: httpx.Client) -> None:
    answer = post(http, "cohort/manifest", {"filters": PILOT, "page": 10**30, "include_rows": False})
    assert (answer.status_code, answer.json()["page"]) == (200, 10**30)


ADDRESSES = "SELECT series_aws_url FROM series WHERE collection_id = 'rider_pilot' ORDER BY 1"


def test_a_manifest_previews_the_first_addresses_whatever_the_page(http: httpx.Client) -> None:
    for asked in ({}, {"page": 5}, {"include_rows": False}):
        download = post(http, "cohort/manifest", {"filters": PILOT, "page_size": 3, **asked}).json()["download"]
        assert download["manifest_preview"] == oracle.column(ADDRESSES)[:5]
        assert (download["total_series"], download["manifest_truncated"]) == (774, False)


@pytest.mark.parametrize("limit", [None, 0, -1, 3, "2", 10**9])
def test_the_text_manifest_has_the_ascending_addresses_up_to_the_limit(http: httpx.Client, limit: int | None) -> None:
    answer = post(http, "cohort/manifest.txt", {"filters": PILOT, "limit": limit})
    expected = oracle.column(ADDRESSES)
    most = len(expected) if limit is None else max(int(limit), 0)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "".join(f"{url}\n" for url in expected[:most])


def test_the_text_manifest_stops_at_100000_lines_unless_a_limit_is_given(http: httpx.Client) -> None:
    nearly_all = {"filters": {"ranges": {"instanceCount": {"gte": 0}}}}
    assert post(http, "cohort/manifest.txt", nearly_all).text.count("\n") == 100_000
    assert post(http, "cohort/manifest.txt", {**nearly_all, "limit": 100_001}).text.count("\n") == 100_001
    assert post(http, "cohort/manifest", {**nearly_all, "page_size": 1}).json()["download"]["manifest_truncated"]


def test_on_google_only_the_buckets_change_and_the_order_stays(http: httpx.Client) -> None:
    filters = {"terms": {"license_short_name": ["CC BY-NC 4.0", "CC BY-NC 3.0"]}}
    aws, gcs = (
        post(http, "cohort/manifest.txt", {"filters": filters, "source": source}).text.splitlines()
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
