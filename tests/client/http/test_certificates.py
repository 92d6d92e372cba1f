"""TLS contexts: shared by clients with the default settings, and read again when the file has changed."""

from __future__ import annotations

import os
import shutil
import ssl
from typing import TYPE_CHECKING, Any

import pytest

from idc_ext import InvalidTLSSettings, connect
from idc_ext._http.addresses import tls_context
from tests.support.certificates import tls_server_context

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ca.pem"
    tls_server_context(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.delenv("SSLKEYLOGFILE", raising=False)
    return path


def context_of(idc: Any) -> Any:
    return idc.get_httpx_client()._transport._pool._ssl_context


def test_clients_with_the_default_settings_share_one_context(file: Path) -> None:
    with connect("https://api.example.org") as one, connect("https://other.example.org") as other:
        assert context_of(one) is context_of(other) is context_of(one.with_headers({"x": "y"}))


def test_a_changed_or_another_file_is_read_again(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tls_context({})
    other = tmp_path / "other.pem"
    tls_server_context(other)
    certificates = {one["serialNumber"] for one in before.get_ca_certs()}
    shutil.copyfile(other, file)
    changed = tls_context({})
    assert {one["serialNumber"] for one in changed.get_ca_certs()}.isdisjoint(certificates)
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert tls_context({}) is not changed


@pytest.mark.parametrize("settings", [{"verify": False}, {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}])
def test_other_settings_have_a_context_of_their_own(file: Path, settings: dict[str, Any]) -> None:
    assert tls_context(settings) is not tls_context({})
    assert tls_context(settings).verify_mode is (ssl.CERT_NONE if settings["verify"] is False else ssl.CERT_REQUIRED)


def test_http2_has_a_context_of_its_own(file: Path) -> None:
    assert tls_context({"http2": True}) is not tls_context({})
    assert tls_context({"http2": True}) is tls_context({"http2": True})


def test_a_folder_of_certificates_and_a_log_of_keys_are_read_by_each_client(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert tls_context({}) is not tls_context({})
    monkeypatch.delenv("SSLKEYLOGFILE")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls_context({}) is not tls_context({})


@pytest.mark.parametrize("how", ["missing", "broken"])
def test_a_file_that_cannot_be_read_is_an_error_each_time(file: Path, how: str) -> None:
    assert tls_context({}) is not None
    if how == "missing":
        os.unlink(file)
    else:
        file.write_text("no certificate")
    for _ in range(2):
        with pytest.raises(InvalidTLSSettings, match=str(file)):
            tls_context({})
