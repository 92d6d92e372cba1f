"""A stand-in in a process of its own, for notebooks, tests and programs: started by one call, ended by another.

    from idc_standin import server

    with server.start("--as-of", "2.0") as standin:
        print(standin.url)

Law: starts the command `idc-standin`, without changes, and keeps its state in a folder that ends with it.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import weakref
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from idc_standin.errors import StandinError, missing_part

try:
    from idc_standin.options import EMAIL
except ModuleNotFoundError as missing:  # the client alone was installed
    raise missing_part(missing) from None

if TYPE_CHECKING:
    from types import TracebackType

    from idc_standin.v1.identity import Identity

__all__ = ["Server", "StandinError", "start"]


class Server:
    """A running stand-in, with keys and cohorts of its own; `start` makes it.

    It ends with `stop()`, with the `with` block, and at the latest with this process. What it writes on standard error
    appears where this process writes.

    Attributes:
        url: Its address, such as `http://127.0.0.1:49152`.
    """

    url: str

    def __init__(self, url: str, process: subprocess.Popen[str], folder: TemporaryDirectory[str]) -> None:
        self.url = url
        self._state = Path(folder.name)
        self._end = weakref.finalize(self, _end, process, folder)

    def __repr__(self) -> str:
        return f"<IDC stand-in on {self.url}{'' if self._end.alive else ', stopped'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def credentials(self, email: str, name: str = "") -> Path:
        """Write a credentials file for a user of v1, as the 2021 notebook has it, and return its path.

        Args:
            email: The user's e-mail address.
            name: First and last name; by default from the e-mail address.

        Raises:
            StandinError: this is not an e-mail address, or the server has been stopped.
        """
        from idc_standin.v1.identity import credentials, write_private

        identity = self._identity(email)
        path = self._state / f"credentials of {hashlib.sha256(email.encode()).hexdigest()[:16]}"
        write_private(path, json.dumps(credentials(identity, email, name, _LIFETIME)).encode())
        return path

    def token(self, email: str) -> str:
        """Make an ID token for a user of v1, valid for four hours.

        Args:
            email: The user's e-mail address.

        Raises:
            StandinError: this is not an e-mail address, or the server has been stopped.
        """
        return self._identity(email).issue(email, "", _LIFETIME)[0]

    def _identity(self, email: str) -> Identity:
        """The keys of the server, to make a token for this address."""
        from idc_standin.v1.identity import Identity

        if not self._end.alive:
            raise StandinError("The stand-in has been stopped, and its keys are gone; start another.")
        if not EMAIL.fullmatch(email):
            raise StandinError(f"{email!r} is not an e-mail address.")
        return Identity(self._state)

    def stop(self) -> None:
        """End the server, and remove its keys and cohorts; later calls do nothing."""
        self._end()


#: In seconds.
_LIFETIME = 4 * 3600


def start(*options: str) -> Server:
    """Start a stand-in on a free port, and return when it answers.

    The first start on a machine builds the archive file, which takes about a minute.

    Args:
        options: Options of `idc-standin serve`, such as "--as-of", "2.0"; without --port and --state.

    Raises:
        StandinError: it did not start. The reason is on standard error.
    """
    folder = TemporaryDirectory(prefix="idc-standin-", ignore_cleanup_errors=True)
    words = [sys.executable, "-m", "idc_standin", "serve", "--port", "0", "--state", folder.name, *options]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
    try:
        found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
    except BaseException:  # an interrupted cell must not leave a server behind
        _end(process, folder)
        raise
    if found is None:
        _end(process, folder)
        raise StandinError("The stand-in did not start; the reason is on standard error.")
    return Server(found[0], process, folder)


def _end(process: subprocess.Popen[str], folder: TemporaryDirectory[str]) -> None:
    with process:  # closes the pipe
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
    folder.cleanup()
