"""What openapi.yaml describes before any release of upstream's server has it: which parts, and the document without.

Law: pure, on the parsed document that the caller has. A part is an operation, a property or a parameter that says
`x-idc-since: unreleased`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

#: The extension that says since when a part is there, and what it says of a part that no release has.
SINCE, UNRELEASED = "x-idc-since", "unreleased"


def unreleased(document: Mapping[str, Any]) -> list[str]:
    """Name the unreleased parts: operations by operationId, others by place, such as `V3TableInfo/notable_columns`."""
    return sorted({name for name, _ in _parts(document, ())})


def released(document: Mapping[str, Any], keep: Collection[str] = ()) -> dict[str, Any]:
    """Give a copy of the document without its unreleased parts, and without the components that only they use.

    Args:
        document: As parsed.
        keep: Names of unreleased parts to leave in, as `unreleased` gives them; they lose their mark.
    """
    parts = list(_parts(document, ()))
    dropped = {id(part) for name, part in parts if name not in keep}
    found: dict[str, Any] = _without(document, dropped, {id(part) for name, part in parts if name in keep})
    found["paths"] = {
        path: item
        for path, item in found.get("paths", {}).items()
        if item or not document["paths"][path]  # a path of which no operation is left is none
    }
    operations = {node["operationId"] for node in _operations(found)}
    for node in _operations(found):
        for answer in node.get("responses", {}).values():
            links = answer.get("links")
            if isinstance(links, dict):
                kept = {name: link for name, link in links.items() if link.get("operationId", "") in {*operations, ""}}
                answer["links"] = kept
    gone = _used(document) - _used(found)
    for kind, components in found.get("components", {}).items():
        for name in [name for name in components if f"#/components/{kind}/{name}" in gone]:
            del components[name]
    return found


def _parts(node: Any, where: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Each unreleased part: its name, and itself; nothing within another one."""
    if isinstance(node, dict):
        if node.get(SINCE) == UNRELEASED:
            yield _name(node, where), node
            return
        for key, value in node.items():
            yield from _parts(value, (*where, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _parts(value, (*where, str(index)))


def _name(node: Mapping[str, Any], where: tuple[str, ...]) -> str:
    if isinstance(node.get("operationId"), str):
        return str(node["operationId"])
    if where[:2] == ("components", "schemas"):
        return "/".join([where[2], *(part for part in where[3:] if part != "properties")])
    return "/".join([*where[:-1], str(node.get("name", where[-1]))])


def _without(node: Any, dropped: Collection[int], kept: Collection[int]) -> Any:
    """A copy without some objects; others lose their mark."""
    if isinstance(node, list):
        return [_without(value, dropped, kept) for value in node if id(value) not in dropped]
    if not isinstance(node, dict):
        return node
    found = {
        key: _without(value, dropped, kept)
        for key, value in node.items()
        if id(value) not in dropped and not (key == SINCE and id(node) in kept)
    }
    properties, required = node.get("properties"), node.get("required")
    if isinstance(properties, dict) and isinstance(required, list):
        found["required"] = [name for name in required if name not in properties or name in found["properties"]]
    return found


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document.get("paths", {}).values():
        yield from (node for node in item.values() if isinstance(node, dict) and "operationId" in node)


def _used(document: Mapping[str, Any]) -> set[str]:
    """The references to components that the paths need, directly or through others."""
    found: set[str] = set()
    todo: list[Any] = [document.get("paths", {})]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/components/") and reference not in found:
                found.add(reference)
                kind, _, name = reference.removeprefix("#/components/").partition("/")
                todo.append(document.get("components", {}).get(kind, {}).get(name))
            todo += node.values()
        elif isinstance(node, list):
            todo += node
    return found
