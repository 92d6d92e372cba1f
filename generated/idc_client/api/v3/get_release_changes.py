from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v3_error import V3Error
from ...models.v3_release_changes import V3ReleaseChanges
from ...models.v3_router_error import V3RouterError
from ...models.v3_validation_errors import V3ValidationErrors
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    version: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/releases/changes",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    if response.status_code == 200:
        response_200 = V3ReleaseChanges.from_dict(response.json())

        return response_200

    if response.status_code == 400:

        def _parse_response_400(data: object) -> V3Error | V3RouterError:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_v3_refusal_type_0 = V3Error.from_dict(data)

                return componentsschemas_v3_refusal_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_v3_refusal_type_1 = V3RouterError.from_dict(data)

            return componentsschemas_v3_refusal_type_1

        response_400 = _parse_response_400(response.json())

        return response_400

    if response.status_code == 404:
        response_404 = V3RouterError.from_dict(response.json())

        return response_404

    if response.status_code == 422:
        response_422 = V3ValidationErrors.from_dict(response.json())

        return response_422

    if response.status_code == 500:
        response_500 = response.text
        return response_500

    if response.status_code == 503:
        response_503 = V3Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
) -> Response[
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
]:
    """What a data release changed, compared with the one before

     Series added, revised and removed, with their sizes, for the archive and for each collection. A
    series is
    *added* if the release before does not have it, *removed* if this release does not have it, and
    *revised* if
    both have it in different versions. The answer may take some seconds: all series of two releases are
    compared.

    **404** means that the server does not have this operation: no release of it is known to.

    Args:
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3ReleaseChanges | V3RouterError | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
) -> (
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    """What a data release changed, compared with the one before

     Series added, revised and removed, with their sizes, for the archive and for each collection. A
    series is
    *added* if the release before does not have it, *removed* if this release does not have it, and
    *revised* if
    both have it in different versions. The answer may take some seconds: all series of two releases are
    compared.

    **404** means that the server does not have this operation: no release of it is known to.

    Args:
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3ReleaseChanges | V3RouterError | V3ValidationErrors | str
    """

    return sync_detailed(
        client=client,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
) -> Response[
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
]:
    """What a data release changed, compared with the one before

     Series added, revised and removed, with their sizes, for the archive and for each collection. A
    series is
    *added* if the release before does not have it, *removed* if this release does not have it, and
    *revised* if
    both have it in different versions. The answer may take some seconds: all series of two releases are
    compared.

    **404** means that the server does not have this operation: no release of it is known to.

    Args:
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3ReleaseChanges | V3RouterError | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    version: int | Unset = UNSET,
) -> (
    V3Error
    | V3Error
    | V3RouterError
    | V3ReleaseChanges
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    """What a data release changed, compared with the one before

     Series added, revised and removed, with their sizes, for the archive and for each collection. A
    series is
    *added* if the release before does not have it, *removed* if this release does not have it, and
    *revised* if
    both have it in different versions. The answer may take some seconds: all series of two releases are
    compared.

    **404** means that the server does not have this operation: no release of it is known to.

    Args:
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3ReleaseChanges | V3RouterError | V3ValidationErrors | str
    """

    return (
        await asyncio_detailed(
            client=client,
            version=version,
        )
    ).parsed
