"""Where the parts of a JSON text stand.

Law: only what is asked for is looked at; a member that nobody asks about is stepped over.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any

_BETWEEN = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder()


class Where:
    """Lines and columns in a text whose value is known."""

    def __init__(self, text: str, value: Any) -> None:
        self._text = text
        self._root = value
        self._begins: dict[int, int] = {id(value): self._after(0)}
        """Where a container begins, by its id."""
        self._members: dict[int, dict[Any, int]] = {}
        self._lines: list[int] = []

    def place(self, container: Any, key: Any) -> tuple[int, int] | None:
        """Line and column, from 1, of a key or index of a container."""
        if id(container) not in self._begins:
            self._look(self._root)
        offset = self._look(container).get(key) if id(container) in self._begins else None
        if offset is None:
            return None
        if not self._lines:
            lengths = map(len, self._text.split("\n"))
            self._lines = list(accumulate(lengths, lambda begin, length: begin + length + 1, initial=0))
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _after(self, offset: int) -> int:
        found = _BETWEEN.match(self._text, offset)
        return found.end() if found else offset

    def _look(self, container: Any) -> dict[Any, int]:
        """The members of a container, each with where it stands."""
        known = self._members.get(id(container))
        if known is not None:
            return known
        found = self._members[id(container)] = {}
        at = self._after(self._begins[id(container)] + 1)
        key: Any = -1
        while self._text[at] not in "}]":
            begin = at
            if isinstance(container, dict):
                key, at = _DECODER.raw_decode(self._text, at)
                at = self._after(at)
            else:
                key += 1
            found[key] = begin
            inner = container[key]
            if isinstance(inner, (dict, list)):
                self._begins[id(inner)] = at
            _, at = _DECODER.raw_decode(self._text, at)
            at = self._after(at)
        return found
