"""The service under test: calls by operation, as one user or another, with every answer checked.

Law: every answer is checked against the document here; a relation never gets one that does not fit.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from idc_contract.calls import JSON, Answer, Broken, Caller, Request, dumps
from idc_contract.document.openapi import OPERATIONS
from idc_contract.judge import Coverage, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from idc_contract.oracle.index import Index

NOTHING: Any = object()
TOKEN = re.compile("next_page=[^&]+")
MOST_LATE = 3
"""The number of answers that may be late at the first attempt and in time at the second."""
ONCE = frozenset({"createCohort", "deleteCohort", "deleteCohorts"})
SLOW_OPERATIONS = frozenset({"getCitations", "getReleaseChanges", "runSql"})
"""Operations that may be slow, according to the document: they use doi.org, compare releases, or run SQL (30 s)."""


@dataclass(frozen=True)
class User:
    """A user with an ID token."""

    email: str
    token: str

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that identify the user."""
        return (("authorization", f"Bearer {self.token}"),)


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
    late: list[str] = field(default_factory=list)
    sent: int = 0
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
            raise Broken("status is the right one", message, answer)
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
        """An operation's answer; only its time is checked. ``raw`` is a body that is sent unchanged, as JSON."""
        described = OPERATIONS[operation]
        target = described.path.format(**{name: quote(str(value), safe="") for name, value in path.items()})
        if pairs := list(query.items() if hasattr(query, "items") else query):
            target += "?" + urlencode(pairs, quote_via=quote)
        sent: list[tuple[str, str]] = []
        content = raw if raw is not None else b"" if body is NOTHING else dumps(body)
        if content or raw is not None:
            sent += JSON
        if described.security and user is not None and user < len(self.users):
            sent += self.users[user].headers
        request = Request(described.method, target, (*sent, *headers), content)
        return self.timely(request, once=operation in ONCE, patient=operation in SLOW_OPERATIONS)

    def timely(self, request: Request, *, once: bool = False, patient: bool = False) -> Answer:
        """The answer to a request; raises Broken if it is late twice, or if too many answers were late."""
        answer = self.send(request)
        limit = 40.0 if patient else self.limit
        if answer.seconds > limit:
            self.late.append(f"{request.method} {request.target[:100]}: {answer.seconds:.1f} s")
            again = answer if once else self.send(request)
            if again.seconds > limit or len(self.late) > MOST_LATE:
                raise Broken("answer is in time", f"{self.late[-1]}, where {limit:g} s is the limit", answer)
        return answer

    def send(self, request: Request) -> Answer:
        """The answer to any request."""
        self.sent += 1
        self.note(request.method, request.target, request.body)
        return self.caller(request)

    def note(self, method: str, target: str, body: bytes) -> None:
        """Add a request to the fingerprint, without page tokens, which differ each time."""
        self.digest.update(f"{method} {TOKEN.sub('next_page=', target)} ".encode() + body + b"\n")

    @property
    def fingerprint(self) -> str:
        """A digest of all requests, in their order."""
        return self.digest.hexdigest()[:16]
