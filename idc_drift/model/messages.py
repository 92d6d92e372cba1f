"""What is sent and received around a schema: parameters, headers, bodies, responses.

Law: what can be written in several ways is read as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..documents.json_values import SCALARS, canonical
from ..documents.node import Node, Shape, child, placed
from ..documents.spelling import media_type, parameter_names, words_of
from .api import Body, Media, Response, Value
from .lifecycle import promise_of
from .swagger2 import schema_of

if TYPE_CHECKING:
    from ..schemas.reader import Schemas

_ELSEWHERE = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that the specification has ignored: media types and security say what they are."""
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_ENCODED = ("contentType", "style", "explode", "allowReserved", "joined")
"""What an encoding says; ``joined`` is whether a list is one part of a form, which Swagger 2.0 alone says."""


class Values:
    """Reads what operations are made of."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas

    # ------------------------------------------------------------------------------------- parameters and headers

    def describe(self, parameters: dict[tuple[str, str], Value], path: str) -> None:
        """Take a path parameter that the path does not name for the only one that it names and nobody describes."""
        places = [("path", str(index)) for index, _ in enumerate(parameter_names(path))]
        left = [place for place in places if place not in parameters]
        stray = [key for key in parameters if key[0] == "path" and key not in places]
        if len(left) == len(stray) == 1:
            value = parameters[left[0]] = parameters.pop(stray[0])
            value.misnamed = True
            self.schemas.note(f"The parameter {value.where} is taken for the one of {path} that is not described.")

    def parameters(self, owner: Node, path: str) -> dict[tuple[str, str], Value]:
        """Parameters of an operation or a path item, by location and name (of a path parameter: by its position)."""
        found: dict[tuple[str, str], Value] = {}
        places = {name: str(index) for index, name in enumerate(parameter_names(path))}
        for index, _ in enumerate(self.schemas.listed(owner, "parameters")):
            node = self.schemas.resolve(child(owner, "parameters", index))
            if node is None or not isinstance(node.raw, dict):
                continue
            name = node.raw.get("name")
            value = self._value(node, "" if name is None else str(name), str(node.raw.get("in")))
            if value.location == "header" and value.name.lower() in _ELSEWHERE and self.schemas.version != "2.0":
                continue
            key = value.name.lower() if value.location == "header" else value.name
            if value.location == "path":
                value.required, value.said = True, value.required
                key = places.get(value.name, value.name)
            if (value.location, key) in found:
                self.schemas.note(f"{owner.pointer} has the parameter {value.where} twice; the last counts.")
            found[value.location, key] = value
        return found

    def _value(self, node: Node, name: str, location: str) -> Value:
        raw = node.raw
        shape, media = self._shape(node), ""
        contents = self.schemas.mapping(node, "content")
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
        if not isinstance(raw.get("required", False), bool):
            self.schemas.note(f"`required` of the {location} {name} is not true or false; it is read as false.")
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
        if schema is not None and not isinstance(schema, (dict, bool)):
            self.schemas.note(f"`schema` of {node.pointer} is not a schema; it is read as if it were not there.")
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
            node.pointer, node.raw.get("required") is True, self._content(node), words_of(node.raw, "description")
        )

    def _content(self, node: Node) -> dict[str, Media]:
        found: dict[str, Media] = {}
        if "schema" in node.raw and "content" not in node.raw:
            self.schemas.note(f"`schema` of {node.pointer} stands outside content; it is read as if it were not there.")
        for name in self.schemas.mapping(node, "content"):
            inner = self.schemas.resolve(child(node, "content", name))
            if inner is None or not isinstance(inner.raw, dict):
                continue
            shape = self._shape(inner)
            key = media_type(name)
            media = Media(
                key,
                inner.pointer,
                shape or None,
                _encodings(self.schemas, self.schemas.mapping(inner, "encoding"), key, shape),
                words_of(inner.raw),
                str(name).lower(),
            )
            item = inner.raw.get("itemSchema")
            if isinstance(item, dict) and not shape:
                media.shape = (child(inner, "itemSchema"),)
            if key in found:
                found[key].also.append(media)
            found.setdefault(key, media)
        return found

    def responses(self, owner: Node) -> dict[str, Response]:
        """The responses of an operation by status."""
        found: dict[str, Response] = {}
        for status in self.schemas.mapping(owner, "responses"):
            node = self.schemas.resolve(child(owner, "responses", status))
            if str(status).startswith("x-") or node is None or not isinstance(node.raw, dict):
                continue
            headers: dict[str, Value] = {}
            for name in self.schemas.mapping(node, "headers"):
                inner = self.schemas.resolve(child(node, "headers", name))
                if inner is not None and isinstance(inner.raw, dict) and str(name).lower() != "content-type":
                    headers[str(name).lower()] = self._value(inner, str(name), "header")
            links: dict[str, tuple[str, Any]] = {}
            for name in self.schemas.mapping(node, "links"):
                inner = self.schemas.resolve(child(node, "links", name))
                if inner is not None and isinstance(inner.raw, dict):
                    says = {key: value for key, value in inner.raw.items() if key != "description"}
                    links[str(name)] = (inner.pointer, canonical(says))
            key = str(status).upper() if str(status)[1:].upper() == "XX" else str(status)
            found[key] = Response(
                key, node.pointer, self._content(node), headers, links, words_of(node.raw, "description", "summary")
            )
        return found


# ---------------------------------------------------------------------------------------------------- forms


def _encodings(schemas: Schemas, encoding: dict[str, Any], media: str, shape: Shape) -> dict[str, Any]:
    """How the fields of a form are written, defaults left out."""
    found: dict[str, Any] = {}
    if not (media.startswith("multipart/") or media == "application/x-www-form-urlencoded"):
        return found
    fields = schemas.flat(shape).properties
    for name, raw in encoding.items():
        if not isinstance(raw, dict) or name not in fields:
            continue
        says = {key: str(raw[key]).lower() for key in _ENCODED if key in raw}
        if not media.startswith("multipart/"):
            says.pop("joined", None)
        kinds = schemas.flat(fields[name]).kinds
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


def _content_type(schemas: Schemas, shape: Shape) -> str:
    """What a part of a form is written as unless something else is said."""
    flat = schemas.flat(shape)
    if flat.kinds == {"array"}:
        flat = schemas.flat(flat.items)
    if flat.format == "binary" or "contentEncoding" in flat.content:
        return "application/octet-stream"
    return "text/plain" if flat.kinds <= SCALARS else "application/json"
