from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v3_error import V3Error
from ...models.v3_router_error import V3RouterError
from ...models.v3_validation_errors import V3ValidationErrors
from ...models.v3_viewer import V3Viewer
from ...models.v3_viewer_url import V3ViewerUrl
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    series_instance_uid: str | Unset = UNSET,
    study_instance_uid: str | Unset = UNSET,
    viewer: V3Viewer | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["series_instance_uid"] = series_instance_uid

    params["study_instance_uid"] = study_instance_uid

    json_viewer: str | Unset = UNSET
    if not isinstance(viewer, Unset):
        json_viewer = viewer.value

    params["viewer"] = json_viewer

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/viewer-url",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str | None:
    if response.status_code == 200:
        response_200 = V3ViewerUrl.from_dict(response.json())

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
    V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str
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
    series_instance_uid: str | Unset = UNSET,
    study_instance_uid: str | Unset = UNSET,
    viewer: V3Viewer | Unset = UNSET,
) -> Response[
    V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str
]:
    """Where a study or series can be looked at in a browser

     At least one of the two identifiers is needed.

    Args:
        series_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        study_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        viewer (V3Viewer | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str]
    """

    kwargs = _get_kwargs(
        series_instance_uid=series_instance_uid,
        study_instance_uid=study_instance_uid,
        viewer=viewer,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    series_instance_uid: str | Unset = UNSET,
    study_instance_uid: str | Unset = UNSET,
    viewer: V3Viewer | Unset = UNSET,
) -> V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str | None:
    """Where a study or series can be looked at in a browser

     At least one of the two identifiers is needed.

    Args:
        series_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        study_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        viewer (V3Viewer | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str
    """

    return sync_detailed(
        client=client,
        series_instance_uid=series_instance_uid,
        study_instance_uid=study_instance_uid,
        viewer=viewer,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    series_instance_uid: str | Unset = UNSET,
    study_instance_uid: str | Unset = UNSET,
    viewer: V3Viewer | Unset = UNSET,
) -> Response[
    V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str
]:
    """Where a study or series can be looked at in a browser

     At least one of the two identifiers is needed.

    Args:
        series_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        study_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        viewer (V3Viewer | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str]
    """

    kwargs = _get_kwargs(
        series_instance_uid=series_instance_uid,
        study_instance_uid=study_instance_uid,
        viewer=viewer,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    series_instance_uid: str | Unset = UNSET,
    study_instance_uid: str | Unset = UNSET,
    viewer: V3Viewer | Unset = UNSET,
) -> V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str | None:
    """Where a study or series can be looked at in a browser

     At least one of the two identifiers is needed.

    Args:
        series_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        study_instance_uid (str | Unset): DICOM unique identifier (PS3.5, section 9.1).
        viewer (V3Viewer | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V3Error | V3Error | V3RouterError | V3ValidationErrors | V3ViewerUrl | str
    """

    return (
        await asyncio_detailed(
            client=client,
            series_instance_uid=series_instance_uid,
            study_instance_uid=study_instance_uid,
            viewer=viewer,
        )
    ).parsed
