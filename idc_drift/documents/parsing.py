"""The parser of JSON and YAML (YAML 1.2, core schema).

Law: nothing is executed, aliases are not expanded (they are the same object twice), and keys are always strings:
``200:`` is ``"200"``, ``on:`` is ``"on"``, ``no`` in an enum is the string "no".
"""

from __future__ import annotations

import gc
import json
import re
from array import array
from bisect import bisect_right
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from .json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 400
_MAX_EXPANDED_VALUES = 2_000_000
"""The number of values that a text may have after its aliases are expanded."""
_LONGEST_WORD = 40
"""The number of characters of a scalar that is kept to be used again."""

_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_PLAIN_SCALARS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_SEPARATORS = re.compile(r"[\s,:]*")
_LINE_START = re.compile(r"\A|\n")
_DECODER = json.JSONDecoder()


class Malformed(ValueError):
    """The text is neither JSON nor YAML; the message says why in a clause."""


class Parsed:
    """The value of a text, with notes about problems and the positions of its parts."""

    def __init__(
        self,
        value: Any,
        notes: list[str],
        place: Callable[[Any, Any], tuple[int, int] | None],
        unread: Sequence[str] = (),
        *,
        is_tree: bool = False,
    ) -> None:
        self.value = value
        self.notes = notes
        self.unread = unread
        """The parts of the text that are not in the value, one sentence each."""
        self.place = place
        """The line and column (from 1) of a key or index of a container."""
        self.is_tree = is_tree
        """Whether each container stands at one place and is found from the root, so that another may replace it."""


def parse(text: str) -> Parsed:
    """The value of a JSON or YAML text; ``Malformed`` if it is neither."""
    text = text.removeprefix("\ufeff")
    reason = ""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _json(text)
        except RecursionError:
            raise Malformed("it is nested too deeply") from None
        except ValueError as error:
            reason = str(error)
    try:
        return _yaml(text)
    except yaml.YAMLError as error:
        raise Malformed(f"invalid JSON, {reason}" if reason else f"invalid YAML, {_clause(error)}") from error


def _clause(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{problem} at line {mark.line + 1}, column {mark.column + 1}" if mark else str(problem)


# ---------------------------------------------------------------------------------------------------------- JSON


def _json(text: str) -> Parsed:
    notes: list[str] = []
    unread: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            seen: dict[str, Any] = {}
            for key, value in items:
                if key in seen:
                    sentence = f"The key {key!r} occurs twice in one object"
                    notes.append(f"{sentence}; the last value is used.")
                    if canonical(seen[key]) != canonical(value):
                        unread.append(f"{sentence}, with different values; only the last value is read.")
                seen[key] = value
        return found

    value = json.loads(text, object_pairs_hook=pairs)
    return Parsed(value, notes, Positions(text, value).place, unread, is_tree=True)


class Positions:
    """The lines and columns in a JSON text, computed on demand."""

    def __init__(self, text: str, value: Any) -> None:
        self._text = text
        self._root = value
        self._begins: dict[int, int] = {id(value): self._skip_separators(0)}
        """The offset of each container, by its id."""
        self._members: dict[int, dict[Any, int]] = {}
        self._lines = array("Q")
        """The offset of each line, once a place was asked for."""

    def place(self, container: Any, key: Any) -> tuple[int, int] | None:
        """The line and column (from 1) of a key or index of a container."""
        if id(container) not in self._begins:
            self._offsets_of_members(self._root)
        offset = self._offsets_of_members(container).get(key) if id(container) in self._begins else None
        if offset is None:
            return None
        if not self._lines:
            self._lines = array("Q", (end.end() for end in _LINE_START.finditer(self._text)))
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _skip_separators(self, offset: int) -> int:
        found = _SEPARATORS.match(self._text, offset)
        return found.end() if found else offset

    def _offsets_of_members(self, container: Any) -> dict[Any, int]:
        """The offsets of a container's members."""
        known = self._members.get(id(container))
        if known is not None:
            return known
        found = self._members[id(container)] = {}
        at = self._skip_separators(self._begins[id(container)] + 1)
        key: Any = -1
        while self._text[at] not in "}]":
            begin = at
            if isinstance(container, dict):
                key, at = _DECODER.raw_decode(self._text, at)
                at = self._skip_separators(at)
            else:
                key += 1
            found[key] = begin
            inner = container[key]
            if isinstance(inner, (dict, list)):
                self._begins[id(inner)] = at
            _, at = _DECODER.raw_decode(self._text, at)
            at = self._skip_separators(at)
        return found


# ---------------------------------------------------------------------------------------------------------- YAML


class _Marks:
    """The lines and columns of the members of containers, eight bytes each.

    All are in one array. The part of a container begins with the index of its end; then come its members in the order
    of the text: the place of each, followed by the member's own part if it is a container. Only what a report names is
    looked up, so nothing else is kept for a container.
    """

    def __init__(self) -> None:
        self._array = array("Q")
        self._root: Any = None
        self._begins: dict[int, int] = {}
        """Where the part of a container begins, by the container's id: those that were looked up or have an anchor."""
        self._members: dict[int, dict[Any, int]] = {}
        """The packed places of the members, by where the part of the container begins."""

    def open(self) -> int:
        """Begin the part of a container, and return where."""
        self._array.append(0)
        return len(self._array) - 1

    def add(self, mark: Any, *, alias: bool) -> int:
        """Add a member. If it is an alias, its part is elsewhere."""
        packed: int = (mark.line + 1) << _LINE | (mark.column + 1) << _COLUMN | alias
        self._array.append(packed)
        return packed

    def close(self, begin: int, members: dict[Any, int] | None) -> None:
        """End the part of a container; `members` are given if they are not those that follow in the array."""
        self._array[begin] = len(self._array)
        if members is not None:
            self._members[begin] = members

    @property
    def is_tree(self) -> bool:
        """Whether no container but the root has a name."""
        return len(self._begins) < 2

    @property
    def end(self) -> int:
        """Where the next part begins."""
        return len(self._array)

    def name(self, container: Any, begin: int) -> None:
        """Remember where the part of a container begins."""
        self._root = container if begin == 0 else self._root
        self._begins[id(container)] = begin

    def members(self, container: Any) -> dict[Any, int]:
        """The packed places of the members of a container that has a name; the containers in it get one, too."""
        begin = self._begins[id(container)]
        if begin not in self._members:
            self._members[begin] = self.listed(container, begin)
        return self._members[begin]

    def listed(self, container: Any, begin: int) -> dict[Any, int]:
        """The packed places of the members that follow in the array."""
        found: dict[Any, int] = {}
        at = begin + 1
        for key, inner in container.items() if isinstance(container, dict) else enumerate(container):
            found[key] = self._array[at]
            at += 1
            if isinstance(inner, (dict, list)) and not found[key] & 1:
                self._begins[id(inner)] = at
                at = self._array[at]
        return found

    def place(self, container: Any, key: Any) -> tuple[int, int] | None:
        """The line and column (from 1) of a key or index."""
        if id(container) not in self._begins and self._root is not None:
            self.members(self._root)
        found = self.members(container).get(key) if id(container) in self._begins else None
        return None if found is None else (found >> _LINE, (found & (1 << _LINE) - 1) >> _COLUMN)


_LINE, _COLUMN = 32, 1
"""The bits below a line, and below a column, in a packed place; the lowest one marks an alias."""


def _yaml(text: str) -> Parsed:
    loader = _Loader(text)
    try:
        with without_garbage_collection():
            return _YamlReader(loader).read()
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    finally:
        loader.dispose()


@contextmanager
def without_garbage_collection(*, to_the_end: bool = False) -> Iterator[None]:
    """Disable garbage collection, which takes half the time while a million small objects are created and kept.

    With `to_the_end`, what was created is not searched for garbage later either, because the process ends.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if to_the_end:
            gc.freeze()
        if was_enabled:
            gc.enable()


class _YamlReader:
    def __init__(self, loader: Any) -> None:
        self._next = loader.get_event
        self._anchors: dict[str, Any] = {}
        self._sizes: dict[int, int] = {}
        """The number of values in each container that has an anchor, by its id."""
        self._count = 0
        self._marks = _Marks()
        self._plain_scalars: dict[str, Any] = {}
        """The values of short scalars that occurred; most occur often."""
        self._words: dict[str, str] = {}
        """The keys and short texts that occurred, so that each is kept once."""
        self.notes: list[str] = []
        self.unread: list[str] = []

    def read(self) -> Parsed:
        self._next()  # start of the stream
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return Parsed(None, self.notes, self._marks.place)
        value, size = self._value(self._next(), 0)
        if isinstance(value, (dict, list)):
            self._marks.name(value, 0)
        if size > _MAX_EXPANDED_VALUES and size > 20 * self._count:
            raise Malformed(f"its aliases expand to {size:,} values")
        self._next()  # end of the document
        if not isinstance(self._next(), yaml.StreamEndEvent):
            self.unread.append("The text contains more than one YAML document; only the first is read.")
            self.notes += self.unread[-1:]
        return Parsed(value, self.notes, self._marks.place, self.unread, is_tree=self._marks.is_tree)

    def _value(self, event: Any, depth: int) -> tuple[Any, int]:
        self._count += 1
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = value
            return value, 1
        if kind is yaml.AliasEvent:
            if event.anchor not in self._anchors:
                raise Malformed(f"the alias *{event.anchor} is undefined, or refers to a value that contains it")
            value = self._anchors[event.anchor]
            return value, self._sizes.get(id(value), 1)
        if depth > _DEPTH:
            raise Malformed("it is nested too deeply")
        begin = self._marks.open()
        container, size = (self._mapping if kind is yaml.MappingStartEvent else self._sequence)(depth, begin)
        if event.anchor:
            self._anchors[event.anchor] = container
            self._sizes[id(container)] = size
            self._marks.name(container, begin)
        return container, size

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.tag is None:
            if event.style not in (None, "") or not event.implicit[0]:
                return text if len(text) > _LONGEST_WORD else self._words.setdefault(text, text)
        elif event.tag == "tag:yaml.org,2002:str":
            return text
        if text in self._plain_scalars:
            return self._plain_scalars[text]
        value = plain_scalar(text)
        if len(text) <= _LONGEST_WORD:
            self._plain_scalars[text] = value
        return value

    def _sequence(self, depth: int, begin: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        size = 1
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            self._marks.add(event.start_mark, alias=type(event) is yaml.AliasEvent)
            value, weight = self._value(event, depth + 1)
            found.append(value)
            size += weight
        self._marks.close(begin, None)
        return found, size

    def _mapping(self, depth: int, begin: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        members: dict[str, int] | None = None
        """The places of the members, once they differ from what follows in the array."""
        merged: list[Any] = []
        size = 1
        while type(event := self._next()) is not yaml.MappingEndEvent:
            mark = event.start_mark
            if type(event) is not yaml.ScalarEvent and type(event) is not yaml.AliasEvent:
                raise Malformed(f"a key is not a string at line {mark.line + 1}")
            key = event.value if type(event) is yaml.ScalarEvent else str(self._value(event, depth)[0])
            key = self._words.setdefault(key, key)
            is_merge = key == "<<" and type(event) is yaml.ScalarEvent and event.implicit[0]
            event = self._next()
            alias = type(event) is yaml.AliasEvent
            if members is None and (is_merge or key in found):
                members = self._marks.listed(found, begin)
            place = self._marks.add(mark, alias=alias)
            at = self._marks.end
            value, weight = self._value(event, depth + 1)
            size += weight
            if members is not None and isinstance(value, (dict, list)) and not alias:
                self._marks.name(value, at)
            if is_merge:
                merged += value if isinstance(value, list) else [value]
                if isinstance(value, list):
                    self._marks.members(value)
                continue
            if key in found:
                sentence = f"The key {key!r} occurs twice in one mapping, again at line {mark.line + 1}"
                self.notes.append(f"{sentence}; the last value is used.")
                if canonical(found[key]) != canonical(value):
                    self.unread.append(f"{sentence}, with another value; only the last value is read.")
            found[key] = value
            if members is not None:
                members[key] = place
        for other in merged:
            for key, value in other.items() if isinstance(other, dict) else ():
                if key not in found and members is not None:
                    found[key] = value
                    members[key] = self._marks.members(other)[key]
        self._marks.close(begin, members)
        return found, size


def plain_scalar(text: str) -> Any:
    """The value of a scalar without quotes and tag, by the core schema."""
    if text in _PLAIN_SCALARS:
        return _PLAIN_SCALARS[text]
    if _INT.match(text):
        try:
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        except ValueError:  # more digits than Python reads
            return text
    if _FLOAT.match(text):
        return float(text)
    return text
