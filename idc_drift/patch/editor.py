"""The editor of a YAML or JSON text, which leaves every other character unchanged.

Law: an edit changes only the lines of its target; the members of one object are edited together, so none comes twice;
the caller parses the result again and checks it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from ..documents.pointer import escaped, tokens_of, unescaped
from .draft import REMOVED, differs, finished
from .style import ITEM, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def edited(text: str, edits: Iterable[tuple[int, int, str]], start: int = 0, end: int | None = None) -> str:
    """The part of a text from `start` to `end` with edits applied, which are in the order of the text."""
    parts = []
    for first, last, new in edits:
        parts += [text[start:first], new]
        start = last
    return "".join([*parts, text[start:end]])


class Editor:
    """A text with pending edits; `text()` applies them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root, self._shared, self._style = _composed(text)
        self._json = text.lstrip().startswith("{")
        self._edits: list[tuple[int, int, str, int]] = []
        """Start, end, new text, and the depth of the container that gets a new member."""
        self._grown = set[int]()
        """The containers that get a new member."""

    def rewrite(self, old: Any, new: Any, pointer: str = "") -> list[str]:
        """Edit the text of a value into that of another one; the pointers of the places where that is impossible.

        An item of a list that was removed is `REMOVED` in the new value.
        """
        if isinstance(old, dict) and isinstance(new, dict):
            members = {key: (f"{pointer}/{escaped(key)}", old.get(key), new.get(key)) for key in {**old, **new}}
            gone = [key for key in old if key not in new]
            more = [key for key in new if key not in old]
        elif isinstance(old, list) and isinstance(new, list) and any(isinstance(i, dict | list) for i in old + new):
            if len(new) < len(old):
                return [] if self._set_again(pointer, new) else [pointer]
            old_or_none = [*old, *[None] * (len(new) - len(old))]
            members = {i: (f"{pointer}/{i}", *pair) for i, pair in enumerate(zip(old_or_none, new, strict=True))}
            gone = [i for i, item in enumerate(new) if item is REMOVED and i < len(old)]
            more = [i for i, item in enumerate(new) if item is not REMOVED and i >= len(old)]
        else:
            return [pointer] if differs(old, new) and not self.set(pointer, finished(new)) else []
        if (gone or more) and not self._changed(members, gone, more):
            return [] if self._set_again(pointer, new) else [pointer]
        kept = (member for key, member in members.items() if key not in gone and key not in more)
        return [failed for place, before, after in kept for failed in self.rewrite(before, after, place)]

    def _changed(self, members: dict[Any, tuple[str, Any, Any]], gone: list[Any], more: list[Any]) -> bool:
        """Delete and insert members of one container: all of them, or none."""
        kept = [key for key in members if key not in gone and key not in more]
        if gone and not kept:
            return False
        before, grown = list(self._edits), set(self._grown)
        done = all(self.delete(members[key][0]) for key in gone)
        done = done and all(self.insert(members[key][0], finished(members[key][2])) for key in more)
        if not done:
            self._edits, self._grown = before, grown
        return done

    def _set_again(self, pointer: str, value: Any) -> bool:
        """Replace a container as a whole."""
        return self.set(pointer, finished(value))

    def set(self, pointer: str, value: Any) -> bool:
        """Replace a value; False if there is none, or if another edit overlaps."""
        found = self._find(pointer)
        if found is None or self._holds_shared(found[2]):
            return False
        node = found[2]
        if isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index:
            return self._edit(node.start_mark.index, node.start_mark.index, f" {self._flow(value, found)}")
        block = _is_block(node) and isinstance(value, dict | list) and value
        padding = "" if block and isinstance(value, list) else self._padding(found)
        column = node.start_mark.column + len(padding)
        if block:
            return self._edit(
                node.start_mark.index,
                self._end(node),
                padding + self._style.at(node, _key_of(found)).block(value, column, _key_of(found)),
            )
        new = padding + self._flow(value, found, column)
        return self._edit(node.start_mark.index, self._end(node), new)

    def insert(self, pointer: str, value: Any) -> bool:
        """Add a member to the mapping, or an item to the list, at the pointer's parent; False if that is impossible."""
        parent, _, key = pointer.rpartition("/")
        key = unescaped(key)
        found = self._find(parent)
        if found is None or isinstance(found[2], yaml.ScalarNode):
            return False
        node = found[2]
        listed = isinstance(node, yaml.SequenceNode)
        own = _key_of(found)
        writer = self._style.at(node, own)
        if not _is_block(node):
            if self._json:
                member = json.dumps(value if listed else {key: value}, ensure_ascii=False)
                member = member if listed else member[1:-1]
            else:
                member = (
                    writer.flow(value, own) if listed else f"{writer.name(key, own)}: {writer.flow(value, own, key)}"
                )
            end = self._last_end(node) if node.value else self._end(node) - 1
            first = not node.value and id(node) not in self._grown
            self._grown.add(id(node))
            return self._edit(end, end, member if first else f", {member}")
        column = node.start_mark.column
        text = " " * column + writer.block([value] if listed else {key: value}, column, own)
        self._grown.add(id(node))
        depth = pointer.count("/")
        newline = self._text.find("\n", self._end(node))
        if newline < 0:
            return self._edit(len(self._text), len(self._text), f"\n{text}", depth)
        return self._edit(newline + 1, newline + 1, f"{text}\n", depth)

    def delete(self, pointer: str) -> bool:
        """Delete a member or an item with its lines; False if that is impossible."""
        found = self._find(pointer)
        if found is None or found[0] is None or self._holds_shared(found[2]):
            return False
        parent, key, node = found
        siblings = _children(parent)
        index = next(i for i, (_, _, child) in enumerate(siblings) if child is node)
        if len(siblings) == 1 and id(parent) not in self._grown:
            empty = "[]" if isinstance(parent, yaml.SequenceNode) else "{}"
            empty = self._padding(self._find(pointer.rpartition("/")[0])) + empty
            return self._edit(parent.start_mark.index, self._end(parent), empty)
        start, end = (key or node).start_mark.index, self._end(node)
        if _is_block(parent):
            start = self._text.rfind("\n", 0, start) + 1
            if self._text[start : (key or node).start_mark.index].strip(" -"):
                return False
            if "-" in self._text[start : (key or node).start_mark.index] and key is not None:
                # The first member of a mapping that is an item of a list shares its line with the dash.
                start = key.start_mark.index
                end = siblings[1][1].start_mark.index
                return self._edit(start, end, "")
            newline = self._text.find("\n", end)
            end = len(self._text) if newline < 0 else newline + 1
        elif index:
            start = self._end(siblings[index - 1][2])
        else:
            end = (siblings[1][1] or siblings[1][2]).start_mark.index
        return self._edit(start, end, "")

    def edits(self) -> list[tuple[int, int, str]]:
        """Start, end and new text of each edit, in the order of the text."""

        def place(numbered: tuple[int, tuple[int, int, str, int]]) -> tuple[int, int, int, int]:
            """The sort key: members inserted at one position by depth, the deepest first."""
            number, (start, end, _, depth) = numbered
            return start, end, -depth, number

        return [edit[:3] for _, edit in sorted(enumerate(self._edits), key=place)]

    def text(self) -> str:
        """The text with all edits applied."""
        return edited(self._text, self.edits())

    def _edit(self, start: int, end: int, new: str, depth: int = 0) -> bool:
        for other_start, other_end, other, _ in self._edits:
            if (start, end, new) == (other_start, other_end, other):
                return start < end
            if start < other_end and other_start < end:
                return False
        self._edits.append((start, end, new, depth))
        return True

    def _padding(self, found: tuple[Any, Any, Any] | None) -> str:
        """The spaces before a flow value in place of a block list that is not deeper than its key."""
        if found is None or found[1] is None or not _is_block(found[2]):
            return ""
        return " " * max(0, int(found[1].start_mark.column) + 1 - int(found[2].start_mark.column))

    def _holds_shared(self, node: Any) -> bool:
        """Whether a node contains one that occurs elsewhere, too; an alias there would lose its anchor."""
        stack = [node]
        while stack:
            inner = stack.pop()
            if id(inner) in self._shared:
                return True
            if isinstance(inner, yaml.CollectionNode):
                stack += [child for _, _, child in _members(inner)]
        return False

    def _find(self, pointer: str) -> tuple[Any, Any, Any] | None:
        """The parent node, the key's node and the value's node."""
        parent: Any = None
        key: Any = None
        node: Any = self._root
        for name in tokens_of(pointer):
            for child_name, child_key, child in reversed(_children(node)):  # of a repeated key, the last one counts
                if child_name == name:
                    parent, key, node = node, child_key, child
                    if id(node) in self._shared:
                        return None  # an edit would change its other places, too
                    break
            else:
                return None
        return parent, key, node

    def _end(self, node: Any) -> int:
        """The end offset of a node, without the comments and blank lines that follow a block."""
        if _is_block(node) and node.value:
            return self._last_end(node)
        end = node.end_mark.index
        while isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") and self._text[end - 1 : end] in "\n ":
            end -= 1
        return int(end)

    def _last_end(self, node: Any) -> int:
        return self._end(_children(node)[-1][2])

    def _flow(self, value: Any, found: tuple[Any, Any, Any], column: int | None = None) -> str:
        """The text of a value in place of another one; with a column, names are wrapped at 120 characters."""
        if self._json:
            return json.dumps(value, ensure_ascii=False)
        parent, key, node = found
        writer = self._style.at(parent or node, "")
        step = ITEM if key is None else str(key.value)
        return writer.flow(value, "", step) if column is None else writer.wrapped(value, column, "", step)


def _key_of(found: tuple[Any, Any, Any]) -> str:
    """The key of a node that was found; that of a list's item is the same for all of them."""
    parent, key, _ = found
    return str(key.value) if key is not None else ITEM if parent is not None else ""


def _is_block(node: Any) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


class _JsonLoader(yaml.SafeLoader):
    """A loader that takes names of any length within braces, as JSON has them; of YAML, at most 1,024 characters."""

    def stale_possible_simple_keys(self) -> None:
        if not self.flow_level:
            super().stale_possible_simple_keys()


@lru_cache(maxsize=1)  # one text is edited in many ways, to find the best
def _composed(text: str) -> tuple[Any, set[int], Style]:
    """The nodes of a text with their positions, the ids of those that stand in more than one place, and the style."""
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:  # libyaml refuses half of a surrogate pair and long names of members, which JSON allows
        root = yaml.compose(text, Loader=_JsonLoader)
    return root, _shared(root), Style(root)


def _shared(root: Any) -> set[int]:
    """The nodes that occur at several places because of aliases."""
    seen, shared = set[int](), set[int]()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            shared.add(id(node))
            continue
        seen.add(id(node))
        if isinstance(node, yaml.CollectionNode):
            stack += [child for _, _, child in _members(node)]
    return shared


def _children(node: Any) -> list[tuple[str, Any, Any]]:
    return list(_members(node))


def _members(node: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield str(index), None, value
