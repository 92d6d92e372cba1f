"""State that survives a restart: users, their saved cohorts, and the queries of page tokens.

Law: one SQLite file, one short transaction per call; knows neither HTTP nor the archive.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from pathlib import Path

    from idc_standin.v1.identity import User

SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, date_joined REAL NOT NULL, last_login REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS cohorts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES users(id), name TEXT NOT NULL,
    description TEXT NOT NULL, release INTEGER NOT NULL, filters TEXT NOT NULL, deleted REAL
);
CREATE INDEX IF NOT EXISTS cohorts_by_owner ON cohorts(owner);
CREATE TABLE IF NOT EXISTS queries (id TEXT PRIMARY KEY, content TEXT NOT NULL, used REAL NOT NULL);
"""
LARGEST_ID = 2**63 - 1
LOGIN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account; times in seconds since 1970."""

    id: int
    email: str
    first_name: str
    last_name: str
    date_joined: float
    last_login: float


@dataclass(frozen=True, slots=True)
class Cohort:
    """A saved cohort; ``filters`` are as they were sent."""

    id: int
    owner: int
    name: str
    description: str
    release: int
    filters: dict[str, list[Any]]
    deleted: bool


class Cohorts:
    """The state file; safe for many threads."""

    def __init__(self, state: Path, keep_queries: float) -> None:
        """``keep_queries``: for how many seconds after its last use a query is kept."""
        try:
            path = state / "cohorts.sqlite"
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # it holds e-mail addresses
            self._connection = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.executescript(SCHEMA)
            self._connection.execute("DELETE FROM queries WHERE used < ?", [time.time() - keep_queries])
        except (OSError, sqlite3.Error) as error:
            raise StandinError(
                f"The state in {state} cannot be used ({error}); choose another folder with --state."
            ) from error
        self._lock = threading.Lock()
        self._keep_queries = keep_queries

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _run(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(text, parameters).fetchall()

    # --- users ---------------------------------------------------------------------------------------------------

    def account(self, user: User) -> Account:
        """The account of a user, created at the first call; logins are at least a minute apart."""
        known = "SELECT id, email, first_name, last_name, date_joined, last_login FROM users WHERE email = ?"
        names, now = (user.first_name, user.last_name), time.time()
        for row in self._run(known, [user.email]):
            account = Account(*row)
            if (account.first_name, account.last_name) == names and now - account.last_login < LOGIN_SECONDS:
                return account
        self._run(
            "INSERT INTO users (email, first_name, last_name, date_joined, last_login) VALUES (?1, ?2, ?3, ?4, ?4) "
            "ON CONFLICT (email) DO UPDATE SET first_name = ?2, last_name = ?3, last_login = ?4",
            [user.email, *names, now],
        )
        return Account(*self._run(known, [user.email])[0])

    # --- cohorts -------------------------------------------------------------------------------------------------

    def save(self, owner: int, name: str, description: str, release: int, filters: dict[str, list[Any]]) -> Cohort:
        """Save a cohort; identifiers are never used twice."""
        rows = self._run(
            "INSERT INTO cohorts (owner, name, description, release, filters) VALUES (?, ?, ?, ?, ?) RETURNING id",
            [owner, name, description, release, json.dumps(filters)],
        )
        return Cohort(rows[0][0], owner, name, description, release, filters, deleted=False)

    def of(self, owner: int) -> list[Cohort]:
        """The owner's cohorts that have not been deleted, oldest first."""
        return self._cohorts("owner = ? AND deleted IS NULL ORDER BY id", owner)

    def get(self, cohort_id: int) -> Cohort | None:
        """A cohort, deleted or not; None if there never was one."""
        found = self._cohorts("id = ?", cohort_id) if cohort_id <= LARGEST_ID else []
        return found[0] if found else None

    def delete(self, cohort_id: int) -> bool:
        """Mark a cohort as deleted; False if it already was."""
        return bool(
            self._run(
                "UPDATE cohorts SET deleted = ? WHERE id = ? AND deleted IS NULL RETURNING id", [time.time(), cohort_id]
            )
        )

    def _cohorts(self, where: str, parameter: int) -> list[Cohort]:
        columns = "id, owner, name, description, release, filters, deleted IS NOT NULL"
        rows = self._run(f"SELECT {columns} FROM cohorts WHERE {where}", [parameter])  # noqa: S608  only our own text
        return [
            Cohort(number, owner, name, description, release, json.loads(filters), bool(deleted))
            for number, owner, name, description, release, filters, deleted in rows
        ]

    # --- queries -------------------------------------------------------------------------------------------------

    def remember(self, content: str) -> str:
        """Store a query for later pages; equal queries have equal identifiers."""
        identifier = hashlib.sha256(content.encode()).hexdigest()[:32]
        if self.recall(identifier) is None:
            text = "INSERT OR IGNORE INTO queries (id, content, used) VALUES (?, ?, ?)"
            self._run(text, [identifier, content, time.time()])
        return identifier

    def recall(self, identifier: str) -> str | None:
        """A stored query, or None if it has been deleted."""
        now = time.time()
        for content, used in self._run("SELECT content, used FROM queries WHERE id = ?", [identifier]):
            if now - used > self._keep_queries / 24:  # not a write for every page
                self._run("UPDATE queries SET used = ? WHERE id = ?", [now, identifier])
            return str(content)
        return None
