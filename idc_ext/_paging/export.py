"""The file or folder that a walk is written to: complete or absent, with no row lost or duplicated.

Rows are appended to a file beside the output (`.part`), and after each page the checkpoint, if there is one, holds the
length of that file. A resumed walk cuts the file to that length, so rows after the checkpoint are written again. The
output appears at the end, in one step. Without a checkpoint, a walk that fails leaves nothing behind.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from .._atomic import flush_to_disk, path_beside, remove_leftovers
from .._tables.formats import WRITERS, choose_format, count_parquet_rows, encode_page
from ..errors import CheckpointError
from .checkpoint import SavedProgress
from .completeness import Position
from .pages import Pages

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._tables.columns import Columns
    from .page import Page
    from .request import Request

T = TypeVar("T")


class Export(Generic[T]):
    """The output of one walk. Nothing is sent and nothing is written before the `with` block."""

    def __init__(
        self, request: Request[T], path: str | os.PathLike[str], named: str | None, partition_by: Sequence[str]
    ) -> None:
        self._request, self._partition_by, target = request, tuple(partition_by), Path(path)
        self._target = target.resolve() if target.is_symlink() else target  # the link stays
        self._format = choose_format(self._target, named)
        if self._partition_by and self._format != "parquet":
            raise ValueError(f"partition_by works with the format parquet only, not with {self._format}")
        missing = (
            []
            if request.columns.open_ended
            else [name for name in self._partition_by if name not in request.columns.names]
        )
        if missing:
            raise ValueError(f"there is no column {', '.join(missing)} to partition by")
        if self._format == "parquet":
            WRITERS["parquet"].begin(request.columns)  # raises MissingExtra now and not after the download
        output_kind = "/".join([self._format, *self._partition_by])
        most = "" if request.max_items is None else f", {request.max_items} rows"
        self._checkpoint = request.make_checkpoint(f"{output_kind} {self._target.resolve()}{most}")
        self._part = path_beside(self._target, ".part" if self._checkpoint else f".{os.getpid()}.part")
        if self._checkpoint and self._checkpoint.path.resolve() in (self._target.resolve(), self._part.resolve()):
            raise ValueError(
                f"{self._checkpoint.path} cannot be both the checkpoint and the output: choose another name"
            )
        self._file: IO[bytes] | None = None
        self._columns: Columns | None = None
        self._saved = SavedProgress(Position())

    def __enter__(self) -> Export[T]:
        saved = None if self._checkpoint is None else self._checkpoint.load()
        if self._partition_by and self._target.exists() and not (saved and saved.finished):
            raise FileExistsError(f"{self._target} exists: a folder is not replaced; remove it, or choose another name")
        if self._target.is_dir() and not self._partition_by:
            raise IsADirectoryError(f"{self._target} is a folder, not a file: choose another name")
        if saved is not None:
            self._saved = saved
            names = self._saved_value("columns", list)
            self._columns = None if names is None else self._restore_columns(names)
        if not self._saved.finished or self._part.exists():
            self._file = self._open_part(0 if saved is None else self._saved_value("bytes", int))
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._checkpoint is None or self._checkpoint.load() is None:  # no checkpoint needs it
            self._part.unlink(missing_ok=True)

    def pages(self) -> Pages[T]:
        """Walk the pages that are still missing; none if all have come."""
        position = self._saved.position
        return Pages(self._request, start=position, prefetch_after=0)

    @property
    def complete(self) -> bool:
        """Whether all pages have come in an earlier process."""
        return self._saved.finished

    def add(self, page: Page[T]) -> None:
        """Append a page, and save the progress in the checkpoint."""
        assert self._file is not None  # noqa: S101 - it has been entered and is not finished
        if self._columns is None and (len(page.content) or not self._request.columns.open_ended):
            self._columns = self._request.columns.with_columns_of_first_row(page.records)
            self._file.write(WRITERS[self._format].begin(self._columns))
        if self._columns is not None and len(page.content):
            self._file.write(encode_page(self._columns, page.content, self._format))
        done = Position(rows=page.position.rows_done + len(page.content), total=page.total, release=page.release)
        self._save(SavedProgress(page.next_position or done, finished=False), last=page.next_position is None)

    def finish(self) -> int:
        """Make the output from the rows that have come; return their number."""
        if self._file is not None and not self.complete:
            if self._columns is None:
                self._columns = self._request.columns.with_columns_of_first_row([])
                self._file.write(WRITERS[self._format].begin(self._columns))
            flush_to_disk(self._file)
            self._save(SavedProgress(self._saved.position, finished=True))
        if sys.platform == "win32" and self._file is not None:
            self._file.close()  # an open file could not be renamed; elsewhere, the lock is kept to the end
        if self._part.exists() and not (self._partition_by and self._target.exists()):
            WRITERS[self._format].finish(self._part, self._target, self._partition_by)
        elif not self._output_exists():
            raise CheckpointError(
                f"{self._part} is gone, so {self._target} cannot be finished; remove the checkpoint to start anew"
            )
        if self._checkpoint is not None:
            self._part.unlink(missing_ok=True)
            self._checkpoint.remove()
        remove_leftovers(self._target)
        return self._saved.position.rows_done

    def _output_exists(self) -> bool:
        """Say whether an earlier process finished the output and ended before it removed the checkpoint."""
        if self._partition_by or not self._target.exists():
            return self._target.exists()  # a folder that had been there before was refused
        if self._format == "parquet":
            return count_parquet_rows(self._target) == self._saved.position.rows_done
        return bool(self._target.stat().st_size == self._saved_value("bytes", int))

    def _save(self, saved: SavedProgress, *, last: bool = False) -> None:
        self._saved = saved
        # After the last page, `finish` saves: there is no next page to resume from.
        if self._checkpoint is not None and self._file is not None and not last:
            flush_to_disk(self._file)
            names = None if self._columns is None else self._columns.names
            state = {"bytes": self._file.tell(), "columns": names}
            self._checkpoint.save(SavedProgress(saved.position, state, saved.finished))

    def _open_part(self, length: int) -> IO[bytes]:
        """Open the part file, cut to this length; raises CheckpointError if another process is writing it."""
        file = open(self._part, "r+b" if self._part.exists() else "x+b")  # noqa: SIM115 - closed on exit
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size = file.seek(0, os.SEEK_END)
            if size >= length:
                file.truncate(length)
                file.seek(length)
                return file
            reason = f"{self._part} is shorter than its checkpoint says; remove the checkpoint to start anew"
        except BlockingIOError:
            reason = f"another process is writing {self._part}"
        file.close()
        raise CheckpointError(reason)

    def _saved_value(self, name: str, kind: type) -> Any:
        value = (self._saved.output or {}).get(name)
        if not isinstance(value, kind | None if kind is list else kind):
            raise CheckpointError(f"the checkpoint of {self._target} is damaged; remove it to start anew")
        return value

    def _restore_columns(self, names: Sequence[str]) -> Columns:
        declared = self._request.columns
        columns = declared.restricted_to(names) if declared.open_ended else declared
        if columns.names != list(names):
            raise CheckpointError(f"{self._part} has other columns; remove the checkpoint to start anew")
        return columns
