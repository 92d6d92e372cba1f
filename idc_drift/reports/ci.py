"""The reports for continuous integration: GitHub annotations, JUnit, SARIF 2.1.0.

Law: documentation-only changes are left out, in SARIF unless they are asked for; files are named as in the repository,
so that a service shows a finding where the difference is; no text is a command.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from ..changes.rules import why
from ..documents.sources import is_file, is_url, path_in_repository
from ..escaping import markdown_code, visible, workflow_data, workflow_property
from .rules import meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..changes.outcome import Finding, Outcome

_GITHUB_COMMANDS = {"breaking": "error", "warning": "warning", "info": "notice"}
_SARIF_LEVELS = {"breaking": "error", "warning": "warning", "info": "note"}


_SHOWN = 10
"""The number of annotations of each level that GitHub shows for a step; it drops the others without notice."""


def _located_sentence(finding: Finding) -> str:
    change = finding.change
    where = " ".join(part for part in (change.operation, change.where) if part)
    return ": ".join(part for part in (where, change.message) if part)


def github(outcome: Outcome) -> str:
    """The GitHub report: at most ten annotations of each level, and a line of the log for everything."""
    return "".join(f"{line}\n" for line in _github_lines(outcome))


def _github_lines(outcome: Outcome) -> Iterator[str]:
    commands: dict[str, list[tuple[str, str]]] = {command: [] for command in _GITHUB_COMMANDS.values()}
    for sentence in outcome.unread:
        commands["error" if outcome.unchecked else "warning"].append(("title=not read", workflow_data(sentence)))
    for finding in outcome.shown:
        change = finding.change
        properties = [f"title={workflow_property(change.rule)}"]
        file, line, column = outcome.located(change.places[0])
        if change.pointer and is_file(file):
            properties[:0] = [f"file={workflow_property(path_in_repository(file))}", f"line={line}", f"col={column}"]
        message = ". ".join([_located_sentence(finding), *change.code_impact])
        commands[_GITHUB_COMMANDS[change.level]].append((",".join(properties), workflow_data(message)))
    commands["notice"] += [("title=note", workflow_data(note)) for note in outcome.notes]
    in_log: list[str] = []
    for command, found in commands.items():
        shown = found if len(found) <= _SHOWN else found[: _SHOWN - 1]
        yield from (f"::{command} {properties}::{message}" for properties, message in shown)
        rest = found[len(shown) :]
        if rest:
            yield f"::{command} title=idc-drift::{len(rest)} more of this level are in the log of this step"
        in_log += [f"{command}: {message} ({properties})" for properties, message in rest]
    yield from in_log
    yield from (workflow_data(_located_sentence(finding)) for finding in outcome.not_released)
    yield from map(workflow_data, outcome.reading)
    yield workflow_data(outcome.sentence)


def junit(outcome: Outcome) -> str:
    """The JUnit report: one test case for each finding.

    It is failed if it is drift, skipped if it is accepted or not released yet, else passed. A part that was not read is
    a test case with an error, or a skipped one with ``--allow-unread``.
    """
    findings = [f for f in outcome.findings if not f.change.documentation_only]
    failing = {id(f) for f in outcome.failing}
    skipped = [f for f in findings if f.accepted is not None or f.not_released]
    errors = len(outcome.unread) if outcome.unchecked else 0
    suite = Tree.Element("testsuite", name="idc-drift", tests=str(len(findings) + len(outcome.unread) or 1))
    suite.set("errors", str(errors))
    suite.set("failures", str(len(failing)))
    suite.set("skipped", str(len(skipped) + len(outcome.unread) - errors))
    if not findings and not outcome.unread:
        Tree.SubElement(suite, "testcase", classname="idc-drift", name="no drift")
    for number, sentence in enumerate(outcome.unread, 1):
        case = Tree.SubElement(suite, "testcase", classname="document", name=f"not read {number}")
        Tree.SubElement(case, "error" if errors else "skipped", message=visible(sentence))
    for finding in findings:
        _junit_case(suite, outcome, finding, failed=id(finding) in failing)
    said = "\n".join(map(visible, (*(f"note: {note}" for note in outcome.notes), *outcome.reading, outcome.sentence)))
    Tree.SubElement(suite, "system-out").text = said
    suites = Tree.Element("testsuites", name="idc-drift")
    suites.append(suite)
    Tree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(suites, encoding="unicode") + "\n"


def _junit_case(suite: Tree.Element, outcome: Outcome, finding: Finding, *, failed: bool) -> None:
    change = finding.change
    name = visible(" ".join(part for part in (change.rule, change.where) if part))
    case = Tree.SubElement(suite, "testcase", classname=visible(change.operation) or "document", name=name)
    file, line, _ = outcome.located(change.places[0])
    case.set("file", visible(path_in_repository(file)))
    case.set("line", str(line))
    body = visible("; ".join([_located_sentence(finding), *change.code_impact]))
    if failed:
        Tree.SubElement(case, "failure", type=change.level, message=visible(change.message)).text = body
    elif finding.not_released:
        Tree.SubElement(case, "skipped", message=visible(change.message))
    elif finding.accepted is not None:
        Tree.SubElement(case, "skipped", message=visible(f"{change.message}; accepted: {finding.accepted}"))
    else:
        Tree.SubElement(case, "system-out").text = body


def sarif(outcome: Outcome, *, verbose: bool = False) -> str:
    """The SARIF report: one run, with accepted findings suppressed and their reasons as justification.

    Documentation-only changes are results only with ``verbose``.
    """
    from .. import __version__  # no other report needs it

    findings = [f for f in outcome.findings if verbose or not f.change.documentation_only]
    rules = sorted({f.change.rule for f in findings})
    driver = {
        "name": "idc-drift",
        "version": __version__,
        **_information(),
        "rules": [_sarif_rule(rule, findings) for rule in rules],
    }
    notes = [_sarif_notification(note, "note") for note in (*outcome.notes, *outcome.reading)]
    level = "error" if outcome.unchecked else "warning"
    unread = [_sarif_notification(f"Not read: {sentence}", level) for sentence in outcome.unread]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(outcome, f, rules.index(f.change.rule)) for f in findings],
        "invocations": [
            {
                "executionSuccessful": not outcome.unchecked,
                "exitCodeDescription": visible(outcome.sentence),
                "toolExecutionNotifications": unread + notes,
            }
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _information() -> dict[str, str]:
    """The address of this program, if the installed package has one."""
    from importlib import metadata  # no other report needs it

    try:
        listed = metadata.metadata("idc-client").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        listed = []
    addresses = [address for line in listed if is_url(address := line.rpartition(",")[2].strip())]
    return {"informationUri": addresses[0]} if addresses else {}


def _sarif_notification(text: str, level: str) -> dict[str, object]:
    return {"message": {"text": visible(text)}, "level": level}


def _sarif_rule(rule: str, findings: list[Finding]) -> dict[str, object]:
    """The rule: what it finds, why that matters, and its usual level."""
    level = next(f.change.level for f in findings if f.change.rule == rule)
    text = f"{meaning(rule)} {why(rule)} `idc-drift explain {rule}` shows an example."
    return {
        "id": rule,
        "shortDescription": {"text": visible(meaning(rule))},
        "fullDescription": {"text": visible(f"{meaning(rule)} {why(rule)}")},
        "help": {"text": visible(text.replace("`", "")), "markdown": markdown_code(text)},
        "defaultConfiguration": {"level": _SARIF_LEVELS[level]},
    }


def _sarif_result(outcome: Outcome, finding: Finding, index: int) -> dict[str, object]:
    change = finding.change
    file, line, column = outcome.located(change.places[0])
    origin = quote(visible(path_in_repository(file)) if file != "-" else "stdin", safe="/:%?=&~.-_")
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
