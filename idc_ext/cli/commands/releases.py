"""The command `releases`: the data releases of the archive, what each of them changed, and the archive's growth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ... import v3
from ..._tables.html import size_text
from .. import _exit
from .._options import OUTPUT, ContextParameter, InputError
from .._output import destination
from .._output.destination import Output
from .._output.escaping import escape_text
from .._output.results import Record, listing_of_rows

if TYPE_CHECKING:
    from idc_client.models import V3ReleaseChanges

_OUTPUT = Output()
_KINDS = ("added", "revised", "removed")
_CHANGED = (
    "collection_id",
    "status",
    *(f"series_{kind}" for kind in _KINDS),
    *(f"size_TB_{kind}" for kind in _KINDS),
    "patients_affected",
)
#: What fits a terminal.
_LISTED = (
    "idc_version",
    "release_date",
    "series_added",
    "series_revised",
    "series_removed",
    "size_TB_added",
    "series",
    "size_TB",
)
#: So many names are said; the table and the JSON have all of them.
_MOST = 8


def releases(
    release: str | None = None,
    /,
    *,
    plot: Annotated[Path | None, Parameter(group=OUTPUT, show_default=False)] = None,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List the data releases, or say what one of them changed.

    Without a number, each release has the day of its creation (it may have been published later), the series added,
    revised and removed since the one before, and the series and terabytes (10^12 bytes) of the archive. With one, the
    collections that it changed are listed; JSON has its totals, new and removed collections and analysis results, too.

    A series is added if the release before does not have it, removed if this one does not have it, and revised if both
    have it with different files. A service that counts this itself is asked; any other is asked by SQL.

    Args:
        release: A data release, such as 24 or v24.
        plot: Draw the archive's growth, too, and write it to this file: .svg, .png or .pdf. Needs the extra `plot`.
    """
    if release is None:
        _all(plot, out, context)
        return
    if plot is not None:
        raise InputError("--plot draws the growth over all releases: leave out the number of one")
    with context.connect() as idc:
        found = v3.release_changes(idc, release_number(release))
    if out.chosen_format() == "json":
        destination.write_result(Record(found.to_dict()), out)
    else:
        destination.write_result(listing_of_rows([one.to_dict() for one in found.collections], columns=_CHANGED), out)
    for sentence in _said(found):
        _exit.print_message(sentence)


def release_number(text: str) -> int:
    """Read the number of a data release.

    Raises:
        InputError: it is none.
    """
    digits = text.removeprefix("v")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 5):
        raise InputError(f"{text!r:.80} is not a data release: write 24 or v24")
    return int(digits)


def _all(plot: Path | None, out: Output, context: ContextParameter) -> None:
    if plot is not None:
        from .._output import chart

        chart.check(plot)
    with context.connect() as idc:
        found = v3.releases(idc)
    destination.write_result(listing_of_rows(found.rows, columns=found.columns, brief=_LISTED), out)
    if plot is not None:
        chart.growth(found, plot)
        _exit.print_message(f"the archive's growth is drawn in {escape_text(str(plot))}")


def _said(found: V3ReleaseChanges) -> list[str]:
    """What the table does not show."""
    values = found.to_dict()
    since = f" since {found.previous_version} of {found.previous_release_date}" if found.previous_version else ""
    sizes = {kind: size_text(values[f"size_TB_{kind}"]) for kind in _KINDS}
    counted = ", ".join(f"{values[f'series_{kind}']:,} {kind} ({size})" for kind, size in sizes.items())
    sentences = [
        f"{found.idc_version} of {found.release_date}{since}: series {counted}; {found.patients_affected:,} patients"
    ]
    for ids, what in (
        (found.new_collections, "new"),
        (found.removed_collections, "removed"),
        ([one.analysis_result_id for one in found.analysis_results], "analysis results with new series"),
    ):
        if ids:
            more = f" and {len(ids) - _MOST} more" if len(ids) > _MOST else ""
            sentences.append(f"{what}: {escape_text(', '.join(ids[:_MOST]))}{more}")
    return sentences
