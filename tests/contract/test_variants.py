"""Correct services that speak HTTP in other ways raise no finding, and pytest runs relations as items of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from idc_contract.layers import suite
from idc_contract.local_standin import Server, server
from idc_contract.oracle.index import installed
from idc_contract.relations import http
from tests.support.http_variants import VARIANTS, variant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELATIONS = frozenset({
    "a page is the slice of the ordered series", "a token continues its own query", "the service links to its parts",
    "unsupported methods are answered with 405", "what is open needs no token",
    *(relation.name for generation in ("v1", "v3") for relation in http.of(generation)),
})  # fmt: skip
OPERATIONS = frozenset({"getViewerUrl", "listVersions"})


@pytest.fixture(scope="module")
def local() -> Iterator[Server]:
    """A stand-in on a socket."""
    with server() as running:
        yield running


@pytest.mark.parametrize("kind", VARIANTS)
def test_another_way_to_speak_http_is_no_finding(kind: str, local: Server) -> None:
    with variant(kind, local.url) as url:
        service = suite.over_http(url, local.users, write=True, rate=0, limit=5)
        service.index = installed()
        with closing(service.caller):
            plan = suite.Plan(share=0.1, examples=1, only=RELATIONS | OPERATIONS)
            outcome = suite.run(service, plan)
    assert outcome.findings == []
    assert {relation.name for relation, missing in outcome.relations if not missing} == RELATIONS
    assert all(run.checks for run in outcome.runs.values())


# --- pytest ------------------------------------------------------------------------------------------------------


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True)


def test_relations_are_items_and_the_local_server_is_a_fixture(local: Server, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import urllib.request\n\n\n"
        "def test_mine(idc_server):\n"
        "    assert 'ada@example.org' in idc_server.tokens\n"
        "    assert urllib.request.urlopen(f'{idc_server.url}/v3/version').status == 200\n"
    )
    (tmp_path / "conftest.py").write_text(
        "from idc_contract.relations import v3\nfrom idc_contract.relations.relation import holds\n\n\n"
        "@v3.relation()\ndef never_holds(service, draw):\n"
        '    """It never holds."""\n'
        "    holds(service.call('getHealth') is None, 'never', 'it is there')\n"
    )
    chosen = ("-k", "the_service_is_well or never_holds or test_mine", "-vv")
    found = run_pytest(tmp_path, "--idc-contract-url", local.url, "--idc-contract-generation", "v3", *chosen)
    assert found.returncode == 1, found.stdout
    assert "idc-contract::v3_the_service_is_well PASSED" in found.stdout
    assert "test_mine.py::test_mine PASSED" in found.stdout
    assert "idc-contract::v3_never_holds FAILED" in found.stdout
    trail = f"1. curl --silent --show-error --include --globoff {local.url}/v3/health"
    assert f"It never holds.\nit is there\n{trail}" in found.stdout


def test_an_unusable_service_is_a_usage_error(tmp_path: Path) -> None:
    found = run_pytest(tmp_path, "--idc-contract-url", "http://127.0.0.1:9")
    assert found.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: idc-contract: http://127.0.0.1:9 cannot be reached" in found.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--idc-contract-url", ""), "'' is not the address of a service"),
        (("--idc-contract-url", "http://[bad"), "'http://[bad' is not the address of a service"),
        (("--idc-contract-url", "http://a:secretpw@127.0.0.1:9"), "--idc-contract-url must hold no user name"),
        (("--idc-contract-url", "http://127.0.0.1:9", "--idc-contract-write"), "with --idc-contract-credentials"),
        (("--idc-contract-url", "http://127.0.0.1:9", "--idc-contract-share", "0"), "is not a share above 0"),
    ],
)
def test_a_mistake_in_an_option_is_a_usage_error(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    found = run_pytest(tmp_path, *options)
    assert found.returncode == pytest.ExitCode.USAGE_ERROR
    assert words in found.stderr
    assert "secretpw" not in found.stderr + found.stdout


@pytest.mark.parametrize(("options", "outcome"), [((), "SKIPPED"), (("--idc-contract-write",), "PASSED")])
def test_pytest_saves_cohorts_only_if_that_is_asked_for(
    local: Server, tmp_path: Path, options: tuple[str, ...], outcome: str
) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps({"id_token_jwt": local.users[0].token}), encoding="utf-8")
    file.chmod(0o600)
    words = (
        "--idc-contract-url",
        local.url,
        "--idc-contract-generation",
        "v1",
        "--idc-contract-credentials",
        str(file),
    )
    found = run_pytest(tmp_path, *words, *options, "-k", "what_looks_alike_is_not_the_same", "-vv", "-rs")
    assert f"idc-contract::v1_what_looks_alike_is_not_the_same {outcome}" in found.stdout


def test_the_plugin_loads_nothing_but_pytest() -> None:
    program = (
        "import pytest, sys; before = set(sys.modules); import idc_contract.pytest_plugin;"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "['idc_contract']\n"
