from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v3_error import V3Error
from ...models.v3_router_error import V3RouterError
from ...models.v3_sql_request import V3SqlRequest
from ...models.v3_sql_result import V3SqlResult
from ...models.v3_validation_errors import V3ValidationErrors
from ...types import Response


def _get_kwargs(
    *,
    body: V3SqlRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v3/sql",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str | None:
    if response.status_code == 200:
        response_200 = V3SqlResult.from_dict(response.json())

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

    if response.status_code == 403:
        response_403 = V3Error.from_dict(response.json())

        return response_403

    if response.status_code == 408:
        response_408 = V3Error.from_dict(response.json())

        return response_408

    if response.status_code == 413:
        response_413 = V3Error.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = V3ValidationErrors.from_dict(response.json())

        return response_422

    if response.status_code == 500:
        response_500 = response.text
        return response_500

    if response.status_code == 503:
        response_503 = V3Error.from_dict(response.json())

        return response_503

    if response.status_code == 504:
        response_504 = V3Error.from_dict(response.json())

        return response_504

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[
    V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str
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
    body: V3SqlRequest,
) -> Response[
    V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str
]:
    """One SELECT over the index tables

     DuckDB SQL, read-only: one statement that begins with SELECT or WITH. Returns at most `max_rows`
    rows and says
    in `truncated` whether there are more; there is no paging.

    Args:
        body (V3SqlRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: V3SqlRequest,
) -> V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str | None:
    """One SELECT over the index tables

     DuckDB SQL, read-only: one statement that begins with SELECT or WITH. Returns at most `max_rows`
    rows and says
    in `truncated` whether there are more; there is no paging.

    Args:
        body (V3SqlRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: V3SqlRequest,
) -> Response[
    V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str
]:
    """One SELECT over the index tables

     DuckDB SQL, read-only: one statement that begins with SELECT or WITH. Returns at most `max_rows`
    rows and says
    in `truncated` whether there are more; there is no paging.

    Args:
        body (V3SqlRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: V3SqlRequest,
) -> V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str | None:
    """One SELECT over the index tables

     DuckDB SQL, read-only: one statement that begins with SELECT or WITH. Returns at most `max_rows`
    rows and says
    in `truncated` whether there are more; there is no paging.

    Args:
        body (V3SqlRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3SqlResult | V3ValidationErrors | str
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
