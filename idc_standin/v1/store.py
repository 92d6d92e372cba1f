"""The archive as of one data release and all before it: finds rows, counts them, and fetches any page of them.

Law: takes :class:`~idc_standin.v1.query.Query` values and gives rows; runs SQL and knows nothing of HTTP.

A query has two steps. *Finding* runs its conditions once and keeps the matching series in page order, as three arrays:
a few bytes per series, however many instances it has. *Paging* is then arithmetic — a binary search
in the running total says which series the wanted rows lie in — and one look-up of just these. So a page costs the
same at any depth, the total is known from the first page on, and nothing is sorted or counted twice.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from idc_standin import archive, budget
from idc_standin.archive import facts as recorded
from idc_standin.errors import StandinError
from idc_standin.v1 import sql
from idc_standin.v1.query import INSTANCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from idc_standin.v1.query import Query

MEMORY = "512MB"  # what DuckDB may hold; with the cache and Python the server stays under 1 GB
TOO_MANY = 2_000_000  # instances that a filter on instance identifiers may match one by one
FEW_PATIENTS = 1_000  # of the 70,000 that the archive has
MOST_TRIED = 20_000_000  # instances that such a filter may be tried on


class TooManyInstances(Exception):
    """A filter on instance identifiers matches more instances than can be listed one by one."""


class TooManyQueries(Exception):
    """So many queries are running that no new one is begun."""


class QueryTimeout(Exception):
    """The query is still running; call again later."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a query in page order: runs of consecutive instances of series revisions."""

    series: npt.NDArray[np.int32]
    first_k: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]
    """Running total of the runs' sizes."""

    @property
    def total(self) -> int:
        """Number of rows."""
        return int(self.ends[-1]) if len(self.ends) else 0

    @property
    def nbytes(self) -> int:
        """Memory held, with that of the objects around the arrays and of the entry in the cache."""
        return self.series.nbytes + self.first_k.nbytes + self.ends.nbytes + budget.CACHE_ENTRY_BYTES

    def slice(self, start: int, stop: int) -> tuple[list[int], list[int], list[int]]:
        """The runs of rows ``start`` to ``stop``: series, first instance and size of each."""
        stop = min(stop, self.total)
        if start >= stop:
            return [], [], []
        first, last = np.searchsorted(self.ends, [start, stop - 1], side="right")
        chosen = slice(first, last + 1)
        ends = self.ends[chosen]
        begins = np.concatenate(([self.ends[first - 1] if first else 0], ends[:-1]))
        low, high = np.maximum(begins, start), np.minimum(ends, stop)
        first_k = self.first_k[chosen] + (low - begins)
        return self.series[chosen].tolist(), first_k.tolist(), (high - low).tolist()


class Store:
    """The archive file and the facts, open for reading; safe for many threads."""

    def __init__(self, path: Path, as_of: int | None = None, facts: Path | None = None) -> None:
        """``as_of``: the active data release (None: the newest); ``facts``: a folder in place of the included one."""
        self._connection = duckdb.connect(config=archive.settings(path, MEMORY))
        self._connection.execute(archive.attach(path))
        self._connection.execute(archive.macros())
        releases = [
            row[0] for row in self._connection.execute("SELECT release FROM archive.releases ORDER BY 1").fetchall()
        ]
        self.active = releases[-1] if as_of is None else as_of
        if self.active not in releases:
            raise StandinError(
                f"There is no data release {self.active}.0: the index has {releases[0]}.0 to {releases[-1]}.0."
            )
        self.releases = [release for release in releases if release <= self.active]
        self.tables = recorded.read(facts)
        self.archive = sql.Archive(self._load_facts())
        self.sparse = self._count_facts()
        """Attribute of patients -> the number of patients that have a value, where they are few."""
        self.attributes = {row["name"]: row for row in self.tables["attributes"]}
        self._found: OrderedDict[bytes, Future[Selection]] = OrderedDict()  # by digest: filters may have megabytes
        self._pending: dict[bytes, int] = {}  # digests of the queries that run or wait, and the sizes of their keys
        self._patient = threading.Semaphore(budget.PATIENT_REQUESTS)
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._lock = threading.Lock()  # guards _found
        self._cursors = threading.Lock()
        self._finders = ThreadPoolExecutor(budget.FINDERS, thread_name_prefix="find")
        self._slow_finders = ThreadPoolExecutor(
            1, thread_name_prefix="pick"
        )  # slow queries, so that others need not wait for them

    def close(self) -> None:
        """Stop the running queries and close the file."""
        with self._cursors:
            for cursor in self._running:
                cursor.interrupt()
        for executor in (self._finders, self._slow_finders):
            executor.shutdown(wait=True, cancel_futures=True)
        self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A separate connection for a query, which :meth:`close` can interrupt."""
        with self._cursors:
            cursor = self._connection.cursor()
            self._running.add(cursor)
        try:
            yield cursor
        finally:
            with self._cursors:
                self._running.discard(cursor)
            cursor.close()

    def _load_facts(self) -> dict[str, str]:
        facts, connection = recorded.facts(self.tables), self._connection
        connection.execute("CREATE TABLE facts (key VARCHAR, attribute VARCHAR, value VARCHAR, number DOUBLE)")
        if facts.keys:  # as arrays, which DuckDB reads eight times as fast as parameters
            columns = {
                "key": np.array(facts.keys, dtype=object),
                "attribute": np.array(facts.attributes, dtype=object),
                "value": np.array(facts.values, dtype=object),
                "number": np.array(facts.numbers, dtype=float),  # None becomes NaN, which no fact is
            }
            connection.register("recorded", columns)
            connection.execute(
                "INSERT INTO facts SELECT key, attribute, value, CASE WHEN NOT isnan(number) THEN number END "
                "FROM recorded"
            )
            connection.unregister("recorded")
        # True by the way TCGA names things, so no table needs to list them. (A UNIQUE constraint would keep facts
        # single as well, but its index takes longer to build than all else here.)
        connection.execute(r"""
            INSERT INTO facts
            SELECT *, NULL FROM (
                SELECT PatientID AS key,
                       unnest(['program_name', 'project_short_name', 'disease_code', 'case_barcode']) AS attribute,
                       unnest(['TCGA', upper(replace(collection_id, '_', '-')), upper(collection_id[6:]), PatientID])
                FROM (SELECT PatientID, min(collection_id) AS collection_id FROM archive.series
                      WHERE starts_with(collection_id, 'tcga_') GROUP BY PatientID)
            ) ANTI JOIN facts USING (key, attribute)
        """)
        return facts.level

    def _count_facts(self) -> dict[str, int]:
        text = """
            SELECT attribute, count(*) FROM facts WHERE list_contains($attributes, attribute)
            GROUP BY 1 HAVING count(*) < $few ORDER BY 1
        """
        of_patients = [name for name, level in self.archive.facts.items() if level == "PatientID"]
        return dict(self._connection.execute(text, {"attributes": of_patients, "few": FEW_PATIENTS}).fetchall())

    # --- queries -------------------------------------------------------------------------------------------------

    def find(self, query: Query, patience: float = 30.0) -> Selection:
        """All rows of the query, found once and kept for the pages to come.

        Raises QueryTimeout when it takes longer than ``patience`` seconds, or is new and there is no patience at all,
        or is slow and too many calls wait for slow ones; the query keeps running, so that a later call gets the
        result. Raises TooManyQueries when it is new and too many are running.
        """
        text = query.key()
        key = hashlib.sha256(text.encode()).digest()
        with self._lock:
            future = self._found.get(key)
            started = future is None
            if future is None:
                self._begin(key, len(text))
                executor = self._slow_finders if _matches_instances(query) else self._finders
                future = self._found[key] = executor.submit(self._find, query)
            self._found.move_to_end(key)
        if started:  # outside the lock: the callback of a finished future runs at once and takes the lock
            future.add_done_callback(lambda done: self._evict(key, done))
            if not patience:
                raise QueryTimeout  # without patience every new query times out, even if it is already done
        slow = _matches_instances(query) and not future.done()
        if slow and not self._patient.acquire(blocking=False):
            raise QueryTimeout  # the threads that wait are few, and others need them
        try:
            return future.result(timeout=patience)
        except TimeoutError:
            raise QueryTimeout from None
        finally:
            if slow:
                self._patient.release()

    def _begin(self, key: bytes, size: int) -> None:
        held = sum(self._pending.values())
        if held and (len(self._pending) >= budget.PENDING_QUERIES or held + size > budget.PENDING_BYTES):
            raise TooManyQueries
        self._pending[key] = size

    def _find(self, query: Query) -> Selection:
        statement = self.archive.selection(query)
        by_instance = _matches_instances(query)
        text = f"{statement.text} LIMIT {TOO_MANY + 1}" if by_instance else statement.text
        with self._cursor() as cursor:
            if by_instance:
                tried = self.archive.candidates(query)
                if cursor.execute(tried.text, tried.parameters).fetchall()[0][0] > MOST_TRIED:
                    raise TooManyInstances
            series, first_k, size = cursor.execute(text, statement.parameters).fetchnumpy().values()
        if by_instance and len(series) > TOO_MANY:
            raise TooManyInstances
        return Selection(series.astype(np.int32), first_k.astype(np.int32), np.cumsum(size, dtype=np.int64))

    def _evict(self, key: bytes, done: Future[Selection]) -> None:
        """Take in the result of a query, and drop the oldest ones beyond the limits of the cache."""
        with self._lock:
            self._pending.pop(key, None)
            if done.cancelled() or done.exception():
                self._found.pop(key, None)
                return
            # Others may have failed and still be in the cache: their callbacks wait for this lock.
            kept = {k: f.result() for k, f in self._found.items() if f.done() and not (f.cancelled() or f.exception())}
            held = sum(selection.nbytes for selection in kept.values())
            for oldest, selection in kept.items():
                if held <= budget.CACHED_BYTES_V1 and len(self._found) <= budget.CACHED_SELECTIONS:
                    break
                if oldest != key:
                    del self._found[oldest]
                    held -= selection.nbytes

    def rows(self, selection: Selection, columns: Sequence[str], start: int, size: int) -> list[tuple[str | None, ...]]:
        """Rows ``start`` to ``start + size`` of a selection: the columns' text, null where there is none."""
        series, first_k, sizes = selection.slice(start, start + size)
        if not series:
            return []
        parameters = {"series": series, "first_k": first_k, "size": sizes}
        with self._cursor() as cursor:
            return cursor.execute(self.archive.page(columns), parameters).fetchall()

    def bigquery(self, query: Query) -> str:
        """The query as BigQuery SQL, for IDC's public tables."""
        return sql.bigquery(query, self.attributes)

    # --- catalogues ----------------------------------------------------------------------------------------------

    def versions(self) -> list[tuple[int, str]]:
        """Data releases served, oldest first, each with the date it became active."""
        recorded_dates = {row["idc_data_version"]: row["date_active"] for row in self.tables["versions"]}
        with self._cursor() as cursor:
            dates = cursor.execute("SELECT release, date_active::VARCHAR FROM archive.releases ORDER BY 1").fetchall()
        return [
            (release, recorded_dates.get(f"{release}.0", date)) for release, date in dates if release in self.releases
        ]

    def collections(self, release: int) -> list[dict[str, Any]]:
        """Collections as of a release, by id: from the index and their series, with the releases that hold them."""
        return self._dicts(
            """
            WITH live AS (
                SELECT DISTINCT collection_id, PatientID, Modality FROM archive.series
                WHERE $release BETWEEN first_release AND last_release
            ),
            subjects AS (
                SELECT collection_id, count(*) AS subjects FROM (SELECT DISTINCT collection_id, PatientID FROM live)
                GROUP BY collection_id
            ),
            modalities AS (
                SELECT collection_id, string_agg(Modality, ', ' ORDER BY Modality) AS modalities
                FROM (SELECT DISTINCT collection_id, Modality FROM live) GROUP BY collection_id
            ),
            held AS (
                SELECT collection_id, list(DISTINCT release ORDER BY release) AS releases
                FROM (SELECT DISTINCT collection_id, first_release, last_release FROM archive.series)
                JOIN archive.releases ON release BETWEEN first_release AND last_release AND release <= $active
                GROUP BY collection_id
            )
            SELECT collection_id, c.cancer_types, c.tumor_locations, c.species, c.supporting_data, c.updated,
                   c.description, c.doi, held.releases, subjects.subjects, modalities.modalities
            FROM subjects JOIN modalities USING (collection_id) JOIN held USING (collection_id)
            LEFT JOIN archive.collections AS c USING (collection_id)
            ORDER BY collection_id
            """,
            {"release": release, "active": self.active},
        )

    def analysis_results(self, release: int) -> list[dict[str, Any]]:
        """Analysis results as of a release, by id, with the releases that hold them."""
        return self._dicts(
            """
            WITH held AS (
                SELECT analysis_result_id, list(DISTINCT release ORDER BY release) AS releases
                FROM (SELECT DISTINCT analysis_result_id, first_release, last_release FROM archive.series)
                JOIN archive.releases ON release BETWEEN first_release AND last_release AND release <= $active
                GROUP BY analysis_result_id
            )
            SELECT a.analysis_result_id, a.analysis_result_title, a.source_DOI, a.modalities, a.updated, held.releases,
                   string_agg(DISTINCT series.collection_id, ', ' ORDER BY series.collection_id) AS collections,
                   count(DISTINCT PatientID) AS subjects
            FROM archive.series JOIN archive.analysis_results AS a USING (analysis_result_id)
            JOIN held USING (analysis_result_id)
            WHERE $release BETWEEN first_release AND last_release
            GROUP BY ALL ORDER BY a.analysis_result_id
            """,
            {"release": release, "active": self.active},
        )

    def _dicts(self, text: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        with self._cursor() as cursor:
            names = [column[0] for column in cursor.execute(text, parameters).description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _matches_instances(query: Query) -> bool:
    """Whether instances are matched one by one."""
    return any(condition.attribute in INSTANCE_COLUMNS for condition in query.conditions)
