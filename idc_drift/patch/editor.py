"""The editor of a YAML or JSON text, which leaves every other character unchanged.

Law: an edit changes only the lines of its target; the caller parses the result again and checks it.
"""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import yaml

from ..documents.pointer import tokens_of, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator


class Editor:
    """A text with pending edits; `text()` applies them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._root = yaml.compose(text, Loader=yaml.SafeLoader)
        self._json = text.lstrip().startswith("{")
        self._edits: list[tuple[int, int, str]] = []
        self._shared = _shared(self._root)
        self._grown = set[int]()
        """The blocks that get a new member."""

    def set(self, pointer: str, value: Any) -> bool:
        """Replace a value; False if there is none, or if another edit overlaps."""
        found = self._find(pointer)
        if found is None:
            return False
        node = found[2]
        block = _is_block(node) and isinstance(value, dict | list) and value
        new = self._block(value, node.start_mark.column) if block else self._wrapped(value, node.start_mark.column)
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
        if not _is_block(node):
            member = self._flow(value) if listed else f"{self._flow(key)}: {self._flow(value)}"
            end = self._last_end(node) if node.value else self._end(node) - 1
            return self._edit(end, end, f", {member}" if node.value else member)
        column = node.start_mark.column
        text = " " * column + self._block([value] if listed else {key: value}, column)
        self._grown.add(id(node))
        newline = self._text.find("\n", self._end(node))
        if newline < 0:
            return self._edit(len(self._text), len(self._text), f"\n{text}")
        return self._edit(newline + 1, newline + 1, f"{text}\n")

    def delete(self, pointer: str) -> bool:
        """Delete a member or an item with its lines; False if that is impossible."""
        found = self._find(pointer)
        if found is None or found[0] is None:
            return False
        parent, key, node = found
        siblings = _children(parent)
        index = next(i for i, (_, _, child) in enumerate(siblings) if child is node)
        if len(siblings) == 1 and id(parent) not in self._grown:
            empty = "[]" if isinstance(parent, yaml.SequenceNode) else "{}"
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

    def text(self) -> str:
        """The text with all edits applied."""
        text = self._text

        def place(numbered: tuple[int, tuple[int, int, str]]) -> tuple[int, int, int, int]:
            """The sort key: from the end to the start; members inserted at one position by depth."""
            number, (start, end, new) = numbered
            line = new.lstrip("\n")
            return start, end, len(line.lstrip()) - len(line), number

        for _, (start, end, new) in sorted(enumerate(self._edits), key=place, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _edit(self, start: int, end: int, new: str) -> bool:
        for other_start, other_end, other in self._edits:
            if (start, end, new) == (other_start, other_end, other):
                return start < end
            if start < other_end and other_start < end:
                return False
        self._edits.append((start, end, new))
        return True

    def _find(self, pointer: str) -> tuple[Any, Any, Any] | None:
        """The parent node, the key's node and the value's node."""
        parent: Any = None
        key: Any = None
        node: Any = self._root
        for name in tokens_of(pointer):
            for child_name, child_key, child in _children(node):
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

    def _flow(self, value: Any) -> str:
        if self._json:
            return json.dumps(value, ensure_ascii=False)
        text = yaml.safe_dump(
            value, default_flow_style=True, width=10**9, sort_keys=False, allow_unicode=True, explicit_end=False
        )
        return text.removesuffix("...\n").strip()

    def _wrapped(self, value: Any, column: int) -> str:
        """The flow text of a list of names, wrapped at 120 characters."""
        text = self._flow(value)
        if not isinstance(value, list) or self._json or not all(isinstance(v, str) and " " not in v for v in value):
            return text
        lines = textwrap.wrap(text, 120 - column - 1, break_long_words=False, break_on_hyphens=False)
        return ("\n" + " " * (column + 1)).join(lines)

    def _block(self, value: Any, column: int) -> str:
        text = yaml.safe_dump(value, default_flow_style=False, width=110 - column, sort_keys=False, allow_unicode=True)
        return ("\n" + " " * column).join(text.rstrip("\n").split("\n"))


def _is_block(node: Any) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _shared(root: Any) -> set[int]:
    """The nodes that occur at several places because of aliases."""
    seen, shared = set[int](), set[int]()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.CollectionNode):
            if id(node) in seen:
                shared.add(id(node))
                continue
            seen.add(id(node))
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
