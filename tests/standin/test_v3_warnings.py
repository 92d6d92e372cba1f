"""What an answer says of its filters: which predicates were applied, which were left out, and what may be a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.standin import v3_oracle as oracle
from tests.standin.v3_requests import ECHOING, POSTS, echoed, post, refusal

if TYPE_CHECKING:
    import httpx

EACH = pytest.mark.parametrize("path", ECHOING)
PILOT = {"collection_id": ["rider_pilot"]}
WHOLE = "whole archive"
#: Filters -> what is left of them, and the words that each warning must have, in their order.
LEFT: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"terms": PILOT}, {"terms": PILOT}, []),
    ({"terms": {**PILOT, "Modality": []}}, {"terms": PILOT}, ["'Modality'"]),
    ({"terms": PILOT, "ranges": {"StudyDate": {}}}, {"terms": PILOT}, ["'StudyDate'"]),
    (
        {
            "ranges": {"SeriesDate": {"gte": None}, "instanceCount": {"lte": None, "gte": None}},
            "terms": {"source_DOI": [], **PILOT, "Modality": []},
        },
        {"terms": PILOT},
        ["'source_DOI'", "'Modality'", "'SeriesDate'", "'instanceCount'"],
    ),
    (
        {
            "ranges": {"SeriesDate": {"lte": "20200101"}, "instanceCount": {"lte": 500, "gte": "1"}},
            "terms": {"Modality": ["MR", "CT", "MR"], **PILOT},
        },
        {
            "terms": {"Modality": ["MR", "CT", "MR"], **PILOT},
            "ranges": {"SeriesDate": {"gte": None, "lte": "2020-01-01"}, "instanceCount": {"gte": 1.0, "lte": 500.0}},
        },
        [],
    ),
]
#: Bodies without a predicate -> the words of the warnings of what was left out.
UNFILTERED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"filters": {}}, []),
    ({"filters": {"terms": {}, "ranges": {}}}, []),
    ({"filters": {"terms": {"Modality": []}}}, ["'Modality'"]),
    (
        {"filters": {"ranges": {"StudyDate": {}, "instanceCount": {"gte": None}}, "terms": {"PatientID": []}}},
        ["'PatientID'", "'StudyDate'", "'instanceCount'"],
    ),
]


def says(warnings: list[str], words: list[str]) -> None:
    """Each warning has its own words and no others."""
    assert len(warnings) == len(words)
    for warning, word in zip(warnings, words, strict=True):
        assert [one for one in words if one in warning] == [word]


@EACH
@pytest.mark.parametrize(("filters", "left", "words"), LEFT)
def test_what_was_applied_is_echoed_in_the_order_sent_and_what_was_left_out_is_said(
    http: httpx.Client, path: str, filters: dict[str, Any], left: dict[str, Any], words: list[str]
) -> None:
    applied, warnings = echoed(post(http, path, {"filters": filters}), path)
    if path in ("cohort/counts", "cohort/manifest"):  # no series of this collection has a date
        warnings = [warning for warning in warnings if "letter case" not in warning]
    assert oracle.text(applied) == oracle.text({"terms": {}, "ranges": {}, **left})
    says(warnings, words)


def test_an_answer_has_its_members_in_order_and_nothing_of_filters_at_the_top_of_a_manifest(http: httpx.Client) -> None:
    asked = {"filters": {"terms": PILOT, "ranges": {"instanceCount": {"gte": "2"}}}}
    left = {"terms": PILOT, "ranges": {"instanceCount": {"gte": 2.0, "lte": None}}}
    said = {"filters_applied": left, "warnings": []}
    counted = {**oracle.counts(left), **said}
    assert post(http, "cohort/counts", asked).text == oracle.text(counted)
    assert post(http, "licenses", asked).text == oracle.text({"licenses": oracle.licenses(left), **said})
    manifest = post(http, "cohort/manifest", {**asked, "page_size": 1}).json()
    assert list(manifest) == ["counts", "page", "page_size", "returned", "total_series", "series", "download"]
    assert oracle.text(manifest["counts"]) == oracle.text(counted)
    cited = post(http, "citations", asked).json()
    members = ["format", "citations", "idc_acknowledgment", "recommendation", "filters_applied", "warnings"]
    assert list(cited) == members
    assert oracle.text({name: cited[name] for name in said}) == oracle.text(said)


@pytest.mark.parametrize("path", ["cohort/counts", "licenses", "citations"])
@pytest.mark.parametrize(("asked", "words"), UNFILTERED)
def test_without_a_predicate_the_answer_is_of_the_whole_archive_and_says_so_last(
    http: httpx.Client, path: str, asked: dict[str, Any], words: list[str]
) -> None:
    answer = post(http, path, asked)
    applied, warnings = echoed(answer, path)
    assert applied == {"terms": {}, "ranges": {}}
    says(warnings, [*words, WHOLE])
    if path == "cohort/counts":
        assert oracle.text(dict(list(answer.json().items())[:5])) == oracle.text(oracle.counts(applied))
    if path == "licenses":
        assert oracle.text(answer.json()["licenses"]) == oracle.text(oracle.licenses(applied))


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("cohort/manifest", {}),
        ("cohort/manifest", {"page": 2**63, "page_size": 5000}),
        ("cohort/manifest", {"include_rows": False}),
        ("cohort/manifest.txt", {}),
        ("cohort/manifest.txt", {"limit": -2}),
        ("cohort/manifest.txt", {"source": "gcs", "limit": 2**63}),
    ],
)
@pytest.mark.parametrize(("asked", "words"), UNFILTERED)
def test_without_a_predicate_series_are_not_listed_and_the_refusal_says_what_was_left_out(
    http: httpx.Client, path: str, own: dict[str, Any], asked: dict[str, Any], words: list[str]
) -> None:
    sentence = refusal(post(http, path, {**asked, **own}))
    places = [sentence.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)
    assert WHOLE not in sentence
    left_out = [one for body, others in UNFILTERED for one in others if one not in words]
    assert not [one for one in left_out if one in sentence]


def test_the_warnings_of_a_selection_are_the_same_in_its_counts_its_manifest_and_its_refusal(
    http: httpx.Client,
) -> None:
    dropped: dict[str, Any] = {"terms": {"Modality": []}, "ranges": {"StudyDate": {}}}
    alone = post(http, "cohort/counts", {"filters": dropped}).json()["warnings"]
    sentence = refusal(post(http, "cohort/manifest", {"filters": dropped}))
    assert sentence.endswith(" " + " ".join(alone[:-1]))
    filtered = {**dropped, "terms": {**PILOT, "Modality": []}}
    for path in ECHOING:
        assert echoed(post(http, path, {"filters": filtered}), path)[1] == alone[:-1]


# --- letter case --------------------------------------------------------------------------------------------------

#: Terms -> for each that has a warning about letter case, the values named as occurring.
CASES: list[tuple[dict[str, list[str]], list[list[str]]]] = [
    ({"Modality": ["mr"]}, [["MR"]]),
    ({"Modality": ["Mr", "ct", "mr"]}, [["CT", "MR"]]),
    ({"Modality": [" mr"]}, []),
    ({"Modality": ["mr "]}, []),
    ({"Modality": ["nonsense"]}, []),
    ({"collection_id": ["RIDER_PILOT"], "Modality": ["mr"]}, [["rider_pilot"], ["MR"]]),
    ({"Modality": ["mr"], "collection_id": ["nonsense", "NLST"]}, [["MR"], ["nlst"]]),
    ({"collection_id": ["rider_pilot"], "Modality": ["sm"]}, [["SM"]]),
    ({"collection_id": ["rider_pilot"], "Modality": ["SM"]}, []),
    ({"collection_id": ["nonsense"], "Manufacturer": ["SIEMENS"]}, []),
    ({"collection_id": ["nonsense"], "Manufacturer": ["siemens"]}, [["SIEMENS", "Siemens"]]),
    ({"collection_id": ["nonsense"], "Manufacturer": ["siemens", "SIEMENS"]}, [["Siemens"]]),
    ({"collection_id": ["nonsense"], "Modality": ["mr", "MR"]}, []),
    ({"Modality": ["mr"], "collection_id": []}, [["MR"]]),
]


@pytest.mark.parametrize("path", ECHOING)
@pytest.mark.parametrize(("terms", "named"), CASES)
def test_of_nothing_counts_and_manifests_name_the_values_that_occur_in_another_letter_case(
    http: httpx.Client, path: str, terms: dict[str, list[str]], named: list[list[str]]
) -> None:
    warnings = echoed(post(http, path, {"filters": {"terms": terms}}), path)[1]
    hints = [warning for warning in warnings if "letter case" in warning]
    expected = named if path in ("cohort/counts", "cohort/manifest") else []
    assert [hint.rpartition("It has ")[2] for hint in hints] == [f"{values}." for values in expected]
    assert warnings[len(warnings) - len(hints) :] == hints


def test_the_values_named_are_those_of_the_published_column_five_of_them_at_most(http: httpx.Client) -> None:
    spelled = """
        SELECT lower(Manufacturer) AS one, list(DISTINCT Manufacturer ORDER BY Manufacturer) AS spellings
        FROM series WHERE Manufacturer IS NOT NULL GROUP BY 1 HAVING count(DISTINCT Manufacturer) > 1 ORDER BY 1
    """
    found = [row for row in oracle.rows(spelled) if row["one"] not in row["spellings"]]
    asked = [row["one"] for row in found]
    every = sorted(value for row in found for value in row["spellings"])
    assert len(every) > 5
    filters = {"terms": {"collection_id": ["nonsense"], "Manufacturer": asked}}
    (hint,) = post(http, "cohort/counts", {"filters": filters}).json()["warnings"]
    assert hint.endswith(f"It has {every[:5]}.")


def test_ten_thousand_misspelled_values_are_one_short_hint(http: httpx.Client) -> None:
    asked = oracle.column(
        "SELECT DISTINCT lower(PatientID) FROM series WHERE PatientID <> lower(PatientID) LIMIT 10000"
    )
    (hint,) = post(http, "cohort/counts", {"filters": {"terms": {"PatientID": asked}}}).json()["warnings"]
    assert len(hint) < 1000


def test_a_selection_that_finds_something_has_no_hint(http: httpx.Client) -> None:
    answer = post(http, "cohort/counts", {"filters": {"terms": {"Modality": ["CT", "mr"]}}})
    assert answer.json()["warnings"] == []


# --- other places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"terms": {"collection_id": ["a", "b c", "a"]}}, ["a", "b c", "a"]),
        ({"terms": {"collection_id": ["rider_pilot"]}, "ranges": {}}, ["rider_pilot"]),
        ({"terms": {"collection_id": ["rider_pilot"], "Modality": []}}, []),
        ({"terms": {"collection_id": ["rider_pilot"]}, "ranges": {"StudyDate": {}}}, []),
        ({"terms": {"collection_id": [], "Modality": ["CT"]}}, []),
        ({"terms": {"Modality": ["CT"]}}, []),
    ],
)
def test_commands_for_collections_look_at_the_filters_as_they_were_sent(
    http: httpx.Client, filters: dict[str, Any], named: list[str]
) -> None:
    asked = {"filters": filters, "include_rows": False}
    commands = post(http, "cohort/manifest", asked).json()["download"]["idc_commands"]
    assert commands[:-1] == [f"idc download {name} --download-dir ./idc-data" for name in named]
    assert commands[-1].endswith("idc download-from-manifest idc_manifest.txt --download-dir ./idc-data")
    assert commands[-1].count("\n") == 1


def test_the_text_manifest_does_not_mention_ignored_filters(http: httpx.Client) -> None:
    plain = post(http, "cohort/manifest.txt", {"filters": {"terms": PILOT}})
    more = post(http, "cohort/manifest.txt", {"filters": {"terms": {**PILOT, "Modality": []}}})
    assert (more.status_code, more.text) == (200, plain.text)


def test_every_operation_that_takes_filters_is_in_one_of_the_two_tables() -> None:
    assert set(POSTS) == {*ECHOING, "cohort/manifest.txt"}
