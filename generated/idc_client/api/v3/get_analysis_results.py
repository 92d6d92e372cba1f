from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v3_analysis_result import V3AnalysisResult
from ...models.v3_error import V3Error
from ...types import Response


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/analysis_results",
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V3Error | list[V3AnalysisResult] | str | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemas_v3_analysis_results_item_data in _response_200:
            componentsschemas_v3_analysis_results_item = V3AnalysisResult.from_dict(
                componentsschemas_v3_analysis_results_item_data
            )

            response_200.append(componentsschemas_v3_analysis_results_item)

        return response_200

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
) -> Response[V3Error | list[V3AnalysisResult] | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[V3Error | list[V3AnalysisResult] | str]:
    """Every analysis result, by identifier

     Segmentations, annotations and measurements that others derived from collections of the archive, one
    entry for each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | list[V3AnalysisResult] | str]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
) -> V3Error | list[V3AnalysisResult] | str | None:
    """Every analysis result, by identifier

     Segmentations, annotations and measurements that others derived from collections of the archive, one
    entry for each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | list[V3AnalysisResult] | str
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
) -> Response[V3Error | list[V3AnalysisResult] | str]:
    """Every analysis result, by identifier

     Segmentations, annotations and measurements that others derived from collections of the archive, one
    entry for each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | list[V3AnalysisResult] | str]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
) -> V3Error | list[V3AnalysisResult] | str | None:
    """Every analysis result, by identifier

     Segmentations, annotations and measurements that others derived from collections of the archive, one
    entry for each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | list[V3AnalysisResult] | str
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
