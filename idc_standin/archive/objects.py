"""The object of a CRDC UUID: a revision of a series, one of its instances, or a study, of any data release.

Law: takes a UUID and gives plain values; runs SQL and knows nothing of HTTP. The UUIDs and addresses are those of v1's
manifests (``identifiers.sql``), so an instance is computed from its UUID, and no table of instances exists.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from idc_standin.archive.file import attach, macros, settings

if TYPE_CHECKING:
    from pathlib import Path

MEMORY = "128MB"
COUNTED = 5  # the last hexadecimal digits of an instance's UUID count the instances of its series
DERIVED = "8"  # the version of derived UUIDs
VERSION_AT = 14  # where a UUID has its version
SERIES = """
    SELECT crdc_series_uuid AS uuid, SeriesInstanceUID AS uid, SeriesDescription AS description,
           instanceCount AS instances, round(series_size_MB * 1e6)::BIGINT AS size,
           series_aws_url AS address, date_active::VARCHAR AS since
    FROM archive.series LEFT JOIN archive.releases ON release = first_release
    WHERE {0} ORDER BY first_release LIMIT 1
"""  # one UUID may have several spans of releases; it is the same revision in all of them
OF_UUID = SERIES.format("crdc_series_uuid = $uuid")
OF_INSTANCE = SERIES.format("starts_with(crdc_series_uuid, $head) AND instance_uuid(crdc_series_uuid, 0) = $first")
INSTANCES = """
    SELECT instance_uuid($uuid, k) AS uuid, sop_uid($uid, k) AS uid, gcs_url($uuid, k) AS address
    FROM (SELECT unnest(range($start, $stop)) AS k) ORDER BY k
"""
STUDY = """
    WITH found AS (  -- all revisions of a study have one UUID, so it means the last one
        SELECT * FROM archive.series
        WHERE md5(StudyInstanceUID)[:8] = $uuid[:8] AND study_uuid(StudyInstanceUID) = $uuid
    )
    SELECT StudyInstanceUID AS uid, any_value(StudyDescription) AS description,
           list(crdc_series_uuid ORDER BY SeriesInstanceUID) AS parts,
           sum(round(series_size_MB * 1e6))::BIGINT AS size, min(date_active)::VARCHAR AS since
    FROM found LEFT JOIN archive.releases ON release = first_release
    WHERE last_release = (SELECT max(last_release) FROM found) GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A series or a study: its size in bytes, the UUIDs of its parts in order, and a series' folder in S3."""

    uuid: str
    uid: str
    description: str | None
    size: int | None
    parts: list[str]
    address: str | None
    since: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance, with the address that v1's manifests give it. The index knows no sizes of instances."""

    uuid: str
    uid: str
    address: str
    since: str


class Objects:
    """The archive file, open for reading; safe for many threads."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(config=settings(path, MEMORY))
        self._connection.execute(attach(path))
        self._connection.execute(macros())
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def find(self, uuid: str) -> Bundle | Instance | None:
        """The object of the UUID (in lower case); None if there is none."""
        if uuid[VERSION_AT] == DERIVED:
            return self._instance(uuid) or self._study(uuid)
        for series in self._dicts(OF_UUID, uuid=uuid):
            folder, parts = series["address"].removesuffix("*"), self._instances(series, 0, series["instances"])
            uuids = [part["uuid"] for part in parts]
            return Bundle(uuid, series["uid"], series["description"], series["size"], uuids, folder, series["since"])
        return None

    def _instance(self, uuid: str) -> Instance | None:
        k = int(uuid[-COUNTED:], 16)
        for series in self._dicts(OF_INSTANCE, head=uuid[:VERSION_AT], first=uuid[:-COUNTED] + "0" * COUNTED):
            if k < series["instances"]:
                return Instance(**self._instances(series, k, k + 1)[0], since=series["since"])
        return None

    def _study(self, uuid: str) -> Bundle | None:
        for study in self._dicts(STUDY, uuid=uuid):
            return Bundle(uuid=uuid, address=None, **study)
        return None

    def _instances(self, series: dict[str, Any], start: int, stop: int) -> list[dict[str, Any]]:
        return self._dicts(INSTANCES, uuid=series["uuid"], uid=series["uid"], start=start, stop=stop)

    def _dicts(self, text: str, **parameters: Any) -> list[dict[str, Any]]:
        with self._lock:
            cursor = self._connection.cursor()
        try:
            names = [column[0] for column in cursor.execute(text, parameters).description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()
