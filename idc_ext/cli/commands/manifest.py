"""The commands `manifest`, `verify` and `diff`: rows of a selection, manifests for downloads, and their changes.

A file in the format s5cmd or idc gets a sidecar, which `verify` needs. Rows in CSV, JSON lines or Parquet get one with
--sidecar; without it, an interrupted run can be resumed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

from attrs import asdict
from cyclopts import Parameter

from ... import manifests, v3
from ...manifests._sidecar import FORMAT_OF_SUFFIX, LINE_TEMPLATES, ROW_FORMATS
from .. import _exit
from .._options import (
    OUTPUT,
    ContextParameter,
    Count,  # noqa: F401 - the annotations that ManifestOutput inherits are looked up here
    Flag,
    InputError,
    Limit,
    whole_number,
)
from .._output import destination, walks
from .._output.destination import Output
from .._output.escaping import escape_text
from .._output.results import Text, listing_of_rows
from .releases import release_number
from .selection import Selection, check_values_if_strict, explain_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...manifests import Changes

#: A single Literal, because the parser does not combine two.
ManifestFormat = Literal["table", "csv", "tsv", "json", "jsonl", "parquet", "s5cmd", "idc"]
CitationStyle = Literal["apa", "bibtex", "csl-json", "turtle", "none"]
_NO_FILTERS = Selection()
_OUTPUT = Output()
#: The columns shown on a terminal.
_BRIEF_COLUMNS = ("collection_id", "PatientID", "Modality", "SeriesDescription", "instanceCount", "series_size_MB")
#: DOIs without a citation that are named on stderr.
_SHOWN_DOIS = 3


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class ManifestOutput(Output):
    """Options for the output of a manifest.

    Attributes:
        format: The format. By default that of the suffix of the file (`.s5cmd`; `.txt` for idc), else a table on a
            terminal, else CSV. `s5cmd` is for `s5cmd run`, `idc` for `idc download-from-manifest`.
    """

    format: Annotated[ManifestFormat | None, Parameter(name=["--format", "-f"])] = None  # type: ignore[assignment] # manifests have two forms more than Output

    @property
    def formats(self) -> tuple[str, ...]:
        """The names of the formats."""
        return get_args(ManifestFormat)

    @property
    def suffixes(self) -> Mapping[str, str]:
        """Suffix of a file -> the format that it chooses."""
        return {**super().suffixes, **FORMAT_OF_SUFFIX}


_MANIFEST = ManifestOutput()


def manifest(
    *,
    selection: Selection = _NO_FILTERS,
    limit: Limit = None,
    source: Literal["aws", "gcs"] = "aws",
    require_commercial: Flag = False,
    sidecar: Flag = False,
    cite: CitationStyle = "apa",
    page_size: Annotated[int, whole_number(1, 5000)] = 5000,
    partition_by: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
    restart: Flag = False,
    out: ManifestOutput = _MANIFEST,
    context: ContextParameter,
) -> None:
    """List the series of a selection as a table, or as a manifest for downloads.

    All series are from one data release; if one is missing, it is an error.

    Args:
        limit: The maximum number of rows; not for the formats s5cmd and idc, which are always complete.
        source: The cloud of the addresses; tables have addresses of aws only.
        require_commercial: Write nothing, and list the licences, if some data may not be used commercially.
        sidecar: Also write FILE.json, which `verify` needs, for CSV, JSON lines and Parquet; then an interrupted run
            cannot be resumed. The formats s5cmd and idc always have it.
        cite: The style of the citations in FILE.json; `none` for no citations.
        page_size: The maximum number of rows per request, up to 5000.
        partition_by: Write a folder of Parquet files, partitioned by these columns.
        restart: Start again instead of resuming an interrupted run.
    """
    wanted = selection.read()
    form = out.requested_format()
    lines = form in LINE_TEMPLATES
    if lines and (limit is not None or out.columns or partition_by):
        raise InputError(
            f"a manifest for downloads is complete: --format {form} takes no --limit, --columns or --partition-by"
        )
    if not lines and source != "aws":
        raise InputError("tables have addresses of aws only: use --source gcs with --format s5cmd or idc")
    part = limit is not None or out.columns or partition_by or out.spreadsheet or out.null is not None
    if sidecar and (out.path is None or not (lines or form in ROW_FORMATS) or part):
        raise InputError(
            "--sidecar needs -o FILE in the format s5cmd, idc, csv, jsonl or parquet, and does not go with --limit, "
            "--columns, --partition-by, --spreadsheet and --null"
        )
    with context.connect() as idc:
        if context.strict:
            v3.counts(idc, wanted, all_of_idc=selection.all_of_idc)
            check_values_if_strict(idc, wanted, context)
        if out.path is not None and (lines or sidecar):
            with (
                walks.progress_bar() as progress,
                destination.naming_write_errors(out.path),
                warnings.catch_warnings(),
            ):
                warnings.filterwarnings("ignore", "the selection is empty")  # said below, with the reason
                receipt = manifests.write(
                    idc,
                    wanted,
                    out.path,
                    format=cast("Any", form),
                    source=source,
                    require_commercial=require_commercial,
                    cite=None if cite == "none" else cite,
                    all_of_idc=selection.all_of_idc,
                    progress=progress,
                )
            found = receipt.series
            if receipt.unresolved:
                _exit.print_message(
                    f"DataCite and doi.org gave no citation for {_abbreviated(receipt.unresolved, out.path)}"
                )
            walks.print_rows_written(found, out.path)
        else:
            if require_commercial:
                manifests.check_licenses(idc, wanted, all_of_idc=selection.all_of_idc)
            if lines:
                listed = v3.manifest_lines(idc, wanted, source=source, all_of_idc=selection.all_of_idc)
                found = _write_download_list(LINE_TEMPLATES[str(form)], iter(listed))
            else:
                rows = v3.manifest(idc, wanted, page_size=walks.needed_page_size(page_size, limit, out))
                found = walks.write_walk(
                    rows, out, limit=limit, brief=_BRIEF_COLUMNS, partition_by=partition_by, restart=restart
                )
        if limit != 0:
            explain_values(idc, wanted, empty=not found)


def verify(file: Path, /, *, out: Output = _OUTPUT, context: ContextParameter) -> int:
    """Check a manifest against the current data, and list the series added, removed and revised since.

    The exit code is 1 if there are changes.

    Args:
        file: The manifest; its sidecar FILE.json must be beside it.
    """
    with context.connect() as idc:
        return _write_changes(manifests.verify(idc, file), out)


def diff(
    from_release: str,
    to_release: str,
    /,
    *,
    selection: Selection = _NO_FILTERS,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> int:
    """List the changes of a selection between two data releases: the series added, removed and revised.

    The exit code is 1 if there are changes. Filters can use the attributes that the index has for earlier releases:
    collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality and series_size_MB.

    Args:
        from_release: A data release, such as 24 or v24.
        to_release: Another data release, earlier or later.
    """
    wanted = selection.read()
    first, second = release_number(from_release), release_number(to_release)
    with context.connect() as idc:
        found = manifests.diff(idc, wanted, first, second, all_of_idc=selection.all_of_idc)
        check_values_if_strict(idc, wanted, context)
        code = _write_changes(found, out)
        explain_values(idc, wanted, empty=not any(found.series))
    return code


def _write_download_list(form: str, lines: Iterator[str]) -> int:
    """Write lines as they arrive, and return their number."""
    count = 0

    def counted() -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += 1
            yield form.format(line).removesuffix("\n")

    destination.write_result(Text(counted()))
    return count


def _abbreviated(dois: Sequence[str], file: Path) -> str:
    """Some DOIs for a message; the sidecar of the file has all of them, and the whole archive has hundreds."""
    shown = escape_text(", ".join(dois[:_SHOWN_DOIS]))
    rest = len(dois) - _SHOWN_DOIS
    return shown if rest <= 0 else f"{shown} and {rest} more, which are under `unresolved` in {file.name}.json"


def _write_changes(found: Changes, out: Output) -> int:
    columns = ("kind", "collection_id", "SeriesInstanceUID", "before", "after")
    if found or out.path is not None or out.chosen_format() != "table":
        destination.write_result(listing_of_rows([asdict(one) for one in found], columns=columns), out)
    said = f"{len(found.added)} added, {len(found.removed)} removed, {len(found.revised)} revised"
    before, after = found.series
    _exit.print_message(f"{found.from_release} to {found.to_release}: {said}; {before} series before, {after} after")
    return _exit.REFUSED if found else _exit.DONE
