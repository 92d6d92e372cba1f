"""The proposal of a patch that applies the changes of the revision to the base's text, for a person to review.

Law: only the patch is written; every other character of the base stays unchanged. The patched text is read and judged
before it is returned, so a patch always gives a document that can be read and has less drift; what is left is listed.
"""

from __future__ import annotations

import difflib
import time
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from ..changes.change import LEVELS
from ..changes.counterparts import Counterparts
from ..documents.json_values import MISSING
from ..documents.parsing import Malformed
from ..documents.pointer import resolve, tokens_of
from ..documents.sources import is_file, path_in_repository
from ..documents.spelling import METHODS
from .draft import Draft, differs, finished
from .editor import Editor, edited

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..changes.change import Change, Place
    from ..changes.outcome import Finding, Outcome
    from ..documents.document import Document

    Judge = Callable[[Document], Sequence[Finding]]
    """The findings between a patched document and the revision."""

_NOT_IN_BASE = frozenset({"accepted-entry-stale", "service-of-another-release"})
"""Rules about what no patch of the base can change."""
_WHOLE = ("-wrapped", "-unwrapped", "-wrapped-safely", "-unwrapped-safely", "security-scheme-changed", "link-changed")
"""The ends of rules about objects that a patch replaces as a whole."""
_LIFECYCLE = ("deprecated", "x-sunset", "x-stability-level")
_KEYWORDS = {
    **dict.fromkeys(("-became-nullable", "-became-not-nullable"), ("type", "nullable", "x-nullable")),
    **dict.fromkeys(("parameter-became-required", "parameter-became-optional"), ("required",)),
    **dict.fromkeys(("header-became-required", "header-became-optional"), ("required",)),
    **dict.fromkeys(("body-became-required", "body-became-optional"), ("required",)),
    **dict.fromkeys(("operation-deprecated", "operation-no-longer-deprecated"), _LIFECYCLE),
    **dict.fromkeys(("parameter-became-deprecated", "parameter-no-longer-deprecated"), _LIFECYCLE),
}
"""The keywords that a patch takes over, by the ends of rules about the object that has them."""
_AT_END = f"/{10**9}"
"""The end of a pointer to an item after all items of a list."""
_MAX_ATTEMPTS = 40
"""The number of patched documents that are judged."""
_PATIENCE_S = 60
"""The seconds after which no further one is."""


def propose(outcome: Outcome, judge: Judge) -> tuple[str, list[str]]:
    """The patch (empty if there are no changes), and a sentence for each difference that it leaves."""
    changes = _changes_of(outcome.findings)
    if not changes:
        return "", []
    search = _Search(outcome, judge, changes)
    best = search.best()
    return unified_diff(outcome.base, best.edits), [
        f"{_summary_of(change)} ({search.reason(change)})" for change in best.left
    ]


def _changes_of(findings: Sequence[Finding]) -> list[Change]:
    return [f.change for f in findings if f.shown and f.change.rule not in _NOT_IN_BASE]


def _summary_of(change: Change) -> str:
    place = " ".join(part for part in (change.operation, change.where) if part) or "the document as a whole"
    return f"{place}: {change.message}"


def unified_diff(base: Document, edits: Sequence[tuple[int, int, str]]) -> str:
    """The patch of a document from the edits of its text, in their order; empty if there are none."""
    name = path_in_repository(base.origin) if is_file(base.origin) else base.origin
    if not is_file(base.origin) or PurePath(name).is_absolute() or ".." in PurePath(name).parts:
        name = PurePath(name).name  # of another source, or outside of any repository
    old, new = _lines(base.text), _lines(edited(base.text, edits))
    if old == new:
        return ""
    matcher = _Found(_opcodes(base.text, old, edits, len(new)))  # finding them in all lines would take minutes
    lines = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    for group in matcher.get_grouped_opcodes():
        (_, i, _, j, _), (_, _, i_end, _, j_end) = group[0], group[-1]
        lines.append(f"@@ -{_range(i, i_end)} +{_range(j, j_end)} @@\n")
        for tag, i, i_end, j, j_end in group:
            if tag == "equal":
                lines += [f" {line}" for line in old[i:i_end]]
                continue
            lines += [f"-{line}" for line in old[i:i_end]]
            lines += [f"+{line}" for line in new[j:j_end]]
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


_Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


class _Found(difflib.SequenceMatcher[str]):
    """A matcher of lines whose differences are known."""

    def __init__(self, opcodes: list[_Opcode]) -> None:
        super().__init__()
        self._found = opcodes

    def get_opcodes(self) -> list[_Opcode]:
        """The differences."""
        return list(self._found)


def _opcodes(text: str, old: Sequence[str], edits: Sequence[tuple[int, int, str]], size: int) -> list[_Opcode]:
    """The differences of lines as difflib has them, looked for only in lines that an edit touches."""
    starts = [0, *accumulate(map(len, old))]
    touched: list[tuple[int, int, list[tuple[int, int, str]]]] = []
    for edit in edits:
        first, end = bisect_right(starts, edit[0]) - 1, min(bisect_right(starts, edit[1]), len(old))
        first = min(first, max(len(old) - 1, 0))
        if touched and first <= touched[-1][1]:
            above = touched.pop()
            touched.append((above[0], max(above[1], end), [*above[2], edit]))
        else:
            touched.append((first, end, [edit]))
    found: list[_Opcode] = []

    def add(tag: Literal["replace", "delete", "insert", "equal"], i: int, i_end: int, j: int, j_end: int) -> None:
        if found and tag == "equal" == found[-1][0]:  # two would be shown as too much context
            _, i, _, j, _ = found.pop()
        if i < i_end or j < j_end:
            found.append((tag, i, i_end, j, j_end))

    i = j = 0
    for first, end, inside in touched:
        add("equal", i, first, j, j + first - i)
        i, j = end, j + first - i
        lines = _lines(edited(text, inside, starts[first], starts[end]))
        for tag, a, a_end, b, b_end in difflib.SequenceMatcher(None, old[first:end], lines).get_opcodes():
            add(tag, first + a, first + a_end, j + b, j + b_end)
        j += len(lines)
    add("equal", i, len(old), j, size)
    return found


def _range(start: int, end: int) -> str:
    """Lines in the head of a hunk: number of the first one (of the one before, if there is none) and their count."""
    return f"{start + 1}" if end - start == 1 else f"{start + (end > start)},{end - start}"


def _lines(text: str) -> list[str]:
    """The lines with their ends; other characters that Python takes for an end of a line are none in a patch."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


# ------------------------------------------------------------------------------------------------------ the search


@dataclass
class _Attempt:
    """The edits of a patched text, and what differs between it and the revision."""

    edits: list[tuple[int, int, str]]
    left: list[Change]

    @property
    def gravity(self) -> tuple[int, ...]:
        """The number of differences at each level, the gravest first."""
        counts = Counter(change.level for change in self.left)
        return tuple(counts[level] for level in LEVELS)


class _Search:
    """The search for the changes that can be applied together."""

    def __init__(self, outcome: Outcome, judge: Judge, changes: Sequence[Change]) -> None:
        self.outcome = outcome
        self.judge = judge
        self.changes = sorted(changes, key=lambda c: not c.places[0].new)  # additions first
        self.counterparts = Counterparts(outcome.base, outcome.revision)
        self.attempts = 0
        self.ended = False
        """Whether the search ended before all changes were tried alone."""

    def reason(self, change: Change) -> str:
        """Why a change is not in the patch, as a clause."""
        place = change.places[0]
        if not place.new and self.outcome.base.file_of(place.pointer)[0] is not self.outcome.base:
            return "it is in another file, and a patch edits BASE only"
        if change.rule.startswith("path-parameter-") and not place.new:
            return "BASE keeps its own description of the parameters of a path"
        if "media-type" in change.rule and self.outcome.base.version == "2.0":
            return "in Swagger 2.0 it stands in a list that other operations share"
        if self.ended:
            return f"the search for a patch ended after {self.attempts} attempts"
        return "no edit that was tried leaves less drift"

    def best(self) -> _Attempt:
        """The patch with the least drift that was found; each part of it has made the drift less."""
        best = _Attempt([], list(self.changes))
        applied: list[Change] = []
        todo = [self.changes]
        until = time.monotonic() + _PATIENCE_S
        while todo:
            if self.attempts >= _MAX_ATTEMPTS or time.monotonic() > until:
                self.ended = True
                break
            part = todo.pop(0)
            attempt = self._attempt([*applied, *part])
            if attempt is not None and attempt.gravity < best.gravity:
                best, applied = attempt, [*applied, *part]
            elif len(part) > 1:
                middle = len(part) // 2
                todo[:0] = [part[:middle], part[middle:]]
        return best

    def _attempt(self, changes: Sequence[Change]) -> _Attempt | None:
        """The patched text with these changes, judged; None if it cannot be read as it was meant."""
        self.attempts += 1
        base = self.outcome.base
        draft, editor = Draft(base.content), Editor(base.text)
        _Applying(self.outcome, self.counterparts, draft).apply(changes)
        failed = editor.rewrite(base.content, draft.content)
        text = editor.text()
        if text == base.text:
            return None
        try:
            patched = base.with_text(text)
        except Malformed:
            return None
        known = {*base.unread_text, *base.notes}
        if any(sentence not in known for sentence in patched.unread_text):
            return None
        if not failed and differs(_ordered(patched.content), _ordered(finished(draft.content))):
            return None
        left = _changes_of(self.judge(patched))
        unread = [set(found.coverage.unread) if found.coverage else set() for found in (base, patched)]
        return None if unread[1] - unread[0] else _Attempt(editor.edits(), left)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


# ------------------------------------------------------------------------------------------------ changes as edits


def _members(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Applying:
    """The changes of a revision, applied to a draft of the base."""

    def __init__(self, outcome: Outcome, counterparts: Counterparts, draft: Draft) -> None:
        self.base, self.revision = outcome.base, outcome.revision
        self.counterparts, self.draft = counterparts, draft
        self.names = counterparts.base_names_of_schemas
        self._seen = set[tuple[str, str, str]]()
        self._added = set[str]()

    def apply(self, changes: Sequence[Change]) -> None:
        """Apply changes as far as possible."""
        for change in changes:
            property_ = "-property-became-" in change.rule
            for place in change.places:
                name = self._name_of_property(change, place) if property_ else ""
                if place.reference and change.rule != "endpoint-added":  # the reference is added or removed
                    place = replace(place, pointer=place.reference)
                key = (change.rule, place.pointer, name or place.counterpart or "")
                if key not in self._seen:
                    self._seen.add(key)
                    self._apply(change, place, name)

    def _apply(self, change: Change, place: Place, name: str) -> None:
        if change.rule.startswith("path-parameter-") and not place.new:
            return  # the base keeps its own description
        if "media-type" in change.rule and self.base.version == "2.0":
            return  # it stands in a list of the operation or of the document
        base_pointer = self._pointer_in_base(place)
        if base_pointer is None or self.base.file_of(base_pointer)[0] is not self.base:
            return  # a patch edits no other file
        keywords = next((words for end, words in _KEYWORDS.items() if change.rule.endswith(end)), ())
        if change.rule.endswith(("-property-became-optional", "-property-became-required")):
            self._require(base_pointer, name, needed=change.rule.endswith("required"))
        elif place.new and change.rule.endswith(_WHOLE):
            self._replace(place.counterpart or "", place.pointer)
        elif place.new:
            self._apply_new(change, place, base_pointer)
        elif base_pointer == "/security" and place.counterpart and place.counterpart != base_pointer:
            self._insert(place.counterpart, self._in_base(place.counterpart) or "")  # the operation has its own now
        elif keywords:
            self._set_keywords(keywords, base_pointer, place)
        elif change.rule.endswith(_WHOLE):
            self._replace(base_pointer, place.counterpart)
        elif place.counterpart is not None:  # without a counterpart, it is not known what takes its place
            self._apply_kept(change, place, base_pointer)

    def _apply_new(self, change: Change, place: Place, base_pointer: str) -> None:
        """Add what only the revision has."""
        if "-required-property-added" in change.rule:
            name = tokens_of(place.pointer)[-1]
            self._require(f"{base_pointer.rpartition('/properties/')[0]}/required", name, needed=True)
        if change.rule.endswith("-became-nullable"):
            self._replace(base_pointer, place.pointer)
        else:
            self._insert(place.pointer, base_pointer)

    def _apply_kept(self, change: Change, place: Place, base_pointer: str) -> None:
        """Change or remove what the base has."""
        old = resolve(self.base.content, base_pointer)
        new = self.revision.value_at(place.counterpart) if place.counterpart else MISSING
        if new is MISSING:
            if "property-removed" in change.rule:
                name = tokens_of(place.pointer)[-1]
                self._require(f"{base_pointer.rpartition('/properties/')[0]}/required", name, needed=False)
            self.draft.remove(base_pointer)
        elif base_pointer.endswith("/$ref") and isinstance(new, str):
            if self.counterparts.in_revision.get(base_pointer) == place.counterpart:
                self.draft.set(base_pointer, self._localized_reference(new))
        elif not (isinstance(old, dict) and isinstance(new, dict)):
            above = base_pointer.rpartition("/")[0]
            twin = self.counterparts.in_revision.get(above)
            if twin is not None and self._is_written_otherwise(above, twin, place.counterpart or ""):
                self._replace(above, twin)
            else:
                self.draft.set(base_pointer, self._localized(new))

    def _is_written_otherwise(self, above: str, twin: str, counterpart: str) -> bool:
        """Whether the revision states a keyword of a schema in a reference or in an alternative."""
        refers = ["$ref" in _members(side.value_at(at)) for side, at in ((self.base, above), (self.revision, twin))]
        return refers == [False, True] or counterpart.rpartition("/")[0].startswith(f"{twin}/")

    def _replace(self, base_pointer: str, pointer: str | None) -> None:
        """Replace an object of the base by that of the revision."""
        value = self.revision.value_at(pointer) if pointer else MISSING
        if value is not MISSING:
            self.draft.set(base_pointer, self._localized(value))

    def _set_keywords(self, keywords: Sequence[str], base_pointer: str, place: Place) -> None:
        """Take over keywords of an object."""
        pointers = base_pointer, place.counterpart or ""
        if all(pointer.endswith("/type") for pointer in pointers):
            pointers = base_pointer.rpartition("/")[0], pointers[1].rpartition("/")[0]
        elif "type" in keywords:
            self._replace(base_pointer, place.counterpart)
            return
        value = self.revision.value_at(pointers[1]) if pointers[1] else MISSING
        wanted = _members(value)
        for keyword in keywords if value is not MISSING else ():
            pointer = f"{pointers[0]}/{keyword}"
            if keyword not in wanted:
                self.draft.remove(pointer)
            elif not self.draft.set(pointer, wanted[keyword]):
                self.draft.insert(pointer, wanted[keyword])

    def _name_of_property(self, change: Change, place: Place) -> str:
        """The name of a property that became required or optional; it may contain slashes."""
        lists = [self.revision.value_at(place.pointer)] if place.new else [resolve(self.base.content, place.pointer)]
        if not place.new and place.counterpart:
            lists.append(self.revision.value_at(place.counterpart))
        names = {str(name) for found in lists if isinstance(found, list) for name in found}
        found = [name for name in names if change.where.endswith(f"/{name}")]
        return max(found, key=len, default=change.where.rpartition("/")[2])

    def _pointer_in_base(self, place: Place) -> str | None:
        if not place.new:
            return place.pointer
        above, _, last = place.missing_at.rpartition("/")
        if above and self.base.value_at(above) is not MISSING:
            return above + _AT_END if isinstance(self.base.value_at(above), list) else place.missing_at
        if above and self.base.value_at(above.rpartition("/")[0]) is not MISSING and not last.isdecimal():
            return place.missing_at
        return self._in_base(place.pointer)

    def _in_base(self, pointer: str) -> str | None:
        """The pointer in the base for a new value: below the counterpart of its nearest parent in the same file."""
        home = self.revision.file_of(pointer)[0]
        above, rest = pointer, ""
        if pointer.rpartition("/")[2].isdecimal() and pointer.rpartition("/")[0].endswith("/parameters"):
            above, rest = pointer.rpartition("/")[0], _AT_END
        while above not in self.counterparts.in_base:
            above, _, last = above.rpartition("/")
            rest = f"/{last}{rest}"
            if self.revision.file_of(above)[0] is not home:
                return None
        return self.counterparts.in_base[above] + rest

    def _insert(self, pointer: str, base_pointer: str) -> None:
        value = self.revision.value_at(pointer)
        if value is MISSING:
            return
        tokens = tokens_of(base_pointer)
        if tokens[:1] == ["paths"] and len(tokens) == 3 and tokens[2].lower() in METHODS:
            self._insert_path(base_pointer, pointer)
        lists = set[str]()
        theirs, ours = pointer, base_pointer
        while ours:
            theirs, ours = theirs.rpartition("/")[0], ours.rpartition("/")[0]
            if isinstance(self.revision.value_at(theirs), list):
                lists.add(ours)
        self.draft.insert(base_pointer, self._localized(value), lists=frozenset(lists))

    def _insert_path(self, base_pointer: str, pointer: str) -> None:
        """Add what a new path says of all its methods."""
        place = base_pointer.rpartition("/")[0]
        item = self.revision.value_at(pointer.rpartition("/")[0])
        if self.draft.get(place) is MISSING and isinstance(item, dict):
            shared = {key: value for key, value in item.items() if key.lower() not in METHODS}
            self.draft.insert(place, self._localized(shared))

    def _require(self, pointer: str, name: str, *, needed: bool) -> None:
        """Add or remove one name in a list ``required``; the other differences of the list may be accepted."""
        old = self.draft.get(pointer)
        names = list(old) if isinstance(old, list) else []
        if (name in map(str, names)) == needed:
            return
        names = [*names, name] if needed else [n for n in names if str(n) != name]
        if isinstance(old, list):
            self.draft.set(pointer, names)
        else:
            self.draft.insert(pointer, names)

    def _localized(self, value: Any) -> Any:
        """The value with the base's names of components; components that the base lacks are added to it."""
        if isinstance(value, list):
            return [self._localized(item) for item in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if isinstance(reference, str):
            return {**value, "$ref": self._localized_reference(reference)}
        found = {key: self._localized(item) for key, item in value.items()}
        selected = value.get("discriminator")
        mapping = selected.get("mapping") if isinstance(selected, dict) else None
        if isinstance(mapping, dict):
            names = {
                key: self._localized_reference(name) if isinstance(name, str) else name for key, name in mapping.items()
            }
            found["discriminator"] = {**found["discriminator"], "mapping": names}
        return found

    def _localized_reference(self, reference: str) -> str:
        """The base's reference to the same component, which is added to the base if that lacks it."""
        if not reference.startswith("#/"):
            return reference
        parent, _, name = reference[1:].rpartition("/")
        schemas = parent == "/components/schemas"
        own = f"{parent}/{self.names.get(name, name)}" if schemas else f"{parent}/{name}"
        if self.draft.get(own) is MISSING and own not in self._added:
            self._added.add(own)
            target = resolve(self.revision.content, reference[1:])
            if target is not MISSING:
                self.draft.insert(own, self._localized(target))
        return f"#{own}"
