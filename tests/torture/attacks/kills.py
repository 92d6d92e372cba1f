"""Processes that are killed: during saves, statements and the one-time build. What was acknowledged stays."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

from idc_standin.archive.build import DRAFT
from tests.torture import processes, wire
from tests.torture.attack import Attack
from tests.torture.attacks.users import User
from tests.torture.server import archive_files, command, environment

if TYPE_CHECKING:
    from tests.torture.attack import Environment
    from tests.torture.record import Record
    from tests.torture.server import Server

ROUNDS = 6
SAVERS = 8
SLOW = {"sql": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range = -1"}
BUILD_KILLS = {"the parent": (0.3, 2.0, 6.0), "the builder": (3.0,)}  # seconds after the start


def attacks() -> list[Attack]:
    """The attacks of this module."""
    return [
        Attack(
            "kill -9 during saves",
            "kills",
            "lose a save or a deletion that was acknowledged, or leave processes behind",
            _saves,
            own=True,
        ),
        Attack(
            "kill -9 during statements",
            "kills",
            "have the end of one statement's process fail others, or outlive its server",
            _statements,
            own=True,
        ),
        Attack(
            "SIGTERM during statements", "kills", "have the end of a server take long, or say much", _ended, own=True
        ),
        Attack("kill -9 during the build", "kills", "leave a builder behind, or half an archive", _build, own=True),
    ]


class Ledger:
    """What was acknowledged, and what was asked for and not answered: either may have happened then."""

    def __init__(self) -> None:
        self.saved: dict[str, dict[int, str]] = {}
        self.deleted: dict[str, set[int]] = {}
        self.doubtful: dict[str, set[str]] = {}
        self.lock = threading.Lock()
        self.count = 0


def _saves(env: Environment, record: Record) -> None:
    saves(env, record, ROUNDS)


def saves(env: Environment, record: Record, rounds: int) -> None:
    """So many rounds of saves until the server is killed; then everything is looked for."""
    server = env.new("saves")
    ledger = Ledger()
    draw = random.Random(4)
    emails = [f"saver{number}@example.org" for number in range(SAVERS)]
    for turn in range(rounds):
        server.options = ("--workers", "2") if turn % 3 == 2 else ()
        server.start()
        users = [User(server, email) for email in emails]
        _listed(server, users, ledger, record)
        stop = threading.Event()
        threads = [
            threading.Thread(target=_save_on, args=(user, ledger, stop, random.Random(f"{turn} {user.email}"), turn))
            for user in users
        ]
        for thread in threads:
            thread.start()
        time.sleep(draw.uniform(0.3, 1.5))
        left = server.kill()
        stop.set()
        for thread in threads:
            thread.join()
        if left:
            record.finding(f"kill -9 of the server {' '.join(server.options)}", f"{len(left)} of its processes ran on")
    server.options = ()
    server.start()
    _listed(server, [User(server, email) for email in emails], ledger, record)
    record.note(
        f"{ledger.count:,} acknowledged saves and {sum(map(len, ledger.deleted.values())):,} deletions "
        f"outlived {rounds} kills"
    )
    if ledger.count < 10 * rounds:
        record.finding("saves", f"only {ledger.count} saves were acknowledged in {rounds} rounds: nothing was tried")
    server.stop()


def _save_on(user: User, ledger: Ledger, stop: threading.Event, draw: random.Random, turn: int) -> None:
    """Save, and delete now and then, until the server is gone."""
    number = 0
    while not stop.is_set():
        number += 1
        name = f"{turn}-{number}-{user.email}"
        body = {"name": name, "description": "d" * draw.choice((1, 3_000)), "filters": {"Modality": ["CT"]}}
        answer = user.call("POST", "/v1/cohorts", body)
        with ledger.lock:
            if answer.status == 200:
                ledger.saved.setdefault(user.email, {})[answer.json()["cohort_properties"]["cohort_id"]] = name
                ledger.count += 1
            else:
                ledger.doubtful.setdefault(user.email, set()).add(name)
        if answer.status == 200 and draw.random() < 0.2:
            chosen = draw.choice(sorted(ledger.saved[user.email]))
            gone = user.call("DELETE", f"/v1/cohorts/{chosen}")
            with ledger.lock:
                name = ledger.saved[user.email].pop(chosen)
                if gone.status == 200:
                    ledger.deleted.setdefault(user.email, set()).add(chosen)
                else:
                    ledger.doubtful.setdefault(user.email, set()).add(name)


def _listed(server: Server, users: list[User], ledger: Ledger, record: Record) -> None:
    """What is listed after the kill, against what was acknowledged before it."""
    numbers: set[int] = set()
    for user in users:
        answer = record.check("GET /v1/cohorts after a kill", user.call("GET", "/v1/cohorts"), {200})
        listed: list[dict[str, Any]] = (answer.json() or {}).get("cohorts") or []
        found = {one["cohort_id"]: one["name"] for one in listed}
        saved, doubtful = ledger.saved.get(user.email, {}), ledger.doubtful.get(user.email, set())
        for number, name in saved.items():
            if found.get(number) != name:
                record.finding(
                    f"cohort {number} of {user.email}",
                    f"an acknowledged save is {found.get(number)!r} after a kill, not {name!r}",
                )
        for number, name in found.items():
            if number in ledger.deleted.get(user.email, set()):
                record.finding(f"cohort {number} of {user.email}", "an acknowledged deletion was undone by a kill")
            elif number not in saved and name not in doubtful:
                record.finding(f"cohort {number} of {user.email}", f"{name!r} was never saved")
        if numbers & found.keys():
            record.finding("cohorts", f"numbers used twice: {sorted(numbers & found.keys())[:5]}")
        numbers |= found.keys()


def _statements(env: Environment, record: Record) -> None:
    """The processes below the server are killed one after another while they work; then the server itself."""
    server = env.new("statements")
    with server.start():
        record.private = server.folders.private()
        with env.watched(server, record):
            for turn in range(6):
                slow = _behind(lambda: wire.post(server.address, "/v3/sql", SLOW, timeout=100))
                time.sleep(1.0)
                children = [one.pid for one in processes.family(server.pid) if one.pid != server.pid]
                for child in children:
                    _kill(child)
                if children:
                    answer = slow()
                    record.check("a statement whose process is killed", answer, {400, 503, 504}, seconds=33)
                for path in ("/v3/health", "/v1/about"):
                    record.check(
                        f"GET {path} after a kill of a statement's process",
                        wire.call(server.address, "GET", path),
                        {200},
                        seconds=5 * env.factor,
                    )
                after = wire.post(server.address, "/v3/sql", {"sql": "SELECT 1 AS a"}, timeout=100)
                record.check("SELECT 1 after a kill of a statement's process", after, {200}, seconds=33)
                if not children and not turn:
                    record.finding(
                        "statements",
                        "no process but the server's runs them: what ends a statement's process ends the server",
                    )
                    break
        threads = [_behind(lambda: wire.post(server.address, "/v3/sql", SLOW, timeout=30)) for _ in range(4)]
        time.sleep(1.0)
        if left := server.kill():
            record.finding("kill -9 of the server during statements", f"{len(left)} of its processes ran on")
        for wait in threads:
            wait()


def _behind(ask: Any) -> Any:
    """Ask in a thread; gives what waits for the answer."""
    found: list[wire.Answer] = []
    thread = threading.Thread(target=lambda: found.append(ask()))
    thread.start()

    def wait() -> wire.Answer:
        thread.join()
        return found[0]

    return wait


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _ended(env: Environment, record: Record) -> None:
    for options in ((), ("--workers", "2")):
        server = env.new("ended")
        server.options = options
        server.start()
        waiting = [
            _behind(lambda server=server: wire.post(server.address, "/v3/sql", SLOW, timeout=60)) for _ in range(4)
        ]
        time.sleep(1.0)
        began, size = time.monotonic(), server.log.stat().st_size
        left = server.stop()
        took = time.monotonic() - began
        said = server.said(size).strip()
        for wait in waiting:
            wait()
        name = f"SIGTERM during four statements {' '.join(options)}"
        record.calls += 4
        if left:
            record.finding(name, f"{len(left)} processes ran on")
        if took > 12 * env.factor:
            record.finding(name, f"the end took {took:.1f} s")
        if said:
            record.finding(name, f"{len(said.splitlines())} lines were said: {said}")
        record.note(f"{name}: ended after {took:.1f} s, {len(said.splitlines())} lines said")


def _build(env: Environment, record: Record) -> None:
    server = env.new("build", archive=False)
    folders = server.folders
    for whom, moments in BUILD_KILLS.items():
        for seconds in moments:
            with (folders.root / "build.log").open("wb") as log:
                building = subprocess.Popen(
                    command("build", folders),
                    cwd=folders.work,
                    env=environment(folders),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                time.sleep(seconds)
                members = [one.pid for one in processes.family(building.pid)]
                if whom == "the builder":
                    for child in members:
                        if child != building.pid:
                            _kill(child)
                    _wait(building, record, f"kill -9 of {whom} after {seconds} s")
                else:
                    building.kill()
                    building.wait()
            record.calls += 1
            until = time.monotonic() + 5
            while (left := [pid for pid in members if processes.alive(pid)]) and time.monotonic() < until:
                time.sleep(0.1)
            said = (folders.root / "build.log").read_text(encoding="utf-8", errors="replace")
            if left:
                record.finding(f"kill -9 of {whom} after {seconds} s", f"{len(left)} processes build on")
            if "Traceback" in said:
                record.finding(f"kill -9 of {whom} after {seconds} s", f"a traceback was said: {said}")
            for pid in left:
                _kill(pid)
            if archive_files(folders.cache):
                record.note(f"a build that was to be killed after {seconds} s had ended before")
            for file in archive_files(folders.cache):
                file.unlink()
    server.start()  # builds what is missing
    answer = wire.post(server.address, "/v3/cohort/counts", {"filters": {"terms": {"Modality": ["MR"]}}})
    record.check("counts after a build that was killed", answer, {200})
    abandoned = sorted(path.name for path in folders.cache.iterdir() if DRAFT in path.name or path.suffix == ".tmp")
    if abandoned:
        record.finding("kill -9 during the build", f"files stayed behind: {abandoned}")
    server.stop()


def _wait(process: subprocess.Popen[bytes], record: Record, given: str) -> None:
    try:
        code = process.wait(120)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        record.finding(given, "the command did not end in two minutes")
        return
    if code not in (0, 2):
        record.finding(given, f"exit code {code}")
