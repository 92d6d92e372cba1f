"""The stand-in in this process: large parts are loaded once, parts with state are new for every run.

Law: the stand-in is assembled as its own command does it, without changes.
"""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

try:
    import platformdirs

    from idc_contract.calls import Answer, Layered, Request, Unreachable
    from idc_contract.registries import registries
    from idc_contract.service import User
    from idc_standin import archive
    from idc_standin.app import Standin
    from idc_standin.contract import Contract
    from idc_standin.door import Door
    from idc_standin.errors import StandinError
    from idc_standin.server import start
    from idc_standin.v1 import gateway
    from idc_standin.v1.cohorts import Cohorts
    from idc_standin.v1.identity import Identity
    from idc_standin.v1.store import Store
    from idc_standin.v3 import app
    from idc_standin.v3.citations import Registries
    from idc_standin.v3.index import Index
    from idc_standin.v3.releases import Releases
    from idc_standin.v3.sql.pool import SqlPool
except ModuleNotFoundError as missing:  # the client alone was installed
    raise ModuleNotFoundError(
        f"the contract tests need the package {missing.name}: pip install 'idc-client[contract]'", name=missing.name
    ) from None

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.types import ASGIApp

AS_OF = 2  # the data version of the notebook
EMAILS = ("ada@example.org", "eve@example.org", "flo@example.org")
FACTS = Path(__file__).parent / "facts"
"""Invented numbers for patients and series: the index has none, and a range without data proves nothing."""
REMEMBERED = 60_000_000  # bytes of answers


@dataclass(frozen=True)
class Parts:
    """The parts that are slow to load and have no state."""

    contract: Contract
    store: Store
    index: Index
    sql: SqlPool
    releases: Releases


@cache
def parts() -> Parts:
    """The parts, loaded once in a process."""
    path = archive.ensure(platformdirs.user_cache_path("idc-standin"))
    published = archive.published(path)
    return Parts(Contract(coming=True), Store(path, AS_OF, FACTS), Index(path), SqlPool(published), Releases(published))


@contextmanager
def standin(*, patience: float = 30.0) -> Iterator[tuple[ASGIApp, tuple[User, ...]]]:
    """The stand-in as an application with cohorts of its own, and three users of it."""
    loaded = parts()
    with TemporaryDirectory(prefix="idc-contract-") as folder:
        state = Path(folder)
        identity, cohorts = Identity(state), Cohorts(state)
        service = gateway.V1(loaded.contract, loaded.store, cohorts, identity, quirks=frozenset(), patience=patience)
        first = gateway.create(loaded.contract, service, identity)
        newest = app.create(
            loaded.contract,
            loaded.index,
            loaded.sql,
            quirks=frozenset(),
            registries=Registries(registries(), registries()),
            releases=loaded.releases,
        )
        users = issued(identity)
        try:
            yield Door(Standin(first, newest), loaded.contract, app.refuse, v1=gateway.refuse), users
        finally:
            cohorts.close()


def issued(identity: Identity, hours: int = 4) -> tuple[User, ...]:
    """The users, each with a token and one that has expired."""
    return tuple(
        User(email, identity.issue(email, "", hours * 3600)[0], expired=identity.issue(email, "", -3600)[0])
        for email in EMAILS
    )


@contextmanager
def hurried() -> Iterator[ASGIApp]:
    """v1 of the stand-in that answers every new query with 202 first."""
    loaded = parts()
    with TemporaryDirectory(prefix="idc-contract-") as folder:
        identity, cohorts = Identity(Path(folder)), Cohorts(Path(folder))
        service = gateway.V1(loaded.contract, loaded.store, cohorts, identity, quirks=frozenset(), patience=0)
        try:
            yield gateway.create(loaded.contract, service, identity)
        finally:
            cohorts.close()


class Memory:
    """A cache of answers that depend only on the request, so that a hundred runs cost little more than one."""

    def __init__(self) -> None:
        self.answers: dict[Request, Answer] = {}
        self.size = 0

    async def __call__(self, request: Request, forward: Callable[[Request], Awaitable[Answer]]) -> Answer:
        """The remembered answer, or a new one."""
        stateful = "cohorts" in request.path and "preview" not in request.path
        if stateful or "users" in request.path:
            return await forward(request)
        if (known := self.answers.get(request)) is not None:
            return known
        answer = await forward(request)
        if self.size < REMEMBERED:
            self.size += len(answer.body)
            self.answers[request] = answer
        return answer


def remembering(app: ASGIApp, memory: Memory) -> ASGIApp:
    """An application that answers from memory where it can."""
    layered: Any = Layered(app, memory)
    return layered  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Server:
    """A stand-in in a process of its own: its address, and users with tokens for v1."""

    url: str
    users: tuple[User, ...]

    @property
    def tokens(self) -> dict[str, str]:
        """The ID token of each user, by e-mail address."""
        return {user.email: user.token for user in self.users}


def options() -> tuple[str, ...]:
    """The options of `idc-standin serve` with which it is what runs in this process."""
    return ("--as-of", f"{AS_OF}.0", "--facts", str(FACTS), "--next")


def command() -> str:
    """The command that starts the same service on a socket."""
    return shlex.join(["idc-standin", "serve", *options()])


@contextmanager
def server() -> Iterator[Server]:
    """The stand-in in a process of its own, on a free port, with cohorts of its own; ended with the block."""
    try:
        running = start(*options(), "--doi-resolver", registries(), "--datacite", registries())
    except StandinError as error:
        raise Unreachable(str(error)) from None
    with running:
        yield Server(running.url, tuple(User(email, running.token(email)) for email in EMAILS))
