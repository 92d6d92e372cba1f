"""Writing of a manifest: series are counted, fetched, compared with count and release; then the file appears."""

from __future__ import annotations

import datetime
import errno
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast, get_args

import idc_openapi

from .. import v3
from .._atomic import Draft, PathLock, follow_links, remove_leftovers
from .._http.calls import Client
from .._http.steps import END, Next, Steps, sending, steps_of, work
from .._paging.bar import progress_callback
from .._paging.export import Export
from .._paging.request import Progress
from .._warnings import warn_caller
from ..errors import ContractError, TruncatedResult
from ..v3 import Selection
from ..v3._archive import check_release_unchanged
from ..v3._filters import checked_filters
from . import _licenses
from ._sidecar import FORMAT_OF_SUFFIX, LINE_TEMPLATES, ROW_FORMATS, Format, Receipt, sidecar_path

if TYPE_CHECKING:
    from .._paging.lines import Lines

#: Progress is reported after so many lines.
_PROGRESS_LINES = 5_000
#: Seconds to wait for another writer of the same manifest. Two renames take no longer, unless a process was stopped.
_LOCK_SECONDS = 10


@sending
def write(
    idc: Client,
    filters: Selection,
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    source: Literal["aws", "gcs"] = "aws",
    require_commercial: bool = False,
    cite: Literal["apa", "bibtex", "csl-json", "turtle"] | None = "apa",
    all_of_idc: bool = False,
    progress: Callable[[Progress], object] | bool | None = None,
) -> Steps[Receipt]:
    """Write a manifest of a selection and its sidecar (`.json`). Both are complete, or stay as they were.

    The series are counted first; the series received are compared with the count and the data release.

    Args:
        idc: A client; no credentials are needed.
        filters: Filters made by `v3.where`, or a mapping that it takes.
        path: The file to write. An existing file is replaced; of a symbolic link, the target is replaced.
        format: `s5cmd` for `s5cmd run` (`cp s3://bucket/uuid/* .`), `idc` for `idc download-from-manifest` (the
            addresses alone); `csv`, `jsonl` or `parquet` for all columns of the rows. By default that of the suffix
            of the file (`.txt` for idc); `s5cmd` without a suffix.
        source: The buckets of Amazon (aws) or of Google (gcs). The formats with rows have addresses of aws only.
        require_commercial: Write nothing unless all licences are in `COMMERCIAL`.
        cite: The style of the citations in the sidecar. The service requests them from DataCite and doi.org, up to
            30 s for each request. None keeps the DOIs only.
        all_of_idc: True selects the whole archive; needed when there are no filters.
        progress: True shows a progress bar (the extra `notebook`). Or a function that is called with a `Progress` as
            rows arrive.

    Returns:
        The content of the sidecar. A selection without series is an empty manifest, with a warning.

    Raises:
        InvalidFilter: the service would refuse or misread the filters.
        LicenseRefused: some data is under other licences; `.offenders` lists it. Nothing has been written.
        TruncatedResult, PagingError: series are missing. DataReleaseChanged: the data changed meanwhile.
        ValueError: an unknown format or suffix, or rows with addresses of gcs. OSError: the file cannot be written.
    """
    wanted, target = checked_filters(filters, all_of_idc=all_of_idc), Path(path)
    if format is None:
        format = FORMAT_OF_SUFFIX.get(target.suffix.lower())
        if format is None:
            formats = ", ".join(get_args(Format))
            raise ValueError(f"cannot tell a format from {target.suffix!r:.80}; choose one with format=: {formats}")
    if format not in get_args(Format):
        raise ValueError(f"{format!r:.80} is not a format of manifests; choose from {', '.join(get_args(Format))}")
    if format in ROW_FORMATS and source != "aws":
        raise ValueError(
            f"the rows of {format} have addresses of aws only; for {source} choose the format s5cmd or idc"
        )
    report = progress_callback(progress, target.name)
    resolved = follow_links(target)  # the link itself stays
    if resolved.is_dir():
        raise IsADirectoryError(f"{target} is a folder; a manifest is a file")
    version = yield from steps_of(v3.version)(idc)
    counts = yield from steps_of(v3.counts)(idc, wanted)
    parts = yield from _licenses.count_by_license_and_doi(idc, wanted)
    if sum(part["series"] for part in parts) != counts.series:
        raise ContractError(f"the service counted {counts.series} series, and by SQL another number")
    if require_commercial:
        _licenses.check_commercial_use(parts)
    with ExitStack() as opened:
        if format in LINE_TEMPLATES:
            draft = opened.enter_context(Draft(resolved))
            lines = v3.manifest_lines(idc, wanted, source=source)
            written = yield from _write_lines(lines, draft.file, LINE_TEMPLATES[format], counts.series, report)
        else:
            rows = v3.manifest(idc, wanted).walk(ahead=1, progress=report)
            output = opened.enter_context(Export(rows, resolved, format, ()))
            yield from output.fill()
            written = output.rows_done
            draft = opened.enter_context((yield from work(output.complete_draft)))
        if written != counts.series:
            raise TruncatedResult(f"{written} of the {counts.series} counted series arrived; start again")
        cited = None
        if cite and counts.series:
            try:
                cited = yield from steps_of(v3.citations)(idc, wanted, style=cite)
            except Exception as error:
                error.add_note("citations come from DataCite and doi.org; cite=None writes the manifest without them")
                raise
        yield from check_release_unchanged(idc, version)
        sidecar = Receipt(
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
            sha256=(yield from work(functools.partial(_sha256, draft.file))),
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
        sidecar_draft = opened.enter_context(Draft(sidecar_path(target)))
        sidecar_draft.file.write(sidecar.to_json())
        yield from work(functools.partial(_publish, resolved, sidecar_draft, draft))
    remove_leftovers(resolved)
    if not counts.series:
        hint = "v3.check_values tells whether the values of its filters occur"
        warn_caller(f"the selection is empty, and {target} lists no series; {hint}", UserWarning)
    return sidecar


def _publish(path: Path, sidecar: Draft, manifest: Draft) -> None:
    for each in (manifest, sidecar):
        each.prepare()
    with _lock_for_renaming(path):
        # In this order: a manifest never exists without its sidecar.
        sidecar.rename()
        manifest.rename()


@contextmanager
def _lock_for_renaming(path: Path) -> Iterator[None]:
    """Lock a manifest, so that no other writer renames its files between the two of this one."""
    lock = PathLock(path)
    if not lock.acquire(_LOCK_SECONDS):
        raise TimeoutError(errno.ETIMEDOUT, "another process is replacing it; try again", str(path))
    try:
        yield
    finally:
        lock.release()


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(cast("Any", file), "sha256").hexdigest()


def _write_lines(
    lines: Lines, file: IO[bytes], form: str, total: int, progress: Callable[[Progress], object] | None
) -> Steps[int]:
    count, size, reported, chunks = 0, 0, 0, lines.chunks()
    while (chunk := (yield Next(chunks))) is not END:
        file.write("".join(map(form.format, chunk)).encode())
        count, size = count + len(chunk), size + len(chunk) + sum(map(len, chunk))
        if progress is not None and (count >= reported + _PROGRESS_LINES or count == total):
            progress(Progress(count, total, size))
            reported = count
    return count
