"""How an operation of openapi.yaml finds its handler: by its name in snake_case."""

from __future__ import annotations

import pkgutil
from dataclasses import replace

import idc_client.api.v1
import idc_client.api.v3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_standin.contract import Contract, snake_case
from idc_standin.errors import StandinError
from idc_standin.v1.gateway import V1
from idc_standin.v3.coming import Next
from idc_standin.v3.handlers import V3

SERVICES: dict[str, type] = {"v1": V1, "v3": Next}
GENERATED = {"v1": idc_client.api.v1, "v3": idc_client.api.v3}
WORDS = st.lists(st.from_regex("[a-z]{2,8}", fullmatch=True), min_size=1, max_size=5)


def _handlers(generation: str) -> set[str]:
    service = SERVICES[generation]
    return {name for name in dir(service) if not name.startswith("_") and callable(getattr(service, name))}


@pytest.mark.parametrize("generation", SERVICES)
def test_every_operation_has_a_handler_and_there_are_no_other_handlers(generation: str) -> None:
    operations = [
        operation for operation in Contract(coming=True).operations if operation.path.startswith(f"/{generation}")
    ]
    assert _handlers(generation) == {operation.handler(SERVICES[generation]).__name__ for operation in operations}
    assert len(_handlers(generation)) == len(operations)


@pytest.mark.parametrize("generation", SERVICES)
def test_handlers_have_the_names_of_the_modules_of_the_generated_client(generation: str) -> None:
    assert _handlers(generation) == {module.name for module in pkgutil.iter_modules(GENERATED[generation].__path__)}


@given(WORDS)
def test_the_words_of_an_operation_stay_the_words_of_its_handler(words: list[str]) -> None:
    first, *others = words
    assert snake_case(first + "".join(map(str.capitalize, others))) == "_".join(words)


def test_an_operation_without_a_handler_is_refused_before_anything_is_served() -> None:
    operation = replace(Contract().operations[0], id="countNobody")
    with pytest.raises(StandinError, match="V3 has no method count_nobody for the operation countNobody"):
        operation.handler(V3.__new__(V3))
