from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v1_cohort_created import V1CohortCreated
from ...models.v1_cohort_spec import V1CohortSpec
from ...models.v1_error import V1Error
from ...models.v1_gateway_error import V1GatewayError
from ...models.v1_retired import V1Retired
from ...types import Response


def _get_kwargs(
    *,
    body: V1CohortSpec,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/cohorts",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V1CohortCreated | V1Error | V1GatewayError | V1Retired | None:
    if response.status_code == 200:
        response_200 = V1CohortCreated.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = V1Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = V1GatewayError.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = V1Error.from_dict(response.json())

        return response_403

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
) -> Response[V1CohortCreated | V1Error | V1GatewayError | V1Retired]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: V1CohortSpec,
) -> Response[V1CohortCreated | V1Error | V1GatewayError | V1Retired]:
    """Save a cohort

     Binds the filters to the active data version. A refusal may hide inside a 200: look for
    `cohort_properties.cohort_id`. Never repeat this request blindly; every success makes one more
    cohort.

    Args:
        body (V1CohortSpec): What makes a cohort. Send all three; members that are not named here
            are ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1CohortCreated | V1Error | V1GatewayError | V1Retired]
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
    client: AuthenticatedClient,
    body: V1CohortSpec,
) -> V1CohortCreated | V1Error | V1GatewayError | V1Retired | None:
    """Save a cohort

     Binds the filters to the active data version. A refusal may hide inside a 200: look for
    `cohort_properties.cohort_id`. Never repeat this request blindly; every success makes one more
    cohort.

    Args:
        body (V1CohortSpec): What makes a cohort. Send all three; members that are not named here
            are ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1CohortCreated | V1Error | V1GatewayError | V1Retired
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: V1CohortSpec,
) -> Response[V1CohortCreated | V1Error | V1GatewayError | V1Retired]:
    """Save a cohort

     Binds the filters to the active data version. A refusal may hide inside a 200: look for
    `cohort_properties.cohort_id`. Never repeat this request blindly; every success makes one more
    cohort.

    Args:
        body (V1CohortSpec): What makes a cohort. Send all three; members that are not named here
            are ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1CohortCreated | V1Error | V1GatewayError | V1Retired]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: V1CohortSpec,
) -> V1CohortCreated | V1Error | V1GatewayError | V1Retired | None:
    """Save a cohort

     Binds the filters to the active data version. A refusal may hide inside a 200: look for
    `cohort_properties.cohort_id`. Never repeat this request blindly; every success makes one more
    cohort.

    Args:
        body (V1CohortSpec): What makes a cohort. Send all three; members that are not named here
            are ignored.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1CohortCreated | V1Error | V1GatewayError | V1Retired
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
