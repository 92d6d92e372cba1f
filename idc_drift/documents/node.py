"""A schema object where it stands in a document.

Law: a node is a value with the place it is reported at; what the value means is read elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .pointer import escaped

if TYPE_CHECKING:
    from .document import Document


class Placed(dict[str, Any]):
    """A mapping that is not in the document, and the pointer of what it stands for.

    In another file than what it is put into, it has a home of its own, where its references begin.
    """

    def __init__(self, content: dict[str, Any], pointer: str, home: Document | None = None) -> None:
        super().__init__(content)
        self.pointer = pointer
        self.home = home


@dataclass(slots=True, eq=False)  # frozen is three times as slow to make, and there are hundreds of thousands
class Node:
    """A schema object as it stands in a document."""

    raw: Any
    pointer: str
    home: Document
    name: str = ""
    """Of the component, if a reference led here."""

    @property
    def key(self) -> int | str:
        """The same for the same object of the same document."""
        return id(self.raw) if isinstance(self.raw, dict) else f"{self.pointer}={self.raw!r}"


Schema = tuple[Node, ...]
"""A schema: what all of these nodes say together. None of them: anything goes."""


def placed(value: Any, pointer: str, home: Document) -> Node:
    """A value as a node, where it is or what it stands for."""
    if isinstance(value, Placed):
        return Node(value, value.pointer, value.home or home)
    return Node(value, pointer, home)


def child(node: Node, *path: str | int) -> Node:
    """What stands at a path inside a node."""
    value, pointer = node.raw, node.pointer
    for step in path:
        value = value[step]
        pointer = f"{pointer}/{escaped(step)}"
    return placed(value, pointer, node.home)
