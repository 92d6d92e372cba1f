"""The parts of openapi.yaml that no release of upstream's server has, and which of them a service has.

Law: a part is left out of every test unless the service has it, which the service is asked once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import idc_openapi
from idc_contract.calls import Broken
from idc_contract.document.openapi import DOCUMENT, OPERATIONS, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.document.openapi import Operation
    from idc_contract.service import Service

UNRELEASED = tuple(idc_openapi.unreleased(DOCUMENT))
"""Names of the parts: operations by operationId, members by schema and name."""
SCHEMAS = "#/components/schemas/"


def operations(service: Service, generation: str = "v3") -> dict[str, Operation]:
    """The operations of a generation that a service is to have."""
    return {
        name: operation
        for name, operation in OPERATIONS.items()
        if operation.path.startswith(f"/{generation}") and (name not in UNRELEASED or name in service.coming)
    }


def served_document(service: Service) -> dict[str, Any]:
    """The document without the unreleased parts that the service does not have."""
    return idc_openapi.released(DOCUMENT, keep=service.coming)


def find(service: Service) -> frozenset[str]:
    """The unreleased parts that a service has: an operation that is not a 404, a member that some answer has."""
    found = {name for name in UNRELEASED if name in OPERATIONS and _answers(service, name)}
    members = {name for name in UNRELEASED if name not in OPERATIONS}
    for name, operation in OPERATIONS.items():
        plain = operation.method == "GET" and operation.path.startswith("/v3") and not operation.parameters
        if plain and members and members & _declared(operation.answer(200).get("schema", {})):
            try:
                content = service.answer(name).json()
            except (Broken, ValueError):
                continue
            found |= members & set(_members(operation.answer(200)["schema"], content))
    return frozenset(found)


def _answers(service: Service, name: str) -> bool:
    try:
        return service.answer(name).status not in (404, 405)
    except Broken:
        return True  # whatever it is, the tests will report it


def _declared(schema: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """The members that a schema declares, at any depth."""
    if isinstance(schema, list):
        return {name for one in schema for name in _declared(one, seen)}
    if not isinstance(schema, dict):
        return set()
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference in seen:
            return set()
        own = {f"{reference.removeprefix(SCHEMAS)}/{name}" for name in resolved(schema).get("properties", {})}
        return own | _declared(resolved(schema), seen | {reference})
    return {name for one in schema.values() for name in _declared(one, seen)}


def _members(schema: dict[str, Any], value: Any) -> Iterator[str]:
    """The declared members that a value has."""
    owner = schema.get("$ref", "").removeprefix(SCHEMAS)
    schema = resolved(schema)
    if isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                yield f"{owner}/{name}"
                yield from _members(member, value[name])
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for item in value:
            yield from _members(schema["items"], item)
