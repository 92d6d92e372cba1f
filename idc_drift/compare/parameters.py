"""The comparison of parameters.

Law: names and serialization of parameters are judged here; ``judge`` compares the schemas of their values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ..changes.counterparts import compact_json
from ..documents.json_values import MISSING, canonical
from ..documents.spelling import renamed, transition
from ..judge.context import Mode
from ..judge.values import as_code
from ..model.lifecycle import lifecycle_changes
from .bodies import TEXTUAL_MEDIA_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..documents.node import Schema
    from ..model.api import Operation, Parameter
    from ..schemas.constraints import Constraints
    from .comparison import Comparison

_K = TypeVar("_K")
PARAMETER = Mode(sent=True, prefix="parameter", wire="loose", top=True)
_SERIALIZATION_RULES = ("parameter-content-changed", "parameter-style-changed")


def compare_parameters(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare the parameters of two operations."""
    before, after = dict(old.parameters), dict(new.parameters)
    _expand_exploded_object(c.judge.base.constraints, before, after)
    _expand_exploded_object(c.judge.revision.constraints, after, before)
    _compare_each(c, before, after, "")


def compare_sent_headers(c: Comparison, old: dict[str, Parameter], new: dict[str, Parameter], place: str) -> None:
    """Compare the headers of a response that the client sends, which are like header parameters."""
    _compare_each(c, old, new, f"{place} ")


def _compare_each(c: Comparison, old: dict[_K, Parameter], new: dict[_K, Parameter], prefix: str) -> None:
    """Compare parameters by their keys; the prefix is in front of their places."""
    for key, value in old.items():
        where = prefix + value.where
        if key in new:
            with c.replaced_component(value, new[key], where):
                _compare_parameter(c, value, new[key], where)
        elif _is_in_path(value, key):
            message = f"the {where} parameter is not described any more, but it is in the path"
            c.add("path-parameter-misdescribed", message, value.pointer, where, other="")
        else:
            stem = "parameter-removed-before-sunset" if value.lifecycle.premature else "parameter-removed"
            twin = renamed(_twins(c, value, old, new))
            message = f"the {where} parameter was removed{twin}"
            c.add(stem, message, value.pointer, where, other="", reference=value.reference.place)
    for key, value in new.items():
        if key in old:
            continue
        where = prefix + value.where
        if _is_in_path(value, key):
            message = f"the {where} parameter is described now; it was in the path"
            reference = value.reference.place
            c.add("path-parameter-described", message, value.pointer, where, new=True, other="", reference=reference)
        else:
            rule, word = (
                ("required-parameter-added", "required") if value.required else ("optional-parameter-added", "optional")
            )
            message = f"the {word} {where} parameter was added"
            c.add(rule, message, value.pointer, where, new=True, reference=value.reference.place)


def _is_in_path(value: Parameter, key: object) -> bool:
    """Whether a path parameter has its place in the path, so that requests contain it even without a description."""
    return value.location == "path" and not value.misnamed and isinstance(key, tuple) and str(key[1]).isdecimal()


def _twins(c: Comparison, removed: Parameter, old: dict[_K, Parameter], new: dict[_K, Parameter]) -> Iterator[str]:
    """The names of added parameters that can be a removed one under another name, unless two can."""
    alike = [value for key, value in old.items() if key not in new and value.location == removed.location]
    added = [value for key, value in new.items() if key not in old and value.location == removed.location]
    if len(alike) == len(added) == 1 and c.judge.same(removed.schema, added[0].schema, PARAMETER):
        yield f"`{added[0].name}`"


def _expand_exploded_object(
    constraints: Callable[[Schema], Constraints],
    own: dict[tuple[str, str], Parameter],
    other: dict[tuple[str, str], Parameter],
) -> None:
    """Replace an exploded object by one query parameter for each property, if the other side has those parameters."""
    for key, value in list(own.items()):
        if key in other or value.location not in ("query", "cookie") or value.style != "form" or not value.explode:
            continue
        found = constraints(value.schema)
        names = [(value.location, name) for name in found.properties]
        if (
            found.value_types == {"object"}
            and names
            and all(name not in own for name in names)
            and any(name in other for name in names)
        ):
            del own[key]
            for name, schema in found.properties.items():
                required_property = value.required and name in found.required
                inner = constraints(schema)
                listed = bool(inner.value_types & {"array", "object"})
                own[value.location, name] = replace(
                    value,
                    name=name,
                    required=required_property,
                    schema=schema,
                    pointer=schema[0].pointer,
                    style="form" if listed else "",
                    explode=listed,
                )


def _compare_parameter(c: Comparison, old: Parameter, new: Parameter, where: str) -> None:
    if old.required != new.required:
        rule, word = (
            ("parameter-became-required", "required") if new.required else ("parameter-became-optional", "optional")
        )
        c.add(rule, f"the {where} parameter became {word}", old.pointer, where, other=new.pointer)
    deprecated = new.lifecycle.deprecated
    if old.lifecycle.deprecated != deprecated:
        stem = "parameter-became-deprecated" if deprecated else "parameter-no-longer-deprecated"
        c.add(stem, f"the {where} parameter is {'' if deprecated else 'no longer '}deprecated", old.pointer, where)
    for rule, sentence in lifecycle_changes(old.lifecycle, new.lifecycle, f"the {where} parameter"):
        c.add(rule, sentence, old.pointer, where)
    _compare_allowed_characters(c, old, new, where)
    for rule, sentence in _path_parameter_changes(old, new):
        c.add(rule, f"the {where} parameter {sentence}", old.pointer, where, other=new.pointer)
    c.compare_documentation("parameter-annotation-changed", old.words, new.words, old.pointer, where)
    if not compare_serialization(c, old, new, f"the {where} parameter", where, _SERIALIZATION_RULES):
        return
    _compare_default(c, old, new, where)
    strict = bool(old.media) and not TEXTUAL_MEDIA_TYPES.search(old.media)
    mode = replace(
        PARAMETER,
        wire="strict" if strict else "loose",
        exploded=new.style == "form" and new.explode,
        joined=old.style == "simple" or (old.style == "form" and not old.explode),
    )
    c.compare_schemas(old.schema, new.schema, mode, where)


def _compare_allowed_characters(c: Comparison, old: Parameter, new: Parameter, where: str) -> None:
    """Compare whether a query parameter may be empty, and whether it may contain reserved characters."""
    if old.location != "query":
        return
    if old.allow_empty_value != new.allow_empty_value:
        rule, word = (
            ("parameter-empty-allowed", "allowed") if new.allow_empty_value else ("parameter-empty-refused", "refused")
        )
        c.add(rule, f"empty values are {word} in the {where} parameter", old.pointer, where)
    if old.allow_reserved != new.allow_reserved:
        rule, word = (
            ("parameter-reserved-allowed", "allowed")
            if new.allow_reserved
            else ("parameter-reserved-refused", "refused")
        )
        c.add(rule, f"unescaped reserved characters are {word} in the {where} parameter", old.pointer, where)


def _path_parameter_changes(old: Parameter, new: Parameter) -> Iterator[tuple[str, str]]:
    """The changes between a wrong and a correct description of a path parameter."""
    if new.misnamed and not old.misnamed:
        yield (
            "path-parameter-misdescribed",
            f"has the name `{new.name}`, which is not in the path" if new.name else "has no name",
        )
    elif old.misnamed and not new.misnamed:
        yield "path-parameter-described", "now has the name in the path"
    if old.declared_required != new.declared_required:
        yield (
            ("path-parameter-described", "is now described as required")
            if new.declared_required
            else ("path-parameter-misdescribed", "is not described as required")
        )


def compare_serialization(
    c: Comparison, old: Parameter, new: Parameter, what: str, where: str, rules: tuple[str, str]
) -> bool:
    """Compare the serialization (`rules`: for media type and style); False if the schemas cannot be compared."""
    if old.media != new.media:
        forms = [media or "a plain value" for media in (old.media, new.media)]
        c.add(rules[0], f"{what} is serialized as {forms[1]}, not as {forms[0]}", old.pointer, where)
        return False
    listed = {"array", "object"}
    plain = not (
        c.judge.base.constraints(old.schema).value_types & listed
        and c.judge.revision.constraints(new.schema).value_types & listed
    )
    styles = [
        ("" if plain and v.style in ("form", "simple", "deepObject") else v.style, v.explode and not plain)
        for v in (old, new)
    ]
    if styles[0] != styles[1]:
        words = [f"{v.style or 'plain'}{', exploded' if v.explode else ''}" for v in (old, new)]
        message = f"the style of {what} changed from {words[0]} to {words[1]}"
        c.add(rules[1], message, old.pointer, where)
    return True


def _compare_default(c: Comparison, old: Parameter, new: Parameter, where: str) -> None:
    """Compare the defaults, at the schema that contains them: many parameters may share it."""
    b, r = c.judge.base.constraints(old.schema), c.judge.revision.constraints(new.schema)
    before, after = b.default, r.default
    if before is after or (MISSING not in (before, after) and canonical(before) == canonical(after)):
        return
    side, added = (b, False) if "default" in b.pointers else (r, True)
    pointer = side.pointers.get("default", old.pointer)
    shared = not pointer.startswith((new if added else old).pointer)
    old_text, new_text = ("" if value is MISSING else as_code(value) for value in (before, after))
    message = transition("default" if shared else f"default of the {where} parameter", old_text, new_text)
    if old.required and new.required and old.declared_required and new.declared_required:
        rule = "parameter-idle-default-changed"
    elif before is MISSING:
        rule = "parameter-default-added"
    else:
        rule = "parameter-default-removed" if after is MISSING else "parameter-default-changed"
    sides = tuple("" if value is MISSING else compact_json(value) for value in (before, after))
    c.add(rule, message, pointer, where, new=added, sides=(sides[0], sides[1]))
