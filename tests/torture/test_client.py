"""A sample of the faults that the client is tried with (`make torture-client` runs all).

Law: the rules are those of all faults; bounds on time are as wide as they become on a busy machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.faults import FAULTS
from tests.torture import bounds, client

if TYPE_CHECKING:
    from pathlib import Path

#: One of each kind that once ended the client, blocked it, took all memory, or was taken for an answer.
STRONGEST = [
    "early hints without end",
    "a length of 5,000 digits",
    "a length that is too small",
    "x-gzip",
    "gzip without its last byte",
    "br",
    "another answer right behind it",
    "4 GB in a few kB of gzip and gzip",
    "4 GB in a gzip body of an error",
    "a length of 10 GB",
    "an error without end",
    "a redirect to a script",
]


def test_the_client_gives_the_right_result_or_its_error_in_time_and_in_little_memory(tmp_path: Path) -> None:
    chosen = [fault for fault in FAULTS if fault.name in STRONGEST]
    assert len(chosen) == len(STRONGEST)
    outcomes, usual = client.faults_in_all_ways(chosen, tmp_path)
    assert client.findings(outcomes, usual, bounds.MOST_NOISE) == []
