"""Calls of one user on what belongs to another, and page tokens in the wrong hands."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from tests.torture import wire
from tests.torture.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.attack import Environment
    from tests.torture.record import Record

COLUMNS = "Collection_ID=True&Patient_ID=True&StudyInstanceUID=True&SeriesInstanceUID=True"
FIELDS = {"fields": ["PatientID", "SeriesInstanceUID"]}
REFUSED = frozenset({400, 401, 403, 404, 405, 413, 422})
FILTERS = {"collection_id": ["rider_pilot"]}


def attacks() -> list[Attack]:
    """The attack of this module."""
    return [
        Attack(
            "cross-user calls",
            "users",
            "read, use or delete what belongs to another user, or use another's page token",
            _run,
        )
    ]


class User:
    """A user of the server, with what they saved."""

    def __init__(self, server: Any, email: str, *options: str) -> None:
        self.address, self.email = server.address, email
        self.head = {"Authorization": f"Bearer {server.token(email, *options)}"}

    @classmethod
    def of(cls, server: Any, other: User) -> User:
        """The same user of a server that was started again, with the token that they have."""
        user = cls.__new__(cls)
        user.address, user.email, user.head = server.address, other.email, other.head
        return user

    def call(self, method: str, path: str, content: Any = None) -> wire.Answer:
        """A call with the user's token."""
        if content is None:
            return wire.call(self.address, method, path, headers=self.head)
        body = wire.json.dumps(content).encode()
        return wire.call(self.address, method, path, body, {"Content-Type": wire.JSON, **self.head})

    def save(self, name: str, filters: dict[str, Any] | None = None) -> int:
        """Save a cohort; gives its number."""
        answer = self.call("POST", "/v1/cohorts", {"name": name, "description": name, "filters": filters or FILTERS})
        if answer.status != 200:
            raise AssertionError(f"a cohort could not be saved: {answer.status} {answer.text[:200]} {answer.failure}")
        return int(answer.json()["cohort_properties"]["cohort_id"])

    def cohorts(self) -> Any:
        """What is listed, in the order in which it was saved."""
        return (self.call("GET", "/v1/cohorts").json() or {}).get("cohorts")


def _run(env: Environment, record: Record) -> None:
    server = env.server
    secret = f"secret-{secrets.token_hex(8)}"
    ada = User(server, f"ada.{secret}@example.org", "--name", "Ada Lovelace")
    bob = User(server, "bob.thief@example.org", "--name", "Bob Thief")
    hers = [ada.save(f"{secret} {number}") for number in range(3)]
    his = bob.save("his own")
    before = ada.cohorts()
    first = ada.call("GET", f"/v1/cohorts/{hers[0]}/manifest?{COLUMNS}&page_size=2")
    queried = ada.call("POST", f"/v1/cohorts/{hers[0]}/query?page_size=2", FIELDS)
    record.check("the owner's manifest", first, {200})
    record.check("the owner's query", queried, {200})
    pages = [answer.json()["next_page"] for answer in (first, queried) if answer.json()]

    def stolen(given: str, answer: wire.Answer, allowed: frozenset[int] | set[int] = REFUSED) -> None:
        record.check(given, answer, allowed, sent=given)
        if secret in answer.text.replace(given, "") or "Ada Lovelace" in answer.text:
            record.finding(given, f"the answer shows what belongs to another: {answer.text}")

    for number in hers:
        for given, method, path, content in _operations(number, his, pages):
            # A deletion is answered 200 with what became of each cohort; what is listed afterwards tells the truth.
            stolen(
                f"{method} {path} {content or ''}",
                bob.call(method, path, content),
                REFUSED | {200} if method == "DELETE" else REFUSED,
            )
            answer = wire.call(
                server.address,
                method,
                path,
                wire.json.dumps(content).encode() if content else None,
                {"Content-Type": wire.JSON},
            )
            stolen(f"without a token: {given}", answer)
    for content in (
        {"cohorts": [*hers, his]},
        {"cohorts": [his, his, hers[0]]},
        {"cohorts": [-1, 0, 2**63, 2**80, hers[1]]},
    ):
        answer = bob.call("DELETE", "/v1/cohorts", content)
        stolen(f"DELETE /v1/cohorts {content}", answer, REFUSED | {200})
    for given, path in _numbers(hers[0]):
        stolen(given, bob.call("GET", path))
        stolen(given, bob.call("DELETE", path.partition("/manifest")[0]), REFUSED | {200})
    mine = bob.cohorts()
    if mine is None or secret in str(mine):
        record.finding("GET /v1/cohorts", f"the list of one user shows another's: {mine}")
    if ada.cohorts() != before:
        record.finding("all cross-user calls", f"the victim's cohorts were {before}, and are {ada.cohorts()}")
    again = ada.call("GET", f"/v1/cohorts/{hers[0]}/manifest?{COLUMNS}&page_size=2&next_page={pages[0]}")
    record.check("the owner's next page", again, {200})
    for number in hers:
        record.check("the owner's deletion", ada.call("DELETE", f"/v1/cohorts/{number}"), {200})
    _other_bodies(env, record)


def _operations(number: int, own: int, pages: list[str]) -> Iterator[tuple[str, str, str, Any]]:
    yield "manifest", "GET", f"/v1/cohorts/{number}/manifest?{COLUMNS}", None
    yield "manifest with SQL", "GET", f"/v1/cohorts/{number}/manifest?{COLUMNS}&sql=True", None
    yield "query", "POST", f"/v1/cohorts/{number}/query", FIELDS
    yield "deletion", "DELETE", f"/v1/cohorts/{number}", None
    yield "deletion with a slash", "DELETE", f"/v1/cohorts/{number}/", None
    for page in pages:
        for cohort in (number, own):
            yield "another's page", "GET", f"/v1/cohorts/{cohort}/manifest?{COLUMNS}&page_size=2&next_page={page}", None
            yield "another's page", "POST", f"/v1/cohorts/{cohort}/query?page_size=2&next_page={page}", FIELDS
        yield (
            "another's page",
            "POST",
            f"/v1/cohorts/preview/manifest?{COLUMNS}&page_size=2&next_page={page}",
            {"name": "n", "description": "", "filters": FILTERS},
        )
        yield "another's page", "GET", f"/v1/dicomMetadata?page_size=2&next_page={page}", None
    for method in ("PUT", "PATCH", "POST", "OPTIONS", "TRACE"):
        yield "another method", method, f"/v1/cohorts/{number}", None


def _numbers(number: int) -> Iterator[tuple[str, str]]:
    wide = str(number).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    for spelled in (
        f"0{number}",
        f"{number}.0",
        f"+{number}",
        f"%2B{number}",
        f"{number}%20",
        f"{number}%00",
        f"{number}/../{number}",
        f"{number};x=1",
        f"{number}%2F",
        f"0x{number:x}",
        f"{number}e0",
        "".join(f"%{byte:02X}" for byte in wide.encode()),
        f"{2**64 + number}",
        f"-{number}",
        f"{number} OR 1=1",
        f"{number}'--",
        "%25",
        "NaN",
        "9" * 40,
        "9" * 4_000,
    ):
        yield f"number {spelled[:40]}", f"/v1/cohorts/{spelled.replace(' ', '%20')}/manifest?{COLUMNS}"


def _other_bodies(env: Environment, record: Record) -> None:
    """A page token belongs to the body that it was made for."""
    address = env.server.address
    path = f"/v1/cohorts/preview/manifest?{COLUMNS}&page_size=2"
    body = {"name": "n", "description": "", "filters": FILTERS}
    first = wire.post(address, path, body)
    record.check("a preview", first, {200})
    token = first.json()["next_page"]
    record.check("a preview's next page", wire.post(address, f"{path}&next_page={token}", body), {200})
    for change in (
        {"filters": {"collection_id": ["nlst"]}},
        {"filters": {"collection_id": ["rider_pilot", "nlst"]}},
        {"filters": {"Modality": ["CT"]}},
    ):
        answer = wire.post(address, f"{path}&next_page={token}", body | change)
        record.check(f"a preview's page token with another body: {change}", answer, {400})
    for altered in (
        token[:-8] + "AAAAAAA=",
        token[: len(token) // 2],
        "",
        "gAAAAA==",
        "A" * 20_000,
        token.swapcase(),
        "%00",
        "null",
    ):
        record.check(
            f"page token {altered[:20]!r}",
            wire.post(address, f"{path}&next_page={altered}", body),
            REFUSED | {414, 431},
            sent=altered,
        )
