"""Modules loaded at the start of the command line: few, so that it starts quickly."""

from __future__ import annotations

import subprocess
import sys

import idc_ext


def modules_loaded_by(code: str) -> set[str]:
    printed = f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", printed], check=True, capture_output=True, text=True)
    return set(done.stderr.split())


def test_the_version_is_said_before_anything_heavy_is_loaded() -> None:
    loaded = modules_loaded_by("from idc_ext.cli import main; main(['--version'])")
    assert not {"httpx", "attrs", "cyclopts", "rich", "idc_client", "asyncio"} & loaded


def test_help_loads_no_command() -> None:
    loaded = modules_loaded_by("from idc_ext.cli import main; main(['--help'])")
    assert not {"httpx", "idc_client", "pyarrow", "pandas", "polars", "idc_ext.v3", "idc_ext.v1"} & loaded


def test_a_client_is_imported_without_credentials_files_generated_models_and_asyncio() -> None:
    loaded = modules_loaded_by("from idc_ext import connect, v3; connect(retries=0)")
    unused = {"idc_client.models", "idc_ext.auth._credentials_file", "idc_openapi", "asyncio", "filelock"}
    assert "idc_ext.connect" in loaded
    assert not unused & loaded


def test_manifests_load_neither_asyncio_nor_models_of_v1() -> None:
    loaded = modules_loaded_by("from idc_ext import connect, v3; v3.manifest(connect(), {'Modality': ['CT']})")
    assert "idc_client.models.v3_manifest_row" in loaded
    assert not {name for name in loaded if name == "asyncio" or name.startswith("idc_client.models.v1_")}


def test_a_command_loads_no_library_that_it_does_not_need() -> None:
    loaded = modules_loaded_by(
        "from idc_ext.cli import main; main(['--base-url', 'http://127.0.0.1:9', '--retries', '0', 'stats'])"
    )
    assert not {"pyarrow", "pandas", "polars", "authlib", "idc_drift", "idc_standin"} & loaded


def test_every_public_name_is_there_and_listed() -> None:
    assert all(getattr(idc_ext, name) is not None for name in idc_ext.__all__)
    assert set(idc_ext.__all__) <= set(dir(idc_ext))
    assert list(idc_ext.__all__) == sorted(idc_ext.__all__, key=lambda name: (not name.isupper(), name.islower(), name))


def test_connect_is_the_function_whichever_is_imported_first() -> None:
    for first in ("import idc_ext.connect", "from idc_ext.connect import IDC", "from idc_ext import v3", "pass"):
        code = f"{first}\nfrom idc_ext import connect\nassert connect.__name__ == 'connect' and callable(connect)"
        subprocess.run([sys.executable, "-c", code], check=True)
    code = "import idc_ext\nassert callable(idc_ext.connect) and idc_ext.connect is idc_ext.connect"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_both_ways_to_start_it_are_the_same() -> None:
    one = subprocess.run([sys.executable, "-m", "idc_ext", "--version"], check=True, capture_output=True)
    other = subprocess.run([f"{sys.prefix}/bin/idc-ext", "--version"], check=True, capture_output=True)
    assert one.stdout == other.stdout
