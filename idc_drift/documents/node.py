"""The node of a document: an object with its position.

Law: a node is a value with the pointer that reports show; its meaning is defined elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .pointer import escaped

if TYPE_CHECKING:
    from .document import Document


class Placed(dict[str, Any]):
    """A mapping that is not in the document, with the pointer of the object that it replaces.

    ``home`` is the file in which its references are resolved, if that is not the surrounding file.
    """

    def __init__(self, content: dict[str, Any], pointer: str, home: Document | None = None) -> None:
        super().__init__(content)
        self.pointer = pointer
        self.home = home


class PlacedList(list[Any]):
    """A list that is not in the document, with the pointer of the list that it replaces, and its file."""

    def __init__(self, content: list[Any], pointer: str, home: Document | None = None) -> None:
        super().__init__(content)
        self.pointer = pointer
        self.home = home


@dataclass(slots=True, eq=False)  # frozen is three times as slow to make, and there are hundreds of thousands
class Node:
    """An object of a document, with its pointer."""

    raw: Any
    pointer: str
    home: Document
    name: str = ""
    """The name of the component, if a reference led here."""

    @property
    def key(self) -> int | str:
        """A key that is equal for the same object of the same document."""
        return id(self.raw) if isinstance(self.raw, dict) else f"{self.pointer}={self.raw!r}"


Schema = tuple[Node, ...]
"""A schema as the intersection of these nodes; an empty tuple allows any value."""


def placed(value: Any, pointer: str, home: Document, name: str = "") -> Node:
    """The node of a value; a ``Placed`` value has its own pointer, and a value with a view is replaced by it."""
    if home.views:
        value = home.views.get(id(value), value)
    if isinstance(value, Placed | PlacedList):
        return Node(value, value.pointer, value.home or home, name)
    return Node(value, pointer, home, name)


def child(node: Node, *path: str | int) -> Node:
    """The node at a path inside another node."""
    value, pointer, home = node.raw, node.pointer, node.home
    for step in path:
        if isinstance(value, Placed | PlacedList):
            pointer, home = value.pointer, value.home or home
        value = value[step]
        pointer = f"{pointer}/{escaped(step)}"
    return placed(value, pointer, home)
