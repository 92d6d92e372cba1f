"""Writes one manifest again and again, from several threads of a process, each time with other rows.

`python -m tests.support.many_writers PATH FIRST THREADS TIMES` prints a line for each success: the SHA-256 that was
reported, and the number of rows that the writer had. No two writers have the same rows.
"""

import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from idc_ext import manifests
from tests.support.v3_service import client, counts_body, manifest_service, row

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
