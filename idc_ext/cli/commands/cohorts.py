"""Commands of v1, the API of the 2021 notebook: saved cohorts, their manifests and queries, and DICOM metadata."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from idc_client.api.v1 import delete_cohorts, list_cohorts
from idc_client.models import V1CohortIds, V1CohortSpec

from ... import v1
from ...errors import ContractError
from .. import _exit, _filters
from .._options import FILTERS, ContextParameter, Count, Flag, InputError, Limit, whole_number
from .._output import walks
from .._output.destination import Output, write_result
from .._output.escaping import escape_text
from .._output.results import Record, listing_of_rows
from .._requests import fetch_objects
from .selection import display_name, read_text

#: A parameter: the number of rows on a page of v1.
PageSize = Annotated[int, whole_number(1, 50_000)]
_OUTPUT = Output()
#: Of some fifty columns, those shown on a terminal.
_BRIEF_METADATA_COLUMNS = (
    "collection_id",
    "PatientID",
    "Modality",
    "BodyPartExamined",
    "SeriesInstanceUID",
    "SOPInstanceUID",
)
_COHORT_COLUMNS = ("cohort_id", "name", "description", "filterSet")
_DELETION_COLUMNS = ("cohort_id", "deleted", "message")
_DEFAULT_MANIFEST_COLUMNS = ("Collection_ID", "Patient_ID", "StudyInstanceUID", "SeriesInstanceUID", "CRDC_Series_GUID")


@Parameter(name="*", group=FILTERS)
@dataclass(frozen=True)
class CohortFilters:
    """Options with the filters of a cohort.

    Attributes:
        where: A filter of v1: `collection_id=TCGA-LUAD,TCGA-KIRC`, `race=ASIAN`, `age_at_diagnosis>=60`,
            `age_at_diagnosis=40..60`. May be given several times: different attributes are ANDed, values of one
            attribute are ORed.
        filters: A JSON file with filters of v1; `-` reads standard input.
        all_of_idc: Select the whole archive (needed when there are no filters).
    """

    where: Annotated[tuple[str, ...], Parameter(name=["--where", "-w"], negative=(), show_default=False)] = ()
    filters: Path | None = None
    all_of_idc: Flag = False

    def __bool__(self) -> bool:
        return bool(self.where or self.filters or self.all_of_idc)

    def spec(self, name: str, description: str) -> V1CohortSpec:
        """Make the cohort of the filters; raise InvalidFilter or InputError."""
        given: dict[str, Any] = {}
        if self.filters is not None:
            given = _filters.filters_from_json(read_text(self.filters), display_name(self.filters))
        wanted = _filters.read_v1_filters(self.where)
        twice = sorted(given.keys() & wanted.keys())
        if twice:
            raise InputError(f"{escape_text(twice[0])} is filtered twice: give all its values at once")
        if not given and not wanted and not self.all_of_idc:
            raise InputError("a cohort needs --where or --filters, or --all-of-idc for the whole archive")
        return v1.cohort(name, description, {**given, **wanted}, all_of_idc=self.all_of_idc)


_NO_FILTERS = CohortFilters()
FieldNames = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]


def list_(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List your saved cohorts."""
    with context.connect() as idc:
        found = fetch_objects(idc, list_cohorts, "cohorts")
    write_result(
        listing_of_rows(found, brief=("cohort_id", "name", "description", "permission"), columns=("cohort_id", "name")),
        out,
    )


def create(
    name: str,
    /,
    *,
    description: str = "",
    selection: CohortFilters = _NO_FILTERS,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """Save a cohort, bound to the active data version. Each run makes one more cohort.

    Args:
        name: The name, 1 to 255 characters.
        description: The description.
    """
    out.check_columns(_COHORT_COLUMNS)
    spec = selection.spec(name, description)
    with context.connect() as idc:
        saved = v1.create_cohort(idc, spec)
    write_result(Record(saved.to_dict()), out)


def delete(*cohort_ids: Count, out: Output = _OUTPUT, context: ContextParameter) -> int:
    """Delete saved cohorts. This cannot be undone.

    The exit code is 1 if one of them could not be deleted.

    Args:
        cohort_ids: The cohort_id of each, as listed by `idc-ext cohorts list`.
    """
    if not cohort_ids:
        raise InputError("cohorts delete takes one or more cohort_id, as listed by idc-ext cohorts list")
    out.check_columns(_DELETION_COLUMNS)
    with context.connect() as idc:
        found = fetch_objects(idc, delete_cohorts, "cohorts", body=V1CohortIds(cohorts=list(cohort_ids)))
    rows = [{"cohort_id": one.get("cohort_id"), **_deletion_outcome(one.get("result"))} for one in found]
    write_result(listing_of_rows(rows, columns=_DELETION_COLUMNS), out)
    left_out = sorted({*cohort_ids} - {one["cohort_id"] for one in rows})
    if left_out:
        raise ContractError(f"the service does not say whether it deleted {', '.join(map(str, left_out))}")
    return _exit.DONE if len(rows) == len(cohort_ids) and all(row["deleted"] for row in rows) else _exit.REFUSED


def manifest(
    cohort_id: Count | None = None,
    /,
    *,
    selection: CohortFilters = _NO_FILTERS,
    fields: FieldNames = (),
    limit: Limit = None,
    page_size: PageSize = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List the locations of the objects of a saved cohort, or of an unsaved one given by filters.

    Args:
        cohort_id: The cohort_id of a saved cohort; without it, filters are needed.
        fields: The columns, such as `Patient_ID,GCS_URL`; rows are distinct. By default those that identify series.
        limit: The maximum number of rows.
        page_size: The maximum number of rows per request, up to 50000.
        restart: Start again instead of resuming an interrupted run.
    """
    columns = _split_field_names(fields) or list(_DEFAULT_MANIFEST_COLUMNS)
    spec = _unsaved_cohort(cohort_id, selection)
    size = walks.needed_page_size(page_size, limit, out)
    with context.connect() as idc:
        if cohort_id is None:
            assert spec is not None  # noqa: S101 - or `_unsaved_cohort` has refused it
            rows: Any = v1.preview_manifest(idc, spec, fields=columns, page_size=size)
        else:
            rows = v1.manifest(idc, cohort_id, fields=columns, page_size=size)
        walks.write_walk(rows, out, limit=limit, restart=restart)


def query(
    cohort_id: Count | None = None,
    /,
    *,
    fields: FieldNames,
    selection: CohortFilters = _NO_FILTERS,
    limit: Limit = None,
    page_size: PageSize = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List metadata of a saved cohort, or of an unsaved one given by filters.

    Args:
        cohort_id: The cohort_id of a saved cohort; without it, filters are needed.
        fields: The fields, such as `PatientID,Modality`; rows are distinct.
        limit: The maximum number of rows.
        page_size: The maximum number of rows per request, up to 50000.
        restart: Start again instead of resuming an interrupted run.
    """
    wanted = _split_field_names(fields)
    spec = _unsaved_cohort(cohort_id, selection)
    size = walks.needed_page_size(page_size, limit, out)
    with context.connect() as idc:
        if cohort_id is None:
            assert spec is not None  # noqa: S101 - or `_unsaved_cohort` has refused it
            rows = v1.preview_query(idc, spec, wanted, page_size=size)
        else:
            rows = v1.query(idc, cohort_id, wanted, page_size=size)
        walks.write_walk(rows, out, limit=limit, restart=restart)


def metadata(
    *,
    limit: Limit = None,
    page_size: PageSize = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List DICOM metadata of every instance of the archive, from v1: millions of rows.

    Args:
        limit: The maximum number of rows.
        page_size: The maximum number of rows per request, up to 50000.
        restart: Start again instead of resuming an interrupted run.
    """
    with context.connect() as idc:
        rows = v1.dicom_metadata(idc, page_size=walks.needed_page_size(page_size, limit, out))
        walks.write_walk(rows, out, limit=limit, brief=_BRIEF_METADATA_COLUMNS, restart=restart)


def _unsaved_cohort(cohort_id: int | None, selection: CohortFilters) -> V1CohortSpec | None:
    if cohort_id is not None:
        if selection:
            raise InputError("a saved cohort has its own filters: give either a cohort_id or filters")
        return None
    return selection.spec("idc-ext", "")


def _split_field_names(fields: tuple[str, ...]) -> list[str]:
    return [name.strip() for part in fields for name in part.split(",") if name.strip()]


def _deletion_outcome(result: object) -> dict[str, Any]:
    said = result if isinstance(result, dict) else {}
    return {"deleted": "notes" in said, "message": said.get("notes") or said.get("message") or "no reason given"}
