"""The reports for continuous integration: GitHub annotations, JUnit, SARIF 2.1.0.

Law: documentation-only changes are left out, except from SARIF, which has a level for them; no text is a command.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from .. import __version__
from ..changes.rules import why
from ..escaping import visible, workflow_data, workflow_property

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..changes.outcome import Finding, Outcome

_GITHUB_COMMANDS = {"breaking": "error", "warning": "warning", "info": "notice"}
_SARIF_LEVELS = {"breaking": "error", "warning": "warning", "info": "note"}


def _is_file(origin: str) -> bool:
    return "://" not in origin and origin != "-"


def _located_sentence(finding: Finding) -> str:
    change = finding.change
    where = " ".join(part for part in (change.operation, change.where) if part)
    return ": ".join(part for part in (where, change.message) if part)


def github(outcome: Outcome) -> str:
    """The GitHub report: one workflow command for each shown finding, at its line in the base."""
    return "".join(_github_annotations(outcome))


def _github_annotations(outcome: Outcome) -> Iterator[str]:
    for finding in outcome.shown:
        change = finding.change
        properties = [f"title={workflow_property(change.rule)}"]
        file, line, column = outcome.located(change.places[0])
        if change.pointer and _is_file(file):
            properties[:0] = [f"file={workflow_property(file)}", f"line={line}", f"col={column}"]
        message = ". ".join([_located_sentence(finding), *change.code_impact])
        yield f"::{_GITHUB_COMMANDS[change.level]} {','.join(properties)}::{workflow_data(message)}\n"
    for finding in outcome.not_released:
        yield f"{workflow_data(_located_sentence(finding))}\n"
    yield f"{workflow_data(outcome.sentence)}\n"


def junit(outcome: Outcome) -> str:
    """The JUnit report: one test case for each finding.

    It is failed if it is drift, skipped if it is accepted or not released yet, else passed.
    """
    findings = [f for f in outcome.findings if not f.change.documentation_only]
    failing = {id(f) for f in outcome.failing}
    skipped = [f for f in findings if f.accepted is not None or f.not_released]
    suite = Tree.Element("testsuite", name="idc-drift", tests=str(len(findings) or 1), errors="0")
    suite.set("failures", str(len(failing)))
    suite.set("skipped", str(len(skipped)))
    if not findings:
        Tree.SubElement(suite, "testcase", classname="idc-drift", name="no drift")
    for finding in findings:
        change = finding.change
        name = visible(" ".join(part for part in (change.rule, change.where) if part))
        owner = visible(change.operation) or "document"
        case = Tree.SubElement(suite, "testcase", classname=owner, name=name)
        file, line, _ = outcome.located(change.places[0])
        case.set("file", visible(file))
        case.set("line", str(line))
        body = visible("; ".join([_located_sentence(finding), *change.code_impact]))
        if id(finding) in failing:
            Tree.SubElement(case, "failure", type=change.level, message=visible(change.message)).text = body
        elif finding.not_released:
            Tree.SubElement(case, "skipped", message=visible(change.message))
        elif finding.accepted is not None:
            Tree.SubElement(case, "skipped", message=visible(f"{change.message}; accepted: {finding.accepted}"))
        else:
            Tree.SubElement(case, "system-out").text = body
    suites = Tree.Element("testsuites", name="idc-drift")
    suites.append(suite)
    Tree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(suites, encoding="unicode") + "\n"


def sarif(outcome: Outcome) -> str:
    """The SARIF report: one run, with accepted findings suppressed and their reasons as justification."""
    rules = sorted({f.change.rule for f in outcome.findings})
    driver = {
        "name": "idc-drift",
        "version": __version__,
        "rules": [{"id": r, "shortDescription": {"text": visible(why(r))}} for r in rules],
    }
    notes = [{"message": {"text": visible(note)}, "level": "note"} for note in outcome.notes]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(outcome, f, rules.index(f.change.rule)) for f in outcome.findings],
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _sarif_result(outcome: Outcome, finding: Finding, index: int) -> dict[str, object]:
    change = finding.change
    file, line, column = outcome.located(change.places[0])
    origin = quote(visible(file) if file != "-" else "stdin", safe="/:%?=&~.-_")
    result: dict[str, object] = {
        "ruleId": change.rule,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[change.level],
        "message": {"text": visible(". ".join([_located_sentence(finding), *change.code_impact]))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": origin},
                    "region": {"startLine": line, "startColumn": column},
                },
                "logicalLocations": [{"fullyQualifiedName": visible(change.pointer), "kind": "member"}],
            }
        ],
        "partialFingerprints": {"idcDrift/v1": change.fingerprint},
        "properties": {
            "noise": change.documentation_only,
            "operations": sorted({visible(p.operation) for p in change.places}),
        },
    }
    if finding.not_released:
        result |= {"kind": "informational", "level": "none"}
    if finding.accepted is not None:
        result["suppressions"] = [{"kind": "external", "justification": visible(finding.accepted)}]
    return result
