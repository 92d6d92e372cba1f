"""Pages: the rows of a query from a position, the token of the next page, and the 202 of a query that still runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_standin.v1.identity import BadPageToken
from idc_standin.v1.query import GUID, Query
from idc_standin.v1.request import BAD_FILTERS, NO_COLUMN, Refusal, Request, Service
from idc_standin.v1.store import TOO_MANY, QueryTimeout, TooManyInstances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

GUID_COLUMNS = frozenset({"crdc_study_uuid", "crdc_series_uuid", "crdc_instance_uuid"})
STILL_RUNNING = (
    "[ERROR] API query took longer than the allowed time to execute. Retry the query using the next_page token."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The cohort of a manifest or query, saved or not, and its echo in responses."""

    release: int
    filters: Mapping[str, Sequence[Any]]
    echo: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A query and the names of its columns in the response."""

    query: Query
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a plan's rows; ``token`` is empty at the end of the data."""

    plan: Plan
    rows: list[tuple[str | None, ...]]
    total: int
    token: str
    first: bool

    def results(self, key: str, lists: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The rows as objects under ``key``, with the two counts."""
        names, columns = self.plan.names, self.plan.query.columns
        guids = [name for name, column in zip(names, columns, strict=True) if column in GUID_COLUMNS]
        rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in self.rows]
        for row in rows:
            for name in guids:
                row[name] = f"{GUID}{row[name]}"
            for name in lists:
                row[name] = row[name] or []
        return {key: rows, "rowsReturned": len(rows), "totalFound": self.total}


@dataclass(frozen=True, slots=True)
class Pending:
    """The query is still running."""

    token: str
    echo: dict[str, Any] | None

    def body(self, member: str) -> dict[str, Any]:
        """The body of a 202."""
        nothing_yet = {"totalFound": 0, "rowsReturned": 0, "collections": []}
        cohort = (
            {name: value for name, value in self.echo.items() if name != "filters"} | {"sql": ""} if self.echo else {}
        )
        info = {"cohort": cohort, "next_page": self.token, "cohortObjects": nothing_yet}
        return {"code": 202, "message": STILL_RUNNING, member: info}


class Pages(Service):
    """Operations that return pages: finds them and makes their tokens."""

    def _page(self, request: Request, subject: Subject | None, plan: Callable[[], Plan]) -> Page | Pending:
        """The page that a request asks for: by its token, or the first one of its plan."""
        token = dict(request.query).get("next_page")
        owner = request.user.email if request.user and request.operation.secured else ""
        seal = {"o": request.operation.id, "c": request.path.get("cohort_id"), "u": owner}
        size, at, first = int(self._parameter(request, "page_size")), 0, True
        if token is not None:
            self._parameter(request, "next_page")
            chosen, at = self._resume(token, seal)
            first = False
        else:
            chosen = plan()
        try:
            found = self.store.find(chosen.query, self.patience)
            rows = self.store.rows(found, chosen.query.columns, at, size)
        except QueryTimeout:
            return Pending(self._token(chosen, at, seal), subject.echo if subject and first else None)
        except TooManyInstances:
            raise Refusal(
                400,
                f"{BAD_FILTERS} A pattern on instance identifiers matches too many ({TOO_MANY:,} at most); "
                "add another filter.",
            ) from None
        more = at + len(rows) < found.total
        return Page(chosen, rows, found.total, self._token(chosen, at + len(rows), seal) if more else "", first)

    def _token(self, plan: Plan, at: int, seal: dict[str, Any]) -> str:
        kept = self.cohorts.remember(json.dumps([plan.query.key(), plan.names]))
        return self.identity.seal({"q": kept, "at": at, **seal})

    def _resume(self, token: str, seal: dict[str, Any]) -> tuple[Plan, int]:
        try:
            content = self.identity.unseal(token)
        except BadPageToken:
            content = {}
        kept = self.cohorts.recall(content["q"]) if seal.items() <= content.items() else None
        key, names = json.loads(kept) if kept else ("", ())
        query = Query.from_key(key) if key else None
        if query is None or query.release > self.store.active:
            raise Refusal(400, f"Invalid next_page token {token}")
        if content["at"] == 0 and "pending-cannot-resume" in self.quirks:
            raise Refusal(400, NO_COLUMN)
        return Plan(query, tuple(names)), content["at"]
