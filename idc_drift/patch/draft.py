"""The draft of a patched document: its value with the changes applied, before any text is edited.

Law: changes are applied to values, so two changes that need the same new parent share it; a removed item of a list
keeps its position until the end, so that pointers to the other items stay valid.
"""

from __future__ import annotations

from typing import Any, Final

from ..documents.json_values import MISSING
from ..documents.pointer import resolve, tokens_of


class _Removed:
    """The marker of an item that was removed from a list."""


REMOVED: Final = _Removed()


class Draft:
    """A copy of a document's value in which no two places share an object."""

    def __init__(self, content: Any) -> None:
        self.content = unshared(content)

    def get(self, pointer: str) -> Any:
        """The value at a pointer; ``MISSING`` if there is none."""
        found = resolve(self.content, pointer)
        return MISSING if found is REMOVED else found

    def set(self, pointer: str, value: Any) -> bool:
        """Replace a value; False if there is none."""
        owner, key = self._owner(pointer)
        if owner is None or self.get(pointer) is MISSING:
            return False
        owner[key] = unshared(value)
        return True

    def insert(self, pointer: str, value: Any, *, lists: frozenset[str] = frozenset()) -> bool:
        """Add a member, or an item at the end of a list, with the parents that are missing; False if that fails.

        ``lists`` are the pointers of missing parents that are lists; the others are objects.
        """
        owner, steps, at = self.content, tokens_of(pointer), ""
        for number, step in enumerate(steps):
            last = number == len(steps) - 1
            at = f"{at}/{pointer.split('/')[number + 1]}"
            if isinstance(owner, list):
                inner = owner[int(step)] if step.isdecimal() and int(step) < len(owner) else MISSING
                if last:
                    owner.append(unshared(value))
                    return True
                if inner is MISSING or inner is REMOVED:
                    return False
                owner = inner
                continue
            if not isinstance(owner, dict) or (last and step in owner and owner[step] is not None):
                return False
            if last:
                owner[step] = unshared(value)
                return True
            if owner.get(step) is None:
                owner[step] = [] if at in lists else {}
            owner = owner[step]
        return False

    def remove(self, pointer: str) -> bool:
        """Remove a value; False if there is none."""
        owner, key = self._owner(pointer)
        if owner is None or self.get(pointer) is MISSING:
            return False
        if isinstance(owner, list):
            owner[key] = REMOVED
        else:
            del owner[key]
        return True

    def _owner(self, pointer: str) -> tuple[Any, Any]:
        above, _, _ = pointer.rpartition("/")
        owner, tokens = resolve(self.content, above), tokens_of(pointer)
        if not tokens or not isinstance(owner, dict | list):
            return None, None
        key = tokens[-1]
        return (owner, int(key) if key.isdecimal() else -1) if isinstance(owner, list) else (owner, key)


def unshared(value: Any) -> Any:
    """A copy in which no two places share an object."""
    if isinstance(value, dict):
        return {key: unshared(inner) for key, inner in value.items()}
    return [unshared(inner) for inner in value] if isinstance(value, list) else value


def finished(value: Any) -> Any:
    """The value without the items that were removed."""
    if isinstance(value, dict):
        return {key: finished(inner) for key, inner in value.items()}
    return [finished(inner) for inner in value if inner is not REMOVED] if isinstance(value, list) else value


def differs(old: Any, new: Any) -> bool:
    """Whether two values differ; true is not 1, and 1 is not 1.0."""
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) != list(new) or any(differs(inner, new[key]) for key, inner in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) != len(new) or any(differs(*pair) for pair in zip(old, new, strict=True))
    return type(old) is not type(new) or bool(old != new)
