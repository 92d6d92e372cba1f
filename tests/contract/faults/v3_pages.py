"""Faults of v3: pages, totals, order, manifests as text."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request, failed, fault, operation, refused, with_content

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

PAGE = "getManifest"
TEXT = "getManifestText"


def is_page(request: Request, answer: Answer) -> bool:
    """Whether there is a page to be changed."""
    return operation(request) == PAGE and answer.status == 200


def asked_size(request: Request) -> Any:
    """The page size as it was asked for; None if it was not."""
    body = request.json()
    return body.get("page_size") if isinstance(body, dict) else None


# --- rows lost and rows twice ----------------------------------------------------------------------------------------


@altered("v3", "rows", PAGE)
def lost_of_full_page(content: Any, _: Request) -> None:
    """The last row of every full page is missing."""
    if content["returned"] == content["page_size"] > 1:
        content["series"].pop()
        content["returned"] -= 1


@altered("v3", "rows", PAGE)
def lost_quietly(content: Any, _: Request) -> None:
    """The first row of later pages is missing, though it is counted."""
    if content["page"]:
        del content["series"][:1]


@altered("v3", "rows", PAGE)
def lost_on_last_page(content: Any, _: Request) -> None:
    """The last page of several lacks its last row."""
    if 0 < content["returned"] < content["page_size"] and content["page"]:
        content["series"].pop()
        content["returned"] -= 1


@altered("v3", "rows", PAGE)
def lost_after_three(content: Any, _: Request) -> None:
    """Pages from the fourth on lack a row."""
    if content["page"] > 2 and content["series"]:
        content["series"].pop()
        content["returned"] -= 1


@altered("v3", "rows", PAGE)
def lost_of_many(content: Any, _: Request) -> None:
    """Pages of more than a thousand rows lack the last one."""
    if content["returned"] > 1000:
        content["series"].pop()
        content["returned"] -= 1


@altered("v3", "rows", PAGE)
def twice_within(content: Any, _: Request) -> None:
    """The third row of a page repeats the second."""
    if len(content["series"]) > 2:
        content["series"][2] = content["series"][1]


@fault("v3", "rows")
async def twice_at_boundary(request: Request, forward: Serve) -> Answer:
    """Later pages have the last row of the page before instead of their own first row."""
    answer = await forward(request)
    if not is_page(request, answer) or not answer.content["page"] or not answer.content["series"]:
        return answer
    content, body = answer.json(), request.json()
    before = await forward(request.with_json(body | {"page": content["page"] - 1}))
    content["series"][0] = before.content["series"][-1]
    return with_content(answer, content)


@fault("v3", "rows")
async def same_page_always(request: Request, forward: Serve) -> Answer:
    """Every page has the rows of the first."""
    answer = await forward(request)
    if not is_page(request, answer) or not answer.content["returned"]:
        return answer
    content, body = answer.json(), request.json()
    first = (await forward(request.with_json(body | {"page": 0}))).content["series"]
    content["series"] = first[: content["returned"]]
    return with_content(answer, content)


@fault("v3", "rows")
async def pages_from_one(request: Request, forward: Serve) -> Answer:
    """Page 1 is the first page, and so is page 0."""
    body = request.json() if operation(request) == PAGE else None
    if not isinstance(body, dict) or not isinstance(body.get("page"), int) or body["page"] < 1:
        return await forward(request)
    answer = await forward(request.with_json(body | {"page": body["page"] - 1}))
    return with_content(answer, answer.json() | {"page": body["page"]}) if is_page(request, answer) else answer


@fault("v3", "rows")
async def last_page_for_ever(request: Request, forward: Serve) -> Answer:
    """Pages past the end have the rows of the last."""
    answer = await forward(request)
    if not is_page(request, answer) or answer.content["returned"] or not answer.content["total_series"]:
        return answer
    content, body = answer.json(), request.json()
    if body.get("include_rows") is False:
        return answer
    final = (content["total_series"] - 1) // content["page_size"]
    end = (await forward(request.with_json(body | {"page": final}))).content
    return with_content(answer, content | {"series": end["series"], "returned": end["returned"]})


@fault("v3", "rows")
async def past_the_end_404(request: Request, forward: Serve) -> Answer:
    """A page past the end is refused."""
    answer = await forward(request)
    past = is_page(request, answer) and answer.content["page"] and not answer.content["returned"]
    return refused(request, 400, "There is no such page.") if past else answer


@fault("v3", "rows")
async def size_ignored(request: Request, forward: Serve) -> Answer:
    """Pages always have a hundred rows."""
    answer, size = await forward(request), asked_size(request)
    if not is_page(request, answer) or not isinstance(size, int) or size >= 100:
        return answer
    other = (await forward(request.with_json(request.json() | {"page_size": 100}))).json()
    return with_content(answer, other | {"page_size": answer.content["page_size"]})


@altered("v3", "rows", PAGE)
def clamped_quietly(content: Any, _: Request) -> None:
    """Pages end after 500 rows without notice."""
    del content["series"][500:]
    content["returned"] = len(content["series"])


@altered("v3", "rows", PAGE)
def rows_of_nothing(content: Any, request: Request) -> None:
    """Rows that were not requested are counted."""
    if (request.json() or {}).get("include_rows") is False:
        content["returned"] = min(content["page_size"], content["total_series"])


@altered_request("v3", "rows", PAGE)
def rows_always(request: Request) -> Request | None:
    """Rows come whether they are wanted or not."""
    body = request.json()
    unwanted = isinstance(body, dict) and body.get("include_rows") is False
    return request.with_json(body | {"include_rows": True}) if unwanted else None


# --- totals ----------------------------------------------------------------------------------------------------------


@altered("v3", "totals", PAGE)
def total_is_page(content: Any, _: Request) -> None:
    """The total is that of the page."""
    content["total_series"] = content["returned"]


@altered("v3", "totals", PAGE)
def total_off_by_one(content: Any, _: Request) -> None:
    """Everything that counts series counts one too many."""
    for one, name in ((content, "total_series"), (content["download"], "total_series"), (content["counts"], "series")):
        one[name] += 1


@altered("v3", "totals", PAGE)
def total_drifts(content: Any, _: Request) -> None:
    """On later pages there is one series less in all."""
    for one, name in ((content, "total_series"), (content["download"], "total_series"), (content["counts"], "series")):
        one[name] -= bool(content["page"] and one[name])


@altered("v3", "totals", PAGE)
def total_capped(content: Any, _: Request) -> None:
    """No total is above 10,000."""
    for one, name in ((content, "total_series"), (content["download"], "total_series"), (content["counts"], "series")):
        one[name] = min(one[name], 10_000)


@altered("v3", "totals", PAGE)
def returned_is_size(content: Any, request: Request) -> None:
    """The number of rows is the page size."""
    content["returned"] = content["page_size"] if content["series"] else 0


@altered("v3", "totals", PAGE)
def counts_of_page(content: Any, _: Request) -> None:
    """Instances are those of the page."""
    if content["series"]:
        content["counts"]["instances"] = sum(row["instanceCount"] for row in content["series"])


@altered("v3", "totals", PAGE)
def download_of_page(content: Any, _: Request) -> None:
    """The download is that of the page."""
    content["download"]["total_series"] = content["returned"]


@fault("v3", "totals")
class ReleaseChanges:
    """The data release changes after thirty pages: there is a series more than before."""

    def __init__(self) -> None:
        self.pages = 0

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if operation(request) == "getVersion" and self.pages > 30:
            return with_content(answer, answer.json() | {"idc_version": "v99"})
        if not is_page(request, answer):
            return answer
        self.pages += 1
        content = answer.json()
        for one, name in ((content, "total_series"), (content["download"], "total_series")):
            one[name] += self.pages > 30
        return with_content(answer, content)


# --- order and values -------------------------------------------------------------------------------------------------


@fault("v3", "order")
class Unstable:
    """Every second answer to the same request has its last rows in another order."""

    def __init__(self) -> None:
        self.times: Counter[Request] = Counter()

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        self.times[request] += 1
        if not is_page(request, answer) or self.times[request] % 2:
            return answer
        content = answer.json()
        content["series"][-2:] = content["series"][:-3:-1]
        return with_content(answer, content)


@altered("v3", "order", PAGE)
def descending(content: Any, _: Request) -> None:
    """The rows of a page come in the opposite order."""
    content["series"].reverse()


@altered("v3", "order", PAGE)
def by_series(content: Any, _: Request) -> None:
    """The rows of a page ascend by series alone."""
    content["series"].sort(key=lambda row: row["SeriesInstanceUID"])


@altered("v3", "order", PAGE)
def by_number(content: Any, _: Request) -> None:
    """Identifiers ascend by their numbers and not by their text."""
    numbers = [[int(part) for part in row["StudyInstanceUID"].split(".")] for row in content["series"]]
    pairs = sorted(
        zip(content["series"], numbers, strict=True), key=lambda p: (p[0]["collection_id"], p[0]["PatientID"], p[1])
    )
    content["series"] = [row for row, _ in pairs]


@altered("v3", "values", PAGE)
def identifiers_swapped(content: Any, _: Request) -> None:
    """Studies have the UIDs of series and series those of studies."""
    for row in content["series"]:
        row.update(StudyInstanceUID=row["SeriesInstanceUID"], SeriesInstanceUID=row["StudyInstanceUID"])


@altered("v3", "values", PAGE)
def url_of_neighbour(content: Any, _: Request) -> None:
    """Rows have the addresses of the rows that follow."""
    urls = [row["series_aws_url"] for row in content["series"]]
    for row, url in zip(content["series"], urls[1:] + urls[:1], strict=True):
        row["series_aws_url"] = url


@altered("v3", "values", PAGE)
def one_bucket(content: Any, _: Request) -> None:
    """Every series is in the bucket of most."""
    for row in content["series"]:
        row["aws_bucket"] = "idc-open-data"


@altered("v3", "values", PAGE)
def sizes_rounded(content: Any, _: Request) -> None:
    """Sizes of series are rounded to whole MB."""
    for row in content["series"]:
        row["series_size_MB"] = round(row["series_size_MB"])


@altered("v3", "values", PAGE)
def nothing_for_null(content: Any, _: Request) -> None:
    """Series without a description have an empty one."""
    for row in content["series"]:
        row["SeriesDescription"] = row["SeriesDescription"] or ""


@altered("v3", "values", PAGE)
def description_cleaned(content: Any, _: Request) -> None:
    """Descriptions lose their control characters."""
    for row in content["series"]:
        row["SeriesDescription"] = row["SeriesDescription"] and re.sub(r"[\x00-\x1f]", "", row["SeriesDescription"])


@altered("v3", "values", PAGE)
def preview_of_page(content: Any, _: Request) -> None:
    """The preview is of the page and not of the manifest."""
    if content["series"]:
        content["download"]["manifest_preview"] = [row["series_aws_url"] for row in content["series"][:5]]


@altered("v3", "values", PAGE)
def never_truncated(content: Any, _: Request) -> None:
    """No manifest is reported as too long."""
    content["download"]["manifest_truncated"] = False


@altered("v3", "values", PAGE)
def command_for_all(content: Any, _: Request) -> None:
    """There is no command for a complete collection."""
    content["download"]["idc_commands"] = content["download"]["idc_commands"][-1:]


# --- manifests as text -----------------------------------------------------------------------------------------------


def _lines(name: str, description: str, change: Any) -> None:
    """A fault in the lines of a manifest as text: ``change`` is given the lines and the body of the request."""

    async def layer(request: Request, forward: Serve) -> Answer:
        answer = await forward(request)
        if operation(request) != TEXT or answer.status != 200:
            return answer
        changed = change(answer.text.splitlines(keepends=True), request.json())
        return answer if changed == answer.text else answer.with_body(changed.encode())

    layer.__name__, layer.__doc__ = name, description
    fault("v3", "text")(layer)


_lines("text_cut", "Manifests end after 1,000 lines.", lambda lines, _: "".join(lines[:1000]))
_lines("text_unsorted", "The first line of a manifest comes last.", lambda lines, _: "".join(lines[1:] + lines[:1]))
_lines("text_line_twice", "The first line comes twice.", lambda lines, _: "".join(lines[:1] + lines))
_lines("text_line_lost", "The last line of many is missing.", lambda ls, _: "".join(ls[: max(len(ls) - 1, 1)]))
_lines("text_unfinished", "The last line does not end.", lambda lines, _: "".join(lines).rstrip("\n"))
_lines("text_crlf", "Lines end as on Windows.", lambda lines, _: "".join(lines).replace("\n", "\r\n"))
_lines("text_without_star", "Addresses do not end with a star.", lambda lines, _: "".join(lines).replace("/*\n", "/\n"))
_lines("text_blank_line", "An empty manifest is an empty line.", lambda lines, _: "".join(lines) or "\n")
_lines(
    "text_gs_scheme",
    "Addresses at Google have Google's scheme.",
    lambda ls, body: "".join(ls).replace("s3://", "gs://" if body.get("source") == "gcs" else "s3://"),
)
_lines(
    "text_one_bucket",
    "At Google everything is in one bucket.",
    lambda ls, body: (
        "".join(ls).replace("idc-open-cr/", "idc-open-data/") if body.get("source") == "gcs" else "".join(ls)
    ),
)


@altered_request("v3", "text", TEXT)
def source_ignored(request: Request) -> Request | None:
    """Manifests always have the addresses of AWS."""
    body = request.json()
    return (
        request.with_json(body | {"source": "aws"}) if isinstance(body, dict) and body.get("source") == "gcs" else None
    )


@altered_request("v3", "text", TEXT)
def limit_ignored(request: Request) -> Request | None:
    """The limit is ignored."""
    body = request.json()
    return request.with_json(body | {"limit": None}) if isinstance(body, dict) and body.get("limit") else None


@altered_request("v3", "text", TEXT)
def limit_0_is_none(request: Request) -> Request | None:
    """A limit of 0 is no limit."""
    body = request.json()
    return request.with_json(body | {"limit": None}) if isinstance(body, dict) and body.get("limit") == 0 else None


@fault("v3", "text", TEXT)
async def limit_of_64_bits_500(request: Request, forward: Serve) -> Answer:
    """A limit beyond 64 bits makes the service fail."""
    body = request.json() if operation(request) == TEXT else None
    limit = body.get("limit") if isinstance(body, dict) else None
    return failed(request) if isinstance(limit, int) and limit >= 2**63 else await forward(request)


@altered_request("v3", "text", TEXT)
def limit_off_by_one(request: Request) -> Request | None:
    """A limit lets one line more through."""
    body = request.json()
    limit = body.get("limit") if isinstance(body, dict) else None
    return request.with_json(body | {"limit": limit + 1}) if isinstance(limit, int) and 0 < limit < 10**6 else None
