"""Hostile statements, sent two at a time, and the check of every answer."""

from __future__ import annotations

import threading
import time
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from tests.torture import bounds, wire
from tests.torture.attack import Attack
from tests.torture.statements.catalogue import kinds
from tests.torture.statements.kind import ANYTHING

if TYPE_CHECKING:
    from tests.torture.attack import Environment
    from tests.torture.record import Record
    from tests.torture.statements.kind import Kind, Statement

AT_A_TIME = 2
ALLOWED = frozenset({200, 400, 413, 422, 429, 503, 504})
TURNED_AWAY = (429, 503)
TRIES, LONGEST_PAUSE = 6, 10.0
DEATHS = 3


def attacks(names: set[str] | None = None) -> list[Attack]:
    """An attack for each kind of statements, or for those named."""
    placeholders = {name: f"{{{name}}}" for name in ("root", "cache", "state", "work", "loot")}
    return [
        Attack(f"sql: {one.name}", "hostile statements", one.tries, partial(_run, one.name))
        for one in kinds(placeholders)
        if names is None or one.name in names
    ]


def count() -> int:
    """How many statements there are."""
    return sum(len(one.statements) for one in kinds({}))


def _run(name: str, env: Environment, record: Record) -> None:
    folders = env.server.folders
    places = {
        "root": folders.root,
        "cache": folders.cache,
        "state": folders.state,
        "work": folders.work,
        "loot": folders.loot,
    }
    chosen = next(one for one in kinds({key: str(path) for key, path in places.items()}) if one.name == name)
    carry(chosen, env, record)


def carry(chosen: Kind, env: Environment, record: Record) -> None:
    """Send the statements of a kind; a server that ends is started again, a few times."""
    waiting: SimpleQueue[Statement] = SimpleQueue()
    for statement in chosen.statements:
        waiting.put(statement)
    guard, deaths = threading.Lock(), [0]

    def work() -> None:
        while deaths[0] < DEATHS:
            try:
                statement = waiting.get_nowait()
            except Empty:
                return
            pid = env.server.pid
            answer = ask(env.server.address, statement)
            judge(statement, answer, record)
            if not answer.status:
                with guard:
                    if env.server.pid == pid and not env.server.lives():
                        record.finding(statement.sql, "the server ended with this statement, or with one beside it")
                        deaths[0] += 1
                        env.server.stop()
                        env.server.start()

    threads = [threading.Thread(target=work) for _ in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ask(address: wire.Address, statement: Statement) -> wire.Answer:
    """Send one statement; where the server is too busy, wait as it says and send it again."""
    content: dict[str, Any] = {"sql": statement.sql}
    if statement.max_rows is not None:
        content["max_rows"] = statement.max_rows
    for _ in range(TRIES):
        answer = wire.post(address, "/v3/sql", content, timeout=100)
        if answer.status not in TURNED_AWAY:
            break
        time.sleep(min(answer.pause, LONGEST_PAUSE))
    return answer


def judge(statement: Statement, answer: wire.Answer, record: Record) -> None:
    """Check an answer by the rules of all answers, and by what this statement may return."""
    record.check(statement.sql, answer, ALLOWED, sent=statement.sql, seconds=bounds.STATEMENT)
    if answer.status != 200:
        if statement.rows is not ANYTHING and statement.rows != [] and answer.status:
            record.finding(
                statement.sql, f"must be answered with {statement.rows!r}, not {answer.status}: {answer.text}"
            )
        elif answer.status in (400, 504) and not _sentence(answer):
            record.finding(statement.sql, f"{answer.status} without a code and a sentence: {answer.text}")
        return
    found = answer.json()
    rows = found.get("rows") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        record.finding(statement.sql, f"200 without rows: {answer.text}")
    elif statement.refused:
        record.finding(statement.sql, f"must be refused, and was answered: {answer.text}")
    elif statement.rows is not ANYTHING and rows != statement.rows:
        record.finding(statement.sql, f"must be answered with {statement.rows!r}, not {rows!r}")


def _sentence(answer: wire.Answer) -> bool:
    found = answer.json()
    if not isinstance(found, dict):
        return False
    if "detail" in found:
        return bool(found["detail"])
    error = found.get("error")
    return isinstance(error, dict) and bool(error.get("code")) and bool(error.get("message"))
