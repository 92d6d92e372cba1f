"""One request to one operation of the generated client, and its answer as decoded JSON, by wire names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._http.calls import Call
from .._http.steps import fetch, fetch_checked
from ..errors import ContractError

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
        ContractError: the answer is not what the document says of the operation.
    """
    return dict(_fetch_of_type(idc, operation, parameters, dict))


def fetch_objects(
    idc: IDC, operation: ModuleType, member: str | None = None, /, **parameters: Any
) -> list[dict[str, Any]]:
    """Send a request whose answer is a list of objects, or an object with such a list as a member."""
    if member is None:
        return list(_fetch_of_type(idc, operation, parameters, list))
    return list(fetch_object(idc, operation, **parameters)[member])


def fetch_unknown_object(idc: IDC, operation: ModuleType, /) -> dict[str, Any]:
    """Send a request whose answer is an object with any members: those of a service of another release."""

    def parse(_status: int, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise TypeError(f"a {type(body).__name__} instead of a dict")
        return body

    return fetch(idc, Call.of(operation._get_kwargs()), parse)


def _fetch_of_type(idc: IDC, operation: ModuleType, parameters: dict[str, Any], kind: type) -> Any:
    call = Call.of(operation._get_kwargs(**parameters))
    found = fetch_checked(idc, call)
    if not isinstance(found, kind):  # another successful answer, such as "not yet"
        raise ContractError(f"{call} was answered with a {type(found).__name__} instead of a {kind.__name__}")
    return found
