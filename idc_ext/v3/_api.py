"""The public functions of v3, today's live service: manifests, counts, licences, citations, SQL, viewers, values.

Paths, parameters and names come from the generated client and are not repeated. A filter that the service would
ignore is refused before it is sent; every answer is checked against the filters that the service reports as applied;
an answer that the service truncates silently is an error. Warnings of the service are `ServiceWarning`.

`manifest` and `manifest_lines` return values that send when they are used. The other functions send at once: each is
written as steps, and `idc_ext.aio` has all of them for async code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve
from idc_client.api.v3 import count_cohort as _count_cohort
from idc_client.api.v3 import get_attribute_values as _get_attribute_values
from idc_client.api.v3 import get_attributes as _get_attributes
from idc_client.api.v3 import get_citations as _get_citations
from idc_client.api.v3 import get_licenses as _get_licenses
from idc_client.api.v3 import get_manifest as _get_manifest
from idc_client.api.v3 import get_manifest_text as _get_manifest_text
from idc_client.api.v3 import get_stats as _get_stats
from idc_client.api.v3 import get_version as _get_version
from idc_client.api.v3 import get_viewer_url as _get_viewer_url
from idc_client.api.v3 import run_sql as _run_sql
from idc_client.models import (
    V3AttributeValues,
    V3CitationsRequest,
    V3CitationsRequestCitationFormat,
    V3Counts,
    V3IndexColumn,
    V3License,
    V3ManifestRequest,
    V3ManifestRow,
    V3ManifestTextRequest,
    V3ManifestTextRequestSource,
    V3SelectionRequest,
    V3SqlRequest,
    V3Viewer,
)
from idc_client.types import UNSET

from .._http.calls import Call, Client, TypedCall
from .._http.steps import fetch_steps, sending, steps_of
from .._paging.lines import Lines
from .._paging.rows import Rows
from .._suggest import did_you_mean
from .._tables.listed import ModelList
from ..errors import ContractError, InvalidFilter, PagingError, TruncatedResult
from . import _pages, _responses
from ._applied import ExpectedFilters
from ._engine_types import exact_statement
from ._filters import (
    EVERY_SERIES,
    Filters,
    FilterValue,
    check_sql_statement,
    checked_choice,
    checked_filters,
    checked_integer,
    lines_as_in,
    without_end,
)
from ._responses import Citations
from ._table import Table

if TYPE_CHECKING:
    from .._http.steps import Steps
    from .._paging.page import Page


#: The argument `filters` of every function: a value made by `where`, or a mapping that `where` takes.
Selection: TypeAlias = Filters | Mapping[str, FilterValue]

#: The maximum of rows of SQL, and of values of a column, in one answer of the service.
_SERVICE_LIMIT = 10_000
#: In seconds: how long the service waits for one request to DataCite or doi.org; it sends them one by one.
_DOI_LOOKUP_SECONDS = 30
#: How many DOIs the service looks up at DataCite in one request.
_DOIS_PER_REQUEST = 50
#: The token of a page of a manifest. It may come from a checkpoint.
_PAGE_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DICOM_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+", re.ASCII)


def manifest(
    idc: Client, filters: Selection, *, page_size: int = 5000, all_of_idc: bool = False
) -> Rows[V3ManifestRow]:
    """List the series of a selection, sorted by collection, patient, study and series, from one data release.

    Args:
        idc: A client; no credentials are needed.
        filters: Filters made by `where`, or a mapping that it takes.
        page_size: The maximum number of rows per request. The service adjusts it to 1 to 5000.
        all_of_idc: True selects the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: the service would refuse or misread the filters. Iterating raises the errors of `Rows`, and
            DataReleaseChanged if the service changed to other data meanwhile.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    listed = wanted or EVERY_SERIES
    first = V3ManifestRequest(filters=listed.to_model(), page=0, page_size=checked_integer(page_size, "page_size"))

    def page_call(token: str) -> Call:
        if not _PAGE_NUMBER.fullmatch(token):
            raise PagingError(f"{token!r:.40} is not the number of a page of a manifest; start anew")
        return Call.of(_get_manifest._get_kwargs(body=evolve(first, page=int(token))))

    expected = ExpectedFilters.of(idc, page_call("0"), listed)

    def parse_page(status: int, body: Any) -> Page[V3ManifestRow]:
        return expected.checked_page(_pages.parse_manifest_page(status, body))

    def parse_page_bytes(content: bytes) -> Page[V3ManifestRow] | None:
        page = _pages.parse_manifest_page_bytes(content)
        return None if page is None else expected.checked_page(page)

    return Rows(
        idc,
        page_call("0"),
        page_call,
        parse_page,
        pin=_release_question(),
        expected_total=None if wanted else _archive_series_question(),
        columns=_pages.MANIFEST_COLUMNS,
        decode_bytes=parse_page_bytes,
    )


def manifest_lines(
    idc: Client, filters: Selection, *, source: Literal["aws", "gcs"] = "aws", all_of_idc: bool = False
) -> Lines:
    """List the addresses of the series of a selection, `s3://bucket/uuid/*`, without line ends, as they arrive.

    The service truncates the text silently. So the series are counted first, and the last line is given only after
    all of them have arrived.

    Args:
        idc: A client; no credentials are needed.
        filters: Filters made by `where`, or a mapping that it takes.
        source: The buckets of Amazon (aws) or of Google (gcs); addresses of both begin with `s3://`.
        all_of_idc: True selects the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: the service would refuse or misread the filters. Iterating raises the errors of `Lines`.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    listed = (wanted or EVERY_SERIES).to_model()
    clouds = V3ManifestTextRequestSource(checked_choice(source, V3ManifestTextRequestSource, "source"))

    def lines_call(limit: int) -> Call:
        request = V3ManifestTextRequest(filters=listed, source=clouds, limit=limit)
        return Call.of(_get_manifest_text._get_kwargs(body=request))

    return Lines(
        idc,
        _selection_series_question(idc, wanted) if wanted else _archive_series_question(),
        lines_call,
        _responses.MANIFEST_LINE,
        _release_question(),
    )


@sending
def counts(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> Steps[V3Counts]:
    """Count patients, studies, series and instances of a selection. An empty selection gives zeros, not an error.

    So does a value that does not occur: `check_values` finds it.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    call = Call.of(_count_cohort._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    parse = ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_counts)
    return (yield from fetch_steps(idc, call, parse))


@sending
def licenses(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> Steps[ModelList[V3License]]:
    """List the licences of a selection with their numbers of series, the most frequent first."""
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    call = Call.of(_get_licenses._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    parse = ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_licenses)
    return (yield from fetch_steps(idc, call, parse))


@sending
def citations(
    idc: Client,
    filters: Selection,
    *,
    style: Literal["apa", "bibtex", "csl-json", "turtle"] = "apa",
    all_of_idc: bool = False,
) -> Steps[Citations]:
    """Give the citations of the data of a selection, and the DOIs that have none.

    The service looks up many DOIs at once at DataCite and the remaining ones at doi.org, and omits those that fail.
    The timeout of this call grows with the number of DOIs.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    form = V3CitationsRequestCitationFormat(checked_choice(style, V3CitationsRequestCitationFormat, "style"))
    statement = f"SELECT DISTINCT source_DOI FROM index WHERE source_DOI IS NOT NULL AND {wanted.sql()} ORDER BY 1"  # noqa: S608 - values are quoted there
    dois = _responses.dois_of_table((yield from steps_of(sql)(idc, statement)))
    call = Call.of(_get_citations._get_kwargs(body=V3CitationsRequest(wanted.to_model(), form)))
    # One more lookup for the DOI of IDC itself, and one more for the request to the service.
    patient_call = evolve(call, timeout=_DOI_LOOKUP_SECONDS * (-(-len(dois) // _DOIS_PER_REQUEST) + len(dois) + 2))
    parse = ExpectedFilters.of(idc, call, wanted).checking_parser(partial(_responses.parse_citations, style))
    found, acknowledgment = yield from fetch_steps(idc, patient_call, parse)
    return Citations(found, [] if len(found) == len(dois) else _responses.unresolved_dois(dois, found), acknowledgment)


@sending
def sql(
    idc: Client,
    statement: str,
    *,
    max_rows: int | None = None,
    allow_truncated: bool = False,
    typed: bool = False,
) -> Steps[Table]:
    """Run one SELECT over the index tables, in DuckDB's SQL. `Table` describes the column types in Arrow and pandas.

    Args:
        idc: A client; no credentials are needed.
        statement: SQL that begins with SELECT or WITH. Without ORDER BY the order of rows is undefined.
        max_rows: The maximum number of rows; by default the maximum of the service, 10000.
        allow_truncated: Accept a truncated result; `.truncated` tells whether it is one.
        typed: Request the types of the columns first, by a request of its own; then exact values stay exact, such as
            decimals, which otherwise come as doubles.

    Raises:
        InvalidFilter: the statement has a comment mark within quotes or within a comment; the service misreads it.
        TruncatedResult: there are more rows.
        InvalidRequest, QueryTimeout: the service refused the statement, or stopped it after 30 s.
    """
    check_sql_statement(statement)
    with lines_as_in(statement):
        return (yield from _run_select(idc, statement, max_rows, allow_truncated, typed))


def _run_select(idc: Client, statement: str, max_rows: int | None, allow_truncated: bool, typed: bool) -> Steps[Table]:
    if typed:
        # The service renames columns of the same name by selecting from the statement; this does the same.
        inner = without_end(statement)
        described = f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM (\n{inner}\n))"  # noqa: S608 - the caller's own SQL
        described_columns = yield from steps_of(sql)(idc, described)
        exact, types = exact_statement(inner, _responses.column_types_of_table(described_columns))
        found = yield from steps_of(sql)(idc, exact, max_rows=max_rows, allow_truncated=allow_truncated)
        if types.keys() != set(found.columns):
            raise ContractError(f"POST /v3/sql gave the columns {found.columns!r:.80} and types of {[*types]!r:.80}")
        return evolve(found, types=types)
    limit = _SERVICE_LIMIT if max_rows is None else checked_integer(max_rows, "max_rows")
    call = Call.of(_run_sql._get_kwargs(body=V3SqlRequest(statement, limit)))
    table = yield from fetch_steps(idc, call, _responses.parse_sql_table)
    if table.truncated and not allow_truncated:
        advice = "raise max_rows" if limit <= table.max_rows < _SERVICE_LIMIT else "narrow the statement"
        raise TruncatedResult(
            f"{call}: the statement has more than {table.max_rows} rows: {advice}, "
            "or pass allow_truncated=True to accept a part"
        )
    return table


@sending
def viewer_url(
    idc: Client,
    *,
    series: str | None = None,
    study: str | None = None,
    viewer: Literal["ohif_v2", "ohif_v3", "slim"] | None = None,
) -> Steps[str]:
    """Give the address at which a browser shows a series or a study.

    Raises:
        InvalidFilter: neither is given, one is not a DICOM UID, or the series belongs to another study.
        NotFound: there is no such series or study.
    """
    uids = {"series": series, "study": study}
    wrong = [name for name, uid in uids.items() if uid is not None and not _is_dicom_uid(uid)]
    if wrong or (series is None and study is None):
        raise InvalidFilter(f"the viewer needs a DICOM UID as {' and '.join(wrong) or 'series or study'}")
    chosen = UNSET if viewer is None else V3Viewer(checked_choice(viewer, V3Viewer, "viewer"))
    # Given a study, the service would neither check nor escape the series.
    parameters = {"study_instance_uid": study} if series is None else {"series_instance_uid": series}
    call = Call.of(_get_viewer_url._get_kwargs(**parameters, viewer=chosen))
    found = yield from fetch_steps(idc, call, _responses.parse_viewer_url)
    _responses.check_subject(call, series_instance_uid=(series, found.series_instance_uid or None))
    if viewer is not None:
        _responses.check_subject(call, viewer=(viewer, str(found.viewer)))
    if series is None:
        _responses.check_subject(call, study_instance_uid=(study, found.study_instance_uid))
    elif study is not None and found.study_instance_uid != study:
        raise InvalidFilter(f"series {series} belongs to study {found.study_instance_uid}, not {study}")
    return found.viewer_url


@sending
def attribute_values(idc: Client, name: str, *, limit: int = 100) -> Steps[V3AttributeValues]:
    """List the values of a column of the table `index` with their numbers of series, the most frequent first.

    `.truncated` tells whether there are more than `limit` values; `limit` may be up to 10000.
    """
    column = V3IndexColumn(checked_choice(name, V3IndexColumn, "column of the table index"))
    call = Call.of(_get_attribute_values._get_kwargs(column, limit=checked_integer(limit, "limit")))
    found = yield from fetch_steps(idc, call, partial(_responses.parse_model, V3AttributeValues))
    _responses.check_subject(call, attribute=(name, str(found.attribute)))
    return found


@sending
def check_values(idc: Client, filters: Selection) -> Steps[Filters]:
    """Check that the values of filters occur in the data; the service itself finds nothing for an unknown value.

    Attributes that the service does not mark as categorical, such as UIDs, are not checked.

    Returns:
        The filters, for the next function.

    Raises:
        InvalidFilter: a value does not occur; the message names a similar one.
        TruncatedResult: an attribute has too many values to compare with.
    """
    wanted = checked_filters(filters, all_of_idc=False)
    listed: dict[str, bool] = {}
    if wanted.terms:
        call = Call.of(_get_attributes._get_kwargs())
        listed = yield from fetch_steps(idc, call, _responses.parse_categorical_attributes)
    wrong: list[str] = []
    for name, values in wanted.terms.items():
        if listed.get(name, True):
            found = yield from steps_of(attribute_values)(idc, name, limit=_SERVICE_LIMIT)
            if found.truncated:
                raise TruncatedResult(f"{name} has more than {len(found.values)} values, too many to compare with")
            known = {str(one.value) for one in found.values}
            missing = [value for value in dict.fromkeys(values) if value not in known]
            wrong += [f"{value!r:.80} is not a value of {name}{did_you_mean(value, known)}" for value in missing]
    if wrong:
        raise InvalidFilter("; ".join(wrong))
    return wanted


def _release_question() -> TypedCall[str]:
    return TypedCall(Call.of(_get_version._get_kwargs()), _responses.parse_release_name)


def _archive_series_question() -> TypedCall[int]:
    return TypedCall(Call.of(_get_stats._get_kwargs()), _responses.parse_archive_series)


def _selection_series_question(idc: Client, wanted: Filters) -> TypedCall[int]:
    call = Call.of(_count_cohort._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    read = ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_counts)
    return TypedCall(call, lambda status, body: read(status, body).series)


def _is_dicom_uid(uid: object) -> bool:
    return isinstance(uid, str) and len(uid) <= 64 and bool(_DICOM_UID.fullmatch(uid))
