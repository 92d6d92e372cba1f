"""What each data release changed, worked out from the public index row by row, as its definition says it.

Law: nothing here comes from idc_standin or the client. All versions of all series are put side by side; nothing is left
out of the comparison because it cannot have changed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from idc_contract.oracle.index import Index

AT = """
SELECT SeriesInstanceUID AS series, crdc_series_uuid AS uuid, collection_id, PatientID, series_size_MB AS mb,
    series_revised_idc_version AS since FROM index WHERE series_revised_idc_version <= {0} AND {0} <= {newest}
UNION ALL
SELECT SeriesInstanceUID, crdc_series_uuid, collection_id, PatientID, series_size_MB, min_idc_version
FROM prior_versions_index WHERE {0} BETWEEN min_idc_version AND max_idc_version
"""
ONCE = """
SELECT series, uuid, min(collection_id) AS collection_id, min(PatientID) AS PatientID, min(mb) AS mb,
    min(since) AS since
FROM ({0}) GROUP BY series, uuid
"""
JOINED = """
SELECT coalesce(cur.collection_id, prev.collection_id) AS collection_id,
    coalesce(cur.PatientID, prev.PatientID) AS patient, coalesce(cur.mb, prev.mb) AS mb,
    prev.series IS NOT NULL AS was, cur.series IS NOT NULL AS remains,
    CASE WHEN prev.series IS NULL THEN 'added' WHEN cur.series IS NULL THEN 'removed'
        WHEN {revised} THEN 'revised' END AS kind
FROM ({cur}) AS cur FULL OUTER JOIN ({prev}) AS prev USING (series)
"""
SUMS = ", ".join(
    f"count(*) FILTER (WHERE kind = '{kind}') AS series_{kind}, "
    f"round(coalesce(sum(mb) FILTER (WHERE kind = '{kind}'), 0) / 1e6, 3) AS \"size_TB_{kind}\""
    for kind in ("added", "revised", "removed")
)
PATIENTS = "count(DISTINCT patient) FILTER (WHERE kind IS NOT NULL) AS patients_affected"
MEMBERS = (
    *(f"series_{kind}" for kind in ("added", "revised", "removed")),
    *(f"size_TB_{kind}" for kind in ("added", "revised", "removed")),
    "patients_affected",
)


@cache
def expected(index: Index, release: int, *, by_row: bool = False) -> dict[str, Any]:
    """The answer for a release, without its note. ``by_row``: each row is a version, as upstream's branch counts."""
    dates = dict(index.rows("SELECT idc_version, nullif(version_timestamp, '') FROM version_metadata_index"))
    newest = max(dates)
    cur, prev = (AT.format(one, newest=newest) for one in (release, release - 1))
    if not by_row:
        cur, prev = ONCE.format(cur), ONCE.format(prev)
    revised = f"cur.since = {release}" if by_row else "cur.uuid <> prev.uuid"
    index.rows(f"CREATE OR REPLACE TEMP TABLE joined AS {JOINED.format(cur=cur, prev=prev, revised=revised)}")
    total = _records(index, f"SELECT {SUMS}, {PATIENTS} FROM joined")[0]
    listed = _records(
        index,
        f"SELECT collection_id, bool_or(was) AS was, bool_or(remains) AS remains, {SUMS}, {PATIENTS} FROM joined "
        "GROUP BY collection_id HAVING count(kind) > 0",
    )
    status = {(True, True): "updated", (False, True): "new", (True, False): "removed"}
    collections = [
        {
            "collection_id": one["collection_id"],
            "status": status[one["was"], one["remains"]],
            **{name: one[name] for name in MEMBERS},
        }
        for one in listed
    ]
    collections.sort(key=lambda one: (-one["size_TB_added"], -one["series_added"], one["collection_id"]))
    analyses = _records(
        index,
        "SELECT analysis_result_id, count(*) AS series_added, "
        "(SELECT min(other.series_init_idc_version) FROM index AS other "
        f"WHERE other.analysis_result_id = one.analysis_result_id) = {release} AS is_new FROM index AS one "
        f"WHERE analysis_result_id IS NOT NULL AND series_init_idc_version = {release} GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    known = release - 1 in dates
    return {
        "idc_version": f"v{release}",
        "release_date": dates[release],
        "previous_version": f"v{release - 1}" if known else None,
        "previous_release_date": dates[release - 1] if known else None,
        "current_version": f"v{newest}",
        **{name: total[name] for name in MEMBERS},
        "new_collections": sorted(one["collection_id"] for one in collections if one["status"] == "new"),
        "removed_collections": sorted(one["collection_id"] for one in collections if one["status"] == "removed"),
        "collections": collections,
        "analysis_results": [
            {name: one[name] for name in ("analysis_result_id", "is_new", "series_added")} for one in analyses
        ],
    }


def _records(index: Index, sql: str) -> list[dict[str, Any]]:
    found = index.connection.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
