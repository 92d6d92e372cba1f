"""The test bench: a healthy stand-in that is loaded once, and runs of the suite against it with a fault in between.

Law: answers that do not depend on the run (all of v3, and v1's previews with their page tokens) come from one service,
cached if possible; saved cohorts and users are new for every run.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from idc_contract import local_standin
from idc_contract.calls import InProcess, Layered, Request, serve
from idc_contract.layers.suite import LATE
from idc_contract.local_standin import Memory, issued, parts, standin
from idc_contract.oracle.index import installed
from idc_contract.service import Service
from idc_contract.unreleased import UNRELEASED
from idc_standin.v1 import gateway
from idc_standin.v1.cohorts import Cohorts
from idc_standin.v1.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

    from starlette.types import ASGIApp

    from idc_contract.calls import Answer
    from idc_contract.finding import Finding
    from idc_contract.relations.relation import Relation
    from tests.contract.faults.fault import Layer, Serve

RELATIONS, SCHEMATHESIS = "relations", "schemathesis"
ORDER = (RELATIONS, SCHEMATHESIS)
"""Layer two runs first, because it is cheaper."""


def remember_more() -> None:
    """Enlarge the cache, for a process that runs the suite hundreds of times."""
    local_standin.REMEMBERED = 1_000_000_000


def saved(request: Request) -> bool:
    """Whether an answer depends on saved cohorts or on the user."""
    return ("/cohorts" in request.path and "/preview" not in request.path) or "/users" in request.path


class Bench:
    """A healthy service, and services with faults made from it."""

    def __init__(self, *, patience: float = 30.0, remember: bool = True) -> None:
        """``patience``: seconds before v1 answers 202; ``remember``: whether healthy answers are kept."""
        self.patience, self.remember = patience, remember
        self.stack, self.memory = ExitStack(), Memory()

    def __enter__(self) -> Self:
        """Load the large parts."""
        app, _ = self.stack.enter_context(standin(patience=self.patience))
        self.lasting: Any = Layered(app, self.memory) if self.remember else app
        self.identity = Identity(Path(self.stack.enter_context(TemporaryDirectory(prefix="idc-contract-"))))
        self.users = issued(self.identity, 24)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the service."""
        self.stack.close()

    @contextmanager
    def service(self, layer: Layer | None = None) -> Iterator[Service]:
        """A service with its own cohorts, behind a layer."""
        with self._fresh() as fresh:

            async def split(request: Request, forward: Serve) -> Answer:
                return await (forward(request) if saved(request) else serve(self.lasting, request))

            app: Any = Layered(fresh, split)
            made = Service(InProcess(Layered(app, layer) if layer else app), self.users, installed(), write=True)
            made.coming = frozenset(UNRELEASED)
            try:
                yield made
            finally:
                made.caller.close()

    @contextmanager
    def _fresh(self) -> Iterator[ASGIApp]:
        """v1 without cohorts, with the keys of the bench, because making keys takes longer than most runs."""
        loaded = parts()
        with TemporaryDirectory(prefix="idc-contract-") as folder:
            cohorts = Cohorts(Path(folder))
            service = gateway.V1(
                loaded.contract, loaded.store, cohorts, self.identity, quirks=frozenset(), patience=self.patience
            )
            try:
                yield gateway.create(loaded.contract, service, self.identity)
            finally:
                cohorts.close()


@dataclass(frozen=True)
class Catch:
    """The finding that revealed a fault."""

    layer: str
    check: str
    message: str


def first_finding(
    service: Service, generation: str, *, seed: int, layers: Iterable[str] = ORDER, only: frozenset[str] | None = None
) -> Catch | None:
    """The first finding of the suite on one generation. ``only``: names of the relations that can find the fault."""
    for layer in layers:
        if found := (_by_relations if layer == RELATIONS else _by_schemathesis)(service, generation, seed, only):
            return found
    return None


def _by_relations(service: Service, generation: str, seed: int, only: frozenset[str] | None) -> Catch | None:
    for relation in relations(generation):
        if only is not None and relation.name not in only:
            continue
        if broken := relation.run(service, seed, shrink=False):
            return Catch(RELATIONS, relation.name, f"{broken.check}: {broken}")
        if service.too_late:
            return Catch(RELATIONS, relation.name, f"{LATE}: {service.too_late[0]}")
    return None


def relations(generation: str) -> list[Relation]:
    """The relations of a generation."""
    return list(import_module(f"idc_contract.relations.{generation}").RELATIONS)


def _by_schemathesis(service: Service, generation: str, seed: int, only: frozenset[str] | None) -> Catch | None:
    from idc_contract.layers import engine

    found = engine.run(service, generation, seed=seed, first=True)
    if found.findings:
        return caught(found.findings[0])
    if service.too_late:
        return Catch(SCHEMATHESIS, LATE, str(service.too_late[0]))
    return Catch(SCHEMATHESIS, "the engine's own error", ": ".join(found.errors[0])) if found.errors else None


def caught(finding: Finding) -> Catch:
    """A finding of the suite, shortened."""
    return Catch(finding.layer, finding.check, f"{finding.operation}: {finding.message}")


def whole_suite(service: Service, generation: str, *, seed: int, layers: Sequence[str] = ORDER) -> list[Catch]:
    """All findings of a complete run, as users run it."""
    from idc_contract.layers.suite import Plan, run

    plan = Plan((generation,), layers, seed, shrink=False)
    return [caught(one) for one in run(service, plan).findings]


def reached(bench: Bench, generation: str, seed: int) -> dict[str, frozenset[str]]:
    """The relations that call each operation of a healthy service: only these can find a fault in it."""
    from tests.contract.faults.fault import operation

    requested: dict[str, set[str]] = {}
    with bench.service() as service:
        send = service.send
        for relation in relations(generation):

            def noting(request: Request, name: str = relation.name) -> Answer:
                requested.setdefault(operation(request), set()).add(name)
                return send(request)

            service.send = noting  # type: ignore[method-assign]
            relation.run(service, seed, shrink=False)
    return {name: frozenset(names) for name, names in requested.items()}
