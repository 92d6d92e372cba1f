"""Findings grouped by their cause, and what all forms of a report say of a run."""

from __future__ import annotations

import functools
import shlex
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import idc_openapi
from idc_contract.document.openapi import OPERATIONS
from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES
from idc_contract.layers.shapes import CANNOT
from idc_contract.layers.suite import LATE, TIME
from idc_contract.unreleased import UNRELEASED
from idc_contract.unreleased import operations as served

if TYPE_CHECKING:
    from collections.abc import Iterable

    from idc_contract.finding import Finding
    from idc_contract.layers.suite import Outcome
    from idc_contract.relations.relation import Relation

UPSTREAM = "upstream release {0.api_version} of {0.date}".format(idc_openapi.upstream())
MOST_PLACES = 6
REQUIREMENTS = {
    "hurried": "the local server within this process (--stand-in)",
    "index": "a service with the data release that is installed here",
    "mistakes": "--mistakes",
    "users": "two --credentials",
    "write": "--credentials and --write",
    TIME: "more time than --max-time gives",
    **{name: f"a service that has {name}" for name in UNRELEASED},
}
"""What meets each need of a relation: an option of the command, or another service."""


@dataclass(frozen=True)
class Group:
    """The findings of one cause: one finding, with its places."""

    key: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that is shown: a relation's, if there is one, for its message says more."""
        return next((one for one in self.findings if one.layer == RELATIONS), self.findings[0])

    @property
    def places(self) -> list[str]:
        """Where it was seen, each place once."""
        shown = (f"{one.layer}: {one.relation or f'{one.check} of {one.operation}'}" for one in self.findings)
        return list(dict.fromkeys(shown))

    @property
    def other_places(self) -> str:
        """The places but the first, as text; empty if there is one."""
        rest = self.places[1:]
        more = f" and {len(rest) - MOST_PLACES} more" if len(rest) > MOST_PLACES else ""
        return "; ".join(rest[:MOST_PLACES]) + more


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Findings grouped by their key, in the order in which they were found."""
    by_key: dict[str, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault(finding.key, []).append(finding)
    return [Group(key, tuple(alike)) for key, alike in by_key.items()]


def verdict(outcome: Outcome) -> str:
    """The last line of the summary."""
    number = len(grouped(outcome.findings))
    shapes = SHAPES in outcome.plan.layers
    if not number and thin(outcome):
        return f"Too little was checked: less than {outcome.floor:g} % of the keywords of answers."
    if outcome.written and not number:
        return f"{outcome.written}."
    if number:
        more = f" The shapes do not show {CANNOT}." if shapes else ""
        return f"The contract does not hold: {number} finding{'s'[: number > 1]}.{more}"
    if shapes:
        return f"The answers have the shapes of the contract. This does not show {CANNOT}."
    if outcome.not_run:
        return f"Could not check: {outcome.not_run} of {len(outcome.relations)} relations did not run: give more time."
    if outcome.unchecked:
        if outcome.relations:
            return "Could not check: no relation ran; above is what each of them needs."
        return "Could not check: schemathesis made no check: give more time."
    if outcome.stopped:
        ran = sum(not missing for _, missing in outcome.relations)
        all_of_them = f"{ran} relations ran, and " if ran else ""
        return (
            f"The contract holds as far as the time allowed: {all_of_them}schemathesis was stopped after "
            f"{outcome.checks} checks."
        )
    return "The contract holds."


def facts(outcome: Outcome) -> list[tuple[str, str]]:
    """When, how long, of which service, with which document, options and seed."""
    plan = outcome.plan
    minutes, seconds = divmod(round(outcome.seconds), 60)
    reported = ", ".join(f"{name} {value}" for name, value in outcome.reported.items())
    return [
        ("when", f"{outcome.started:%Y-%m-%d %H:%M:%S} UTC, {minutes}:{seconds:02} minutes"),
        ("service", outcome.service.caller.base + (f" ({reported})" if reported else "")),
        ("contract of v3", f"{UPSTREAM}, openapi.yaml {idc_openapi.digest()[:12]}{document_commit()}"),
        ("options", outcome.options or "none"),
        ("seed", f"{plan.seed}, fingerprint of the requests {outcome.service.fingerprint}"),
    ]


@functools.cache
def document_commit() -> str:
    """The commit of the document, in a checkout; empty for an installed package."""
    folder = idc_openapi.path().parent
    if not (folder / ".git").exists():
        return ""
    try:
        words = ["git", "log", "-1", "--format=%h", "--", "openapi.yaml"]
        found = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603  fixed words
    except (OSError, subprocess.SubprocessError):
        return ""
    return f" of commit {found.stdout.strip()}" if found.stdout.strip() else ""


def replay(outcome: Outcome, group: Group) -> str:
    """The command that checks a finding alone, where it was found first."""
    first = group.first
    place = first.relation or first.operation
    found_at = f"{first.generation} · {first.layer} · {place}"
    name = found_at if place and first.layer in (RELATIONS, SCHEMATHESIS) and first.cause != LATE else group.key
    return " ".join(["idc-contract", *([outcome.options] if outcome.options else []), "--replay", shlex.quote(name)])


def operations(outcome: Outcome) -> list[str]:
    """The operations of the plan, in the order of the document; of a part of a plan, those that were asked."""
    asked = {name for name, _ in outcome.service.coverage.statuses} | {one.operation for one in outcome.findings}
    every = [name for generation in outcome.plan.generations for name in served(outcome.service, generation)]
    return [name for name in every if name in asked] if outcome.plan.only else every


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


def thin(outcome: Outcome) -> bool:
    """Whether a smaller part of the keywords was checked than wanted, although there was time."""
    reached, declared = covered(outcome)
    return declared > 0 and 100 * reached / declared < outcome.floor and not outcome.unchecked


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


def is_of(finding: Finding, relation: Relation) -> bool:
    """Whether a finding is of a relation."""
    return (finding.relation, finding.generation) == (relation.name, relation.generation)
