"""A process that answers rightly but for one fault, which the path of a request chooses.

    python -m tests.torture.fault_service        # prints its URL, and ends with stdin

`/17/v3/cohort/manifest` is answered with fault 17, and `/17/v3/version` rightly: a client of the base URL `/17` finds a
service on which one thing goes wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.applied_filters import with_filters_echo
from tests.support.faults import FAULTS
from tests.support.faulty_server import Wire, answer, faulty
from tests.support.token_issuer import token
from tests.support.v3_service import LINES, ROWS, VERSION, counts_body, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: The paths on which things go wrong.
FAULTED = ("v3/cohort/manifest", "v3/cohort/manifest.txt", "token")


def right(path: str, asked: bytes) -> tuple[str, bytes]:
    """The right answer: its content type and its body."""
    request = json.loads(asked) if asked.startswith(b"{") else {}
    if path == "v3/cohort/manifest.txt":
        return "text/plain", "".join(f"{line}\n" for line in LINES).encode()
    bodies = {
        "v3/version": VERSION,
        "v3/cohort/counts": counts_body(len(LINES)),
        "v3/cohort/manifest": page_of(ROWS, 0, len(ROWS)),
        "v1/cohorts": {"code": 200, "cohorts": []},
        "token": {"access_token": "a", "expires_in": 3600, "id_token": token(), "token_type": "Bearer"},
    }
    return "application/json", json.dumps(with_filters_echo(request, bodies[path])).encode()


def step(wire: Wire) -> bool:
    """Answer a request, rightly or with the fault of its path."""
    _, number, path = wire.request.target.partition("?")[0].split("/", 2)
    kind, body = right(path, wire.request.body)
    made = FAULTS[int(number)].make(body, kind) if path in FAULTED else answer(200, body, content_type=kind)
    return made(wire)


@contextmanager
def fault_service() -> Iterator[str]:
    """The URL of the service, in a process of its own."""
    command = [sys.executable, "-m", "tests.torture.fault_service"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.terminate()


if __name__ == "__main__":
    with faulty(step) as server:
        print(server.url, flush=True)
        sys.stdin.read()
