"""Commands that describe the archive. Each sends one request, and shows the answer by its wire names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from attrs import evolve, fields
from cyclopts import Parameter
from idc_client.api.v3 import (
    get_analysis_results,
    get_attributes,
    get_clinical_table,
    get_clinical_table_rows,
    get_clinical_tables,
    get_collection,
    get_collections,
    get_stats,
    get_table,
    get_tables,
    get_version,
)
from idc_client.models import V3AttributeValues, V3IndexColumn, V3Version
from idc_client.types import UNSET

import idc_openapi

from ... import v3
from ..._http.calls import Call
from ..._http.steps import fetch
from ..._lazy import package_version
from ..._suggest import did_you_mean, release_notice
from ...errors import ContractError, NotFound, TruncatedResult
from ...v3._engine_types import type_of_numbers
from ...v3._responses import check_subject, check_table_name
from ...v3._responses import parse_sql_table as read_table
from .. import _exit
from .._options import OUTPUT, ContextParameter, Flag, PathSegment, whole_number
from .._output.destination import Output, write_arrow_table, write_result
from .._output.escaping import escape_text
from .._output.results import Listing, Record, listing_of_rows
from .._requests import fetch_object, fetch_objects, fetch_unknown_object

_OUTPUT = Output()
#: The type of the option --plot.
Plot = Annotated[Path | None, Parameter(group=OUTPUT, show_default=False)]


class NoSuchCollection(_exit.Refusal):
    """The service does not have this collection."""


def version(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Show the versions of the service, its data, the API contract that this client was made for, and the client.

    If the service does not answer, its values are null, the rest is shown, and the exit code is that of the error. For
    the version of this program alone use `idc-ext --version`.
    """
    served: dict[str, Any] = dict.fromkeys(one.name for one in fields(V3Version) if one.init)
    failure: Exception | None = None
    with context.connect() as idc:
        try:
            served |= fetch_unknown_object(idc, get_version)
        except Exception as error:  # first show what is known without the service
            failure = error
    release = served["api_version"]
    if failure is None and not isinstance(release, str):
        failure = ContractError("GET /v3/version names no api_version; is it the right host?")
    contract = idc_openapi.upstream()
    here = {
        "service_is": idc_openapi.compare_releases(release) if isinstance(release, str) else None,
        "contract_api_version": contract.api_version,
        "contract_date": contract.date,
        "client_version": package_version(),
    }
    write_result(Record({**served, **here}), out)
    if failure is not None:
        raise failure
    if sentence := release_notice(release):
        _exit.print_message(sentence)


def stats(*, plot: Plot = None, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Count collections, patients, studies, series and instances of the whole archive.

    Args:
        plot: Draw the series of each modality, too, and write the chart to this file: .svg, .png or .pdf. Needs the
            extra `plot`.
    """
    _check_chart(plot)
    with context.connect() as idc:
        write_result(Record(fetch_object(idc, get_stats)), out)
        if plot is not None:
            _draw_values(v3.attribute_values(idc, "Modality"), plot)


def collections(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the collections."""
    with context.connect() as idc:
        found = fetch_objects(idc, get_collections)
    write_result(
        listing_of_rows(found, brief=("collection_id", "cancer_types", "tumor_locations", "species", "subjects")), out
    )


def collection(collection_id: PathSegment, /, *, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Show one collection, with its counts, modalities and licences.

    Args:
        collection_id: The identifier, as listed by `idc-ext collections`.
    """
    with context.connect() as idc:
        try:
            found = fetch_object(idc, get_collection, collection_id=collection_id)
        except NotFound as error:
            known = [str(one.get("collection_id")) for one in fetch_objects(idc, get_collections)]
            if collection_id not in known:
                meant = did_you_mean(collection_id, known) or ";"
                raise NoSuchCollection(
                    f"there is no collection {collection_id!r:.80}{meant} `idc-ext collections` lists all"
                ) from error
            raise
    check_subject("GET /v3/collections", collection_id=(collection_id, found["collection_id"]))
    write_result(Record(found), out)


def analysis_results(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the analysis results."""
    with context.connect() as idc:
        found = fetch_objects(idc, get_analysis_results)
    write_result(
        listing_of_rows(found, brief=("analysis_result_id", "analysis_result_title", "subjects", "modalities")), out
    )


def attributes(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the attributes for filters.

    Attributes of kind `term` take values, those of kind `range` take bounds.
    """
    with context.connect() as idc:
        found = fetch_objects(idc, get_attributes)
    write_result(listing_of_rows(found, brief=("name", "kind", "data_type", "description")), out)


def column_completions(_context: object) -> list[str]:
    """List the columns of the table `index`, for completion with the Tab key."""
    return sorted(map(str, V3IndexColumn))


def values(
    attribute: Annotated[str, Parameter(completer=column_completions)],
    /,
    *,
    limit: Annotated[int, whole_number(1, 10_000, name=["--limit", "-n"])] = 100,
    plot: Plot = None,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List the values of an attribute, the most frequent first.

    It works for every column of the table `index`, over the whole archive. `idc-ext sql` lists those of a selection.

    Args:
        attribute: The name of the attribute, in the service's spelling.
        limit: The maximum number of values, up to 10000.
        plot: Draw the series of each value, too, and write the chart to this file: .svg, .png or .pdf. Needs the extra
            `plot`.
    """
    _check_chart(plot)
    with context.connect() as idc:
        found = v3.attribute_values(idc, attribute, limit=limit)
    write_result(listing_of_rows([one.to_dict() for one in found.values], columns=("value", "count")), out)
    if found.note:
        _exit.print_message(found.note)
    if found.truncated:
        _exit.print_message(
            f"{attribute} has more than these {len(found.values)} values: use --limit (up to 10000) for more"
        )
    if plot is not None:
        _draw_values(found, plot)


def tables(*, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the tables for SQL."""
    with context.connect() as idc:
        write_result(listing_of_rows(fetch_objects(idc, get_tables, "tables"), columns=("name", "column_count")), out)


def table(name: PathSegment, /, *, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Show the columns of a table.

    Args:
        name: The name of the table, as listed by `idc-ext tables`.
    """
    with context.connect() as idc:
        found = fetch_object(idc, get_table, table=name)
    check_table_name("GET /v3/tables", name, found["name"])
    write_result(_column_listing(found), out)


def clinical_tables(*, collection: str | None = None, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """List the clinical tables.

    Args:
        collection: Only tables of this collection.
    """
    wanted: Any = UNSET if collection is None else collection
    with context.connect() as idc:
        found = fetch_objects(idc, get_clinical_tables, "tables", collection_id=wanted)
    for one in found if collection is not None else []:
        check_subject("GET /v3/clinical/tables", collection_id=(collection, one["collection_id"]))
    write_result(listing_of_rows(found), out)


def clinical_table(name: PathSegment, /, *, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Show the columns of a clinical table.

    Args:
        name: The name of the table, as `table_name` in `idc-ext clinical tables`.
    """
    with context.connect() as idc:
        found = fetch_object(idc, get_clinical_table, table=name)
    check_table_name("GET /v3/clinical/tables", name, found["name"])
    write_result(_column_listing(found), out)


def clinical_rows(
    name: PathSegment,
    /,
    *,
    max_rows: Annotated[int, whole_number(1, 100_000)] = 100_000,
    allow_truncated: Flag = False,
    out: Output = _OUTPUT,
    context: ContextParameter,
) -> None:
    """List the rows of a clinical table, in undefined order.

    If there are more rows than --max-rows, nothing is written and the exit code is 1.

    Args:
        name: The name of the table, as `table_name` in `idc-ext clinical tables`.
        max_rows: The maximum number of rows, from 1 to 100000.
        allow_truncated: Accept a truncated result if there are more rows.
    """
    form = out.chosen_format()
    with context.connect() as idc:
        call = Call.of(get_clinical_table_rows._get_kwargs(table=name, max_rows=max_rows))
        found = fetch(idc, call, read_table)
        if form == "parquet":
            declared = fetch_object(idc, get_clinical_table, table=name)["columns"]
            found = evolve(found, types={one["name"]: type_of_numbers(one["type"]) for one in declared})
    if found.truncated and not allow_truncated:
        raise TruncatedResult(
            f"{escape_text(name)} has more than {found.max_rows} rows: raise --max-rows (up to 100000), or accept a "
            "part with --allow-truncated"
        )
    if form == "parquet":
        write_arrow_table(found.to_arrow(), out)
    else:
        write_result(Listing(found.columns, found.rows, total=None if found.truncated else len(found.rows)), out)
    if found.truncated:
        _exit.print_message(f"{escape_text(name)} has more rows than these {len(found.rows)}")


def _check_chart(plot: Path | None) -> None:
    """Refuse, before anything is sent, what cannot be drawn or written."""
    if plot is not None:
        from .._output import chart

        chart.check(plot)


def _draw_values(found: V3AttributeValues, plot: Path) -> None:
    from .._output import chart

    chart.series_per_value(found, plot)
    _exit.print_message(f"the series by {found.attribute} are drawn in {escape_text(str(plot))}")


def _column_listing(found: dict[str, Any]) -> Listing:
    return listing_of_rows(found.get("columns", []), columns=("name", "type", "description"))
