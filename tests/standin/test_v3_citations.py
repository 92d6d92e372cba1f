"""Citations against registries on this machine that do what DataCite, doi.org and the others do, well or badly."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_ext import connect, v3
from idc_standin.v3.citations import Registries, cite
from tests.standin import v3_oracle as oracle
from tests.standin.registries import DOIS, PAPER, TYPES, Server, Style, by_datacite, meant, words
from tests.support.standin_process import NOWHERE, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SELECTION = {"collection_id": "tcga_luad"}


def lookups(resolver: Server) -> list[str]:
    """The DOIs that the resolver was asked for, in their order."""
    return [doi for doi, _ in resolver.asked]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def resolver(running: Server) -> Server:
    running.reset()
    return running


@pytest.fixture(scope="module")
def citing(running: Server) -> Iterator[str]:
    """A stand-in that asks these registries."""
    with serving("--doi-resolver", running.url + "/", "--datacite", running.url, "--check-answers") as url:
        yield url


def asked_of(url: str, terms: dict[str, list[str]], style: str) -> dict[str, Any]:
    """The answer of a stand-in."""
    body = {"filters": {"terms": terms}, "citation_format": style}
    answer = httpx.post(f"{url}/v3/citations", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- which requests are sent ----------------------------------------------------------------------------------------

BATCHED: tuple[Style, ...] = ("apa", "bibtex", "csl-json")
MEDIA = {
    "apa": "text/x-bibliography; style=apa; locale=en-US",
    "bibtex": "application/x-bibtex",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "turtle": "text/turtle",
}
EVERY_DOI = "SELECT DISTINCT source_DOI FROM series WHERE source_DOI <> '' ORDER BY 1"


def batches(dois: Sequence[str]) -> list[list[tuple[str, str]]]:
    """The parameters with which DataCite is asked for DOIs."""
    found = []
    for start in range(0, len(dois), 50):
        some = dois[start : start + 50]
        quoted = " OR ".join(f'"{doi}"' for doi in some)
        found.append([("query", f"doi:({quoted})"), ("page[size]", str(len(some)))])
    return found


@pytest.mark.parametrize("style", BATCHED)
def test_datacite_is_asked_for_fifty_dois_at_a_time_and_doi_org_for_the_paper_alone(
    resolver: Server, citing: str, style: Style
) -> None:
    dois = oracle.column(EVERY_DOI)
    resolver.registered = None
    answer = asked_of(citing, {}, style)
    assert [dict(asked)["page[size]"] for asked, _ in resolver.batches] == ["50", "50", "50", "50", "42"]
    assert [asked for asked, _ in resolver.batches] == batches(dois)
    assert lookups(resolver) == [PAPER]
    assert {accepted for _, accepted in [*resolver.asked, *resolver.batches]} == {MEDIA[style]}
    assert answer["citations"] == [by_datacite(style, doi) for doi in dois]
    assert answer["idc_acknowledgment"] == meant(style, PAPER)


def test_without_a_hit_there_are_as_many_requests_as_dois_and_batches_and_one(resolver: Server, citing: str) -> None:
    dois = oracle.column(EVERY_DOI)
    answer = asked_of(citing, {}, "apa")
    assert len(resolver.batches) == 5
    assert lookups(resolver) == [*dois, PAPER]
    assert answer["citations"] == [meant("apa", doi) for doi in dois]


def test_turtle_is_never_asked_for_in_batches(resolver: Server, citing: str) -> None:
    resolver.registered = None
    answer = asked_of(citing, {"collection_id": ["tcga_luad"]}, "turtle")
    assert resolver.batches == []
    assert lookups(resolver) == [*DOIS, PAPER]
    assert {accepted for _, accepted in resolver.asked} == {MEDIA["turtle"]}
    assert answer["citations"] == [meant("turtle", doi) for doi in DOIS]


@pytest.mark.parametrize("style", TYPES.values())
def test_one_doi_is_never_asked_for_in_batches(resolver: Server, citing: str, style: Style) -> None:
    resolver.registered = None
    answer = asked_of(citing, {"source_DOI": [DOIS[0]]}, style)
    assert resolver.batches == []
    assert lookups(resolver) == [DOIS[0], PAPER]
    assert answer["citations"] == [meant(style, DOIS[0])]


@pytest.mark.parametrize("style", TYPES.values())
def test_of_an_empty_selection_the_paper_alone_is_asked_for(resolver: Server, citing: str, style: Style) -> None:
    answer = asked_of(citing, {"collection_id": ["nonsense"]}, style)
    assert (resolver.batches, lookups(resolver)) == ([], [PAPER])
    assert (answer["citations"], answer["idc_acknowledgment"]) == ([], meant(style, PAPER))


# --- what DataCite answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", BATCHED)
def test_what_datacite_lacks_is_asked_for_singly_and_all_come_in_one_order(
    resolver: Server, citing: str, style: Style
) -> None:
    resolver.registered = {DOIS[1], DOIS[3]}
    answer = asked_of(citing, {"collection_id": ["tcga_luad"]}, style)
    assert lookups(resolver) == [DOIS[0], DOIS[2], DOIS[4], PAPER]
    assert answer["citations"] == [(by_datacite if doi in resolver.registered else meant)(style, doi) for doi in DOIS]


@pytest.mark.parametrize(
    "answer",
    [
        (404, "[]"), (500, "oops"), (503, b""), (204, b""), (400, '{"errors": []}'), (429, "later"),
        (200, b""), (200, "[" * 100_000), (200, '[{"DOI": '), (200, "{}"), (200, "null"), (200, '"text"'),
        (200, json.dumps({"DOI": DOIS[0]})), (200, "[1, null, [], {}]"), (200, '[{"DOI": null}, {"doi": "x"}]'),
        (200, '[{"DOI": "10.1/unknown"}]'), (200, b"\xff\xfe\x00"), (302, "gopher://127.0.0.1/"),
    ],
)  # fmt: skip
def test_a_batch_without_a_citation_costs_no_doi(resolver: Server, answer: tuple[int, str | bytes]) -> None:
    resolver.batch_faults = {None: answer}
    assert cite(DOIS, "csl-json", resolver.registries) == (
        [meant("csl-json", doi) for doi in DOIS],
        meant("csl-json", PAPER),
    )
    assert len(resolver.batches) == 1
    assert lookups(resolver) == [*DOIS, PAPER]


def test_one_batch_that_fails_costs_the_others_nothing(resolver: Server, citing: str) -> None:
    dois = oracle.column(EVERY_DOI)
    resolver.registered, resolver.batch_faults = None, {1: (500, "oops")}
    answer = asked_of(citing, {}, "bibtex")
    assert len(resolver.batches) == 5
    assert lookups(resolver) == [*dois[50:100], PAPER]
    expected = [(meant if 50 <= i < 100 else by_datacite)("bibtex", doi) for i, doi in enumerate(dois)]
    assert answer["citations"] == expected


def test_a_batch_that_takes_too_long_is_left_out(resolver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idc_standin.v3.citations.SECONDS", 1.0)
    resolver.registered, resolver.batch_faults = None, {0: 10.0}
    found, _ = cite(DOIS, "apa", resolver.registries)
    assert found == [meant("apa", doi) for doi in DOIS]


def test_items_count_for_their_doi_in_any_letter_case_and_the_last_of_several_counts(resolver: Server) -> None:
    first, second = {"DOI": DOIS[4].upper(), "n": 1}, {"DOI": DOIS[4], "n": 2}
    other = {"DOI": DOIS[1].title(), "n": float("1e400"), "reference": [{"DOI": DOIS[2]}]}
    resolver.batch_faults = {0: (200, json.dumps([first, {"title": DOIS[0]}, other, "x", second, {"DOI": PAPER}]))}
    found, _ = cite(DOIS, "csl-json", resolver.registries)
    single = {doi: meant("csl-json", doi) for doi in DOIS}
    assert found == [single[DOIS[0]], other, single[DOIS[2]], single[DOIS[3]], second]


def test_entries_end_at_blank_lines_and_count_for_the_first_doi_of_the_batch_that_is_in_them(resolver: Server) -> None:
    entries = [
        f"\nA. https://doi.org/{DOIS[4].upper()},\n cited in {DOIS[2]}",
        "nothing of these",
        f"B. {DOIS[0]}",
        f"C. see {DOIS[1]} and {DOIS[3]}",
        f"D. {DOIS[0]} again",
        "",
    ]
    resolver.batch_faults = {0: (200, "\r\n  \r\n\n".join(entries))}
    found, _ = cite(DOIS, "apa", resolver.registries)
    single = {doi: meant("apa", doi) for doi in DOIS}
    assert found == [
        entries[4],
        entries[3],
        entries[0].strip(),  # of the two DOIs in it, the one that stands first among those asked for
        single[DOIS[3]],
        single[DOIS[4]],
    ]


# --- registries that are out of reach -------------------------------------------------------------------------------


@pytest.mark.parametrize("style", BATCHED)
def test_without_datacite_doi_org_is_asked_for_all(resolver: Server, style: Style) -> None:
    found = cite(DOIS, style, Registries(resolver.url, NOWHERE))
    assert found == ([meant(style, doi) for doi in DOIS], meant(style, PAPER))
    assert lookups(resolver) == [*DOIS, PAPER]


@pytest.mark.parametrize("style", BATCHED)
def test_without_doi_org_what_datacite_has_is_cited(resolver: Server, style: Style) -> None:
    resolver.registered = set(DOIS[1:])
    found = cite(DOIS, style, Registries(NOWHERE, resolver.url))
    assert found == ([by_datacite(style, doi) for doi in DOIS[1:]], None)
    assert len(resolver.batches) == 1


@pytest.mark.parametrize("style", ["APA", "bibtex", "CSL-JSON", "turtle"])
@pytest.mark.parametrize(
    ("filters", "warnings"),
    [
        ({}, 1),
        ({"terms": {"collection_id": ["tcga_luad"]}}, 0),
        ({"terms": {"collection_id": ["tcga_luad"], "Modality": []}, "ranges": {"StudyDate": {}}}, 2),
        ({"terms": {"Modality": ["ct"]}}, 0),
    ],
)
def test_without_a_network_citations_are_empty_and_warnings_say_nothing_of_it(
    http: httpx.Client, style: str, filters: dict[str, Any], warnings: int
) -> None:
    answer = http.post("/v3/citations", json={"filters": filters, "citation_format": style})
    assert answer.status_code == 200
    body = answer.json()
    assert len(body.pop("warnings")) == warnings
    assert body.pop("recommendation")
    nothing = {"format": style.lower(), "citations": [], "idc_acknowledgment": None}
    assert oracle.text(body) == oracle.text({**nothing, "filters_applied": oracle.applied(filters)})


# --- what doi.org and the registries behind it answer ---------------------------------------------------------------


@pytest.mark.parametrize(("kind", "style"), TYPES.items())
def test_each_style_is_what_the_registry_says_when_asked_for_it(
    resolver: Server, citing: str, kind: str, style: Style
) -> None:
    answer = asked_of(citing, {"collection_id": ["tcga_luad"]}, style.upper())
    assert answer["format"] == style
    assert answer["citations"] == [meant(style, doi) for doi in DOIS]
    assert answer["idc_acknowledgment"] == meant(style, PAPER)
    assert [doi for doi, _ in resolver.asked] == [*DOIS, PAPER]
    assert {accepted.partition(";")[0] for _, accepted in resolver.asked} == {kind}


@pytest.mark.parametrize("style", TYPES.values())
@pytest.mark.parametrize("batched", [True, False])
def test_the_client_has_them_all_and_leaves_none_unresolved(
    resolver: Server, citing: str, style: Style, batched: bool
) -> None:
    resolver.registered = None if batched else set()
    with connect(citing) as idc:
        found = v3.citations(idc, SELECTION, style=style)
    entry = by_datacite if batched and style in BATCHED else meant
    assert found == v3.Citations([entry(style, doi) for doi in DOIS], [], meant(style, PAPER))


@pytest.mark.parametrize("style", TYPES.values())
@pytest.mark.parametrize(
    "fault",
    [
        (404, "DOI Not Found"),
        (500, "oops"),
        (503, b""),
        (204, b""),
        (406, "no such style"),
        (200, b""),
        (200, "<!DOCTYPE html><title>Lungs</title> https://doi.org/10.5281/zenodo.12689915"),
        (200, " \n<html lang='en'>10.7937/k9/tcia.2016.jgnihep5"),
        (302, "http://127.0.0.1:9/out/of/reach"),
        (302, "http://127.0.0.1:0/"),
        (302, "gopher://127.0.0.1/"),
        (302, "/10.5281/zenodo.12689915"),
    ],
)
def test_what_does_not_resolve_is_named_and_costs_no_other(
    resolver: Server, citing: str, fault: tuple[int, str], style: Style
) -> None:
    lost = [DOIS[1], DOIS[4]]
    resolver.faults = dict.fromkeys([*lost, PAPER], fault)
    with connect(citing) as idc:
        found = v3.citations(idc, SELECTION, style=style)
    kept = [doi for doi in DOIS if doi not in lost]
    assert found == v3.Citations([meant(style, doi) for doi in kept], lost, None)
    assert {doi for doi, _ in resolver.asked} == {*DOIS, PAPER}


def test_text_is_decoded_as_the_registry_declares(resolver: Server, citing: str) -> None:
    resolver.faults[DOIS[3]] = (200, words("apa", DOIS[3]).encode("latin-1"))
    with connect(citing) as idc:
        assert v3.citations(idc, SELECTION).citations == [meant("apa", doi) for doi in DOIS]


@pytest.mark.parametrize(("style", "nothing"), [("apa", " \n"), ("csl-json", "{}"), ("csl-json", "null")])
def test_an_empty_response_is_not_a_citation(resolver: Server, style: Style, nothing: str) -> None:
    resolver.faults = {DOIS[0]: (200, nothing)}
    assert cite(DOIS[:1], style, resolver.registries)[0] == []


def test_a_slow_registry_has_time_to_respond(resolver: Server, citing: str) -> None:
    resolver.faults[DOIS[2]] = 0.7
    with connect(citing) as idc:
        assert v3.citations(idc, SELECTION).unresolved == []


def test_a_registry_that_takes_too_long_is_left_out(resolver: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idc_standin.v3.citations.SECONDS", 1.0)
    resolver.faults[DOIS[2]] = 10.0
    found, paper = cite(DOIS, "apa", resolver.registries)
    assert found == [meant("apa", doi) for doi in DOIS if doi != DOIS[2]]
    assert paper == meant("apa", PAPER)


def test_without_a_resolver_all_are_named_at_once() -> None:
    with serving() as url, connect(url) as idc:
        assert v3.citations(idc, SELECTION) == v3.Citations([], DOIS, None)
