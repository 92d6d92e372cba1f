"""The service under test: calls by operation, as one user or another, with every answer checked.

Law: every answer is checked against the document here; a relation never gets one that does not fit.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

from idc_contract.calls import FAILURE, JSON, Answer, Broken, Caller, Request, Sent, Unreachable, dumps
from idc_contract.document.openapi import OPERATIONS, operation_of
from idc_contract.judge import Coverage, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from idc_contract.oracle.index import Index

NOTHING: Any = object()
TOKEN = re.compile("next_page=[^&]+")
MOST_LATE = 3
"""The number of answers that may be late at the first attempt and in time at the second."""
PATIENT = 40.0
GONE = frozenset({0, 404, 502, 503, 504})
"""Statuses of a service that is gone, or of a gateway without one; 0 is no answer."""
SUSPICIOUS = 10
"""The number of such answers, one after the other, after which the service is asked whether it is still there."""
PROBES = {"v1": ("/v1/about", "/v1/versions"), "v3": ("/v3/version", "/v3/health")}
ONCE = frozenset({"createCohort", "deleteCohort", "deleteCohorts"})
SLOW_OPERATIONS = frozenset({"getCitations", "getReleaseChanges", "runSql"})
"""Operations that may be slow, according to the document: they use doi.org, compare releases, or run SQL (30 s)."""
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
PLAIN = re.compile(r"(?<![\w%.-])[a-z]{2,}(?![\w%.-])")
WORDS = 8


class TokenSource(Protocol):
    """A source of ID tokens, which may renew them."""

    def __call__(self) -> str:
        """The token to send now."""


@dataclass(frozen=True)
class User:
    """A user with an ID token, or with a source of them."""

    email: str
    first: str = field(repr=False)
    source: TokenSource | None = field(default=None, repr=False, compare=False)
    given: list[str] = field(default_factory=list, repr=False, compare=False)
    """All tokens that were sent."""
    expired: str = field(default="", repr=False, compare=False)
    """A token of the user that is well signed and has expired; empty if there is none."""

    @property
    def token(self) -> str:
        """The ID token, renewed if that is necessary and possible."""
        token = self.first if self.source is None else self.source()
        if token not in self.given:
            self.given.append(token)
        return token

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that identify the user."""
        return (("authorization", f"Bearer {self.token}"),)


@dataclass(frozen=True)
class Late:
    """An answer that was late, and what became of the request when it was sent again."""

    operation: str
    request: Request
    seconds: float
    limit: float
    twice: bool

    def __str__(self) -> str:
        again = ", also when it was sent again" if self.twice else ""
        return f"{self.request.method} {self.request.target[:100]}: {self.seconds:.1f} s, of {self.limit:.3g} s{again}"


@dataclass
class Service:
    """The service under test, and what the tests may do with it."""

    caller: Caller
    users: tuple[User, ...] = ()
    index: Index | None = None
    """The public index, if the service has the data release that is installed here."""
    write: bool = False
    """Whether cohorts may be saved and deleted."""
    mistakes: bool = True
    """Whether invalid requests may be sent."""
    coming: frozenset[str] = frozenset()
    """The unreleased parts of the document that the service has."""
    limit: float = 2.0
    """Seconds that an answer may take."""
    coverage: Coverage = field(default_factory=Coverage)
    late: list[Late] = field(default_factory=list)
    """Answers that were late: one finding, whatever relation asked for them."""
    hurried: Service | None = None
    """The same service with answers that come later (202), if there is one."""
    start: str = ""
    """The command that starts the same service on a socket, if it is in this process."""
    sent: int = 0
    noted: int = 0
    """The number of requests, those of schemathesis included."""
    trail: list[Sent] = field(default_factory=list)
    """The requests of the example that is running."""
    gone: int = 0
    """The number of answers of a service that is gone, one after the other."""
    last: list[Answer] = field(default_factory=list)
    """The last answer, or those to requests that were sent at the same time."""
    saved: dict[int, int] = field(default_factory=dict)
    """The cohorts that were saved, as far as that is known, each with its user: these may be deleted."""
    kept: set[int] = field(default_factory=set)
    """Cohorts that users had before."""
    digest: Any = field(default_factory=hashlib.sha256)

    def call(
        self,
        operation: str,
        body: Any = NOTHING,
        *,
        query: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        user: int | None = 0,
        status: int | tuple[int, ...] = 200,
        headers: Iterable[tuple[str, str]] = (),
        raw: bytes | None = None,
        **path: Any,
    ) -> Any:
        """The content (JSON or text) of an operation's answer; raises Broken unless it fits and has the status."""
        answer = self.answer(operation, body, query=query, user=user, headers=headers, raw=raw, **path)
        content = judge(OPERATIONS[operation], answer)
        wanted = (status,) if isinstance(status, int) else status
        if answer.status not in wanted:
            expected = " or ".join(map(str, wanted))
            requested = f"{answer.request.method} {answer.request.target[:200]}"
            message = f"{requested}: status {answer.status}, expected {expected}: {answer.text[:300]}"
            failed = answer.status >= FAILURE
            place = f"{operation} · {answer.status}" + ("" if failed else f" instead of {expected}")
            said = "" if failed else reason(content)
            raise Broken("status is the right one", message, answer, f"{place} · {said}" if said else place)
        self.coverage.note(OPERATIONS[operation], answer.status, answer.media_type, content)
        return content

    def answer(
        self,
        operation: str,
        body: Any = NOTHING,
        *,
        query: Mapping[str, Any] | Iterable[tuple[str, Any]] = (),
        user: int | None = 0,
        headers: Iterable[tuple[str, str]] = (),
        raw: bytes | None = None,
        **path: Any,
    ) -> Answer:
        """An operation's answer; only its time is checked. ``raw`` is a body that is sent unchanged, as JSON.

        ``headers`` may name another content type.
        """
        described = OPERATIONS[operation]
        target = described.path.format(**{name: quote(str(value), safe="") for name, value in path.items()})
        if pairs := list(query.items() if hasattr(query, "items") else query):
            target += "?" + urlencode(pairs, quote_via=quote)
        sent: list[tuple[str, str]] = []
        content = raw if raw is not None else b"" if body is NOTHING else dumps(body)
        headers = tuple(headers)
        if (content or raw is not None) and not any(name == "content-type" for name, _ in headers):
            sent += JSON
        if described.security and user is not None and user < len(self.users):
            sent += self.users[user].headers
        request = Request(described.method, target, (*sent, *headers), content)
        return self.timely(request, operation)

    def timely(self, request: Request, operation: str = "") -> Answer:
        """The answer to a request; one that is late is asked for again, alone, and both are noted."""
        answer = self.send(request)
        if limit := self.exceeded(answer, operation):
            self.note_late(answer, operation, limit, None if operation in ONCE else self.caller(request))
        return answer

    def exceeded(self, answer: Answer, operation: str) -> float:
        """The limit that an answer exceeded; 0 if none, or if the machine or the network is slower than before."""
        limit = PATIENT if operation in SLOW_OPERATIONS else self.limit
        if not answer.late(limit):
            return 0.0
        limit *= self.caller.slowdown
        return limit if answer.late(limit) else 0.0

    def note_late(self, answer: Answer, operation: str, limit: float, again: Answer | None) -> None:
        """Record a late answer, and whether the second one to the same request was late as well."""
        twice = again is None or again.late(limit)
        self.late.append(Late(operation, answer.request, answer.seconds, limit, twice))

    @property
    def too_late(self) -> list[Late]:
        """The answers that were late twice, or all that were late if these are many; empty if that is tolerable."""
        return [one for one in self.late if one.twice] or (self.late if len(self.late) > MOST_LATE else [])

    def send(self, request: Request) -> Answer:
        """The answer to any request."""
        self.sent += 1
        self.note(request.method, request.target, request.body)
        self.trail.append(Sent(request))
        answer = self.watched(request)
        self.trail[-1] = Sent(request, answer.status)
        self.last = [answer]
        return answer

    def together(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to requests that are sent at the same time, in their order."""
        self.sent += len(requests)
        for request in requests:
            self.note(request.method, request.target, request.body)
        start = len(self.trail)
        self.trail += [Sent(request) for request in requests]
        answers = self.caller.together(requests)
        self.trail[start:] = [Sent(answer.request, answer.status) for answer in answers]
        self.last = answers
        for answer in answers:
            self._watch(answer)
        return answers

    def watched(self, request: Request) -> Answer:
        """The answer to a request; raises Unreachable if the service has stopped since it was first asked."""
        try:
            answer = self.caller(request)
        except Broken:
            self._watch(Answer(request, 0, (), b""))
            raise
        self._watch(answer)
        return answer

    def note_saved(self, answer: Answer) -> None:
        """Remember the cohort that an answer says is saved, so that it can be deleted."""
        request = answer.request
        if request.method != "POST" or self.operation(request) != "createCohort":
            return
        sent = {value.removeprefix("Bearer ") for name, value in request.headers if name.lower() == "authorization"}
        try:
            number = answer.json()["cohort_properties"]["cohort_id"]
        except (ValueError, KeyError, TypeError, RecursionError):  # a refusal, or nothing that can be used
            return
        owner = next((at for at, user in enumerate(self.users) if not sent.isdisjoint((user.first, *user.given))), None)
        if type(number) is int and owner is not None and number not in self.kept:
            self.saved[number] = owner

    def _watch(self, answer: Answer) -> None:
        self.note_saved(answer)
        self.gone = self.gone + 1 if answer.status in GONE else 0
        if self.gone and self.gone % SUSPICIOUS == 0:
            self.still_there(answer.request)

    def still_there(self, request: Request) -> None:
        """Raise Unreachable if the first answers of the request's generation are those of a service that is gone."""
        statuses = {}
        for target in PROBES.get(request.path.split("/")[1], ()):
            try:
                statuses[target] = self.caller(Request("GET", target)).status
            except Broken:
                statuses[target] = 0
        if statuses and GONE.issuperset(statuses.values()):
            seen = ", ".join(f"GET {target} {status or 'has no answer'}" for target, status in statuses.items())
            now = datetime.now(UTC)
            raise Unreachable(
                f"{self.caller.base} stopped answering at {now:%H:%M:%S} UTC, after {self.noted} requests ({seen})"
            )

    def misfit(self) -> Broken | None:
        """What is wrong with the last answer, according to the document; None if it fits."""
        for answer in self.last:
            try:
                if operation := self.operation(answer.request):
                    judge(OPERATIONS[operation], answer)
            except Broken as broken:
                return broken
        return None

    def note(self, method: str, target: str, body: bytes) -> None:
        """Add a request to the fingerprint, without page tokens, which differ each time."""
        self.noted += 1
        self.digest.update(f"{method} {TOKEN.sub('next_page=', target)} ".encode() + body + b"\n")

    @property
    def fingerprint(self) -> str:
        """A digest of all requests, in their order."""
        return str(self.digest.hexdigest())[:16]

    def curl(self, request: Request) -> str:
        """A command that sends a request again, with variables in place of users' tokens."""
        return request.curl(self.caller.base, [(user.first, *user.given) for user in self.users])

    def operation(self, request: Request) -> str:
        """The operation that a request means; empty if it means none."""
        return operation_of(request.method, request.path)


def reason(content: Any) -> str:
    """What a refusal says, without the values of the request: its plain words."""
    error = content.get("error", content) if isinstance(content, dict) else {}
    text = error.get("message", error.get("detail", "")) if isinstance(error, dict) else ""
    if isinstance(text, list):
        text = str(text[0].get("msg", "")) if text and isinstance(text[0], dict) else ""
    return " ".join(PLAIN.findall(QUOTED.sub(" ", str(text)))[:WORDS])
