"""The accepted differences: rows of a YAML file, each with a reason.

Law: a row matches structure (rule, operation, part, value), never wording, and accepts nothing else; a row, or a name
in a row, that matches nothing is a finding; after its expiry date a row accepts nothing.
"""

from __future__ import annotations

import datetime
import difflib
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from ..documents.parsing import Malformed, parse
from ..documents.pointer import unescaped
from ..documents.sources import Access, Unreadable, text_of
from ..documents.spelling import METHODS
from ..escaping import visible
from .change import Change, Place
from .outcome import Finding
from .rules import level_of, names, no_such_rule, reported_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATTERNS = ("rule", "operations", "at", "where", "pointer", "before", "after", "fingerprint")
_MAX_LISTED = 3
"""The number of fingerprints that a sentence lists."""
_KEYS = {"id", "reason", "expires", *_PATTERNS}


class InvalidAcceptedFile(ValueError):
    """The file of accepted differences is invalid; the message gives the reason."""


@dataclass(frozen=True)
class Entry:
    """A row of the file."""

    name: str
    """The id of the row, or its number in the file."""
    patterns: Mapping[str, tuple[str, ...]]
    """The globs by key; a key that is missing matches everything."""
    reason: str
    expires: datetime.date | None = None

    def concerns(self, rule: str) -> bool:
        """Whether the row can match a change of a rule."""
        globs = self.patterns.get("rule", ("**",))
        return any(_compiled(_reported("rule", glob)).fullmatch(rule) for glob in globs)

    def matching(self, change: Change, place: Place, ids: Mapping[str, str]) -> frozenset[tuple[str, str]] | None:
        """The globs that match a change at a place; None if the row does not match."""
        matched_globs: set[tuple[str, str]] = set()
        for key, globs in self.patterns.items():
            values = _values(key, change, place, ids)
            matched = [g for g in globs if any(_compiled(_reported(key, g)).fullmatch(v) for v in values)]
            if not matched:
                return None
            matched_globs.update((key, glob) for glob in matched)
        return frozenset(matched_globs)


def _reported(key: str, glob: str) -> str:
    """The glob with a rule's alias replaced by the name that reports use."""
    return reported_name(glob) if key == "rule" else glob


def _values(key: str, change: Change, place: Place, ids: Mapping[str, str]) -> tuple[str, ...]:
    match key:
        case "rule":
            return (change.rule,)
        case "operations":
            return (place.operation, ids.get(place.operation, place.operation))
        case "at":
            return (address(change, place, ids),)
        case "where":
            return (place.where or change.where,)
        case "pointer":
            return (place.pointer,)
        case "before":
            return (change.before,)
        case "fingerprint":
            return (change.fingerprint,)
        case _:
            return (change.after,)


def address(change: Change, place: Place, ids: Mapping[str, str]) -> str:
    """The short form of a pointer: ``V3ManifestRow/Modality/pattern``, ``getTables/responses/200/links/table``.

    For a property that became optional or required, the address is the property, not the list ``required``.
    """
    parts = place.pointer.split("/")[1:]
    if parts[:2] == ["components", "schemas"]:
        parts = parts[2:3] + _without_keyword(parts[3:])
    elif parts[:1] == ["components"]:
        parts = parts[1:]
    elif parts[:1] == ["paths"] and len(parts) > 2:
        path = unescaped(parts[1])
        operation = f"{parts[2].upper()} {path}"
        of_all = parts[2] not in METHODS  # parameters of every operation of the path
        parts = [path, *parts[2:]] if of_all else [ids.get(operation, operation), *_without_keyword(parts[3:])]
    if parts[-1:] == ["required"] and "-property-became-" in change.rule:
        parts[-1] = change.where.rpartition("/")[2]
    return "/".join(parts)


def _without_keyword(parts: list[str]) -> list[str]:
    """The parts of a pointer without the keyword ``properties``."""
    rest = iter(parts)
    return [next(rest, part) if part == "properties" else part for part in rest]


_compiled_globs: dict[str, re.Pattern[str]] = {}


def _compiled(glob: str) -> re.Pattern[str]:
    """The pattern of a glob: ``*`` stops at a slash, ``**`` does not; brackets are literal, they occur in paths."""
    if glob not in _compiled_globs:
        special = {"*": "[^/]*", "**": ".*"}
        parts = (special.get(part) or re.escape(part) for part in re.split(r"(\*\*?)", glob))
        _compiled_globs[glob] = re.compile("".join(parts), re.DOTALL)
    return _compiled_globs[glob]


def load(path: Path) -> list[Entry]:
    """The rows of a file."""
    try:
        text, _ = text_of(str(path), Access())
        unread = parse(text).unread
        rows = yaml.safe_load(text)
    except Unreadable as error:
        raise InvalidAcceptedFile(str(error).removesuffix(".")) from error
    except (yaml.YAMLError, Malformed) as error:
        raise InvalidAcceptedFile(f"{path} is not YAML: {visible(str(error))}") from error
    except ValueError as error:
        raise InvalidAcceptedFile(f"{path} contains an impossible date: {error}") from error
    if unread:
        raise InvalidAcceptedFile(f"{path}: {visible(unread[0])}")
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise InvalidAcceptedFile(f"{path} must contain a list of rows")
    return [_entry(row, f"{path}, row {number}") for number, row in enumerate(rows, 1)]


def _entry(row: object, place: str) -> Entry:
    if not isinstance(row, dict):
        raise InvalidAcceptedFile(f"{place}: a row must be a mapping")
    if unknown := sorted(map(str, row.keys() - _KEYS)):
        raise InvalidAcceptedFile(
            f"{place}: unknown key {visible(unknown[0])}; the known keys are {', '.join(sorted(_KEYS))}"
        )
    reason = row.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidAcceptedFile(f"{place}: a row needs a reason")
    if "rule" not in row:
        raise InvalidAcceptedFile(f"{place}: a row needs a rule")
    expires = row.get("expires")
    if expires is not None and (not isinstance(expires, datetime.date) or isinstance(expires, datetime.datetime)):
        raise InvalidAcceptedFile(f"{place}: expires must be a date such as 2027-01-31")
    patterns = {key: _globs(_expand_mapping(row[key]), f"{place}: {key}") for key in _PATTERNS if key in row}
    if patterns.get("operations") == ("all",):
        del patterns["operations"]
    return Entry(str(row.get("id", place)), patterns, " ".join(reason.split()), expires)


def _expand_mapping(value: object) -> object:
    """The list of globs: ``{V3Count: [minimum, maximum]}`` means ``[V3Count/minimum, V3Count/maximum]``."""
    if not isinstance(value, dict):
        return value
    return [
        f"{head}/{tail}" if isinstance(tail, str) else tail
        for head, tails in value.items()
        for tail in (tails if isinstance(tails, list) else [tails])
    ]


def _globs(value: object, place: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, str) for v in values):
        raise InvalidAcceptedFile(f"{place} must be a string, or a list of strings; a number needs quotes")
    return tuple(values)


def apply(
    entries: Sequence[Entry],
    changes: Sequence[Change],
    ids: Mapping[str, str],
    today: datetime.date,
    out_of_scope: Sequence[Change] = (),
) -> tuple[list[Finding], list[str]]:
    """The findings, each accepted or not, including rows that match nothing; and a note for each expired row.

    `ids` gives the operationId for ``METHOD /path``. A change that is accepted at some of its places only becomes two
    findings. Changes `out_of_scope` are no findings, but rows that match them are not stale.
    """
    valid = [e for e in entries if e.expires is None or today <= e.expires]
    matched_globs: dict[int, set[tuple[str, str]]] = {index: set() for index in range(len(valid))}
    findings: list[Finding] = []

    @cache  # hundreds of rows, most of other rules, need not be tried at each place of each change
    def candidates(rule: str) -> list[tuple[int, Entry]]:
        return [(index, entry) for index, entry in enumerate(valid) if entry.concerns(rule)]

    for change in changes:
        reasons: dict[str | None, list[Place]] = {}
        for place in change.places:
            reason = None
            for index, entry in candidates(change.rule):
                matched = entry.matching(change, place, ids)
                if matched is not None:
                    matched_globs[index] |= matched
                    matched_globs[index].add(("", ""))
                    reason = reason or entry.reason
            reasons.setdefault(reason, []).append(place)
        findings += [
            Finding(replace(change, places=tuple(places), where=places[0].where or change.where), reason)
            for reason, places in reasons.items()
        ]
    for change in out_of_scope:
        for place in change.places:
            for index, entry in candidates(change.rule):
                if matched := entry.matching(change, place, ids):
                    matched_globs[index] |= {*matched, ("", "")}
    standing = [f.change for f in findings if f.accepted is None and not f.change.documentation_only]
    for index, entry in enumerate(valid):
        stale = _stale(entry, matched_globs[index])
        if stale is not None:
            clause = _nearest_addresses(entry, matched_globs[index], standing, ids)
            clause += _other_fingerprints(entry, matched_globs[index], standing, ids)
            findings.append(Finding(replace(stale, message=stale.message + clause)))
    expired = (e for e in entries if e not in valid)
    notes = [f"The accepted row {e.name} expired on {e.expires} and accepts nothing." for e in expired]
    return findings, notes


def _stale(entry: Entry, matched_globs: set[tuple[str, str]]) -> Change | None:
    """The finding about names of a row that match nothing; None if all of them match."""
    unused = [
        (key, glob) for key, globs in entry.patterns.items() for glob in globs if (key, glob) not in matched_globs
    ]
    if not matched_globs:
        message = f"The accepted row {entry.name} matches no difference; delete it."
    elif not unused:
        return None
    else:
        names = ", ".join(f"{key} {glob}" for key, glob in unused)
        message = f"The accepted row {entry.name} contains names that match no difference; remove {names}."
    message += "".join(f" T{clause[1:]}{'' if clause.endswith('?') else '.'}" for clause in _unknown_rules(unused))
    rule = "accepted-entry-stale"
    return Change(rule, level_of(rule), message, (Place("", "", where=entry.name),), where=entry.name)


def _nearest_addresses(
    entry: Entry, matched_globs: set[tuple[str, str]], standing: Sequence[Change], ids: Mapping[str, str]
) -> str:
    """A sentence for each `at` that matches nothing, with the most similar one of the open findings of the rule."""
    unused = [glob for glob in entry.patterns.get("at", ()) if ("at", glob) not in matched_globs]
    same_rule = replace(entry, patterns={"rule": entry.patterns["rule"]})
    found = {
        address(change, place, ids)
        for change in (standing if unused else ())
        for place in change.places
        if place.pointer and same_rule.matching(change, place, ids) is not None
    }
    nearest = dict.fromkeys(near for glob in unused for near in difflib.get_close_matches(glob, sorted(found), 1, 0.0))
    return "".join(f" An open finding of the rule is at `{near}`; did you mean that?" for near in nearest)


def _other_fingerprints(
    entry: Entry, matched_globs: set[tuple[str, str]], standing: Sequence[Change], ids: Mapping[str, str]
) -> str:
    """A sentence about a fingerprint that no difference has, with those of the differences that the row describes."""
    if all(("fingerprint", glob) in matched_globs for glob in entry.patterns.get("fingerprint", ())):
        return ""
    rest = replace(entry, patterns={key: globs for key, globs in entry.patterns.items() if key != "fingerprint"})
    meant = (c for c in standing if any(rest.matching(c, place, ids) is not None for place in c.places))
    found = sorted({change.fingerprint for change in meant} - {*entry.patterns["fingerprint"]})
    which = f"; write {' or '.join(found[:_MAX_LISTED])}, if that is meant" if found else ""
    return f" Fingerprints can change with an update of idc-drift{which}."


def _unknown_rules(unused: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A clause for each rule in a row that does not exist."""
    for glob in (glob for key, glob in unused if key == "rule"):
        pattern = _compiled(reported_name(glob))
        if not any(pattern.fullmatch(name) for name in names()):
            yield no_such_rule(glob)


def operation_ids(content: Any) -> dict[str, str]:
    """The operationIds by ``METHOD /path``."""
    paths = content.get("paths") if isinstance(content, dict) else None
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict)
        for method, operation in item.items()
        if isinstance(operation, dict) and isinstance(operation.get("operationId"), str)
    }
