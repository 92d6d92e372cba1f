"""The checkpoint of a walk: a file with its progress after every page, so that another process can resume it.

A checkpoint belongs to one request of one server, and to one output if there is one; for any other it is refused.
It holds a page token, so only its owner may read it. One walk uses it at a time: the walk holds a lock on its path.
Law: reads and writes the file; names no endpoint and sends nothing.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from attrs import asdict, frozen

from .._atomic import PathLock, atomic_replacement, remove_leftovers
from .._files import read_regular
from ..errors import CheckpointError
from .completeness import Position

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from .._http.calls import Call

#: The version of the file format. Any other version is refused: version 1, of release 0.1.0, has no digest of the rows.
VERSION = 2
#: The number of finished rows of the current page, and a checksum of it and of the digest of all other members.
#: Both are overwritten in place, so their length never changes.
_ROW_COUNT = '%10d,\n "within_crc32": %10d'
#: In bytes. Real files have a few KB.
MOST_BYTES = 16 * 1_048_576
_HEAD = b'{\n "idc_ext_checkpoint": %d,\n "within": ' % VERSION


@frozen
class SavedProgress:
    """The progress that a checkpoint holds.

    Attributes:
        position: Where to resume.
        output: What the output needs to resume, such as its length in bytes; None without an output.
        finished: Whether all rows have come, so that only the output remains to be finished.
    """

    position: Position
    output: Mapping[str, Any] | None = None
    finished: bool = False


@frozen
class Checkpoint:
    """The checkpoint file of one walk.

    Attributes:
        path: The path of the file.
        request: The request as text, for messages.
        digest: A digest that identifies the request.
        output: A text that identifies the output of the walk; None without an output.
    """

    path: Path
    request: str
    digest: str
    output: str | None = None

    @classmethod
    def of(cls, path: str | os.PathLike[str], base_url: str, call: Call, output: str | None = None) -> Checkpoint:
        """Make the checkpoint of the walk that begins with this call."""
        identity = [base_url, call.method, call.path, dict(call.params), call.json]
        content = json.dumps(identity, sort_keys=True, default=str).encode()
        return cls(Path(path), str(call), hashlib.sha256(content).hexdigest(), output)

    def load(self) -> SavedProgress | None:
        """Read the progress of the walk; None if it does not exist.

        Raises:
            CheckpointError: the file is not a checkpoint, or of another request or output.
        """
        try:
            content = read_regular(self.path, MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"the checkpoint {self.path} cannot be read: {error.strerror}") from None
        try:
            document = json.loads(content)
            version = document["idc_ext_checkpoint"]
            if version != VERSION:  # first: another version may have other members
                raise self._error(f"was written by another release of idc_ext (version {version!r:.20})")
            _check_unaltered(document)
            within, position, output, finished = (
                document[name] for name in ("within", "position", "output", "finished")
            )
            digest, request = document["request"]["sha256"], document["request"]["call"]
            target = None if output is None else output["of"]
            saved = _read_progress(position, within, output, finished)
        except (ValueError, TypeError, LookupError, RecursionError):
            raise self._error("is damaged, or not a checkpoint") from None
        if digest != self.digest:
            raise self._error(
                f"belongs to another request ({request!r:.80}): the server, the filters, the columns and "
                "the page size must be the same as before"
            )
        if target != self.output:
            raise self._error(f"belongs to another output ({target or 'none'!r:.200})")
        return saved

    def lock(self) -> PathLock:
        """Lock the checkpoint for one walk.

        Raises:
            CheckpointError: another walk uses it, or it cannot be locked.
        """
        try:
            lock = PathLock(self.path)
            acquired = lock.acquire()
        except OSError as error:
            raise CheckpointError(f"the checkpoint {self.path} cannot be locked: {error.strerror}") from None
        if not acquired:
            raise CheckpointError(
                f"another process or another loop is using the checkpoint {self.path}: wait for its end, or name "
                "another checkpoint"
            )
        return lock

    def save(self, saved: SavedProgress) -> tuple[bytes, str]:
        """Save the progress of the walk; return what `unchanged` compares, and the digest in it."""
        document = {
            "request": {"call": self.request, "sha256": self.digest},
            "position": asdict(saved.position),
            "output": None if self.output is None else {**(saved.output or {}), "of": self.output},
            "finished": saved.finished,
        }
        with atomic_replacement(self.path, mode=0o600) as file:
            digest = _digest(document)
            content = b"," + json.dumps({**document, "sha256": digest}, indent=1).encode()[1:]
            file.write(_HEAD + _row_count(0, digest) + content)
        return content, digest

    def unchanged(self, content: bytes) -> bool:
        """Say whether the file is still that which was saved, whatever the number of finished rows is."""
        try:
            return read_regular(self.path, MOST_BYTES)[len(_HEAD) + len(_row_count(0, "")) :] == content
        except OSError:
            return False

    def count(self) -> IO[bytes]:
        """Open the saved file, to overwrite the number of finished rows of the current page."""
        return self.path.open("r+b", buffering=0)

    def remove(self) -> None:
        """Remove the file at the end of the walk."""
        self.path.unlink(missing_ok=True)
        remove_leftovers(self.path)

    def _error(self, why: str) -> CheckpointError:
        return CheckpointError(f"the checkpoint {self.path} {why}; remove it to start anew")


class CheckpointWriter:
    """The writer of a walk's progress; does nothing if the walk has no checkpoint.

    A walk does each step in a `with` block. It holds the lock from the first step on, until it ends or a step fails.
    A walk that continues after an error locks again, and is refused if another walk has used the checkpoint meanwhile.
    """

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self._checkpoint = checkpoint
        self._saved: bytes | None = None
        self._digest = ""
        self._lock: PathLock | None = None
        self._count: IO[bytes] | None = None

    def __enter__(self) -> CheckpointWriter:
        if self._checkpoint is not None and self._lock is None:
            lock = self._checkpoint.lock()
            if self._saved is not None and not self._checkpoint.unchanged(self._saved):
                lock.release()
                raise CheckpointError(f"another walk went on from the checkpoint {self._checkpoint.path}: start anew")
            self._lock = lock
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.release()

    def release(self) -> None:
        """Let another walk use the checkpoint."""
        self._close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def load(self) -> SavedProgress | None:
        """Read the progress of an earlier walk."""
        return None if self._checkpoint is None else self._checkpoint.load()

    def save(self, position: Position) -> None:
        """Save the position of the walk."""
        self._close()
        if self._checkpoint is not None and self._lock is not None:
            self._saved, self._digest = self._checkpoint.save(SavedProgress(position))

    def count(self, page: Position, done: int) -> None:
        """Save how many rows of a page are finished.

        The number is written for every row, so it survives a killed process; it is not flushed to the disk, so after a
        power cut the page is walked again from its beginning.
        """
        if self._checkpoint is None or self._lock is None:
            return
        if self._count is None:
            if self._saved is None:
                self.save(page)  # the first page: nothing has been saved yet
            self._count = self._checkpoint.count()
        self._count.seek(len(_HEAD))
        self._count.write(_row_count(done, self._digest))

    def remove(self) -> None:
        """Remove the checkpoint at the end of the walk."""
        self._close()
        if self._checkpoint is not None:
            self._checkpoint.remove()

    def _close(self) -> None:
        # On Windows, an open file cannot be replaced.
        if self._count is not None:
            self._count.close()
            self._count = None


def _check_unaltered(document: dict[str, Any]) -> None:
    members = {name: document[name] for name in ("request", "position", "output", "finished")}
    digest = _digest(members)
    if document["sha256"] != digest or document["within_crc32"] != _checksum(document["within"], digest):
        raise ValueError("its members are not those that were saved")


def _digest(members: dict[str, Any]) -> str:
    """Compute the digest of all members of a checkpoint but the number of rows that is overwritten."""
    return hashlib.sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()


def _checksum(rows: object, digest: str) -> int:
    return zlib.crc32(f"{rows} {digest}".encode())


def _row_count(rows: int, digest: str) -> bytes:
    return (_ROW_COUNT % (rows, _checksum(rows, digest))).encode()


def _read_progress(position: Any, within: Any, output: Any, finished: Any) -> SavedProgress:
    if type(within) is not int or within < 0 or type(finished) is not bool:
        raise TypeError("progress of other types")
    start = _read_position(position)
    return SavedProgress(_read_position({**position, "skip": start.skip + within}), output, finished)


def _read_position(document: dict[str, Any]) -> Position:
    last, total = document["last"], document["total"]
    if not (last is None or type(last) is list):
        raise TypeError("a sort key of another type")
    counts = [document["rows"], document["skip"], *([] if total is None else [total])]
    texts = [text for text in (document["token"], document["release"]) if text is not None] + (last or [])
    if any(type(count) is not int or count < 0 for count in counts) or any(type(text) is not str for text in texts):
        raise TypeError("a position with values of other types")
    position = Position(**{**document, "last": None if last is None else tuple(last)})
    if position.total is not None and position.rows_done > position.total:
        raise ValueError("more rows are finished than there are")
    return position
