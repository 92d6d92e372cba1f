"""One request to one operation of the generated client, and its answer as decoded JSON, by wire names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._http.calls import Call, fetch

if TYPE_CHECKING:
    from types import ModuleType

    from ..connect import IDC


def fetch_object(idc: IDC, operation: ModuleType, /, **parameters: Any) -> dict[str, Any]:
    """Ask what is answered with an object.

    Args:
        idc: The client.
        operation: A module of `idc_client.api`.
        parameters: Its own.

    Raises:
        ContractError: the answer is none.
    """
    found: dict[str, Any] = _fetch_of_type(idc, operation, parameters, dict)
    return found


def fetch_objects(
    idc: IDC, operation: ModuleType, member: str | None = None, /, **parameters: Any
) -> list[dict[str, Any]]:
    """Ask what is answered with a list of objects, or with an object that has one as a member."""
    if member is None:
        return _checked_objects(_fetch_of_type(idc, operation, parameters, list), operation)
    return _checked_objects(fetch_object(idc, operation, **parameters).get(member), operation)


def _fetch_of_type(idc: IDC, operation: ModuleType, parameters: dict[str, Any], kind: type) -> Any:
    def parse(_status: int, body: Any) -> Any:
        if not isinstance(body, kind):
            raise TypeError(f"a {type(body).__name__} in place of a {kind.__name__}")
        return body

    return fetch(idc, Call.of(operation._get_kwargs(**parameters)), parse)


def _checked_objects(found: Any, operation: ModuleType) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        from ..errors import ContractError

        raise ContractError(f"{Call.of(operation._get_kwargs())} was answered with no list of objects")
    return found
