"""Addresses of IDC's viewers."""

from __future__ import annotations

BASE = "https://viewer.imaging.datacommons.cancer.gov"
VIEWERS = {  # viewer -> path for a study, and what a series appends
    "ohif_v2": ("/viewer/{study}", "?SeriesInstanceUID={series}"),
    "ohif_v3": ("/v3/viewer/?StudyInstanceUIDs={study}", "&initialSeriesInstanceUID={series}"),
    "slim": ("/slim/studies/{study}", "/series/{series}"),
}


def viewer_url(viewer: str, study: str, series: str | None) -> str:
    """Where a study, or a series in it, can be looked at."""
    for_study, for_series = VIEWERS[viewer]
    address = BASE + for_study.format(study=study)
    return address + for_series.format(series=series) if series else address
