"""The expected responses of the stand-in, computed independently: plain Python over the index's own files.

Law: nothing here comes from idc_standin but the instance counts of replaced revisions, which test_archive.py checks
on their own. Text is compared, matched and sorted by Python, never by SQL.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

INDEX = files("idc_index_data")
NEWEST = 25
BUCKET = "idc-standin"
MANIFEST = {
    "Collection_ID": "collection_id",
    "Patient_ID": "PatientID",
    "StudyInstanceUID": "StudyInstanceUID",
    "SeriesInstanceUID": "SeriesInstanceUID",
    "SOPInstanceUID": "SOPInstanceUID",
    "Source_DOI": "source_DOI",
    "CRDC_Study_GUID": "crdc_study_uuid",
    "CRDC_Series_GUID": "crdc_series_uuid",
    "CRDC_Instance_GUID": "crdc_instance_uuid",
    "GCS_URL": "gcs_url",
}
GUIDS = ("crdc_study_uuid", "crdc_series_uuid", "crdc_instance_uuid")
SERIES = (
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "crdc_series_uuid", "source_DOI", "Modality",
    "SOPClassUID", "BodyPartExamined", "StudyDate", "StudyDescription", "SeriesDescription", "SeriesNumber", "Program",
    "tcia_species", "tcia_tumorLocation",
)  # fmt: skip
FILTERABLE = tuple(name for name in SERIES if name != "SeriesInstanceUID")
COMPUTED: dict[str, Callable[[dict[str, Any]], str]] = {
    "crdc_study_uuid": lambda row: study_uuid(row["StudyInstanceUID"]),
    "gcs_bucket": lambda _: BUCKET,
}
INSTANCE: dict[str, Callable[[dict[str, Any], int], str]] = {
    "SOPInstanceUID": lambda row, k: sop_uid(row["SeriesInstanceUID"], k),
    "crdc_instance_uuid": lambda row, k: instance_uuid(row["crdc_series_uuid"], k),
    "gcs_url": lambda row, k: f"gs://{BUCKET}/{instance_uuid(row['crdc_series_uuid'], k)}.dcm",
}


# --- derived identifiers, after the comments of identifiers.sql --------------------------------------------------


def instance_uuid(series_uuid: str, k: int) -> str:
    """The revision's own UUID, version 8, with the last five digits counting."""
    digits = series_uuid.replace("-", "")
    digits = f"{digits[:12]}8{digits[13:27]}{k:05x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def sop_uid(series_uid: str, k: int) -> str:
    """A UUID of version 8 that begins with 8, from the MD5 of the series, as a UID under 2.25."""
    digest = hashlib.md5(series_uid.encode(), usedforsecurity=False).hexdigest()
    base = f"8{digest[1:12]}8{digest[13:16]}8{digest[17:27]}00000"
    return f"2.25.{int(base, 16) + k}"


def study_uuid(study_uid: str) -> str:
    """A UUID of version 8 from the MD5 of the study."""
    digest = hashlib.md5(study_uid.encode(), usedforsecurity=False).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:]}"


# --- the archive as of a release ---------------------------------------------------------------------------------

REVISIONS = """
CREATE VIEW today AS SELECT * FROM read_parquet('{index}/idc_index.parquet');
CREATE VIEW before AS  -- 48 revisions are listed twice, once for a release within the other's span
SELECT * FROM read_parquet('{index}/prior_versions_index.parquet')
QUALIFY max_idc_version > coalesce(max(max_idc_version) OVER (PARTITION BY crdc_series_uuid
    ORDER BY min_idc_version, max_idc_version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0);
CREATE VIEW described AS SELECT * FROM read_parquet('{index}/collections_index.parquet');
CREATE VIEW revisions AS
SELECT collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, crdc_series_uuid, Modality,
       series_revised_idc_version AS since, 99999 AS until, instanceCount, series_size_MB FROM today
UNION ALL BY NAME
SELECT collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, crdc_series_uuid, Modality,
       min_idc_version AS since, max_idc_version AS until, series_size_MB FROM before;
"""


@lru_cache(maxsize=1)
def index() -> duckdb.DuckDBPyConnection:
    """The index's files as views: today, before, described, and revisions (both, with the releases they were in)."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(REVISIONS.format(index=str(INDEX).replace("'", "''")))
    return connection


class Release:
    """All series as of a release, as rows in memory."""

    def __init__(self, release: int, archive: Path) -> None:
        cursor = index().cursor()
        cursor.execute(f"ATTACH IF NOT EXISTS '{archive}' AS built (READ_ONLY)")
        cursor.execute(
            """
            SELECT r.collection_id, r.PatientID, r.StudyInstanceUID, r.SeriesInstanceUID, r.crdc_series_uuid,
                   r.Modality, t.source_DOI, t.SOPClassUID, t.BodyPartExamined, t.StudyDate, t.StudyDescription,
                   t.SeriesDescription, t.SeriesNumber, d.program_id AS Program, d.species AS tcia_species,
                   d.tumor_locations AS tcia_tumorLocation, b.instanceCount AS size
            FROM revisions r
            LEFT JOIN today t USING (SeriesInstanceUID)
            LEFT JOIN described d ON d.collection_id = r.collection_id
            LEFT JOIN built.series b ON b.crdc_series_uuid = r.crdc_series_uuid AND b.first_release = r.since
            WHERE $release BETWEEN r.since AND r.until
            """,
            {"release": release},
        )
        names = [column[0] for column in cursor.description]
        self.rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in self.rows:
            row |= {name: compute(row) for name, compute in COMPUTED.items()}
        self.by_patient: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows:
            self.by_patient.setdefault(row["PatientID"], []).append(row)
        self.values = {
            name: sorted({row[name] for row in self.rows if row[name] is not None}) for name in (*SERIES, *COMPUTED)
        }

        self.spellings: dict[str, dict[str, list[str]]] = {name: {} for name in self.values}
        for name, values in self.values.items():
            for value in values:
                self.spellings[name].setdefault(lowered(value), []).append(value)

    def matching(self, filters: dict[str, list[str]]) -> list[dict[str, Any]]:
        """The series that meet the filters on series."""
        rows = self.rows
        for name in sorted(filters, key=lambda name: name != "PatientID"):  # the narrowest first
            if name in INSTANCE:
                continue
            good = self.admitted_values(name, admitted(name, tuple(filters[name])))
            if name == "PatientID" and None not in good:
                rows = [row for patient in good for row in self.by_patient[patient]]
            else:
                rows = [row for row in rows if row[name] in good]
        return rows

    def admitted_values(self, name: str, test: Admitted) -> set[str | None]:
        """The attribute's values that meet a filter."""
        spellings = self.spellings[name]
        good = {value for text in test.exact for value in spellings.get(text, ())}
        if test.pattern is not None:
            good |= {value for text, values in spellings.items() if test.pattern.fullmatch(text) for value in values}
        return good | {None} if test.null else good

    def answer(
        self, filters: dict[str, list[str]], columns: Sequence[str], order: Sequence[str], most: int = 10**9
    ) -> list[Row] | None:
        """Distinct rows over the columns, ascending by ``order``, no value before any value; None if too many."""
        tests = [(name, admitted(name, tuple(values))) for name, values in filters.items() if name in INSTANCE]
        expanded = bool(tests) or any(name in INSTANCE for name in columns)
        rows: set[Row] = set()
        for series in self.matching(filters):
            for instance in expand(series) if expanded else (series,):
                if all(test(instance[name]) for name, test in tests):
                    rows.add(tuple(instance[name] for name in columns))
        if len(rows) > most:
            return None
        places = [list(columns).index(name) for name in order]
        return sorted(rows, key=lambda row: [(row[i] is not None, row[i] or "") for i in places])


Row = tuple[str | None, ...]


def expand(series: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The instances of a series."""
    for k in range(series["size"]):
        yield series | {name: compute(series, k) for name, compute in INSTANCE.items()}


# --- filters, after section 3.2 of the reference -----------------------------------------------------------------


def lowered(text: str) -> str:
    """Lower case, letter by letter (Python alone makes two letters of a dotted capital I)."""
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == "\u0130" else letter.lower() for letter in text)


@dataclass(frozen=True)
class Admitted:
    """Whether a value of an attribute meets a filter."""

    exact: frozenset[str]
    pattern: re.Pattern[str] | None
    null: bool

    def __call__(self, value: str | None) -> bool:
        if value is None:
            return self.null
        text = lowered(value)
        return text in self.exact or (self.pattern is not None and self.pattern.fullmatch(text) is not None)


@lru_cache(maxsize=512)
def admitted(name: str, values: tuple[str, ...]) -> Admitted:
    """One value is a pattern, several are a list, ``None`` is nothing; ``collection_id`` in any spelling."""
    wanted = [lowered(value) for value in values if value != "None"]
    if name == "collection_id":
        wanted = [value.replace("-", "_") for value in wanted]
    null = "None" in values
    if len(wanted) == 1:
        pattern = "".join({"%": ".*", "_": "."}.get(letter) or re.escape(letter) for letter in wanted[0])
        return Admitted(frozenset(), re.compile(pattern, re.DOTALL), null)
    return Admitted(frozenset(wanted), None, null)


def manifest_order(columns: Sequence[str]) -> list[str]:
    """The last column decides; ties go by the others (see ``ties`` in deviations.yaml)."""
    return [columns[-1], *columns[:-1]]
