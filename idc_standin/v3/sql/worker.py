"""The process that runs statements of users, one after another, and that may be killed at any time.

Law: has nothing to lose and nothing to show: no environment, no terminal, no open file of the server. It takes requests
from its standard input and ends with it, so that it never outlives the server.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idc_standin.budget import SqlLimits
from idc_standin.v3.sql.guard import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

#: Runs `main` with the server's import path. What the server has in its environment stays there.
BOOTSTRAP = (
    "import json, sys; settings = json.loads(sys.argv[1]); sys.path[:] = settings['import_path']; "
    "from idc_standin.v3.sql.worker import main; main(settings)"
)
LENGTH = struct.Struct("!II")  # of the header of a frame, and of its body
GRACE = 10.0  # seconds after which a statement whose time is over ends the process from inside


def command(database: Path, folder: Path, spill: Path, limits: SqlLimits) -> list[str]:
    """The command line of a worker. It writes into ``spill``, and removes ``folder`` when the server has died."""
    settings = {
        "database": str(database),
        "folder": str(folder),
        "spill": str(spill),
        "limits": asdict(limits),
        "import_path": [str(Path(entry).resolve()) for entry in sys.path],
    }
    return [sys.executable, "-I", "-X", "utf8", "-c", BOOTSTRAP, json.dumps(settings)]


def request(statement: str, rows: int) -> bytes:
    """What the server writes to have a statement run."""
    text = json.dumps({"statement": statement, "rows": rows}).encode()
    return LENGTH.pack(len(text), 0) + text


def main(settings: dict[str, Any]) -> None:
    """Serve until the standard input ends."""
    limits = SqlLimits(**settings["limits"])
    requests, answers = _private_pipes()
    threading.Thread(target=_end_with_the_server, args=(requests, Path(settings["folder"])), daemon=True).start()
    try:
        engine = _start(settings, limits)
    except Exception as error:  # the server reports it, whatever it is
        _send(answers, {"kind": "failed", "message": f"{type(error).__name__}: {error}"})
        return
    _send(answers, {"kind": "ready"})
    while wanted := _receive(requests):
        # The server kills a process whose time is over. The alarm is for the case that there is no server any more and
        # the interpreter is busy inside of one value, so that no thread of Python can end it.
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE)
        header, rows = _answer(engine, wanted, partial(_send, answers, None))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, header, rows)
    threading.Event().wait()  # the other thread ends the process


def _answer(engine: Any, request: dict[str, Any], write: Callable[[bytes], object]) -> tuple[dict[str, Any], bytes]:
    from idc_standin.v3.sql.engine import Exhausted

    try:
        table, rows = engine.run(request["statement"], request["rows"], write)
    except Refused as error:
        return {"kind": "refused", "message": str(error), "last": isinstance(error, Exhausted)}, b""
    return {"kind": "table", **table}, rows


def _send(answers: FileIO, header: dict[str, Any] | None, rows: bytes = b"") -> None:
    """Send a frame. One without a header is a piece of the rows, to be followed by others."""
    with suppress(BrokenPipeError):  # the server is gone; what takes the requests ends the process
        text = json.dumps(header).encode() if header else b""
        answers.write(LENGTH.pack(len(text), len(rows)) + text)
        rest = memoryview(rows)
        while rest:
            rest = rest[answers.write(rest) :]


def _private_pipes() -> tuple[FileIO, FileIO]:
    """Input and output under other numbers, so that nothing that the engine prints gets between the frames."""
    requests, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return requests, answers


def _receive(requests: FileIO) -> dict[str, Any] | None:
    """The next request; None at the end of the input."""
    if not (lengths := _exactly(requests, LENGTH.size)):
        return None
    text = _exactly(requests, LENGTH.unpack(lengths)[0])
    return json.loads(text) if text else None


def _exactly(source: FileIO, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.read(size - len(data))
        if not part:
            return b""
        data += part
    return data


def _end_with_the_server(requests: FileIO, folder: Path) -> None:
    """Wait until the other end of the input is closed, and remove what all processes of the server have written."""
    hung_up = select.poll()
    hung_up.register(requests, 0)  # requests are not for this thread
    hung_up.poll()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _start(settings: dict[str, Any], limits: SqlLimits) -> Any:
    """The engine, in a process that is bounded first."""
    _confine(limits)
    from idc_standin.v3.sql.engine import Engine

    return Engine(Path(settings["database"]), Path(settings["spill"]), limits)


def _confine(limits: SqlLimits) -> None:
    """Bound memory and files, leave no core dumps, and be the first to go if the system's memory ends."""
    with suppress(ImportError, OSError, ValueError):  # where this cannot be set, the server watches the memory
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.spill, limits.spill))
        resource.setrlimit(resource.RLIMIT_AS, (limits.address_space, limits.address_space))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
