"""Walks, tables and manifests as a user writes them. This file is type-checked and never run."""

from pathlib import Path
from typing import Any, assert_type

from idc_client.models import V3ManifestRow

from idc_ext import (
    CheckpointError,
    LicenseRefused,
    ManifestError,
    MissingExtra,
    Pages,
    Progress,
    Rows,
    aio,
    connect,
    manifests,
    v3,
)


def report_progress(progress: Progress) -> None:
    """Take what a walk says of itself."""
    assert_type(progress.rows, int)
    assert_type(progress.total, int | None)
    assert_type(progress.bytes, int)


def walks() -> None:
    """Say how rows are walked."""
    with connect() as idc:
        rows = v3.manifest(idc, {"Modality": "CT"})
        other = rows.walk(max_items=10, ahead=2, progress=report_progress, checkpoint=Path("checkpoint"))
        assert_type(other, Rows[V3ManifestRow])
        with other.pages() as pages:
            assert_type(pages, Pages[V3ManifestRow])
            assert_type(next(pages).rows, list[V3ManifestRow])
            assert_type(next(pages).records, list[Any])
        assert_type(rows.write("rows.csv"), int)
        rows.write("rows", "parquet", partition_by=["Modality"])
        rows.write("rows", format="jsonl")
        rows.write_parquet(Path("rows"), partition_by=("collection_id",))
        rows.walk(max_items="10")  # type: ignore[arg-type] # a number
        rows.write("rows", "xml")  # type: ignore[arg-type] # one of three
        rows.write("rows", partition_by="Modality", formats="csv")  # type: ignore[call-arg] # no such option


def tables() -> None:
    """Make tables of rows and of SQL."""
    with connect() as idc:
        rows = v3.manifest(idc, {"Modality": "CT"})
        table = v3.sql(idc, "SELECT 1 AS a", typed=True)
        assert_type(table.types, dict[str, str] | None)
        for one in (rows, table):
            print(one.to_arrow().num_rows)
            print(one.to_pandas().shape)
            print(one.to_polars().height)
            one.__arrow_c_stream__()
        for batch in rows.batches():
            print(batch.num_rows)


async def asynchronous() -> None:
    """Do the same with `await`."""
    async with connect() as idc:
        rows = aio.v3.manifest(idc, {"Modality": "CT"}).walk(ahead=1)
        assert_type(rows, aio.AsyncRows[V3ManifestRow])
        assert_type(await rows.write("rows.csv"), int)
        print((await rows.to_arrow()).num_rows)
        print((await rows.to_pandas()).shape)
        print((await rows.to_polars()).height)
        async for batch in rows.batches():
            print(batch.num_rows)
        assert_type(await aio.manifests.write(idc, {"Modality": "CT"}, "m.s5cmd"), manifests.Receipt)
        assert_type(await aio.manifests.verify(idc, "m.s5cmd"), manifests.Changes)
        for row in rows:  # type: ignore[attr-defined] # it would block the event loop
            print(row)


def provenance() -> None:
    """Write manifests and compare them with the data."""
    with connect() as idc:
        sidecar = manifests.write(
            idc, {"Modality": "CT"}, "m.s5cmd", format="idc", source="gcs", cite=None, progress=report_progress
        )
        assert_type(sidecar, manifests.Receipt)
        assert_type(sidecar.series, int)
        assert_type(sidecar.licenses, tuple[manifests.LicenseCount, ...])
        assert_type(manifests.read("m.s5cmd"), manifests.Receipt)
        changes = manifests.verify(idc, Path("m.s5cmd"))
        assert_type(changes, manifests.Changes)
        assert_type(changes.added, list[manifests.Change])
        for change in manifests.diff(idc, v3.where(Modality="CT"), 20, 24):
            assert_type(change.before, str | None)
        assert_type(manifests.check_licenses(idc, {"Modality": "CT"}), tuple[manifests.LicenseCount, ...])
        manifests.write(idc, {"Modality": "CT"}, "m", format="zip")  # type: ignore[arg-type] # one of five
        manifests.write(idc, {"Modality": "CT"}, "m", "csv")  # type: ignore[call-arg] # format is named
        manifests.diff(idc, {"Modality": "CT"}, "v20", "v24")  # or "20"


def errors() -> None:
    """Take what the errors offer."""
    try:
        provenance()
    except LicenseRefused as refusal:
        assert_type(refusal.offenders, tuple[tuple[str | None, str | None, int], ...])
    except (CheckpointError, ManifestError, MissingExtra) as error:
        print(error)
