"""What is checked of a service before the first relation: one page, or the sentence that says why it is unusable."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import idc_openapi
from idc_contract.calls import Answer, Broken, OverHTTP, Request, Unreachable
from idc_contract.document.openapi import OPERATIONS, examples
from idc_contract.finding import SHAPES
from idc_contract.preflight import estimate
from idc_contract.preflight.credentials import expires, expiry
from idc_contract.preflight.unusable import Unusable, common, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idc_contract.layers.suite import Plan
    from idc_contract.service import Service

PROBES = {
    "v1": ("/v1/about", "/v1/versions", "/v1/collections"),
    "v3": ("/v3/version", "/v3/health", "/v3/collections"),
}
TIMES, LONG_ENOUGH = 5, 20.0
"""How often the latency is measured; answers that took so many seconds together are not asked for again."""
SLOWER, LONGEST_LIMIT = 20, 120.0
"""An answer may take as many times what the quickest one takes, up to so many seconds."""
SKEW = 60.0
"""The seconds by which clocks may differ."""
NOTHING_LIKE_IT = "no-such-collection"


@dataclass
class Preflight:
    """What was found out about a service."""

    generations: list[str]
    page: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reported: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    seconds: float = 0.0
    """The time that the run will take, about."""
    requests: int = 0

    def __str__(self) -> str:
        return "\n".join(f"  {name:12} {text}" for name, text in self.page)


def run(service: Service, plan: Plan, *, limit: float | None, named: bool = True) -> Preflight:
    """Check a service, and set its time limit; raises Unusable, or Unreachable without a response.

    ``named``: whether all generations were asked for by name; otherwise one that is not there is left out.
    """
    found = Preflight(list(plan.generations))
    base = service.caller.base
    answers = {generation: _answers(service, plan, generation) for generation in plan.generations}
    _usable(found, base, answers, named=named)
    _address(found, service, [answer for generation in found.generations for answer in answers[generation]])
    _releases(found, service, answers)
    _users(found, service, answers)
    if SHAPES not in plan.layers:
        _no_mock(found, service)
    if limit is None:
        service.limit = min(LONGEST_LIMIT, max(service.limit, SLOWER * found.latency))
    found.page.append(("limit", f"{service.limit:.3g} s for an answer"))
    served = [name for name in found.generations if any(answer.status != 410 for answer in answers[name])]
    found.requests, found.seconds = estimate.of(service, plan, served, found.latency)
    found.page.append(("estimate", estimate.text(found.requests, found.seconds, service)))
    return found


def _answers(service: Service, plan: Plan, generation: str) -> list[Answer]:
    found: list[Answer] = []
    enough = LONG_ENOUGH if plan.seconds is None else min(LONG_ENOUGH, plan.seconds / 4)
    for target in PROBES[generation]:
        try:
            found.append(service.caller(Request("GET", target)))
        except Broken as broken:
            raise Unusable(f"{service.caller.base} gives no answer to GET {target}: {_why(broken)}") from broken
        except Unreachable as error:
            raise Unusable(str(error)) from error
        if found[-1].status == 503:  # waited for already
            return found
        if sum(answer.seconds for answer in found) > enough:
            break
    if plan.seconds is not None and any(answer.status == 200 for answer in found):
        _in_time(service, plan, generation, min(answer.seconds for answer in found), plan.seconds)
    return found


def _in_time(service: Service, plan: Plan, generation: str, latency: float, seconds: float) -> None:
    """Raise Unusable if the time is too short even for one request of each relation."""
    number = estimate.least(service, plan, [generation])
    if number * latency > seconds:
        raise Unusable(
            f"{service.caller.base} answers in {latency:.3g} s, and {number} relations and operations of {generation} "
            f"need at least {number * latency / 60:.2g} minutes: give more time than --max-time {seconds / 60:g}"
        )


def _why(broken: Broken) -> str:
    """Why a response cannot be read."""
    text = str(broken).partition(": ")[2]
    if "decod" in text or "decompress" in text or "incorrect header check" in text:
        return f"it says that it is compressed, and cannot be decompressed ({text})"
    if "timed out" in text:
        return f"it did not come in time ({text})"
    return f"{text}; is that an HTTP service?"


def _usable(found: Preflight, base: str, answers: dict[str, list[Answer]], *, named: bool) -> None:
    """Raise Unusable unless some answers of each generation may be those of a service."""
    problems = {generation: common([problem(base, answer) for answer in some]) for generation, some in answers.items()}
    absent = [name for name, some in answers.items() if problems[name] and all(one.status == 404 for one in some)]
    wrong = [text for text in problems.values() if text]
    if len(wrong) == len(problems) or (wrong and (named or len(absent) < len(wrong))):
        raise Unusable(wrong[-1])
    for name in absent:
        found.generations.remove(name)
        found.notes.append(
            f"{name} is not there (404), so it was not checked; with --generation {name} that is an error."
        )


def _address(found: Preflight, service: Service, answers: Sequence[Answer]) -> None:
    caller = service.caller
    good = [answer for answer in answers if answer.status == 200] or list(answers)
    quickest = Request("GET", min(good, key=lambda answer: answer.seconds).request.target)
    times: list[float] = []
    while not times or (len(times) < TIMES and sum(times) < LONG_ENOUGH / TIMES):
        times.append(caller(quickest).seconds)
    found.latency = statistics.median(times)
    if isinstance(caller, OverHTTP):
        caller.reference = quickest, min(times)
    found.page.append(("address", f"{caller.base} answers in {1000 * found.latency:.0f} ms"))
    if server := good[0].header("server"):
        found.reported["server"] = server[:60]
    if any(answer.wire is not None for answer in answers):
        found.page.append(
            ("compression", ", ".join(sorted({str(a.header("content-encoding")) for a in answers} - {"None"})))
        )
    date = good[0].header("date")
    if date is not None:
        _clock(found, date)


def _clock(found: Preflight, date: str) -> None:
    try:
        ahead = parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return
    if abs(ahead) > SKEW:
        way = "ahead of" if ahead > 0 else "behind"
        found.notes.append(
            f"The clock of the service is {abs(ahead):.0f} s {way} the one here: tokens may be refused for that."
        )
    found.page.append(("clock", "as here" if abs(ahead) <= SKEW else f"{ahead:+.0f} s"))


def _releases(found: Preflight, service: Service, answers: dict[str, list[Answer]]) -> None:
    """The release of the service and of its data, and a note if the document describes others."""
    if "v1" in found.generations:
        retired = all(answer.status == 410 for answer in answers["v1"])
        found.page.append(("v1", "retired: every answer is 410" if retired else "served"))
    if "v3" not in found.generations:
        return
    try:
        reported = answers["v3"][0].json()
        api, data = str(reported["api_version"]), str(reported["idc_version"])
    except (ValueError, KeyError, TypeError):
        found.page.append(("v3", "served; GET /v3/version does not say which release"))
        return  # a relation reports it
    found.reported |= {"api_version": api[:60], "idc_version": data[:60]}
    found.page.append(("v3", f"release {api[:60]}, data {data[:60]}"))
    described = idc_openapi.upstream()
    if idc_openapi.compare_releases(api, described.api_version) != "same":
        found.notes.append(
            f"The service is {idc_openapi.apart(api, described.api_version)}: {api[:60]}, and openapi.yaml describes "
            f"{described.api_version}. A finding may come of that: `make drift` compares the documents."
        )
    if idc_openapi.compare_releases(data, described.idc_version) != "same":
        found.notes.append(
            f"The data of the service is {idc_openapi.apart(data, described.idc_version)}: {data[:60]}, and "
            f"openapi.yaml was written for {described.idc_version}."
        )


def _users(found: Preflight, service: Service, answers: dict[str, list[Answer]]) -> None:
    """Raise Unusable if the service refuses the token of a user."""
    if "v1" not in found.generations or all(answer.status == 410 for answer in answers["v1"]):
        return
    for user in service.users:
        answer = service.caller(Request("GET", OPERATIONS["getAccountDetails"].path, user.headers))
        if answer.status == 401:
            raise Unusable(
                f"{service.caller.base} refuses the ID token of {user.email} (401): is it a token for this service, "
                "and is the clock here right?"
            )
        until = expires(user)
        found.page.append(("user", f"{user.email}, {f'until {expiry(until)}' if until else 'renewed when necessary'}"))


def _no_mock(found: Preflight, service: Service) -> None:
    """Raise Unusable if a filter that selects nothing is answered with an example of the document."""
    asked: dict[str, tuple[str, Any]] = {
        "v3": ("countCohort", {"filters": {"terms": {"collection_id": [NOTHING_LIKE_IT]}}}),
        "v1": ("previewManifest", {"name": "a", "description": "", "filters": {"collection_id": [NOTHING_LIKE_IT]}}),
    }
    for generation in found.generations:
        name, body = asked[generation]
        query = {"SeriesInstanceUID": "True"} if generation == "v1" else {}
        try:
            content = service.answer(name, body, query=query).json()
        except (Broken, ValueError):
            continue
        if content in examples(OPERATIONS[name].answer(200)):
            raise Unusable(
                f"{service.caller.base} is a mock: it answers {name} of a collection that does not exist with the "
                "example of the document; check the shapes of its answers with --only shapes"
            )
