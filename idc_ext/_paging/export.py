"""The file or folder that a walk is written to: complete or absent, with no row lost or duplicated.

Rows are appended to a draft of the output. With a checkpoint, the draft has a name of its own that the checkpoint holds
(`FILE.<24 hexadecimal digits>.part`), with the length and the checksum of what it held after each page. A resumed walk
compares both, and cuts the draft to that length, so rows after the checkpoint are written again. The output appears at
the end, in one step. Without a checkpoint, or before its first page is complete, a walk that fails leaves nothing.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from .._atomic import Draft, DraftFolder, PathLock, flush_to_disk, follow_links, remove_leftovers
from .._files import open_regular, pieces_of, read_regular
from .._http import deadline
from .._http.steps import END, Next, Work
from .._tables.formats import WRITERS, choose_format, convert_to_folders, count_parquet_rows, encode_page
from .._tables.partitions import check_no_column_twice, check_partition_columns
from ..errors import CheckpointError
from .checkpoint import MOST_BYTES, SavedProgress
from .completeness import Position
from .pages import Pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._http.steps import Steps
    from .._tables.columns import Columns
    from .page import Page
    from .request import Request

T = TypeVar("T")


class PageChain:
    """The length and the digest of the bytes of all pages so far: each page continues the digest of those before."""

    def __init__(self, length: int = 0, expected: str | None = None) -> None:
        """Begin with nothing, or with what a checkpoint expects, to be compared by `matches`."""
        self.length, self._expected, self._digest = length, expected, hashlib.sha256()

    @property
    def value(self) -> str:
        """The digest, in hexadecimal."""
        return self._digest.hexdigest()

    def add(self, piece: bytes) -> None:
        """Continue with the bytes of a page."""
        self._digest.update(piece)
        self.length += len(piece)

    def matches(self, file: IO[bytes], *, complete: bool = False) -> bool:
        """Say whether a file begins with the expected bytes; with `complete`, whether it has no others."""
        left, self._digest = self.length, hashlib.sha256()
        for piece in pieces_of(file, left):
            deadline.seconds_left("comparing the rows that have come with their checkpoint")
            self._digest.update(piece)
            left -= len(piece)
        return left == 0 and self.value == self._expected and not (complete and file.read(1))


class Export(Generic[T]):
    """The output of one walk. Nothing is sent and nothing is written before the `with` block."""

    def __init__(
        self, request: Request[T], path: str | os.PathLike[str], named: str | None, partition_by: Sequence[str]
    ) -> None:
        if isinstance(partition_by, str):  # or its letters would be the columns
            raise TypeError(f"partition_by takes names of columns: write [{partition_by!r}]")
        self._request, self._partition_by = request, tuple(partition_by)
        self._target = follow_links(Path(path))  # the link stays
        self._format = choose_format(self._target, named)
        if self._partition_by and self._format != "parquet":
            raise ValueError(f"partition_by works with the format parquet only, not with {self._format}")
        if request.columns.open_ended:  # what they are, the first row says
            check_no_column_twice(self._partition_by)
        elif self._partition_by:
            check_partition_columns(self._partition_by, request.columns.names)
        if self._format == "parquet":
            WRITERS["parquet"].begin(request.columns)  # raises MissingExtra now and not after the download
        output_kind = "/".join([self._format, *self._partition_by])
        most = "" if request.max_items is None else f", {request.max_items} rows"
        real = os.path.realpath(self._target)
        self._checkpoint = request.make_checkpoint(f"{output_kind} {real}{most}")
        if self._checkpoint and os.path.realpath(self._checkpoint.path) == real:
            raise ValueError(
                f"{self._checkpoint.path} cannot be both the checkpoint and the output: choose another name"
            )
        self._lock: PathLock | None = None
        self._draft: Draft | None = None
        #: The name of a draft that the checkpoint holds; None while the walk cannot be resumed.
        self._part: str | None = None
        self._digest = PageChain()
        self._columns: Columns | None = None
        self._saved = SavedProgress(Position())

    def __enter__(self) -> Export[T]:
        self._lock = None if self._checkpoint is None else self._checkpoint.lock()
        try:
            saved = None if self._checkpoint is None else self._checkpoint.load()
            self._check_target(finished=saved is not None and saved.finished)
            if saved is not None:
                self._saved = saved
                self._check_position()
                self._resume(*_read_output(saved, self._target))
            elif self._checkpoint is None:
                self._open_draft()  # a folder that cannot be written is found before anything is sent
            else:
                Draft(self._target).discard()  # the same
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._checkpoint is not None and self._part is not None and not self._digest.length:
            self._part = None  # of the first page, not all could be written
            with suppress(OSError):
                self._checkpoint.remove()
        self._close()

    def pages(self) -> Pages[T]:
        """Walk the pages that are still missing; none if all have come."""
        position = self._saved.position
        return Pages(self._request, start=position, prefetch_after=0)

    @property
    def complete(self) -> bool:
        """Whether all pages have come in an earlier process."""
        return self._saved.finished

    @property
    def rows_done(self) -> int:
        """The number of rows that have come."""
        return self._saved.position.rows_done

    def add(self, page: Page[T]) -> None:
        """Append a page, and save the progress in the checkpoint."""
        pieces = []
        if self._columns is None and (len(page.content) or not self._request.columns.open_ended):
            columns = self._request.columns.with_columns_of_first_row(page.records)
            if self._partition_by:
                check_partition_columns(self._partition_by, columns.names)
            self._columns = columns
            pieces.append(WRITERS[self._format].begin(self._columns))
        if self._columns is not None and len(page.content):
            pieces.append(encode_page(self._columns, page.content, self._format))
        done = Position(rows=page.position.rows_done + len(page.content), total=page.total, release=page.release)
        # After the last page, `finish` saves: there is no next page to resume from.
        last = page.next_position is None
        if self._checkpoint is not None and self._draft is None and not last:
            # The checkpoint names the draft before there is one, so that no killed process leaves one without a name.
            self._part = f"{self._target.name}.{secrets.token_hex(12)}.part"
            self._save(self._saved)
        file = self._open_draft()
        for piece in pieces:
            file.write(piece)
            if self._part is not None:
                self._digest.add(piece)
        self._saved = SavedProgress(page.next_position or done, finished=False)
        if self._part is not None and not last:
            flush_to_disk(file)
            self._save(self._saved)

    def fill(self) -> Steps[None]:
        """Walk the pages that are still missing and append them."""
        if not self.complete:
            with self.pages() as pages:
                while (page := (yield Next(pages))) is not END:
                    yield Work(functools.partial(self.add, page))
                    del page  # before the next one comes

    def complete_draft(self) -> Draft:
        """Return a draft of the output that holds all rows and is not yet published."""
        file = self._open_draft()
        self._write_missing_header()
        convert = WRITERS[self._format].convert
        draft = self._draft
        assert draft is not None  # noqa: S101 - it has been opened
        if convert is None:
            return draft
        file.seek(0)
        converted = Draft(self._target)
        try:
            convert(file, converted.file)
        except BaseException:
            converted.discard()
            raise
        return converted

    def finish(self) -> int:
        """Make the output from the rows that have come; return their number."""
        if self._draft is None and self.complete:
            if not self._output_exists():
                raise CheckpointError(
                    f"{self._part} is gone, so {self._target} cannot be finished; remove the checkpoint to start anew"
                )
        else:
            self._save_end()
            if self._partition_by:
                self._publish_folder()
            else:
                with self.complete_draft() as draft:
                    draft.publish()
        if self._draft is not None:
            self._draft.discard()  # nothing, if it has become the output
        if self._checkpoint is not None and (self._part is not None or self.complete):
            self._checkpoint.remove()
        self._part = None
        remove_leftovers(self._target)
        return self.rows_done

    def _check_target(self, *, finished: bool) -> None:
        if self._partition_by and os.path.lexists(self._target) and not finished:
            raise FileExistsError(f"{self._target} exists: a folder is not replaced; remove it, or choose another name")
        if self._target.is_dir() and not self._partition_by:
            raise IsADirectoryError(f"{self._target} is a folder, not a file: choose another name")

    def _check_position(self) -> None:
        """Check the position; prove once more that a walk is complete which its checkpoint calls finished."""
        total, most = self._saved.position.total, self._request.max_items
        if self._saved.position.skip:  # the output has whole pages only
            raise CheckpointError(f"the checkpoint of {self._target} is damaged; remove it to start anew")
        if self.complete and total is not None and self.rows_done != (total if most is None else min(total, most)):
            raise CheckpointError(
                f"the checkpoint of {self._target} is damaged: it has {self.rows_done} of {total} rows, and calls the "
                "walk finished; remove it to start anew"
            )

    def _save_end(self) -> None:
        """Have the checkpoint say that all rows have come, so that only the output remains to be made."""
        self._write_missing_header()
        if self._part is not None and not self.complete:
            flush_to_disk(self._open_draft())
            self._saved = SavedProgress(self._saved.position, finished=True)
            self._save(self._saved)

    def _write_missing_header(self) -> None:
        if self._columns is None and not self.complete:  # there was no row
            self._columns = self._request.columns.with_columns_of_first_row([])
            header = WRITERS[self._format].begin(self._columns)
            self._open_draft().write(header)
            self._digest.add(header)

    def _publish_folder(self) -> None:
        if self.complete and self._target.exists():
            return  # an earlier process published it and ended before it removed the checkpoint
        file = self._open_draft()
        file.seek(0)
        with DraftFolder(self._target) as folder:
            convert_to_folders(file, folder.path, self._partition_by)
            folder.publish()

    def _output_exists(self) -> bool:
        """Say whether an earlier process finished the output and ended before it removed the checkpoint."""
        if self._partition_by or not self._target.exists():
            return self._target.exists()  # a folder that had been there before was refused
        if self._format == "parquet":
            return count_parquet_rows(self._target) == self._saved.position.rows_done
        with open_regular(self._target) as file:
            return self._digest.matches(file, complete=True)

    def _save(self, saved: SavedProgress) -> None:
        assert self._checkpoint is not None  # noqa: S101 - only a walk with a checkpoint has a part
        names = None if self._columns is None or not self._digest.length else self._columns.names
        state = {"part": self._part, "bytes": self._digest.length, "digest": self._digest.value, "columns": names}
        self._checkpoint.save(SavedProgress(saved.position, state, saved.finished))

    def _open_draft(self) -> IO[bytes]:
        if self._draft is None:
            path = None if self._part is None else self._target.with_name(self._part)
            self._draft = Draft(self._target, path=path)
        return self._draft.file

    def _resume(self, part: str, digest: PageChain, names: list[str] | None) -> None:
        """Open the draft of an earlier process, compare it with the checkpoint, and cut it to its length."""
        self._part, self._digest = part, digest
        self._columns = None if names is None else self._restore_columns(names)
        path = self._target.with_name(part)
        anew = f"remove {path} and {self._checkpoint and self._checkpoint.path} to start anew"
        try:
            self._draft = Draft.reopened(path, self._target)
        except FileNotFoundError:
            if digest.length and not self.complete:
                raise CheckpointError(f"{path} is gone; remove the checkpoint to start anew") from None
            return
        except BlockingIOError:
            raise CheckpointError(f"another process is writing {path}") from None
        except OSError as error:
            raise CheckpointError(f"{path} cannot be opened: {error.strerror}; {anew}") from None
        file = self._draft.file
        if file.seek(0, os.SEEK_END) < digest.length:
            raise CheckpointError(f"{path} is shorter than its checkpoint says; {anew}")
        file.seek(0)
        if not digest.matches(file):
            raise CheckpointError(f"{path} was changed after its checkpoint was saved; {anew}")
        file.truncate(digest.length)
        file.seek(digest.length)

    def _close(self) -> None:
        if self._draft is not None:
            if self._part is None:
                self._draft.discard()
            else:
                self._draft.close()
        if self._lock is not None:
            self._lock.release()

    def _restore_columns(self, names: Sequence[str]) -> Columns:
        declared = self._request.columns
        columns = declared.restricted_to(names) if declared.open_ended else declared
        if columns.names != list(names):
            raise CheckpointError(f"{self._part} has other columns; remove the checkpoint to start anew")
        return columns


def discard_saved_walk(checkpoint: Path, target: Path) -> None:
    """Remove a checkpoint and the rows that it names, to start anew.

    Raises:
        CheckpointError: a walk is using it.
    """
    lock = PathLock(checkpoint)
    if not lock.acquire():
        raise CheckpointError(f"another process or another loop is using the checkpoint {checkpoint}: wait for its end")
    try:
        real = follow_links(target)
        with suppress(OSError, ValueError, TypeError, LookupError, RecursionError):
            saved = json.loads(read_regular(checkpoint, MOST_BYTES))
            # Release 0.1.0 (version 1) had one name for the rows, and did not repeat it.
            first = saved["idc_ext_checkpoint"] == 1 and "bytes" in saved["output"]
            part = f"{real.name}.part" if first else saved["output"]["part"]
            if first or _is_part_of(part, real):
                checkpoint.unlink()
                real.with_name(part).unlink()
        checkpoint.unlink(missing_ok=True)
    finally:
        lock.release()


def _is_part_of(name: Any, target: Path) -> bool:
    return isinstance(name, str) and bool(re.fullmatch(re.escape(target.name) + r"\.[0-9a-f]{24}\.part", name))


def _read_output(saved: SavedProgress, target: Path) -> tuple[str, PageChain, list[str] | None]:
    """Read what a checkpoint holds of its output; raises CheckpointError if that cannot be."""
    output = saved.output or {}
    part, length, digest, names = (output.get(name) for name in ("part", "bytes", "digest", "columns"))
    good = _is_part_of(part, target) and type(length) is int and length >= 0 and isinstance(digest, str)
    good = good and (names is None) == (length == 0)  # rows without columns would get a second header
    if not good or not (names is None or (isinstance(names, list) and all(isinstance(name, str) for name in names))):
        raise CheckpointError(f"the checkpoint of {target} is damaged; remove it to start anew")
    return str(part), PageChain(int(str(length)), str(digest)), names
