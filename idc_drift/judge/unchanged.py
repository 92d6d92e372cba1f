"""What stands in both documents word for word, with all that it refers to.

Law: only a shortcut. It may say no of what is the same, and never yes of what is not; so order counts, ``1`` is not
``true``, and whatever leads out of the document or by a name other than a pointer is touched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..documents.node import Node, Shape
    from ..schemas.reader import Schemas

_NAMED = re.compile(r"#/(?:definitions|components/[^/]+)/[^/]+")
_ELSEWHERE = ("'$id'", "'$anchor'", "'$dynamicAnchor'", "'$dynamicRef'", "'$recursiveRef'")


class Untouched:
    """Two documents, and which of their parts nobody has touched."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self._homes = base.document, revision.document
        self._texts: dict[int, str] = {}
        self._known: dict[tuple[int, int], bool] = {}
        self._alive: list[Any] = []
        """What is known by its id, so that nothing else gets that id."""
        self._clean: set[str] = set()
        self._touched: set[int] = set()
        self._alike = base.version == revision.version
        if self._alike:
            self._clean = self._components()

    def __call__(self, base: Shape, revision: Shape) -> bool:
        """Whether two schemas are the same to the letter."""
        return len(base) == len(revision) and all(map(self._same, base, revision))

    def _same(self, mine: Node, other: Node) -> bool:
        if (mine.home, other.home) != self._homes or not self._alike:
            return False
        key = id(mine.raw), id(other.raw)
        known = self._known.get(key)
        if known is None:
            self._alive += (mine.raw, other.raw)
            known = self._known[key] = self._alike_inside(mine.raw, other.raw)
        return known

    def _alike_inside(self, mine: Any, other: Any) -> bool:
        if id(mine) in self._touched:
            return False
        text = self._text(mine)
        return text == self._text(other) and self._inside(mine, text)

    def _inside(self, raw: Any, text: str) -> bool:
        if "'$" not in text and "'mapping'" not in text:
            return True
        return not any(word in text for word in _ELSEWHERE) and all(
            name in self._clean for name in (_references(raw) if "'$ref'" in text or "'mapping'" in text else ())
        )

    def _text(self, raw: Any) -> str:
        if not isinstance(raw, (dict, list)):
            return repr(raw)
        found = self._texts.get(id(raw))
        if found is None:
            found = self._texts[id(raw)] = repr(raw)
        return found

    def _components(self) -> set[str]:
        """Names of the components that are the same, and lead to such ones only."""
        mine, other = (dict(_components(home.content)) for home in self._homes)
        above: dict[str, set[str]] = {}
        touched = {name for name in mine.keys() | other.keys() if self._differs(mine, other, name)}
        for components in (mine, other):
            for name, raw in components.items():
                for target in _references(raw):
                    above.setdefault(target, set()).add(name)
                    if "'discriminator'" in self._text(components.get(target)):
                        above.setdefault(name, set()).add(target)  # who extends it is one of its alternatives
        todo = list(touched | (above.keys() - (mine.keys() & other.keys())))
        while todo:
            fresh = above.get(todo.pop(), set()) - touched
            touched |= fresh
            todo += fresh
        self._touched = {id(mine[name]) for name in touched & mine.keys()}
        return (mine.keys() & other.keys()) - touched

    def _differs(self, mine: dict[str, Any], other: dict[str, Any], name: str) -> bool:
        if name not in mine or name not in other:
            return True
        text = self._text(mine[name])
        return text != self._text(other[name]) or any(word in text for word in _ELSEWHERE)


def _components(content: Any) -> Iterator[tuple[str, Any]]:
    """Every component by the reference that names it."""
    kinds = content.get("components")
    for kind, members in kinds.items() if isinstance(kinds, dict) else ():
        for name, raw in members.items() if isinstance(members, dict) else ():
            yield f"#/components/{kind}/{name}", raw
    members = content.get("definitions")
    for name, raw in members.items() if isinstance(members, dict) else ():
        yield f"#/definitions/{name}", raw


def _references(raw: Any) -> Iterator[str]:
    """The component that each reference leads to or into; any other reference as it is."""
    stack = [raw] if isinstance(raw, (dict, list)) else []
    while stack:
        value = stack.pop()
        members: Any = value
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str):
                found = _NAMED.match(reference)
                yield found[0] if found else reference
            mapping = value.get("mapping")
            if isinstance(mapping, dict) and "propertyName" in value:
                for target in map(str, mapping.values()):
                    found = _NAMED.match(target)
                    yield found[0] if found else target if "/" in target else f"#/components/schemas/{target}"
            members = value.values()
        stack += [inner for inner in members if isinstance(inner, (dict, list))]
