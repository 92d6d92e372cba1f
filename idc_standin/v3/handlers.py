"""One handler for each operation of v3, named by it in snake_case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse
from orjson import Fragment

import idc_openapi
from idc_standin.archive.buckets import on_google
from idc_standin.v3 import citations
from idc_standin.v3 import guard as sql
from idc_standin.v3.filters import RANGES, TERMS, BadFilter
from idc_standin.v3.filters import apply as applied
from idc_standin.v3.json import dumps, records
from idc_standin.v3.requests import (
    CitationsRequest,
    CohortFilters,
    ManifestRequest,
    ManifestTextRequest,
    SelectionRequest,
    SqlRequest,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from idc_standin.v3.filters import Applied
    from idc_standin.v3.guard import Guard
    from idc_standin.v3.index import Index, Selection

API_VERSION = idc_openapi.upstream().api_version  # the release of upstream's server that this one answers like
PAGE_SIZE, MOST_PAGE_SIZE = 100, 5_000
LONGEST_MANIFEST = 100_000
MOST_HINTS = 5  # values of either kind that a warning about letter case names
NO_CLINICAL = "This build has no clinical data."
BODY_PART_NOTE = (
    "BodyPartExamined is filled in by whoever made the images: often missing, not always right, and not from one "
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
VIEWERS = {  # viewer -> path for a study, and what a series appends
    "ohif_v2": ("/viewer/{study}", "?SeriesInstanceUID={series}"),
    "ohif_v3": ("/v3/viewer/?StudyInstanceUIDs={study}", "&initialSeriesInstanceUID={series}"),
    "slim": ("/slim/studies/{study}", "/series/{series}"),
}
Text = Annotated[str | None, Query()]


class Refusal(Exception):
    """An answer in the service's error envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}}


def not_found(what: str, name: str) -> Refusal:
    """404 for a thing of that name."""
    return Refusal(404, "not_found", f"Unknown {what}: {name!r}.")


def invalid(message: str) -> Refusal:
    """400 for a request that makes no sense."""
    return Refusal(400, "invalid_query", message)


class Failure(Exception):
    """An answer as of a server that failed: what upstream makes of some mistakes (see ``quirk`` in deviations.yaml)."""


class V3:
    """The operations of v3 over the index; plain functions, run in the framework's threads."""

    def __init__(
        self,
        index: Index,
        guard: Guard,
        *,
        quirks: frozenset[str] = frozenset(),
        registries: citations.Registries = citations.PUBLIC,
    ) -> None:
        """``quirks``: deviations to answer upstream's way; ``registries``: whom to ask for citations of DOIs."""
        self.index, self.guard, self.quirks, self.registries = index, guard, quirks, registries

    def _refuse(self, deviation: str, message: str) -> Exception:
        """400 for a mistake that upstream fails over."""
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
        """Up."""
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
        found = self.index.collection(_sane(collection_id))
        if found is None:
            raise not_found("collection", collection_id)
        return _json(found)

    def get_analysis_results(self) -> Any:
        """All analysis results."""
        return _json(self.index.analysis_results())

    def get_attributes(self) -> Any:
        """What filters may name."""
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

    def get_clinical_tables(self, collection_id: Text = None) -> Any:
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

    def count_cohort(self, asked: SelectionRequest) -> Any:
        """What a selection adds up to."""
        filters = _applied(asked.filters)
        return _json(self._counted(filters, self.index.find(filters)))

    def get_manifest(self, asked: ManifestRequest) -> Any:
        """One page of a selection's series."""
        filters = _filtered(asked.filters, "A manifest")
        found = self.index.find(filters)
        page = max(asked.page, 0)
        size = PAGE_SIZE if asked.page_size is None else min(max(asked.page_size, 1), MOST_PAGE_SIZE)
        if asked.include_rows and page * size > 2**63 - 1:
            raise self._refuse("integer-overflow", f"page {page} is beyond what can be counted.")
        returned, rows = self.index.rows(found, page, size) if asked.include_rows else (0, b"[]")
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
                "idc_commands": list(_commands(asked.filters)),
                "manifest_preview": found.preview,
                "manifest_truncated": found.counts["series"] > LONGEST_MANIFEST,
                "note": DOWNLOAD_NOTE,
            },
        })  # fmt: skip

    def get_manifest_text(self, asked: ManifestTextRequest) -> Any:
        """The S3 addresses of a selection's series."""
        if asked.source not in ("aws", "gcs"):
            raise self._refuse("bad-source", f"source must be 'aws' or 'gcs', not {asked.source!r}.")
        filters = _filtered(asked.filters, "A list of addresses")
        limit = LONGEST_MANIFEST if asked.limit is None else asked.limit
        if not -1 <= limit < 2**63 - 1:
            raise self._refuse("integer-overflow", f"limit must be 0 or more and fit 64 bits, not {limit}.")
        urls = self.index.urls(filters, max(limit, 0))
        if asked.source == "gcs":
            urls = [on_google(url, "s3") for url in urls]
        return PlainTextResponse("".join(f"{url}\n" for url in urls))

    def get_licenses(self, asked: SelectionRequest) -> Any:
        """The licences of a selection."""
        filters = _applied(asked.filters)
        return _json({"licenses": self.index.licenses(filters), **_echo(filters)})

    def get_citations(self, asked: CitationsRequest) -> Any:
        """How to cite a selection."""
        style = asked.citation_format.lower()
        if style not in citations.ACCEPT:
            known = ", ".join(citations.ACCEPT)
            raise invalid(f"citation_format must be one of {known}, not {asked.citation_format!r}.")
        filters = _applied(asked.filters)
        cited, acknowledgment = citations.cite(self.index.dois(filters), style, self.registries)
        answer = {"format": style, "citations": cited, "idc_acknowledgment": acknowledgment}
        return _json({**answer, "recommendation": RECOMMENDATION, **_echo(filters)})

    def _counted(self, filters: Applied, found: Selection) -> dict[str, Any]:
        """Counts, with what they are of; of nothing, with the values that occur in another letter case."""
        hints = [] if found.counts["series"] else list(self._hints(filters))
        return {**found.counts, **_echo(filters, hints)}

    def _hints(self, filters: Applied) -> Iterator[str]:
        for name, values in filters.terms.items():
            close = self.index.spellings(name, values)
            if close:
                meant = sorted({value for several in close.values() for value in several})[:MOST_HINTS]
                yield (
                    f"Nothing was found, and {name} has none of {list(close)[:MOST_HINTS]}: values are compared with "
                    f"regard to letter case. It has {meant}."
                )

    # --- SQL and tools -------------------------------------------------------------------------------------------

    def run_sql(self, asked: SqlRequest) -> Any:
        """One SELECT."""
        rows = sql.DEFAULT_ROWS if asked.max_rows is None else min(max(asked.max_rows, 1), sql.MOST_ROWS)
        try:
            table = self.guard.run(asked.sql, rows)
        except sql.Refused as error:
            raise invalid(str(error)) from None
        except sql.TooSlow:
            message = f"The query ran for longer than {self.guard.seconds:g} s and was stopped."
            raise Refusal(504, "query_timeout", message) from None
        counted = {"row_count": len(table.rows), "truncated": table.truncated, "max_rows": rows}
        try:
            found = records(table.columns, table.types, table.rows)
        except RecursionError:
            raise invalid("The result is nested too deeply.") from None
        return _json({"columns": table.columns, "rows": found, **counted})

    def get_viewer_url(
        self, series_instance_uid: Text = None, study_instance_uid: Text = None, viewer: Text = None
    ) -> Any:
        """Where a study or series can be looked at."""
        if viewer is not None and viewer not in VIEWERS:
            raise invalid(f"viewer must be one of {', '.join(VIEWERS)}, not {viewer!r}.")
        if not series_instance_uid and not study_instance_uid:
            raise invalid("series_instance_uid or study_instance_uid is needed.")
        study = study_instance_uid
        if study is None:
            study = self.index.study_of(_sane(series_instance_uid or ""))
            if study is None:
                raise not_found("series", series_instance_uid or "")
        modalities = self.index.modalities_of(_sane(study))
        if not modalities:
            raise not_found("study", study)
        chosen = viewer or ("slim" if "SM" in modalities else "ohif_v3")
        return _json({
            "viewer_url": _viewer_url(chosen, study, series_instance_uid),
            "viewer": chosen,
            "study_instance_uid": study,
            "series_instance_uid": series_instance_uid,
        })  # fmt: skip


def _json(content: Any) -> Response:
    return Response(dumps(content), media_type="application/json")


def _sane(text: str) -> str:
    """Text that the engine can be asked for; what cannot be written in UTF-8 names nothing."""
    return text.encode("utf-8", "replace").decode()


def _applied(filters: CohortFilters) -> Applied:
    try:
        return applied(filters.value())
    except BadFilter as error:
        raise invalid(str(error)) from None


def _filtered(filters: CohortFilters, what: str) -> Applied:
    """The predicates of what is not given for the whole archive."""
    left = _applied(filters)
    if not left:
        raise invalid(" ".join([f"{what} needs at least one filter.", *left.left_out]))
    return left


def _echo(filters: Applied, hints: Iterable[str] = ()) -> dict[str, Any]:
    """What an answer says of the filters that it is for."""
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
    """Where a study, or a series in it, can be looked at."""
    for_study, for_series = VIEWERS[viewer]
    address = VIEWER + for_study.format(study=study)
    return address + for_series.format(series=series) if series else address
