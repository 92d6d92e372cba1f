"""One request to one operation of the generated client, and its answer as decoded JSON, by wire names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._http.calls import Call
from .._http.steps import fetch

if TYPE_CHECKING:
    from types import ModuleType

    from ..connect import IDC


def fetch_object(idc: IDC, operation: ModuleType, /, **parameters: Any) -> dict[str, Any]:
    """Send a request whose answer is an object.

    Args:
        idc: The client.
        operation: A module of `idc_client.api`.
        parameters: The parameters of the operation.

    Raises:
        ContractError: the answer is not an object.
    """
    found: dict[str, Any] = _fetch_of_type(idc, operation, parameters, dict)
    return found


def fetch_objects(
    idc: IDC, operation: ModuleType, member: str | None = None, /, **parameters: Any
) -> list[dict[str, Any]]:
    """Send a request whose answer is a list of objects, or an object with such a list as a member."""
    if member is None:
        return _checked_objects(_fetch_of_type(idc, operation, parameters, list), operation)
    return _checked_objects(fetch_object(idc, operation, **parameters).get(member), operation)


def _fetch_of_type(idc: IDC, operation: ModuleType, parameters: dict[str, Any], kind: type) -> Any:
    def parse(_status: int, body: Any) -> Any:
        if not isinstance(body, kind):
            raise TypeError(f"a {type(body).__name__} instead of a {kind.__name__}")
        return body

    return fetch(idc, Call.of(operation._get_kwargs(**parameters)), parse)


def _checked_objects(found: Any, operation: ModuleType) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        from ..errors import ContractError

        raise ContractError(f"{Call.of(operation._get_kwargs())} was not answered with a list of objects")
    return found
