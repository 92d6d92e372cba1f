"""Commands about a selection of series, which --where and --filters describe."""

from __future__ import annotations

import functools
import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from ... import v3
from ..._files import read_input
from ..._http import deadline
from ...errors import InvalidFilter, TruncatedResult
from .. import _exit, _filters
from .._options import DASH, FILTERS, Context, ContextParameter, Flag, InputError
from .._output.destination import Output, write_result
from .._output.escaping import escape_text
from .._output.results import Record, Text, listing_of_rows

if TYPE_CHECKING:
    from ...connect import IDC

#: In bytes: the most that a file with filters or a statement may have.
MOST_BYTES = 64 * 1_048_576
_OUTPUT = Output()
_COUNT_FIELDS = ("patients", "studies", "series", "instances", "size_TB")


@Parameter(name="*", group=FILTERS)
@dataclass(frozen=True)
class Selection:
    """Options with the filters of a selection.

    Attributes:
        where: A filter: `Modality=CT,MR`, `StudyDate>=2015-01-01`, `StudyDate=2015..2017`, `series_size_MB<10`.
            May be given several times: different attributes are ANDed, values of one attribute are ORed. Write a value
            that contains commas within double quotes.
        filters: A JSON file with filters, as `idc_ext.v3.where` takes them or in the form of a request; `-` reads
            standard input.
        all_of_idc: Select the whole archive (needed when there are no filters).
    """

    where: Annotated[
        tuple[str, ...],
        Parameter(name=["--where", "-w"], negative=(), show_default=False, completer=_filters.filter_completions),
    ] = ()
    filters: Path | None = None
    all_of_idc: Flag = False

    def read(self) -> v3.Filters:
        """Read the filters; raise InvalidFilter."""
        given = None
        if self.filters is not None:
            given = _filters.filters_from_json(read_text(self.filters), display_name(self.filters))
        return _filters.read_filters(self.where, given, all_of_idc=self.all_of_idc)


_NO_FILTERS = Selection()


def counts(*, selection: Selection = _NO_FILTERS, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Count patients, studies, series, instances and size (TB) of a selection."""
    wanted = selection.read()
    with context.connect() as idc:
        found = v3.counts(idc, wanted)
        check_values_if_strict(idc, wanted, context)
        write_result(Record({name: number for name, number in found.to_dict().items() if name in _COUNT_FIELDS}), out)
        explain_values(idc, wanted, empty=not found.series)


def licenses(*, selection: Selection = _NO_FILTERS, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the licences of a selection, the most frequent first."""
    wanted = selection.read()
    with context.connect() as idc:
        found = v3.licenses(idc, wanted)
        check_values_if_strict(idc, wanted, context)
        columns = ("license_short_name", "series", "size_TB")
        write_result(listing_of_rows([one.to_dict() for one in found], columns=columns), out)
        explain_values(idc, wanted, empty=not found)


def citations(
    *,
    style: Literal["apa", "bibtex", "csl-json", "turtle"] = "apa",
    selection: Selection = _NO_FILTERS,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """Give the citations of the data of a selection, and of IDC itself.

    The exit code is 1 if DataCite and doi.org gave no citation for some DOIs; the others are written all the same.

    Args:
        style: The style of the citations.
    """
    wanted = selection.read()
    if style == "csl-json" and out.requested_format() is None:
        out = replace(out, format="json")
    form = out.chosen_format(default="table")
    with context.connect() as idc:
        found = v3.citations(idc, wanted, style=style)
        check_values_if_strict(idc, wanted, context)
        undescribed = not (found.citations or found.unresolved)  # series without a DOI, or no series
        explain_values(idc, wanted, empty=undescribed and not v3.counts(idc, wanted).series)
    cited = [*found.citations, *([] if found.acknowledgment is None else [found.acknowledgment])]
    if cited and form == "table" and style != "csl-json" and out.columns is None:
        write_result(Text([str(one) for one in cited]), out)
    elif cited:
        rows = [one if isinstance(one, dict) else {"citation": one} for one in cited]
        write_result(listing_of_rows(rows), replace(out, format=form))
    if found.unresolved or found.acknowledgment is None:
        links = [f"https://doi.org/{doi}" for doi in found.unresolved]
        named = escape_text(", ".join([*links, *(["IDC itself"] if found.acknowledgment is None else [])]))
        raise TruncatedResult(
            f"DataCite and doi.org gave no citation for {named}: try again later"
            if cited
            else f"no citation for {named}: the service gets them from DataCite and doi.org, and reached neither; "
            "a local server needs the internet for this"
        )


def viewer(
    *,
    series: str | None = None,
    study: str | None = None,
    viewer: Literal["ohif_v2", "ohif_v3", "slim"] | None = None,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """Give the address at which a browser shows a study or a series.

    Args:
        series: The SeriesInstanceUID.
        study: The StudyInstanceUID.
        viewer: The viewer; by default one that suits the study.
    """
    form = out.chosen_format(default="table")
    with context.connect() as idc:
        address = v3.viewer_url(idc, series=series, study=study, viewer=viewer)
    as_line = form == "table" and out.columns is None
    write_result(Text([address]) if as_line else Record({"viewer_url": address}), replace(out, format=form))


def check_values_if_strict(idc: IDC, wanted: v3.Filters, context: Context) -> None:
    """With --strict, refuse values that do not occur, before anything is written.

    The warnings of the service about the same filters come first: its answer has to be there.
    """
    if context.strict and wanted.terms:
        try:
            v3.check_values(idc, wanted.terms)
        except TruncatedResult:
            pass  # more values than can be compared with
        except InvalidFilter as error:
            raise _exit.Refusal(str(error)) from None


def explain_values(idc: IDC, wanted: v3.Filters, *, empty: bool = False) -> None:
    """Name on stderr the values that do not occur, unless a warning already did; say that a result is empty.

    The service finds nothing for an unknown value and does not say so. In a result with series, an attribute with a
    single value has no such value, so nothing is requested for it.
    """
    printed = " ".join(_exit.PRINTED_WARNINGS)
    doubtful = {
        name: values
        for name, values in wanted.terms.items()
        if f" {name} " not in printed and (empty or len(values) > 1)
    }
    begin = "nothing found: " if empty else ""
    try:
        if doubtful:
            v3.check_values(idc, doubtful)
    except InvalidFilter as error:
        _exit.print_message(f"{begin}{error}")
    except Exception:
        if empty:
            _exit.print_message("nothing found")  # the answer has been written; only the hint is missing
    else:
        if empty and not printed:
            _exit.print_message("nothing found: no series matches all filters")


def display_name(path: Path) -> str:
    """Give the name of a file for messages."""
    return "standard input" if str(path) == DASH else escape_text(str(path))


def read_text(path: Path) -> str:
    """Read the text of a file or a pipe, or standard input for `-`, within the deadline of the command."""
    try:
        source: Path | int = sys.stdin.fileno() if str(path) == DASH else path
    except (AttributeError, io.UnsupportedOperation):  # in place of standard input there is something else, or nothing
        return sys.stdin.read()
    seconds_left = functools.partial(deadline.seconds_left, f"reading {display_name(path)}")
    try:
        return read_input(source, MOST_BYTES, seconds_left).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{display_name(path)} is not text in UTF-8") from None
