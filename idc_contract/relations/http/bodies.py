"""Bodies of requests: their charset, their size, the number of their values, their letters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.calls import dumps
from idc_contract.judge import judge
from idc_contract.relations.http.apis import relation
from idc_contract.relations.relation import holds, same

if TYPE_CHECKING:
    from idc_contract.calls import Answer
    from idc_contract.relations.http.apis import Api, Asked
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

CHARSETS = ("application/json; charset=utf-8", "application/json;charset=UTF-8", 'application/json; charset="utf-8"')
LARGE = 70_000
"""Bytes: more than the 64 KiB that proxies and parsers are often set to."""
MANY = 2_000
DECOMPOSED, COMPOSED = "e\u0301", "\u00e9"


def selected(service: Service, api: Api, asked: Asked, **more: Any) -> Any:
    """How much a request selects; None if the answer comes later (202)."""
    answer = asked.answer(service, **more)
    return how_much(api, asked, answer)


def how_much(api: Api, asked: Asked, answer: Answer) -> Any:
    """How much the answer says to be selected."""
    content = judge(api.operations[asked.operation], answer)
    holds(answer.status in (200, 202), "a selection", f"{asked.operation}: {answer.status}", answer)
    return api.selected(content) if answer.status == 200 else None


def agree(found: Any, expected: Any, what: str) -> None:
    """Two numbers are equal, as far as both are known."""
    if found is not None and expected is not None:
        same(found, expected, what)


@relation()
def the_charset_of_a_body_changes_nothing(service: Service, draw: Draw, api: Api) -> None:
    """JSON in UTF-8 means the same with a charset and without, with letters as they are or escaped."""
    asked = api.selection({"Modality": ["MR", COMPOSED, "\U0001d518"]})
    expected = selected(service, api, asked)
    for charset in CHARSETS:
        answer = asked.answer(service, ("content-type", charset), raw=dumps(asked.body))
        agree(how_much(api, asked, answer), expected, f"selected with {charset}")
    for raw in (json.dumps(asked.body).encode(), json.dumps(asked.body, ensure_ascii=False, indent=4).encode()):
        agree(selected(service, api, asked, raw=raw), expected, f"selected by {raw[:40]!r}")


@relation()
def a_large_body_means_what_a_small_one_does(service: Service, draw: Draw, api: Api) -> None:
    """White space and values that do not occur change nothing, in a body of more than 64 KiB."""
    asked = api.selection({"Modality": ["SEG", "SR"]})
    expected = selected(service, api, asked)
    padded = dumps(asked.body).replace(b":", b":" + b" " * LARGE, 1)
    agree(selected(service, api, asked, raw=padded), expected, "selected by a body with white space")
    others = [f"no such value {number:030}" for number in range(MANY)]
    for modalities in (["SEG", *others, "SR"], ["SR", "SEG", *others], [*others, "SEG", "SR"]):
        more = selected(service, api, api.selection({"Modality": modalities}))
        agree(more, expected, f"selected by {len(modalities)} values")


@relation(examples=2)
def letters_are_not_composed(service: Service, draw: Draw, api: Api) -> None:
    """A letter and its decomposed form are two values, and neither is changed into the other."""
    texts = draw(st.permutations([DECOMPOSED, COMPOSED, "\u212b", "\ufb01"]))
    asked = api.selection({"PatientID": texts})
    answer = asked.answer(service)
    how_much(api, asked, answer)
    if answer.status == 200:
        repeated = [each for each in _texts(answer.content) if set(each) & set("".join(texts))]
        holds(set(texts) <= set(repeated), "letters as they were sent", f"{texts} came back as {repeated}", answer)


def _texts(content: Any) -> list[str]:
    """All texts of a JSON value."""
    if isinstance(content, dict):
        return [text for each in content.values() for text in _texts(each)]
    if isinstance(content, list):
        return [text for each in content for text in _texts(each)]
    return [content] if isinstance(content, str) else []
