"""The pytest plugin: each relation as a test item, and a fixture with a running local server.

Law: imports pytest and nothing else of size before it is used, for pytest loads it in every run of every user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from idc_contract.local_standin import Server

SERVICE: pytest.StashKey[Any] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    from idc_contract.options import share

    group = parser.getgroup("idc-contract", "contract tests of an IDC API")
    group.addoption("--idc-contract-url", metavar="URL", help="test the service at this address with every relation")
    group.addoption("--idc-contract-generation", action="append", choices=("v1", "v3"), help="default: what is there")
    group.addoption("--idc-contract-seed", type=int, default=1, help="seed of the random requests")
    group.addoption("--idc-contract-share", type=share, default=1.0, help="share of the examples of relations")
    group.addoption(
        "--idc-contract-credentials",
        action="append",
        default=[],
        metavar="FILE",
        help="users of v1",
    )
    group.addoption("--idc-contract-write", action="store_true", help="save and delete cohorts of these users")


@pytest.fixture(scope="session")
def idc_server() -> Iterator[Server]:
    """A local server of the API on a free port: `url`, and `tokens` of users of v1 by e-mail address."""
    try:
        from idc_contract.local_standin import server
    except ModuleNotFoundError as missing:
        pytest.fail(str(missing), pytrace=False)
    with server() as running:
        yield running


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add an item for each relation."""
    if config.getoption("--idc-contract-url") is not None:  # an empty one is a mistake, and said to be one
        items[:0] = Contract.from_parent(session, name="idc-contract", nodeid="idc-contract").collect()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the connections."""
    service = config.stash.get(SERVICE, None)
    if service is not None:
        from idc_contract.layers import cohorts

        with cohorts.removed(service):
            pass  # what relations saved that did not hold
        if left := cohorts.left(service):
            config.get_terminal_writer().line(f"idc-contract: {left}")
        service.caller.close()


class Contract(pytest.Collector):
    """All relations that a service should keep."""

    def collect(self) -> list[pytest.Item]:
        """An item for each relation, after a check of the service."""
        try:
            from idc_contract.calls import Unreachable
            from idc_contract.connection import connected
            from idc_contract.preflight.credentials import Mistake
            from idc_contract.preflight.unusable import Unusable
        except ModuleNotFoundError as missing:
            install = "pip install 'idc-client[contract]'"
            raise pytest.UsageError(f"idc-contract needs the package {missing.name}: {install}") from None
        try:
            service, relations = connected(self.config.option)
        except (Mistake, Unusable, Unreachable, OSError) as error:
            raise pytest.UsageError(f"idc-contract: {error}") from None
        self.config.stash[SERVICE] = service
        named = ((f"{one.generation}_{one.name.replace(' ', '_')}", one) for one in relations)  # as -k wants it
        items: list[pytest.Item] = [RelationItem.from_parent(self, name=name, relation=one) for name, one in named]
        return [*items, InTime.from_parent(self, name="answers_are_in_time")]

    @property
    def service(self) -> Any:
        """The service under test."""
        return self.config.stash[SERVICE]


class RelationItem(pytest.Item):
    """A relation as a test."""

    def __init__(self, *, relation: Any, **more: Any) -> None:
        super().__init__(**more)
        self.relation = relation

    def runtest(self) -> None:
        """Run the relation; fails if it is broken."""
        from idc_contract.layers.suite import finding
        from idc_contract.report.groups import requirements

        options, service = self.config.option, self.config.stash[SERVICE]
        if missing := self.relation.missing(service):
            # A relation that needs two users, or writes, cannot run on a service that gives neither.
            pytest.skip(f"it needs {requirements(missing)}")
        seed, share = options.idc_contract_seed, options.idc_contract_share
        if broken := self.relation.run(service, seed, share=share):
            raise BrokenRelation(finding(service, self.relation, broken))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The rule, what is wrong, and the requests that show it."""
        if not isinstance(excinfo.value, BrokenRelation):
            return super().repr_failure(excinfo, style)
        found = excinfo.value.finding
        return "\n".join([found.sentence, found.message, *(found.trail or (found.curl,))])

    def reportinfo(self) -> tuple[Path, None, str]:
        """The name of the item in reports."""
        return self.config.rootpath, None, self.name


class InTime(pytest.Item):
    """The times of all answers, as a test that runs last."""

    def runtest(self) -> None:
        """Fail if answers were late twice, or many were late."""
        late = self.config.stash[SERVICE].too_late
        if late:
            pytest.fail("\n".join(map(str, late)), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The name of the item in reports."""
        return self.config.rootpath, None, self.name


class BrokenRelation(Exception):
    """A relation that a service broke."""

    def __init__(self, finding: Any) -> None:
        super().__init__(finding.message)
        self.finding = finding
