"""`idc_standin.server`: a stand-in started and ended from Python."""

from __future__ import annotations

import gc
import subprocess
import sys
from itertools import product
from pathlib import Path

import httpx
import pytest

from idc_ext import connect, v1
from idc_standin import server


def test_a_server_is_started_by_one_call_knows_users_and_ends_with_its_files() -> None:
    with server.start("--as-of", "2.0") as standin:
        path = standin.credentials("ada@example.org", "Ada Lovelace")
        with connect(standin.url, credentials=path) as idc:
            saved = v1.create_cohort(idc, v1.cohort("n", "", {"collection_id": ["lidc_idri"]}))
        assert saved.filter_set.idc_data_version == "2.0"
        head = {"Authorization": f"Bearer {standin.token('ada@example.org')}"}
        assert httpx.get(f"{standin.url}/v1/cohorts", headers=head).json()["cohorts"][0]["name"] == "n"
        assert repr(standin) == f"<IDC stand-in on {standin.url}>"
        for make, wrong in product(
            (standin.credentials, standin.token), ("ada", "a\0b@example.org", f"{'a' * 300}@b.de")
        ):
            with pytest.raises(server.StandinError, match="is not an e-mail address"):
                make(wrong)
        assert standin.credentials(f"{'ä' * 230}/..@example.org").parent == path.parent
    assert repr(standin) == f"<IDC stand-in on {standin.url}, stopped>"
    standin.stop()  # again
    for make in (standin.credentials, standin.token):
        with pytest.raises(server.StandinError, match="has been stopped"):
            make("ada@example.org")
    assert not path.parent.exists()
    assert not path.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(standin.url)


def test_a_server_that_is_forgotten_ends() -> None:
    standin = server.start()
    url, folder = standin.url, Path(standin.credentials("ada@example.org")).parent
    del standin
    gc.collect()
    assert not folder.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_options_that_are_wrong_are_an_error_and_the_reason_is_on_standard_error() -> None:
    program = (
        "from idc_standin import server\n"
        "try:\n    server.start('--as-of', 'never')\nexcept server.StandinError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "The stand-in did not start; the reason is on standard error.\n"
    assert "idc-standin serve: argument --as-of" in done.stderr


@pytest.mark.parametrize(
    ("package", "statement", "extra"),
    [
        ("platformdirs", "from idc_standin import server", "standin"),
        ("platformdirs", "from idc_contract.local_standin import Server", "contract"),
        ("jsonschema", "from idc_contract.local_standin import Server", "contract"),
    ],
)
def test_an_import_without_the_extra_names_it(package: str, statement: str, extra: str) -> None:
    code = f"import sys; sys.modules[{package!r}] = None\n{statement}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.endswith(f"the package {package}: pip install 'idc-client[{extra}]'")
    assert done.stderr.count("Traceback") == 1


def test_the_fixture_fails_with_the_sentence_where_the_extra_is_missing(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_one(idc_server):\n    pass\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("import sys\nsys.modules['jsonschema'] = None\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    found = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "the contract tests need the package jsonschema: pip install 'idc-client[contract]'" in found.stdout
    assert "Traceback" not in found.stdout + found.stderr
    assert "ModuleNotFoundError" not in found.stdout
