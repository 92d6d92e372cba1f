from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.v1_error import V1Error
from ...models.v1_flag import V1Flag
from ...models.v1_gateway_error import V1GatewayError
from ...models.v1_manifest_page import V1ManifestPage
from ...models.v1_manifest_pending import V1ManifestPending
from ...models.v1_retired import V1Retired
from ...types import UNSET, Response, Unset


def _get_kwargs(
    cohort_id: int,
    *,
    sql: V1Flag | Unset = UNSET,
    collection_id: V1Flag | Unset = UNSET,
    patient_id: V1Flag | Unset = UNSET,
    study_instance_uid: V1Flag | Unset = UNSET,
    series_instance_uid: V1Flag | Unset = UNSET,
    sop_instance_uid: V1Flag | Unset = UNSET,
    source_doi: V1Flag | Unset = UNSET,
    crdc_study_guid: V1Flag | Unset = UNSET,
    crdc_series_guid: V1Flag | Unset = UNSET,
    crdc_instance_guid: V1Flag | Unset = UNSET,
    gcs_url: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_sql: str | Unset = UNSET
    if not isinstance(sql, Unset):
        json_sql = sql.value

    params["sql"] = json_sql

    json_collection_id: str | Unset = UNSET
    if not isinstance(collection_id, Unset):
        json_collection_id = collection_id.value

    params["Collection_ID"] = json_collection_id

    json_patient_id: str | Unset = UNSET
    if not isinstance(patient_id, Unset):
        json_patient_id = patient_id.value

    params["Patient_ID"] = json_patient_id

    json_study_instance_uid: str | Unset = UNSET
    if not isinstance(study_instance_uid, Unset):
        json_study_instance_uid = study_instance_uid.value

    params["StudyInstanceUID"] = json_study_instance_uid

    json_series_instance_uid: str | Unset = UNSET
    if not isinstance(series_instance_uid, Unset):
        json_series_instance_uid = series_instance_uid.value

    params["SeriesInstanceUID"] = json_series_instance_uid

    json_sop_instance_uid: str | Unset = UNSET
    if not isinstance(sop_instance_uid, Unset):
        json_sop_instance_uid = sop_instance_uid.value

    params["SOPInstanceUID"] = json_sop_instance_uid

    json_source_doi: str | Unset = UNSET
    if not isinstance(source_doi, Unset):
        json_source_doi = source_doi.value

    params["Source_DOI"] = json_source_doi

    json_crdc_study_guid: str | Unset = UNSET
    if not isinstance(crdc_study_guid, Unset):
        json_crdc_study_guid = crdc_study_guid.value

    params["CRDC_Study_GUID"] = json_crdc_study_guid

    json_crdc_series_guid: str | Unset = UNSET
    if not isinstance(crdc_series_guid, Unset):
        json_crdc_series_guid = crdc_series_guid.value

    params["CRDC_Series_GUID"] = json_crdc_series_guid

    json_crdc_instance_guid: str | Unset = UNSET
    if not isinstance(crdc_instance_guid, Unset):
        json_crdc_instance_guid = crdc_instance_guid.value

    params["CRDC_Instance_GUID"] = json_crdc_instance_guid

    json_gcs_url: str | Unset = UNSET
    if not isinstance(gcs_url, Unset):
        json_gcs_url = gcs_url.value

    params["GCS_URL"] = json_gcs_url

    params["page_size"] = page_size

    params["next_page"] = next_page

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/cohorts/{cohort_id}/manifest".format(
            cohort_id=quote(str(cohort_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired | None:
    if response.status_code == 200:
        response_200 = V1ManifestPage.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = V1ManifestPending.from_dict(response.json())

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
) -> Response[
    V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired
]:
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
    sql: V1Flag | Unset = UNSET,
    collection_id: V1Flag | Unset = UNSET,
    patient_id: V1Flag | Unset = UNSET,
    study_instance_uid: V1Flag | Unset = UNSET,
    series_instance_uid: V1Flag | Unset = UNSET,
    sop_instance_uid: V1Flag | Unset = UNSET,
    source_doi: V1Flag | Unset = UNSET,
    crdc_study_guid: V1Flag | Unset = UNSET,
    crdc_series_guid: V1Flag | Unset = UNSET,
    crdc_instance_guid: V1Flag | Unset = UNSET,
    gcs_url: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[
    V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired
]:
    """The manifest of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        collection_id (V1Flag | Unset): Only the exact text `True` means true.
        patient_id (V1Flag | Unset): Only the exact text `True` means true.
        study_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        series_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        sop_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        source_doi (V1Flag | Unset): Only the exact text `True` means true.
        crdc_study_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_series_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_instance_guid (V1Flag | Unset): Only the exact text `True` means true.
        gcs_url (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired]
    """

    kwargs = _get_kwargs(
        cohort_id=cohort_id,
        sql=sql,
        collection_id=collection_id,
        patient_id=patient_id,
        study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
        sop_instance_uid=sop_instance_uid,
        source_doi=source_doi,
        crdc_study_guid=crdc_study_guid,
        crdc_series_guid=crdc_series_guid,
        crdc_instance_guid=crdc_instance_guid,
        gcs_url=gcs_url,
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
    sql: V1Flag | Unset = UNSET,
    collection_id: V1Flag | Unset = UNSET,
    patient_id: V1Flag | Unset = UNSET,
    study_instance_uid: V1Flag | Unset = UNSET,
    series_instance_uid: V1Flag | Unset = UNSET,
    sop_instance_uid: V1Flag | Unset = UNSET,
    source_doi: V1Flag | Unset = UNSET,
    crdc_study_guid: V1Flag | Unset = UNSET,
    crdc_series_guid: V1Flag | Unset = UNSET,
    crdc_instance_guid: V1Flag | Unset = UNSET,
    gcs_url: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired | None:
    """The manifest of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        collection_id (V1Flag | Unset): Only the exact text `True` means true.
        patient_id (V1Flag | Unset): Only the exact text `True` means true.
        study_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        series_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        sop_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        source_doi (V1Flag | Unset): Only the exact text `True` means true.
        crdc_study_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_series_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_instance_guid (V1Flag | Unset): Only the exact text `True` means true.
        gcs_url (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired
    """

    return sync_detailed(
        cohort_id=cohort_id,
        client=client,
        sql=sql,
        collection_id=collection_id,
        patient_id=patient_id,
        study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
        sop_instance_uid=sop_instance_uid,
        source_doi=source_doi,
        crdc_study_guid=crdc_study_guid,
        crdc_series_guid=crdc_series_guid,
        crdc_instance_guid=crdc_instance_guid,
        gcs_url=gcs_url,
        page_size=page_size,
        next_page=next_page,
    ).parsed


async def asyncio_detailed(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    sql: V1Flag | Unset = UNSET,
    collection_id: V1Flag | Unset = UNSET,
    patient_id: V1Flag | Unset = UNSET,
    study_instance_uid: V1Flag | Unset = UNSET,
    series_instance_uid: V1Flag | Unset = UNSET,
    sop_instance_uid: V1Flag | Unset = UNSET,
    source_doi: V1Flag | Unset = UNSET,
    crdc_study_guid: V1Flag | Unset = UNSET,
    crdc_series_guid: V1Flag | Unset = UNSET,
    crdc_instance_guid: V1Flag | Unset = UNSET,
    gcs_url: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> Response[
    V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired
]:
    """The manifest of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        collection_id (V1Flag | Unset): Only the exact text `True` means true.
        patient_id (V1Flag | Unset): Only the exact text `True` means true.
        study_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        series_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        sop_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        source_doi (V1Flag | Unset): Only the exact text `True` means true.
        crdc_study_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_series_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_instance_guid (V1Flag | Unset): Only the exact text `True` means true.
        gcs_url (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired]
    """

    kwargs = _get_kwargs(
        cohort_id=cohort_id,
        sql=sql,
        collection_id=collection_id,
        patient_id=patient_id,
        study_instance_uid=study_instance_uid,
        series_instance_uid=series_instance_uid,
        sop_instance_uid=sop_instance_uid,
        source_doi=source_doi,
        crdc_study_guid=crdc_study_guid,
        crdc_series_guid=crdc_series_guid,
        crdc_instance_guid=crdc_instance_guid,
        gcs_url=gcs_url,
        page_size=page_size,
        next_page=next_page,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    cohort_id: int,
    *,
    client: AuthenticatedClient,
    sql: V1Flag | Unset = UNSET,
    collection_id: V1Flag | Unset = UNSET,
    patient_id: V1Flag | Unset = UNSET,
    study_instance_uid: V1Flag | Unset = UNSET,
    series_instance_uid: V1Flag | Unset = UNSET,
    sop_instance_uid: V1Flag | Unset = UNSET,
    source_doi: V1Flag | Unset = UNSET,
    crdc_study_guid: V1Flag | Unset = UNSET,
    crdc_series_guid: V1Flag | Unset = UNSET,
    crdc_instance_guid: V1Flag | Unset = UNSET,
    gcs_url: V1Flag | Unset = UNSET,
    page_size: int | Unset = 1000,
    next_page: str | Unset = UNSET,
) -> V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired | None:
    """The manifest of a saved cohort

     Runs against the data version that the cohort was saved with. Otherwise as the preview.

    Args:
        cohort_id (int):
        sql (V1Flag | Unset): Only the exact text `True` means true.
        collection_id (V1Flag | Unset): Only the exact text `True` means true.
        patient_id (V1Flag | Unset): Only the exact text `True` means true.
        study_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        series_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        sop_instance_uid (V1Flag | Unset): Only the exact text `True` means true.
        source_doi (V1Flag | Unset): Only the exact text `True` means true.
        crdc_study_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_series_guid (V1Flag | Unset): Only the exact text `True` means true.
        crdc_instance_guid (V1Flag | Unset): Only the exact text `True` means true.
        gcs_url (V1Flag | Unset): Only the exact text `True` means true.
        page_size (int | Unset):  Default: 1000.
        next_page (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        V1Error | V1GatewayError | V1ManifestPage | V1ManifestPending | V1Retired
    """

    return (
        await asyncio_detailed(
            cohort_id=cohort_id,
            client=client,
            sql=sql,
            collection_id=collection_id,
            patient_id=patient_id,
            study_instance_uid=study_instance_uid,
            series_instance_uid=series_instance_uid,
            sop_instance_uid=sop_instance_uid,
            source_doi=source_doi,
            crdc_study_guid=crdc_study_guid,
            crdc_series_guid=crdc_series_guid,
            crdc_instance_guid=crdc_instance_guid,
            gcs_url=gcs_url,
            page_size=page_size,
            next_page=next_page,
        )
    ).parsed
