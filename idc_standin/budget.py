"""The limits of the server in one place: the size of a request, what runs at once, how long anything may wait.

Law: data only. A limit of requests, threads, caches or the state folder stands here, with its reason, and nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

KB, MB = 2**10, 2**20

# --- one request -------------------------------------------------------------------------------------------------

HEADER_BYTES = 64 * KB  # request line and headers; beyond it the HTTP library answers 400
HEADER_SECONDS = 10.0  # for the request line and the headers; the connection is closed afterwards
BODY_BYTES = 8 * MB  # 100,000 SeriesInstanceUIDs have 6.7 MB
BODY_SECONDS = 20.0  # for the whole body
BODY_CHUNKS = 2_000  # of a chunked body, whatever its size; 100,000 occupy the server for more than a second
CHUNK_BYTES = 256  # beyond them, the size that chunks must have on average
BODY_VALUES = 150_000  # values in lists and objects (commas, in fact): each takes up to 1 KB while it is checked
BODY_DEPTH = 128  # lists and objects in each other; the parsers end at 255 (jsonschema) and about 500 (pydantic)
STALL_SECONDS = 20.0  # in which a client must read a piece of a response (RESPONSE_PIECE)

# --- requests at once --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that share threads: how many run, how many wait for their turn, and for how long."""

    running: int
    waiting: int
    seconds: float


# Every lane has threads of its own, so that slow requests of one kind do not starve the others. They are few: only one
# thread runs Python at a time, and the one that accepts and answers requests waits for its turn behind all others, so
# that more threads than cores make every request slower and none faster. A thread that waits for the network, or for a
# slow query (PATIENT_REQUESTS), uses no core and does not count. Files need some of the framework's 40 threads, too.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
BUSY_THREADS = min(max(CORES, 2), 4)  # of a lane: two at least, so that a slow request does not stop its lane
PATIENT_REQUESTS = 4  # requests that may wait at once for queries on instances, which are slow; others get 202
LANES = {
    "pages": Lane(running=BUSY_THREADS, waiting=256, seconds=15.0),
    "queries": Lane(running=BUSY_THREADS + PATIENT_REQUESTS, waiting=256, seconds=15.0),
    "citations": Lane(running=4, waiting=64, seconds=15.0),
    "others": Lane(running=BUSY_THREADS, waiting=256, seconds=15.0),
}
OTHERS = "others"
OPERATIONS: dict[str, str | None] = {  # operation -> its lane, by default OTHERS; None needs no thread at all
    "getAbout": None,
    "getService": None,
    "getHealth": None,
    "getVersion": None,
    "runSql": None,  # has processes and a queue of its own: SQL, below
    "countCohort": "pages",
    "getManifest": "pages",
    "getManifestText": "pages",
    "getLicenses": "pages",
    "getCitations": "citations",
    "previewManifest": "queries",
    "getCohortManifest": "queries",
    "previewQuery": "queries",
    "queryCohort": "queries",
    "getDicomMetadata": "queries",
}
RECEIVING_BYTES = 64 * MB  # of all bodies that are being received
LARGE_BODY = 64 * KB  # a larger body counts for PARSED_BYTES
PARSED_BYTES = 2 * BODY_BYTES  # of all large bodies that are being parsed and answered: each takes ten times its size
LARGE_RESPONSE = 2 * MB  # a larger response counts for SENDING_BYTES (a page of 5,000 series has 1.7 MB)
RESPONSE_PIECE = 1 * MB  # in which it is sent
SENDING_BYTES = 128 * MB  # of all large responses that are being sent
WAITING_RESULTS = 4  # large results of SQL that wait for their share of it, each of up to 32 MB; others get 503
RETRY_SECONDS = 2  # Retry-After of a 503 when the server is busy
OPEN_FILES = 65_536  # connections and files at once, as far as the system allows
# What the C library keeps of freed memory. By default it learns from the largest block that was freed, and after a few
# results of 32 MB it keeps hundreds of megabytes. With smaller limits, each page of 3 MB is in memory that is new to
# the process, which takes a sixth more time.
MAPPED_BLOCK = 8 * MB  # a block from this size on goes back to the system when it is freed
KEPT_FREE = 32 * MB  # free memory at the end of a heap goes back to the system beyond this size
DEFERRED_SECONDS = 2.0  # after the start, in which what is loaded later leaves the first requests alone
END_SECONDS = 10.0  # for the requests of a worker whose parent has ended; the server itself takes 5 at most

# --- SQL of users -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """SQL of users in one server process: what a statement may use, how many run and wait."""

    characters: int = 100_000
    """Length of a statement."""
    result_bytes: int = 32 * MB
    """Size of the rows of a result, as JSON; a result is cut there."""
    seconds: float = 30.0
    """Time from a statement's arrival to its end."""
    processes: int = 2
    """Statements that run at the same time, each in a process of its own."""
    queue: int = 64
    """Statements that wait for a process."""
    queue_seconds: float = 10.0
    """How long a statement waits for a process."""
    engine_memory: int = 400 * MB
    """What the engine manages itself; beyond it, the engine writes to disk."""
    address_space: int = 1_500 * MB
    """Address space of a process, of which the engine takes half at its start."""
    resident: int = 650 * MB
    """Memory of a process, measured from outside; the bound that also holds where the one above cannot be set."""
    spill: int = 1_000 * MB
    """Disk space of a process."""


SQL = SqlLimits()

# --- caches and queries ------------------------------------------------------------------------------------------

FETCHED_ROWS = 2_000  # of a long list at once: no other thread runs Python while the engine makes rows
# Pages of megabytes that v3 makes at once: more of them only take more memory, and the time to get it.
PAGES_AT_ONCE = CORES + 1
FINDERS = 2  # threads that find the series of v1's queries, beside PATIENT_REQUESTS for those on instances
CACHED_SELECTIONS = 1_000  # for each generation
CACHED_BYTES_V1 = 128 * MB
CACHED_BYTES_V3 = 64 * MB
CACHE_ENTRY_BYTES = 2 * KB  # what Python's objects of an entry take beside its arrays
PENDING_QUERIES = 64  # v1's queries that run or wait
PENDING_BYTES = 32 * MB  # of the filters of these queries

# --- the state folder --------------------------------------------------------------------------------------------

STATE_BYTES = 2**30  # of the file of saved cohorts
STATE_SECONDS = 2.0  # how long a save waits while another process has locked the file
STATE_RETRY_SECONDS = 5  # Retry-After of a 503 when the state cannot be written
