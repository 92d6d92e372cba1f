"""The store when queries finish early, fail, or run at once."""

from __future__ import annotations

import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from idc_standin.v1 import store as store_module
from idc_standin.v1.query import Condition, Query
from idc_standin.v1.store import QueryTimeout, Selection, Store, TooManyInstances
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
    monkeypatch.setitem(store._found, "failed", failed)
    done: Future[Selection] = Future()
    done.set_result(store.find(modality("MR")))
    monkeypatch.setattr("idc_standin.v1.store.CACHED_BYTES", 0)
    store._evict("new", done)
    assert list(store._found) == ["failed"]


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
    monkeypatch.setattr(store_module, "CACHED_BYTES", 3 * 16 * 116_508)
    queries = [Query(2, (), ("SeriesInstanceUID",), (order, "SeriesInstanceUID")) for order in
               ("SeriesInstanceUID", "Modality", "PatientID", "StudyDate", "collection_id")]  # fmt: skip
    for query in queries:
        store.find(query)
    kept = [key for key, future in store._found.items() if future.done()]
    assert queries[-1].key() in kept
    assert sum(store._found[key].result().nbytes for key in kept) <= 3 * 16 * 116_508
    assert store.find(queries[0]).total == 116_508


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
