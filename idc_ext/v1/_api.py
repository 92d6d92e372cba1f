"""The public functions of v1, the API of the 2021 notebook. Pure: they make first calls and read bodies.

Paths, parameters and names come from the generated client and are not repeated. A filter that the service would
misread silently (an empty filter, a scalar for a list, a wrong case) is refused before it is sent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from idc_client.api.v1 import create_cohort as _create_cohort
from idc_client.api.v1 import get_cohort_manifest as _get_cohort_manifest
from idc_client.api.v1 import get_dicom_metadata as _get_dicom_metadata
from idc_client.api.v1 import preview_manifest as _preview_manifest
from idc_client.api.v1 import preview_query as _preview_query
from idc_client.api.v1 import query_cohort as _query_cohort
from idc_client.models import (
    V1CohortCreated,
    V1CohortProperties,
    V1CohortSpec,
    V1DicomMetadataRow,
    V1Flag,
    V1ManifestRow,
    V1QueryFields,
    V1QueryPreviewSpec,
)

from .._http.calls import Call, Client
from .._http.steps import fetch_steps, sending
from .._paging.page import Pending
from .._paging.rows import Rows
from .._tables.columns import Columns
from ..errors import ContractError, InvalidFilter
from . import _filters, _pages
from ._applied import ExpectedCohort, same_filter

if TYPE_CHECKING:
    from .._http.steps import Steps
    from .._paging.page import Page


#: A row of a query, by wire name. Numbers come as text, multiple values as lists, missing ones as None.
Row: TypeAlias = dict[str, str | list[str] | None]


def cohort(
    name: str, description: str, filters: Mapping[str, Sequence[str | float]], *, all_of_idc: bool = False
) -> V1CohortSpec:
    """Describe a cohort: different attributes are ANDed, values of one attribute are ORed.

    Args:
        name: The name, 1 to 255 characters.
        description: The description; may be empty.
        filters: Attribute name, in the service's spelling, to a list of values. Text attributes take one or more
            strings, numeric ones a single number; with the suffix `_btw` two numbers, low bound first.
        all_of_idc: True selects the whole archive; needed when `filters` is empty.

    Raises:
        InvalidFilter: the service would refuse or misread the name, the description or a filter.
    """
    _filters.check_cohort_labels(name, description)
    if not filters and not all_of_idc:
        raise InvalidFilter("a cohort without filters is the whole archive: pass all_of_idc=True to select it")
    return V1CohortSpec(name=name, description=description, filters=_filters.checked_filters(filters))


def preview_manifest(
    idc: Client, spec: V1CohortSpec, *, fields: Iterable[str], page_size: int = 1000, sql: bool = False
) -> Rows[V1ManifestRow]:
    """List the locations of the objects of an unsaved cohort. Rows are distinct, sorted by the last column.

    Args:
        idc: A client; no credentials are needed.
        spec: A cohort made by `cohort`.
        fields: Columns by wire name, such as `Patient_ID` or `GCS_URL`; at least one.
        page_size: The maximum number of rows per request, up to 50000.
        sql: Also return the query as BigQuery SQL, in `info["cohort"]["sql"]` of the first page.

    Raises:
        InvalidFilter: a column is unknown or named twice, or there is none. Iterating raises the errors of `Rows`.
    """
    columns = _filters.checked_manifest_columns(fields)
    build = functools.partial(_preview_manifest._get_kwargs, body=spec, page_size=page_size)
    return _paged_rows(
        idc, build, _column_flags(columns.values(), sql), "manifest", Columns.of(V1ManifestRow, only=columns), spec
    )


def manifest(
    idc: Client, cohort_id: int, *, fields: Iterable[str], page_size: int = 1000, sql: bool = False
) -> Rows[V1ManifestRow]:
    """List the locations of the objects of a saved cohort, in its data version. Needs the credentials of its owner.

    Arguments and errors are those of `preview_manifest`.
    """
    columns = _filters.checked_manifest_columns(fields)
    build = functools.partial(_get_cohort_manifest._get_kwargs, cohort_id=cohort_id, page_size=page_size)
    return _paged_rows(
        idc, build, _column_flags(columns.values(), sql), "manifest", Columns.of(V1ManifestRow, only=columns)
    )


def preview_query(idc: Client, spec: V1CohortSpec, fields: Iterable[str], *, page_size: int = 1000) -> Rows[Row]:
    """List metadata of an unsaved cohort. Rows are distinct, sorted by all fields in the order given.

    Args:
        idc: A client; no credentials are needed.
        spec: A cohort made by `cohort`.
        fields: Fields by wire name, such as `PatientID` or `Modality`; at least one.
        page_size: The maximum number of rows per request, up to 50000.

    Raises:
        InvalidFilter: a field is unknown or named twice, or there is none. Iterating raises the errors of `Rows`.
    """
    wanted = V1QueryFields(fields=_filters.checked_query_fields(fields))
    body = V1QueryPreviewSpec(cohort_def=spec, query_fields=wanted)
    build = functools.partial(_preview_query._get_kwargs, body=body, page_size=page_size)
    return _paged_rows(idc, build, {}, "query_results", Columns.texts(map(str, wanted.fields)), spec)


def query(idc: Client, cohort_id: int, fields: Iterable[str], *, page_size: int = 1000) -> Rows[Row]:
    """List metadata of a saved cohort, in its data version. Needs the credentials of its owner.

    Arguments and errors are those of `preview_query`.
    """
    wanted = V1QueryFields(fields=_filters.checked_query_fields(fields))
    build = functools.partial(_query_cohort._get_kwargs, cohort_id=cohort_id, body=wanted, page_size=page_size)
    return _paged_rows(idc, build, {}, "query_results", Columns.texts(map(str, wanted.fields)))


def dicom_metadata(idc: Client, *, page_size: int = 1000) -> Rows[Row]:
    """List a fixed selection of DICOM metadata for every instance of the archive: millions of rows.

    Rows are sorted by collection, patient, study, series and instance. No credentials are needed.
    """
    build = functools.partial(_get_dicom_metadata._get_kwargs, page_size=page_size)
    return _paged_rows(idc, build, {}, "query_results", Columns.of(V1DicomMetadataRow, open_ended=True))


@sending
def create_cohort(idc: Client, spec: V1CohortSpec) -> Steps[V1CohortProperties]:
    """Save a cohort, bound to the active data version. Needs credentials. Each call makes one more cohort.

    Raises:
        APIError: the service refused, even with status 200.
        ContractError: the cohort has been saved, but without some of the filters (the service of 2021 dropped
            the ranged forms), or with others; the message gives its identifier.
    """
    saved = yield from fetch_steps(idc, Call.of(_create_cohort._get_kwargs(body=spec)), _read_created_cohort)
    if saved.name != spec.name:
        raise ContractError(f"cohort {saved.cohort_id} was saved as {saved.name!r:.80} and not as {spec.name!r:.80}")
    sent, applied = spec.filters.additional_properties, saved.filter_set.filters.additional_properties
    lost = sorted(sent.keys() - applied.keys())
    if lost:
        raise ContractError(
            f"cohort {saved.cohort_id} was saved without the filters on {', '.join(lost)}, so it holds more "
            "than requested: delete it, and use a preview instead"
        )
    other = [name for name in sorted(applied) if not same_filter(name, sent.get(name, ()), applied[name])]
    if other:
        raise ContractError(
            f"cohort {saved.cohort_id} was saved with another filter on {other[0]!r:.80} than was sent: delete it, and "
            "use a preview instead"
        )
    return saved


def _paged_rows(
    idc: Client,
    build: Callable[..., dict[str, Any]],
    first: Mapping[str, Any],
    holder: _pages.PageKind,
    columns: Columns,
    spec: V1CohortSpec | None = None,
) -> Rows[Any]:
    """Make a paged request. Calls after the first carry the token and `page_size`, and no other parameter.

    Answers are checked against the filters of `spec`, if there is one.
    """
    call = Call.of(build(**first))
    filters = {} if spec is None else spec.filters.additional_properties
    expected = ExpectedCohort(str(call), filters, columns.names if filters else ())

    def parse(status: int, body: Any) -> Page[Any] | Pending:
        page = _pages.parse_page(holder, columns, status, body)
        return page if spec is None or isinstance(page, Pending) else expected.checked(page)

    def decode_bytes(content: bytes) -> Page[Any] | None:
        page = _pages.parse_page_bytes(holder, columns, content)
        return page if spec is None or page is None else expected.checked(page)

    return Rows(
        idc,
        call,
        lambda token: Call.of(build(next_page=token)),
        parse,
        columns=columns,
        decode_bytes=decode_bytes,
        find_next_token=_pages.find_next_token,
    )


def _column_flags(columns: Iterable[str], sql: bool) -> dict[str, V1Flag]:
    return dict.fromkeys([*columns, *(["sql"] if sql else [])], V1Flag.TRUE)


def _read_created_cohort(_status: int, body: Any) -> V1CohortProperties:
    properties = V1CohortCreated.from_dict(body).cohort_properties
    if not isinstance(properties, V1CohortProperties):
        raise TypeError("cohort_properties without a cohort_id")
    if type(properties.cohort_id) is not int or type(properties.name) is not str:
        raise TypeError("cohort_id is not a number, or name is not text")
    return properties
