"""The checkpoint of a walk: a file with its progress after every page, so that another process can resume it.

A checkpoint belongs to one request of one server, and to one output if there is one; for any other it is refused.
It holds a page token, so only its owner may read it.
Law: reads and writes the file; names no endpoint and sends nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from attrs import asdict, evolve, frozen

from .._atomic import atomic_replacement, remove_leftovers
from ..errors import CheckpointError
from .completeness import Position

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from .._http.calls import Call

#: The version of the file format. Any other version is refused.
VERSION = 1
#: The number of finished rows of the current page. It is overwritten in place, so its length never changes.
_ROW_COUNT = "%10d"
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
        """Read the progress of the walk; None if the file does not exist.

        Raises:
            CheckpointError: the file is not a checkpoint, or of another request or output.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"the checkpoint {self.path} cannot be read: {error.strerror}") from None
        try:
            document = json.loads(content)
            version, within, position, output, finished = (
                document[name] for name in ("idc_ext_checkpoint", "within", "position", "output", "finished")
            )
            digest, request = document["request"]["sha256"], document["request"]["call"]
            target = None if output is None else output["of"]
            saved = SavedProgress(
                _read_position({**position, "skip": position["skip"] + within}), output, finished is True
            )
        except (ValueError, TypeError, LookupError, RecursionError):
            raise self._error("is damaged, or not a checkpoint") from None
        if version != VERSION:
            raise self._error(f"was written by another release of idc_ext (version {version!r:.20})")
        if digest != self.digest:
            raise self._error(
                f"belongs to another request ({request!r:.80}): the server, the filters, the columns and "
                "the page size must be the same as before"
            )
        if target != self.output:
            raise self._error(f"belongs to another output ({target or 'none'!r:.200})")
        return saved

    def save(self, saved: SavedProgress) -> None:
        """Save the progress of the walk."""
        document = {
            "request": {"call": self.request, "sha256": self.digest},
            "position": asdict(saved.position),
            "output": None if self.output is None else {**(saved.output or {}), "of": self.output},
            "finished": saved.finished,
        }
        with atomic_replacement(self.path, mode=0o600) as file:
            file.write(_HEAD + (_ROW_COUNT % 0).encode() + b"," + json.dumps(document, indent=1).encode()[1:])

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
    """The writer of a walk's progress; does nothing if the walk has no checkpoint."""

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self._checkpoint = checkpoint
        self._saved = False
        self._count: IO[bytes] | None = None

    def load(self) -> SavedProgress | None:
        """Read the progress of an earlier walk."""
        return None if self._checkpoint is None else self._checkpoint.load()

    def save(self, position: Position) -> None:
        """Save the position of the walk."""
        self._close()
        if self._checkpoint is not None:
            self._checkpoint.save(SavedProgress(position))
            self._saved = True

    def count(self, page: Position, done: int) -> None:
        """Save how many rows of a page are finished.

        The number is written for every row, so it survives a killed process; it is not flushed to the disk, so after a
        power cut the page is walked again from its beginning.
        """
        if self._checkpoint is None:
            return
        if self._count is None:
            if not self._saved:
                self.save(page)  # the first page: nothing has been saved yet
            self._count = self._checkpoint.count()
        self._count.seek(len(_HEAD))
        self._count.write((_ROW_COUNT % done).encode())

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


def _read_position(document: Any) -> Position:
    position = Position(**document)
    counts = (position.rows, position.skip, 0 if position.total is None else position.total)
    texts = (position.token or "", position.release or "", *(position.last or ()))
    if any(type(count) is not int or count < 0 for count in counts) or any(type(text) is not str for text in texts):
        raise TypeError("a position with values of other types")
    return evolve(position, last=None if position.last is None else tuple(position.last))
