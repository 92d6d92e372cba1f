"""The newest data release as v3 sees it: selections by filters, their counts and pages, values, tables.

Law: takes plain values and gives plain values; runs SQL and knows nothing of HTTP. As in the store, a selection is
found once — the numbers of its series in page order, and its counts — and its pages are slices.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from idc_standin import archive, budget
from idc_standin.v3.filters import EVERYTHING, Applied, condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

MEMORY = "384MB"
TABLES = ("index", "collections_index", "analysis_results_index", "version_metadata_index", "prior_versions_index")
MANIFEST = (
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesDescription",
    "instanceCount", "series_size_MB", "aws_bucket", "crdc_series_uuid", "series_aws_url",
)  # fmt: skip
SUMMED = "rn, patient_number, study_number, instanceCount, series_size_MB, url_rank"
SERIES = f"archive.series AS series WHERE last_release = {archive.NEWEST}"
PREVIEW = 5


@dataclass(frozen=True, slots=True)
class Selection:
    """The series of some filters: their numbers in page order, and what they add up to."""

    numbers: npt.NDArray[np.int32]
    counts: dict[str, Any]
    preview: list[str]

    @property
    def nbytes(self) -> int:
        """Memory held, with that of the objects around the array and of the entry in the cache."""
        return self.numbers.nbytes + budget.CACHE_ENTRY_BYTES


class Index:
    """The newest data release, open for reading; safe for many threads."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(config=archive.settings(path, MEMORY))
        self._connection.execute(archive.attach(path))
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(budget.PAGES_AT_ONCE)
        self._held = 0  # bytes of what was found
        self._found: OrderedDict[bytes, Selection] = OrderedDict()  # by digest: filters may have megabytes
        self.package_version = archive.index_version()
        self.release = f"v{self.package_version.partition('.')[0]}"
        self.schemas = {name: _schema(name) for name in TABLES}
        self.columns = [column["name"] for column in self.schemas["index"]["columns"]]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _dicts(self, text: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        with self._cursor() as cursor:
            names = [column[0] for column in cursor.execute(text, parameters).description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    # --- selections ----------------------------------------------------------------------------------------------

    def find(self, filters: Applied) -> Selection:
        """The series that the filters select."""
        where, parameters = condition(filters)
        key = hashlib.sha256(filters.key().encode()).digest()
        with self._lock:
            if found := self._found.get(key):
                self._found.move_to_end(key)
                return found
        with self._cursor() as cursor:
            selected = f"SELECT {SUMMED} FROM {SERIES} AND {where} ORDER BY rn"  # noqa: S608  names are ours, values are bound
            series = cursor.execute(selected, parameters).fetchnumpy()
            selection = Selection(series["rn"].astype(np.int32), _counts(series), self._first(cursor, series))
        with self._lock:
            self._held += selection.nbytes - (known.nbytes if (known := self._found.get(key)) else 0)
            self._found[key] = selection
            most, cached = budget.CACHED_SELECTIONS, budget.CACHED_BYTES_V3
            while len(self._found) > 1 and (self._held > cached or len(self._found) > most):
                self._held -= self._found.popitem(last=False)[1].nbytes
        return selection

    def _first(self, cursor: duckdb.DuckDBPyConnection, found: Mapping[str, npt.NDArray[Any]]) -> list[str]:
        """The first addresses in their own order."""
        ranks = found["url_rank"]
        first = ranks if len(ranks) <= PREVIEW else np.partition(ranks, PREVIEW - 1)[:PREVIEW]
        rows = found["rn"][np.isin(ranks, first)].tolist()
        text = "SELECT series_aws_url FROM archive.series WHERE rn IN (SELECT unnest($rows::INTEGER[])) ORDER BY 1"
        return [row[0] for row in cursor.execute(text, {"rows": rows}).fetchall()]

    def rows(self, selection: Selection, page: int, size: int) -> tuple[int, bytes]:
        """How many rows a page has, and the rows as a JSON array: the engine writes it, no row becomes an object."""
        numbers = selection.numbers[page * size : (page + 1) * size].tolist() if page * size < 2**62 else []
        if not numbers:
            return 0, b"[]"
        members = ", ".join(f"{name} := {name}" for name in MANIFEST)
        with self._turns, self._cursor() as cursor:
            # The bounds let the engine skip what lies outside; the join alone would read every row.
            found = cursor.execute(
                f"SELECT encode('[' || string_agg(to_json(struct_pack({members}))::VARCHAR, ',' ORDER BY rn) || ']') "  # noqa: S608  names are ours, values are bound
                "FROM archive.series JOIN (SELECT unnest($numbers::INTEGER[]) AS wanted) ON rn = wanted "
                "WHERE rn BETWEEN $low AND $high",
                {"numbers": numbers, "low": numbers[0], "high": numbers[-1]},
            ).fetchall()
        return len(numbers), found[0][0]

    def urls(self, filters: Applied, most: int) -> Iterator[list[str]]:
        """The S3 addresses of a selection's series, ascending, in pieces."""
        where, parameters = condition(filters)
        text = f"SELECT series_aws_url FROM {SERIES} AND {where} ORDER BY 1 LIMIT $most"  # noqa: S608  names are ours, values are bound
        with self._cursor() as cursor:
            cursor.execute(text, {**parameters, "most": most})
            while rows := cursor.fetchmany(budget.FETCHED_ROWS):
                yield [row[0] for row in rows]

    def licenses(self, filters: Applied) -> list[dict[str, Any]]:
        """Licences of a selection with their series and size, the one of most series first."""
        where, parameters = condition(filters)
        return self._dicts(
            "SELECT license_short_name, count(*) AS series, round(sum(series_size_MB) / 1e6, 3) AS size_TB "  # noqa: S608  names are ours, values are bound
            f"FROM {SERIES} AND {where} GROUP BY 1 ORDER BY series DESC, 1",
            parameters,
        )

    def dois(self, filters: Applied) -> list[str]:
        """The DOIs of a selection's sources, ascending."""
        where, parameters = condition(filters)
        text = f"SELECT DISTINCT source_DOI AS doi FROM {SERIES} AND {where} AND source_DOI IS NOT NULL ORDER BY 1"  # noqa: S608  names are ours, values are bound
        return [row["doi"] for row in self._dicts(text, parameters)]

    # --- tables ------------------------------------------------------------------------------------------------------

    def table(self, name: str) -> dict[str, Any]:
        """Description and columns of a table; where the schema says only RECORD, the type that the engine has."""
        schema = self.schemas[name]
        if all(not column["type"].startswith("RECORD") for column in schema["columns"]):
            return schema
        types = _engine_types(name)
        columns = [
            {**column, "type": types[column["name"]] if column["type"].startswith("RECORD") else column["type"]}
            for column in schema["columns"]
        ]
        return {**schema, "columns": columns}

    # --- catalogues ----------------------------------------------------------------------------------------------

    def stats(self) -> dict[str, Any]:
        """Totals of the release."""
        counts = self.find(EVERYTHING).counts
        tables = "(SELECT count(*) FROM archive.{0}) AS {0}"
        counted = ", ".join(tables.format(name) for name in ("collections", "analysis_results"))
        return {"idc_version": self.release, **self._dicts(f"SELECT {counted}")[0], **counts}

    def collections(self, collection_id: str | None = None) -> list[dict[str, Any]]:
        """Summaries of all collections, or of one, by identifier."""
        return self._dicts(
            "SELECT collection_id, collection_name, cancer_types, tumor_locations, species, subjects, "
            "supporting_data, description FROM archive.collections "
            "WHERE $id IS NULL OR collection_id = $id ORDER BY collection_id",
            {"id": collection_id},
        )

    def collection(self, collection_id: str) -> dict[str, Any] | None:
        """Everything about one collection; None if there is none of that name."""
        found = self.collections(collection_id)
        if not found:
            return None
        filters = Applied({"collection_id": [collection_id]}, {})
        modalities = self._dicts(
            f"SELECT DISTINCT Modality AS m FROM {SERIES} AND collection_id = $id AND Modality IS NOT NULL ORDER BY 1",  # noqa: S608  names are ours, values are bound
            {"id": collection_id},
        )
        more = {"modalities": [row["m"] for row in modalities], "licenses": self.licenses(filters)}
        return {**found[0], **self.find(filters).counts, **more}

    def analysis_results(self) -> list[dict[str, Any]]:
        """All analysis results, by identifier."""
        return self._dicts(
            "SELECT analysis_result_id, analysis_result_title, source_DOI, source_url, subjects, collections, "
            "modalities, license_short_name, description FROM archive.analysis_results ORDER BY 1"
        )

    def values(self, column: str, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """The commonest values of a column with their numbers of series, and whether there are more."""
        found = self._dicts(
            f'SELECT "{column}" AS value, count(*) AS count FROM {SERIES} AND "{column}" IS NOT NULL '  # noqa: S608  a known column
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $most",
            {"most": limit + 1},
        )
        return found[:limit], len(found) > limit

    def spellings(self, column: str, wanted: Sequence[str]) -> dict[str, list[str]]:
        """Values that a column lacks -> those that it has in another letter case and were not asked for, ascending."""
        found = self._dicts(
            f'SELECT DISTINCT "{column}" AS value FROM {SERIES} '  # noqa: S608  a known column
            f'AND lower("{column}") IN (SELECT unnest($low::VARCHAR[]))',
            {"low": [value.lower() for value in wanted]},
        )
        occurring, others = {row["value"] for row in found}, dict[str, list[str]]()
        for value in sorted(occurring.difference(wanted)):
            others.setdefault(value.lower(), []).append(value)
        lacking = (value for value in dict.fromkeys(wanted) if value not in occurring)
        return {value: others[value.lower()] for value in lacking if value.lower() in others}

    def study_of(self, series_uid: str) -> str | None:
        """The study of a series; None if there is no such series."""
        found = self._dicts(f"SELECT StudyInstanceUID AS s FROM {SERIES} AND SeriesInstanceUID = $u", {"u": series_uid})  # noqa: S608  names are ours, values are bound
        return found[0]["s"] if found else None

    def modalities_of(self, study_uid: str) -> set[str]:
        """The modalities of a study's series; empty if there is no such study."""
        found = self._dicts(f"SELECT DISTINCT Modality AS m FROM {SERIES} AND StudyInstanceUID = $u", {"u": study_uid})  # noqa: S608  names are ours, values are bound
        return {row["m"] for row in found}


def _counts(found: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """What series add up to."""
    return {
        "patients": int(np.count_nonzero(np.bincount(found["patient_number"]))),
        "studies": int(np.count_nonzero(np.bincount(found["study_number"]))),
        "series": len(found["rn"]),
        "instances": int(found["instanceCount"].sum(dtype=np.int64)),
        "size_TB": round(float(found["series_size_MB"].sum()) / 1e6, 3),
    }


def _schema(table: str) -> dict[str, Any]:
    """Description and columns of a table, as published with the data."""
    name = "idc_index" if table == "index" else table
    raw = json.loads((files("idc_index_data") / f"{name}_schema.json").read_text(encoding="utf-8"))
    columns = [
        {
            "name": column["name"],
            "type": column["type"] + ("[]" if column.get("mode") == "REPEATED" else ""),
            "description": column.get("description") or "",
        }
        for column in raw["columns"]
    ]
    return {"name": table, "description": raw.get("table_description") or "", "columns": columns}


@cache
def _engine_types(name: str) -> dict[str, str]:
    """The engine's types of the columns of a table, as published with the data."""
    with duckdb.connect() as engine:
        path = str(files("idc_index_data") / f"{name}.parquet")
        return {
            row[0]: row[1] for row in engine.execute("DESCRIBE FROM read_parquet($path)", {"path": path}).fetchall()
        }
