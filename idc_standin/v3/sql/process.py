"""One process for SQL as the server sees it: started, asked, watched and killed; and the folder of all of them.

Law: believes nothing that the process says of its time, its memory or the size of a result, and waits no longer than
the deadline that it is given.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import termios
import time
from array import array
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from idc_standin.budget import MB, SqlLimits
from idc_standin.v3.sql import worker
from idc_standin.v3.sql.guard import Refused, Table, too_much_memory

if TYPE_CHECKING:
    from io import FileIO

START_SECONDS = 30.0
WATCH_SECONDS = 0.05  # between two looks at the memory and the files of a process
LARGEST_HEADER = 8 * MB  # the names of columns have a tenth of it at most
CRASHED = "The engine ended on this statement: it is nested too deeply, too large, or meets a fault of the engine."
FOLDERS = "idc-standin-sql-"
LOADER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without them, some interpreters do not start
LOCK = "lock"
ABANDONED_SECONDS = 60.0
PAGE = os.sysconf("SC_PAGE_SIZE")


class NotStarted(Exception):
    """There is no process; the text says why."""


class TimeIsUp(Exception):
    """The statement was still running at its deadline, and was killed."""


class Killed(Exception):
    """The process was killed by the server while it ran the statement."""


class NeverRan(Exception):
    """The process had ended before it took the statement."""


class SqlProcess:
    """A running process; everything but ``kill`` is for one thread."""

    def __init__(self, database: Path, folder: Folder, limits: SqlLimits) -> None:
        """Start it, and wait until it can run statements; raises NotStarted."""
        self._limits = limits
        self._spill = folder.new()
        self._killed = self._used_up = False
        command = worker.command(database.absolute(), folder.path, self._spill, limits)
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env={name: os.environ[name] for name in LOADER if name in os.environ},
                start_new_session=True,  # a Ctrl-C is for the server
            )
        except OSError as error:
            raise NotStarted(f"{command[0]}: {error.strerror}") from error
        self._requests, self._answers = cast("tuple[FileIO, FileIO]", (self._process.stdin, self._process.stdout))
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        failure = self._failure()
        if failure:
            self.close()
            raise NotStarted(f"{failure} (exit code {self._process.returncode})")

    def _failure(self) -> str | None:
        """Wait until it is ready; why it is not, or None."""
        try:
            header, _ = self._answer(time.monotonic() + START_SECONDS)
        except (TimeIsUp, Killed, Refused) as error:
            return f"the process did not get ready: {error!r}"
        return None if header["kind"] == "ready" else str(header.get("message"))

    def alive(self) -> bool:
        """Whether it runs."""
        return not self._killed and self._process.poll() is None

    def usable(self) -> bool:
        """Whether it can run another statement, and whether that has the memory that the first one had."""
        if self._used_up or not self.alive():
            return False
        space, resident = _memory(self._process.pid)
        return resident < self._limits.resident / 2 and space < self._limits.address_space * 0.75

    def kill(self) -> None:
        """End it at once; from any thread."""
        self._killed = True
        self._process.kill()

    def close(self) -> None:
        """End it, and remove what it has written."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def run(self, statement: str, rows: int, deadline: float) -> Table:
        """The result of a statement; raises Refused, TimeIsUp, Killed or NeverRan."""
        request = worker.request(statement, rows)
        try:
            self._requests.write(request)
            header, pieces = self._answer(deadline)
            if header["kind"] == "table":
                return Table(header["columns"], pieces, header["count"], header["truncated"])
            message, self._used_up = header["message"], header["last"]
        except BrokenPipeError:
            self._process.wait()
            raise NeverRan from None
        except (TimeIsUp, Refused):
            self._used_up = True
            if self._unread() >= len(request):
                raise NeverRan from None
            raise
        raise Refused(message)

    def _answer(self, deadline: float) -> tuple[dict[str, Any], list[bytes]]:
        """The next header, and the pieces of the rows that come before and with it."""
        rows: list[bytes] = []
        room = self._limits.result_bytes + MB
        while True:
            header, body = worker.LENGTH.unpack(b"".join(self._exactly(worker.LENGTH.size, deadline)))
            room -= body
            if header > LARGEST_HEADER or room < 0:  # nothing that a sound process sends
                self._process.kill()
                raise Refused(CRASHED)
            content = b"".join(self._exactly(header, deadline))
            rows += self._exactly(body, deadline)
            if content:
                return json.loads(content), rows

    def _exactly(self, size: int, deadline: float) -> list[bytes]:
        parts: list[bytes] = []
        while size:
            rest = deadline - time.monotonic()
            if rest <= 0:
                self._process.kill()
                raise TimeIsUp
            if not self._poll.poll(1000 * min(rest, WATCH_SECONDS)):
                if _memory(self._process.pid)[1] > self._limits.resident or _disk(self._spill) > self._limits.spill:
                    self._process.kill()
                    raise too_much_memory(self._limits)
                continue
            part = self._answers.read(min(size, MB))
            if not part:
                raise self._reason()
            parts.append(part)
            size -= len(part)
        return parts

    def _unread(self) -> int:
        """The bytes of requests that the process has not taken."""
        unread = array("i", [0])
        with suppress(OSError):
            fcntl.ioctl(self._requests, termios.FIONREAD, unread)
        return unread[0]

    def _reason(self) -> Exception:
        """Why it ended, from what is known of it."""
        code = self._process.wait()
        if self._killed:
            return Killed()
        if code == -signal.SIGKILL:  # the system did it, for want of memory
            return too_much_memory(self._limits)
        return Refused(CRASHED)


def _memory(pid: int) -> tuple[int, int]:
    """Bytes of address space and of memory that a process uses; zeros if it has ended."""
    try:
        space, resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[:2]
        return int(space) * PAGE, int(resident) * PAGE
    except (OSError, ValueError):
        pass
    # The address space of macOS is hundreds of gigabytes for every process, so only what is in memory says something.
    found = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
    return 0, int(found.stdout or 0) * 1024


def _disk(folder: Path) -> int:
    """Bytes on the disk of the files in a folder; there is none before the first of them."""
    used = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # it has just been removed
                used += entry.stat().st_blocks * 512
    return used


class Folder:
    """A folder for what processes spill, locked as long as the server lives, so that others know whose it is."""

    def __init__(self, parent: Path) -> None:
        """Make one in ``parent``, or else where temporary files go. Removes those of servers that were killed."""
        self.path = _new_folder(parent, Path(tempfile.gettempdir()))
        self._lock = _lock(self.path)
        self._numbers = count()
        for other in self.path.parent.glob(f"{FOLDERS}*"):
            with suppress(NotStarted, OSError):
                # A lock that is new may not be held yet; a folder without one is not a server's.
                abandoned = time.time() - (other / LOCK).stat().st_mtime > ABANDONED_SECONDS
                if abandoned and other != self.path and (lock := _lock(other)):
                    shutil.rmtree(other, ignore_errors=True)
                    lock.close()

    def new(self) -> Path:
        """The path of a folder for one process."""
        return self.path / str(next(self._numbers))

    def remove(self) -> None:
        """Remove it with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock:
            self._lock.close()


def _new_folder(*places: Path) -> Path:
    """A new folder in the first of the places that can be written."""
    reason = ""
    for place in places:
        try:
            return Path(tempfile.mkdtemp(prefix=FOLDERS, dir=place))
        except OSError as error:
            reason = f"{place}: {error.strerror}"
    raise NotStarted(reason)


def _lock(folder: Path) -> FileIO | None:
    """The lock of a folder, held until it is closed; None if another process holds it."""
    try:
        lock = open(folder / LOCK, "wb", buffering=0)  # noqa: SIM115  held
    except OSError as error:
        raise NotStarted(f"{folder}: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
