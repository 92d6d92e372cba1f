"""Controls: services that are as good as the stand-in though they answer otherwise; nothing may be found in them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import is_json, operation, tell
from tests.contract.faults.v1_answers import PAGED

if TYPE_CHECKING:
    from tests.contract.calls import Answer, Request
    from tests.contract.faults.fault import Layer, Serve

STAMP = "20261123"


@dataclass(frozen=True)
class Control:
    """A healthy service, and how it differs."""

    name: str
    generations: tuple[str, ...]
    says: str
    layer: Layer | None = None
    patience: float = 30.0


async def smaller_pages(request: Request, go_on: Serve) -> Answer:
    """v1 with pages of fewer rows than were asked for, as large ones are cut by bytes."""
    size = request.query.get("page_size", "1000")
    if operation(request) in PAGED and size.isascii() and size.isdecimal() and 1 < int(size) <= 50_000:
        request = request.with_query(page_size=max(1, int(size) * 2 // 3))
    return other_form(await go_on(request))


async def other_settings(request: Request, go_on: Serve) -> Answer:
    """v3 with other page sizes and limits, a build stamp, and ties in another order."""
    answer = await go_on(_limited(request))
    if answer.status != 200 or not is_json(answer):
        return other_form(answer)
    content = answer.json()
    match operation(request):
        case "getVersion":
            content["build"] = STAMP
        case "getService":
            content["server_version"] += f"+{STAMP}"
        case "getAttributeValues":
            content["values"] = ties_reversed(content["values"], "count")
        case "getLicenses" | "getCollection":
            content["licenses"] = ties_reversed(content["licenses"], "series")
    return other_form(tell(answer, content))


def _limited(request: Request) -> Request:
    body, settings = request.json(), {"getManifest": ("page_size", 50, 1000), "runSql": ("max_rows", 1000, 2000)}
    if operation(request) not in settings or not isinstance(body, dict):
        return request
    name, usual, most = settings[operation(request)]
    asked = body.get(name)
    if asked is None:
        return request.asking(body | {name: usual})
    too_many = isinstance(asked, int) and not isinstance(asked, bool) and asked > most
    return request.asking(body | {name: most}) if too_many else request


def ties_reversed(items: list[Any], by: str) -> list[Any]:
    """The items with those of equal numbers in the opposite order."""
    return [item for _, tied in groupby(items, key=lambda item: item[by]) for item in reversed(list(tied))]


def other_form(answer: Answer) -> Answer:
    """The answer with its members in another order and a header more."""
    if is_json(answer) and answer.status == 200:
        answer = tell(answer, reordered(answer.json()))
    return answer.with_header("x-served-by", "another")


def reordered(content: Any) -> Any:
    """The same JSON with the members of objects in the opposite order."""
    if isinstance(content, dict):
        return {name: reordered(content[name]) for name in reversed(content)}
    return [reordered(item) for item in content] if isinstance(content, list) else content


CONTROLS = (
    Control("the stand-in", ("v1", "v3"), "as it is"),
    Control("in no hurry", ("v1",), "answers 202 to whatever is not known already", patience=0),
    Control(
        "smaller pages", ("v1",), "pages of two thirds of the rows asked for, members in another order", smaller_pages
    ),
    Control(
        "other settings",
        ("v3",),
        "pages of 50 and at most 1,000, SQL of 1,000 and at most 2,000 rows, a build stamp, other ties",
        other_settings,
    ),
)
