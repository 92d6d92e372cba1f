"""The reader of parameters, headers, bodies and responses.

Law: different spellings of the same thing are read as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.json_values import SCALARS, canonical
from ..documents.node import Node, Schema, child, placed
from ..documents.spelling import media_type, parameter_names, words_of
from .api import NO_REFERENCE, Body, Media, Parameter, Reference, Response
from .lifecycle import lifecycle_of
from .swagger2 import schema_of

if TYPE_CHECKING:
    from ..schemas.reader import Schemas

_IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""The header parameters that the specification ignores, because media types and security describe them."""
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_ENCODED = ("contentType", "style", "explode", "allowReserved", "joined")
"""The members of an encoding; ``joined`` (from Swagger 2.0 only) is whether a list is one part of a form."""


class MessageReader:
    """The reader of an operation's parameters, headers, bodies and responses."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas

    # ------------------------------------------------------------------------------------- parameters and headers

    def match_misnamed_path_parameter(self, parameters: dict[tuple[str, str], Parameter], path: str) -> None:
        """Match a path parameter whose name is not in the path with the path's only parameter without a description."""
        places = [("path", str(index)) for index, _ in enumerate(parameter_names(path))]
        left = [place for place in places if place not in parameters]
        stray = [key for key in parameters if key[0] == "path" and key not in places]
        if len(left) == len(stray) == 1:
            value = parameters[left[0]] = parameters.pop(stray[0])
            value.misnamed = True
            self.schemas.note(f"The parameter {value.where} is read as the one of {path} that has no description.")

    def parameters(self, owner: Node, path: str) -> dict[tuple[str, str], Parameter]:
        """The parameters of an operation or a path item, by location and name (path parameters: by position)."""
        found: dict[tuple[str, str], Parameter] = {}
        places = {name: str(index) for index, name in enumerate(parameter_names(path))}
        for index, _ in enumerate(self.schemas.list_at(owner, "parameters")):
            node = self.schemas.resolve(child(owner, "parameters", index))
            if node is None or not isinstance(node.raw, dict):
                continue
            name = node.raw.get("name")
            value = self._value(node, "" if name is None else str(name), str(node.raw.get("in")))
            value.reference = _reference(child(owner, "parameters", index))
            if value.location == "header" and value.name.lower() in _IGNORED_HEADERS and self.schemas.version != "2.0":
                continue
            key = value.name.lower() if value.location == "header" else value.name
            if value.location == "path":
                value.required, value.declared_required = True, value.required
                key = places.get(value.name, value.name)
            if (value.location, key) in found:
                self.schemas.note(f"{owner.pointer} has the parameter {value.where} twice; the last one is used.")
            found[value.location, key] = value
        return found

    def _value(self, node: Node, name: str, location: str) -> Parameter:
        raw = node.raw
        schema, media = self._schema(node), ""
        contents = self.schemas.object_at(node, "content")
        if contents and not schema:
            media = str(next(iter(contents)))
            schema = self._schema(child(node, "content", media))
            media = media_type(media)
        style = str(raw.get("style") or _STYLES.get(location, "form"))
        explode = raw.get("explode")
        explode = explode if isinstance(explode, bool) else style == "form"
        if not schema and not contents and "type" in raw and self.schemas.version != "2.0":
            self.schemas.note(
                f"The {location} {name} has its type outside a schema, as in Swagger 2.0; it is read as in Swagger 2.0."
            )
            schema = (placed(schema_of(raw, node.pointer, node.home), node.pointer, node.home),)
        if not isinstance(raw.get("required", False), bool):
            self.schemas.note(f"`required` of the {location} {name} is not true or false; it is read as false.")
        kinds = self.schemas.constraints(schema).value_types
        if media == "text/plain" and kinds <= SCALARS:
            media = ""  # text/plain is the plain value
        if media or not kinds & {"array", "object"}:
            explode, style = False, "" if style in ("form", "simple", "deepObject") or media else style
        elif style == "simple" and "object" not in kinds:
            explode = False  # a list is serialized the same either way
        return Parameter(
            name=name,
            location=location,
            pointer=node.pointer,
            required=raw.get("required") is True,
            schema=schema,
            style=style,
            explode=explode,
            media=media,
            allow_reserved=raw.get("allowReserved") is True,
            allow_empty_value=raw.get("allowEmptyValue") is True,
            lifecycle=lifecycle_of(raw),
            words=words_of(raw, "description"),
        )

    def _schema(self, node: Node) -> Schema:
        schema = node.raw.get("schema") if isinstance(node.raw, dict) else None
        if schema is not None and not isinstance(schema, (dict, bool)):
            self.schemas.note(f"`schema` of {node.pointer} is not a schema; it is ignored.")
        return (child(node, "schema"),) if isinstance(schema, (dict, bool)) else ()

    # ---------------------------------------------------------------------------------------------------- bodies

    def body(self, owner: Node) -> Body | None:
        """The request body of an operation."""
        if not isinstance(owner.raw.get("requestBody"), dict):
            return None
        node = self.schemas.resolve(child(owner, "requestBody"))
        if node is None or not isinstance(node.raw, dict):
            return None
        return Body(
            node.pointer,
            node.raw.get("required") is True,
            self._content(node),
            words_of(node.raw, "description"),
            _reference(child(owner, "requestBody")),
        )

    def _content(self, node: Node) -> dict[str, Media]:
        found: dict[str, Media] = {}
        if "schema" in node.raw and "content" not in node.raw:
            self.schemas.note(f"`schema` of {node.pointer} is outside `content`; it is ignored.")
        for name in self.schemas.object_at(node, "content"):
            inner = self.schemas.resolve(child(node, "content", name))
            if inner is None or not isinstance(inner.raw, dict):
                continue
            schema = self._schema(inner)
            key = media_type(name)
            media = Media(
                key,
                inner.pointer,
                schema or None,
                _encodings(self.schemas, self.schemas.object_at(inner, "encoding"), key, schema),
                words_of(inner.raw),
                str(name).lower(),
            )
            item = inner.raw.get("itemSchema")
            if isinstance(item, dict) and not schema:
                media.schema = (child(inner, "itemSchema"),)
            if key in found:
                found[key].other_spellings.append(media)
            found.setdefault(key, media)
        return found

    def responses(self, owner: Node) -> dict[str, Response]:
        """The responses of an operation, by status."""
        found: dict[str, Response] = {}
        for status in self.schemas.object_at(owner, "responses"):
            node = self.schemas.resolve(child(owner, "responses", status))
            if str(status).startswith("x-") or node is None or not isinstance(node.raw, dict):
                continue
            headers: dict[str, Parameter] = {}
            for name in self.schemas.object_at(node, "headers"):
                inner = self.schemas.resolve(child(node, "headers", name))
                if inner is not None and isinstance(inner.raw, dict) and str(name).lower() != "content-type":
                    headers[str(name).lower()] = self._value(inner, str(name), "header")
            links: dict[str, tuple[str, Any]] = {}
            for name in self.schemas.object_at(node, "links"):
                inner = self.schemas.resolve(child(node, "links", name))
                if inner is not None and isinstance(inner.raw, dict):
                    says = {key: value for key, value in inner.raw.items() if key != "description"}
                    links[str(name)] = (inner.pointer, canonical(says))
            key = str(status).upper() if str(status)[1:].upper() == "XX" else str(status)
            found[key] = Response(
                key,
                node.pointer,
                self._content(node),
                headers,
                links,
                words_of(node.raw, "description", "summary"),
                _reference(child(owner, "responses", status)),
            )
        return found


def _reference(node: Node) -> Reference:
    target = node.raw.get("$ref") if isinstance(node.raw, dict) else None
    return Reference(f"{node.pointer}/$ref", target, node) if isinstance(target, str) else NO_REFERENCE


# ---------------------------------------------------------------------------------------------------- forms


def _encodings(schemas: Schemas, encoding: dict[str, Any], media: str, schema: Schema) -> dict[str, Any]:
    """The encodings of a form's fields, without default values."""
    found: dict[str, Any] = {}
    if not (media.startswith("multipart/") or media == "application/x-www-form-urlencoded"):
        return found
    fields = schemas.constraints(schema).properties
    for name, raw in encoding.items():
        if not isinstance(raw, dict) or name not in fields:
            continue
        says = {key: str(raw[key]) if key == "style" else str(raw[key]).lower() for key in _ENCODED if key in raw}
        if not media.startswith("multipart/"):
            says.pop("joined", None)
        kinds = schemas.constraints(fields[name]).value_types
        plain = media.startswith("multipart/") or not kinds & {"array", "object"}
        for key, value in (
            ("explode", str(says.get("style", "form") == "form").lower()),
            ("style", "form"),
            ("allowReserved", "false"),
            ("contentType", _content_type(schemas, fields[name]) if media.startswith("multipart/") else ""),
        ):
            if says.get(key) == value or (key == "explode" and plain):
                says.pop(key, None)
        if isinstance(raw.get("headers"), dict) and media.startswith("multipart/"):
            says["headers"] = canonical({str(name).lower(): header for name, header in raw["headers"].items()})
        found[name] = says
    return {name: says for name, says in found.items() if says}


def _content_type(schemas: Schemas, schema: Schema) -> str:
    """The default content type of a part of a form."""
    constraints = schemas.constraints(schema)
    if constraints.value_types == {"array"}:
        constraints = schemas.constraints(constraints.items)
    if constraints.format == "binary" or "contentEncoding" in constraints.content:
        return "application/octet-stream"
    return "text/plain" if constraints.value_types <= SCALARS else "application/json"
