"""Output of walks (long lists that are fetched page by page), with progress and resumption.

A walk into a file of CSV, JSON lines or Parquet leaves a checkpoint if it is interrupted, and the same command resumes
it. In other formats an interruption leaves no file.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..._atomic import path_beside
from ..._tables.columns import Columns
from ..._tables.formats import FORMATS
from ..._tables.partitions import check_partition_columns
from ...errors import CheckpointError, ContractError, PagingError
from .. import _exit
from .._options import InputError
from . import destination
from .escaping import escape_text
from .results import Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..._paging.request import Progress
    from ..._paging.rows import Rows
    from .destination import Output

#: The number of pages requested in advance.
PREFETCHED_PAGES = 2


def needed_page_size(page_size: int, limit: int | None, out: Output) -> int:
    """Give the rows of a page: no more than will be used of all rows."""
    sizes = [page_size]
    if limit is not None:
        sizes.append(limit)
    if out.rows and out.path is None and out.chosen_format() == "table" and destination.stdout_is_terminal():
        sizes.append(out.rows + 1)
    return max(1, min(sizes))


def print_rows_written(count: int, path: Path) -> None:
    """Print the number of rows in a new file, if stderr is a terminal."""
    if sys.stderr.isatty():
        print(f"{count:,} rows in {escape_text(str(path))}", file=sys.stderr)


def write_walk(
    rows: Rows[Any],
    out: Output,
    *,
    limit: int | None = None,
    brief: Sequence[str] = (),
    partition_by: Sequence[str] = (),
    restart: bool = False,
) -> int:
    """Write the rows of a walk to standard output or a file.

    Args:
        rows: The walk.
        out: The destination and format.
        limit: The maximum number of rows.
        brief: The columns shown on a terminal without --columns.
        partition_by: Columns by which a folder of Parquet files is partitioned.
        restart: Start again instead of resuming an interrupted walk.

    Returns:
        The number of rows.
    """
    form = out.chosen_format()
    if partition_by and (form != "parquet" or out.path is None):
        raise InputError("--partition-by needs --format parquet and -o FOLDER")
    if partition_by and not rows.columns.open_ended:
        names = _selected_columns(rows.columns, out.columns).names
        partition_by = destination.checked_column_names([*partition_by], names)
        try:
            check_partition_columns(partition_by, names)
        except ValueError as error:
            raise InputError(str(error)) from None
    if (
        out.path is not None
        and form in FORMATS
        and not out.spreadsheet
        and out.null is None
        and not (rows.columns.open_ended and out.columns)
    ):
        chosen = evolve(rows, columns=_selected_columns(rows.columns, out.columns))
        return _write_walk_to_file(chosen, out.path, form, limit=limit, partition_by=partition_by, restart=restart)
    if out.path is None and form == "parquet" and not (rows.columns.open_ended and out.columns):
        chosen = evolve(rows, columns=_selected_columns(rows.columns, out.columns))
        return _write_parquet_to_pipe(chosen, limit)
    on_terminal = form == "table" and out.path is None and destination.stdout_is_terminal()
    with progress_bar(shown=out.path is not None or not destination.stdout_is_terminal()) as progress:
        pages = rows.walk(max_items=limit, ahead=0 if on_terminal else PREFETCHED_PAGES, progress=progress).pages()
        with pages:
            first = next(pages, None)
            records = [] if first is None else first.records

            def all_records() -> Iterator[Mapping[str, Any]]:
                yield from records
                for page in pages:
                    yield from page.records

            names = rows.columns.with_columns_of_first_row(records).names
            total = None if first is None else first.total
            if limit is not None and total is not None:
                total = min(total, limit)
            seen = [name for name in brief if name in names]
            destination.write_result(Listing(names, all_records(), seen, total), out)
    return total or 0


def _write_walk_to_file(
    rows: Rows[Any], path: Path, form: Any, *, limit: int | None, partition_by: Sequence[str], restart: bool
) -> int:
    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: the folder {path.parent} does not exist")
    checkpoint = path_beside(path, ".checkpoint")
    if restart:
        from ..._paging.export import discard_saved_walk  # late, since most commands need no walk

        discard_saved_walk(checkpoint, path)
    if checkpoint.exists():
        _exit.print_message(f"resuming from {escape_text(str(checkpoint))}")
    try:
        with progress_bar() as progress, destination.naming_write_errors(path):
            walked = rows.walk(max_items=limit, ahead=PREFETCHED_PAGES, progress=progress, checkpoint=checkpoint)
            count = walked.write(path, form, partition_by=partition_by)
    except FileExistsError as error:
        raise InputError(str(error)) from None
    except BaseException as error:
        # The sentence of a CheckpointError says itself what to do.
        if checkpoint.exists() and not isinstance(error, CheckpointError):
            error.add_note(
                # A walk that did not add up would not add up again.
                "add --restart to start again"
                if isinstance(error, PagingError | ContractError)
                else f"the rows received so far are kept (see {escape_text(str(checkpoint))}): run the same command "
                "again to resume, or add --restart to start again"
            )
        raise
    print_rows_written(count, path)
    return count


def _write_parquet_to_pipe(rows: Rows[Any], limit: int | None) -> int:
    """Write Parquet to a temporary file, and copy it to standard output when it is complete."""
    with tempfile.TemporaryDirectory() as folder, progress_bar() as progress:
        complete = Path(folder, "rows.parquet")
        count = rows.walk(max_items=limit, ahead=PREFETCHED_PAGES, progress=progress).write(complete)
        with complete.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    return count


@contextmanager
def progress_bar(*, shown: bool = True) -> Iterator[Callable[[Progress], object] | None]:
    """Show the progress of a walk on stderr, if that is a terminal and no rows are written to it."""
    if not shown or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    size_column = TextColumn("{task.fields[size]}")
    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), size_column)
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("rows", total=None, size="")

        def show_progress(so_far: Any) -> None:
            size = f"{so_far.bytes / 1e6:,.1f} MB"
            display.update(task, completed=so_far.rows, total=so_far.total, size=size)

        yield show_progress


def _selected_columns(columns: Columns, wanted: list[str] | None) -> Columns:
    if wanted is None:
        return columns
    names = destination.checked_column_names(wanted, columns.names)
    by_name = {column.name: column for column in columns}
    return Columns(tuple(by_name[name] for name in names))
