"""The schemas that are identical in both documents, with everything that they refer to.

Law: only a shortcut. It may miss equal schemas, but never calls different ones unchanged: the order of keys counts,
``1`` is not ``true``, and references to other files, or by names other than pointers, count as changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..documents.node import Node, Schema
    from ..schemas.reader import Schemas

_NAMED = re.compile(r"#/(?:definitions|components/[^/]+)/[^/]+")
_SHORT = 200
"""The number of characters of schemas that are compared again: that is as fast as to look them up."""
_INDIRECT_KEYWORDS = ("'$id'", "'$anchor'", "'$dynamicAnchor'", "'$dynamicRef'", "'$recursiveRef'")


class Unchanged:
    """The unchanged schemas of two documents."""

    def __init__(self, base: Schemas, revision: Schemas) -> None:
        self._documents = base.document, revision.document
        self._known_results: dict[tuple[int, int], bool] = {}
        self._kept_alive: list[Any] = []
        """Objects that are kept alive, because results are stored by their id."""
        self._unchanged_components: set[str] = set()
        self._changed_components: set[int] = set()
        self._same_version = base.version == revision.version
        if self._same_version:
            self._unchanged_components = self._components()

    def __call__(self, base: Schema, revision: Schema) -> bool:
        """Whether two schemas are identical."""
        return len(base) == len(revision) and all(map(self._same, base, revision))

    def _same(self, base: Node, revision: Node) -> bool:
        if (base.home, revision.home) != self._documents or not self._same_version:
            return False
        key = id(base.raw), id(revision.raw)
        known = self._known_results.get(key)
        if known is None:
            if id(base.raw) in self._changed_components:
                return False
            text = repr(base.raw)
            same = base.raw is revision.raw or text == repr(revision.raw)
            known = same and self._references_unchanged(base.raw, text)
            if len(text) > _SHORT:
                self._kept_alive += (base.raw, revision.raw)
                self._known_results[key] = known
        return known

    def _references_unchanged(self, raw: Any, text: str) -> bool:
        if "'$" not in text and "'mapping'" not in text:
            return True
        return not any(word in text for word in _INDIRECT_KEYWORDS) and all(
            name in self._unchanged_components
            for name in (_references(raw) if "'$ref'" in text or "'mapping'" in text else ())
        )

    def _components(self) -> set[str]:
        """The names of the components that are identical and refer only to identical ones."""
        base, revision = (dict(_components(home.content)) for home in self._documents)
        changed: set[str] = set()
        parents: tuple[set[str], set[str]] = set(), set()
        for name in base.keys() | revision.keys():
            texts = [repr(components.get(name)) for components in (base, revision)]
            if (
                name not in base
                or name not in revision
                or texts[0] != texts[1]
                or any(word in texts[0] for word in _INDIRECT_KEYWORDS)
            ):
                changed.add(name)
            for text, names in zip(texts, parents, strict=True):
                if "'discriminator'" in text:
                    names.add(name)
        referrers: dict[str, set[str]] = {}
        for components, names in zip((base, revision), parents, strict=True):
            for name, raw in components.items():
                for target in _references(raw):
                    referrers.setdefault(target, set()).add(name)
                    if target in names:  # a component that extends it is one of its alternatives
                        referrers.setdefault(name, set()).add(target)
        todo = list(changed | (referrers.keys() - (base.keys() & revision.keys())))
        while todo:
            newly_changed = referrers.get(todo.pop(), set()) - changed
            changed |= newly_changed
            todo += newly_changed
        self._changed_components = {id(base[name]) for name in changed & base.keys()}
        unchanged = (base.keys() & revision.keys()) - changed
        self._known_results = dict.fromkeys(((id(base[name]), id(revision[name])) for name in unchanged), True)
        return unchanged


def _components(content: Any) -> Iterator[tuple[str, Any]]:
    """Every component, with the reference to it."""
    kinds = content.get("components")
    for kind, members in kinds.items() if isinstance(kinds, dict) else ():
        for name, raw in members.items() if isinstance(members, dict) else ():
            yield f"#/components/{kind}/{name}", raw
    members = content.get("definitions")
    for name, raw in members.items() if isinstance(members, dict) else ():
        yield f"#/definitions/{name}", raw


def _references(raw: Any) -> Iterator[str]:
    """The references in a value, shortened to the component that they lead to or into."""
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
