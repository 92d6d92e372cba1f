"""Random mutants: one value of an answer's schema, changed in a simple way.

Law: a mutant is drawn and not chosen, so the tests cannot be written to fit it. It is drawn from the schemas of all
answers with status 200, and counts the answers that it changed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from idc_contract.document.openapi import OPERATIONS, alternatives, resolved
from tests.contract.faults.fault import is_json, operation, with_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

ITEM, ANY = "[]", "*"
"""In a pointer: every item of an array; every member that has no name in the schema."""
Pointer = tuple[str, ...]
GONE: Any = object()
EXCUSED = Path(__file__).with_name("excused.yaml")


def _other_type(value: Any) -> Any:
    return 0 if isinstance(value, str) else str(value)


LEAF: dict[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "drop": (("string", "number", "boolean"), lambda _: GONE),
    "null": (("string", "number", "boolean"), lambda _: None),
    "type": (("string", "number", "boolean"), _other_type),
    "+1": (("number",), lambda value: value + 1),
    "-1": (("number",), lambda value: value - 1),
    "swapcase": (("string",), str.swapcase),
    "append": (("string",), lambda value: value + "x"),
    "flip": (("boolean",), lambda value: not value),
}
ARRAY: dict[str, Callable[[list[Any]], list[Any]]] = {
    "duplicate": lambda items: items[:1] + items,
    "drop element": lambda items: items[:-1],
    "reverse": lambda items: items[::-1],
    "empty": lambda _: [],
}


@dataclass(frozen=True)
class Mutant:
    """A change of one value in the answers of one operation."""

    operation: str
    pointer: Pointer
    mutator: str
    where: str
    """``first``: the first such place of an answer; ``all``: every one."""

    @property
    def name(self) -> str:
        """The name in reports."""
        return f"{self.operation} {path(self.pointer)} {self.mutator}, {self.where}"

    @property
    def generation(self) -> str:
        """The generation of its operation."""
        return OPERATIONS[self.operation].path.split("/")[1]

    @property
    def excuse(self) -> str:
        """The reason why it need not be caught; empty if it must be."""
        for one in excuses():
            fits = one["operation"] == self.operation and one["pointer"] == path(self.pointer)
            if fits and self.mutator in one["mutators"]:
                return str(one["reason"])
        return ""

    def new(self) -> Spoiler:
        """The mutant as a layer, for one run."""
        return Spoiler(self)


class Spoiler:
    """The layer of a mutant; ``applied`` is the number of answers that it changed."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant, self.applied = mutant, 0

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Serve one request."""
        answer = await forward(request)
        if answer.status != 200 or operation(request) != self.mutant.operation:
            return answer
        if not is_json(answer):
            spoilt = LEAF[self.mutant.mutator][1](answer.text)
            text = "" if spoilt is GONE else spoilt
            self.applied += text != answer.text
            return answer.with_body(text.encode())
        root = {"": answer.json()}
        if not self._spoil(root, ("", *self.mutant.pointer)):
            return answer
        self.applied += 1
        return with_content(answer, root[""])

    def _spoil(self, root: Any, pointer: Pointer) -> bool:
        changed = False
        for holder, key in list(places(root, pointer)):
            spoilt = mutated(self.mutant.mutator, holder[key])
            if spoilt is GONE:
                del holder[key]
            elif spoilt is not holder[key]:
                holder[key] = spoilt
            else:
                continue
            changed = True
            if self.mutant.where == "first":
                break
        return changed


def mutated(mutator: str, value: Any) -> Any:
    """The changed value; the same object if nothing changed."""
    if mutator in ARRAY:
        changed = ARRAY[mutator](value) if isinstance(value, list) else value
    else:
        kinds, change = LEAF[mutator]
        changed = change(value) if _kind(value) in kinds else value
    return value if changed is not GONE and type(changed) is type(value) and changed == value else changed


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
    return ""


def places(content: Any, pointer: Pointer) -> Iterator[tuple[Any, Any]]:
    """The containers and keys that a pointer selects."""
    part, rest = pointer[0], pointer[1:]
    keys: list[Any] = []
    if part == ITEM:
        keys = list(range(len(content))) if isinstance(content, list) else []
    elif isinstance(content, dict):
        keys = list(content) if part == ANY else [part] if part in content else []
    for key in keys:
        if rest:
            yield from places(content[key], rest)
        else:
            yield content, key


def path(pointer: Pointer) -> str:
    """A pointer as text."""
    return "/" + "/".join(pointer)


# --- all mutants ----------------------------------------------------------------------------------------------------


@cache
def population() -> tuple[Mutant, ...]:
    """All mutants, without ``where``."""
    found: dict[tuple[str, Pointer, str], Mutant] = {}
    for name, described in OPERATIONS.items():
        media = resolved(described.node["responses"]["200"])["content"]
        for kind, content in media.items():
            for pointer, types in leaves(content["schema"]):
                for mutator in _mutators(pointer, types, text=kind != "application/json"):
                    found[name, pointer, mutator] = Mutant(name, pointer, mutator, "all")
    return tuple(found.values())


def _mutators(pointer: Pointer, types: frozenset[str], *, text: bool) -> Iterator[str]:
    for name, (kinds, _) in LEAF.items():
        droppable = name != "drop" or pointer[-1:] not in ((ITEM,), ())  # of an array: ``drop element``
        if types & set(kinds) and (name in ("drop", "swapcase", "append") if text else droppable):
            yield name
    if "array" in types:
        yield from ARRAY


def leaves(schema: dict[str, Any], pointer: Pointer = ()) -> Iterator[tuple[Pointer, frozenset[str]]]:
    """Every leaf and array of a schema, with its possible types."""
    schema = resolved(schema)
    branches = alternatives(schema).values()
    for branch in branches:
        yield from leaves(branch, pointer)
    declared = schema.get("type", [] if branches else ["string", "number", "boolean"])
    types = {"number" if one == "integer" else one for one in ([declared] if isinstance(declared, str) else declared)}
    if own := types & {"string", "number", "boolean", "array"}:
        yield pointer, frozenset(own)
    if "array" in types:
        yield from leaves(schema["items"], (*pointer, ITEM))
    if "object" in types:
        for name, member in schema.get("properties", {}).items():
            yield from leaves(member, (*pointer, name))
        if (more := schema.get("additionalProperties", False)) is not False:
            yield from leaves({} if more is True else more, (*pointer, ANY))


def draw(seed: int, number: int) -> list[Mutant]:
    """A random sample of mutants, each with the same probability."""
    dice = random.Random(seed)  # noqa: S311  not a secret
    chosen = dice.sample(population(), min(number, len(population())))
    return [Mutant(one.operation, one.pointer, one.mutator, dice.choice(("first", "all"))) for one in chosen]


@cache
def excuses() -> list[dict[str, Any]]:
    """The mutants that need not be caught, with reasons."""
    return list(yaml.safe_load(EXCUSED.read_text(encoding="utf-8")) or [])
