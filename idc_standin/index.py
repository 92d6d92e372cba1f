"""The newest data release as v3 sees it: selections by filters, their counts and pages, values, tables.

Law: takes plain values and gives plain values; runs SQL and knows nothing of HTTP. As in the store, a selection is
found once — the numbers of its series in page order, and its counts — and its pages are slices.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from idc_standin import archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

MEMORY = "384MB"
CACHED_BYTES = 64 * 2**20
TABLES = ("index", "collections_index", "analysis_results_index", "version_metadata_index", "prior_versions_index")
TERMS = {  # attribute -> whether its values are worth listing
    "collection_id": True, "analysis_result_id": True, "PatientID": False, "StudyInstanceUID": False,
    "SeriesInstanceUID": False, "Modality": True, "BodyPartExamined": True, "Manufacturer": True,
    "ManufacturerModelName": True, "PatientSex": True, "sop_class_name": True, "license_short_name": True,
    "source_DOI": True,
}  # fmt: skip
RANGES = {
    "instanceCount": "BIGINT", "series_size_MB": "DOUBLE", "series_init_idc_version": "BIGINT",
    "series_revised_idc_version": "BIGINT", "StudyDate": "VARCHAR", "SeriesDate": "VARCHAR",
}  # fmt: skip
MANIFEST = (
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesDescription",
    "instanceCount", "series_size_MB", "aws_bucket", "crdc_series_uuid", "series_aws_url",
)  # fmt: skip
COUNTS = """
    count(DISTINCT PatientID) AS patients, count(DISTINCT StudyInstanceUID) AS studies, count(*) AS series,
    coalesce(sum(instanceCount), 0)::BIGINT AS instances, round(coalesce(sum(series_size_MB), 0) / 1e6, 3) AS size_TB
"""
SERIES = f"archive.series AS series WHERE last_release = {archive.NEWEST}"
PREVIEW = 5


class BadFilter(ValueError):
    """A filter names what it may not, or holds what is not text."""


class BadBound(BadFilter):
    """A bound that its attribute cannot be compared with."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Values wanted of attributes, and bounds; empty lists and absent bounds constrain nothing."""

    terms: Mapping[str, Sequence[str]]
    ranges: Mapping[str, tuple[float | str | None, float | str | None]]

    def key(self) -> str:
        """Equal for filters that select the same by the look of them."""
        terms = {name: sorted(set(values)) for name, values in self.terms.items() if values}
        return repr((sorted(terms.items()), sorted(self.ranges.items(), key=lambda item: item[0])))


@dataclass(frozen=True, slots=True)
class Selection:
    """The series of some filters: their numbers in page order, and what they add up to."""

    numbers: npt.NDArray[np.int32]
    counts: dict[str, Any]
    preview: list[str]


class Index:
    """The newest data release, open for reading; safe for many threads."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(config=archive.settings(path, MEMORY))
        self._connection.execute(archive.attach(path))
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Selection] = OrderedDict()
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

    def check(self, filters: Filters) -> None:
        """Raises BadFilter for what the filters may not name; says nothing of bounds on numbers."""
        _where(Filters(filters.terms, dict.fromkeys(filters.ranges, (None, None))))

    def find(self, filters: Filters) -> Selection:
        """The series that the filters select; raises BadFilter."""
        where, parameters = _where(filters)
        key = filters.key()
        with self._lock:
            if found := self._found.get(key):
                self._found.move_to_end(key)
                return found
        with self._cursor() as cursor:
            try:
                selected = f"SELECT rn FROM {SERIES} AND {where} ORDER BY rn"  # noqa: S608  values are bound
                numbers = cursor.execute(selected, parameters).fetchnumpy()["rn"].astype(np.int32)
            except duckdb.ConversionException as error:
                raise BadBound(_incomparable(error)) from None
            counted = cursor.execute(f"SELECT {COUNTS} FROM {SERIES} AND {where}", parameters)  # noqa: S608  values are bound
            names = [column[0] for column in counted.description]
            counts = dict(zip(names, counted.fetchall()[0], strict=True))
            first = f"SELECT series_aws_url FROM {SERIES} AND {where} ORDER BY 1 LIMIT {PREVIEW}"  # noqa: S608  values are bound
            preview = [row[0] for row in cursor.execute(first, parameters).fetchall()]
        selection = Selection(numbers, counts, preview)
        with self._lock:
            self._found[key] = selection
            held = sum(one.numbers.nbytes for one in self._found.values())
            while held > CACHED_BYTES and len(self._found) > 1:
                held -= self._found.popitem(last=False)[1].numbers.nbytes
        return selection

    def rows(self, selection: Selection, page: int, size: int) -> tuple[int, bytes]:
        """How many rows a page has, and the rows as a JSON array: the engine writes it, no row becomes an object."""
        numbers = selection.numbers[page * size : (page + 1) * size].tolist() if page * size < 2**62 else []
        if not numbers:
            return 0, b"[]"
        members = ", ".join(f"{name} := {name}" for name in MANIFEST)
        with self._cursor() as cursor:
            # The bounds let the engine skip what lies outside; the join alone would read every row.
            found = cursor.execute(
                f"SELECT string_agg(to_json(struct_pack({members}))::VARCHAR, ',' ORDER BY rn) "  # noqa: S608  values are bound
                "FROM archive.series JOIN (SELECT unnest($numbers::INTEGER[]) AS wanted) ON rn = wanted "
                "WHERE rn BETWEEN $low AND $high",
                {"numbers": numbers, "low": numbers[0], "high": numbers[-1]},
            ).fetchall()
        return len(numbers), f"[{found[0][0]}]".encode()

    def urls(self, filters: Filters, most: int) -> list[str]:
        """The S3 addresses of a selection's series, ascending."""
        where, parameters = _where(filters)
        text = f"SELECT series_aws_url FROM {SERIES} AND {where} ORDER BY 1 LIMIT $most"  # noqa: S608  values are bound
        with self._cursor() as cursor:
            try:
                # At least one is asked for: with a limit of 0 the engine would not look at the bounds.
                return [row[0] for row in cursor.execute(text, {**parameters, "most": max(most, 1)}).fetchall()][:most]
            except duckdb.ConversionException as error:
                raise BadBound(_incomparable(error)) from None

    def licenses(self, filters: Filters) -> list[dict[str, Any]]:
        """Licences of a selection with their series and size, the one of most series first."""
        where, parameters = _where(filters)
        return self._dicts(
            "SELECT license_short_name, count(*) AS series, round(sum(series_size_MB) / 1e6, 3) AS size_TB "  # noqa: S608  values are bound
            f"FROM {SERIES} AND {where} GROUP BY 1 ORDER BY series DESC, 1",
            parameters,
        )

    def dois(self, filters: Filters) -> list[str]:
        """The DOIs of a selection's sources, ascending."""
        where, parameters = _where(filters)
        text = f"SELECT DISTINCT source_DOI AS doi FROM {SERIES} AND {where} AND source_DOI IS NOT NULL ORDER BY 1"  # noqa: S608  values are bound
        return [row["doi"] for row in self._dicts(text, parameters)]

    # --- catalogues ----------------------------------------------------------------------------------------------

    def stats(self) -> dict[str, Any]:
        """Totals of the release."""
        counts = self.find(Filters({}, {})).counts
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
        filters = Filters({"collection_id": [collection_id]}, {})
        modalities = self._dicts(
            f"SELECT DISTINCT Modality AS m FROM {SERIES} AND collection_id = $id AND Modality IS NOT NULL ORDER BY 1",  # noqa: S608  values are bound
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

    def study_of(self, series_uid: str) -> str | None:
        """The study of a series; None if there is no such series."""
        found = self._dicts(f"SELECT StudyInstanceUID AS s FROM {SERIES} AND SeriesInstanceUID = $u", {"u": series_uid})  # noqa: S608  values are bound
        return found[0]["s"] if found else None

    def modalities_of(self, study_uid: str) -> set[str]:
        """The modalities of a study's series; empty if there is no such study."""
        found = self._dicts(f"SELECT DISTINCT Modality AS m FROM {SERIES} AND StudyInstanceUID = $u", {"u": study_uid})  # noqa: S608  values are bound
        return {row["m"] for row in found}


def _where(filters: Filters) -> tuple[str, dict[str, Any]]:
    """A condition for the filters, and its parameters; raises BadFilter for what they may not name."""
    parts, parameters = ["true"], dict[str, Any]()
    for name, values in filters.terms.items():
        if name not in TERMS:
            raise BadFilter(_unknown(name, "term", RANGES))
        if values:
            if not all(map(_is_text, values)):
                raise BadFilter(f"A value of {name} has half of a surrogate pair, which is not text.")
            parameters[f"v{len(parameters)}"] = list(values)
            parts.append(f'"{name}" IN (SELECT unnest(${next(reversed(parameters))}::VARCHAR[]))')
    for name, bounds in filters.ranges.items():
        if name not in RANGES:
            raise BadFilter(_unknown(name, "range", TERMS))
        for operator, bound in zip((">=", "<="), bounds, strict=True):
            if bound is not None:
                if isinstance(bound, str) and not _is_text(bound):
                    raise BadFilter(f"A bound of {name} has half of a surrogate pair, which is not text.")
                if RANGES[name] == "VARCHAR" and not isinstance(bound, str):
                    raise BadBound(f"{name} is text such as '2001-12-31', so its bounds are text and not {bound!r}.")
                parameters[f"v{len(parameters)}"] = bound
                kind = RANGES[name] if isinstance(bound, str) else "DOUBLE"
                parts.append(f'"{name}" {operator} CAST(${next(reversed(parameters))} AS {kind})')
    return " AND ".join(parts), parameters


def _incomparable(error: duckdb.Error) -> str:
    return f"A bound cannot be compared with its attribute: {str(error).splitlines()[0]}."


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown(name: str, kind: str, other: Mapping[str, Any]) -> str:
    if name in other:
        return f"{name!r} is not a {kind} attribute but belongs into '{'ranges' if kind == 'term' else 'terms'}'."
    return f"Unknown {kind} attribute: {name!r}; /v3/attributes lists those there are."


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
