"""The store when queries finish early, fail, or run at once."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from idc_standin import budget
from idc_standin.v1.query import Condition, Query
from idc_standin.v1.store import QueryTimeout, Selection, Store, TooManyInstances, TooManyQueries
from tests.standin import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def within_seconds(call: Callable[..., Any], *arguments: Any, seconds: float = 5) -> Any:
    """What a call returns or raises; an AssertionError if it does neither in a few seconds."""
    answer: Future[Any] = Future()

    def run() -> None:
        try:
            answer.set_result(call(*arguments))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        assert answer.done(), f"{call.__name__} hangs"
        raise


@pytest.fixture
def store(archive_file: Path) -> Iterator[Store]:
    """A separate store, as of 2.0."""
    fresh = Store(archive_file, 2)
    yield fresh
    within_seconds(fresh.close)


def modality(pattern: str) -> Query:
    return Query(2, (Condition("Modality", "like", (pattern,)),), ("collection_id",), ("collection_id",))


class ImmediateExecutor(Executor):
    """An executor that is done before ``submit`` returns, as with a fast query on a busy machine."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def test_without_patience_a_new_query_times_out_even_if_it_is_done_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_finders", ImmediateExecutor())
    with pytest.raises(QueryTimeout):
        store.find(modality("PT"), 0)
    assert store.find(modality("PT"), 0).total > 0


def test_a_query_that_is_done_before_a_caller_waits_is_answered(archive_file: Path) -> None:
    fresh = Store(archive_file, 2)  # closed only at the end: close() waits for the lock that find() may never let go
    fresh._finders = ImmediateExecutor()  # type: ignore[assignment]  # the fault
    assert within_seconds(fresh.find, modality("CT")).total > 0
    within_seconds(fresh.close)


def test_a_query_that_fails_can_be_run_again(archive_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Store(archive_file, 2)
    query = modality("MR")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_find", lambda *_: 1 / 0)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                within_seconds(fresh.find, query)
    assert within_seconds(fresh.find, query).total > 0
    within_seconds(fresh.close)


def test_a_failed_query_in_the_cache_does_not_stop_the_eviction_of_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: Future[Selection] = Future()
    failed.set_exception(ZeroDivisionError())
    monkeypatch.setitem(store._found, b"failed", failed)
    done: Future[Selection] = Future()
    done.set_result(store.find(modality("MR")))
    monkeypatch.setattr(budget, "CACHED_BYTES_V1", 0)
    store._evict(b"new", done)
    assert list(store._found) == [b"failed"]


def test_without_patience_a_query_keeps_running_and_its_result_is_there_later(store: Store) -> None:
    query = modality("%")
    with pytest.raises(QueryTimeout):
        store.find(query, 0)
    assert store.find(query, 30).total == 84
    assert store.find(query, 0).total == 84


def test_equal_questions_at_once_are_one_query(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = Store._find
    monkeypatch.setattr(Store, "_find", lambda fresh, query: asked.append(query) or real(fresh, query))
    with ThreadPoolExecutor(12) as pool:
        totals = list(pool.map(lambda _: store.find(modality("P%")).total, range(60)))
    assert len(set(totals)) == 1
    assert len(asked) == 1


def test_many_questions_at_once_are_all_answered_by_the_same_rows_as_one_by_one(store: Store) -> None:
    patterns = ["CT", "MR", "PT", "S%", "%", "SEG", "CR", "DX", "MG", "none"]

    def answer(pattern: str) -> list[Any]:
        found = store.find(modality(pattern))
        return store.rows(found, ("collection_id",), 0, 1000)

    alone = {pattern: answer(pattern) for pattern in patterns}
    with ThreadPoolExecutor(8) as pool:
        for pattern, rows in zip(patterns * 6, pool.map(answer, patterns * 6), strict=True):
            assert rows == alone[pattern]


def test_what_is_kept_stays_within_its_bounds_and_the_newest_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 3 * (16 * 116_508 + budget.CACHE_ENTRY_BYTES)
    monkeypatch.setattr(budget, "CACHED_BYTES_V1", room)
    queries = [Query(2, (), ("SeriesInstanceUID",), (order, "SeriesInstanceUID")) for order in
               ("SeriesInstanceUID", "Modality", "PatientID", "StudyDate", "collection_id")]  # fmt: skip
    for query in queries:
        store.find(query)
    kept = [key for key, future in store._found.items() if future.done()]
    assert hashlib.sha256(queries[-1].key().encode()).digest() in kept
    assert sum(store._found[key].result().nbytes for key in kept) <= room
    assert store.find(queries[0]).total == 116_508


def test_filters_of_megabytes_leave_nothing_but_a_digest_in_the_cache(store: Store) -> None:
    text = "x" * 2_000_000
    store.find(Query(2, (Condition("PatientID", "in", (text, "y")),), ("PatientID",), ("PatientID",)))
    assert max(map(len, store._found)) == 32
    assert store._pending == {}


def test_no_query_is_begun_beside_too_many_and_each_later_one_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PENDING_QUERIES", 2)
    going_on = threading.Event()
    real = Store._find
    monkeypatch.setattr(Store, "_find", lambda store, query: going_on.wait(20) and real(store, query))
    for pattern in ("CT", "MR"):
        with pytest.raises(QueryTimeout):
            store.find(modality(pattern), 0)
    with pytest.raises(TooManyQueries):
        store.find(modality("PT"), 0)
    with pytest.raises(QueryTimeout):
        store.find(modality("CT"), 0.01)
    going_on.set()
    assert store.find(modality("MR"), 20).total > 0
    assert store.find(modality("PT"), 20).total > 0


def test_few_calls_wait_for_slow_queries_and_the_others_get_202(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()
    real = Store._find
    monkeypatch.setattr(Store, "_find", lambda store, query: going_on.wait(20) and real(store, query))
    slow = Query(2, (Condition("SOPInstanceUID", "like", ("2.25.1%",)), Condition("Modality", "like", ("XC",))),
                 ("PatientID",), ("PatientID",))  # fmt: skip
    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(store.find, slow) for _ in range(12)]
        refused = list(islice(as_completed(waiting, 20), 12 - budget.PATIENT_REQUESTS))
        going_on.set()
        assert {type(future.exception()) for future in refused} == {QueryTimeout}
        assert len({future.result().total for future in waiting if future not in refused}) == 1


def test_a_pattern_that_matches_too_many_instances_is_refused(store: Store) -> None:
    query = Query(2, (Condition("gcs_url", "like", ("gs://%",)),), ("gcs_url",), ("gcs_url",))
    with pytest.raises(TooManyInstances):
        store.find(query, 60)


def test_one_instance_of_58_million_is_found_by_its_identifiers(newest: Store) -> None:
    row = oracle.index().cursor().execute("SELECT SeriesInstanceUID, crdc_series_uuid FROM today LIMIT 1").fetchone()
    assert row is not None
    columns = ("SOPInstanceUID", "crdc_instance_uuid")
    wanted = (oracle.sop_uid(row[0], 0), oracle.instance_uuid(row[1], 0))
    for name, value in zip(columns, wanted, strict=True):
        query = Query(newest.active, (Condition(name, "like", (value,)),), columns, columns)
        assert newest.rows(newest.find(query), columns, 0, 9) == [wanted]
