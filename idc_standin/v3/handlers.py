"""The handlers of v3: one for each operation, with its name in snake_case."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import PlainTextResponse
from orjson import Fragment

import idc_openapi
from idc_standin.archive.buckets import on_google
from idc_standin.budget import LARGE_RESPONSE
from idc_standin.v3 import citations
from idc_standin.v3.filters import RANGES, TERMS, BadFilter
from idc_standin.v3.filters import apply as applied
from idc_standin.v3.json import dumps
from idc_standin.v3.requests import (
    CitationsRequest,
    CohortFilters,
    ManifestRequest,
    ManifestTextRequest,
    SelectionRequest,
    SqlRequest,
)
from idc_standin.v3.sql.guard import DEFAULT_ROWS, MAX_ROWS, Refused
from idc_standin.v3.sql.pool import ClientLeft, TooSlow, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

    from idc_standin.v3.filters import Applied
    from idc_standin.v3.index import Index, Selection
    from idc_standin.v3.sql.pool import SqlPool

API_VERSION = idc_openapi.upstream().api_version  # the release of upstream's server that this one answers like
PAGE_SIZE, MAX_PAGE_SIZE = 100, 5_000
MAX_MANIFEST_LINES = 100_000
MAX_HINTS = 5  # values of either kind in a warning about letter case
NO_CLINICAL = "This build has no clinical data."
BODY_PART_NOTE = (
    "BodyPartExamined is filled in by the site that made the images: often missing, not always right, and not from one "
    "vocabulary. Collections and their tumor locations are a surer way to a body part."
)
DOWNLOAD_NOTE = (
    "The commands need the Python package idc-index. For the second one, save the answer of /v3/cohort/manifest.txt "
    "as idc_manifest.txt."
)
RECOMMENDATION = (
    "Cite every dataset above, and IDC itself: Fedorov et al., https://doi.org/10.1148/rg.230180 "
    "(see idc_acknowledgment)."
)
VIEWER = "https://viewer.imaging.datacommons.cancer.gov"
VIEWERS = {  # viewer -> path of a study, suffix of a series
    "ohif_v2": ("/viewer/{study}", "?SeriesInstanceUID={series}"),
    "ohif_v3": ("/v3/viewer/?StudyInstanceUIDs={study}", "&initialSeriesInstanceUID={series}"),
    "slim": ("/slim/studies/{study}", "/series/{series}"),
}
OptionalText = Annotated[str | None, Query()]


class Refusal(Exception):
    """An answer in the service's error envelope."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.body = {"error": {"code": code, "message": message}}


class Pieces(Response):
    """A response whose body is in pieces; if it is large, they are sent one by one and never joined."""

    def __init__(self, pieces: Sequence[bytes], *, media_type: str) -> None:
        size = sum(map(len, pieces))
        self._pieces = pieces if size > LARGE_RESPONSE else [b"".join(pieces)]
        super().__init__(headers={"Content-Length": str(size)}, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        *first, last = self._pieces
        for piece in first:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": last})


def not_found(what: str, name: str) -> Refusal:
    """404 for a thing of that name."""
    return Refusal(404, "not_found", f"Unknown {what}: {name!r}.")


def invalid(message: str) -> Refusal:
    """400 for an invalid request."""
    return Refusal(400, "invalid_query", message)


class Failure(Exception):
    """A 500 on purpose: upstream fails on some mistakes of the caller (see ``quirk`` in deviations.yaml)."""


class V3:
    """The operations of v3 over the index; plain functions, run in the framework's threads."""

    def __init__(
        self,
        index: Index,
        sql: SqlPool,
        *,
        quirks: frozenset[str] = frozenset(),
        registries: citations.Registries = citations.PUBLIC,
    ) -> None:
        """``quirks``: deviations that are answered as upstream does; ``registries``: services that cite DOIs."""
        self.index, self.sql, self.quirks, self.registries = index, sql, quirks, registries

    def _refuse(self, deviation: str, message: str) -> Exception:
        """400 for a mistake on which upstream fails; with its quirk, that failure."""
        return Failure(message) if deviation in self.quirks else invalid(message)

    # --- the service ---------------------------------------------------------------------------------------------

    def get_service(self) -> Any:
        """Name, version, links."""
        return _json({
            "name": "IDC API",
            "server_version": API_VERSION,
            "docs": "/v3/docs",
            "openapi": "/v3/openapi.json",
            "version_endpoint": "/v3/version",
        })  # fmt: skip

    def get_health(self) -> Any:
        """The server is up."""
        return _json({"status": "ok"})

    def get_version(self) -> Any:
        """Release and software."""
        versions = {"idc_version": self.index.release, "idc_index_data_version": self.index.package_version}
        return _json({**versions, "api_version": API_VERSION, "build": None})

    def get_stats(self) -> Any:
        """Totals."""
        return _json(self.index.stats())

    # --- catalogues ----------------------------------------------------------------------------------------------

    def get_collections(self) -> Any:
        """All collections."""
        return _json(self.index.collections())

    def get_collection(self, collection_id: str) -> Any:
        """One collection."""
        found = self.index.collection(_as_utf8(collection_id))
        if found is None:
            raise not_found("collection", collection_id)
        return _json(found)

    def get_analysis_results(self) -> Any:
        """All analysis results."""
        return _json(self.index.analysis_results())

    def get_attributes(self) -> Any:
        """The attributes of filters."""
        columns = {column["name"]: column for column in self.index.schemas["index"]["columns"]}
        return _json([
            {
                "name": name,
                "table": "index",
                "data_type": columns[name]["type"],
                "kind": "term" if name in TERMS else "range",
                "categorical": TERMS.get(name, False),
                "description": columns[name]["description"]
                + (f" {BODY_PART_NOTE}" if name == "BodyPartExamined" else ""),
            }
            for name in [*TERMS, *RANGES]
        ])  # fmt: skip

    def get_attribute_values(self, attribute: str, limit: Annotated[int, Query(ge=1, le=10_000)] = 100) -> Any:
        """The commonest values of a column."""
        if attribute not in self.index.columns:
            raise invalid(f"Unknown attribute: {attribute!r}; it must be a column of the table index.")
        values, truncated = self.index.values(attribute, limit)
        note = BODY_PART_NOTE if attribute == "BodyPartExamined" else ""
        return _json({"attribute": attribute, "values": values, "truncated": truncated, "note": note})

    def get_tables(self) -> Any:
        """The tables of this build."""
        return _json({"tables": [self._table_info(schema) for schema in self.index.schemas.values()]})

    def _table_info(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A table as the list of tables has it."""
        return {"name": schema["name"], "description": schema["description"], "column_count": len(schema["columns"])}

    def get_table(self, table: str) -> Any:
        """The columns of a table."""
        if table not in self.index.schemas:
            raise not_found("table", table)
        return _json(self.index.table(table))

    def get_clinical_tables(self, collection_id: OptionalText = None) -> Any:
        """No clinical data here."""
        raise Refusal(404, "not_found", NO_CLINICAL)

    def get_clinical_table(self, table: str) -> Any:
        """No clinical data here."""
        raise Refusal(404, "not_found", NO_CLINICAL)

    def get_clinical_table_rows(
        self, table: str, max_rows: Annotated[int | None, Query(ge=1, le=100_000)] = None
    ) -> Any:
        """No clinical data here."""
        raise Refusal(404, "not_found", NO_CLINICAL)

    # --- cohorts -------------------------------------------------------------------------------------------------

    def count_cohort(self, body: SelectionRequest) -> Any:
        """The counts of a selection."""
        filters = _apply(body.filters)
        return _json(self._counted(filters, self.index.find(filters)))

    def get_manifest(self, body: ManifestRequest) -> Any:
        """One page of a selection's series."""
        filters = _require_filters(body.filters, "A manifest")
        found = self.index.find(filters)
        page = max(body.page, 0)
        size = PAGE_SIZE if body.page_size is None else min(max(body.page_size, 1), MAX_PAGE_SIZE)
        if body.include_rows and page * size > 2**63 - 1:
            raise self._refuse("integer-overflow", f"page {page} is beyond what can be counted.")
        returned, rows = self.index.rows(found, page, size) if body.include_rows else (0, b"[]")
        return _json({
            "counts": self._counted(filters, found),
            "page": Fragment(b"%d" % page),  # it may be beyond 64 bits
            "page_size": size,
            "returned": returned,
            "total_series": found.counts["series"],
            "series": Fragment(rows),
            "download": {
                "total_series": found.counts["series"],
                "size_TB": found.counts["size_TB"],
                "idc_commands": list(_commands(body.filters)),
                "manifest_preview": found.preview,
                "manifest_truncated": found.counts["series"] > MAX_MANIFEST_LINES,
                "note": DOWNLOAD_NOTE,
            },
        })  # fmt: skip

    def get_manifest_text(self, body: ManifestTextRequest) -> Any:
        """The S3 addresses of a selection's series."""
        if body.source not in ("aws", "gcs"):
            raise self._refuse("bad-source", f"source must be 'aws' or 'gcs', not {body.source!r}.")
        filters = _require_filters(body.filters, "A list of addresses")
        limit = MAX_MANIFEST_LINES if body.limit is None else body.limit
        if not -1 <= limit < 2**63 - 1:
            raise self._refuse("integer-overflow", f"limit must be 0 or more and fit 64 bits, not {limit}.")
        pieces: list[bytes] = []
        for urls in self.index.urls(filters, max(limit, 0)):
            shown = [on_google(url, "s3") for url in urls] if body.source == "gcs" else urls
            pieces.append("".join(f"{url}\n" for url in shown).encode())
        return PlainTextResponse(b"".join(pieces))

    def get_licenses(self, body: SelectionRequest) -> Any:
        """The licences of a selection."""
        filters = _apply(body.filters)
        return _json({"licenses": self.index.licenses(filters), **_echo(filters)})

    def get_citations(self, body: CitationsRequest) -> Any:
        """How to cite a selection."""
        style = body.citation_format.lower()
        if style not in citations.ACCEPT:
            known = ", ".join(citations.ACCEPT)
            raise invalid(f"citation_format must be one of {known}, not {body.citation_format!r}.")
        filters = _apply(body.filters)
        cited, acknowledgment = citations.cite(self.index.dois(filters), style, self.registries)
        answer = {"format": style, "citations": cited, "idc_acknowledgment": acknowledgment}
        return _json({**answer, "recommendation": RECOMMENDATION, **_echo(filters)})

    def _counted(self, filters: Applied, found: Selection) -> dict[str, Any]:
        """Counts and the filters that they are for; if they are zero, with values that occur in another letter case."""
        hints = [] if found.counts["series"] else list(self._hints(filters))
        return {**found.counts, **_echo(filters, hints)}

    def _hints(self, filters: Applied) -> Iterator[str]:
        for name, values in filters.terms.items():
            close = self.index.spellings(name, values)
            if close:
                meant = sorted({value for several in close.values() for value in several})[:MAX_HINTS]
                yield (
                    f"Nothing was found, and {name} has none of {list(close)[:MAX_HINTS]}: letter case matters. "
                    f"It has {meant}."
                )

    # --- SQL and tools -------------------------------------------------------------------------------------------

    async def run_sql(self, body: SqlRequest, request: Request) -> Any:
        """One SELECT; no thread waits for it."""
        rows = DEFAULT_ROWS if body.max_rows is None else min(max(body.max_rows, 1), MAX_ROWS)
        try:
            table = await self.sql.run(body.sql, rows, partial(_departure, request))
        except Refused as error:
            raise invalid(str(error)) from None
        except TooSlow:
            message = f"The query ran for longer than {self.sql.limits.seconds:g} s and was stopped."
            raise Refusal(504, "query_timeout", message) from None
        except Unavailable as error:
            raise Refusal(503, "idc_api_error", str(error), retry_after=error.seconds) from None
        except ClientLeft:
            raise Refusal(503, "idc_api_error", "The client closed the connection.") from None  # nobody reads it
        counted = {"row_count": table.count, "truncated": table.truncated, "max_rows": rows}
        before = b'{"columns":' + dumps(table.columns) + b',"rows":'
        return Pieces([before, *table.rows, b"," + dumps(counted)[1:]], media_type="application/json")

    def get_viewer_url(
        self,
        series_instance_uid: OptionalText = None,
        study_instance_uid: OptionalText = None,
        viewer: OptionalText = None,
    ) -> Any:
        """The address that shows a study or series."""
        if viewer is not None and viewer not in VIEWERS:
            raise invalid(f"viewer must be one of {', '.join(VIEWERS)}, not {viewer!r}.")
        if not series_instance_uid and not study_instance_uid:
            raise invalid("series_instance_uid or study_instance_uid is needed.")
        study = study_instance_uid
        if study is None:
            study = self.index.study_of(_as_utf8(series_instance_uid or ""))
            if study is None:
                raise not_found("series", series_instance_uid or "")
        modalities = self.index.modalities_of(_as_utf8(study))
        if not modalities:
            raise not_found("study", study)
        chosen = viewer or ("slim" if "SM" in modalities else "ohif_v3")
        return _json({
            "viewer_url": _viewer_url(chosen, study, series_instance_uid),
            "viewer": chosen,
            "study_instance_uid": study,
            "series_instance_uid": series_instance_uid,
        })  # fmt: skip


async def _departure(request: Request) -> None:
    """Wait until the client closes its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _json(content: Any) -> Response:
    return Response(dumps(content), media_type="application/json")


def _as_utf8(text: str) -> str:
    """Text that the engine accepts; lone surrogates become '?', so that nothing is found."""
    return text.encode("utf-8", "replace").decode()


def _apply(filters: CohortFilters) -> Applied:
    try:
        return applied(filters.value())
    except BadFilter as error:
        raise invalid(str(error)) from None


def _require_filters(filters: CohortFilters, what: str) -> Applied:
    """The predicates of an operation that does not serve the whole archive."""
    predicates = _apply(filters)
    if not predicates:
        raise invalid(" ".join([f"{what} needs at least one filter.", *predicates.left_out]))
    return predicates


def _echo(filters: Applied, hints: Iterable[str] = ()) -> dict[str, Any]:
    """The members of an answer that say which filters were applied."""
    everything = [] if filters else ["No filter is left, so this is the whole archive."]
    return {"filters_applied": filters.echo, "warnings": [*filters.left_out, *everything, *hints]}


def _commands(filters: CohortFilters) -> Iterator[str]:
    if filters.terms.get("collection_id") and len(filters.terms) == 1 and not filters.ranges:
        for name in filters.terms["collection_id"]:
            yield f"idc download {name} --download-dir ./idc-data"
    yield (
        "# save the answer of POST /v3/cohort/manifest.txt as idc_manifest.txt, then:\n"
        "idc download-from-manifest idc_manifest.txt --download-dir ./idc-data"
    )


def _viewer_url(viewer: str, study: str, series: str | None) -> str:
    """The address that shows a study, or a series of it."""
    study_path, series_suffix = VIEWERS[viewer]
    address = VIEWER + study_path.format(study=study)
    return address + series_suffix.format(series=series) if series else address
