"""Citations of v3: the DOIs that were left out are named."""

import json
from typing import Any

import httpx
import pytest

from idc_ext import ContractError, InvalidFilter, connect, v3
from tests.support.applied_filters import with_filters_echo
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import RIDER, TABLE, Answer, client

DOIS = ["10.5281/zenodo.83", "10.5281/zenodo.8347", "10.7937/k9/tcia_1", "10.7937/tcia.hmq8-j677"]


def service_with_citations(citations: list[Any], acknowledgment: Any = None) -> Answer:
    def answer(path: str, _: Any) -> Any:
        if path == "/v3/sql":
            rows = [{"source_DOI": doi} for doi in DOIS]
            return {"columns": ["source_DOI"], "rows": rows, "row_count": 4, "truncated": False, "max_rows": 10_000}
        return {
            "format": "apa", "citations": citations, "idc_acknowledgment": acknowledgment, "recommendation": "",
        }  # fmt: skip

    return answer


@pytest.mark.parametrize(
    ("citations", "unresolved"),
    [
        ([], DOIS),
        (["Doe. https://doi.org/10.5281/ZENODO.8347", "Roe. https://doi.org/10.7937/tcia.hmq8-j677."], DOIS[::2]),
        (["@misc{x, url={https://doi.org/10.7937%2FK9%2FTCIA_1}}"], [*DOIS[:2], DOIS[3]]),
        (["@misc{x, DOI={10.7937/k9/tcia\\_1}}"], [*DOIS[:2], DOIS[3]]),
        ([{"DOI": "10.5281/zenodo.83"}], DOIS[1:]),
        (["a", "b", "c", "d"], []),
        ([{"DOI": "10.5281/ZENODO.83", "reference": [{"DOI": "10.7937/k9/tcia_1"}]}], DOIS[1:]),
        (
            ["<https://doi.org/10.7937/k9/tcia_1> schema:isBasedOn <https://doi.org/10.5281/zenodo.83>"],
            [*DOIS[:2], DOIS[3]],
        ),
        (["10.5281/zenodo.8347 of 10.5281/zenodo.83", "10.5281/zenodo.8347"], DOIS[2:]),
    ],
)
def test_the_dois_that_were_left_out_are_named(citations: list[Any], unresolved: list[str]) -> None:
    found = v3.citations(client(service_with_citations(citations, "IDC")), RIDER)
    assert (found.citations, found.unresolved, found.acknowledgment) == (citations, unresolved, "IDC")


@pytest.mark.parametrize("column", ["source_DOI", "a"])
def test_dois_that_are_none_are_a_contract_error(column: str) -> None:
    table = {**TABLE, "columns": [column], "rows": [{column: 7}]}
    with pytest.raises(ContractError, match="asked for DOIs"):
        v3.citations(
            client(lambda path, body: table if path == "/v3/sql" else service_with_citations([])(path, body)), RIDER
        )


@pytest.mark.parametrize("page", ["", " \n", "<!DOCTYPE html> 10.5281/zenodo.83", "\n<HTML lang='en'>", {}])
def test_a_page_to_look_at_is_no_citation(page: Any) -> None:
    found = v3.citations(client(service_with_citations(["10.5281/zenodo.83", page], page)), RIDER)
    assert found == v3.Citations(["10.5281/zenodo.83"], DOIS[1:], None)


def test_citations_are_waited_for_as_long_as_the_service_may_take() -> None:
    waits: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"]["read"])
        body = json.loads(request.content)
        return httpx.Response(200, json=with_filters_echo(body, service_with_citations([])(request.url.path, body)))

    v3.citations(connect(NOWHERE, transport=httpx.MockTransport(handle), timeout=5), RIDER)
    assert waits == [5, 210]  # one request for all DOIs, one for each of four, one for IDC itself, and one wait more


def test_real_citations_without_a_network_are_all_unresolved(standin: str) -> None:
    with connect(standin) as idc:
        found = v3.citations(idc, RIDER)
        if found.acknowledgment is None:
            assert (found.citations, len(found.unresolved)) == ([], 2)
        with pytest.raises(InvalidFilter, match="did you mean bibtex"):
            v3.citations(idc, RIDER, style="BibTeX")
