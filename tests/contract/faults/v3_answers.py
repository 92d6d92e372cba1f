"""The places of filters in v3's requests and answers, for faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_contract.document import shape
from idc_contract.document.shape import APPLIED, ECHOING, WARNINGS
from tests.contract.faults.fault import operation, with_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request

KINDS = {"terms": list, "ranges": dict}


def filters_in(source: Request | Any, request: Request | None = None) -> dict[str, Any]:
    """The filters in a request or its body, which may be changed in place; empty if there are none."""
    if request is None:
        source, request = source.json(), source
    return shape.filters_in(operation(request), source)


def well_formed(filters: dict[str, Any]) -> bool:
    """Whether terms are lists of text and ranges objects, as far as they are there."""
    parts = {part: filters.get(part, {}) for part in KINDS}
    if not all(isinstance(found, dict) for found in parts.values()):
        return False
    fits = all(isinstance(one, kind) for part, kind in KINDS.items() for one in parts[part].values())
    return fits and all(isinstance(value, str) for values in parts["terms"].values() for value in values)


def echoes(request: Request, answer: Answer) -> bool:
    """Whether an answer has applied filters."""
    return operation(request) in ECHOING and answer.status == 200


def reworded(answer: Answer, request: Request, change: Callable[[dict[str, Any]], None]) -> Answer:
    """The answer with its applied filters and warnings changed."""
    if not echoes(request, answer):
        return answer
    content = answer.json()
    change(shape.echo(operation(request), content))
    return with_content(answer, content)


def with_echo_of(answer: Answer, other: Answer, request: Request) -> Answer:
    """An answer with the applied filters and warnings of another one."""
    if not echoes(request, answer) or other.status != 200:
        return answer
    source = shape.echo(operation(request), other.content)
    return reworded(answer, request, lambda held: held.update({name: source[name] for name in (APPLIED, WARNINGS)}))
