"""State folders that cannot be written: full, read-only or locked. Reading goes on, nothing is lost."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.torture import wire
from tests.torture.attack import Attack
from tests.torture.attacks.users import User
from tests.torture.server import NotStarted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.attack import Environment
    from tests.torture.record import Record
    from tests.torture.server import Server

LOCKED_FOR = 3.0  # seconds that a save may wait for a lock, on an idle machine
PREVIEW = "/v1/cohorts/preview/manifest?Patient_ID=True&page_size=2"
SPEC = {"name": "n", "description": "", "filters": {"collection_id": ["rider_pilot"]}}


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack(
            "no room for files",
            "state folder",
            "lose saves, or fail to read, where no file may grow",
            _limited,
            own=True,
            needs=("linux",),
        ),
        Attack(
            "a full file system",
            "state folder",
            "lose saves, or fail to read, where the file system is full",
            _full,
            own=True,
            needs=("linux", "root"),
        ),
        Attack(
            "a read-only folder",
            "state folder",
            "fail to start or to read where nothing may be written",
            _read_only,
            own=True,
        ),
        Attack(
            "a locked state file", "state folder", "wait for a lock for long, or let others wait", _locked, own=True
        ),
    ]


def _prepared(server: Server, record: Record) -> tuple[User, list[int]]:
    record.private = server.folders.private()
    user = User(server, "keeper@example.org")
    return user, [user.save(f"kept {number}") for number in range(3)]


def _reading(
    user: User, kept: list[int], record: Record, when: str, *, listing: frozenset[int] | set[int] = frozenset({200})
) -> None:
    """What does not need to write goes on."""
    for path in ("/v1/about", "/v3/stats", "/v3/health"):
        record.check(f"GET {path}, {when}", wire.call(user.address, "GET", path), {200})
    counts = wire.post(user.address, "/v3/cohort/counts", {"filters": {"terms": {"Modality": ["MR"]}}})
    record.check(f"counts, {when}", counts, {200})
    record.check(f"SQL, {when}", wire.post(user.address, "/v3/sql", {"sql": "SELECT 1 AS a"}), {200})
    listed = record.check(f"GET /v1/cohorts, {when}", user.call("GET", "/v1/cohorts"), listing)
    if listed.status == 200:
        found = {one["cohort_id"] for one in listed.json()["cohorts"]}
        if not set(kept) <= found:
            record.finding(f"GET /v1/cohorts, {when}", f"kept cohorts {kept} are not all in {sorted(found)}")
    record.check(
        f"a saved cohort's manifest, {when}",
        user.call("GET", f"/v1/cohorts/{kept[0]}/manifest?Patient_ID=True"),
        listing,
    )
    record.check(f"a preview, {when}", wire.post(user.address, PREVIEW, SPEC), {200, 503})
    record.check(
        f"a preview on one page, {when}",
        wire.post(user.address, PREVIEW.replace("page_size=2", "page_size=500"), SPEC),
        {200},
    )


def _writing(user: User, kept: list[int], record: Record, when: str, seconds: float = 10.0) -> int:
    """Saves and deletions are done or refused with 503; gives how many were refused. What was saved joins ``kept``."""
    refused = 0
    for number in range(12):
        name = f"{when} {number} " + "x" * (20_000 if number % 3 else 10)
        answer = record.check(
            f"a save, {when}",
            user.call("POST", "/v1/cohorts", {**SPEC, "name": name[:100], "description": name}),
            {200, 503},
            seconds=seconds,
        )
        refused += answer.status == 503
        if answer.status == 200:
            kept.append(answer.json()["cohort_properties"]["cohort_id"])
        elif answer.status and len(answer.text) < 20:
            record.finding(f"a save, {when}", f"503 without a sentence: {answer.text!r}")
    answer = record.check(
        f"a deletion, {when}", user.call("DELETE", f"/v1/cohorts/{kept[-1]}"), {200, 503}, seconds=seconds
    )
    refused += answer.status == 503
    if answer.status == 200:
        kept.pop()
    return refused


def _again(user: User, kept: list[int], record: Record, when: str) -> None:
    """Afterwards all is as before: saves work, and what was acknowledged is listed."""
    record.check(f"a save after {when}", user.call("POST", "/v1/cohorts", {**SPEC, "name": "after"}), {200})
    found = {one["cohort_id"] for one in user.cohorts() or []}
    if not set(kept) <= found:
        record.finding(f"after {when}", f"acknowledged cohorts are missing: {sorted(set(kept) - found)}")


def _limited(env: Environment, record: Record) -> None:
    import resource

    server = env.new("limited")
    with server.start():
        user, kept = _prepared(server, record)
        with env.watched(server, record):
            # One page of the state file at most: whatever is written next, the system refuses with EFBIG.
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
            refused = _writing(user, kept, record, "no file may grow")
            _reading(user, kept, record, "no file may grow")
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            if not refused:
                record.finding(
                    "no file may grow", "every save was acknowledged: nothing was tried, or nothing was written"
                )
            _again(user, kept, record, "files may grow again")
        server.kill()
        server.start()
        _again(user, kept, record, "a kill -9 after files might grow again")


def _full(env: Environment, record: Record) -> None:
    server = env.new("full")
    with _mounted(server, record, "-t", "tmpfs", "-o", "size=1536k", "tmpfs") as mounted:
        if not mounted:
            return
        server.folders.prepare(None)
        with server.start():
            user, kept = _prepared(server, record)
            filler = server.folders.state / "filler"
            with env.watched(server, record):
                with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4_096))
                refused = _writing(user, kept, record, "the file system is full")
                _reading(user, kept, record, "the file system is full")
                filler.unlink()
                if not refused:
                    record.finding("the file system is full", "every save was acknowledged: nothing was tried")
                _again(user, kept, record, "the file system had room again")


@contextlib.contextmanager
def _mounted(server: Server, record: Record, *words: str) -> Iterator[bool]:
    """The state folder as a file system of its own; False where this system does not let it be mounted."""
    done = subprocess.run(["mount", *words, str(server.folders.state)], capture_output=True, text=True, check=False)
    if done.returncode:
        record.note(f"not run here: mount failed ({done.stderr.strip().splitlines()[-1].rpartition(': ')[2]})")
        yield False
        return
    try:
        yield True
    finally:
        for _ in range(20):
            if not subprocess.run(["umount", str(server.folders.state)], capture_output=True, check=False).returncode:
                break
            time.sleep(0.2)


def _read_only(env: Environment, record: Record) -> None:
    """A folder that is made read-only between two starts, as a backup or a mounted image is."""
    server = env.new("readonly")
    with server.start():
        user, kept = _prepared(server, record)
    state = server.folders.state
    with contextlib.ExitStack() as stack:
        if os.geteuid() == 0:
            if sys.platform != "linux":
                record.note(
                    "not run here: root may write to every folder, and only Linux mounts one read-only in place"
                )
                return
            if not stack.enter_context(_mounted(server, record, "--bind", str(state))):
                return
            subprocess.run(["mount", "-o", "remount,bind,ro", str(state)], check=True, capture_output=True)
        else:
            stack.callback(_writable, state)
            for file in state.iterdir():
                file.chmod(0o400)
            state.chmod(0o500)
        try:
            server.start()
        except NotStarted as error:
            record.finding("a start on a read-only state folder", str(error))
            return
        stack.callback(server.stop)
        user = User.of(server, user)
        with env.watched(server, record):
            if not _writing(user, kept, record, "the folder is read-only"):
                record.finding("the folder is read-only", "every save was acknowledged")
            _reading(user, kept, record, "the folder is read-only")
    with server.start():
        _again(User.of(server, user), kept, record, "the folder was read-only")


def _writable(state: Any) -> None:
    state.chmod(0o700)
    for file in state.iterdir():
        file.chmod(0o600)


def _locked(env: Environment, record: Record) -> None:
    server = env.new("locked")
    with server.start():
        user, kept = _prepared(server, record)
        files = sorted(server.folders.state.glob("*.sqlite"))
        if not files:
            record.finding(
                "a locked state file",
                f"there is none in {sorted(path.name for path in server.folders.state.iterdir())}",
            )
            return
        with env.watched(server, record):
            for how in ("IMMEDIATE", "EXCLUSIVE"):
                other = sqlite3.connect(files[0], isolation_level=None, timeout=10)
                other.execute(f"BEGIN {how}")
                refused = _writing(
                    user, kept, record, f"another process holds the lock ({how})", seconds=LOCKED_FOR * env.factor
                )
                _reading(user, kept, record, f"another process holds the lock ({how})", listing={200, 503})
                other.execute("ROLLBACK")
                other.close()
                if not refused:
                    record.finding(f"BEGIN {how} by another process", "every save was acknowledged: nothing was tried")
                _again(user, kept, record, "the lock was let go")
