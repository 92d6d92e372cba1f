"""What each data release changed: series added, revised and removed, counted from the published tables.

Law: takes plain values and gives plain values; runs SQL and knows nothing of HTTP.

A *version of a series* is a row of `index`, there from `series_revised_idc_version` on, or of `prior_versions_index`,
there from `min_idc_version` to `max_idc_version`. The versions of a release are put beside those of the release before,
series by series. A version may have several rows in `prior_versions_index`, one for each bucket that its files were in:
they are one version here (see *bucket-moves* in deviations.yaml), and of two sizes in one release the smaller counts.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import duckdb

from idc_standin import archive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MEMORY = "512MB"
NOTE = (
    "Revised is what has another version than in the release before, by crdc_series_uuid. Analysis results are counted "
    "by the series that the newest release still has."
)
NOTE_OF_ROWS = (
    "Revised is what has a row that begins with this release, also if its files only moved to another bucket."
)
# Bytes are whole numbers, so that sums do not depend on the order in which the engine adds. A series without a row that
# begins or ends between the two releases did not change. A row that belongs to both keeps its collection in both; any
# other counts for the collection that it has now, so that a renamed collection is not new.
CHANGES = """
WITH versions AS (
    SELECT SeriesInstanceUID AS series, crdc_series_uuid AS uuid, collection_id AS collection, PatientID AS patient,
        round(series_size_MB * 1e6)::BIGINT AS bytes, series_revised_idc_version AS first, $newest AS last
    FROM published.index
    UNION ALL
    SELECT SeriesInstanceUID, crdc_series_uuid, collection_id, PatientID,
        round(series_size_MB * 1e6)::BIGINT, min_idc_version, max_idc_version
    FROM published.prior_versions_index
),
moved AS (SELECT series FROM versions WHERE first = $release OR last = $release - 1),
now AS (
    SELECT {version} FROM versions SEMI JOIN moved USING (series)
    WHERE first <= $release AND last >= $release {grouped}
),
before AS (
    SELECT {version} FROM versions SEMI JOIN moved USING (series)
    WHERE first <= $release - 1 AND last >= $release - 1 {grouped}
),
changes AS (
    SELECT
        CASE WHEN before.series IS NULL THEN 'added' WHEN now.series IS NULL THEN 'removed'
            WHEN {revised} THEN 'revised' ELSE 'kept' END AS kind,
        coalesce(now.collection, before.collection) AS collection,
        coalesce(now.patient, before.patient) AS patient,
        coalesce(now.bytes, before.bytes) AS bytes
    FROM now FULL OUTER JOIN before ON now.series = before.series
),
counted AS (
    SELECT
        collection,
        count(*) FILTER (WHERE kind = 'added') AS series_added,
        count(*) FILTER (WHERE kind = 'revised') AS series_revised,
        count(*) FILTER (WHERE kind = 'removed') AS series_removed,
        coalesce(sum(bytes) FILTER (WHERE kind = 'added'), 0)::BIGINT AS bytes_added,
        coalesce(sum(bytes) FILTER (WHERE kind = 'revised'), 0)::BIGINT AS bytes_revised,
        coalesce(sum(bytes) FILTER (WHERE kind = 'removed'), 0)::BIGINT AS bytes_removed,
        count(DISTINCT patient) FILTER (WHERE kind <> 'kept') AS patients_affected,
        bool_or(kind <> 'added') AS was,
        bool_or(kind <> 'removed') AS remains
    FROM changes GROUP BY GROUPING SETS ((collection), ())
)
SELECT * REPLACE (was OR stayed AS was, remains OR stayed AS remains)
FROM (
    SELECT *, collection IN (SELECT collection FROM versions WHERE first < $release AND last >= $release) AS stayed
    FROM counted
) AS counted
WHERE series_added + series_revised + series_removed > 0 OR collection IS NULL
ORDER BY collection NULLS LAST
"""
BY_UUID = CHANGES.format(
    version="series, uuid, min(collection) AS collection, min(patient) AS patient, min(bytes) AS bytes",
    grouped="GROUP BY series, uuid",
    revised="now.uuid <> before.uuid",
)
BY_ROW = CHANGES.format(
    version="series, uuid, collection, patient, bytes, first", grouped="", revised="now.first = $release"
)
ANALYSES = """
SELECT analysis_result_id, min(series_init_idc_version) = $release AS is_new,
    count(*) FILTER (WHERE series_init_idc_version = $release) AS series_added
FROM published.index WHERE analysis_result_id IS NOT NULL
GROUP BY analysis_result_id HAVING series_added > 0 ORDER BY series_added DESC, analysis_result_id
"""
KINDS = ("added", "revised", "removed")


class NoSuchRelease(ValueError):
    """The archive has no data release of that number; the text gives those that there are."""


class Releases:
    """The changes of every data release; each is counted once. Safe for many threads."""

    def __init__(self, path: Path, *, by_row: bool = False) -> None:
        """``path``: of the published tables; ``by_row``: count moves between buckets as revisions, as upstream does."""
        self._connection = duckdb.connect(config=archive.settings(path, MEMORY))
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute(archive.attach(path, "published"))
        self._by_row = by_row
        self._lock = threading.Lock()
        self._counted: dict[int, dict[str, Any]] = {}
        self.dates = {
            row["idc_version"]: row["version_timestamp"] or None
            for row in self._dicts("SELECT idc_version, version_timestamp FROM published.version_metadata_index")
        }
        self.newest = max(self.dates)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def changes(self, release: int | None = None) -> dict[str, Any]:
        """What a release changed, by default the newest; raises NoSuchRelease."""
        wanted = self.newest if release is None else release
        if wanted not in self.dates:
            raise NoSuchRelease(f"There is no data release {wanted}; there are {min(self.dates)} to {self.newest}.")
        with self._lock:
            if wanted not in self._counted:
                self._counted[wanted] = self._count(wanted)
            return self._counted[wanted]

    def _count(self, release: int) -> dict[str, Any]:
        parameters = {"newest": self.newest, "release": release}
        *rows, total = self._dicts(BY_ROW if self._by_row else BY_UUID, parameters)
        collections = [_collection(row) for row in rows]
        collections.sort(key=lambda one: (-one["size_TB_added"], -one["series_added"], one["collection_id"]))
        before = release - 1 if release - 1 in self.dates else None
        return {
            "idc_version": f"v{release}",
            "release_date": self.dates[release],
            "previous_version": None if before is None else f"v{before}",
            "previous_release_date": None if before is None else self.dates[before],
            "current_version": f"v{self.newest}",
            **_counts(total),
            "new_collections": _of_status(collections, "new"),
            "removed_collections": _of_status(collections, "removed"),
            "collections": collections,
            "analysis_results": self._dicts(ANALYSES, {"release": release}),
            "note": NOTE_OF_ROWS if self._by_row else NOTE,
        }

    def _dicts(self, text: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        found = self._connection.execute(text, parameters)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _collection(row: dict[str, Any]) -> dict[str, Any]:
    status = "new" if not row["was"] else "updated" if row["remains"] else "removed"
    return {"collection_id": row["collection"], "status": status, **_counts(row)}


def _counts(row: dict[str, Any]) -> dict[str, Any]:
    """The members that the archive and each collection have."""
    return {
        **{f"series_{kind}": row[f"series_{kind}"] for kind in KINDS},
        **{f"size_TB_{kind}": round(row[f"bytes_{kind}"] / 1e12, 3) for kind in KINDS},
        "patients_affected": row["patients_affected"],
    }


def _of_status(collections: Sequence[dict[str, Any]], status: str) -> list[str]:
    return sorted(one["collection_id"] for one in collections if one["status"] == status)
