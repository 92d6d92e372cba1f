"""What the archive holds and where it is described: totals, collections, attributes, tables, clinical tables.

Each function sends one request and gives the model of its answer, checked against the document, or an error.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from idc_client.api.v3 import get_analysis_results as _get_analysis_results
from idc_client.api.v3 import get_attributes as _get_attributes
from idc_client.api.v3 import get_clinical_table as _get_clinical_table
from idc_client.api.v3 import get_clinical_table_rows as _get_clinical_table_rows
from idc_client.api.v3 import get_clinical_tables as _get_clinical_tables
from idc_client.api.v3 import get_collection as _get_collection
from idc_client.api.v3 import get_collections as _get_collections
from idc_client.api.v3 import get_stats as _get_stats
from idc_client.api.v3 import get_table as _get_table
from idc_client.api.v3 import get_tables as _get_tables
from idc_client.api.v3 import get_version as _get_version
from idc_client.models import (
    V3AnalysisResult,
    V3Attribute,
    V3ClinicalTableInfo,
    V3ClinicalTables,
    V3Collection,
    V3CollectionDetail,
    V3Stats,
    V3TableInfo,
    V3Tables,
    V3TableSchema,
    V3Version,
)
from idc_client.types import UNSET

from .._http.calls import Call, Client
from .._http.steps import fetch_steps, sending, steps_of
from .._tables.listed import ModelList
from ..errors import DataReleaseChanged, TruncatedResult
from . import _responses
from ._filters import checked_integer, checked_name
from ._table import Table

if TYPE_CHECKING:
    from .._http.steps import Steps

#: The maximum of rows of a clinical table in one answer of the service.
_MOST_CLINICAL_ROWS = 100_000


@sending
def version(idc: Client) -> Steps[V3Version]:
    """Give the versions of the service, of its data and of its index package."""
    return fetch_steps(idc, Call.of(_get_version._get_kwargs()), partial(_responses.parse_model, V3Version))


def check_release_unchanged(idc: Client, before: V3Version) -> Steps[None]:
    """Check that the data release is the same as before; the version of the server's software does not matter.

    Raises:
        DataReleaseChanged: the service has other data now.
    """
    now = yield from steps_of(version)(idc)
    was, is_now = (f"{one.idc_version} ({one.idc_index_data_version})" for one in (before, now))
    if was != is_now:
        raise DataReleaseChanged(f"the data release changed from {was} to {is_now} meanwhile; start again")


@sending
def stats(idc: Client) -> Steps[V3Stats]:
    """Count collections, patients, studies, series and instances of the whole archive, and its size in TB."""
    return fetch_steps(idc, Call.of(_get_stats._get_kwargs()), partial(_responses.parse_model, V3Stats))


@sending
def collections(idc: Client) -> Steps[ModelList[V3Collection]]:
    """List all collections, by identifier."""
    return fetch_steps(idc, Call.of(_get_collections._get_kwargs()), partial(_responses.parse_models, V3Collection))


@sending
def collection(idc: Client, collection_id: str) -> Steps[V3CollectionDetail]:
    """Describe one collection, with its counts, modalities and licences.

    Raises:
        InvalidFilter: the identifier is empty or no text; nothing has been sent.
        NotFound: there is no such collection.
    """
    call = Call.of(_get_collection._get_kwargs(checked_name(collection_id, "collection_id")))
    found = yield from fetch_steps(idc, call, partial(_responses.parse_model, V3CollectionDetail))
    _responses.check_subject(call, collection_id=(collection_id, found.collection_id))
    return found


@sending
def analysis_results(idc: Client) -> Steps[ModelList[V3AnalysisResult]]:
    """List all analysis results, by identifier."""
    call = Call.of(_get_analysis_results._get_kwargs())
    return fetch_steps(idc, call, partial(_responses.parse_models, V3AnalysisResult))


@sending
def attributes(idc: Client) -> Steps[ModelList[V3Attribute]]:
    """List the attributes for filters: those of kind `term` take values, those of kind `range` bounds."""
    return fetch_steps(idc, Call.of(_get_attributes._get_kwargs()), partial(_responses.parse_models, V3Attribute))


@sending
def tables(idc: Client) -> Steps[ModelList[V3TableInfo]]:
    """List the tables for SQL."""
    parse = partial(_responses.parse_model, V3Tables)
    return ModelList((yield from fetch_steps(idc, Call.of(_get_tables._get_kwargs()), parse)).tables)


@sending
def table(idc: Client, name: str) -> Steps[V3TableSchema]:
    """Describe the columns of a table for SQL.

    Raises:
        InvalidFilter: the name is empty or no text; nothing has been sent.
        NotFound: there is no such table.
    """
    call = Call.of(_get_table._get_kwargs(checked_name(name, "the name of a table")))
    found = yield from fetch_steps(idc, call, partial(_responses.parse_model, V3TableSchema))
    _responses.check_subject(call, name=(name, found.name))
    return found


@sending
def clinical_tables(idc: Client, *, collection_id: str | None = None) -> Steps[ModelList[V3ClinicalTableInfo]]:
    """List the clinical tables, of one collection or of all.

    Raises:
        NotFound: the service has no clinical data.
    """
    call = Call.of(_get_clinical_tables._get_kwargs(collection_id=UNSET if collection_id is None else collection_id))
    found = yield from fetch_steps(idc, call, partial(_responses.parse_model, V3ClinicalTables))
    if collection_id is not None:
        for one in found.tables:
            _responses.check_subject(call, collection_id=(collection_id, one.collection_id))
    return ModelList(found.tables)


@sending
def clinical_table(idc: Client, name: str) -> Steps[V3TableSchema]:
    """Describe the columns of a clinical table.

    Raises:
        InvalidFilter: the name is empty or no text; nothing has been sent.
        NotFound: there is no such table, or the service has no clinical data.
    """
    call = Call.of(_get_clinical_table._get_kwargs(checked_name(name, "the name of a table")))
    found = yield from fetch_steps(idc, call, partial(_responses.parse_model, V3TableSchema))
    _responses.check_table_name(call, name, found.name)
    return found


@sending
def clinical_rows(
    idc: Client, name: str, *, max_rows: int | None = None, allow_truncated: bool = False
) -> Steps[Table]:
    """Give the rows of a clinical table, in undefined order.

    Args:
        idc: A client; no credentials are needed.
        name: The name of the table, as `table_name` in `clinical_tables`.
        max_rows: The maximum number of rows; by default the maximum of the service, 100000.
        allow_truncated: Accept a truncated result; `.truncated` tells whether it is one.

    Raises:
        InvalidFilter: the name is empty or no text; nothing has been sent.
        TruncatedResult: there are more rows.
        NotFound: there is no such table, or the service has no clinical data.
    """
    limit = _MOST_CLINICAL_ROWS if max_rows is None else checked_integer(max_rows, "max_rows")
    call = Call.of(_get_clinical_table_rows._get_kwargs(checked_name(name, "the name of a table"), max_rows=limit))
    found = yield from fetch_steps(idc, call, _responses.parse_sql_table)
    if found.truncated and not allow_truncated:
        raise TruncatedResult(
            f"{call}: the table has more than {found.max_rows} rows: raise max_rows (up to {_MOST_CLINICAL_ROWS}), or "
            "pass allow_truncated=True to accept a part"
        )
    return found
