"""Every fault, for every way to use the client: what came of it, in which time, and with how much memory.

Law: each runs in a process of its own, forked from one that has imported everything; it is measured by the system.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import select
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
from idc_client.api.v1 import list_cohorts

from idc_ext import (
    APIError,
    ContractError,
    CredentialsError,
    DeadlineExceeded,
    PagingError,
    TruncatedResult,
    connect,
    v3,
)
from idc_ext.cli import main as command_line
from idc_ext.cli.commands import manifest as _loaded  # noqa: F401 - so that no process has to load it
from tests.support.token_issuer import token
from tests.support.v3_service import LINES, RIDER, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.faults import Fault

#: In seconds: the deadline of a call that may be late, that of any other, what an outcome may take (beyond the
#: deadline, where it may be late), and when a process is ended.
SHORT, LONG, GRACE, HUNG = 0.5, 10.0, 1.5, 20.0
#: In bytes, beyond what a process uses for a right answer. Twice what an answer may have.
MEMORY = 256_000_000
UIDS = [one["SeriesInstanceUID"] for one in ROWS]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a fault: a word (see `tests.support.faults`), seconds, bytes at most, and the error in words."""

    word: str
    seconds: float
    memory: int
    detail: str = ""


def synchronous(url: str, folder: Path, seconds: float) -> str:
    with connect(url, auth=None, retries=0, deadline=seconds) as idc:
        return _compared([row.series_instance_uid for row in v3.manifest(idc, RIDER)], UIDS)


def asynchronous(url: str, folder: Path, seconds: float) -> str:
    async def run() -> list[str]:
        async with connect(url, auth=None, retries=0, deadline=seconds) as idc:
            return [row.series_instance_uid async for row in v3.manifest(idc, RIDER)]

    return _compared(asyncio.run(run()), UIDS)


def streamed(url: str, folder: Path, seconds: float) -> str:
    with connect(url, auth=None, retries=0, deadline=seconds) as idc:
        return _compared(list(v3.manifest_lines(idc, RIDER)), LINES)


def commanded(url: str, folder: Path, seconds: float) -> str:
    """The command line; its streams are files, and an error must be one line on stderr."""
    out, errors = folder / "out", folder / "err"
    for number, path in ((1, out), (2, errors)):
        os.dup2(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), number)
    for name, number in (("stdout", 1), ("stderr", 2)):
        setattr(sys, name, os.fdopen(number, "w"))
    common = ["--base-url", url, "--retries", "0", "--deadline", str(seconds)]
    code = command_line([*common, "manifest", "--where", "collection_id=rider_pilot", "--format", "jsonl"])
    sys.stdout.flush()
    sys.stderr.flush()
    said = errors.read_text(errors="replace")
    if code == 0:
        return _compared([json.loads(line)["SeriesInstanceUID"] for line in out.read_text().splitlines()], UIDS)
    if not re.fullmatch(r"idc-ext: [^\n]*\n", said) or out.read_text():
        return f"not one sentence: {said[-300:]}"
    return f"exit {code}"


def renewed(url: str, folder: Path, seconds: float) -> str:
    """The token endpoint: an expired token is renewed, and then a right answer comes."""
    with connect(url, credentials=_expired_credentials(url, folder), retries=0, deadline=seconds) as idc:
        return "right" if list_cohorts.sync(client=idc) is not None else "nothing"


async def _renewed(url: str, path: Path, seconds: float) -> str:
    async with connect(url, credentials=path, retries=0, deadline=seconds) as idc:
        return "right" if await list_cohorts.asyncio(client=idc) is not None else "nothing"


def renewed_in_async_code(url: str, folder: Path, seconds: float) -> str:
    """The same in asynchronous code, whose event loop must end as well."""
    return asyncio.run(_renewed(url, _expired_credentials(url, folder), seconds))


def _expired_credentials(url: str, folder: Path) -> Path:
    path, old = folder / "credentials.json", token(-3600)
    document = {"token_uri": f"{url}/token", "refresh_token": "1//refresh", "client_id": "c", "client_secret": "s"}
    path.write_text(json.dumps({**document, "id_token_jwt": old, "token_response": {"id_token": old}}))
    path.chmod(0o600)
    return path


#: The ways to use the client.
WAYS: dict[str, Callable[[str, Path, float], str]] = {
    "sync": synchronous,
    "async": asynchronous,
    "stream": streamed,
    "command line": commanded,
    "token endpoint": renewed,
    "token endpoint, async": renewed_in_async_code,
}
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (DeadlineExceeded, "late"),
    (CredentialsError, "credentials"),
    (APIError, "refused"),
    (ContractError, "misfit"),
    (TruncatedResult, "misfit"),
    (PagingError, "misfit"),
    (httpx.TransportError, "lost"),
)
_EXITS = {"right": "right", "late": "exit 3", "lost": "exit 3", "misfit": "exit 1", "refused": "exit 1"}


def expected(fault: Fault, way: str) -> set[str]:
    """The words of which one must come of a fault."""
    words = set(((fault.lines if way == "stream" else "") or fault.expected).split())
    if way == "command line":
        return {_EXITS[word] for word in words}
    if way.startswith("token endpoint"):
        return {word if word in ("right", "late") else "credentials" for word in words}
    return words


def may_be_late(fault: Fault) -> bool:
    """Whether no answer in time may come of a fault."""
    return "late" in f"{fault.expected} {fault.lines}"


def exceeded(fault: Fault, way: str, found: Outcome, usual: int, factor: float = 1.0) -> list[str]:
    """What is not as it must be, in words; `usual` is the memory that a right answer takes, in bytes."""
    wrong = []
    if found.word not in (words := expected(fault, way)):
        wrong.append(f"{found.word} where it must be {' or '.join(sorted(words))} {found.detail}".rstrip())
    bound = (GRACE + (SHORT if may_be_late(fault) else 0)) * factor
    if found.seconds > bound:
        wrong.append(f"it took {found.seconds:.1f} s (bound {bound:.1f} s)")
    if found.memory - usual > MEMORY:
        wrong.append(f"it took {(found.memory - usual) / 1e6:,.0f} MB (bound {MEMORY / 1e6:,.0f} MB)")
    return wrong


def run(way: str, url: str, folder: Path, seconds: float = LONG) -> Outcome:
    """Use the client in one way, in a process of its own, with a deadline of so many seconds."""
    answers, written = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(answers)
        word, detail = _outcome(way, url, folder, seconds)
        os.write(written, json.dumps([word, detail[:1000]]).encode())
        os._exit(0)
    os.close(written)
    ready, _, _ = select.select([answers], [], [], HUNG)
    took = time.monotonic() - began
    if not ready:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(answers, "rb") as pipe:
        content = pipe.read()
    _, status, usage = os.wait4(child, 0)
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    word, detail = json.loads(content) if content else (("hung" if not ready else f"died ({status})"), "")
    return Outcome(word, took, memory, detail)


def _outcome(way: str, url: str, folder: Path, seconds: float) -> tuple[str, str]:
    try:
        return WAYS[way](url, folder, seconds), ""
    except BaseException as error:
        word = next((word for kind, word in _WORDS if isinstance(error, kind)), f"{type(error).__name__}")
        return word, f"({type(error).__name__}: {error})"


def _compared(found: list[str], right: list[str]) -> str:
    return "right" if found == right else f"a wrong result of {len(found)} rows"
