"""Controls: correct services that differ from the stand-in; no test may fail on them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from idc_contract.document.shape import APPLIED, PARTS, SHAPES, WARNINGS, echo
from idc_contract.oracle.index import installed
from idc_contract.oracle.release_changes import expected
from tests.contract.faults.clinical import with_clinical_tables
from tests.contract.faults.fault import is_json, operation, post, reply, with_content
from tests.contract.faults.v1_answers import PAGED
from tests.contract.faults.v3_answers import echoes, filters_in, reworded

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Layer, Serve

STAMP = "20261123"


@dataclass(frozen=True)
class Control:
    """A healthy service, and how it differs."""

    name: str
    generations: tuple[str, ...]
    sentence: str
    layer: Layer | None = None
    patience: float = 30.0


async def smaller_pages(request: Request, forward: Serve) -> Answer:
    """v1 with pages of fewer rows than requested, as if large pages were limited by bytes."""
    size = request.query.get("page_size", "1000")
    if operation(request) in PAGED and size.isascii() and size.isdecimal() and 1 < int(size) <= 50_000:
        request = request.with_query(page_size=max(1, int(size) * 2 // 3))
    return other_form(await forward(request))


async def other_settings(request: Request, forward: Serve) -> Answer:
    """v3 with other page sizes and limits, a build stamp, and ties in another order."""
    answer = await forward(_limited(request))
    if answer.status == 422:  # which echoes the request
        answer = await forward(request)
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
    return other_form(with_content(answer, content))


def _limited(request: Request) -> Request:
    body, settings = request.json(), {"getManifest": ("page_size", 50, 1000), "runSql": ("max_rows", 1000, 2000)}
    if operation(request) not in settings or not isinstance(body, dict):
        return request
    name, usual, most = settings[operation(request)]
    requested = body.get(name)
    if requested is None:
        return request.with_json(body | {name: usual})
    too_many = isinstance(requested, int) and not isinstance(requested, bool) and requested > most
    return request.with_json(body | {name: most}) if too_many else request


def ties_reversed(items: list[Any], by: str) -> list[Any]:
    """The items with those of equal numbers in the opposite order."""
    return [item for _, tied in groupby(items, key=lambda item: item[by]) for item in reversed(list(tied))]


def other_form(answer: Answer) -> Answer:
    """The answer with its members in another order and a header more."""
    if is_json(answer) and answer.status == 200:
        answer = with_content(answer, reordered(answer.json()))
    return answer.with_header("x-served-by", "another")


def reordered(content: Any) -> Any:
    """The same JSON with the members of objects in the opposite order."""
    if isinstance(content, dict):
        return {name: reordered(content[name]) for name in reversed(content)}
    return [reordered(item) for item in content] if isinstance(content, list) else content


async def as_upstream(request: Request, forward: Serve) -> Answer:
    """v3 that warns of every value in any letter case if nothing is found, also of values that occur as requested."""
    answer = await forward(request)
    if not echoes(request, answer) or not SHAPES[operation(request)].hints:
        return answer
    held = echo(operation(request), answer.content)
    hints = []
    for name, values in held[APPLIED]["terms"].items() if not held["series"] else ():
        low = ", ".join(_quoted(value.lower()) for value in values)
        found = await _sql(
            f'SELECT DISTINCT "{name}" AS v FROM index WHERE lower("{name}") IN ({low})', request, forward
        )
        if others := [row["v"] for row in found[:5] if row["v"] not in values]:
            hints.append(f"{name}={values} selects nothing, and there is {sorted(others, reverse=True)}")
    ours = len(held[WARNINGS]) - _left_out(request, held)
    kept = held[WARNINGS][: len(held[WARNINGS]) - ours]
    return reworded(
        answer, request, lambda reported: reported.update({WARNINGS: kept + hints if not held["series"] else kept})
    )


async def other_words(request: Request, forward: Serve) -> Answer:
    """v3 with other words in refusals and warnings."""
    answer = await forward(request)
    filters = filters_in(request) if request.body else {}
    names = [name for part in PARTS if isinstance(filters.get(part), dict) for name in filters[part]]
    if answer.status == 422 and is_json(answer):
        content = answer.json()
        for one in content["detail"]:
            one["msg"] = "Bad: " + " ".join(part for part in PARTS if f"'{part}'" in one["msg"])
        return with_content(answer, content)
    if answer.status == 400 and is_json(answer) and "error" in answer.content:
        content = answer.json()
        named = [name for name in names if name in content["error"]["message"]]
        content["error"]["message"] = f"No, not so: {named[0]}" if named else "No."
        return with_content(answer, content)
    return reworded(
        answer, request, lambda held: held.update({WARNINGS: [_other(text, names) for text in held[WARNINGS]]})
    )


def _other(text: str, names: list[str]) -> str:
    """A warning with other words, but the same names and values."""
    words = set(re.findall(r"[\w.]+", text))
    named = next((name for name in names if name in words), "")
    quoted = re.findall(r"'([^']*)'", text)
    return f"{named or 'Everything'}! {json.dumps(quoted[::-1])}"


async def citing(request: Request, forward: Serve) -> Answer:
    """v3 that reaches the registries, and cites in another order."""
    answer = await forward(request)
    if operation(request) != "getCitations" or answer.status != 200:
        return answer
    content, filters = answer.json(), answer.content[APPLIED]
    tests = ["source_DOI IS NOT NULL"]
    for name, values in filters["terms"].items():
        tests.append(f'"{name}" IN ({", ".join(map(_quoted, values))})')
    for name, bounds in filters["ranges"].items():
        tests += [f'"{name}" {sign} {_quoted(bounds[side]) if isinstance(bounds[side], str) else bounds[side]}'
                  for side, sign in (("gte", ">="), ("lte", "<=")) if bounds[side] is not None]  # fmt: skip
    sql = f"SELECT DISTINCT source_DOI AS v FROM index WHERE {' AND '.join(tests)} ORDER BY 1 DESC"
    found = [row["v"] for row in await _sql(sql, request, forward)]
    forms: dict[str, Callable[[str], object]] = {
        "csl-json": lambda doi: {"DOI": doi},
        "bibtex": lambda doi: f"@misc{{data, doi={{{doi}}}}}",
    }
    cited = [forms.get(content["format"], "Data. https://doi.org/{}".format)(doi) for doi in found]
    content.update(citations=cited, idc_acknowledgment={"DOI": "x"} if content["format"] == "csl-json" else "IDC.")
    return with_content(answer, content)


async def _sql(sql: str, request: Request, forward: Serve) -> list[dict[str, Any]]:
    answer = await forward(post("/v3/sql", {"sql": sql, "max_rows": 1000}, request))
    return list(answer.content["rows"])


def _quoted(text: str) -> str:
    parts = text.split("\u0000")  # which SQL text cannot hold
    return "(" + " || chr(0) || ".join("'" + part.replace("'", "''") + "'" for part in parts) + ")"


def _left_out(request: Request, held: dict[str, Any]) -> int:
    """The number of warnings before those on letter case."""
    filters = filters_in(request)
    sent = [name for part in PARTS for name in filters.get(part) or {}]
    applied = [name for part in PARTS for name in held[APPLIED][part]]
    return len(sent) - len(applied) + (not applied)


async def by_row(request: Request, forward: Serve) -> Answer:
    """v3 that counts a series as revised when only its bucket changed, as upstream's branch does."""
    answer = await forward(request)
    if operation(request) != "getReleaseChanges" or answer.status != 200:
        return answer
    content = answer.json()
    release = int(content["idc_version"].removeprefix("v"))
    counted = expected(installed(), release, by_row=True)
    return with_content(answer, {**counted, "note": "counted by rows"})


async def released(request: Request, forward: Serve) -> Answer:
    """v3 as it is released: without the parts that the document marks as unreleased."""
    if operation(request) == "getReleaseChanges" or request.path.startswith("/v3/releases"):
        return reply(request, 404, {"detail": "Not Found"})
    answer = await forward(request)
    if operation(request) == "getTables" and is_json(answer):
        content = answer.json()
        for table in content["tables"]:
            table.pop("notable_columns")
        return with_content(answer, content)
    return answer


CONTROLS = (
    Control("the stand-in", ("v1", "v3"), "unchanged"),
    Control("slow queries", ("v1",), "answers every new query with 202 first", patience=0),
    Control(
        "smaller pages", ("v1",), "pages of two thirds of the requested rows, members in another order", smaller_pages
    ),
    Control(
        "other settings",
        ("v3",),
        "pages of 50 and at most 1,000, SQL of 1,000 and at most 2,000 rows, a build stamp, equal rows reordered",
        other_settings,
    ),
    Control(
        "hints in full",
        ("v3",),
        "warnings for values in any letter case, in any order",
        as_upstream,
    ),
    Control("other words", ("v3",), "refusals and warnings in other words", other_words),
    Control("rows of releases", ("v3",), "series that changed buckets are counted as revised", by_row),
    Control("released", ("v3",), "without the parts that are marked as unreleased", released),
    Control("clinical tables", ("v3",), "a build with clinical tables", with_clinical_tables),
    Control("with registries", ("v3",), "citations are found, in another order", citing),
)
