from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v1_error import V1Error
from ...models.v1_flag import V1Flag
from ...models.v1_gateway_error import V1GatewayError
from ...models.v1_query_fields import V1QueryFields
from ...models.v1_query_page import V1QueryPage
from ...models.v1_query_pending import V1QueryPending
from ...models.v1_retired import V1Retired
from ...types import UNSET, Response, Unset


def _get_kwargs(
    cohort_id: int,
    *,
    body: V1QueryFields,
    sql: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    json_sql: str | Unset = UNSET
    if not isinstance(sql, Unset):
        json_sql = sql.value

    params["sql"] = json_sql

    params["page_size"] = page_size

    params["next_page"] = next_page

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/cohorts/{cohort_id}/query".format(
            cohort_id=quote(str(cohort_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired | None:
    if response.status_code == 200:
        response_200 = V1QueryPage.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = V1QueryPending.from_dict(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = V1Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = V1GatewayError.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = V1Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = V1GatewayError.from_dict(response.json())

        return response_404

    if response.status_code == 408:
        response_408 = V1Error.from_dict(response.json())

        return response_408

    if response.status_code == 410:
        response_410 = V1Retired.from_dict(response.json())

        return response_410

    if response.status_code == 413:
        response_413 = V1Error.from_dict(response.json())

        return response_413

    if response.status_code == 500:
        response_500 = V1Error.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = V1Error.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    body: V1QueryFields,
    sql: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired]:
    """Selected metadata of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview: rows are
    distinct and ascend by the fields in the order requested; with `next_page`, every parameter but
    `page_size` is ignored.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):
        body (V1QueryFields):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired]
    """

    kwargs = _get_kwargs(
        cohort_id=cohort_id,
        body=body,
        sql=sql,
        page_size=page_size,
        next_page=next_page,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    body: V1QueryFields,
    sql: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired | None:
    """Selected metadata of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview: rows are
    distinct and ascend by the fields in the order requested; with `next_page`, every parameter but
    `page_size` is ignored.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):
        body (V1QueryFields):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired
    """

    return sync_detailed(
        cohort_id=cohort_id,
        client=client,
        body=body,
        sql=sql,
        page_size=page_size,
        next_page=next_page,
    ).parsed


async def asyncio_detailed(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    body: V1QueryFields,
    sql: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired]:
    """Selected metadata of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview: rows are
    distinct and ascend by the fields in the order requested; with `next_page`, every parameter but
    `page_size` is ignored.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):
        body (V1QueryFields):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired]
    """

    kwargs = _get_kwargs(
        cohort_id=cohort_id,
        body=body,
        sql=sql,
        page_size=page_size,
        next_page=next_page,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    body: V1QueryFields,
    sql: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired | None:
    """Selected metadata of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview: rows are
    distinct and ascend by the fields in the order requested; with `next_page`, every parameter but
    `page_size` is ignored.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):
        body (V1QueryFields):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Error | V1GatewayError | V1QueryPage | V1QueryPending | V1Retired
    """

    return (
        await asyncio_detailed(
            cohort_id=cohort_id,
            client=client,
            body=body,
            sql=sql,
            page_size=page_size,
            next_page=next_page,
        )
    ).parsed
