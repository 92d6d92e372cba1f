"""Pages: the rows of a query from a position, the token of the next page, and the 202 of a query that still runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from idc_standin import budget
from idc_standin.v1.identity import BadPageToken
from idc_standin.v1.query import GUID
from idc_standin.v1.request import BAD_FILTERS, NO_COLUMN, Refusal, Request, Service
from idc_standin.v1.store import TOO_MANY, QueryTimeout, TooManyInstances, TooManyQueries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from idc_standin.v1.query import Query

MakePlan: TypeAlias = "Callable[[int, tuple[str, ...]], Plan]"
GUID_COLUMNS = frozenset({"crdc_study_uuid", "crdc_series_uuid", "crdc_instance_uuid"})
STILL_RUNNING = (
    "[ERROR] API query took longer than the allowed time to execute. Retry the query using the next_page token."
)


OTHER_QUERY = "(it is for other filters or fields: send the body of its first page, or leave next_page out)"


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

    def _page(
        self, request: Request, subject: Subject | None, choose: Callable[[], tuple[str, ...]], make: MakePlan
    ) -> Page | Pending:
        """The page that a request asks for: by its token, or the first one of its plan.

        ``choose``: reads the columns from the parameters of a request without a token; ``make``: makes the plan of a
        data release and such columns. A token holds both, and a digest of the query. So nothing is stored for it, and
        a request with other filters or fields is refused.
        """
        token = dict(request.query).get("next_page")
        owner = request.user.email if request.user and request.operation.secured else ""
        seal: dict[str, Any] = {"o": request.operation.id, "c": request.path.get("cohort_id"), "u": owner}
        size = int(self._parameter(request, "page_size"))
        if token is not None:
            self._parameter(request, "next_page")
            content = self._resume(token, seal)
            release, columns, at = content["r"], tuple(content["n"]), content["at"]
        else:
            release, columns, at = subject.release if subject else self.store.active, choose(), 0
        plan, first = make(release, columns), token is None
        seal |= {"r": release, "n": columns, "q": _digest(plan.query)}
        if token is not None and content["q"] != seal["q"]:
            raise Refusal(400, f"Invalid next_page token {token} {OTHER_QUERY}")
        try:
            found = self.store.find(plan.query, self.patience)
            rows = self.store.rows(found, plan.query.columns, at, size)
        except QueryTimeout:
            return Pending(self._token(at, seal), subject.echo if subject and first else None)
        except TooManyInstances:
            raise Refusal(
                400,
                f"{BAD_FILTERS} A pattern on instance identifiers matches too many ({TOO_MANY:,} at most); "
                "add another filter.",
            ) from None
        except TooManyQueries:
            raise Refusal(
                503, f"Too many new queries are running; try again in {budget.RETRY_SECONDS} s.",
                retry=budget.RETRY_SECONDS,
            ) from None  # fmt: skip
        more = at + len(rows) < found.total
        return Page(plan, rows, found.total, self._token(at + len(rows), seal) if more else "", first)

    def _token(self, at: int, seal: dict[str, Any]) -> str:
        return self.identity.seal({**seal, "at": at})

    def _resume(self, token: str, seal: dict[str, Any]) -> dict[str, Any]:
        try:
            content = self.identity.unseal(token)
        except BadPageToken:
            content = {}
        if not seal.items() <= content.items() or content.get("r", self.store.active + 1) > self.store.active:
            raise Refusal(400, f"Invalid next_page token {token}")
        if content["at"] == 0 and "pending-cannot-resume" in self.quirks:
            raise Refusal(400, NO_COLUMN)
        return content


def _digest(query: Query) -> str:
    return hashlib.sha256(query.key().encode()).hexdigest()[:32]
