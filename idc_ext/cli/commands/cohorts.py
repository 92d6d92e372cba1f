"""Commands of v1, the API of the 2021 notebook: saved cohorts, what they hold, and the metadata of everything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from idc_client.api.v1 import delete_cohorts, list_cohorts
from idc_client.models import V1CohortIds, V1CohortSpec

from ... import v1
from .. import _exit, _filters
from .._ask import ask_list
from .._options import FILTERS, Count, Flag, Given, InputError, Limit
from .._output import walks
from .._output.destination import Output, emit
from .._output.escaping import visible
from .._output.results import Record, listing
from .selection import content, name_of

_OUTPUT = Output()
#: What fits a terminal of some fifty columns.
_METADATA = ("collection_id", "PatientID", "Modality", "BodyPartExamined", "SeriesInstanceUID", "SOPInstanceUID")
_MANIFEST = ("Collection_ID", "Patient_ID", "StudyInstanceUID", "SeriesInstanceUID", "CRDC_Series_GUID")


@Parameter(name="*", group=FILTERS)
@dataclass(frozen=True)
class CohortFilters:
    """What a cohort holds.

    Attributes:
        where: A filter of v1: `collection_id=TCGA-LUAD,TCGA-KIRC`, `race=ASIAN`, `age_at_diagnosis>=60`,
            `age_at_diagnosis=40..60`. May be given again.
        filters: A file of v1's filters in JSON; `-` reads standard input.
        all_of_idc: Take the whole archive, which takes saying so.
    """

    where: Annotated[tuple[str, ...], Parameter(name=["--where", "-w"], negative=(), show_default=False)] = ()
    filters: Path | None = None
    all_of_idc: Flag = False

    def __bool__(self) -> bool:
        return bool(self.where or self.filters or self.all_of_idc)

    def spec(self, name: str, description: str) -> V1CohortSpec:
        """Describe a cohort; raises InvalidFilter."""
        given: dict[str, Any] = {}
        if self.filters is not None:
            given = _filters.from_json(content(self.filters), name_of(self.filters))
        wanted = _filters.read_v1(self.where)
        twice = sorted(given.keys() & wanted.keys())
        if twice:
            raise InputError(f"{visible(twice[0])} is filtered twice: give all its values at once")
        if not given and not wanted and not self.all_of_idc:
            raise InputError("a cohort needs --where or --filters, or --all-of-idc if everything is meant")
        return v1.cohort(name, description, {**given, **wanted}, all_of_idc=self.all_of_idc)


_ALL = CohortFilters()
Fields = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]


def list_(*, out: Output = _OUTPUT, context: Given) -> None:
    """List the user's saved cohorts."""
    with context.connect() as idc:
        found = ask_list(idc, list_cohorts, "cohorts")
    emit(listing(found, brief=("cohort_id", "name", "description", "permission"), columns=("cohort_id", "name")), out)


def create(
    name: str,
    /,
    *,
    description: str = "",
    selection: CohortFilters = _ALL,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """Save a cohort, bound to the active data version. Each success makes one more.

    Args:
        name: Of 1 to 255 characters.
        description: What it is for.
    """
    spec = selection.spec(name, description)
    with context.connect() as idc:
        saved = v1.create_cohort(idc, spec)
    emit(Record(saved.to_dict()), out)


def delete(*cohort_ids: Count, out: Output = _OUTPUT, context: Given) -> int:
    """Delete saved cohorts, for good.

    It ends with 1 if one of them could not be deleted.

    Args:
        cohort_ids: Their numbers, as `idc-ext cohorts list` lists them.
    """
    if not cohort_ids:
        raise InputError("cohorts delete takes the numbers of the cohorts")
    with context.connect() as idc:
        found = ask_list(idc, delete_cohorts, "cohorts", body=V1CohortIds(cohorts=list(cohort_ids)))
    rows = [{"cohort_id": one.get("cohort_id"), **_outcome(one.get("result"))} for one in found]
    emit(listing(rows, columns=("cohort_id", "deleted", "message")), out)
    return _exit.DONE if len(rows) == len(cohort_ids) and all(row["deleted"] for row in rows) else _exit.REFUSED


def manifest(
    cohort_id: Count | None = None,
    /,
    *,
    selection: CohortFilters = _ALL,
    fields: Fields = (),
    limit: Limit = None,
    page_size: Count = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """List where the objects of a saved cohort are, or of one that is only described.

    Args:
        cohort_id: The number of a saved cohort; without it, filters describe one.
        fields: The columns to ask for, such as `Patient_ID,GCS_URL`; rows that are equal in all of them come once.
            By default those that tell series.
        limit: The most rows.
        page_size: The most rows per request, up to 50000.
        restart: Forget how far an earlier run came.
    """
    columns = _names(fields) or list(_MANIFEST)
    spec = _described(cohort_id, selection)
    size = _page_size(page_size, limit, out)
    with context.connect() as idc:
        if cohort_id is None:
            assert spec is not None  # noqa: S101 - or `_described` has refused it
            rows: Any = v1.preview_manifest(idc, spec, fields=columns, page_size=size)
        else:
            rows = v1.manifest(idc, cohort_id, fields=columns, page_size=size)
        walks.emit(rows, out, limit=limit, restart=restart)


def query(
    cohort_id: Count | None = None,
    /,
    *,
    fields: Fields,
    selection: CohortFilters = _ALL,
    limit: Limit = None,
    page_size: Count = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """List metadata of a saved cohort, or of one that is only described.

    Args:
        cohort_id: The number of a saved cohort; without it, filters describe one.
        fields: The fields to ask for, such as `PatientID,Modality`; rows that are equal in all of them come once.
        limit: The most rows.
        page_size: The most rows per request, up to 50000.
        restart: Forget how far an earlier run came.
    """
    wanted = _names(fields)
    spec = _described(cohort_id, selection)
    size = _page_size(page_size, limit, out)
    with context.connect() as idc:
        if cohort_id is None:
            assert spec is not None  # noqa: S101 - or `_described` has refused it
            rows = v1.preview_query(idc, spec, wanted, page_size=size)
        else:
            rows = v1.query(idc, cohort_id, wanted, page_size=size)
        walks.emit(rows, out, limit=limit, restart=restart)


def metadata(
    *,
    limit: Limit = None,
    page_size: Count = 5000,
    restart: Flag = False,
    out: Output = _OUTPUT,
    context: Given,
) -> None:
    """List DICOM metadata of every instance of the archive, by v1: millions of rows.

    Args:
        limit: The most rows.
        page_size: The most rows per request, up to 50000.
        restart: Forget how far an earlier run came.
    """
    with context.connect() as idc:
        rows = v1.dicom_metadata(idc, page_size=_page_size(page_size, limit, out))
        walks.emit(rows, out, limit=limit, brief=_METADATA, restart=restart)


def _described(cohort_id: int | None, selection: CohortFilters) -> V1CohortSpec | None:
    if cohort_id is not None:
        if selection:
            raise InputError("a saved cohort has its own filters: give its number, or filters")
        return None
    return selection.spec("idc-ext", "")


def _names(fields: tuple[str, ...]) -> list[str]:
    return [name.strip() for part in fields for name in part.split(",") if name.strip()]


def _page_size(page_size: int, limit: int | None, out: Output) -> int:
    return min(page_size, max(1, walks.wanted(out, limit) or page_size))


def _outcome(result: object) -> dict[str, Any]:
    said = result if isinstance(result, dict) else {}
    return {"deleted": "notes" in said, "message": said.get("notes") or said.get("message") or "no reason given"}
