"""The attribution of effects on the generated client to the changes that cause them.

Law: both documents go through the same generator, and the public names of the two clients are compared; a document that
cannot be generated is reported, so that its effect is never taken for "nothing breaks".
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..changes.change import LEVELS, Change, Level, Place
from ..changes.rules import EFFECTS
from ..documents.json_values import MISSING
from ..documents.pointer import escaped, resolve
from ..documents.references import reached
from ..documents.scope import scopes_of
from ..documents.spelling import wire_path
from ..model.bundle import Bundle, bundle
from . import naming
from .differences import Impact, differences
from .surface import PACKAGE, CannotGenerate, Surface, surfaces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..documents.document import Document

Profile = Literal["wire", "code", "both"]


class ImpactUnknown(Exception):
    """The effect on the generated client cannot be determined; the message gives the reason."""


def impact(
    base: Document,
    revision: Document,
    changes: Sequence[Change],
    *,
    scope: Sequence[str] = (),
    absent: Sequence[str] = (),
) -> tuple[list[Change], list[str]]:
    """The changes, each with its effects on the generated client; and one change for each effect without a known cause.

    What the base has at the pointers of ``absent`` is left out: the revision need not have it.

    ``ImpactUnknown`` if no client can be generated from one of the documents.
    """
    if old := [document.origin for document in (base, revision) if document.version == "2.0"]:
        raise ImpactUnknown(
            "The effect on the generated client is not known: "
            f"for {' and '.join(dict.fromkeys(old))}, the generator reads OpenAPI 3 only."
        )
    bundles = bundle(base), bundle(revision)
    contents = (naming.without(bundles[0].content, absent), bundles[1].content)
    scopes = scopes_of(scope, base, revision)
    documents = [naming.restricted_to_scope(*pair) for pair in zip(contents, scopes, strict=True)]
    notes = []
    if naming.share_no_operation_ids(*documents):
        documents[1] = naming.renamed(*documents)
        notes.append(
            "The documents have no operationId in common. The effect on the generated client is reported "
            "with BASE's names of operations, tags and schemas."
        )
    loaded_surfaces: list[Surface] = []
    for document, surface in zip((base, revision), surfaces(documents, _config(base)), strict=True):
        if isinstance(surface, CannotGenerate):
            notes.append(f"The effect on the generated client is not known: for {document.origin}, {surface}.")
            continue
        loaded_surfaces.append(surface)
        if surface.not_generated:
            notes.append(
                f"The generator left out parts of {document.origin}; the first: {surface.not_generated[0][:200]}"
            )
    if len(loaded_surfaces) < 2:
        raise ImpactUnknown(" ".join(notes))
    requests_by_module = {**loaded_surfaces[1].requests, **loaded_surfaces[0].requests}
    return _attach(base, bundles, requests_by_module, list(changes), differences(*loaded_surfaces)), notes


def _config(base: Document) -> Path | None:
    """The generator's settings file, if there is one in the folder of the base."""
    config = Path(base.origin).parent / "generator-config.yml" if "://" not in base.origin else None
    return config if config and config.is_file() else None


def judged(changes: Sequence[Change], profile: Profile) -> list[Change]:
    """The changes with the levels of a profile: on the wire, in generated code, or the graver of both."""
    if profile == "wire":
        return list(changes)
    seen = []
    for change in changes:
        level = _code_level(change)
        if level is None:  # a finding of the document stays one
            seen.append(change if profile == "both" or change.documentation_only else replace(change, level="info"))
        elif profile == "code" or change.documentation_only:
            seen.append(replace(change, level=level, documentation_only=False))
        else:
            seen.append(replace(change, level=min(level, change.level, key=LEVELS.index)))
    return seen


def _code_level(change: Change) -> Level | None:
    if not change.code_impact:
        return None
    if any(text.startswith("breaks ") for text in change.code_impact):
        return EFFECTS["breaks"]
    return EFFECTS["changes"]


def _attach(
    base: Document,
    bundles: tuple[Bundle, Bundle],
    requests_by_module: Mapping[str, str],
    changes: list[Change],
    impacts: list[Impact],
) -> list[Change]:
    content, in_bundles = bundles[0].content, [_in_bundles(bundles, change) for change in changes]
    causes: dict[int, list[str]] = {}
    unexplained = []
    for impact_ in impacts:
        scores = [
            (_cause_score(content, change, impact_, requests_by_module), -index)
            for index, change in enumerate(in_bundles)
        ]
        best = max((score for score in scores if score[0]), default=None)
        if best is None:
            unexplained.append(_unexplained_change(base, bundles[0], requests_by_module, impact_))
        else:
            causes.setdefault(-best[1], []).append(impact_.text)
    explained = [replace(c, code_impact=(*c.code_impact, *causes.get(i, ()))) for i, c in enumerate(changes)]
    return explained + unexplained


def _in_bundles(bundles: tuple[Bundle, Bundle], change: Change) -> Change:
    """The change with the pointers that the generator's documents have for its places."""
    if not any(each.moved for each in bundles):
        return change

    def moved(place: Place) -> Place:
        pointers = [place.pointer, place.counterpart or ""]
        for each in bundles:
            pointers = [each.in_bundle(pointer) for pointer in pointers]
        return replace(place, pointer=pointers[0], counterpart=pointers[1])

    return replace(change, places=tuple(map(moved, change.places)))


_NAMING = frozenset({"operation-id-changed", "tags-changed"})


def _cause_score(base: Any, change: Change, impact_: Impact, requests_by_module: Mapping[str, str]) -> int:
    """The likelihood that a change is the cause of an effect; 0 without evidence, and for documentation."""
    score = 0
    if change.documentation_only and change.rule not in _NAMING:
        return 0
    for place in change.places:
        pointers = (place.pointer, place.counterpart or "")
        if impact_.model:
            score = max(score, *(_model_score(pointer, change, impact_) for pointer in pointers))
            score = max(score, _reached_score(base, place, impact_))
            score = max(score, _inline_score(change, impact_, place.operation, requests_by_module))
        elif requests_by_module.get(impact_.module, "-") == wire_path(place.operation):
            score = max(score, _function_score(change, impact_))
    return score - change.documentation_only if score > 1 else score


def _model_score(pointer: str, change: Change, impact_: Impact) -> int:
    found = re.match(r"/(?:components/schemas|definitions)/([^/]+)(.*)", pointer)
    if not found or not _normalized_name(impact_.model).startswith(_normalized_name(found[1])):
        return 0
    rest = _normalized_name(impact_.model)[len(_normalized_name(found[1])) :]
    fit = _fit(rest, [part for part in found[2].split("/") if part not in _KEYWORDS])
    if not fit:
        return 0
    exact = 4 + fit if rest else 10
    if not impact_.member:
        return exact
    parts = {_normalized_name(part) for part in (*found[2].split("/"), *change.where.split("/"))}
    if _normalized_name(impact_.member) in parts | _values(change):
        return exact + 10
    # A member of an enumeration is in no pointer; an attribute would be.
    return exact if not found[2].startswith("/properties") or "/enum" in found[2] else 0


_KEYWORDS = frozenset({"properties", "items", "enum", "type", "required", "format"})
_FILLING = r"(?:item|type\d+|additionalproperty|prop(?:erty)?|response(?:\d+|default)|(?:json|data|files)?body)*"
"""What the generator adds to the name of a class for a schema without a name of its own."""


def _fit(rest: str, names: Sequence[str]) -> int:
    """The fit of a class with a place: both are below one owner, the class by the rest of its name, the place by names.

    2 if the place is that of the class or inside it, 1 if it contains the class, 0 if it is another one.
    """
    start = re.match(_FILLING, rest)
    used, end = 0, start.end() if start else 0
    for name in filter(None, map(_normalized_name, names)):
        found = re.compile(re.escape(name) + _FILLING).match(rest, end) if end < len(rest) else None
        if found is None:
            return 2 if end == len(rest) else 0
        used, end = used + 1, found.end()
    return 2 if end == len(rest) else 1


def _values(change: Change) -> set[str]:
    """The values that a change of an enumeration adds or removes, as names of its members."""
    values = (change.before, change.after) if "enum" in change.rule else ()
    return {_normalized_name(text) for text in values if text}


def _reached_score(base: Any, place: Place, impact_: Impact) -> int:
    """The score for references to the schema: from a removed part, or from the attribute that has it as its type."""
    if not impact_.member:
        removed = not place.new and not place.counterpart and resolve(base, place.pointer) is not MISSING
        names = reached(base, place.pointer) if removed else set()
        return 3 if any(_normalized_name(impact_.model).startswith(_normalized_name(name)) for name in names) else 0
    found = re.match(r"/components/schemas/([^/]+)", place.pointer)
    owner = resolve(base, f"{_schema(base, impact_.model)}/properties")
    if not found or not isinstance(owner, dict):
        return 0
    pointers = [
        f"{_schema(base, impact_.model)}/properties/{n}"
        for n in owner
        if _normalized_name(n) == _normalized_name(impact_.member)
    ]
    return 2 if any(found[1] in reached(base, pointer) for pointer in pointers) else 0


def _inline_score(change: Change, impact_: Impact, operation: str, requests_by_module: Mapping[str, str]) -> int:
    """The score for a class of an inline schema of the operation, such as ``GetRowsResponse200`` or ``GetRowsSort``."""
    model = _normalized_name(impact_.model)
    functions = [
        _normalized_name(module.rpartition(".")[2])
        for module, request in requests_by_module.items()
        if request == wire_path(operation)
    ]
    part, _, path = change.where.partition("/")
    if part.startswith(("query ", "path ", "header ", "cookie ")):
        names = [part.split(" ", 1)[1], *path.split("/")]
    else:
        # The media type, application/json, has a slash, too.
        names = change.where.partition(" /")[2].split("/")
    for function in functions:
        if not model.startswith(function):
            continue
        rest = model[len(function) :]
        kind = re.match(r"response|(?:json|data|files)?body|", rest)
        if kind and kind[0] and part and part[0].isdigit() != (kind[0] == "response"):
            continue
        if fit := _fit(rest, names):
            named = {*map(_normalized_name, change.where.split("/"))} | _values(change)
            return fit + (8 if not impact_.member or _normalized_name(impact_.member) in named else 3)
    return 0


def _function_score(change: Change, impact_: Impact) -> int:
    if not impact_.member:
        return 10 if "operation" in change.rule or change.rule.startswith(("endpoint", "path", "tag")) else 0
    if impact_.member == "return":
        return 10 if change.direction == "response" or change.rule.startswith("response") else 0
    words = {_normalized_name(word) for word in re.split(r"[\s/]", change.where)}
    if impact_.member == "body":
        return 10 if "body" in change.rule or change.direction == "request" else 0
    return 10 if _normalized_name(impact_.member) in words else 0


def _normalized_name(name: str) -> str:
    """A name without case and punctuation, so that Python's and the document's spelling are equal."""
    return re.sub(r"[^0-9a-z]", "", name.lower())


def _unexplained_change(
    base: Document, bundled: Bundle, requests_by_module: Mapping[str, str], impact_: Impact
) -> Change:
    operation, pointer = "", ""
    if impact_.module:
        operation, pointer = _operation(bundled.content, requests_by_module[impact_.module])
    else:
        pointer = _schema(bundled.content, impact_.model)
    pointer = bundled.in_document(pointer)
    line, column = base.position(pointer) if pointer else (0, 0)
    where = impact_.module or f"{PACKAGE}.models.{impact_.model}"
    where += f".{impact_.member}" if impact_.member else ""
    place = Place(operation, pointer, line, column)
    return Change(
        "client-surface-changed",
        impact_.level,
        f"The generated client changes: {impact_.text}.",
        (place,),
        where=where,
        code_impact=(impact_.text,),
    )


def _operation(content: Any, requests_by_module: str) -> tuple[str, str]:
    for path, item in content.get("paths", {}).items():
        for method in item if isinstance(item, dict) else ():
            if wire_path(f"{str(method).upper()} {path}") == requests_by_module:
                return f"{method.upper()} {path}", f"/paths/{escaped(path)}/{method}"
    return "", ""


def _schema(content: Any, model: str) -> str:
    schemas = (content.get("components") or {}).get("schemas") or {}
    names = [n for n in schemas if _normalized_name(model).startswith(_normalized_name(str(n)))]
    return f"/components/schemas/{max(names, key=len)}" if names else ""
