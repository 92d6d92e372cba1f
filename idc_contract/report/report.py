"""The reports of a run: a summary in text, JUnit XML, and one page of HTML.

Law: the same run gives the same bytes; no report contains the time.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections import Counter
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import idc_openapi
from idc_contract.document.openapi import OPERATIONS
from idc_contract.unreleased import UNRELEASED
from idc_contract.unreleased import operations as served

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #8884; padding: .25rem .5rem; }
th { text-align: left; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #8881; overflow-x: auto; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.bad { color: #c22; } .good { color: #282; } details { margin: .5rem 0; } summary { cursor: pointer; }
"""


UPSTREAM = "upstream release {0.api_version} of {0.date}".format(idc_openapi.upstream())


def operations(outcome: Outcome) -> list[str]:
    """The operations of the plan, in the order of the document."""
    return [name for generation in outcome.plan.generations for name in served(outcome.service, generation)]


def statuses(outcome: Outcome, operation: str) -> str:
    """The statuses that an operation answered with, and the declared ones that did not occur, as text."""
    seen = Counter({status: n for (name, status), n in outcome.service.coverage.statuses.items() if name == operation})
    declared = {int(status) for status in OPERATIONS[operation].node["responses"]}
    counts = " ".join(f"{status}×{seen[status]}" for status in sorted(seen))
    missing = " ".join(str(status) for status in sorted(declared - seen.keys()))
    return f"{counts or '-'}{f'  (did not occur: {missing})' if missing else ''}"


def covered(outcome: Outcome) -> tuple[int, int]:
    """The number of schema keywords that an answer was checked against, and of all keywords of the same answers."""
    names = set(operations(outcome))
    seen = {(name, str(status)) for name, status in outcome.service.coverage.statuses}
    declared = {one for one in outcome.service.coverage.declared if one[0] in names and one[:2] in seen}
    return len(declared & outcome.service.coverage.reached), len(declared)


def summary(outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> str:
    """The summary as text."""
    service, plan = outcome.service, outcome.plan
    by_operation = Counter(finding.operation for finding in outcome.findings)
    checks = Counter[str]()
    for run in outcome.runs.values():
        for (name, _), number in run.checks.items():
            checks[name] += number
    lines = [f"{'operation':26} {'checks':>7} {'broken':>7}  statuses"]
    lines += [
        f"{name:26} {checks[name]:7} {by_operation[name]:7}  {statuses(outcome, name)}" for name in operations(outcome)
    ]
    ran = [relation for relation, missing in outcome.relations if not missing]
    lines += [
        "",
        f"contract of v3: {UPSTREAM}",
        f"{len(ran)} relations, {sum(checks.values())} checks by schemathesis, {service.sent} requests by relations",
    ]
    skipped = Counter(missing for _, missing in outcome.relations if missing)
    for missing, number in sorted(skipped.items(), key=lambda item: sorted(item[0])):
        many = number > 1
        lines.append(
            f"{number} relation{'s'[:many]} skipped: {'they need' if many else 'it needs'} {requirements(missing)}"
        )
    lines += [left_out(outcome)] if left_out(outcome) else []
    reached, declared = covered(outcome)
    if declared:
        lines.append(f"keywords of answers checked: {reached} of {declared} ({100 * reached / declared:.1f} %)")
    lines += [f"note: {note}" for note in outcome.notes]
    lines += [f"accepted ({reason}): {finding.key}" for finding, reason in accepted]
    lines.append(f"seed {plan.seed}, fingerprint of the requests {service.fingerprint}")
    for number, (key, alike) in enumerate(grouped(outcome.findings).items(), 1):
        lines += ["", f"{number}. {key}", *(f"   {line}" for line in alike[0].message.splitlines())]
        lines += [f"   {alike[0].curl}"] if alike[0].curl else []
        lines += [f"   and {len(alike) - 1} more of this kind (all are in report.html)"] if alike[1:] else []
    lines += ["", verdict(outcome)]
    return "\n".join(lines) + "\n"


REQUIREMENTS = {
    "index": "a service with the data release that is installed here",
    "mistakes": "--mistakes",
    "users": "two --credentials",
    "write": "--credentials and --write",
    **{name: f"a service that has {name}" for name in UNRELEASED},
}
"""What meets each need of a relation: an option of the command, or another service."""


def left_out(outcome: Outcome) -> str:
    """The unreleased parts that the service does not have, as a sentence; empty if there are none."""
    names = unreleased_parts(outcome)
    return f"left out: unreleased: {', '.join(names)}" if names else ""


def unreleased_parts(outcome: Outcome) -> list[str]:
    """The names of these parts."""
    return [name for name in UNRELEASED if name not in outcome.service.coming and "v3" in outcome.plan.generations]


def requirements(missing: frozenset[str]) -> str:
    """The options that would let a skipped relation run, as text."""
    found = " and ".join(text for need, text in REQUIREMENTS.items() if need in missing)
    return found.replace("two --credentials and --credentials", "two --credentials")


def grouped(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings grouped by their key."""
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(finding.key, []).append(finding)
    return by_key


def verdict(outcome: Outcome) -> str:
    """The last line of the summary."""
    number = len(grouped(outcome.findings))
    return "The contract holds." if not number else f"The contract does not hold: {number} finding{'s'[: number > 1]}."


def junit(outcome: Outcome) -> bytes:
    """JUnit XML: a test case for each relation, and for each operation in layer one."""
    suites = ET.Element("testsuites", name="contract")
    layer = _suite(suites, "relations")
    for relation, missing in outcome.relations:
        case = ET.SubElement(layer, "testcase", classname=f"relations.{relation.generation}", name=relation.name)
        ET.SubElement(case, "system-out").text = relation.sentence
        if missing:
            ET.SubElement(case, "skipped", message=f"needs {requirements(missing)}")
        _failures(case, (f for f in outcome.findings if f.layer == "relations" and _is_of(f, relation.name)))
    layer = _suite(suites, "schemathesis")
    for generation, run in sorted(outcome.runs.items()):
        found = [f for f in outcome.findings if (f.layer, f.generation) == ("schemathesis", generation)]
        for name in sorted({name for name, _ in run.checks} | {f.operation for f in found}):
            case = ET.SubElement(layer, "testcase", classname=f"schemathesis.{generation}", name=name or "engine")
            _failures(case, (f for f in found if f.operation == name))
    for name in unreleased_parts(outcome) if outcome.runs else ():
        case = ET.SubElement(layer, "testcase", classname="schemathesis.v3", name=name)
        ET.SubElement(case, "skipped", message="unreleased, and the service does not have it")
    for one in (*suites, suites):
        one.set("tests", str(len(list(one.iter("testcase")))))
        one.set("failures", str(len(list(one.iter("failure")))))
        one.set("skipped", str(len(list(one.iter("skipped")))))
    ET.indent(suites)
    return ET.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(suites: ET.Element, name: str) -> ET.Element:
    """A layer, whose properties name the release that the document describes."""
    suite = ET.SubElement(suites, "testsuite", name=name)
    properties = ET.SubElement(suite, "properties")
    for key, value in idc_openapi.upstream()._asdict().items():
        ET.SubElement(properties, "property", name=f"contract.{key}", value=value)
    return suite


def _is_of(finding: Finding, relation: str) -> bool:
    return finding.check == relation or finding.check.startswith(f"{relation}: ")


def _failures(case: ET.Element, findings: Iterable[Finding]) -> None:
    for finding in findings:
        text = "".join(c if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") else "?"
                       for c in f"{finding.message}\n{finding.curl}")  # fmt: skip
        ET.SubElement(case, "failure", message=finding.check, type=finding.layer).text = text


def html(outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> str:
    """One page that needs nothing else."""
    head = "good" if not outcome.findings else "bad"
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>IDC contract</title><style>{STYLE}</style>",
        f"<h1>IDC contract</h1><p class={head}><strong>{escape(verdict(outcome))}</strong></p>",
        f"<p>{escape(outcome.service.caller.base)}, {' '.join(outcome.plan.generations)}, seed {outcome.plan.seed}</p>",
        f"<p>Contract of v3: {escape(UPSTREAM)}</p>",
        *(f"<p>{escape(note)}</p>" for note in outcome.notes),
    ]
    for finding in outcome.findings:
        where = finding.operation or finding.layer
        parts += [
            f"<details open><summary><strong>{escape(finding.check)}</strong> — {escape(where)}"
            f" ({finding.generation}, {finding.layer})</summary><pre>{escape(finding.message)}</pre>",
            f"<pre>{escape(finding.curl)}</pre>" if finding.curl else "",
            "</details>",
        ]
    if accepted:
        parts.append("<h2>Accepted</h2><ul>")
        parts += [f"<li>{escape(finding.key)} — {escape(reason)}</li>" for finding, reason in accepted]
        parts.append("</ul>")
    parts += [f"<p>{escape(left_out(outcome))}</p>"] if left_out(outcome) else []
    parts.append("<h2>Operations</h2><table><tr><th>operation<th>path<th>statuses<th>broken</tr>")
    broken = Counter(finding.operation for finding in outcome.findings)
    for name in operations(outcome):
        operation = OPERATIONS[name]
        parts.append(
            f"<tr><td>{name}<td>{operation.method} {escape(operation.path)}<td>{escape(statuses(outcome, name))}"
            f"<td class=n>{broken[name] or ''}</tr>"
        )
    parts.append("</table><h2>Relations</h2><table><tr><th>generation<th>what holds<th></tr>")
    for relation, missing in outcome.relations:
        bad = any(f.layer == "relations" and _is_of(f, relation.name) for f in outcome.findings)
        state = "<b class=bad>broken</b>" if bad else "holds"
        state = f"skipped: it needs {escape(requirements(missing))}" if missing else state
        parts.append(f"<tr><td>{relation.generation}<td>{escape(relation.sentence)}<td>{state}</tr>")
    parts.append("</table><h2>Keywords that no answer was checked against</h2><ul>")
    names = set(operations(outcome))
    seen = {(name, str(status)) for name, status in outcome.service.coverage.statuses}
    for name, status, pointer in sorted(outcome.service.coverage.declared - outcome.service.coverage.reached):
        if name in names and (name, status) in seen:
            parts.append(f"<li><code>{name} {status} {escape(pointer)}</code>")
    return "\n".join([*parts, "</ul></html>"]) + "\n"


def write(folder: Path, outcome: Outcome, accepted: Sequence[tuple[Finding, str]] = ()) -> None:
    """Write summary.txt, junit.xml and report.html, each atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("summary.txt", summary(outcome, accepted).encode("utf-8", "backslashreplace")),
        ("junit.xml", junit(outcome)),
        ("report.html", html(outcome, accepted).encode("utf-8", "backslashreplace")),
    ):
        replace(folder / name, content)


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
