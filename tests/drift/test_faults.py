"""The loader of documents under the faults of an HTTP server: the document, or one sentence, in time."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from idc_drift.documents.sources import Access, Unreadable, text_of
from tests.support.certificates import tls_server_context
from tests.support.faults import CODINGS, CONNECTION, DRIPS, INFORMATIONAL, REDIRECTS, SIZES, Fault
from tests.support.faulty_server import faulty

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DOCUMENT = json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}})
#: Codings that the loader does not read: a sentence will do.
NOT_READ = ("deflate", "identity and gzip", "gzip in two members")


def outcome(fault: Fault) -> str:
    """The outcome of reading a document with a fault, if it is not as it must be."""
    expected = fault.expected.split()
    with faulty(fault.make(DOCUMENT.encode(), "application/json")) as server:
        try:
            found, _ = text_of(server.url, Access(timeout=0.1 if "late" in expected else 10), named=True)
        except Unreadable as error:
            sentence = str(error)
            allowed = expected != ["right"] or fault.name.startswith(NOT_READ)
            return (
                "" if allowed and "\n" not in sentence and len(sentence) < 1000 else f"{fault.name}: {sentence[:300]}"
            )
        except Exception as error:
            return f"{fault.name}: {error!r}"[:300]
    if "right" in expected:
        return "" if found == DOCUMENT else f"{fault.name}: another document"
    # What is in a document is judged elsewhere.
    return "" if "misfit" in expected and len(found) <= 64 * 2**20 else f"{fault.name}: {found[:80]!r}"


def test_under_every_fault_the_document_is_read_or_there_is_one_sentence_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_server_context(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # loading all others takes most of the time
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(outcome, [*CONNECTION, *DRIPS, *INFORMATIONAL, *CODINGS, *SIZES, *REDIRECTS])
        assert [wrong for wrong in found if wrong] == []
