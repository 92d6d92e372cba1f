"""The rules about values: annotations, enum, format, limits, patterns and content.

Law: each function judges one kind of keyword, in a pair whose types overlap.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..documents.json_values import MISSING, canonical
from ..documents.spelling import transition
from ..model.lifecycle import lifecycle_changes, lifecycle_of
from ..schemas.value_sets import FORMAT_RANGES, integer_range, within_format
from . import alignment
from .types import types_as_json

if TYPE_CHECKING:
    from ..documents.node import Schema
    from ..schemas.constraints import Bound, Constraints
    from .context import Context

WIDER_FORMATS = frozenset(
    {
        ("int32", "int64"),
        ("int32", "bigint"),
        ("int64", "bigint"),
        ("int32", "double"),
        ("int32", "float"),
        ("int64", "double"),
        ("float", "double"),
    }
)
"""Pairs of formats: every value of the first is a value of the second. A date is no date-time: RFC 3339 has both."""

_ANNOTATIONS = ("title", "description", "examples", "externalDocs", "xml")


def judge_annotations(context: Context) -> None:
    """Judge documentation, deprecation and defaults."""
    b, r = context.b, context.r
    for name in _ANNOTATIONS:
        if b.annotations.get(name) != r.annotations.get(name):
            context.add("annotation-changed", f"{name} changed", "example" if name == "examples" else name)
    if b.annotations.get("deprecated") != r.annotations.get("deprecated"):
        stem = "deprecated" if r.annotations.get("deprecated") else "no-longer-deprecated"
        word = "deprecated" if stem == "deprecated" else "no longer deprecated"
        context.add(stem, f"{context.subject} is {word}", "deprecated")
    if any(name in notes for name in ("x-sunset", "x-stability-level") for notes in (b.annotations, r.annotations)):
        for stem, stated in lifecycle_changes(
            lifecycle_of(b.annotations), lifecycle_of(r.annotations), context.subject
        ):
            context.add(stem, stated, "")
    if not context.mode.top:  # the rule about a parameter's own default depends on `required`
        judge_default(context, _own_default(b, r, context.pair.base), _own_default(r, b, context.pair.revision))
    if b.extensible_enum is not None and r.extensible_enum is not None:
        for value in sorted(b.extensible_enum - r.extensible_enum):
            context.add(
                "extensible-enum-value-removed",
                f"the value `{value}` was removed from x-extensible-enum",
                "x-extensible-enum",
            )
        for value in sorted(r.extensible_enum - b.extensible_enum):
            context.add(
                "extensible-enum-value-added",
                f"the value `{value}` was added to x-extensible-enum",
                "x-extensible-enum",
            )


def _own_default(constraints: Constraints, other: Constraints, schema: Schema) -> Any:
    """The default of a schema; not that of an alternative if those are compared with each other."""
    if constraints.merged_group is None or not other.groups:
        return constraints.default
    own = any(constraints.pointers.get("default", "") == f"{node.pointer}/default" for node in schema)
    return constraints.default if own else MISSING


def judge_default(context: Context, base: Any, revision: Any) -> None:
    """Judge the value of ``default``."""
    omittable = context.mode.omittable
    if base is MISSING and revision is not MISSING:
        stem = "property-default-added" if omittable else "default-added"
        context.add(stem, transition("default", "", as_code(revision)), "default")
    elif revision is MISSING and base is not MISSING:
        stem = "property-default-removed" if omittable else "default-removed"
        context.add(stem, transition("default", as_code(base), ""), "default")
    elif base is not MISSING and canonical(base) != canonical(revision):
        stem = "property-default-changed" if omittable else "default-changed"
        context.add(stem, transition("default", as_code(base), as_code(revision)), "default")


def judge_null(context: Context) -> None:
    """Judge whether null is allowed; if one side allows anything, the type rules report it."""
    b, r = context.b, context.r
    if not context.mode.lifted and b.types is not None and r.types is not None and b.nullable != r.nullable:
        sides = types_as_json(b), types_as_json(r)
        own = all(_has_own_type(x, schema) for x, schema in ((b, context.pair.base), (r, context.pair.revision)))
        keyword = "type" if own else ""  # null may stand beside a reference to a component with the type
        if r.nullable:
            context.add("became-nullable", "null is allowed now", keyword, new=True, sides=sides)
        else:
            context.add("became-not-nullable", "null is not allowed any more", keyword, new=False, sides=sides)


def _has_own_type(constraints: Constraints, schema: Schema) -> bool:
    """Whether the keyword `type` stands in the schema itself, and not in one that it refers to."""
    return any(constraints.pointers.get("type", "") == f"{node.pointer}/type" for node in schema)


def judge_values(context: Context) -> None:
    """Judge null, enumerated values (const is an enum of one value) and format."""
    judge_null(context)
    _judge_enum(context)
    _judge_format(context)


def _judge_enum(context: Context) -> None:
    old, new = context.b.enum, context.r.enum
    keyword = "const" if "const" in context.b.pointers or "const" in context.r.pointers else "enum"
    if old is None and new is not None:
        context.add("became-enum", f"only {_listed_values(new)} {_verb(new)} allowed now", keyword, new=True)
    elif new is None and old is not None:
        context.add("enum-dropped", f"values other than {_listed_values(old)} are allowed now", keyword, new=False)
    elif old is not None and new is not None:
        if len(old) == len(new) == 1 and old.keys() != new.keys():
            context.add(
                "enum-changed", f"the value changed from {_listed_values(old)} to {_listed_values(new)}", keyword
            )
            return
        for key in sorted(old.keys() - new.keys()):
            context.add("enum-value-removed", f"the value `{key}` was removed", keyword, new=False)
        for key in sorted(new.keys() - old.keys()):
            context.add("enum-value-added", f"the value `{key}` was added", keyword, new=True)


def _judge_format(context: Context) -> None:
    old, new = context.b.format, context.r.format
    if old == new:
        return
    kinds = context.b.value_types | context.r.value_types
    known = {"", "bigint", *FORMAT_RANGES} if kinds == {"integer"} else {"", "double", "float"}
    message = transition("format", _in_code(old), _in_code(new))
    if kinds <= {"integer", "number"} and {old, new} <= known:
        narrower, wider = _integer_format(context, old, new) if kinds == {"integer"} else _float_format(old, new)
        if not narrower and not wider:
            context.add("annotation-changed", f"{message}; the allowed values are the same", "format")
            return
        if narrower and wider:
            stem = "format-changed"
        elif narrower:
            stem = "bound-set" if _limits_what_was_unlimited(context.b, new) else "format-narrowed"
        else:
            stem = "format-widened"
    elif not new or (old, new) in WIDER_FORMATS:
        stem = "format-widened"
    elif not old or (new, old) in WIDER_FORMATS:
        stem = "format-narrowed"
    else:
        stem = "format-changed"
    context.add(stem, message, "format")


def _limits_what_was_unlimited(constraints: Constraints, format_: str) -> bool:
    """Whether a format only excludes values in a direction that had no bound; it may always have been so."""
    if format_ not in FORMAT_RANGES:
        return not constraints.format and constraints.lower is None and constraints.upper is None
    least, greatest = FORMAT_RANGES[format_]
    lower, upper = integer_range(constraints)
    return (lower is None or lower[0] >= least) and (upper is None or upper[0] <= greatest)


def _integer_format(context: Context, old: str, new: str) -> tuple[bool, bool]:
    """Whether some integers do not have the new format, and whether some did not have the old one."""
    return (
        not within_format(*integer_range(context.b), new),
        not within_format(*integer_range(context.r), old),
    )


def _float_format(old: str, new: str) -> tuple[bool, bool]:
    """The same for numbers, which are of double precision in JSON."""
    return new == "float" != old, old == "float" != new


def judge_limits(context: Context) -> None:
    """Judge bounds, multipleOf and uniqueItems."""
    b, r = context.b, context.r
    _judge_bound(context, b.lower, r.lower, "inimum", 1)
    _judge_bound(context, b.upper, r.upper, "aximum", -1)
    for name in sorted(b.size_limits.keys() | r.size_limits.keys()):
        sign = 1 if name.startswith("min") else -1
        old, new = b.size_limits.get(name), r.size_limits.get(name)
        before, after = (None if limit is None else (Fraction(limit), False) for limit in (old, new))
        _judge_limit(context, name, before, after, sign, name)
    if b.multiple_of != r.multiple_of:
        _judge_multiple_of(context, b.multiple_of, r.multiple_of)
    if b.unique_items != r.unique_items:
        stem, word = (
            ("unique-items-set", "must now be unique")
            if r.unique_items
            else ("unique-items-unset", "need not be unique")
        )
        context.add(stem, f"elements {word}", "uniqueItems")


def _judge_bound(context: Context, old: Bound | None, new: Bound | None, name: str, sign: int) -> None:
    keyword = "m" + name
    at = {**context.b.pointers, **context.r.pointers}
    if keyword not in at:
        keyword = "exclusiveM" + name
    _judge_limit(context, keyword, old, new, sign, name)


def _judge_limit(context: Context, keyword: str, old: Bound | None, new: Bound | None, sign: int, name: str) -> None:
    if old == new:
        return
    before, after = alignment.implied_bound(context.b, name), alignment.implied_bound(context.r, name)
    if (old is None and _implies(before, new, sign)) or (new is None and _implies(after, old, sign)):
        return  # other keywords already imply this limit
    if old is None:
        stem = "bound-set"
    elif new is None:
        stem = "bound-unset"
    else:
        tighter = (sign * new[0], new[1]) > (sign * old[0], old[1])
        stem = "bound-tightened" if tighter else "bound-relaxed"
    message = transition(keyword, _described_bound(old), _described_bound(new))
    context.add(stem, message + _example_beyond(context, name, old, new, sign), keyword)


def _example_beyond(context: Context, name: str, old: Bound | None, new: Bound | None, sign: int) -> str:
    """A value that is valid on one side of a changed limit only, as the end of a sentence."""
    narrower = old is None or (new is not None and (sign * new[0], new[1]) > (sign * old[0], old[1]))
    wide, narrow = (old, new) if narrower else (new, old)
    if narrow is None or (wide is not None and wide[1]):
        return ""
    value = wide[0] if wide is not None else narrow[0] - sign
    if name in LIMIT_NOUNS:
        if value < 0:
            return ""
        shown = f"{LIMIT_NOUNS[name][0]} {int(value)} {LIMIT_NOUNS[name][1 if value == 1 else 2]}"
    else:
        shown = f"`{_number(value)}`"
    return f"; {shown} is {'not valid any more' if narrower else 'valid now'}"


LIMIT_NOUNS = {
    **dict.fromkeys(("minLength", "maxLength"), ("a string of", "character", "characters")),
    **dict.fromkeys(("minItems", "maxItems"), ("a list of", "element", "elements")),
    **dict.fromkeys(("minProperties", "maxProperties"), ("an object with", "property", "properties")),
}
"""The words for a value of a certain size, by the keyword that limits the size."""


def _implies(implied: Bound | None, stated: Bound | None, sign: int) -> bool:
    if implied is None or stated is None:
        return False
    return (sign * implied[0], implied[1]) >= (sign * stated[0], stated[1])


def _judge_multiple_of(context: Context, old: Fraction | None, new: Fraction | None) -> None:
    if old is None:
        stem = "multiple-of-set"
    elif new is None:
        stem = "multiple-of-unset"
    elif (new / old).denominator == 1:
        stem = "multiple-of-tightened"
    else:
        stem = "multiple-of-relaxed" if (old / new).denominator == 1 else "multiple-of-changed"
    context.add(stem, transition("multipleOf", _described_number(old), _described_number(new)), "multipleOf")


def judge_strings(context: Context) -> None:
    """Judge patterns and the content of strings."""
    old, new = context.b.patterns, context.r.patterns
    if old != new:
        if old <= new:
            context.add("pattern-added", transition("pattern", "", _patterns(new - old)), "pattern", new=True)
        elif new <= old:
            context.add("pattern-removed", transition("pattern", _patterns(old - new), ""), "pattern", new=False)
        else:
            context.add("pattern-changed", transition("pattern", _patterns(old), _patterns(new)), "pattern")
    _judge_content(context)


def _judge_content(context: Context) -> None:
    old, new = context.b.content, context.r.content
    for name in ("contentMediaType", "contentEncoding"):
        if old.get(name) == new.get(name):
            continue
        if name in old and name in new:
            stem = "content-encoding-changed"
        else:
            stem = "content-encoding-added" if name in new else "content-encoding-removed"
        context.add(stem, transition(name, _in_code(old.get(name)), _in_code(new.get(name))), name)
    before, after = old.get("contentSchema"), new.get("contentSchema")
    if before and after:
        context.edge("(content)", before, after)
    elif before or after:
        stem, word = ("content-schema-added", "added") if after else ("content-schema-removed", "removed")
        context.add(stem, f"contentSchema {word}", "contentSchema")


def as_code(value: Any) -> str:
    """A value as code in a message, shortened."""
    text = canonical(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"


def _listed_values(values_: dict[str, Any]) -> str:
    keys = [f"`{key}`" for key in values_]
    return ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "") if keys else "nothing"


def _verb(values_: dict[str, Any]) -> str:
    return "is" if len(values_) < 2 else "are"


def _number(value: Fraction) -> str:
    return str(int(value) if value.denominator == 1 else float(value))


def _described_number(value: Fraction | None) -> str:
    return "" if value is None else f"`{_number(value)}`"


def _described_bound(bound: Bound | None) -> str:
    return "" if bound is None else _described_number(bound[0]) + (" (excluded)" if bound[1] else "")


def _in_code(text: str | None) -> str:
    return f"`{text}`" if text else ""


def _patterns(found: frozenset[str]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in sorted(found))
