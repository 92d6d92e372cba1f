"""The citations of the stand-in under the faults of a registry: the citation, or none, in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from idc_standin.v3.citations import IDC_PAPER, Registries, cite
from tests.support.certificates import tls_server_context
from tests.support.faults import CODINGS, CONNECTION, DRIPS, INFORMATIONAL, REDIRECTS, SIZES, Fault
from tests.support.faulty_server import faulty

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CITATION = "Müller, Ä. (2016). Lungs. https://doi.org/10.1148/rg.230180"
#: Compressed answers are not asked for, and count as none.
NOT_ASKED_FOR = ("gzip", "x-gzip", "GZIP", "deflate", "identity and gzip")


def outcome(fault: Fault) -> str:
    """The outcome of asking for a citation with a fault, if it is not as it must be."""
    with faulty(fault.make(CITATION.encode(), "text/x-bibliography; charset=utf-8")) as server:
        try:
            _, paper = cite([IDC_PAPER], "apa", Registries(server.url, server.url))
        except Exception as error:
            return f"{fault.name}: {error!r}"[:300]
    expected = fault.expected.split()
    if paper is None:
        return f"{fault.name}: none" if expected == ["right"] and not fault.name.startswith(NOT_ASKED_FOR) else ""
    right = paper == CITATION and "right" in expected
    return "" if right or ("misfit" in expected and len(paper) < 2**24) else f"{fault.name}: {paper[:80]!r}"


def test_under_every_fault_of_a_registry_there_is_the_citation_or_none_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_server_context(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))  # loading all others takes most of the time
    chosen = [*CONNECTION, *DRIPS, *INFORMATIONAL, *CODINGS, *SIZES, *REDIRECTS]
    with ThreadPoolExecutor(8) as pool:
        for late, seconds in ((True, 0.3), (False, 20)):
            monkeypatch.setattr("idc_standin.v3.citations.SECONDS", seconds)
            found = pool.map(outcome, [fault for fault in chosen if late == ("late" in fault.expected)])
            assert [wrong for wrong in found if wrong] == []
