from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v3_collection_detail import V3CollectionDetail
from ...models.v3_error import V3Error
from ...models.v3_router_error import V3RouterError
from ...models.v3_validation_errors import V3ValidationErrors
from ...types import Response


def _get_kwargs(
    collection_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/collections/{collection_id}".format(
            collection_id=quote(str(collection_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> (
    V3CollectionDetail
    | V3Error
    | V3Error
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    if response.status_code == 200:
        response_200 = V3CollectionDetail.from_dict(response.json())

        return response_200

    if response.status_code == 404:

        def _parse_response_404(data: object) -> V3Error | V3RouterError:
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

        response_404 = _parse_response_404(response.json())

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
    V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str
]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    collection_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[
    V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str
]:
    """One collection, with counts, modalities and licences

     Counts are of all series with this `collection_id`: those of analysis results on the collection are
    among them.

    Args:
        collection_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        collection_id=collection_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    collection_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> (
    V3CollectionDetail
    | V3Error
    | V3Error
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    """One collection, with counts, modalities and licences

     Counts are of all series with this `collection_id`: those of analysis results on the collection are
    among them.

    Args:
        collection_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str
    """

    return sync_detailed(
        collection_id=collection_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    collection_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[
    V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str
]:
    """One collection, with counts, modalities and licences

     Counts are of all series with this `collection_id`: those of analysis results on the collection are
    among them.

    Args:
        collection_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str]
    """

    kwargs = _get_kwargs(
        collection_id=collection_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    collection_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> (
    V3CollectionDetail
    | V3Error
    | V3Error
    | V3RouterError
    | V3ValidationErrors
    | str
    | None
):
    """One collection, with counts, modalities and licences

     Counts are of all series with this `collection_id`: those of analysis results on the collection are
    among them.

    Args:
        collection_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3CollectionDetail | V3Error | V3Error | V3RouterError | V3ValidationErrors | str
    """

    return (
        await asyncio_detailed(
            collection_id=collection_id,
            client=client,
        )
    ).parsed
