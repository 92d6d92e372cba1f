"""How a manifest is written: counted, asked for whole, held against the count and the release, and only then there."""

from __future__ import annotations

import datetime
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import idc_openapi

from .. import v3
from .._atomic import beside, rename, replacing, settle, sweep
from .._paging.request import Progress
from ..errors import ContractError, TruncatedResult
from ..v3._filters import checked_filters
from ..v3._release import check_release_unchanged, fetch_server_version
from . import _licenses
from ._sidecar import LINE_TEMPLATES, ROW_FORMATS, Format, Receipt, sha256_of_file, sidecar_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.calls import Client
    from .._paging.lines import Lines
    from ..v3 import Selection

#: Progress is said after so many lines.
_PROGRESS_LINES = 5_000


def write(
    idc: Client,
    filters: Selection,
    path: str | os.PathLike[str],
    *,
    format: Format = "s5cmd",
    source: Literal["aws", "gcs"] = "aws",
    require_commercial: bool = False,
    cite: Literal["apa", "bibtex", "csl-json", "turtle"] | None = "apa",
    all_of_idc: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Receipt:
    """Write a manifest of a selection, and beside it (`.json`) what it is of. Both are whole, or as they were before.

    The series are counted first, all of them asked for by number, and what came is held against the count and the
    data release.

    Args:
        idc: A client; no credentials are needed.
        filters: What `v3.where` takes or made.
        path: Where to. What is there is replaced; a link stays, and what it leads to is.
        format: `s5cmd` for `s5cmd run` (`cp s3://bucket/uuid/* .`), `idc` for `idc download-from-manifest` (the
            addresses alone); `csv`, `jsonl` or `parquet` for all columns of the rows.
        source: Whose buckets: those of Amazon (aws) or of Google (gcs). Rows hold the addresses of aws only.
        require_commercial: Refuse, before anything is written, what is not under a licence of `COMMERCIAL`.
        cite: Ask for citations in this style and keep them beside the manifest; the service asks DataCite and
            doi.org for them, up to 30 s each time. None keeps the DOIs alone.
        all_of_idc: Must be true to list the whole archive by empty filters.
        progress: Called with a `Progress` as rows come.

    Returns:
        What the sidecar says.

    Raises:
        InvalidFilter: the filters would be refused or misread.
        LicenseRefused: there is data under other licences; `.offenders` lists it. Nothing has been written.
        TruncatedResult, PagingError: not all series came. DataReleaseChanged: the data moved meanwhile.
        ValueError: no such format, or rows with the addresses of Google. OSError: it cannot be written.
    """
    wanted, target = checked_filters(filters, all_of_idc=all_of_idc), Path(path)
    if format not in get_args(Format):
        raise ValueError(f"{format!r:.80} is no format of manifests; there are {', '.join(get_args(Format))}")
    if format in ROW_FORMATS and source != "aws":
        raise ValueError(f"{format} holds rows, whose addresses are those of aws; for {source} take s5cmd or idc")
    real = target.resolve() if target.is_symlink() else target  # the link stays
    if real.is_dir():
        raise IsADirectoryError(f"{target} is a folder, and a manifest is a file")
    version = fetch_server_version(idc)
    counts, parts = v3.counts(idc, wanted, all_of_idc=True), _licenses.count_by_license_and_doi(idc, wanted)
    if sum(part["series"] for part in parts) != counts.series:
        raise ContractError(f"{counts.series} series were counted, and by SQL another number")
    if require_commercial:
        _licenses.check_commercial_use(parts)
    new = beside(real, f".{os.getpid()}.new")
    with suppress(FileNotFoundError):
        new.unlink()  # of a process that had this number before
    try:
        if format in LINE_TEMPLATES:
            came = _write_lines(
                v3.manifest_lines(idc, wanted, source=source, all_of_idc=True),
                new,
                LINE_TEMPLATES[format],
                counts.series,
                progress,
            )
        else:
            rows = v3.manifest(idc, wanted, all_of_idc=True).walk(ahead=1, progress=progress)
            came = rows.write(new, cast("Any", format))
        if came != counts.series:
            raise TruncatedResult(f"{came} of the {counts.series} series that were counted came; start anew")
        cited = v3.citations(idc, wanted, style=cite, all_of_idc=True) if cite and counts.series else None
        check_release_unchanged(idc, version)
        receipt = Receipt(
            manifest=target.name,
            format=format,
            source=source,
            filters=wanted.to_dict(),
            all_of_idc=not wanted,
            base_url=str(getattr(idc, "_base_url", "")),
            data_release=version.idc_version,
            index_version=version.idc_index_data_version,
            api_version=version.api_version,
            build=version.build,
            document_sha256=idc_openapi.digest(),
            sha256=sha256_of_file(new),
            written=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            patients=counts.patients,
            studies=counts.studies,
            series=counts.series,
            instances=counts.instances,
            size=round(100 * sum(part["size"] for part in parts)) * 10_000,
            licenses=_licenses.count_licenses(parts),
            dois=tuple(sorted({part["doi"] for part in parts if part["doi"] is not None})),
            citations=None if cited is None else (*cited.citations, *filter(None, [cited.acknowledgment])),
            unresolved=None if cited is None else tuple(cited.unresolved),
        )
        # In this order: where there is a manifest, there is what describes it.
        with replacing(sidecar_path(target)) as file:
            file.write(receipt.to_json())
        rename(new, real)
        sweep(real)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
    return receipt


def _write_lines(lines: Lines, path: Path, form: str, total: int, progress: Callable[[Progress], object] | None) -> int:
    count, size = 0, 0
    with path.open("xb") as file:
        for count, line in enumerate(lines, 1):
            file.write(form.format(line).encode())
            size += len(line) + 1
            if progress is not None and (count % _PROGRESS_LINES == 0 or count == total):
                progress(Progress(count, total, size))
        settle(file)
    return count
