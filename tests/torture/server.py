"""The server under attack: ``idc-standin serve`` as a process in a folder of its own, with secrets that may not leak.

Law: knows the command and its folders, and nothing of what the command is made of.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.torture import processes

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # no registry of citations is asked
STARTS_WITHIN = 120.0
ENDS_WITHIN = 20.0


class NotStarted(Exception):
    """The server ended, or said nothing, before it served."""


@dataclass(slots=True)
class Folders:
    """Where a server lives; ``loot`` is empty, and whatever is found in it was written by an attack."""

    root: Path
    canary: str = field(default_factory=lambda: f"canary-{secrets.token_hex(12)}")

    @property
    def cache(self) -> Path:
        """The archive file's folder."""
        return self.root / "cache"

    @property
    def state(self) -> Path:
        """The folder of keys and saved cohorts."""
        return self.root / "state"

    @property
    def work(self) -> Path:
        """The server's work folder."""
        return self.root / "work"

    @property
    def loot(self) -> Path:
        """The folder that attacks try to write to."""
        return self.root / "loot"

    def prepare(self, archive: Path | None) -> None:
        """Make the folders, lay out the secrets, and copy the archive's files."""
        for folder in (self.cache, self.state, self.work, self.loot, self.root / "home", self.root / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        for secret in (self.work / "canary.csv", self.state / "canary.csv", self.root / "home" / "canary.csv"):
            secret.write_text(f"secret\n{self.canary}\n", encoding="utf-8")
        if archive is not None:
            for file in archive.parent.glob(f"{archive.stem}*.duckdb"):
                shutil.copy2(file, self.cache / file.name)

    def private(self) -> tuple[str, ...]:
        """Texts that no answer may show: paths of this machine, and the contents of the secrets."""
        places = {
            str(self.root),
            str(ROOT),
            sys.prefix,
            sys.base_prefix,
            str(Path.home()),
            os.__file__.rpartition("/")[0],
        }
        return (self.canary, *sorted(place for place in places if len(place) > 4), "Traceback (most recent")

    def size(self) -> int:
        """Bytes of all files."""
        total = 0
        for folder, _, names in os.walk(self.root):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_size
                except OSError:  # it has just been removed
                    continue
        return total


class Server:
    """One process that serves, and its descendants."""

    def __init__(self, folders: Folders, *options: str, environment: dict[str, str] | None = None) -> None:
        self.folders, self.options = folders, options
        self.environment = environment or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.port = 0  # the one it had, once it was started
        self.log = folders.root / "server.log"

    def start(self) -> Server:
        """Start it, and wait until it serves."""
        began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command(
                    "serve",
                    self.folders,
                    "--port",
                    str(self.port),
                    "--doi-resolver",
                    NOWHERE,
                    "--datacite",
                    NOWHERE,
                    *self.options,
                ),
                cwd=self.folders.work,
                env=environment(self.folders) | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            said = self.said(began)
            if found := re.search(r"stand-in .* on (http://\S+)", said):
                self.url = found[1]
                self.port = self.address[1]
                return self
            if self.process.poll() is not None:
                raise NotStarted(said.strip() or f"exit code {self.process.returncode}")
            time.sleep(0.05)
        self.kill()
        raise NotStarted(f"said nothing for {STARTS_WITHIN:g} s")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self.process is not None
        return self.process.pid

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def lives(self) -> bool:
        """Whether the process that was started still runs and accepts connections."""
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            with socket.create_connection(self.address, timeout=5):
                return True
        except OSError:
            return False

    def said(self, since: int = 0) -> str:
        """What it wrote to stdout and stderr."""
        with self.log.open("rb") as log:
            log.seek(since)
            return log.read().decode("utf-8", "replace")

    def stop(self) -> list[int]:
        """End it as a person would; gives the processes that were left behind, after they are ended as well."""
        if self.process is None:
            return []
        members = [one.pid for one in processes.family(self.pid)]
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self._left(members)

    def kill(self) -> list[int]:
        """End it as a crash would; gives the processes that were left behind some seconds later."""
        if self.process is None:
            return []
        members = [one.pid for one in processes.family(self.pid)]
        self.process.kill()
        self.process.wait()
        return self._left(members)

    def _left(self, members: Sequence[int], seconds: float = 5.0) -> list[int]:
        members = [pid for pid in members if pid != self.pid]
        deadline = time.monotonic() + seconds
        while (left := [pid for pid in members if processes.alive(pid)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            end(pid)
        return left

    def token(self, email: str, *options: str) -> str:
        """An ID token of a user, from the command that gives them out."""
        output = self.folders.root / "home" / f"{email}.json"
        words = command("token", self.folders, "--email", email, "--output", str(output), *options)
        subprocess.run(words, check=True, capture_output=True, env=environment(self.folders), cwd=self.folders.work)
        return str(json.loads(output.read_text(encoding="utf-8"))["token_response"]["id_token"])


def end(pid: int) -> None:
    """Kill a process that may have ended by now."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def command(name: str, folders: Folders, *words: str) -> list[str]:
    """The words of a command on these folders."""
    cache = [] if name == "token" else ["--cache", str(folders.cache)]
    state = [] if name == "build" else ["--state", str(folders.state)]
    return [sys.executable, "-m", "idc_standin", name, *cache, *state, *words]


def environment(folders: Folders) -> dict[str, str]:
    """What the server finds in its environment, with a secret that no statement may read."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ")}
    home, temporary = str(folders.root / "home"), str(folders.root / "tmp")
    return kept | {"HOME": home, "TMPDIR": temporary, "TORTURE_SECRET": folders.canary, "PYTHONUNBUFFERED": "1"}


def archive() -> Path:
    """The archive file in the user's cache, built first if need be."""
    done = subprocess.run(
        [sys.executable, "-m", "idc_standin", "build"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return Path(done.stdout.rpartition(" (")[0].partition(".duckdb")[0] + ".duckdb")


def archive_files(cache: Path) -> list[Path]:
    """The files of an archive that is built."""
    return sorted(cache.glob("*.duckdb"))
