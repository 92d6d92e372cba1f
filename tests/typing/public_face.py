"""The public face as a user writes it. This file is type-checked and never run."""

import asyncio
from datetime import date
from typing import Any, assert_type

from idc_client.api.v1 import create_cohort, get_about, list_cohorts
from idc_client.api.v3 import get_stats
from idc_client.models import (
    V1CohortProperties,
    V1CohortSpec,
    V1ManifestRow,
    V3AnalysisResult,
    V3Attribute,
    V3AttributeValues,
    V3ClinicalTableInfo,
    V3Collection,
    V3CollectionDetail,
    V3Counts,
    V3License,
    V3ManifestRow,
    V3ReleaseChanges,
    V3Stats,
    V3TableInfo,
    V3TableSchema,
    V3Version,
)
from idc_client.types import Unset

from idc_ext import (
    IDC,
    APIError,
    DataReleaseChanged,
    DeadlineExceeded,
    IDCError,
    Page,
    Retired,
    Retries,
    Rows,
    aio,
    connect,
    deadline,
    v1,
    v3,
)

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


def in_time() -> None:
    """Limit time and retries, and read an error."""
    with connect(deadline=30, retries=Retries(most=2, statuses={429, 503})) as idc, deadline(60):
        try:
            get_stats.sync(client=idc)
        except DeadlineExceeded as late:
            assert_type(late.args, tuple[Any, ...])
        except APIError as error:
            assert_type(error.curl, str)
            assert_type(error.request_id, str | None)
            assert_type(error.retry_after, float | None)
            assert_type(error.response.headers["date"], str)
            assert_type(error.response.content, bytes)
    connect(retries=0)


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


def newest() -> None:
    """Use v3, with each form that filters may be written in."""
    with connect() as idc:
        get_stats.sync(client=idc)
        ct = v3.manifest(idc, {"collection_id": ["nlst"], "Modality": ["CT"]})
        assert_type(ct, Rows[V3ManifestRow])
        for row in ct:
            assert_type(row.series_instance_uid, str | None)
        assert_type(next(ct.pages()).release, str | None)
        base = {"Modality": ["CT", "MR"]}
        assert_type(v3.counts(idc, base), V3Counts)
        chosen = v3.where(base, collection_id="nlst", StudyDate=("2001-01-01", None), instanceCount={"gte": 100})
        assert_type(chosen, v3.Filters)
        v3.where({"Modality": "CT", "StudyDate": {"gte": date(2001, 1, 1), "lte": "2001-12-31"}, "PatientSex": ("F",)})
        assert_type(v3.licenses(idc, v3.check_values(idc, chosen)), v3.ModelList[V3License])
        for line in v3.manifest_lines(idc, chosen, source="gcs"):
            assert_type(line, str)
        table = v3.sql(idc, "SELECT Modality, count(*) AS n FROM index GROUP BY 1", allow_truncated=True)
        assert_type(table, v3.Table)
        assert_type(list(table), list[dict[str, Any]])
        cited = v3.citations(idc, {}, all_of_idc=True, style="bibtex")
        assert_type(cited.citations, list[str | dict[str, Any]])
        assert_type(cited.unresolved, list[str])
        assert_type(v3.viewer_url(idc, study="1.2", viewer="slim"), str)
        assert_type(v3.attribute_values(idc, "Modality"), V3AttributeValues)
        old = v3.from_v1({"collection_id": ["TCGA-LUAD"], "age_at_diagnosis_btw": [50, 59.5]})
        print(old.untranslated.get("age_at_diagnosis_btw"))
        v3.counts(idc, old.whole())


def archive() -> None:
    """Ask what the archive holds: each answer is its model and nothing else."""
    with connect() as idc:
        assert_type(v3.stats(idc), V3Stats)
        assert_type(v3.version(idc), V3Version)
        assert_type(v3.collections(idc), v3.ModelList[V3Collection])
        assert_type(v3.collection(idc, "nlst"), V3CollectionDetail)
        assert_type(v3.analysis_results(idc), v3.ModelList[V3AnalysisResult])
        assert_type(v3.attributes(idc), v3.ModelList[V3Attribute])
        assert_type(v3.tables(idc), v3.ModelList[V3TableInfo])
        assert_type(v3.table(idc, "index"), V3TableSchema)
        assert_type(v3.clinical_tables(idc, collection_id="nlst"), v3.ModelList[V3ClinicalTableInfo])
        assert_type(v3.clinical_table(idc, "nlst_canc"), V3TableSchema)
        assert_type(v3.clinical_rows(idc, "nlst_canc", max_rows=10, allow_truncated=True), v3.Table)
        assert_type(v3.release_changes(idc, 24), V3ReleaseChanges)
        assert_type(v3.releases(idc), v3.Table)


async def newest_asynchronous() -> None:
    """Use v3 with `await` and `async for`."""
    async with aio.connect() as idc:
        async for row in aio.v3.manifest(idc, {"Modality": ["MR"]}):
            assert_type(row, V3ManifestRow)
        lines = aio.v3.manifest_lines(idc, {"Modality": "MR"})
        assert_type(lines, aio.AsyncLines)
        async for line in lines:
            assert_type(line, str)
        assert_type(await aio.v3.counts(idc, aio.v3.where(Modality="MR")), V3Counts)
        assert_type((await aio.v3.stats(idc)).series, int)
        assert_type(await aio.v3.sql(idc, "SELECT 1", max_rows=3, typed=True), v3.Table)
        assert_type(await aio.v1.create_cohort(idc, spec), V1CohortProperties)
        async for row in v3.manifest(idc, {"Modality": ["MR"]}):
            assert_type(row, V3ManifestRow)
        assert_type(await asyncio.to_thread(v3.counts, idc, {"Modality": "MR"}), V3Counts)
        await aio.v3.counts(idc)  # type: ignore[call-arg] # filters are needed
        await aio.v3.sql(idc, 7)  # type: ignore[arg-type] # a statement is text


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
    except DataReleaseChanged:
        synchronous()
    except IDCError:
        raise
