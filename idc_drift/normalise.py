"""A document as a model: one for Swagger 2.0 and every OpenAPI 3.

Law: two ways to write the same contract give models between which nothing differs. What hangs on a path hangs on each
of its operations; the names of components and of path parameters are gone; a header's name has no case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ._flat import SCALARS, Node, Shape, canonical, placed
from ._forms import encodings
from ._model import Api, Body, Media, Operation, Response, Value
from ._promises import promise_of
from ._references import child, escaped
from ._schemas import Schemas
from ._security import described, effective
from ._spelling import media_type, parameter_names, servers_of, wire_path, words_of
from ._swagger import methods_of, schema_of, translated

if TYPE_CHECKING:
    from .load import Document

__all__ = ["Api", "model"]

_ELSEWHERE = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that the specification has ignored: media types and security say what they are."""
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def model(document: Document) -> Api:
    """The model of a document."""
    return _Reader(document).api()


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        self.root = translated(self.schemas) if self.schemas.version == "2.0" else Node(document.content, "", document)
        raw = self.root.raw
        self.schemes = self._schemes()
        self._busy: set[int] = set()
        self.security = raw["security"] if isinstance(raw.get("security"), list) else []

    def api(self) -> Api:
        raw = self.root.raw
        operations: dict[tuple[str, str], Operation] = {}
        webhooks: dict[tuple[str, str], Operation] = {}
        for key, found in (("paths", operations), ("webhooks", webhooks)):
            for path in self._mapping(self.root, key):
                if str(path).startswith("x-"):
                    continue
                for operation in self._item(child(self.root, key, path), path):
                    place = (wire_path(path) if key == "paths" else path, operation.method)
                    if place in found:
                        self.schemas.note(f"{operation.name} is described twice, up to the names of its parameters.")
                        continue
                    found[place] = operation
        words = {name: canonical(raw[name]) for name in ("info", "tags", "externalDocs") if raw.get(name)}
        servers = servers_of(raw.get("servers")) or ("/",)
        return Api(self.document, self.schemas, operations, webhooks, servers, self.schemes, self._unused(), words)

    # ---------------------------------------------------------------------------------------------- operations

    def _item(self, node: Node, path: str) -> list[Operation]:
        target = self.schemas.resolve(node)
        if target is None or not isinstance(target.raw, dict):
            return []
        found: list[Operation] = []
        for place in (node, target) if target is not node else (target,):
            raw = place.raw
            nodes = [(method, child(place, written)) for method, written in methods_of(self.schemas, place)]
            extra = raw.get("additionalOperations")
            if isinstance(extra, dict):
                nodes += [(method.lower(), child(place, "additionalOperations", method)) for method in extra]
            known = {operation.method for operation in found}
            found += [
                self._operation(inner, path, method, (target, node)) for method, inner in nodes if method not in known
            ]
        return found

    def _operation(self, node: Node, path: str, method: str, items: tuple[Node, Node]) -> Operation:
        raw = node.raw
        if id(raw) in self._busy:
            self.schemas.note(f"{method.upper()} {path} calls back to itself; it is described once.")
            return Operation(method, path, node.pointer)
        self._busy.add(id(raw))
        try:
            return self._read(node, path, method, *items)
        finally:
            self._busy.discard(id(raw))

    def _read(self, node: Node, path: str, method: str, item: Node, beside: Node) -> Operation:
        """Read an operation of a path, and what stands beside a reference to that path, if it is referred to."""
        raw = node.raw
        own = raw.get("security")
        parameters = {
            name: value for place in (item, beside, node) for name, value in self._parameters(place, path).items()
        }
        self._placed(parameters, path)
        return Operation(
            method=method,
            path=path,
            pointer=node.pointer,
            id=str(raw.get("operationId") or ""),
            promise=promise_of(raw, item.raw),
            tags=tuple(str(tag) for tag in raw["tags"]) if isinstance(raw.get("tags"), list) else (),
            parameters=parameters,
            body=self._body(node),
            responses=self._responses(node),
            callbacks=self._callbacks(node),
            security=effective(own if isinstance(own, list) else self.security, self.schemes),
            security_pointer=f"{node.pointer}/security" if isinstance(own, list) else "/security",
            servers=servers_of(raw.get("servers")) or servers_of(item.raw.get("servers")),
            words=words_of(raw, "summary", "description", "externalDocs"),
        )

    def _callbacks(self, node: Node) -> dict[tuple[str, str], Operation]:
        found: dict[tuple[str, str], Operation] = {}
        for name in self._mapping(node, "callbacks"):
            target = self.schemas.resolve(child(node, "callbacks", name))
            for expression in target.raw if target and isinstance(target.raw, dict) else ():
                if target is not None and not str(expression).startswith("x-"):
                    for operation in self._item(child(target, expression), f"{name} {expression}"):
                        found[f"{name} {expression}", operation.method] = operation
        return found

    # ------------------------------------------------------------------------------------- parameters and headers

    def _placed(self, parameters: dict[tuple[str, str], Value], path: str) -> None:
        """Take a path parameter that the path does not name for the only one that it names and nobody describes."""
        places = [("path", str(index)) for index, _ in enumerate(parameter_names(path))]
        left = [place for place in places if place not in parameters]
        stray = [key for key in parameters if key[0] == "path" and key not in places]
        if len(left) == len(stray) == 1:
            parameters[left[0]] = parameters.pop(stray[0])
            self.schemas.note(
                f"The path {path} names no parameter {stray[0][1]}; it is taken for the one not described."
            )

    def _parameters(self, owner: Node, path: str) -> dict[tuple[str, str], Value]:
        found: dict[tuple[str, str], Value] = {}
        places = {name: str(index) for index, name in enumerate(parameter_names(path))}
        listed = owner.raw.get("parameters")
        for index, _ in enumerate(listed if isinstance(listed, list) else ()):
            node = self.schemas.resolve(child(owner, "parameters", index))
            if node is None or not isinstance(node.raw, dict):
                continue
            value = self._value(node, str(node.raw.get("name")), str(node.raw.get("in")))
            if value.location == "header" and value.name.lower() in _ELSEWHERE and self.schemas.version != "2.0":
                continue
            key = value.name.lower() if value.location == "header" else value.name
            if value.location == "path":
                value.required = True
                key = places.get(value.name, value.name)
            found[value.location, key] = value
        return found

    def _value(self, node: Node, name: str, location: str) -> Value:
        raw = node.raw
        shape, media = self._shape(node), ""
        contents = self._mapping(node, "content")
        if contents and not shape:
            media = str(next(iter(contents)))
            shape = self._shape(child(node, "content", media))
            media = media_type(media)
        style = str(raw.get("style") or _STYLES.get(location, "form"))
        explode = raw.get("explode")
        explode = explode if isinstance(explode, bool) else style == "form"
        if not shape and not contents and "type" in raw and self.schemas.version != "2.0":
            self.schemas.note(
                f"The {location} {name} has its type outside a schema, as Swagger 2.0 does; it is read so."
            )
            shape = (placed(schema_of(raw, node.pointer, node.home), node.pointer, node.home),)
        kinds = self.schemas.flat(shape).kinds
        if media == "text/plain" and kinds <= SCALARS:
            media = ""  # it is the plain value
        if media or not kinds & {"array", "object"}:
            explode, style = False, "" if style in ("form", "simple", "deepObject") or media else style
        elif style == "simple" and "object" not in kinds:
            explode = False  # a list is written the same either way
        return Value(
            name=name,
            location=location,
            pointer=node.pointer,
            required=raw.get("required") is True,
            shape=shape,
            style=style,
            explode=explode,
            media=media,
            reserved=raw.get("allowReserved") is True,
            empty=raw.get("allowEmptyValue") is True,
            promise=promise_of(raw),
            words=words_of(raw, "description"),
        )

    def _shape(self, node: Node) -> Shape:
        schema = node.raw.get("schema") if isinstance(node.raw, dict) else None
        return (child(node, "schema"),) if isinstance(schema, (dict, bool)) else ()

    # ---------------------------------------------------------------------------------------------------- bodies

    def _body(self, owner: Node) -> Body | None:
        if not isinstance(owner.raw.get("requestBody"), dict):
            return None
        node = self.schemas.resolve(child(owner, "requestBody"))
        if node is None or not isinstance(node.raw, dict):
            return None
        return Body(
            node.pointer, node.raw.get("required") is True, self._content(node), words_of(node.raw, "description")
        )

    def _content(self, node: Node) -> dict[str, Media]:
        found: dict[str, Media] = {}
        for name in self._mapping(node, "content"):
            inner = self.schemas.resolve(child(node, "content", name))
            if inner is None or not isinstance(inner.raw, dict):
                continue
            shape = self._shape(inner)
            key = media_type(name)
            encoding = inner.raw.get("encoding") if isinstance(inner.raw.get("encoding"), dict) else {}
            media = Media(
                key,
                inner.pointer,
                shape or None,
                encodings(self.schemas, encoding or {}, key, shape),
                words_of(inner.raw),
            )
            item = inner.raw.get("itemSchema")
            if isinstance(item, dict) and not shape:
                media.shape = (child(inner, "itemSchema"),)
            found.setdefault(key, media)
        return found

    def _responses(self, owner: Node) -> dict[str, Response]:
        found: dict[str, Response] = {}
        for status in self._mapping(owner, "responses"):
            node = self.schemas.resolve(child(owner, "responses", status))
            if str(status).startswith("x-") or node is None or not isinstance(node.raw, dict):
                continue
            headers: dict[str, Value] = {}
            for name in self._mapping(node, "headers"):
                inner = self.schemas.resolve(child(node, "headers", name))
                if inner is not None and isinstance(inner.raw, dict) and str(name).lower() != "content-type":
                    headers[str(name).lower()] = self._value(inner, str(name), "header")
            links: dict[str, tuple[str, Any]] = {}
            for name in self._mapping(node, "links"):
                inner = self.schemas.resolve(child(node, "links", name))
                if inner is not None and isinstance(inner.raw, dict):
                    says = {key: value for key, value in inner.raw.items() if key != "description"}
                    links[str(name)] = (inner.pointer, canonical(says))
            key = str(status).upper() if str(status)[1:].upper() == "XX" else str(status)
            found[key] = Response(
                key, node.pointer, self._content(node), headers, links, words_of(node.raw, "description", "summary")
            )
        return found

    # ------------------------------------------------------------------------------------------------------- rest

    def _mapping(self, node: Node, name: str) -> dict[str, Any]:
        value = node.raw.get(name) if isinstance(node.raw, dict) else None
        return value if isinstance(value, dict) else {}

    def _schemes(self) -> dict[str, dict[str, Any]]:
        components = self._mapping(self.root, "components")
        if not isinstance(components.get("securitySchemes"), dict):
            return {}
        found: dict[str, dict[str, Any]] = {}
        for name in components["securitySchemes"]:
            node = self.schemas.resolve(child(self.root, "components", "securitySchemes", name))
            if node is not None and isinstance(node.raw, dict):
                found[name] = described(node.raw) | {"pointer": node.pointer}
        return found

    def _unused(self) -> dict[str, str]:
        """Schemas that no reference names."""
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
                stack += value.values()
            elif isinstance(value, list):
                stack += value
        return {str(name): f"{place}/{escaped(str(name))}" for name in components if str(name) not in named}
