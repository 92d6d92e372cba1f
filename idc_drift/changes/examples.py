"""The examples: the meaning of each rule and a pair of documents for it, from examples.yaml.

Law: an example is data, read only when a rule is explained. The tests compare every pair.
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
    """The meaning of a rule, and a minimal pair of documents that it finds."""

    kind: Kind
    """The kind of both sides: schemas, path items or documents; ``files`` for rules about files of this project."""
    means: str
    before: Any = None
    after: Any = None
    direction: str = "request"
    """For schemas, what they describe: a ``request``, a ``response``, a ``parameter`` or a ``header``."""
    before_schemas: dict[str, Any] = field(default_factory=dict)
    """Named schemas that one side refers to, in addition to ``components``."""
    after_schemas: dict[str, Any] = field(default_factory=dict)


def example(rule: str) -> Example:
    """The example of the rule with a complete name; ``KeyError`` if there is none."""
    kinds: tuple[Kind, ...] = ("paths", "documents", "files")
    kind: Kind = next((kind for kind in kinds if rule in _content()[kind]), "schemas")
    row = dict(_content()[kind][stem_of(rule) if kind == "schemas" else rule])
    usual = rule.partition("-")[0] if kind == "schemas" else "request"
    return Example(kind=kind, direction=row.pop("in", usual), **row)


def components() -> dict[str, dict[str, Any]]:
    """The schemas and security schemes that the examples refer to, by kind and name."""
    found: dict[str, dict[str, Any]] = _content()["components"]
    return found


@cache
def _content() -> Any:
    return parse(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")).value
