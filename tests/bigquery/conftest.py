"""What the tests of BigQuery share."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.bigquery.oracle import Tables
from tests.bigquery.scripted import ScriptedService, ServeScript, scripted_service

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def tables() -> Tables:
    """IDC's public tables in BigQuery, for a few collections, in DuckDB."""
    return Tables()


@pytest.fixture(autouse=True)
def no_google_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No credentials and no settings of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GCLOUD_", "CLOUDSDK_", "BIGQUERY_", "IDC_")):
            monkeypatch.delenv(name)
    for name in ("IDC_BASE_URL", "IDC_TOKEN", "IDC_CREDENTIALS", "IDC_DRS_URL", "IDC_LOG"):
        monkeypatch.setenv(name, "")  # so that what a command sets is undone
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("NO_GCE_CHECK", "true")  # asks no metadata server


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> ServeScript:
    """Serves a file of exchanges as BigQuery."""

    @contextmanager
    def serve(name: str) -> Iterator[ScriptedService]:
        with scripted_service(name) as scripted, monkeypatch.context() as patch:
            patch.setenv("BIGQUERY_EMULATOR_HOST", scripted.url)
            yield scripted

    return serve
