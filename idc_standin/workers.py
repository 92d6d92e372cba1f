"""Several server processes on one socket, for many clients at once: one interpreter uses one core.

Law: knows processes and signals, and nothing of what they serve. All are ready before the server is announced, and all
end together, also when their parent is killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from idc_standin.budget import END_SECONDS
from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Work = Callable[[Callable[[str], None]], None]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(count: int, work: Work, announce: Callable[[str], object]) -> None:
    """Run ``work`` in ``count`` processes; it gets a function to call with one line when it is ready to serve.

    When all are ready, ``announce`` gets the line. A signal ends all of them. If one ends by itself, the others are
    ended, too: raises StandinError.
    """
    ready, writer = os.pipe()
    parent, alive = os.pipe()  # nothing is ever written: it ends when this process, the only one that holds it, does
    workers = {_start(work, (ready, writer), (parent, alive)) for _ in range(count)}
    os.close(writer)
    os.close(parent)
    ended = False

    def end(*_: int | FrameType | None) -> None:
        nonlocal ended
        ended = True
        _end(workers)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        with open(ready, encoding="utf-8") as reports:
            lines = reports.readlines()  # the pipe ends when every worker has reported or ended
        if len(lines) == count:
            announce(lines[0].rstrip())
        while workers and not ended:
            workers.discard(os.wait()[0])
            if not ended:
                raise StandinError(
                    "A worker process ended unexpectedly, so all workers were ended; its messages are above."
                )
    finally:
        _end(workers)
        for worker in workers:
            os.waitpid(worker, 0)
        os.close(alive)
        for number, handler in before.items():
            signal.signal(number, handler)


def _start(work: Work, reports: tuple[int, int], life: tuple[int, int]) -> int:
    (ready, writer), (parent, alive) = reports, life
    worker = os.fork()
    if worker:
        return worker
    code = 1
    try:
        os.close(ready)
        os.close(alive)
        threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()

        def report_ready(line: str) -> None:
            os.write(writer, f"{line}\n".encode())
            os.close(writer)

        work(report_ready)
        code = 0
    except StandinError as error:
        sys.stderr.write(f"idc-standin: {error}\n")
    except KeyboardInterrupt:
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with_parent(parent: int) -> None:
    os.read(parent, 1)  # returns when the parent has ended
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_SECONDS)  # a worker that is still being loaded, or hangs, ignores the signal
    os._exit(1)


def _end(workers: set[int]) -> None:
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
