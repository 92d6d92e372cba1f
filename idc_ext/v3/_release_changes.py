"""What the data releases changed: from the service's own operation where it has it, else by SQL, with the same result.

No release of the service is known to have the operation yet (`x-idc-since: unreleased`). In SQL a *version* of a series
is a row of `index` or of `prior_versions_index`; the versions of a release are put beside those of the release before.
A version has a row for each bucket that its files were in, and of two sizes in rows of one release the smaller counts:
versions differ by `crdc_series_uuid`, as in `manifests.diff`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve
from idc_client.api.v3 import get_release_changes as _get_release_changes
from idc_client.models import V3ReleaseChanges
from idc_client.types import UNSET

from .._http.calls import Call, Client
from .._http.steps import fetch_steps, sending, steps_of
from ..errors import ContractError, NotFound
from . import _responses
from ._api import sql
from ._archive import check_release_unchanged, version
from ._filters import checked_release
from ._table import Table

if TYPE_CHECKING:
    from .._http.steps import Steps

_KINDS = ("added", "revised", "removed")
#: What a release has as a whole, and each collection in it.
_COUNTS = (*(f"series_{kind}" for kind in _KINDS), *(f"bytes_{kind}" for kind in _KINDS), "patients_affected")
_COUNT_KINDS = dict.fromkeys(_COUNTS, int)
#: Columns of the table of all releases.
_COLUMNS = (
    "idc_version",
    "release_date",
    *(f"series_{kind}" for kind in _KINDS),
    *(f"size_TB_{kind}" for kind in _KINDS),
    "patients_affected",
    "series",
    "size_TB",
)
# Bytes are whole numbers: their sums are the same in whatever order the engine adds them.
_VERSIONS = """versions AS (
SELECT SeriesInstanceUID AS series, crdc_series_uuid AS uuid, collection_id AS collection, PatientID AS patient,
  CAST(round(series_size_MB * 1e6) AS BIGINT) AS bytes, series_revised_idc_version AS since, {newest} AS until
FROM index
UNION ALL
SELECT SeriesInstanceUID, crdc_series_uuid, collection_id, PatientID, CAST(round(series_size_MB * 1e6) AS BIGINT),
  min_idc_version, max_idc_version
FROM prior_versions_index)"""
#: Series with a version that begins or ends at a release, and their versions before and after; all others stay.
_CHANGES = """touched AS (
SELECT since AS release, series FROM versions WHERE since {wanted}
UNION
SELECT until + 1, series FROM versions WHERE until + 1 {wanted}),
present AS (
SELECT release, series, uuid, min(collection) AS collection, min(patient) AS patient, min(bytes) AS bytes
FROM touched JOIN versions USING (series) WHERE release BETWEEN since AND until GROUP BY ALL),
past AS (
SELECT release, series, uuid, min(collection) AS collection, min(patient) AS patient, min(bytes) AS bytes
FROM touched JOIN versions USING (series) WHERE release - 1 BETWEEN since AND until GROUP BY ALL),
changes AS (
SELECT release, coalesce(present.collection, past.collection) AS collection,
  coalesce(present.patient, past.patient) AS patient, coalesce(present.bytes, past.bytes) AS bytes,
  coalesce(present.bytes, 0) - coalesce(past.bytes, 0) AS gained,
  CASE WHEN past.series IS NULL THEN 'added' WHEN present.series IS NULL THEN 'removed'
    WHEN present.uuid <> past.uuid THEN 'revised' ELSE 'same' END AS kind
FROM present FULL OUTER JOIN past USING (release, series))"""
_DAYS = "SELECT idc_version AS release, left(CAST(version_timestamp AS VARCHAR), 10) AS day FROM version_metadata_index"
_SUMS = ", ".join(
    [
        *(f"count(*) FILTER (WHERE kind = '{kind}') AS series_{kind}" for kind in _KINDS),
        *(f"CAST(coalesce(sum(bytes) FILTER (WHERE kind = '{kind}'), 0) AS BIGINT) AS bytes_{kind}" for kind in _KINDS),
        "count(DISTINCT patient) FILTER (WHERE kind <> 'same') AS patients_affected",
    ]
)


@sending
def release_changes(idc: Client, release: int | str | None = None) -> Steps[V3ReleaseChanges]:
    """Say what a data release changed, compared with the one before: for the archive, and for each collection.

    A service that has `GET /v3/releases/changes` is asked for it, any other by SQL; the result is the same. What the
    service says in words (`note`) is left out for that reason.

    Args:
        idc: A client; no credentials are needed.
        release: A release, such as 24, "24" or "v24"; by default the newest.

    Raises:
        InvalidFilter: there is no such release.
        ContractError: what came does not add up. TruncatedResult: it was cut short.
        DataReleaseChanged: the data moved meanwhile.
    """
    before = yield from steps_of(version)(idc)
    newest = _responses.release_number(before)
    wanted = newest if release is None else checked_release(release, newest)
    call = Call.of(_get_release_changes._get_kwargs(version=wanted))
    try:
        found = yield from fetch_steps(idc, call, lambda _, body: _checked(body, wanted, newest))
    except NotFound:
        found = _checked((yield from _by_sql(idc, wanted, newest)), wanted, newest)
    yield from check_release_unchanged(idc, before)
    return found


@sending
def releases(idc: Client) -> Steps[Table]:
    """List all data releases with what each changed, and the series and the terabytes that it has; asked by one SELECT.

    Raises:
        ContractError: what came does not add up to what the archive has today. TruncatedResult: it was cut short.
        DataReleaseChanged: the data moved meanwhile.
    """
    before = yield from steps_of(version)(idc)
    newest = _responses.release_number(before)
    found = yield from steps_of(sql)(idc, _of_all(newest))
    yield from check_release_unchanged(idc, before)
    rows = _responses.checked_rows(
        found, release=int, day=str | None, bytes_gained=int, series_today=int, bytes_today=int, **_COUNT_KINDS
    )
    if [row["release"] for row in rows] != list(range(1, newest + 1)):
        raise ContractError(f"POST /v3/sql was asked for the data releases 1 to {newest} and gave others")
    series = list(itertools.accumulate(row["series_added"] - row["series_removed"] for row in rows))
    size = list(itertools.accumulate(row["bytes_gained"] for row in rows))
    if (series[-1], size[-1]) != (rows[-1]["series_today"], rows[-1]["bytes_today"]):
        raise ContractError(
            f"the changes of all data releases add up to {series[-1]} series and {size[-1]} bytes, and the archive has "
            f"{rows[-1]['series_today']} and {rows[-1]['bytes_today']}"
        )
    listed = [
        {
            "idc_version": f"v{row['release']}",
            "release_date": _day(row["day"]),
            **_counted(row),
            "series": series[at],
            "size_TB": _terabytes(size[at]),
        }
        for at, row in enumerate(rows)
    ]
    return Table(list(_COLUMNS), listed, False, found.max_rows)


# ------------------------------------------------------------------------------------------------------- statements


def _of_all(newest: int) -> str:
    return (
        f"WITH {_VERSIONS.format(newest=newest)}, {_CHANGES.format(wanted=f'BETWEEN 1 AND {newest}')}, "  # noqa: S608 - numbers of ours
        f"summed AS (SELECT release, {_SUMS}, CAST(sum(gained) AS BIGINT) AS bytes_gained "
        "FROM changes GROUP BY release) "
        "SELECT idc_version AS release, left(CAST(version_timestamp AS VARCHAR), 10) AS day, "
        f"{', '.join(f'coalesce({name}, 0) AS {name}' for name in (*_COUNTS, 'bytes_gained'))}, "
        "(SELECT count(*) FROM index) AS series_today, "
        "(SELECT CAST(sum(CAST(round(series_size_MB * 1e6) AS BIGINT)) AS BIGINT) FROM index) AS bytes_today "
        "FROM version_metadata_index LEFT JOIN summed ON release = idc_version ORDER BY 1"
    )


def _of_one(release: int, newest: int) -> str:
    """Ask for the counts of each collection, and of the archive in the row without a collection.

    A version that both releases have is of its collection in both. Any other counts for the collection that the
    series has now, so that a collection of a new name is not a new one.
    """
    return (
        f"WITH {_VERSIONS.format(newest=newest)}, {_CHANGES.format(wanted=f'= {release}')}, "  # noqa: S608 - as above
        f"summed AS (SELECT collection, {_SUMS}, "
        "bool_or(kind <> 'added') AS was, bool_or(kind <> 'removed') AS remains "
        "FROM changes GROUP BY GROUPING SETS ((collection), ())), "
        f"staying AS (SELECT DISTINCT collection FROM versions WHERE since < {release} AND until >= {release}) "
        f"SELECT collection, {', '.join(_COUNTS)}, was OR staying.collection IS NOT NULL AS was, "
        "remains OR staying.collection IS NOT NULL AS remains FROM summed LEFT JOIN staying USING (collection) "
        "WHERE series_added + series_revised + series_removed > 0 OR collection IS NULL ORDER BY collection"
    )


def _of_analyses(release: int) -> str:
    added = f"count(*) FILTER (WHERE series_init_idc_version = {release})"
    return (
        f"SELECT analysis_result_id, min(series_init_idc_version) = {release} AS is_new, {added} AS series_added "  # noqa: S608 - as above
        f"FROM index WHERE analysis_result_id IS NOT NULL GROUP BY 1 HAVING {added} > 0"
    )


# ----------------------------------------------------------------------------------------------------------- reading


def _by_sql(idc: Client, release: int, newest: int) -> Steps[dict[str, Any]]:
    """Put together what the operation would answer, but for its note."""
    listed = yield from steps_of(sql)(idc, _of_one(release, newest))
    found = _responses.checked_rows(listed, collection=str | None, was=bool | None, remains=bool | None, **_COUNT_KINDS)
    totals = [row for row in found if row["collection"] is None]
    if len(totals) != 1:
        raise ContractError("POST /v3/sql was asked for one row of totals and gave " + str(len(totals)))
    collections = [_collection(row) for row in found if row["collection"] is not None]
    collections.sort(key=lambda one: (-one["size_TB_added"], -one["series_added"], one["collection_id"]))
    listed = yield from steps_of(sql)(idc, _of_analyses(release))
    analyses = list(_responses.checked_rows(listed, analysis_result_id=str, is_new=bool, series_added=int))
    analyses.sort(key=lambda one: (-one["series_added"], one["analysis_result_id"]))
    dated = yield from steps_of(sql)(idc, _DAYS)
    dates = _responses.checked_rows(dated, release=int, day=str | None)
    days = {row["release"]: _day(row["day"]) for row in dates}
    if release not in days:
        raise ContractError(f"version_metadata_index does not have the data release {release}")
    return {
        "idc_version": f"v{release}",
        "release_date": days[release],
        "previous_version": f"v{release - 1}" if release - 1 in days else None,
        "previous_release_date": days.get(release - 1),
        "current_version": f"v{newest}",
        **_counted(totals[0]),
        "new_collections": _of_status(collections, "new"),
        "removed_collections": _of_status(collections, "removed"),
        "collections": collections,
        "analysis_results": analyses,
    }


def _checked(body: Any, release: int, newest: int) -> V3ReleaseChanges:
    """Read what a release changed, and hold what it says of itself against what it lists."""
    found = _responses.parse_release_changes(200, body)
    if (found.idc_version, found.current_version) != (f"v{release}", f"v{newest}"):
        raise ContractError(
            f"what v{release} of v{newest} changed was asked for, and the answer is of {found.idc_version!r:.20} of "
            f"{found.current_version!r:.20}"
        )
    for name in (f"series_{kind}" for kind in _KINDS):
        listed = sum(getattr(one, name) for one in found.collections)
        if listed != getattr(found, name):
            raise ContractError(f"{name} of v{release} is {getattr(found, name)}, and its collections have {listed}")
    for status, ids in (("new", found.new_collections), ("removed", found.removed_collections)):
        if ids != sorted(one.collection_id for one in found.collections if one.status == status):
            raise ContractError(f"{status}_collections of v{release} are not the collections of that status")
    return evolve(found, note=UNSET)


def _counted(row: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the archive and each collection have."""
    return {
        **{f"series_{kind}": row[f"series_{kind}"] for kind in _KINDS},
        **{f"size_TB_{kind}": _terabytes(row[f"bytes_{kind}"]) for kind in _KINDS},
        "patients_affected": row["patients_affected"],
    }


def _collection(row: Mapping[str, Any]) -> dict[str, Any]:
    status = "new" if not row["was"] else "updated" if row["remains"] else "removed"
    return {"collection_id": row["collection"], "status": status, **_counted(row)}


def _of_status(collections: list[dict[str, Any]], status: str) -> list[str]:
    return sorted(one["collection_id"] for one in collections if one["status"] == status)


def _terabytes(size: int) -> float:
    return round(size / 1e12, 3)


def _day(text: Any) -> str | None:
    return str(text) if text else None
