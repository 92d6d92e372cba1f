"""What the tests of the stand-in share: its archive, the oracle over the same index, and helpers for requests."""

from __future__ import annotations

import gc
import json
from typing import TYPE_CHECKING, Any

import httpx
import platformdirs
import pytest

from idc_standin import archive
from idc_standin.v1.store import Store
from tests.standin.oracle import NEWEST, Release
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def archive_file() -> Path:
    """The archive file that the servers use."""
    return archive.ensure(platformdirs.user_cache_path("idc-standin"))


@pytest.fixture(scope="session")
def second(archive_file: Path) -> Iterator[Release]:
    """The oracle's archive as of data version 2.0, the day of the notebook."""
    release = Release(2, archive_file)
    gc.freeze()  # two million objects that stay: the garbage collector need not visit them again
    yield release
    gc.unfreeze()  # at the end the database's binding complains about whatever of it is not collected


@pytest.fixture(scope="session")
def newest(archive_file: Path) -> Iterator[Store]:
    """The store as of the newest release."""
    store = Store(archive_file)
    assert store.active == NEWEST
    yield store
    store.close()


@pytest.fixture(scope="session")
def head(
    new_credentials: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, str]]:
    """Headers of a user of the session's stand-in, by e-mail."""
    folder = tmp_path_factory.mktemp("users")

    def make(email: str = "ada@example.org", *options: str) -> dict[str, str]:
        return bearer(new_credentials(folder / f"{email}.json", email, *options))

    return make


@pytest.fixture(scope="session")
def ada(head: Callable[..., dict[str, str]]) -> dict[str, str]:
    return head("ada@example.org", "--name", "Ada Lovelace")


@pytest.fixture(scope="session")
def bob(head: Callable[..., dict[str, str]]) -> dict[str, str]:
    return head("bob@example.org")


def bearer(path: Path) -> dict[str, str]:
    """The header that a credentials file is for."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {"Authorization": "Bearer " + content["token_response"]["id_token"]}


@pytest.fixture(scope="session")
def of_the_newest(state: Path, standin: str) -> Iterator[httpx.Client]:
    """A second stand-in on the same state, as of the newest release; its answers are checked too."""
    with serving("--state", str(state), "--check-answers") as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client
