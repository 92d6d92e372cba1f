from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v1_collections import V1Collections
from ...models.v1_error import V1Error
from ...models.v1_retired import V1Retired
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    idc_data_version: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["idc_data_version"] = idc_data_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/collections",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V1Collections | V1Error | V1Retired | None:
    if response.status_code == 200:
        response_200 = V1Collections.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = V1Error.from_dict(response.json())

        return response_400

    if response.status_code == 410:
        response_410 = V1Retired.from_dict(response.json())

        return response_410

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
) -> Response[V1Collections | V1Error | V1Retired]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    idc_data_version: str | Unset = UNSET,
) -> Response[V1Collections | V1Error | V1Retired]:
    """The original collections of a data version

     What was published as images in the first place. Analysis results on them are listed apart.

    Args:
        idc_data_version (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Collections | V1Error | V1Retired]
    """

    kwargs = _get_kwargs(
        idc_data_version=idc_data_version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    idc_data_version: str | Unset = UNSET,
) -> V1Collections | V1Error | V1Retired | None:
    """The original collections of a data version

     What was published as images in the first place. Analysis results on them are listed apart.

    Args:
        idc_data_version (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Collections | V1Error | V1Retired
    """

    return sync_detailed(
        client=client,
        idc_data_version=idc_data_version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    idc_data_version: str | Unset = UNSET,
) -> Response[V1Collections | V1Error | V1Retired]:
    """The original collections of a data version

     What was published as images in the first place. Analysis results on them are listed apart.

    Args:
        idc_data_version (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Collections | V1Error | V1Retired]
    """

    kwargs = _get_kwargs(
        idc_data_version=idc_data_version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    idc_data_version: str | Unset = UNSET,
) -> V1Collections | V1Error | V1Retired | None:
    """The original collections of a data version

     What was published as images in the first place. Analysis results on them are listed apart.

    Args:
        idc_data_version (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Collections | V1Error | V1Retired
    """

    return (
        await asyncio_detailed(
            client=client,
            idc_data_version=idc_data_version,
        )
    ).parsed
