"""The archive as of one data release and all before it: finds rows, counts them, and fetches any page of them.

Law: takes :class:`~idc_standin.v1.query.Query` values and gives rows; runs SQL and knows nothing of HTTP.

A query has two steps. *Finding* runs its conditions once and keeps the matching series in page order, as three arrays:
a few bytes per series, however many instances it has. *Paging* is then arithmetic — a binary search
in the running total says which series the wanted rows lie in — and one look-up of just these. So a page costs the
same at any depth, the total is known from the first page on, and nothing is sorted or counted twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from idc_standin import archive
from idc_standin.archive import facts as recorded
from idc_standin.errors import StandinError
from idc_standin.v1 import sql
from idc_standin.v1.query import INSTANCE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from idc_standin.v1.query import Query

CACHED_BYTES = 128 * 2**20
CACHED_QUERIES = 1000
MEMORY = "512MB"  # what DuckDB may hold; with the cache and Python the server stays under 1 GB
TOO_MANY = 2_000_000  # instances that a filter on instance identifiers may match one by one
MOST_TRIED = 20_000_000  # instances that such a filter may be tried on


class TooManyInstances(Exception):
    """A filter on instance identifiers matches more instances than can be listed one by one."""


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
        """Memory held."""
        return self.series.nbytes + self.first_k.nbytes + self.ends.nbytes

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
        self.attributes = {row["name"]: row for row in self.tables["attributes"]}
        self._found: OrderedDict[str, Future[Selection]] = OrderedDict()
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._lock = threading.Lock()  # guards _found
        self._cursors = threading.Lock()
        self._finders = ThreadPoolExecutor(2, thread_name_prefix="find")
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

    # --- queries -------------------------------------------------------------------------------------------------

    def find(self, query: Query, patience: float = 30.0) -> Selection:
        """All rows of the query, found once and kept for the pages to come.

        Raises QueryTimeout when it takes longer than ``patience`` seconds, or is new and there is no patience at all;
        the query keeps running, so that a later call gets the result.
        """
        key = query.key()
        with self._lock:
            future = self._found.get(key)
            started = future is None
            if future is None:
                executor = self._slow_finders if _matches_instances(query) else self._finders
                future = self._found[key] = executor.submit(self._find, query)
            self._found.move_to_end(key)
        if started:  # outside the lock: the callback of a finished future runs at once and takes the lock
            future.add_done_callback(lambda done: self._evict(key, done))
            if not patience:
                raise QueryTimeout  # without patience every new query times out, even if it is already done
        try:
            return future.result(timeout=patience)
        except TimeoutError:
            raise QueryTimeout from None

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

    def _evict(self, key: str, done: Future[Selection]) -> None:
        with self._lock:
            if done.cancelled() or done.exception():
                self._found.pop(key, None)
                return
            # Others may have failed and still be in the cache: their callbacks wait for this lock.
            kept = {k: f.result() for k, f in self._found.items() if f.done() and not (f.cancelled() or f.exception())}
            held = sum(selection.nbytes + len(k) for k, selection in kept.items())
            for oldest, selection in kept.items():
                if held <= CACHED_BYTES and len(self._found) <= CACHED_QUERIES:
                    break
                if oldest != key:
                    del self._found[oldest]
                    held -= selection.nbytes + len(oldest)

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
