"""A process that asks servers how they are, so many times a second, and never waits for an answer before it asks again.

    python -m tests.torture.probe NAME=HOST:PORT/PATH …     # a line of JSON for each answer, until stdin ends

Law: standard library only, in a process of its own: the measurement must not wait for the attack. A question
is asked on a connection of its own and at its time, so that a second of silence is many slow answers and not one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time

INTERVAL = 0.05
PATIENCE = 60.0


async def ask(name: str, host: str, port: int, path: str) -> None:
    """One question; prints when it was asked, how long the answer took, and its status (0 if there was none)."""
    began, status = time.monotonic(), 0
    with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, ValueError, IndexError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n")
                await reader.read()
                status = int(head.split()[1])
            finally:
                writer.close()
    line = {"name": name, "at": began, "seconds": time.monotonic() - began, "status": status}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def main(targets: list[tuple[str, str, int, str]]) -> None:
    """Ask until stdin ends; then wait for what was asked."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, lambda: None if sys.stdin.readline() else ended.set())
    asked: set[asyncio.Task[None]] = set()
    at = loop.time()
    while not ended.is_set():
        for target in targets:
            task = asyncio.create_task(ask(*target))
            asked.add(task)
            task.add_done_callback(asked.discard)
        at = max(at + INTERVAL, loop.time())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), max(at - loop.time(), 0.001))
    loop.remove_reader(sys.stdin)
    if asked:
        await asyncio.wait(asked)


def target(text: str) -> tuple[str, str, int, str]:
    """`health=127.0.0.1:8021/v3/health` in parts."""
    name, _, rest = text.partition("=")
    place, _, path = rest.partition("/")
    host, _, port = place.rpartition(":")
    return name, host, int(port), f"/{path}"


if __name__ == "__main__":
    asyncio.run(main([target(word) for word in sys.argv[1:]]))
