"""Examples of the document: the answer that is shown is the true answer to the request that is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from idc_contract.document.openapi import OPERATIONS, Operation, examples
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Words for people, which every server may choose, and numbers that it gives.
CHOSEN = frozenset({"description", "documentation", "message", "note", "recommendation", "idc_commands", "cohort_id"})
# Long lists without parameters to shorten them: some of their items are shown.
EXCERPTS = {"listCollections", "listAnalysisResults", "listAttributes", "listVersions", "listCohorts",
            "getCollections", "getAnalysisResults", "getAttributes", "getTables"}  # fmt: skip
# What no archive on this machine can answer as it is shown.
NOT_HERE = {
    "getAccountDetails": "the user is invented",
    "deleteCohort": "the cohorts are invented, and deleting them is tested where they are made",
    "deleteCohorts": "the same",
    "listAnalysisResults": "shows an answer of 2021, and the index has other words for the same",
    "getDicomMetadata": "shows an empty archive, because a row has 32 columns",
    "getClinicalTables": "a build without clinical data has none",
    "getClinicalTable": "the same",
    "getClinicalTableRows": "the same",
    "getCitations": "citations come from registries of the internet",
}
SHOWN = [operation for name, operation in OPERATIONS.items() if name not in NOT_HERE]


@pytest.fixture(scope="module")
def service(state: Path, credentials_file: Path) -> Iterator[httpx.Client]:
    """A client of a stand-in that also has what upstream has not released, with a user's token."""
    token = json.loads(credentials_file.read_text(encoding="utf-8"))["token_response"]["id_token"]
    with (
        serving("--as-of", "2.0", "--state", str(state), "--next") as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client,
    ):
        yield client


def untrue(shown: Any, answered: Any, *, excerpt: bool, place: str = "$") -> Iterator[str]:
    """Places of an example where the answer has something else; of an excerpt's lists, items that the answer lacks."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        for name in sorted(shown.keys() - CHOSEN):
            if name not in answered:
                yield f"{place}.{name} is not in the answer"
            else:
                yield from untrue(shown[name], answered[name], excerpt=excerpt, place=f"{place}.{name}")
    elif isinstance(shown, list) and isinstance(answered, list):
        if not excerpt and len(shown) != len(answered):
            yield f"{place} has {len(shown)} items, and the answer {len(answered)}"
        for at, item in enumerate(shown):
            near = [list(untrue(item, one, excerpt=excerpt, place=f"{place}[{at}]")) for one in answered]
            found = near if excerpt else near[at : at + 1]
            yield from min(found, key=len, default=[f"{place}[{at}] is not in the answer"])
    elif shown != answered:
        yield f"{place} shows {shown!r}, and the answer has {answered!r}"


@pytest.mark.parametrize("operation", SHOWN, ids=lambda operation: operation.id)
def test_the_answer_that_is_shown_is_the_one_to_the_request_that_is_shown(
    service: httpx.Client, operation: Operation
) -> None:
    shown = examples(operation.answer(200))
    bodies = examples(operation.body) if operation.body else [None]
    parameters = {one["name"]: examples(one)[0] for one in operation.parameters if examples(one)}
    cohort = service.post("/v1/cohorts", json=examples(OPERATIONS["createCohort"].body)[0]).json()
    made = {"cohort_id": cohort["cohort_properties"]["cohort_id"]}
    path = operation.path.format(**{**parameters, **made})
    query = {one["name"]: parameters[one["name"]] for one in operation.parameters
             if one["in"] == "query" and one["name"] in parameters}  # fmt: skip
    for body, expected in zip(bodies, shown, strict=False):  # a request may stand alone
        answer = service.request(operation.method, path, params=query, json=body)
        assert answer.status_code == 200, answer.text
        content = answer.json() if "json" in answer.headers["content-type"] else answer.text
        assert list(untrue(expected, content, excerpt=operation.id in EXCERPTS)) == []


@pytest.mark.parametrize(
    ("answered", "said"),
    [
        ({"a": [1, 2], "b": {"c": None}}, []),
        ({"a": [1, 3], "b": {"c": None}}, ["$.a[1] shows 2, and the answer has 3"]),
        ({"a": [1, 2, 3], "b": {"c": None}}, ["$.a has 2 items, and the answer 3"]),
        ({"a": [1, 2], "b": {}}, ["$.b.c is not in the answer"]),
    ],
)
def test_a_difference_from_the_answer_is_found(answered: Any, said: list[str]) -> None:
    assert list(untrue({"a": [1, 2], "b": {"c": None}}, answered, excerpt=False)) == said
