"""Reads the first answers of a process in several threads at once, again and again.

A class of msgspec is completed when it is first used. Releases before 0.23 crashed when two threads did so at once.
"""

import sys
import threading

from idc_ext import _answers, v3
from tests.support.v3_service import client, counts_body

THREADS, TIMES = 6, 60


def main() -> None:
    sys.setswitchinterval(1e-6)
    idc, start = client(lambda _, __: counts_body(7)), threading.Barrier(THREADS)
    for _ in range(TIMES):
        for made in (_answers._types, _answers._type_of_answer, _answers._type_of_bounds):
            made.cache_clear()  # as in a new process
        counted: list[int] = []

        def ask(counted: list[int] = counted) -> None:
            start.wait()
            counted.append(v3.counts(idc, {"Modality": "CT"}).series)

        threads = [threading.Thread(target=ask) for _ in range(THREADS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert counted == [7] * THREADS


if __name__ == "__main__":
    main()
