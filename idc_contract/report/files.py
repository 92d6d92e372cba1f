"""The reports of a run as files, each complete or not at all."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from idc_contract.report import groups
from idc_contract.report.junit import junit
from idc_contract.report.page import html
from idc_contract.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome


def prepare(folder: Path) -> None:
    """Make the folder and see that files can be written to it; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def write(folder: Path, outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> None:
    """Write summary.txt, junit.xml, report.html and findings.json, each atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("summary.txt", summary(outcome, accepted).encode("utf-8", "backslashreplace")),
        ("junit.xml", junit(outcome)),
        ("report.html", html(outcome, accepted).encode("utf-8", "backslashreplace")),
        ("findings.json", findings(outcome).encode("utf-8", "backslashreplace")),
    ):
        replace(folder / name, content)


def findings(outcome: Outcome) -> str:
    """The findings as JSON: key, rule, message, places, all requests, and the command that checks it alone."""
    rows = [
        {
            "key": group.key,
            "operation": group.first.operation,
            "rule": group.first.sentence or group.first.check,
            "during": group.first.during,
            "message": group.first.message,
            "places": group.places,
            "requests": list(group.first.trail) or ([group.first.curl] if group.first.curl else []),
            "replay": groups.replay(outcome, group),
        }
        for group in groups.grouped(outcome.findings)
    ]
    content = {"run": dict(groups.facts(outcome)), "verdict": groups.verdict(outcome), "findings": rows}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def replace(path: Path, content: bytes) -> None:
    """Replace a file atomically: a link stays one, and the permissions of the old file are kept."""
    try:
        path = path.resolve()
    except RuntimeError:  # before Python 3.13, of links that lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".idc-contract-", suffix=".draft")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.chmod(draft, stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
