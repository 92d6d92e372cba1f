"""State that survives a restart: users and their saved cohorts.

Law: one SQLite file, one short transaction per call; knows neither HTTP nor the archive.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import sqlite3
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_standin import budget
from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from pathlib import Path

    from idc_standin.v1.identity import User

logger = logging.getLogger(__name__)

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
"""
#: The format of the file, its `user_version`. Release 0.1.0 wrote the same tables and no number.
FORMAT = 1
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


class StateUnavailable(Exception):
    """The state file cannot be used now; the text says why, and what to do."""


class Cohorts:
    """The state file; safe for many threads. What cannot be written is still read.

    Two connections: a save that waits for another process keeps no reader waiting. A folder that cannot be written is
    opened for reading, and each save tries anew.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "cohorts.sqlite"
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        try:
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._check_readable(error)
            logger.warning("The state in %s cannot be written (%s): nothing can be saved.", state, error)

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(
            uri, uri=True, timeout=budget.STATE_SECONDS, check_same_thread=False, isolation_level=None
        )

    def _open(self) -> sqlite3.Connection:
        """Open both connections; returns the one for writing."""
        writer = self._open_for_writing()
        self._reader, self._writer = self._connect("rw"), writer
        return writer

    def _open_for_writing(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # it holds e-mail addresses
        connection = self._connect("rw")
        try:
            self._check_format(connection)
            connection.execute("PRAGMA journal_mode=WAL")
            page = connection.execute("PRAGMA page_size").fetchall()[0][0]
            connection.execute(f"PRAGMA max_page_count={budget.STATE_BYTES // page}")
            connection.execute(f"PRAGMA journal_size_limit={budget.MB}")
            connection.executescript(SCHEMA)
            connection.execute(f"PRAGMA user_version={FORMAT}")
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'queries'").fetchall():
                connection.execute("DROP TABLE IF EXISTS queries")  # earlier versions stored previews of any size
                with suppress(sqlite3.OperationalError):  # the room is used again in any case
                    connection.execute("VACUUM")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_for_reading(self) -> sqlite3.Connection:
        """A connection that needs no file beside the state file, unless a server was killed and left one.

        It serves one statement: the file may become another's to write.
        """
        log = self._path.with_name(f"{self._path.name}-wal")
        return self._connect("ro" if log.exists() else "ro&immutable=1")

    def _check_format(self, connection: sqlite3.Connection) -> None:
        found = connection.execute("PRAGMA user_version").fetchall()[0][0]
        if found not in (0, FORMAT):
            raise StandinError(
                f"The state in {self._path.parent} was written by another release of idc-standin (format {found}, not "
                f"{FORMAT}); choose another folder with --state."
            )

    def _check_readable(self, reason: Exception) -> None:
        try:
            with closing(self._open_for_reading()) as connection:
                self._check_format(connection)
                connection.execute("SELECT count(*) FROM cohorts")
        except sqlite3.Error:
            raise StandinError(
                f"The state in {self._path.parent} cannot be used ({reason}); choose another folder with --state."
            ) from reason

    def close(self) -> None:
        """Close the file."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()

    def _read(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        try:
            if self._reader is None:
                with closing(self._open_for_reading()) as connection:
                    return connection.execute(text, parameters).fetchall()
            with self._reading:
                return self._reader.execute(text, parameters).fetchall()
        except sqlite3.Error as error:
            raise _unavailable(error) from error

    def _write(self, text: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        """Run one statement, which is on the disk when this returns; raises StateUnavailable."""
        until = time.monotonic() + budget.STATE_SECONDS
        if not self._writing.acquire(timeout=budget.STATE_SECONDS):
            raise StateUnavailable(LOCKED)
        try:
            writer = self._writer or self._open()
            left = max(until - time.monotonic(), 0.0)
            writer.execute(f"PRAGMA busy_timeout={int(left * 1000)}")
            return writer.execute(text, parameters).fetchall()
        except (OSError, sqlite3.Error) as error:
            raise _unavailable(error) from error
        finally:
            self._writing.release()

    # --- users ---------------------------------------------------------------------------------------------------

    def account(self, user: User) -> Account:
        """The account of a user, created at the first call; logins are at least a minute apart."""
        known = "SELECT id, email, first_name, last_name, date_joined, last_login FROM users WHERE email = ?"
        names, now = (user.first_name, user.last_name), time.time()
        account = None
        for row in self._read(known, [user.email]):
            account = Account(*row)
            if (account.first_name, account.last_name) == names and now - account.last_login < LOGIN_SECONDS:
                return account
        try:
            self._write(
                "INSERT INTO users (email, first_name, last_name, date_joined, last_login) "
                "VALUES (?1, ?2, ?3, ?4, ?4) "
                "ON CONFLICT (email) DO UPDATE SET first_name = ?2, last_name = ?3, last_login = ?4",
                [user.email, *names, now],
            )
        except StateUnavailable:
            if account is None:
                raise
            return account  # a login that cannot be recorded keeps nobody from reading
        return Account(*self._read(known, [user.email])[0])

    # --- cohorts -------------------------------------------------------------------------------------------------

    def save(self, owner: int, name: str, description: str, release: int, filters: dict[str, list[Any]]) -> Cohort:
        """Save a cohort; identifiers are never used twice."""
        rows = self._write(
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
            self._write(
                "UPDATE cohorts SET deleted = ? WHERE id = ? AND deleted IS NULL RETURNING id", [time.time(), cohort_id]
            )
        )

    def _cohorts(self, where: str, parameter: int) -> list[Cohort]:
        columns = "id, owner, name, description, release, filters, deleted IS NOT NULL"
        rows = self._read(f"SELECT {columns} FROM cohorts WHERE {where}", [parameter])  # noqa: S608  only our own text
        return [
            Cohort(number, owner, name, description, release, json.loads(filters), bool(deleted))
            for number, owner, name, description, release, filters, deleted in rows
        ]


LOCKED = f"The state file is locked by another process; try again in {budget.STATE_RETRY_SECONDS} s."
READ_ONLY = "The state folder cannot be written; allow it, or start the server with another --state."
REASONS = {  # of SQLite, by its code for the kind of error
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: "The disk of the state folder is full; make room on it, or start the server with --state.",
    sqlite3.SQLITE_IOERR: "The state folder cannot be written, or its disk is full; make room on it, then try again.",
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
}


def _unavailable(error: Exception) -> StateUnavailable:
    """The sentence for an error of SQLite or the system; raises any other error, which is a fault of this program."""
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        return StateUnavailable(REASONS[sqlite3.SQLITE_FULL] if full else READ_ONLY)
    code = error.sqlite_errorcode & 0xFF if isinstance(error, sqlite3.OperationalError) else None
    if code not in REASONS:
        raise error
    return StateUnavailable(REASONS[code])
