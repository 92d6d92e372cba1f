"""Faults of v3: SQL."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request, fault, operation, refused, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

SQL = "runSql"


def statement(request: Request) -> str:
    """The SQL of a request; empty if there is none."""
    body = request.json() if operation(request) == SQL else None
    return body["sql"] if isinstance(body, dict) and isinstance(body.get("sql"), str) else ""


def values(content: Any, change: Callable[[Any], Any]) -> None:
    """Change every value of the rows."""
    for row in content["rows"]:
        row.update({name: change(value) for name, value in row.items()})


def nothing(request: Request) -> Answer:
    """A result without rows."""
    success = {"columns": ["Success"], "rows": [], "row_count": 0, "truncated": False, "max_rows": 5000}
    return reply(request, 200, success)


# --- the guard -------------------------------------------------------------------------------------------------------


@fault("v3", "guard")
async def writes_pass(request: Request, forward: Serve) -> Answer:
    """Tables can be dropped and filled."""
    writes = re.match(r"\s*(drop|insert|update|delete|create|alter)\b", statement(request), re.IGNORECASE)
    return nothing(request) if writes else await forward(request)


@fault("v3", "guard")
async def settings_pass(request: Request, forward: Serve) -> Answer:
    """Settings can be changed and other databases attached."""
    other = re.match(r"\s*(set|pragma|attach|install|load|call|copy)\b", statement(request), re.IGNORECASE)
    return nothing(request) if other else await forward(request)


@altered_request("v3", "guard", SQL)
def second_statement_dropped(request: Request) -> Request | None:
    """Of several statements the first is run."""
    first, _, rest = statement(request).partition(";")
    return request.with_json(request.json() | {"sql": first}) if rest.strip() and "'" not in first else None


@altered_request("v3", "guard", SQL)
def files_pass(request: Request) -> Request | None:
    """Files can be read."""
    read = re.search(r"read_(csv|text|parquet|json)\w*\s*\([^)]*\)|glob\s*\([^)]*\)", statement(request), re.IGNORECASE)
    sql = "SELECT 'root:x:0:0' AS content"
    return request.with_json(request.json() | {"sql": sql}) if read else None


@altered_request("v3", "guard", SQL)
def comments_in_literals(request: Request) -> Request | None:
    """What looks like a comment is taken out of text."""
    bare = re.sub(r"/\*.*?\*/", "", statement(request), flags=re.DOTALL)
    bare = re.sub(r"--[^\n]*", "", bare)
    return request.with_json(request.json() | {"sql": bare}) if bare != statement(request) else None


@fault("v3", "guard")
async def semicolon_refused(request: Request, forward: Serve) -> Answer:
    """A semicolon at the end is refused."""
    result = statement(request).rstrip().endswith(";")
    return refused(request, 400, "One statement only.") if result else await forward(request)


@fault("v3", "guard")
async def with_refused(request: Request, forward: Serve) -> Answer:
    """WITH is refused."""
    named = statement(request).lstrip().upper().startswith("WITH")
    return refused(request, 400, "SELECT only.") if named else await forward(request)


@fault("v3", "guard")
async def small_select_refused(request: Request, forward: Serve) -> Answer:
    """SELECT in lower case is refused."""
    small = statement(request).lstrip().startswith("select")
    return refused(request, 400, "SELECT only.") if small else await forward(request)


@fault("v3", "guard")
async def word_in_text_refused(request: Request, forward: Serve) -> Answer:
    """The word DROP is refused everywhere."""
    named = re.search(r"'[^']*\b(drop|delete|insert|update)\b[^']*'", statement(request), re.IGNORECASE)
    return refused(request, 400, "Read only.") if named else await forward(request)


# --- limits --------------------------------------------------------------------------------------------------------


@altered("v3", "limits", SQL)
def sql_never_truncated(content: Any, _: Request) -> None:
    """No result is reported as truncated."""
    content["truncated"] = False


@altered("v3", "limits", SQL)
def truncated_when_full(content: Any, _: Request) -> None:
    """A result with exactly the maximum of rows is reported as truncated."""
    content["truncated"] = content["row_count"] == content["max_rows"]


@fault("v3", "limits")
async def max_rows_ignored(request: Request, forward: Serve) -> Answer:
    """The limit is ignored, though it is in the answer."""
    answer = await forward(request)
    if operation(request) != SQL or answer.status != 200 or "max_rows" not in request.json():
        return answer
    other = await forward(request.with_json(request.json() | {"max_rows": None}))
    return reply(request, 200, other.json() | {"max_rows": answer.content["max_rows"]})


@altered("v3", "limits", SQL)
def last_row_lost(content: Any, _: Request) -> None:
    """A result that is cut off lacks a row more."""
    if content["truncated"]:
        content["rows"].pop()
        content["row_count"] -= 1


@altered("v3", "limits", SQL)
def rows_counted_wrong(content: Any, _: Request) -> None:
    """A result that is cut off counts a row more than it has."""
    content["row_count"] += content["truncated"]


@altered("v3", "limits", SQL)
def limit_of_default(content: Any, _: Request) -> None:
    """The applied limit is reported as the default."""
    content["max_rows"] = 5000


# --- values --------------------------------------------------------------------------------------------------------


@altered("v3", "results", SQL)
def columns_reversed(content: Any, _: Request) -> None:
    """Columns are named in the opposite order."""
    content["columns"].reverse()


@altered("v3", "results", SQL)
def columns_sorted(content: Any, _: Request) -> None:
    """Columns are named in the order of the alphabet."""
    content["columns"].sort()


@altered("v3", "results", SQL)
def columns_in_small_letters(content: Any, _: Request) -> None:
    """Columns have their names in lower case."""
    content["columns"] = [name.lower() for name in content["columns"]]
    content["rows"] = [{name.lower(): value for name, value in row.items()} for row in content["rows"]]


@altered("v3", "results", SQL)
def nulls_dropped(content: Any, _: Request) -> None:
    """Rows have no null values."""
    content["rows"] = [{n: v for n, v in row.items() if v is not None} for row in content["rows"]]


@altered("v3", "results", SQL)
def numbers_as_text(content: Any, _: Request) -> None:
    """Whole numbers are text."""
    values(content, lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v)


@altered("v3", "results", SQL)
def numbers_as_floats(content: Any, _: Request) -> None:
    """Numbers beyond 2^53 lose their last digits."""
    values(content, lambda v: int(float(v)) if isinstance(v, int) and abs(v) > 2**53 else v)


@altered("v3", "results", SQL)
def booleans_as_numbers(content: Any, _: Request) -> None:
    """True is 1 and false is 0."""
    values(content, lambda v: int(v) if isinstance(v, bool) else v)


@altered("v3", "results", SQL)
def floats_rounded(content: Any, _: Request) -> None:
    """Fractions are rounded to three places."""
    values(content, lambda v: round(v, 3) if isinstance(v, float) else v)


@altered("v3", "results", SQL)
def dates_shifted(content: Any, _: Request) -> None:
    """Dates are a day too late."""

    def later(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"[12]\d{3}-\d\d-\d\d", value):
            return str(date.fromisoformat(value) + timedelta(days=1))
        return value

    values(content, later)


@altered("v3", "results", SQL)
def times_with_blank(content: Any, _: Request) -> None:
    """Dates and times are parted by a blank and not by T."""
    values(content, lambda v: re.sub(r"^(\d{4}-\d\d-\d\d)T", r"\1 ", v) if isinstance(v, str) else v)


@altered("v3", "results", SQL)
def text_trimmed(content: Any, _: Request) -> None:
    """Text loses the spaces around it."""
    values(content, lambda v: v.strip() if isinstance(v, str) else v)


@altered("v3", "results", SQL)
def signs_lost(content: Any, _: Request) -> None:
    """Negative whole numbers lose their sign."""
    values(content, lambda v: abs(v) if type(v) is int else v)


@altered("v3", "results", SQL)
def text_composed(content: Any, _: Request) -> None:
    """Letters of text are composed."""
    values(content, lambda v: unicodedata.normalize("NFC", v) if isinstance(v, str) else v)


@altered("v3", "results", SQL)
def empty_text_as_null(content: Any, _: Request) -> None:
    """Empty text is null."""
    values(content, lambda v: None if v == "" else v)


@fault("v3", "results")
async def statement_cut(request: Request, forward: Serve) -> Answer:
    """A statement is cut at 8,000 characters."""
    cut = request.with_json(request.json() | {"sql": statement(request)[:8000]}) if statement(request) else request
    return await forward(cut)


@fault("v3", "results")
async def nulls_first(request: Request, forward: Serve) -> Answer:
    """ORDER BY puts rows without a value first."""
    bare = re.sub(r"(ORDER BY \w+)(?! *(DESC +)?NULLS)( DESC)?\s*$", r"\1\3 NULLS FIRST", statement(request))
    return await forward(request.with_json(request.json() | {"sql": bare}) if bare else request)


@altered("v3", "results", SQL)
def lists_as_text(content: Any, _: Request) -> None:
    """Lists are text."""
    values(content, lambda v: str(v) if isinstance(v, list) else v)


@altered("v3", "results", SQL)
def null_as_text(content: Any, _: Request) -> None:
    """A missing value is an empty text."""
    values(content, lambda v: "" if v is None else v)


@altered("v3", "results", SQL)
def order_lost(content: Any, _: Request) -> None:
    """The first row comes last."""
    content["rows"] = content["rows"][1:] + content["rows"][:1]


@altered("v3", "results", SQL)
def rows_distinct(content: Any, _: Request) -> None:
    """Equal rows come once."""
    seen = {repr(row): row for row in content["rows"]}
    content.update(rows=list(seen.values()), row_count=len(seen))
