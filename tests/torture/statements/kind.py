"""A kind of hostile statements: what it tries, and what may come of it. The parts that statements are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ANYTHING = object()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``rows`` are what it must return, where that is known.

    ``refused``: an answer with rows is a finding. ``max_rows`` is sent along.
    """

    sql: str
    refused: bool = False
    rows: Any = ANYTHING
    max_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Statements that try the same thing; `{loot}` and the like in them stand for places of the server."""

    name: str
    tries: str
    statements: list[Statement] = field(default_factory=list)


def kind(name: str, tries: str, texts: list[str], *, refused: bool = False, max_rows: int | None = None) -> Kind:
    """A kind of statements that differ only in their text."""
    unique = list(dict.fromkeys(texts))
    return Kind(name, tries, [Statement(text, refused=refused, max_rows=max_rows) for text in unique])


def nested(opening: str, middle: str, closing: str, depth: int) -> str:
    """Something inside itself, so deep."""
    return opening * depth + middle + closing * depth


@cache
def parts() -> dict[str, Any]:
    """What statements are made of."""
    return _read("parts.yaml")


def fixed() -> list[Kind]:
    """The kinds whose statements are written out."""
    return [
        kind(name, one["tries"], one["statements"], refused=one.get("refused", False), max_rows=one.get("max_rows"))
        for name, one in _read("fixed.yaml").items()
    ]


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return found
