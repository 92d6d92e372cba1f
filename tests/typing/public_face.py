"""The public face as a user writes it. This file is type-checked and never run."""

from typing import assert_type

from idc_client.api.v1 import create_cohort, get_about, list_cohorts
from idc_client.models import V1CohortProperties, V1CohortSpec, V1ManifestRow
from idc_client.types import Unset

from idc_ext import IDC, APIError, IDCError, Page, Retired, Rows, connect, v1

spec = v1.cohort(
    "testcohort",
    "Test description",
    {
        "collection_id": ["TCGA-LUAD", "TCGA-KIRC"],
        "Modality": ["CT", "MR"],
        "age_at_diagnosis_btw": [50, 59.5],
    },
)
assert_type(spec, V1CohortSpec)


def synchronous() -> None:
    """Do the notebook with `for`."""
    with connect("http://127.0.0.1:8021", credentials="~/.idc_credentials", timeout=5.0, verify=False) as idc:
        assert_type(idc, IDC)
        get_about.sync(client=idc)
        list_cohorts.sync(client=idc)
        preview = v1.preview_manifest(idc, spec, fields=["Patient_ID", "GCS_URL"], page_size=2)
        assert_type(preview, Rows[V1ManifestRow])
        first = next(preview.pages())
        assert_type(first, Page[V1ManifestRow])
        assert_type(first.total, int | None)
        saved = v1.create_cohort(idc, spec)
        assert_type(saved, V1CohortProperties)
        guids = [row.crdc_series_guid for row in v1.manifest(idc, saved.cohort_id, fields=("CRDC_Series_GUID",))]
        assert_type(guids, list[str | Unset | None])
        for row in v1.query(idc, saved.cohort_id, ["PatientID", "Modality"]):
            assert_type(row, dict[str, str | list[str] | None])
        for page in v1.dicom_metadata(idc).pages():
            assert_type(page, Page[v1.Row])


async def asynchronous() -> None:
    """Use the same names with `async for`."""
    async with connect() as idc:
        assert_type(idc, IDC)
        await get_about.asyncio(client=idc)
        await create_cohort.asyncio(client=idc, body=spec)
        preview = v1.preview_manifest(idc, spec, fields=["GCS_URL"])
        async for row in preview:
            assert_type(row, V1ManifestRow)
        async for page in preview.pages():
            assert_type(page.rows, list[V1ManifestRow])
        assert_type(await anext(preview.pages()), Page[V1ManifestRow])


def errors() -> None:
    """Take what an error offers."""
    try:
        synchronous()
    except Retired as error:
        assert_type(error.status, int)
        assert_type(error.code, int | str | None)
        assert_type(error.message, str)
        assert_type(error.request.url, str)
    except APIError as error:
        print(error.request.method)
    except IDCError:
        raise
