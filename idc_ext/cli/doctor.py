"""The command `doctor`: everything that explains why something does not work, as a report that can be shown around."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING

from attrs import asdict, evolve

from .._reach import look
from ..errors import InvalidBaseURL
from . import _checks, _ends
from ._checks import Finding, redacted
from ._context import Flag, Given
from ._formats import encoded
from ._output import standard_output
from ._safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM", "unreached": "UNREACHED"}


def doctor(
    *,
    json: Flag = False,
    offline: Flag = False,
    context: Given,
) -> int:
    """Check this machine, the way to the service, and the service; print a report to paste into an issue.

    No tokens are in it; home folders, users and passwords in URLs and the names in e-mail addresses are cut out. It
    ends with 0 if all is well, 1 if there is a problem, 3 if nobody could be reached.

    Args:
        json: As JSON.
        offline: Ask nobody.
    """
    found = [evolve(one, detail=redacted(one.detail), advice=redacted(one.advice)) for one in _all(context, offline)]
    states = {one.state for one in found}
    code = _ends.UNREACHED if "unreached" in states else _ends.REFUSED if "problem" in states else _ends.DONE
    out = standard_output()
    if json:
        out.write(encoded({"exit_code": code, "findings": [asdict(one) for one in found]}, indent=2) + "\n")
    else:
        out.write(_report(found))
    return code


def _all(context: Given, offline: bool) -> Iterator[Finding]:
    yield from _safely("programs", _checks.programs)
    yield from _safely("credentials", lambda: _checks.credentials(context))
    # What is wrong with the file has been said, and nothing here needs a user.
    try:
        idc = evolve(context, credentials=None).connect()
    except InvalidBaseURL as error:
        yield Finding("address", "problem", str(error), "correct --base-url or IDC_BASE_URL")
        return
    yield from _safely("way", lambda: _checks.way(idc, context))
    if offline:
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(idc)
            answer = look(idc, "/v3/version")
        except Exception as error:
            code, sentence = _ends.ended(error, str(idc._base_url)) or (_ends.REFUSED, repr(error))
            yield Finding("service", "unreached" if code == _ends.UNREACHED else "problem", sentence)
            return
        yield from _safely("connection", lambda: _checks.connection(answer, str(idc._base_url)))
        yield from _safely("data", lambda: _checks.release(answer))
        yield from _safely("v1", lambda: _checks.first_generation(idc))
        yield from _safely("document", lambda: _checks.drift(idc))


def _safely(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Run a check; what goes wrong in it is its finding, and the others go on."""
    try:
        yield from check()
    except Exception as error:
        code, sentence = _ends.ended(error) or (_ends.REFUSED, f"the check itself failed: {error!r}")
        yield Finding(name, "unreached" if code == _ends.UNREACHED else "problem", sentence)


def _report(found: list[Finding]) -> str:
    """Write findings as text between fences, as issues show it without reading anything into it."""
    lines = [f"idc-ext doctor, {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC", ""]
    wide = max(len(one.check) for one in found)
    for one in found:
        lines.append(f"{_MARKS[one.state]:<9} {one.check:<{wide}}  {one.detail}")
        if one.advice:
            lines.append(f"{'':<9} {'':<{wide}}  -> {one.advice}")
    # No text of a server's can end the fence.
    body = [visible(line).replace("```", "'''") for line in lines]
    return "\n".join(["```text", *body, "```", ""])
