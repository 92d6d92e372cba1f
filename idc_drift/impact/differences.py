"""The differences between two generated clients, one sentence each, with their levels.

Law: pure functions; types that callers read may not widen, types that callers write may not narrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..changes.change import Level
from ..changes.rules import EFFECTS
from .surface import PACKAGE, Argument, Function, Model, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Impact:
    """One difference in the public names of a generated client."""

    level: Level
    text: str
    """One sentence, such as: breaks `idc_client.models.V3ManifestRow.instance_count` (type: int | None → str)."""
    module: str = ""
    """The module of the operation's functions; empty for a model."""
    model: str = ""
    member: str = ""
    """The argument or attribute; ``return`` for a result; empty for the whole module or class."""


def differences(base: Surface, revision: Surface) -> list[Impact]:
    """All differences, sorted by name."""
    renamed = _renamed(base, revision)
    base_in_new_names = _in_new_names(base, renamed)
    return [*_operations(base_in_new_names, revision), *_models(base_in_new_names, revision, renamed)]


def _operations(base: Surface, revision: Surface) -> Iterator[Impact]:
    revision_modules = {request: module for module, request in sorted(revision.requests.items(), reverse=True)}
    explained = set(base.operations)
    for module, functions in sorted(base.operations.items()):
        if module in revision.operations:
            yield from _functions(module, functions, revision.operations[module])
        else:
            moved = revision_modules.get(base.requests[module], "")
            explained.add(moved)
            yield Impact(EFFECTS["breaks"], f"breaks `{module}` ({f'now `{moved}`' if moved else 'gone'})", module)
    for module in sorted(revision.operations.keys() - explained):
        yield Impact(EFFECTS["adds"], f"adds `{module}`", module)


def _functions(module: str, old: dict[str, Function], new: dict[str, Function]) -> Iterator[Impact]:
    """The differences of an operation's functions; one that sync and async functions share is one sentence."""
    function_names: dict[tuple[Level, str, str, str], list[str]] = {}
    for name in old:
        if name not in new:
            function_names.setdefault((EFFECTS["breaks"], "breaks", " (gone)", "return"), []).append(name)
            continue
        for difference in (*_arguments(old[name], new[name]), *_returns(old[name], new[name])):
            function_names.setdefault(difference, []).append(name)
    if added := [name for name in new if name not in old]:
        function_names.setdefault((EFFECTS["adds"], "adds", "", "return"), []).extend(added)
    for (level, verb, detail, member), names in function_names.items():
        which = (
            ""
            if len(names) == len({**old, **new})
            else f".{names[0]}"
            if len(names) == 1
            else f".{{{','.join(names)}}}"
        )
        yield Impact(level, f"{verb} `{module}{which}`{detail}", module, member=member)


Difference = tuple[Level, str, str, str]


def _arguments(old: Function, new: Function) -> Iterator[Difference]:
    for name, before in old.arguments.items():
        after = new.arguments.get(name)
        if after is None:
            yield EFFECTS["breaks"], "breaks", f" (argument {name}: gone)", name
        else:
            yield from _argument(name, before, after)
    for name, argument in new.arguments.items():
        if name not in old.arguments:
            needed = argument.required
            yield (
                EFFECTS["breaks"] if needed else EFFECTS["widens"],
                "breaks" if needed else "widens",
                (f" (argument {name}: new{' and required' if needed else ''}, {union(argument.type)})"),
                name,
            )
    before_order, after_order = (
        [n for n, a in f.arguments.items() if a.positional and n in old.arguments and n in new.arguments]
        for f in (old, new)
    )
    if before_order != after_order:
        yield (
            EFFECTS["breaks"],
            "breaks",
            f" (order of arguments: {', '.join(before_order)} → {', '.join(after_order)})",
            "",
        )


def _argument(name: str, before: Argument, after: Argument) -> Iterator[Difference]:
    if before.type != after.type:
        wider = before.type < after.type
        level = EFFECTS["widens"] if wider else EFFECTS["breaks"]
        moved = f" (argument {name}, type: {union(before.type)} → {union(after.type)})"
        yield level, "widens" if wider else "breaks", moved, name
    if after.required and not before.required:
        yield EFFECTS["breaks"], "breaks", f" (argument {name}: now required)", name
    elif before.required and not after.required:
        yield EFFECTS["widens"], "widens", f" (argument {name}: may now be left out)", name
    elif before.default != after.default:
        yield EFFECTS["changes"], "changes", f" (argument {name}, default: {before.default} → {after.default})", name


def _returns(old: Function, new: Function) -> Iterator[Difference]:
    if old.returns != new.returns:
        moved = f" (returns: {union(old.returns)} → {union(new.returns)})"
        if old.returns < new.returns:
            yield EFFECTS["widens what is returned"], "widens", moved, "return"
        elif new.returns < old.returns:
            yield EFFECTS["narrows"], "narrows", moved, "return"
        else:
            yield EFFECTS["breaks"], "breaks", moved, "return"


def _models(base: Surface, revision: Surface, renamed: dict[str, str]) -> Iterator[Impact]:
    written, read = _used(base)
    new_models = {name: revision.models[name] for name in sorted(revision.models.keys() - base.models.keys())}
    for name, model in sorted(base.models.items()):
        if name in revision.models:
            # A model that nothing uses is treated as one that callers read.
            yield from _model(name, model, revision.models[name], name in written, name in read or name not in written)
        else:
            detail = f"now `{PACKAGE}.models.{renamed[name]}`" if name in renamed else "gone"
            yield Impact(EFFECTS["breaks"], f"breaks `{PACKAGE}.models.{name}` ({detail})", model=name)
    for name in sorted(new_models.keys() - renamed.values()):
        yield Impact(EFFECTS["adds"], f"adds `{PACKAGE}.models.{name}`", model=name)


def _renamed(base: Surface, revision: Surface) -> dict[str, str]:
    """The renamed models: removed ones, each with the only new model that is equal."""
    new_models = {name: revision.models[name] for name in revision.models.keys() - base.models.keys()}
    equal_models = {
        name: [n for n, m in new_models.items() if m == model]
        for name, model in base.models.items()
        if name not in revision.models
    }
    return {name: found[0] for name, found in equal_models.items() if len(found) == 1}


def _in_new_names(base: Surface, renamed: dict[str, str]) -> Surface:
    """The base's surface with the new names of models, so that a renaming is reported once."""

    def types(old: frozenset[str]) -> frozenset[str]:
        return frozenset(re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), type_) for type_ in old)

    def function(old: Function) -> Function:
        arguments = {n: replace(a, type=types(a.type)) for n, a in old.arguments.items()}
        return Function(arguments, types(old.returns))

    def model(old: Model) -> Model:
        return replace(old, attributes={name: types(type_) for name, type_ in old.attributes.items()})

    return replace(
        base,
        operations={m: {n: function(f) for n, f in fs.items()} for m, fs in base.operations.items()},
        models={n: model(m) for n, m in base.models.items()},
    )


def _model(name: str, old: Model, new: Model, written: bool, read: bool) -> Iterator[Impact]:
    path = f"{PACKAGE}.models.{name}"
    if old.is_enum != new.is_enum:
        kinds = ("a class", "an enumeration")
        yield Impact(EFFECTS["breaks"], f"breaks `{path}` ({kinds[old.is_enum]} → {kinds[new.is_enum]})", model=name)
        return
    for member, value in old.members.items():
        if member not in new.members:
            yield Impact(EFFECTS["breaks"], f"breaks `{path}.{member}` (gone)", model=name, member=member)
        elif new.members[member] != value:
            moved = f"value: {value} → {new.members[member]}"
            yield Impact(EFFECTS["breaks"], f"breaks `{path}.{member}` ({moved})", model=name, member=member)
    for member in sorted(new.members.keys() - old.members.keys()):
        yield Impact(
            EFFECTS["adds to what is read" if read else "adds"], f"adds `{path}.{member}`", model=name, member=member
        )
    for attribute, before in old.attributes.items():
        if attribute not in new.attributes:
            yield Impact(EFFECTS["breaks"], f"breaks `{path}.{attribute}` (gone)", model=name, member=attribute)
        elif before != (after := new.attributes[attribute]):
            wider, narrower = before < after, after < before
            harmless = (wider and not read) or (narrower and not written)
            verb = "breaks" if not harmless else "widens" if wider else "narrows"
            moved = _retyped(before, after)
            yield Impact(EFFECTS[verb], f"{verb} `{path}.{attribute}` ({moved})", model=name, member=attribute)
    for attribute, after in new.attributes.items():
        if attribute not in old.attributes:
            needed = written and attribute in new.required
            detail = f"{'new and required' if needed else 'new'}, {union(after)}"
            text = f"{'breaks' if needed else 'adds'} `{path}.{attribute}` ({detail})"
            yield Impact(EFFECTS["breaks" if needed else "adds"], text, model=name, member=attribute)


def _retyped(before: frozenset[str], after: frozenset[str]) -> str:
    if before ^ after == {"Unset"}:
        return "may now be left out" if "Unset" in after else "now required"
    return f"type: {union(before)} → {union(after)}"


def _used(surface: Surface) -> tuple[set[str], set[str]]:
    """The models that callers create, and those that they read, at any depth."""
    written, read = set[str](), set[str]()
    for functions in surface.operations.values():
        for function in functions.values():
            for argument in function.arguments.values():
                _follow(surface, argument.type, written)
            _follow(surface, function.returns, read)
    return written, read


def _follow(surface: Surface, types: frozenset[str], into: set[str]) -> None:
    names = {name for type_ in types for name in re.findall(r"\w+", type_)} & surface.models.keys()
    for name in names - into:
        into.add(name)
        for attribute in surface.models[name].attributes.values():
            _follow(surface, attribute, into)


def union(types: frozenset[str]) -> str:
    """A union type as text, with Any, None and Unset last."""
    last = ("Any", "None", "Unset")
    return " | ".join(sorted(types, key=lambda t: (last.index(t) + 1 if t in last else 0, t))) or "None"
