"""The style of a YAML text, learned from it, and new values written in that style.

Law: the neighbours decide, then the rest of the text: quotes, block or flow, and indentation; where nothing is like the
new value, strings are plain and collections are blocks.
"""

from __future__ import annotations

import io
import textwrap
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from ..documents.parsing import plain_scalar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

ITEM: Final = "[]"
"""The key of an item of a list."""
_WIDTH, _LONGEST_FLOW = 110, 100
"""The columns of a line, and the characters of a flow collection in place of a block."""
_STRING: Final = "tag:yaml.org,2002:str"
_ANALYSIS: Final = yaml.emitter.Emitter(io.StringIO())
_RESOLVER: Final[Any] = yaml.resolver.Resolver()


@lru_cache(maxsize=10_000)
def _can_be_plain(text: str) -> bool:
    """Whether a text without quotes is that string, in YAML 1.1 and 1.2, in block and flow."""
    return (
        bool(_ANALYSIS.analyze_scalar(text).allow_flow_plain)
        and isinstance(plain_scalar(text), str)
        and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _STRING
    )


def _class_of(text: str, *, key: bool) -> str:
    """What is quoted alike: words, and numbers as keys (``200``); empty if a string must have quotes."""
    return "word" if _can_be_plain(text) else "digits" if key and text.isdecimal() else ""


def _kind_of(inner: list[Any], collections: tuple[type, ...], *, listed: bool) -> str:
    return "map" if not listed else "list" if any(isinstance(each, collections) for each in inner) else "scalars"


class _Habits:
    """How a part of a text is written: counts of what occurs in it."""

    def __init__(self, root: Any, key: str) -> None:
        self.flow: dict[Hashable, Counter[bool]] = defaultdict(Counter)
        self.strings: dict[Hashable, Counter[str]] = defaultdict(Counter)
        self.quotes, self.steps, self.dashes = Counter[str](), Counter[int](), Counter[int]()
        self.literals = 0
        """Texts of several lines with ``|``, less those that are written otherwise."""
        stack = [(root, key)]
        while stack:
            node, name = stack.pop()
            for inner_key, inner in _members(node):
                step = ITEM if inner_key is None else str(inner_key.value)
                if inner_key is not None:
                    self._count_string(inner_key, name, key=True)
                if isinstance(inner, yaml.ScalarNode):
                    self._count_string(inner, name if inner_key is None else step, key=False)
                    continue
                self._count_flow(inner, name, step)
                if inner_key is not None and not node.flow_style:
                    self._count_indentation(node, inner)
                stack.append((inner, step))

    def _count_string(self, node: Any, name: str, *, key: bool) -> None:
        style = node.style or ""
        if style in ("'", '"'):
            self.quotes[style] += 1
        if "\n" in node.value:
            self.literals += 1 if style == "|" else -1
        if style in ("", "'", '"') and (kind := _class_of(node.value, key=key)):
            for role in (name, None):
                self.strings[kind, key, role][style] += 1

    def _count_flow(self, node: Any, name: str, step: str) -> None:
        if not node.value:
            return
        listed = isinstance(node, yaml.SequenceNode)
        kind = _kind_of(node.value, (yaml.CollectionNode,), listed=listed)
        for role in _roles(name, step, kind):
            self.flow[role][bool(node.flow_style)] += 1

    def _count_indentation(self, node: Any, inner: Any) -> None:
        depth = inner.start_mark.column - node.start_mark.column
        if inner.value and not inner.flow_style and inner.start_mark.line > node.start_mark.line and 0 <= depth < 9:
            (self.dashes if isinstance(inner, yaml.SequenceNode) else self.steps)[depth] += 1


def _members(node: Any) -> Iterator[tuple[Any, Any]]:
    """The keys and values of a mapping, or the items of a list with no keys."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        yield from ((None, inner) for inner in node.value)


def _roles(name: str, step: str, kind: str) -> list[Hashable]:
    """What a collection can be like, the most alike first: by its own key and that of its parent, or by one of them."""
    return [(name, step, kind), (name, None, kind), (None, step, kind), *([kind] if kind == "scalars" else [])]


def _most(counter: Counter[Any]) -> Any:
    return counter.most_common(1)[0][0]


class Style:
    """The style of a text."""

    def __init__(self, root: Any) -> None:
        self._root = _Habits(root, "")
        self._near: dict[int, _Habits] = {}

    def at(self, node: Any, key: str) -> Writer:
        """The writer of values in a container, which has a key."""
        if id(node) not in self._near:
            self._near[id(node)] = _Habits(node, key)
        return Writer(self._near[id(node)], self._root)


class Writer:
    """The writer of values beside neighbours."""

    def __init__(self, near: _Habits, root: _Habits) -> None:
        self._scopes = (near, root)
        steps, dashes = (
            next((_most(c) for c in counts if c), None) for counts in zip(*map(_indents, self._scopes), strict=True)
        )
        self._step = steps or 2
        self._dash = dashes or 0

    def block(self, value: Any, column: int, key: str) -> str:
        """The text of a collection that begins at a column; its own key, or that of its list, is `key`."""
        pad = "\n" + " " * column
        if isinstance(value, dict):
            return pad.join(
                f"{self._string(str(name), key, key=True)}:{self._after(inner, column, key, str(name))}"
                for name, inner in value.items()
            )
        return pad.join(f"- {self._item(inner, column + 2, key)}" for inner in value)

    def flow(self, value: Any, name: str, step: str = ITEM) -> str:
        """The text of a value on one line."""
        if isinstance(value, dict):
            members = (
                f"{self._string(str(k), step, key=True)}: {self.flow(v, step, str(k))}" for k, v in value.items()
            )
            return f"{{{', '.join(members)}}}"
        if isinstance(value, list):
            return f"[{', '.join(self.flow(inner, step) for inner in value)}]"
        return self._string(value, name if step == ITEM else step) if isinstance(value, str) else _plain(value)

    def wrapped(self, value: Any, column: int, name: str, step: str = ITEM) -> str:
        """The flow text of a list of names, wrapped at 120 characters."""
        text = self.flow(value, name, step)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.split() == [v] for v in value):
            return text
        lines = textwrap.wrap(text, 120 - column - 1, break_long_words=False, break_on_hyphens=False)
        return ("\n" + " " * (column + 1)).join(lines)

    def name(self, text: str, owner: str) -> str:
        """The text of a key."""
        return self._string(text, owner, key=True)

    def _after(self, value: Any, column: int, name: str, step: str) -> str:
        """What follows a key and its colon."""
        if self._is_block(value, name, step):
            inner = column + (self._dash if isinstance(value, list) else self._step)
            return f"\n{' ' * inner}{self.block(value, inner, step)}"
        if isinstance(value, str):
            return f" {self._long(value, column + self._step, step)}"
        return f" {self.wrapped(value, column + len(step) + 2, name, step)}"

    def _item(self, value: Any, column: int, name: str) -> str:
        if self._is_block(value, name, ITEM):
            return self.block(value, column, ITEM)
        return self._long(value, column, name) if isinstance(value, str) else self.flow(value, name)

    def _is_block(self, value: Any, name: str, step: str) -> bool:
        if not isinstance(value, dict | list) or not value:
            return False
        listed = isinstance(value, list)
        kind = _kind_of(list(value), (dict, list), listed=listed)
        counters = (scope.flow.get(role) for scope in self._scopes for role in _roles(name, step, kind))
        flow = next((_most(counter) for counter in counters if counter), False)
        return not flow or (kind != "scalars" and len(self.flow(value, name, step)) > _LONGEST_FLOW)

    def _long(self, text: str, column: int, name: str) -> str:
        """A string that may have several lines, which begin at the column."""
        pad, end = "\n" + " " * column, "" if text.endswith("\n") else "-"
        lines = text.removesuffix("\n").split("\n")
        clean = (
            all(line.isprintable() and line == line.rstrip() for line in lines) and lines[0][:1].strip() and lines[-1]
        )
        if len(lines) > 1 and clean and self._scopes[1].literals > 0:
            return f"|{end}" + "".join(pad + line if line else "\n" for line in lines)
        style = self._style(text, name, key=False)
        return pad.join(_scalar(text, style, max(_WIDTH - column, 20)).split("\n"))

    def _string(self, text: str, name: str, *, key: bool = False) -> str:
        """A string on one line."""
        return _scalar(text, self._style(text, name, key=key) if text.isprintable() else '"', 10**9)

    def _style(self, text: str, name: str, *, key: bool) -> str:
        """The quotes of a string; empty if it has none."""
        if kind := _class_of(text, key=key):
            roles = [(kind, key, role) for role in (name, None)]
            counters = (scope.strings.get(role) for role in roles for scope in self._scopes)
            found = next((_most(counter) for counter in counters if counter), "" if kind == "word" else None)
            if found is not None:
                return str(found)
        return str(next((_most(scope.quotes) for scope in self._scopes if scope.quotes), "'"))


def _indents(habits: _Habits) -> tuple[Counter[int], Counter[int]]:
    return habits.steps, habits.dashes


def _plain(value: Any) -> str:
    return str(yaml.dump(value, Dumper=yaml.SafeDumper)).removesuffix("...\n").strip()


def _scalar(text: str, style: str, width: int) -> str:
    """A string with these quotes; with others if it cannot have them."""
    if not style:
        if text.isdecimal() or " " not in text:
            return text
        style_or_none = None
    else:
        style_or_none = style
    node = yaml.ScalarNode(_STRING, text, style=style_or_none)
    found = str(yaml.serialize(node, Dumper=yaml.SafeDumper, width=width, allow_unicode=True))
    return found.removesuffix("...\n").removesuffix("\n")
