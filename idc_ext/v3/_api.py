"""The dialect of v3, today's live service: it computes calls and reads bodies.

Paths, parameters and names come from the generated client and are not said again. A filter that the service would
leave out is refused before it is sent, every answer to a filter is held against the filters that the service says it
applied, and what it cuts short without a word is an error. What it warns of is a `ServiceWarning`.

`manifest` and `manifest_lines` are values that serve `for` and `async for`. The others answer at once; from
asynchronous code, `await asyncio.to_thread(v3.counts, idc, filters)` does the same and blocks nobody.
"""

from __future__ import annotations

import re
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

from .._http.calls import Call, Client, Question, fetch
from .._paging.lines import Lines
from .._paging.rows import Rows
from .._suggest import did_you_mean
from ..errors import ContractError, InvalidFilter, TruncatedResult
from . import _pages, _responses
from ._applied import ExpectedFilters
from ._filters import (
    EVERY_SERIES,
    Filters,
    FilterValue,
    check_sql_statement,
    checked_choice,
    checked_filters,
    checked_integer,
)
from ._responses import Citations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._paging.page import Page
    from ._table import Table


#: What every function takes as filters: what `where` made, or the mapping it takes.
Selection: TypeAlias = "Filters | Mapping[str, FilterValue]"

#: The most rows of SQL, and the most values of a column, that the service gives at once.
_SERVICE_LIMIT = 10_000
#: In seconds: how long the service waits for DataCite and doi.org, for each request in turn.
_DOI_LOOKUP_SECONDS = 30
#: How many DOIs it asks DataCite for in one request.
_DOIS_PER_REQUEST = 50
_DICOM_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+", re.ASCII)


def manifest(
    idc: Client, filters: Selection, *, page_size: int = 5000, all_of_idc: bool = False
) -> Rows[V3ManifestRow]:
    """List the series of a selection, by collection, patient, study and series, all from one data release.

    Args:
        idc: A client; no credentials are needed.
        filters: What `where` takes or made.
        page_size: The most rows per request. The service gives 1 to 5000; what it reports counts.
        all_of_idc: Must be true to list the whole archive by empty filters.

    Raises:
        InvalidFilter: the filters would be refused or misread. Iterating raises as `Rows` says, and
            DataReleaseChanged where the service changed to other data meanwhile.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    listed = wanted or EVERY_SERIES
    first = V3ManifestRequest(filters=listed.to_model(), page=0, page_size=checked_integer(page_size, "page_size"))

    def ask(token: str) -> Call:
        return Call.of(_get_manifest._get_kwargs(body=evolve(first, page=int(token))))

    expected = ExpectedFilters.of(idc, ask("0"), listed)

    def parse(status: int, body: Any) -> Page[V3ManifestRow]:
        return expected.checked_page(_pages.parse_manifest_page(status, body))

    def straight(content: bytes) -> Page[V3ManifestRow] | None:
        page = _pages.parse_manifest_page_bytes(content)
        return None if page is None else expected.checked_page(page)

    return Rows(
        idc,
        ask("0"),
        ask,
        parse,
        pin=_release_question(),
        due=None if wanted else _archive_series_question(),
        columns=_pages.MANIFEST_COLUMNS,
        straight=straight,
    )


def manifest_lines(
    idc: Client, filters: Selection, *, source: Literal["aws", "gcs"] = "aws", all_of_idc: bool = False
) -> Lines:
    """List the addresses of the series of a selection, `s3://bucket/uuid/*`, as they arrive and without their end.

    The service cuts the text short without a word, so the series are counted first, and the last line only comes
    when all of them have.

    Args:
        idc: A client; no credentials are needed.
        filters: What `where` takes or made.
        source: Whose buckets: those of Amazon (aws) or of Google (gcs), whose addresses begin with s3, too.
        all_of_idc: Must be true to list the whole archive by empty filters.

    Raises:
        InvalidFilter: the filters would be refused or misread. Iterating raises as `Lines` says.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    listed = (wanted or EVERY_SERIES).to_model()
    clouds = V3ManifestTextRequestSource(checked_choice(source, V3ManifestTextRequestSource, "source"))

    def ask(limit: int) -> Call:
        request = V3ManifestTextRequest(filters=listed, source=clouds, limit=limit)
        return Call.of(_get_manifest_text._get_kwargs(body=request))

    return Lines(
        idc,
        _selection_series_question(idc, wanted) if wanted else _archive_series_question(),
        ask,
        _responses.MANIFEST_LINE,
        _release_question(),
    )


def counts(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> V3Counts:
    """Count patients, studies, series and instances of a selection. Nothing found is zeros and no error."""
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    call = Call.of(_count_cohort._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    return fetch(idc, call, ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_counts))


def licenses(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> list[V3License]:
    """List the licences of a selection, the one of most series first."""
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    call = Call.of(_get_licenses._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    return fetch(idc, call, ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_licenses))


def citations(
    idc: Client,
    filters: Selection,
    *,
    style: Literal["apa", "bibtex", "csl-json", "turtle"] = "apa",
    all_of_idc: bool = False,
) -> Citations:
    """Say how to cite the data of a selection, and which of its DOIs could not be cited.

    The service asks DataCite for many DOIs at once and doi.org for each one that is left, and leaves out what fails;
    this waits as long as it may take.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    form = V3CitationsRequestCitationFormat(checked_choice(style, V3CitationsRequestCitationFormat, "style"))
    statement = f"SELECT DISTINCT source_DOI FROM index WHERE source_DOI IS NOT NULL AND {wanted.sql()} ORDER BY 1"  # noqa: S608 - values are quoted there
    dois = _responses.dois_of_table(sql(idc, statement))
    call = Call.of(_get_citations._get_kwargs(body=V3CitationsRequest(wanted.to_model(), form)))
    # One DOI more is that of IDC itself, and one wait more for the way there and back.
    patient = evolve(call, timeout=_DOI_LOOKUP_SECONDS * (-(-len(dois) // _DOIS_PER_REQUEST) + len(dois) + 2))
    found, acknowledgment = fetch(
        idc, patient, ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_citations)
    )
    return Citations(found, [] if len(found) == len(dois) else _responses.unresolved_dois(dois, found), acknowledgment)


def sql(
    idc: Client,
    statement: str,
    *,
    max_rows: int | None = None,
    allow_truncated: bool = False,
    typed: bool = False,
) -> Table:
    """Run one SELECT over the index tables, in DuckDB's SQL. `Table` says what becomes of it in Arrow and pandas.

    Args:
        idc: A client; no credentials are needed.
        statement: Begins with SELECT or WITH. Without ORDER BY its rows come in no promised order.
        max_rows: The most rows wanted; by default as many as the service gives at once, 10000.
        allow_truncated: Take a part if there are more rows; `.truncated` says so.
        typed: Ask for the types of the columns first, by a request of its own.

    Raises:
        InvalidFilter: the statement has a comment mark within quotes or another comment, which the service misreads.
        TruncatedResult: there are more rows.
        InvalidRequest, QueryTimeout: the service refused the statement, or gave up on it after 30 s.
    """
    check_sql_statement(statement)
    if typed:
        # The service renames columns of one name by selecting from the statement: so does this.
        inner = statement.rstrip().removesuffix(";")
        described = f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM (\n{inner}\n))"  # noqa: S608 - theirs
        types = _responses.column_types_of_table(sql(idc, described))
        found = sql(idc, statement, max_rows=max_rows, allow_truncated=allow_truncated)
        if types.keys() != set(found.columns):
            raise ContractError(f"POST /v3/sql gave the columns {found.columns!r:.80} and types of {[*types]!r:.80}")
        return evolve(found, types=types)
    asked = _SERVICE_LIMIT if max_rows is None else checked_integer(max_rows, "max_rows")
    call = Call.of(_run_sql._get_kwargs(body=V3SqlRequest(statement, asked)))
    table = fetch(idc, call, _responses.parse_sql_table)
    if table.truncated and not allow_truncated:
        advice = "raise max_rows" if asked <= table.max_rows < _SERVICE_LIMIT else "narrow it down"
        raise TruncatedResult(
            f"{call}: the statement has more than {table.max_rows} rows: {advice}, "
            "or pass allow_truncated=True to take a part"
        )
    return table


def viewer_url(
    idc: Client,
    *,
    series: str | None = None,
    study: str | None = None,
    viewer: Literal["ohif_v2", "ohif_v3", "slim"] | None = None,
) -> str:
    """Find where a series or a study can be looked at in a browser.

    Raises:
        InvalidFilter: neither is given, one is no DICOM UID, or the series is of another study.
        NotFound: there is no such series or study.
    """
    uids = {"series": series, "study": study}
    wrong = [name for name, uid in uids.items() if uid is not None and not _is_dicom_uid(uid)]
    if wrong or (series is None and study is None):
        raise InvalidFilter(f"viewer_url takes a DICOM UID as {' and '.join(wrong) or 'series or study'}")
    chosen = UNSET if viewer is None else V3Viewer(checked_choice(viewer, V3Viewer, "viewer"))
    # Given a study, the service would neither check nor escape the series.
    asked = {"study_instance_uid": study} if series is None else {"series_instance_uid": series}
    found = fetch(idc, Call.of(_get_viewer_url._get_kwargs(**asked, viewer=chosen)), _responses.parse_viewer_url)
    if study is not None and found.study_instance_uid != study:
        raise InvalidFilter(f"series {series} is of study {found.study_instance_uid}, not {study}")
    return found.viewer_url


def attribute_values(idc: Client, name: str, *, limit: int = 100) -> V3AttributeValues:
    """List the values of a column of `index` with their numbers of series, the most frequent first.

    `.truncated` says whether there are more than `limit`, which may be up to 10000.
    """
    column = V3IndexColumn(checked_choice(name, V3IndexColumn, "column of the table index"))
    call = Call.of(_get_attribute_values._get_kwargs(column, limit=checked_integer(limit, "limit")))
    return fetch(idc, call, _responses.parse_attribute_values)


def check_values(idc: Client, filters: Selection) -> Filters:
    """Hold filters against the data: the service answers a value that does not occur with nothing found.

    Attributes whose values the service does not call worth listing, such as UIDs, are not checked.

    Returns:
        The filters, to be passed on.

    Raises:
        InvalidFilter: a value does not occur; the message names the one that may have been meant.
        TruncatedResult: an attribute has too many values to compare with.
    """
    wanted = checked_filters(filters, all_of_idc=False)
    listed = (
        fetch(idc, Call.of(_get_attributes._get_kwargs()), _responses.parse_categorical_attributes)
        if wanted.terms
        else {}
    )
    wrong: list[str] = []
    for name, values in wanted.terms.items():
        if listed.get(name, True):
            found = attribute_values(idc, name, limit=_SERVICE_LIMIT)
            if found.truncated:
                raise TruncatedResult(f"{name} has more than {len(found.values)} values, too many to compare with")
            known = {str(one.value) for one in found.values}
            odd = [value for value in dict.fromkeys(values) if value not in known]
            wrong += [f"{value!r:.80} is no value of {name}{did_you_mean(value, known)}" for value in odd]
    if wrong:
        raise InvalidFilter("; ".join(wrong))
    return wanted


def _release_question() -> Question[str]:
    return Question(Call.of(_get_version._get_kwargs()), _responses.parse_release_name)


def _archive_series_question() -> Question[int]:
    return Question(Call.of(_get_stats._get_kwargs()), _responses.parse_archive_series)


def _selection_series_question(idc: Client, wanted: Filters) -> Question[int]:
    call = Call.of(_count_cohort._get_kwargs(body=V3SelectionRequest(wanted.to_model())))
    read = ExpectedFilters.of(idc, call, wanted).checking_parser(_responses.parse_counts)
    return Question(call, lambda status, body: read(status, body).series)


def _is_dicom_uid(uid: object) -> bool:
    return isinstance(uid, str) and len(uid) <= 64 and bool(_DICOM_UID.fullmatch(uid))
