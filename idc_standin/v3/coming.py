"""What upstream's next release adds to v3, for `idc-standin serve --next`: an operation, and a member of an answer.

Law: HTTP shapes only. Everything here is marked `x-idc-since: unreleased` in openapi.yaml; when a release has it, it
moves to handlers.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Response

from idc_standin.v3.handlers import V3, invalid
from idc_standin.v3.json import dumps
from idc_standin.v3.releases import NoSuchRelease

if TYPE_CHECKING:
    from idc_standin.v3.index import Index
    from idc_standin.v3.releases import Releases
    from idc_standin.v3.sql.pool import SqlPool

NOTABLE = {  # table -> columns to begin with; those that a table lacks are left out
    "index": (
        "collection_id", "analysis_result_id", "PatientID", "SeriesInstanceUID", "Modality", "BodyPartExamined",
        "SeriesDescription", "license_short_name", "series_size_MB", "series_init_idc_version",
        "series_revised_idc_version",
    ),
    "version_metadata_index": ("idc_version", "version_timestamp"),
    "prior_versions_index": ("SeriesInstanceUID", "min_idc_version", "max_idc_version"),
    "seg_index": ("segmented_SeriesInstanceUID", "SegmentedPropertyType_CodeMeanings"),
}  # fmt: skip


class Next(V3):
    """The operations of v3 as the next release will have them."""

    def __init__(self, index: Index, sql: SqlPool, releases: Releases, **options: Any) -> None:
        super().__init__(index, sql, **options)
        self.releases = releases

    def get_release_changes(self, version: Annotated[int | None, Query(ge=1)] = None) -> Any:
        """What a data release changed."""
        try:
            found = self.releases.changes(version)
        except NoSuchRelease as error:
            raise invalid(str(error)) from None
        return Response(dumps(found), media_type="application/json")

    def _table_info(self, schema: dict[str, Any]) -> dict[str, Any]:
        columns = {column["name"] for column in schema["columns"]}
        notable = [name for name in NOTABLE.get(schema["name"], ()) if name in columns]
        return {**super()._table_info(schema), "notable_columns": notable}
