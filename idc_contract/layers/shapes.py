"""Shapes: the document's own examples are sent, and every answer is checked against the document.

Law: this holds for a mock server as well; nothing here compares two answers, or an answer with data.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from idc_contract.calls import Broken
from idc_contract.document.openapi import OPERATIONS, examples
from idc_contract.finding import RULES_OF_ANSWERS, SHAPES, Finding
from idc_contract.judge import judge
from idc_contract.service import NOTHING
from idc_contract.unreleased import operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from idc_contract.document.openapi import Operation
    from idc_contract.service import Service

MADE_UP = (("authorization", "Bearer of.no.user"),)
"""A mock wants a token, and takes any."""
CANNOT = (
    "that rows match the filters, that pages add up, that totals, catalogues and SQL agree with each other and the "
    "public index, that invalid requests are refused, and that users are kept apart"
)
"""What is not checked in this way."""


def run(service: Service, generation: str, on_progress: Callable[[str], None]) -> list[Finding]:
    """The answers to the document's examples that do not fit the document."""
    found = []
    for name, operation in operations(service, generation).items():
        if operation.security and service.users:  # an example may be the number of one of their cohorts
            continue
        on_progress(f"{generation}: {name}")
        for path, query, body in requests(operation):
            service.trail.clear()
            headers = MADE_UP if operation.security else ()
            try:
                answer = service.answer(name, body, query=query, headers=headers, **path)
                content = judge(OPERATIONS[name], answer)
                service.coverage.note(OPERATIONS[name], answer.status, answer.media_type, content)
            except Broken as broken:
                request = service.trail[-1].request
                curl = service.curl(request)
                cause = broken.place or f"{name} · {broken.check}"
                rule = RULES_OF_ANSWERS.get(broken.check, "")
                found.append(
                    Finding(SHAPES, generation, broken.check, name, str(broken), curl, cause, (f"1. {curl}",), rule)
                )
    return found


def requests(operation: Operation) -> Iterator[tuple[dict[str, Any], list[tuple[str, Any]], Any]]:
    """The path parameters, the query and the body of each example of an operation."""
    known = {one["name"]: (one, examples(one)) for one in operation.parameters}
    path = {name: values[0] for name, (one, values) in known.items() if one["in"] == "path" and values}
    query = [(name, values[0]) for name, (one, values) in known.items() if one["in"] == "query" and values]
    needed = [(name, value) for name, value in query if known[name][0].get("required")]
    queries = [needed] if query == needed else [needed, query]
    bodies = examples(operation.body) if operation.body is not None else [NOTHING]
    for pairs, body in itertools.product(queries, bodies):
        yield path, pairs, body
