"""What each rule means, with a pair that it speaks of: the file examples.yaml.

Law: an example is data; it is read when a rule is explained and not before. The tests compare every pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ..documents.parsing import parse
from .rules import stem_of

Kind = Literal["schemas", "paths", "documents", "files"]


@dataclass(frozen=True)
class Example:
    """What a rule means, and the least pair of documents between which it is found."""

    kind: Kind
    """What the two sides are: schemas, path items or documents; nothing for a rule about files of ours."""
    means: str
    before: Any = None
    after: Any = None
    direction: str = "request"
    """Of schemas: what they describe, a ``request``, a ``response``, a ``parameter`` or a ``header``."""
    before_schemas: dict[str, Any] = field(default_factory=dict)
    """Named schemas that the one side refers to, beside those of ``components``."""
    after_schemas: dict[str, Any] = field(default_factory=dict)


def example(rule: str) -> Example:
    """The example of a rule by its complete name; ``KeyError`` if there is no such rule."""
    kinds: tuple[Kind, ...] = ("paths", "documents", "files")
    kind: Kind = next((kind for kind in kinds if rule in _content()[kind]), "schemas")
    row = dict(_content()[kind][stem_of(rule) if kind == "schemas" else rule])
    return Example(kind=kind, direction=row.pop("in", "request"), **row)


def components() -> dict[str, dict[str, Any]]:
    """The schemas and security schemes that examples refer to, by kind and name."""
    found: dict[str, dict[str, Any]] = _content()["components"]
    return found


@cache
def _content() -> Any:
    return parse(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")).value
