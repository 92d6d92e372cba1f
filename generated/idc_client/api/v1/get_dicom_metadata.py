from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v1_dicom_metadata_page import V1DicomMetadataPage
from ...models.v1_error import V1Error
from ...models.v1_query_pending import V1QueryPending
from ...models.v1_retired import V1Retired
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["page_size"] = page_size

    params["next_page"] = next_page

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/dicomMetadata",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired | None:
    if response.status_code == 200:
        response_200 = V1DicomMetadataPage.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = V1QueryPending.from_dict(response.json())

        return response_202

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
) -> Response[V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired]:
    """A fixed selection of DICOM metadata for every instance of the archive

     Sorted by collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID.

    Args:
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired]
    """

    kwargs = _get_kwargs(
        page_size=page_size,
        next_page=next_page,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired | None:
    """A fixed selection of DICOM metadata for every instance of the archive

     Sorted by collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID.

    Args:
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired
    """

    return sync_detailed(
        client=client,
        page_size=page_size,
        next_page=next_page,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired]:
    """A fixed selection of DICOM metadata for every instance of the archive

     Sorted by collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID.

    Args:
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired]
    """

    kwargs = _get_kwargs(
        page_size=page_size,
        next_page=next_page,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired | None:
    """A fixed selection of DICOM metadata for every instance of the archive

     Sorted by collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID.

    Args:
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1DicomMetadataPage | V1Error | V1QueryPending | V1Retired
    """

    return (
        await asyncio_detailed(
            client=client,
            page_size=page_size,
            next_page=next_page,
        )
    ).parsed
