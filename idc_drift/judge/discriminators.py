"""The rules about discriminators: the property, its values, and the schemas that they select.

Law: a value is a key of ``mapping``, a value that the property of an alternative is restricted to, or else the name of
the alternative's component, which is then what is on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import matching
from .context import NOT_WORSE_THAN_INFO

if TYPE_CHECKING:
    from ..documents.node import Schema
    from ..schemas.constraints import Constraints
    from ..schemas.reader import Schemas
    from .context import Context


@dataclass(frozen=True)
class _Values:
    """The values of a discriminator in one document, each with the reference or name of the schema that it selects."""

    schemas: Schemas
    sent: dict[str, str]
    """The values that a client or a server uses."""
    alternatives: frozenset[str]
    """The names of the components among the alternatives."""

    def selected(self, value: str) -> str:
        """What a received value selects; the name of a component is understood, also beside a mapping."""
        understood = value in self.alternatives or (not self.alternatives and self.schemas.has(value))
        return self.sent.get(value, value if understood else "")

    def schema(self, value: str) -> Schema:
        """The schema that a value selects."""
        return matching.mapping_target(self.schemas, self.selected(value))


def judge_discriminator(context: Context, b: Constraints, r: Constraints) -> None:
    """Judge the discriminators of both sides."""
    if b.discriminator is None or r.discriminator is None:
        if b.discriminator is not r.discriminator:
            stem, word = ("discriminator-added", "added") if r.discriminator else ("discriminator-removed", "removed")
            context.add(stem, f"the discriminator was {word}", "discriminator")
        return
    names = b.discriminator[0], r.discriminator[0]
    if names[0] != names[1]:
        message = f"the property of the discriminator changed from `{names[0]}` to `{names[1]}`"
        context.add("discriminator-changed", message, "discriminator")
    old, new = _values(context.judge.base, b), _values(context.judge.revision, r)
    for value in sorted(old.sent.keys() | new.sent.keys()):
        if old.selected(value) and new.selected(value):
            _judge_kept_value(context, value, old, new)
    _judge_lost_and_gained_values(context, old, new)


def _values(schemas: Schemas, constraints: Constraints) -> _Values:
    property_name, mapping = constraints.discriminator or ("", {})
    sent = dict(mapping)
    mapped = {target.rpartition("/")[2] for target in mapping.values()}
    groups = constraints.groups or ((constraints.merged_group,) if constraints.merged_group else ())
    names: set[str] = set()
    for branch in (branch for group in groups for branch in group.branches):
        name = next((found for node in branch if (found := matching.name(schemas, node))), "")
        if not name:
            continue
        names.add(name)
        if name not in mapped:
            restricted = schemas.constraints(branch).properties.get(property_name, ())
            listed = schemas.constraints(restricted).enum if restricted else None
            values = [value for value in (listed or {}).values() if isinstance(value, str)]
            sent |= dict.fromkeys(values or [name], name)
    return _Values(schemas, sent, frozenset(names))


def _judge_kept_value(context: Context, value: str, old: _Values, new: _Values) -> None:
    judge = context.judge
    mode = replace(context.mode, lifted=True, exploded=False)
    names = [values.selected(value).rpartition("/")[2] for values in (old, new)]
    schemas = old.schema(value), new.schema(value)
    renamed = not judge.revision.has(names[0]) and not judge.base.has(names[1])
    if names[0] == names[1] or renamed:
        context.edge(f"({value})", *schemas, mode)
        return
    if matching.is_renamed(judge, old.selected(value), new.selected(value), context.mode):
        return
    message = f"the value `{value}` of the discriminator selects `{names[1]}`, not `{names[0]}`"
    if judge.worst(*schemas, mode) in NOT_WORSE_THAN_INFO:
        context.add("discriminator-value-moved-safely", message, "discriminator")
    else:
        context.add("discriminator-value-moved", message, "discriminator")


def _judge_lost_and_gained_values(context: Context, old: _Values, new: _Values) -> None:
    """Judge values that one side does not understand; a schema that comes or goes is judged as an alternative."""
    sent = context.mode.sent
    lost = [value for value in sorted(old.sent) if not (new.selected(value) if sent else value in new.sent)]
    gained = [value for value in sorted(new.sent) if not old.selected(value)]
    for value in list(lost):
        twin = next((other for other in gained if _same_schema(context, old.sent[value], new.sent[other])), None)
        if twin is not None:
            message = f"the value `{value}` of the discriminator is now `{twin}`"
            context.add("discriminator-value-renamed", message, "discriminator")
            lost.remove(value)
            gained.remove(twin)
    for stem, values, own, other in (
        ("discriminator-value-removed", lost, old, new),
        ("discriminator-value-added", gained, new, old),
    ):
        for value in values:
            name = own.sent[value].rpartition("/")[2]
            if name not in own.alternatives or name in other.alternatives:
                word = "removed" if own is old else "added"
                message = f"the value `{value}` of the discriminator, which selects `{name}`, was {word}"
                context.add(stem, message, "discriminator", new=own is new)


def _same_schema(context: Context, old: str, new: str) -> bool:
    """Whether two targets are one component, or one that was renamed."""
    names = old.rpartition("/")[2], new.rpartition("/")[2]
    if names[0] == names[1]:
        return True
    judge = context.judge
    kept = judge.revision.has(names[0]) or judge.base.has(names[1])
    return not kept and matching.is_renamed(judge, old, new, context.mode)


def judge_subtypes(context: Context) -> None:
    """Judge the subtypes of a schema with a discriminator, which are its alternatives without being listed."""
    old, new = (
        schemas.subtypes({name for node in schema if (name := matching.name(schemas, node))})
        for schemas, schema in (
            (context.judge.base, context.pair.base),
            (context.judge.revision, context.pair.revision),
        )
    )
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            context.add("one-of-removed", f"the subtype `{name}` was removed", "discriminator", at=old[name], new=False)
        elif name not in old:
            context.add("one-of-added", f"the subtype `{name}` was added", "discriminator", at=new[name], new=True)
        else:
            context.edge(f"(subtype {name})", old[name], new[name], replace(context.mode, lifted=True, exploded=False))
