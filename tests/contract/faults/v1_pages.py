"""Faults of v1: pages, totals, order, and queries that are not finished."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import (
    altered,
    altered_request,
    fault,
    is_json,
    operation,
    refused,
    reply,
    with_content,
)
from tests.contract.faults.v1_answers import MANIFESTS, PAGED, PREVIEWS, QUERIES, recount, results, rows, spec_of

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve


class Walk:
    """What pages have in common that depend on those before: a note kept with each token."""

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {}
        self.opening: Any = None

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Show the page to ``turn``, with the note that came with its token; keep what it returns with the next."""
        answer = await forward(request)
        if operation(request) not in PAGED or answer.status != 200:
            return answer
        content, requested = answer.json(), request.query.get("next_page")
        token = content["next_page"]
        note = await self.turn(content, self.notes.get(requested) if requested else self.opening, request, forward)
        if token:
            self.notes[token] = note
        return with_content(answer, content)

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Change the page in place; what is worth knowing on the next one."""
        raise NotImplementedError


# --- walks that do not end -------------------------------------------------------------------------------------------


@altered("v1", "walks", *PAGED)
def another_page_after_a_full_one(content: Any, request: Request) -> None:
    """A last page that is full leads to itself."""
    token, size = request.query.get("next_page"), request.query.get("page_size")
    if token and not content.get("next_page") and size == str(results(content)["rowsReturned"]):
        content["next_page"] = token


@altered("v1", "walks", *PAGED)
def last_token_repeats(content: Any, request: Request) -> None:
    """The last of several pages has its own token."""
    content["next_page"] = content["next_page"] or request.query.get("next_page", "")


@altered("v1", "walks", *PAGED)
def token_stands_still(content: Any, request: Request) -> None:
    """From the second page on the token leads to the same page again."""
    if content["next_page"] and "next_page" in request.query:
        content["next_page"] = request.query["next_page"]


@fault("v1", "walks")
class NeverEnds:
    """After the end come empty pages, each with the token of another."""

    def __init__(self) -> None:
        self.ends: dict[str, Any] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        token = request.query.get("next_page", "")
        if token in self.ends:
            content = self.ends[token]
        else:
            answer = await forward(request)
            if operation(request) not in MANIFESTS or answer.status != 200 or answer.content["next_page"]:
                return answer
            content = answer.json()
        result = content | {"manifest": content["manifest"] | {"json_manifest": [], "rowsReturned": 0}, "cohort": {}}
        following = f"end-{len(self.ends)}"
        self.ends[following] = result
        return reply(request, 200, content | {"next_page": following})


@altered("v1", "walks", *PAGED)
def token_missing(content: Any, _: Request) -> None:
    """A result of more than 500 rows has no token after its first page."""
    content["next_page"] = "" if results(content)["totalFound"] > 500 else content["next_page"]


# --- rows lost and rows twice ----------------------------------------------------------------------------------------


@altered("v1", "rows", *PAGED)
def lost_at_boundary(content: Any, _: Request) -> None:
    """The last row of every page but the last one is missing."""
    if content["next_page"] and len(rows(content)) > 1:
        rows(content).pop()
        recount(content)


@altered("v1", "rows", *PAGED)
def lost_on_last_page(content: Any, request: Request) -> None:
    """The last of several pages lacks its last row."""
    if not content["next_page"] and "next_page" in request.query:
        rows(content).pop()
        recount(content)


@altered("v1", "rows", *PAGED)
def lost_of_many(content: Any, _: Request) -> None:
    """Pages of more than a thousand rows lack the last one."""
    if len(rows(content)) > 1000:
        rows(content).pop()
        recount(content)


@fault("v1", "rows")
class LostAfterThree(Walk):
    """From the fourth page on the first row is missing."""

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Count pages."""
        if (note or 0) >= 3:
            del rows(content)[:1]
            recount(content)
        return (note or 0) + 1


@fault("v1", "rows")
class TwiceAtBoundary(Walk):
    """Every later page has the last row of the page before instead of its own first row."""

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Remember the last row."""
        last = dict(rows(content)[-1]) if rows(content) else None
        if note and rows(content):
            rows(content)[0] = note
        return last


@altered("v1", "rows", *PAGED)
def twice_within(content: Any, _: Request) -> None:
    """The third row of a page repeats the second."""
    if len(rows(content)) > 2:
        rows(content)[2] = rows(content)[1]


@fault("v1", "rows")
class NotDistinct(Walk):
    """A manifest repeats a row for every instance."""

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Ask for instances."""
        first = operation(request) in MANIFESTS and "next_page" not in request.query
        hidden = first and request.query.get("SOPInstanceUID") != "True"
        self.opening = hidden
        return await super().__call__(request.with_query(SOPInstanceUID="True") if hidden else request, forward)

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Hide them."""
        for row in rows(content) if note else ():
            del row["SOPInstanceUID"]
        return note


@altered("v1", "rows", *MANIFESTS)
def ghost_row(content: Any, request: Request) -> None:
    """A manifest without rows has one empty row."""
    requested = [n for n, v in request.query.items() if v == "True" and n != "sql"]
    if not results(content)["totalFound"] and requested:
        rows(content).append(dict.fromkeys(requested) | {n: "dg.4DFC/" + "0" * 8 for n in requested if "GUID" in n})
        results(content).update(rowsReturned=1, totalFound=1)


@altered_request("v1", "rows", *PAGED)
def one_row_more(request: Request) -> Request | None:
    """A page has one row more than requested."""
    size = request.query.get("page_size", "")
    return request.with_query(page_size=int(size) + 1) if size.isdecimal() and 0 < int(size) < 50000 else None


@altered_request("v1", "rows", *PAGED)
def small_pages_ignored(request: Request) -> Request | None:
    """A page size below ten becomes ten."""
    return request.with_query(page_size=10) if request.query.get("page_size", "") in set("123456789") else None


@altered_request("v1", "rows", *PAGED)
def size_lost_on_next_page(request: Request) -> Request | None:
    """With a token the page size is ignored."""
    good = request.query.get("page_size", "").isdecimal() and "next_page" in request.query
    return request.with_query(page_size=None) if good else None


# --- totals ----------------------------------------------------------------------------------------------------------


@altered("v1", "totals", *PAGED)
def total_is_page(content: Any, _: Request) -> None:
    """The total is that of the page."""
    results(content)["totalFound"] = len(rows(content))


@altered("v1", "totals", *PAGED)
def total_off_by_one(content: Any, _: Request) -> None:
    """The total of several pages is one too high."""
    results(content)["totalFound"] += bool(content["next_page"])


@altered("v1", "totals", *PAGED)
def total_drifts(content: Any, request: Request) -> None:
    """On later pages the total is one lower."""
    results(content)["totalFound"] -= "next_page" in request.query


@altered("v1", "totals", *PAGED)
def total_capped(content: Any, _: Request) -> None:
    """No total is above 10,000."""
    results(content)["totalFound"] = min(results(content)["totalFound"], 10_000)


@altered("v1", "totals", *PAGED)
def returned_is_asked(content: Any, request: Request) -> None:
    """The number of rows returned is the page size."""
    results(content)["rowsReturned"] = int(request.query.get("page_size", "1000"))


# --- later pages -------------------------------------------------------------------------------------------------


@fault("v1", "later pages")
class FilterLost(Walk):
    """Later pages of previews are those of the complete archive."""

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Remember the first request and how many rows there were."""
        if operation(request) not in PREVIEWS:
            return None
        first, seen = note or (request, 0)
        many = len(rows(content))
        if note and seen + many <= 2000:
            body = first.json()
            spec_of(body)["filters"] = {}
            other = await forward(first.with_json(body).with_query(page_size=seen + many))
            rows(content)[:] = rows(other.json())[seen:]
            recount(content)
        return first, seen + many


@fault("v1", "later pages")
class EchoRepeated(Walk):
    """Later pages repeat the cohort where an empty object is due."""

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Remember the cohort."""
        if note and operation(request) in MANIFESTS:
            content["cohort"] = note
        return note or content.get("cohort")


@fault("v1", "later pages")
class ColumnLost(Walk):
    """Later pages lack the first column."""

    async def turn(self, content: Any, note: Any, request: Request, forward: Serve) -> Any:
        """Remember that there was a page."""
        for row in rows(content) if note else ():
            if len(row) > 1:
                del row[next(iter(row))]
        return True


@fault("v1", "later pages")
class AnyQuerysToken:
    """A token of a preview is valid for the same preview of any other kind."""

    def __init__(self) -> None:
        self.homes: dict[str, Request] = {}

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer, token = await forward(request), request.query.get("next_page", "")
        if answer.status == 200 and is_json(answer) and operation(request) in (*PREVIEWS, "getDicomMetadata"):
            self.homes[answer.content["next_page"] or "the end"] = self.homes.get(token, request)
        if answer.status != 400 or token not in self.homes or operation(request) not in QUERIES:
            return answer
        content = (await forward(self.homes[token].with_query(next_page=token))).json()
        if "manifest" in content:
            found = content.pop("manifest")
            content["query_results"] = {**found, "json": found.pop("json_manifest")}
        return reply(request, 200, content)


# --- order ---------------------------------------------------------------------------------------------------------


@fault("v1", "order")
class Unstable:
    """Every second answer to the same request has its rows in another order."""

    def __init__(self) -> None:
        self.times: Counter[Request] = Counter()

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        self.times[request] += 1
        if answer.status != 200 or operation(request) not in PAGED or self.times[request] % 2:
            return answer
        content = answer.json()
        rows(content)[-2:] = rows(content)[:-3:-1]
        return with_content(answer, content)


@altered("v1", "order", *PAGED)
def descending(content: Any, _: Request) -> None:
    """The rows of a page come in the opposite order."""
    rows(content).reverse()


@altered("v1", "order", *MANIFESTS)
def by_first_column(content: Any, _: Request) -> None:
    """The rows of a manifest ascend by its first column."""
    rows(content).sort(key=lambda row: str(next(iter(row.values()))))


@altered("v1", "order", *QUERIES)
def by_last_field(content: Any, _: Request) -> None:
    """The rows of a query ascend by the last requested field."""
    rows(content).sort(key=lambda row: str(list(row.values())[-1] or ""))


@altered("v1", "order", "getDicomMetadata")
def by_instance(content: Any, _: Request) -> None:
    """The metadata ascend by instance alone."""
    rows(content).sort(key=lambda row: row["SOPInstanceUID"])


# --- not done yet --------------------------------------------------------------------------------------------------


def _pending(request: Request, token: str, member: str = "manifest_info") -> Answer:
    nothing = {"totalFound": 0, "rowsReturned": 0, "collections": []}
    info = {"cohort": {}, "next_page": token, "cohortObjects": nothing}
    return reply(request, 202, {"code": 202, "message": "Your query is still running.", member: info})


def _broad(request: Request) -> bool:
    filters = spec_of(request).get("filters")
    return operation(request) == "previewManifest" and isinstance(filters, dict) and len(filters) < 2


@fault("v1", "pending")
async def pending_without_token(request: Request, forward: Serve) -> Answer:
    """A slow manifest is answered with 202 and an empty token."""
    broad = _broad(request) and "next_page" not in request.query and (await forward(request)).status == 200
    return _pending(request, "") if broad else await forward(request)


@fault("v1", "pending")
async def pending_cannot_resume(request: Request, forward: Serve) -> Answer:
    """A slow manifest is answered with 202 and a token that is refused."""
    broad = _broad(request) and "next_page" not in request.query and (await forward(request)).status == 200
    return _pending(request, "gAAAAABresume") if broad else await forward(request)


@fault("v1", "pending")
async def pending_for_ever(request: Request, forward: Serve) -> Answer:
    """A large manifest is never finished."""
    first = "next_page" not in request.query and (await forward(request)).status == 200
    waiting = request.query.get("next_page") == "gAAAAABwait"
    return _pending(request, "gAAAAABwait") if _broad(request) and (first or waiting) else await forward(request)


@fault("v1", "pending")
async def pending_in_wrong_member(request: Request, forward: Serve) -> Answer:
    """The 202 of a slow manifest has its token in the member of queries."""
    broad = _broad(request) and "next_page" not in request.query and (await forward(request)).status == 200
    return _pending(request, "gAAAAABwait", "query_info") if broad else await forward(request)


@fault("v1", "pending")
async def timeout_400(request: Request, forward: Serve) -> Answer:
    """Manifests of the complete archive take too long and are refused."""
    everything = spec_of(replace(request)).get("filters") == {} and operation(request) == "previewManifest"
    return refused(request, 400, "Error in performing BQ query") if everything else await forward(request)
