"""The reader of a document into the API model, for Swagger 2.0 and every OpenAPI 3.

Law: different spellings of the same contract give equal models. The parts of a path item belong to each of its
operations; names of components and of path parameters are left out; header names are case-insensitive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..documents.json_values import canonical
from ..documents.node import Node, child, placed
from ..documents.pointer import escaped
from ..documents.spelling import servers_of, standard, wire_path, words_of
from ..schemas.reader import Schemas
from .api import Api, Operation
from .lifecycle import lifecycle_of
from .messages import MessageReader
from .reading import prepare
from .security import describe_scheme, effective_requirements
from .swagger2 import as_openapi3, methods_of

if TYPE_CHECKING:
    from ..documents.document import Document

__all__ = ["Api", "model"]


def model(document: Document) -> Api:
    """The model of a document."""
    return _ApiReader(document).api()


class _ApiReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        prepare(self.schemas)
        self.values = MessageReader(self.schemas)
        self.root = (
            as_openapi3(self.schemas) if self.schemas.version == "2.0" else placed(document.content, "", document)
        )
        self.schemes = self._schemes()
        self._in_progress: set[int] = set()
        self.security = self.schemas.list_at(self.root, "security")

    def api(self) -> Api:
        raw = self.root.raw
        operations: dict[tuple[str, str], Operation] = {}
        webhooks: dict[tuple[str, str], Operation] = {}
        for key, found in (("paths", operations), ("webhooks", webhooks), ("x-webhooks", webhooks)):
            for path in self.schemas.object_at(self.root, key):
                if str(path).startswith("x-"):
                    continue
                for operation in self._item(child(self.root, key, path), path):
                    place = (wire_path(path) if key == "paths" else path, operation.method)
                    if place in found:  # /a/{id} beside /a/{name}: two paths of one template
                        place = (path, operation.method)
                        if place in found:
                            self.schemas.note(f"{operation.name} occurs twice; the first is used.")
                            continue
                    found[place] = operation
        named = ("info", "tags", "externalDocs")
        words = {name: canonical(text) for name in named if (text := standard(raw.get(name)))}
        servers = servers_of(raw.get("servers")) or ("/",)
        return Api(self.document, self.schemas, operations, webhooks, servers, self.schemes, self._unused(), words)

    # ---------------------------------------------------------------------------------------------- operations

    def _item(self, node: Node, path: str) -> list[Operation]:
        target = self.schemas.resolve(node)
        if target is None or not isinstance(target.raw, dict):
            if target is not None and target.raw is not None:
                self.schemas.note(f"{target.pointer} is not an object; it is ignored.")
            return []
        found: list[Operation] = []
        for place in (node, target) if target is not node else (target,):
            nodes = [(method, child(place, written)) for method, written in methods_of(self.schemas, place)]
            extra = self.schemas.object_at(place, "additionalOperations")
            nodes += [(method.lower(), child(place, "additionalOperations", method)) for method in extra]
            known = {operation.method for operation in found}
            found += [
                self._operation(inner, path, method, (target, node)) for method, inner in nodes if method not in known
            ]
        return found

    def _operation(self, node: Node, path: str, method: str, items: tuple[Node, Node]) -> Operation:
        raw = node.raw
        if id(raw) in self._in_progress:
            self.schemas.note(f"{method.upper()} {path} has a callback to itself; it is read once.")
            return Operation(method, path, node.pointer)
        self._in_progress.add(id(raw))
        try:
            return self._read(node, path, method, *items)
        finally:
            self._in_progress.discard(id(raw))

    def _read(self, node: Node, path: str, method: str, item: Node, reference_node: Node) -> Operation:
        """Read an operation of a path item, and the members beside a ``$ref`` to that path item."""
        raw = node.raw
        own = raw.get("security")
        parameters = {
            name: value
            for place in (item, reference_node, node)
            for name, value in self.values.parameters(place, path).items()
        }
        self.values.match_misnamed_path_parameter(parameters, path)
        return Operation(
            method=method,
            path=path,
            pointer=node.pointer,
            path_pointer=reference_node.pointer,
            id=str(raw.get("operationId") or ""),
            lifecycle=lifecycle_of(raw, item.raw),
            tags=tuple(str(tag) for tag in raw["tags"]) if isinstance(raw.get("tags"), list) else (),
            parameters=parameters,
            body=self.values.body(node),
            responses=self.values.responses(node),
            callbacks=self._callbacks(node),
            security=effective_requirements(own if isinstance(own, list) else self.security, self.schemes),
            security_pointer=f"{node.pointer}/security" if isinstance(own, list) else "/security",
            servers=servers_of(raw.get("servers")) or servers_of(item.raw.get("servers")),
            words=words_of(raw, "summary", "description", "externalDocs"),
        )

    def _callbacks(self, node: Node) -> dict[tuple[str, str], Operation]:
        found: dict[tuple[str, str], Operation] = {}
        for name in self.schemas.object_at(node, "callbacks"):
            target = self.schemas.resolve(child(node, "callbacks", name))
            for expression in target.raw if target and isinstance(target.raw, dict) else ():
                if target is not None and not str(expression).startswith("x-"):
                    for operation in self._item(child(target, expression), f"{name} {expression}"):
                        found[f"{name} {expression}", operation.method] = operation
        return found

    # ------------------------------------------------------------------------------------------------------- rest

    def _schemes(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        if not self.schemas.object_at(self.root, "components"):
            return found
        components = child(self.root, "components")
        for name in self.schemas.object_at(components, "securitySchemes"):
            node = self.schemas.resolve(child(components, "securitySchemes", name))
            if node is not None and isinstance(node.raw, dict):
                found[name] = describe_scheme(node.raw) | {"pointer": node.pointer}
        return found

    def _unused(self) -> dict[str, str]:
        """The schemas that no reference leads to."""
        place, components = self.schemas.components()
        named: set[str] = set()
        stack: list[Any] = [self.document.content]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                reference = value.get("$ref")
                if isinstance(reference, str):
                    reference = unquote(reference)
                    named |= {reference.removeprefix(f"#{place}/").partition("/")[0], reference.rpartition("/")[2]}
                stack += [inner for inner in value.values() if isinstance(inner, (dict, list))]
            else:
                stack += [inner for inner in value if isinstance(inner, (dict, list))]
        return {str(name): f"{place}/{escaped(name)}" for name in components if str(name) not in named}
