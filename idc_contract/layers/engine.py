"""Layer one: schemathesis on openapi.yaml, set up by schemathesis.toml, exempted by hooks.py.

Law: runs schemathesis' engine, as its command does, in one thread: its pytest state machine takes no seed from the
configuration, and with two workers the same seed sends other requests.
"""

from __future__ import annotations

import json
import time
import tomllib
from collections import Counter, defaultdict
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from idc_contract.calls import FAILURE, Answer, Broken, InProcess, Layered, Request, Unreachable
from idc_contract.document.openapi import METHODS, OPERATIONS
from idc_contract.finding import RULES_OF_SCHEMATHESIS, SCHEMATHESIS, Finding
from idc_contract.judge import judge
from idc_contract.layers import hooks
from idc_contract.layers.cohorts import for_schemathesis
from idc_contract.relations.relation import same_draws
from idc_contract.service import ONCE
from idc_contract.unreleased import served_document

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from schemathesis import Response
    from schemathesis.engine.recorder import Interaction

    from idc_contract.service import Service

OWN_HEADERS = frozenset({"accept-encoding", "connection", "user-agent"})
"""Headers that are left to the caller."""


@dataclass
class Run:
    """The outcome of a run; operations by their identifiers."""

    findings: list[Finding] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    """Errors of the engine itself: what it was doing (an operation's method and path, or chains), and the error."""
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    checks: Counter[tuple[str, str]] = field(default_factory=Counter)
    followed: set[str] = field(default_factory=set)
    phases: dict[str, Status] = field(default_factory=dict)
    generation: str = ""
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    stopped: bool = False
    """Whether the time was up before its end."""

    def note(self, event: events.EngineEvent, service: Service) -> None:
        """Record an event of the engine."""
        if isinstance(event, events.ScenarioFinished):
            self._scenario(event, service)
        elif isinstance(event, events.PhaseFinished):
            self.phases[event.phase.name.value] = event.status
        elif isinstance(event, events.NonFatalError):
            self.errors.append((event.label, repr(event.value)))
        elif isinstance(event, events.FatalError):
            raise Unreachable(f"schemathesis could not continue: {event.exception}") from event.exception

    def _scenario(self, event: events.ScenarioFinished, service: Service) -> None:
        recorder = event.recorder
        for case_id, node in recorder.cases.items():
            operation = hooks.name(node.value)
            interaction = recorder.interactions.get(case_id)
            if interaction and interaction.response:
                self.statuses[operation][interaction.response.status_code] += 1
                _cover(service, operation, interaction.response)
                self.seconds[operation] += interaction.response.elapsed
            if node.transition and node.is_transition_applied:
                self.followed.add(node.transition.id)
            for check in recorder.checks.get(case_id, ()):
                self.checks[operation, check.name] += 1
                if check.status is not Status.SUCCESS:
                    info = check.failure_info
                    said = f"{info.failure.title}: {info.failure.message}" if info else "it cannot read the answer"
                    what = f"{event.phase.value}: {said}"
                    self.findings.append(self._finding(event, service, case_id, check.name, what))

    def _finding(
        self, event: events.ScenarioFinished, service: Service, case_id: str, check: str, message: str
    ) -> Finding:
        """A failed check, with the requests that led to it."""
        recorder = event.recorder
        operation = hooks.name(recorder.cases[case_id].value)
        chain: list[str] = []
        at: str | None = case_id
        while at is not None and at in recorder.cases:
            if at in recorder.interactions:
                interaction = recorder.interactions[at]
                status = interaction.response.status_code if interaction.response else "no response"
                chain.append(f"{service.curl(_request(interaction))}  # {status}")
            at = recorder.cases[at].parent_id
        last = recorder.interactions.get(case_id)
        curl = service.curl(_request(last)) if last else ""
        cause = _cause(operation, last) if last else ""
        if not cause:
            status = last.response.status_code if last and last.response else 0
            cause = f"{operation} · {status or 'no response'}" + ("" if status >= FAILURE else f" · {check}")
        trail = tuple(f"{number}. {line}" for number, line in enumerate(reversed(chain), 1))
        return Finding(
            SCHEMATHESIS,
            self.generation,
            check,
            operation,
            message,
            curl,
            cause,
            trail,
            RULES_OF_SCHEMATHESIS.get(check, ""),
        )


def run(
    service: Service,
    generation: str,
    *,
    seed: int = 1,
    live: bool = False,
    examples: int | None = None,
    first: bool = False,
    only: frozenset[str] = frozenset(),
    seconds: float | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Run:
    """Run schemathesis. ``live``: send valid requests only; ``first``: end at the first finding; ``only``: operations.

    After so many ``seconds`` it is stopped.
    """
    found = Run(generation=generation)
    began = time.monotonic()
    with (
        TemporaryDirectory(prefix="idc-contract-") as folder,
        for_schemathesis(service, generation) as (spared, alone),
        same_draws(),
    ):
        settings = _settings(service, Path(folder), spared, seed=seed, live=live)
        if examples is not None:
            settings["generation"]["max-examples"] = examples
        config = SchemathesisConfig.from_dict(settings)
        config.projects.default.update(base_url=InProcess.base)
        schema = schemathesis.openapi.from_dict(_document(generation, service, only), config=config)
        gate = Gate(service)
        schema.app = Layered(service.caller.app if isinstance(service.caller, InProcess) else None, gate)
        hooks.SPARED[:], hooks.GUARDED[:] = spared, [] if alone else [service]
        stream = from_schema(schema).execute()
        for event in stream:
            if gate.stopped:
                stream.stop()
                raise gate.stopped
            found.note(event, service)
            if isinstance(event, events.ScenarioFinished):
                on_progress(event.recorder.label)
            found.stopped = seconds is not None and time.monotonic() - began > seconds
            if found.stopped or (first and found.findings):
                stream.stop()
                break
    return found


def _request(interaction: Interaction) -> Request:
    sent = interaction.request
    target = urlsplit(sent.uri)._replace(scheme="", netloc="").geturl()
    kept = ("authorization", "content-type", "accept")
    headers = ((name, values[0]) for name, values in sent.headers.items() if name.lower() in kept and values)
    return Request(sent.method, target, tuple(headers), sent.body or b"")


def _cause(operation: str, interaction: Interaction) -> str:
    """The place in the document that an answer does not fit, as relations name it; empty if it fits."""
    response = interaction.response
    if response is None or response.content_size != len(response.content):
        return ""
    dropped = {"content-encoding", "content-length", "transfer-encoding"}  # of the bytes before they were decoded
    headers = ((name, value) for name, values in response.headers.items() for value in values if name not in dropped)
    answer = Answer(_request(interaction), response.status_code, tuple(headers), response.content)
    try:
        judge(OPERATIONS[operation], answer)
    except Broken as broken:
        return broken.place
    return ""


def _cover(service: Service, operation: str, response: Response) -> None:
    media_type = (response.headers.get("content-type") or [""])[0].partition(";")[0]
    with suppress(ValueError, UnicodeDecodeError):
        content = response.json() if media_type == "application/json" else response.text
        service.coverage.note(OPERATIONS[operation], response.status_code, media_type, content)


class Gate:
    """What every request of schemathesis goes through: the caller of relations, with its waits, limits and tokens."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.stopped: Unreachable | None = None
        """Why no request can be sent any more."""
        self.first = {f"Bearer {user.first}": user for user in service.users}

    async def __call__(self, request: Request, forward: Callable[[Request], Awaitable[Answer]]) -> Answer:
        """The answer; one that is late is asked for again."""
        service = self.service
        if self.stopped:
            raise self.stopped
        service.note(request.method, request.target, request.body)
        request = replace(request, headers=tuple(self._kept(request)))
        answer = await self._sent(request, forward)
        operation = service.operation(request) if answer.late(service.limit) else ""
        if limit := service.exceeded(answer, operation):
            again = None if operation in ONCE else await self._sent(request, forward)
            service.note_late(answer, operation, limit, again)
        if answer.wire is not None:  # the body is decoded already
            answer = answer.with_header("content-encoding", None).with_header("content-length", None)
        return answer.with_header("transfer-encoding", None)

    async def _sent(self, request: Request, forward: Callable[[Request], Awaitable[Answer]]) -> Answer:
        if isinstance(self.service.caller, InProcess):
            answer = await forward(request)  # an exception becomes a 500, as in a server
            self.service.note_saved(answer)
            return answer
        try:
            return self.service.watched(request)
        except Unreachable as error:  # which the engine would take for an error of one request
            self.stopped = error
            raise

    def _kept(self, request: Request) -> Iterator[tuple[str, str]]:
        """The headers, with renewed tokens, and without those of schemathesis' own client."""
        for name, value in request.headers:
            if name.lower() not in OWN_HEADERS:
                renewed = self.first.get(value) if name.lower() == "authorization" else None
                yield name, f"Bearer {renewed.token}" if renewed else value


def _document(generation: str, service: Service, only: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The paths of one generation that may be requested: those that need a user only if the run may write.

    ``only``: the operations that are wanted; all if empty.
    """
    paths: dict[str, Any] = {}
    document = served_document(service)
    for path, item in document["paths"].items():
        if not path.startswith(f"/{generation}"):
            continue
        kept = {
            method: node
            for method, node in item.items()
            if method in METHODS and _allowed(node, service) and (not only or node["operationId"] in only)
        }
        if kept:
            paths[path] = kept
    operations = {node["operationId"] for item in paths.values() for node in item.values()}
    whole = deepcopy({**document, "paths": paths})
    for item in whole["paths"].values():
        for node in item.values():
            for answer in node["responses"].values():
                links = answer.get("links", {})
                for name in [name for name, link in links.items() if link["operationId"] not in operations]:
                    del links[name]
    return whole


def _allowed(node: dict[str, Any], service: Service) -> bool:
    return not node.get("security") or (service.write and bool(service.users))


def _settings(service: Service, folder: Path, spared: list[int], *, seed: int, live: bool) -> dict[str, Any]:
    users = service.users
    settings = tomllib.loads(Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8"))
    settings["seed"] = seed
    if users:
        file = folder / "users.json"
        known = [
            {"name": user.email, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {user.first}"}]}
            for user in users[:2]
        ]
        file.write_text(json.dumps({"auth": known}), encoding="utf-8")
        peers = {"peers": [user.email for user in users[:2]]} if len(users) > 1 else {}
        settings["auth"] = {"wfc": {"path": str(file), "user": users[0].email, **peers}}
    if spared:
        settings["dictionaries"]["cohorts"]["values"] = spared[:-1]
    else:
        del settings["dictionaries"], settings["operations"]
    if live:
        settings["generation"]["mode"] = "positive"
        settings["phases"]["fuzzing"]["enabled"] = False
        settings["phases"]["stateful"]["enabled"] = service.write
    return settings


def links(generation: str, service: Service) -> Iterator[str]:
    """The names of the links between operations of a generation that may be requested."""
    for item in _document(generation, service)["paths"].values():
        for node in item.values():
            for answer in node["responses"].values():
                yield from answer.get("links", {})
