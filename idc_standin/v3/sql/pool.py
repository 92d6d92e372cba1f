"""The processes that run SQL of users: a few, each bounded, killed when its statement may not go on, and replaced.

Law: whatever a statement does, it does to its own process. This module starts, asks, watches and kills processes; it
runs no SQL and knows nothing of HTTP. No request waits in a thread of the server.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from idc_standin import budget
from idc_standin.v3.sql import guard
from idc_standin.v3.sql.process import Folder, Killed, NeverRan, NotStarted, SqlProcess, TimeIsUp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from idc_standin.budget import SqlLimits
    from idc_standin.v3.sql.guard import Table


logger = logging.getLogger(__name__)

SHORT_WAIT = 1.0  # seconds that a statement may wait without a word about it where its time is over


class TooSlow(Exception):
    """The statement exceeds the time limit and was stopped."""


class Unavailable(Exception):
    """The statement was not run to its end, for a reason that passes: try again in ``seconds``."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class ClientLeft(Exception):
    """The client closed its connection before there was a result."""


@dataclass(eq=False, slots=True)
class _Job:
    statement: str
    rows: int
    arrived: float
    result: Future[Table] = field(default_factory=Future)
    process: SqlProcess | None = None
    """The process that runs it now."""
    abandoned: bool = False


class SqlPool:
    """Runs statements over one database file, for any thread and event loop; the first statement starts a process."""

    def __init__(self, database: Path, limits: SqlLimits | None = None) -> None:
        self.limits = limits or budget.SQL
        self.database = database
        self.stopping = False
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._runners: list[_Runner] = []
        self._idle: list[_Runner] = []  # the last one was used last, so that its process is warm
        self._folder: Folder | None = None

    async def run(self, text: str, rows: int, departure: Callable[[], Awaitable[object]] | None = None) -> Table:
        """Up to ``rows`` rows of a statement; raises Refused, TooSlow or Unavailable.

        The statement is ended when the task is cancelled, or when what ``departure`` gives is done first: raises
        ClientLeft.
        """
        job = _Job(guard.select(text, self.limits.characters), rows, time.monotonic())
        self._accept(job)
        waiter = asyncio.get_running_loop().call_later(self.limits.queue_seconds, self._give_up, job)
        result = asyncio.wrap_future(job.result)
        left = asyncio.ensure_future(departure()) if departure else result
        try:
            await asyncio.wait({result, left}, return_when=asyncio.FIRST_COMPLETED)
            if result.done():
                return result.result()
            raise ClientLeft
        finally:
            waiter.cancel()
            left.cancel()
            result.cancel()
            self._abandon(job)

    def stop(self) -> None:
        """End all statements and accept no more; does not wait for their processes."""
        with self._lock:
            self.stopping = True
            jobs, self._waiting = self._waiting, deque()
            for runner in self._runners:
                runner.stop()
        for job in jobs:
            _settle(job, self.ending())

    def close(self) -> None:
        """Stop, and leave no process and no folder."""
        self.stop()
        for runner in self._runners:
            runner.join()
        if self._folder:
            self._folder.remove()

    # --- the queue ---------------------------------------------------------------------------------------------------

    def _accept(self, job: _Job) -> None:
        with self._lock:
            if self.stopping:
                raise self.ending()
            if self._idle:
                self._idle.pop().give(job)
            elif len(self._runners) < self.limits.processes:
                runner = _Runner(self)
                self._runners.append(runner)
                runner.give(job)
                runner.start()
            elif len(self._waiting) < self.limits.queue:
                self._waiting.append(job)
            else:
                raise self.busy()

    def next_job(self, runner: _Runner) -> _Job | None:
        """The job that has waited longest; without one, the runner becomes idle."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(runner)
            return None

    def _give_up(self, job: _Job) -> None:
        """Refuse a job that has waited too long."""
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
        _settle(job, self.busy())

    def _abandon(self, job: _Job) -> None:
        """Forget a job. If it still runs, its process is killed, and no other."""
        with self._lock:
            with suppress(ValueError):
                self._waiting.remove(job)
            job.abandoned = True
            if job.process:
                job.process.kill()

    def begin(self, job: _Job, process: SqlProcess) -> bool:
        """Tie a job to its process; False if the job is no longer wanted."""
        with self._lock:
            if job.abandoned or self.stopping:
                return False
            job.process = process
            return True

    def end(self, job: _Job) -> None:
        """Untie them: from now on, the end of the job does not concern the process."""
        with self._lock:
            job.process = None

    def folder(self) -> Folder:
        """The folder of the processes, made when the first of them starts."""
        with self._lock:
            if self._folder is None:
                self._folder = Folder(self.database.parent)
            return self._folder

    def busy(self) -> Unavailable:
        """Too many statements at a time."""
        return Unavailable("The server is busy with other SQL statements; try again in a few seconds.", 5)

    def ending(self) -> Unavailable:
        """The server ends."""
        return Unavailable("The server is shutting down.", 10)


class _Runner(threading.Thread):
    """Has one job after another run by a process of its own, which it starts and replaces."""

    def __init__(self, pool: SqlPool) -> None:
        super().__init__(name="sql", daemon=True)
        self._pool = pool
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._process: SqlProcess | None = None

    def give(self, job: _Job) -> None:
        """Hand over the next job; only to an idle runner."""
        self._jobs.put(job)

    def stop(self) -> None:
        """End the process, and the thread soon after."""
        self._jobs.put(None)
        if self._process:
            self._process.kill()

    def run(self) -> None:
        """Serve until stopped."""
        job = self._jobs.get()
        while job is not None:
            outcome = self._outcome(job)
            # The runner is idle before the client has its result, so that the client's next statement finds it.
            renewed = self._process is not None and not self._process.usable()
            following = None if renewed else self._pool.next_job(self)
            _settle(job, outcome)
            if renewed:
                self._renew()
                following = self._pool.next_job(self)
            job = following or self._jobs.get()
        if self._process:
            self._process.close()

    def _outcome(self, job: _Job) -> Table | Exception:
        try:
            with suppress(NeverRan):  # somebody has ended a process that had nothing to do
                return self._table(job)
            return self._table(job)
        except NeverRan:
            return self._pool.busy()
        except Exception as error:  # it belongs to the statement, not to this thread
            return error

    def _table(self, job: _Job) -> Table:
        limits, waited = self._pool.limits, time.monotonic() - job.arrived
        try:
            process = self._ready()
        except NotStarted:
            logger.exception("No process for SQL could be started")
            raise Unavailable("The server cannot start a process for SQL; its log says why.", 30) from None
        if not self._pool.begin(job, process):
            raise self._pool.ending()
        try:
            return process.run(job.statement, job.rows, job.arrived + limits.seconds)
        except TimeIsUp:
            if waited > SHORT_WAIT:
                raise self._pool.busy() from None
            raise TooSlow from None
        except Killed:
            raise self._pool.ending() from None
        finally:
            self._pool.end(job)

    def _ready(self) -> SqlProcess:
        if self._process and not self._process.alive():
            self._process.close()
            self._process = None
        if self._process is None:
            self._process = SqlProcess(self._pool.database, self._pool.folder(), self._pool.limits)
        return self._process

    def _renew(self) -> None:
        """Replace a process that a statement has ended or used up, so that the next statement need not wait for it."""
        if self._process is None or self._process.usable():
            return
        self._process.close()
        self._process = None
        if not self._pool.stopping:
            with suppress(NotStarted):  # the next statement tries again and says so
                self._process = SqlProcess(self._pool.database, self._pool.folder(), self._pool.limits)


def _settle(job: _Job, outcome: Table | Exception) -> None:
    if not job.result.set_running_or_notify_cancel():
        return
    if isinstance(outcome, Exception):
        job.result.set_exception(outcome)
    else:
        job.result.set_result(outcome)
