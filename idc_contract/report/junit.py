"""A run as JUnit XML: a test case for each relation, and for each operation in layer one.

A failure is a finding. A test case that a finding of another one explains is skipped and names it, so that JUnit counts
what the summary counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import idc_openapi
from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES
from idc_contract.layers import engine
from idc_contract.report import groups

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome
    from idc_contract.report.groups import Group


def junit(outcome: Outcome) -> bytes:
    """The XML."""
    suites = ET.Element("testsuites", name="contract")
    found = groups.grouped(outcome.findings)
    owners = {id(one): group for group in found for one in group.findings}
    seen: set[str] = set()

    def fill(case: ET.Element, findings: Iterable[Finding]) -> None:
        for finding in findings:
            group = owners[id(finding)]
            if group.key in seen:
                if case.find("skipped") is None and case.find("failure") is None:
                    ET.SubElement(case, "skipped", message=f"broken by the same cause: {clean(group.key)}")
                continue
            seen.add(group.key)
            failure = ET.SubElement(case, "failure", message=clean(group.key), type=finding.layer)
            failure.text = clean("\n".join(_lines(outcome, group)))

    layer = _suite(suites, RELATIONS, outcome)
    rest = [one for one in outcome.findings if one.layer == RELATIONS]
    for relation, missing in outcome.relations:
        seconds = outcome.times.get((relation.generation, relation.name), 0.0)
        case = _case(layer, f"relations.{relation.generation}", relation.name, seconds)
        ET.SubElement(case, "system-out").text = relation.sentence
        if missing:
            ET.SubElement(case, "skipped", message=f"needs {groups.requirements(missing)}")
        fill(case, own := [one for one in rest if groups.is_of(one, relation)])
        rest = [one for one in rest if one not in own]
    for finding in rest:  # of no single relation: late answers
        fill(_case(layer, f"relations.{finding.generation}", finding.check, 0.0), [finding])
    layer = _suite(suites, SCHEMATHESIS, outcome)
    for generation in outcome.plan.generations:
        run = outcome.runs.get(generation, engine.Run())
        own = [one for one in outcome.findings if (one.layer, one.generation) == (SCHEMATHESIS, generation)]
        for name in sorted({name for name, _ in run.checks} | {one.operation for one in own}):
            case = _case(layer, f"schemathesis.{generation}", name or "engine", run.seconds[name])
            fill(case, (one for one in own if one.operation == name))
    for name in groups.unreleased_parts(outcome) if outcome.runs else ():
        case = _case(layer, "schemathesis.v3", name, 0.0)
        ET.SubElement(case, "skipped", message="unreleased, and the service does not have it")
    if SHAPES in outcome.plan.layers:
        layer = _suite(suites, SHAPES, outcome)
        for name in groups.operations(outcome):
            own = [one for one in outcome.findings if (one.layer, one.operation) == (SHAPES, name)]
            fill(_case(layer, "shapes", name, 0.0), own)
    for one in (*suites, suites):
        one.set("tests", str(len(list(one.iter("testcase")))))
        one.set("failures", str(len(list(one.iter("failure")))))
        one.set("skipped", str(len(list(one.iter("skipped")))))
        one.set("time", f"{sum(float(case.get('time', '0')) for case in one.iter('testcase')):.3f}")
    suites.set("timestamp", f"{outcome.started:%Y-%m-%dT%H:%M:%S}")
    ET.indent(suites)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(suites: ET.Element, name: str, outcome: Outcome) -> ET.Element:
    """A layer, whose properties name the service, the options, and the release that the document describes."""
    suite = ET.SubElement(suites, "testsuite", name=name, timestamp=f"{outcome.started:%Y-%m-%dT%H:%M:%S}")
    properties = ET.SubElement(suite, "properties")
    for key, value in idc_openapi.upstream()._asdict().items():
        ET.SubElement(properties, "property", name=f"contract.{key}", value=value)
    for key, value in groups.facts(outcome):
        ET.SubElement(properties, "property", name=f"run.{key}", value=clean(value))
    return suite


def _case(suite: ET.Element, owner: str, name: str, seconds: float) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=owner, name=clean(name), time=f"{seconds:.3f}")


def _lines(outcome: Outcome, group: Group) -> Iterable[str]:
    first = group.first
    during = f"during: {first.during}" if first.during else ""
    yield from (one for one in (first.sentence, during, first.message) if one)
    if group.other_places:
        yield f"also: {group.other_places}"
    yield from group.first.trail or (group.first.curl,)
    yield groups.replay(outcome, group)


def clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return "".join(
        c if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") else "?" for c in text
    )
