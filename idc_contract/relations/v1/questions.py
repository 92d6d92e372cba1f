"""Paged queries of v1, and the rules that every page keeps.

Law: the rules for a single page are checked here, so no relation gets a page that breaks them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import target
from idc_contract.relations.relation import Relations, holds, same
from idc_contract.relations.v1.echoed import alike, normal
from idc_contract.service import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from idc_contract.service import Service

relation = Relations("v1")

COLUMNS = {  # of a manifest, in the order that decides the sorting, and what queries and filters call them
    "Collection_ID": "collection_id",
    "Patient_ID": "PatientID",
    "StudyInstanceUID": "StudyInstanceUID",
    "SeriesInstanceUID": "SeriesInstanceUID",
    "SOPInstanceUID": "SOPInstanceUID",
    "Source_DOI": "source_DOI",
    "CRDC_Study_GUID": "crdc_study_uuid",
    "CRDC_Series_GUID": "crdc_series_uuid",
    "CRDC_Instance_GUID": "crdc_instance_uuid",
    "GCS_URL": "gcs_url",
}
FIELDS: list[str] = target("#/components/schemas/V1QueryField")["enum"]
TEXTUAL = (  # fields that are text and nothing else: their order is that of their characters
    "Modality", "BodyPartExamined", "StudyDescription", "StudyInstanceUID", "PatientID", "SeriesInstanceUID",
    "SOPInstanceUID", "SeriesDescription", "StudyDate", "SOPClassUID", "collection_id",
)  # fmt: skip
DICOM_ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
GUID = "dg.4DFC/"
DEFAULT_SIZE = 1000
PATIENCE = 60.0
PAGED = ("previewManifest", "previewQuery", "getCohortManifest", "queryCohort", "getDicomMetadata")
NO_SUCH_VALUE = "no such value"
Row = dict[str, Any]
Filters = dict[str, list[Any]]


def spec(filters: Filters, name: str = "contract", description: str = "") -> dict[str, Any]:
    """The body that makes a cohort."""
    return {"name": name, "description": description, "filters": filters}


@dataclass(frozen=True)
class Question:
    """A query with a paged answer. ``names``: the members of a row; empty if only the document defines them."""

    operation: str
    names: tuple[str, ...] = ()
    body: Any = NOTHING
    flags: tuple[tuple[str, str], ...] = ()
    user: int = 0
    cohort: int | None = None

    @property
    def path(self) -> dict[str, Any]:
        """The path parameters."""
        return {} if self.cohort is None else {"cohort_id": self.cohort}

    @property
    def order(self) -> tuple[str, ...]:
        """The members that rows ascend by."""
        if self.operation in {"previewManifest", "getCohortManifest"}:
            return self.names[-1:]
        return self.names or DICOM_ORDER

    def with_sql(self, text: str = "True") -> Question:
        """The same query, with SQL in the answer."""
        return replace(self, flags=(*self.flags, ("sql", text)))


def manifest(
    filters: Filters | None, columns: Iterable[str], *, cohort: int | None = None, user: int = 0, **about: str
) -> Question:
    """The manifest of filters, or of a saved cohort."""
    chosen = frozenset(columns)
    names = tuple(name for name in COLUMNS if name in chosen)
    flags = tuple((name, "True") for name in names)
    if cohort is not None:
        return Question("getCohortManifest", names, NOTHING, flags, user, cohort)
    return Question("previewManifest", names, spec(filters or {}, **about), flags, user)


def query(
    filters: Filters | None, fields: Iterable[str], *, cohort: int | None = None, user: int = 0, **about: str
) -> Question:
    """The metadata of filters, or of a saved cohort."""
    names = tuple(fields)
    if cohort is not None:
        return Question("queryCohort", names, {"fields": list(names)}, (), user, cohort)
    body = {"cohort_def": spec(filters or {}, **about), "queryFields": {"fields": list(names)}}
    return Question("previewQuery", names, body, (), user)


DICOM = Question("getDicomMetadata")


@dataclass(frozen=True)
class Page:
    """A page. ``echo`` is the cohort in the answer of a first page; None on later pages, and after a 202."""

    rows: list[Row]
    total: int
    token: str
    echo: dict[str, Any] | None


def page(
    service: Service,
    question: Question,
    size: int | None = None,
    token: str | None = None,
    more: Iterable[tuple[str, Any]] = (),
) -> Page:
    """A page that keeps the rules of every page; a 202 is followed."""
    sized = [] if size is None else [("page_size", size)]
    start = [*question.flags, *sized] if token is None else [*sized, ("next_page", token)]
    content, first = _waited(service, question, [*start, *more], sized, first=token is None)
    manifests = question.operation in {"previewManifest", "getCohortManifest"}
    results = content["manifest" if manifests else "query_results"]
    rows, total = results["json_manifest" if manifests else "json"], results["totalFound"]
    what = f"{question.operation} {question.flags} {question.body!r:.300}"
    holds(results["rowsReturned"] == len(rows), "rowsReturned counts the rows", f"{what}: {results['rowsReturned']}")
    holds(len(rows) <= (size or DEFAULT_SIZE), "page_size is the most", f"{what}: {len(rows)} rows of {size}")
    holds(len(rows) <= total, "totalFound counts all rows", f"{what}: {len(rows)} rows of {total}")
    holds(rows or not total, "a page has rows", f"{what}: none of {total}")
    holds(not question.names or all(row.keys() == set(question.names) for row in rows), "a row has what was asked",
          f"{what}: {next((sorted(row) for row in rows if row.keys() != set(question.names)), None)}")  # fmt: skip
    if first and len(rows) < total:
        holds(content["next_page"], "next_page leads on", f"{what}: no token after {len(rows)} of {total} rows")
    if first and len(rows) == total:
        holds(not content["next_page"], "next_page ends", f"{what}: a token after all {total} rows")
    holds(ascending(rows, question.order), "rows ascend", f"{what}: by {question.order}: {rows[:5]}")
    return Page(rows, total, content["next_page"], _echo(service, question, content, first=first, what=what))


def _echo(
    service: Service, question: Question, content: dict[str, Any], *, first: bool, what: str
) -> dict[str, Any] | None:
    member = {"previewManifest": "cohort", "getCohortManifest": "cohort", "getDicomMetadata": ""}.get(
        question.operation, "cohort_def"
    )
    there = {name for name in ("cohort", "cohort_def") if name in content}
    if not first:
        holds(there == {"cohort"} and content["cohort"] == {}, "later pages have an empty cohort", f"{what}: {there}")
        return None
    holds(there == ({member} if member else set()), "the first page repeats the cohort", f"{what}: {there}")
    holds(not member or content[member], "the first page repeats the cohort", f"{what}: it is empty")
    if not member:
        return None
    reported, sent = dict(content[member]), _sent(service, question)
    if sent is not None:
        preview = question.cohort is None
        same([reported["name"], reported["description"]], [sent["name"], sent["description"]], "name and description")
        expected = normal(sent)["filters"] if preview else sent["filters"]
        alike(reported["filterSet"]["filters"], expected, f"filters repeated by {question.operation}")
        if "filters" in reported:
            alike(normal(reported)["filters"], normal(sent)["filters"], f"filters repeated by {question.operation}")
        same(reported.get("cohort_id"), question.cohort, f"the cohort of {question.operation}")
    requested = dict(question.flags).get("sql") == "True"
    same(bool(reported["sql"]), requested, f"whether there is SQL, {question.flags}")
    return reported


def _sent(service: Service, question: Question) -> dict[str, Any] | None:
    """What a question's cohort was made of, if that is known."""
    if question.cohort is not None:
        return dict(kept(service).get("cohorts", {})).get(question.cohort)
    body = question.body
    return dict(body["cohort_def"] if question.operation == "previewQuery" else body)


def _waited(
    service: Service, question: Question, requested: list[Any], sized: list[Any], *, first: bool
) -> tuple[dict[str, Any], bool]:
    """The answer to a question, waited for if it is late; and whether it is that of a first page."""

    def call(parameters: list[Any]) -> dict[str, Any]:
        return dict(
            service.call(
                question.operation,
                question.body,
                query=parameters,
                user=question.user,
                status=(200, 202),
                **question.path,
            )
        )

    content = call(requested)
    if content["code"] == 200:
        return content, first
    pause, deadline = 0.002, time.monotonic() + PATIENCE
    while content["code"] == 202:
        holds(time.monotonic() < deadline, "a late answer comes", f"{question.operation}: 202 for {PATIENCE} s")
        time.sleep(pause)
        pause = min(2 * pause, 1.0)
        info = content["manifest_info" if "manifest_info" in content else "query_info"]
        content = call([*sized, ("next_page", info["next_page"])])
    if first and (again := call(requested))["code"] == 200:
        for member in ("manifest", "query_results"):
            same(again.get(member), content.get(member), "what came late is what comes in time")
        return again, True
    return content, False


def walk(service: Service, question: Question, sizes: Sequence[int | None] = (None,)) -> list[Page]:
    """All pages of a question, the sizes taken in turn; they fit together and come to an end."""
    pages = [page(service, question, sizes[0])]
    total, found, tokens = pages[0].total, len(pages[0].rows), set[str]()
    while token := pages[-1].token:
        holds(token not in tokens, "tokens lead on", f"{question.operation}: a token came twice after {found} rows")
        tokens.add(token)
        pages.append(page(service, question, sizes[len(pages) % len(sizes)], token))
        found += len(pages[-1].rows)
        holds(pages[-1].total == total, "totalFound stays", f"{question.operation}: {total}, then {pages[-1].total}")
        holds(found <= total, "pages end", f"{question.operation}: {found} rows of {total}, and there is another page")
    holds(found == total, "pages are complete", f"{question.operation} {question.flags}: {found} rows of {total}")
    rows = [row for each in pages for row in each.rows]
    holds(ascending(rows, question.order), "rows ascend over pages", f"{question.operation}: by {question.order}")
    if question.names:
        holds(len(distinct(rows)) == found, "no row comes twice", f"{question.operation} {question.flags}")
    return pages


def rows_of(service: Service, question: Question, sizes: Sequence[int | None] = (2000,)) -> list[Row]:
    """All rows of a question."""
    return [row for each in walk(service, question, sizes) for row in each.rows]


def total(service: Service, filters: Filters, column: str = "SeriesInstanceUID") -> int:
    """The number of distinct values of a column, by a preview."""
    return page(service, manifest(filters, [column]), 1).total


def frozen(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row that can be a member of a set."""
    return tuple((name, tuple(v) if isinstance(v := row[name], list) else v) for name in sorted(row))


def distinct(rows: Iterable[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """The rows as a set."""
    return {frozen(row) for row in rows}


def ascending(rows: Sequence[Row], names: Sequence[str]) -> bool:
    """Whether rows ascend by members, as far as these are text; no value may come first or last."""
    textual = []
    for name in names:
        if name not in TEXTUAL and name not in COLUMNS:
            break  # the document does not define the order of numbers and lists
        textual.append(name)
    return any(
        all(a <= b for a, b in pairwise([[((row[n] is None) == last, row[n] or "") for n in textual] for row in rows]))
        for last in (False, True)
    )


def kept(service: Service) -> dict[str, Any]:
    """A cache of facts about a service, for one run."""
    found: dict[str, Any] = vars(service).setdefault("v1", {})
    return found
