"""Writes one manifest again and again, from several threads of a process, each time with other rows.

`python -m tests.support.many_writers PATH FIRST THREADS TIMES` prints a line for each success: the SHA-256 that was
reported, and the number of rows that the writer had. No two writers have the same rows.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from idc_ext import manifests
from tests.support.v3_service import client, counts_body, manifest_service, row

ROOT = Path(__file__).parents[2]
#: A process of a container of its own, as number 1, if this user may start one.
CONTAINER = ["unshare", "--map-root-user", "--pid", "--fork"]
WRITERS, THREADS = 3, 3
FILTERS = {"Modality": "CT"}


def answers(rows: list[dict[str, Any]]) -> Any:
    """A correct service with these rows."""
    licence = {"collection": "rider_pilot", "license": "CC BY 4.0", "doi": None, "series": len(rows), "size": None}

    def answer(path: str, body: Any) -> Any:
        name = path.rpartition("/")[2]
        if name == "counts":
            return counts_body(len(rows))
        if name == "manifest.txt":
            lines = sorted(one["series_aws_url"] for one in rows)[: body["limit"]]
            return httpx.Response(200, text="".join(f"{line}\n" for line in lines))
        if name == "sql":
            return {"columns": [*licence], "rows": [licence], "row_count": 1, "truncated": False, "max_rows": 10_000}
        return manifest_service(rows)(path, body)

    return answer


def can_unshare() -> bool:
    """Whether this user may start a process in a PID namespace of its own."""
    return shutil.which("unshare") is not None and subprocess.run([*CONTAINER, "true"], check=False).returncode == 0


def writers_at_once(folder: Path, *, container: bool, times: int = 4) -> list[str]:
    """What is wrong with a manifest that threads of several processes, or of several containers, write at once.

    Every version of it that a reader saw must be one that was reported, whole; and nothing else may stay in the folder.
    """
    path, seen, over = folder / "m.s5cmd", set[bytes](), threading.Event()

    def look() -> None:
        while not over.is_set():
            if path.exists():
                seen.add(path.read_bytes())

    looking = threading.Thread(target=look)
    looking.start()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    command = [*(CONTAINER if container else []), sys.executable, "-m", "tests.support.many_writers", str(path)]
    writers = [
        subprocess.Popen(
            [*command, str(100 * number), str(THREADS), str(times)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    lines = [line.split() for writer in writers for line in writer.communicate(timeout=120)[0].splitlines()]
    over.set()
    looking.join()
    reported = {digest: int(rows) for digest, rows in lines}
    wrong = [f"a writer ended with {code}" for writer in writers if (code := writer.returncode)]
    if len(lines) != WRITERS * THREADS * times:
        wrong.append(f"{len(lines)} of {WRITERS * THREADS * times} successes were reported")
    if len(reported) != WRITERS * THREADS:
        wrong.append(f"{len(reported)} digests were reported, where each of {WRITERS * THREADS} writers has one")
    wrong += [
        f"a reader saw {content.count(chr(10).encode())} lines that no writer had"
        for content in seen
        if content.count(b"\n") != reported.get(hashlib.sha256(content).hexdigest())
    ]
    if not seen or manifests.read(path).sha256 != hashlib.sha256(path.read_bytes()).hexdigest():
        wrong.append("the sidecar has another digest than the file")
    if extra := {one.name for one in folder.iterdir()} - {"m.s5cmd", "m.s5cmd.json"}:
        wrong.append(f"left behind: {', '.join(sorted(extra))}")
    return wrong


def main() -> None:
    path, first, threads, times = Path(sys.argv[1]), *map(int, sys.argv[2:])
    done: list[str] = []

    def write(number: int) -> None:
        rows = [row(n) for n in range(first + number, 2 * (first + number) + 20)]
        for _ in range(times):
            receipt = manifests.write(client(answers(rows)), FILTERS, path, format="s5cmd", cite=None)
            done.append(f"{receipt.sha256} {len(rows)}\n")

    workers = [threading.Thread(target=write, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.stdout.write("".join(done))


if __name__ == "__main__":
    main()
