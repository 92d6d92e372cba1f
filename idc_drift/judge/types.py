"""Which types a schema has.

Law: the types of a schema with alternatives are judged by them; where numbers and texts look alike on the wire, it is
the wire that counts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ..documents.json_values import ANYTHING, SCALARS
from ..schemas.constraints import LIMIT_TYPES, Flat
from ..schemas.vocabulary import NUMERIC

if TYPE_CHECKING:
    from ..schemas.reader import Schemas
    from .context import Context, Mode


def types(context: Context) -> bool:
    """Judge the types; whether there is anything left to compare."""
    b, r = context.b, context.r
    if b.types == r.types:
        return True
    if not b.kinds or not r.kinds:
        return _only_null(context)
    old, new = b.kinds, r.kinds
    common = _common(old, new)
    if (
        (b.groups or r.groups)
        and not (b.trivial or r.trivial)
        and common
        and _explained(context.judge.base, b)
        and _explained(context.judge.revision, r)
    ):
        return True  # the alternatives say it
    if b.types is None or r.types is None:
        stem = "type-narrowed" if b.types is None else "type-widened"
    else:
        up, down = _covered(old, new), _covered(new, old)
        if up and down:
            return True
        stem = _on_the_wire(context, "type-widened" if up else "type-narrowed" if down else "type-changed")
    context.add(stem, f"the type changed from {_said(b)} to {_said(r)}", "type", sides=(_json(b), _json(r)))
    if b.trivial or r.trivial or not common or stem == "type-changed":
        return False
    context.narrow(frozenset(common))
    return True


def _explained(schemas: Schemas, flat: Flat) -> bool:
    """Whether the types of a schema are just those of its alternatives."""
    if not flat.groups:
        return True
    return any(
        flat.kinds == frozenset().union(*(schemas.flat(x).kinds for x in group.branches)) for group in flat.groups
    )


def _only_null(context: Context) -> bool:
    """One side allows null alone, or nothing at all; what the other one excludes may be null."""
    b, r = context.b, context.r
    old, new = (ANYTHING if flat.types is None else flat.types for flat in (b, r))
    up, down = _covered(old, new), _covered(new, old)
    stem = "type-widened" if up else "type-narrowed" if down else "type-changed"
    message = f"the type changed from {_said(b, null=True)} to {_said(r, null=True)}"
    context.add(stem, message, "type", sides=(_json(b), _json(r)))
    return bool((b.says | r.says) & {"never", "conditions"})


def _covered(inner: frozenset[str], outer: frozenset[str]) -> bool:
    return all(kind in outer or (kind == "integer" and "number" in outer) for kind in inner)


def _common(a: frozenset[str], b: frozenset[str]) -> set[str]:
    found = set(a & b)
    if ("integer" in a and "number" in b) or ("number" in a and "integer" in b):
        # bounds act on both: look at them as numbers
        found |= {"number"}
    return found


def _said(flat: Flat, *, null: bool = False) -> str:
    if flat.types is None:
        return "anything"
    names = flat.types if null else flat.types - {"null"} or flat.types
    return " or ".join(f"`{name}`" for name in sorted(names)) or "nothing"


def _json(flat: Flat) -> str:
    """The types as compact JSON; nothing if it may be anything."""
    names = sorted(flat.types or ())
    return json.dumps(names[0] if len(names) == 1 else names, separators=(",", ":")) if flat.types is not None else ""


def _on_the_wire(context: Context, stem: str) -> str:
    """What a change of type is where a number and a text may look alike."""
    b, r, mode = context.b, context.r, context.mode
    fine = "type-widened" if mode.sent else "type-narrowed"
    if stem == fine:
        return stem
    if mode.exploded and b.kinds <= SCALARS and r.kinds == {"array"}:
        inner = replace(mode, exploded=False, lifted=True)
        if context.judge.worst(context.pair.base, r.items, inner) != "breaking":
            return "type-widened"
    if mode.wire == "strict" or not (_loose(b.kinds, r.kinds, mode) if mode.sent else _loose(r.kinds, b.kinds, mode)):
        return stem
    if mode.wire == "unsure":
        return "type-unsure"
    narrow, wide = (b, r) if mode.sent else (r, b)
    written = not _covered(narrow.kinds, wide.kinds)  # some values are texts now that were none
    return stem if written and _says_of_texts(wide) else fine


def _says_of_texts(flat: Flat) -> bool:
    """Whether a schema constrains texts, so that not every number is one of its values."""
    limited = any(LIMIT_TYPES[name] == "string" for name in flat.limits)
    formatted = bool(flat.format) and flat.format not in NUMERIC
    return limited or formatted or bool(flat.says & {"patterns", "enum", "content", "never", "conditions", "groups"})


def _loose(inner: frozenset[str], outer: frozenset[str], mode: Mode) -> bool:
    """Whether the values of some types can be read as values of others, written as text."""
    texts = SCALARS if mode.prefix == "parameter" and not mode.joined else SCALARS | {"array", "object"}
    return all(
        kind in outer or (kind == "integer" and "number" in outer) or (kind in texts and "string" in outer)
        for kind in inner
    )
