"""The check of an answer against openapi.yaml, and a record of which keywords were checked.

Law: every check here follows from the document; rules that it cannot express are in the relations. Uses jsonschema-rs,
which is fast; test_document.py validates the document's own examples with another implementation.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema_rs

from idc_contract.calls import FAILURE, Answer, Broken
from idc_contract.document.openapi import DOCUMENT, OPERATIONS, Operation, alternatives, lost, resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Reached = tuple[str, str, str]
"""Operation, status, and a pointer into the schema of its answer that ends in a keyword."""
KEYWORDS = frozenset({
    "type", "enum", "const", "pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems",
    "maxItems", "required", "propertyNames", "additionalProperties", "uniqueItems", "minProperties", "maxProperties",
    "oneOf", "anyOf",
})  # fmt: skip
CHOSEN = frozenset({"filters", "json", "json_manifest", "ranges", "terms"})
"""Members of answers whose own members a request chooses."""
WHOLE = re.compile(rb"[:\[,]\s*-?\d+(?:\.0+|(?:\.\d+)?[eE][+-]?\d+)\s*[,\]}]")
"""What a number may look like that has a decimal point or an exponent, and no fraction."""
REFUSAL = 400
INSIDE = re.compile(
    r"""Traceback\ \(most\ recent\ call\ last | File\ \\?"[^"]+",\ line\ \d+ | \b(?:site|dist)-packages\b
    | (?<![\w./:-])/(?:home|usr|opt|srv|root|var|tmp|app|workspace|Users|etc|proc|mnt|data)/[\w.-]+
    | \b[A-Za-z]:\\{1,2}[\w.-]+\\ | \bat\ [\w.$]+\([\w]+\.java:\d+\) | \b0x[0-9a-f]{8,}\b | \w+\.py:\d+
    | <(?:!doctype|html|head|body|h1|pre|title)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Parts of programs and web pages: stack traces, paths of files, addresses of objects, tags."""
LARGE = 2.0**52
"""The double from which there are no fractions."""
DEPTH = 12
ENOUGH = 100
"""The number of answers of one kind whose keywords are recorded."""


class Coverage:
    """The answers, and the keywords of their schemas, that were checked."""

    def __init__(self) -> None:
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.reached: set[Reached] = set()

    def note(self, operation: Operation, status: int, media_type: str, content: Any) -> None:
        """Record an answer that fits the document."""
        self.statuses[operation.id, status] += 1
        node = resolved(operation.node["responses"].get(str(status), {}))
        media = node.get("content", {}).get(media_type, {})
        if "schema" in media and self.statuses[operation.id, status] <= ENOUGH:
            applicable = _applicable_keywords(media["schema"], content, "", 0)
            self.reached.update((operation.id, str(status), pointer) for pointer in applicable)

    @property
    def declared(self) -> set[Reached]:
        """All keywords that could be checked."""
        return {
            (operation.id, status, pointer)
            for operation in OPERATIONS.values()
            for status, answer in operation.node["responses"].items()
            for media in resolved(answer).get("content", {}).values()
            for pointer in _all(json.dumps(media.get("schema", {})))
        }


def _applicable_keywords(schema: dict[str, Any], value: Any, where: str, depth: int) -> Iterator[str]:
    """The keywords that apply to a value."""
    schema = resolved(schema)
    yield from (f"{where}/{keyword}" for keyword in KEYWORDS & schema.keys())
    if depth > DEPTH:
        return
    for place, branch in alternatives(schema).items():
        if _validator(json.dumps(branch)).is_valid(value):
            yield from _applicable_keywords(branch, value, f"{where}/{place}", depth + 1)
    if isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                yield from _applicable_keywords(member, value[name], f"{where}/{name}", depth + 1)
    if isinstance(value, list) and "items" in schema:
        for item in value[:20]:
            yield from _applicable_keywords(schema["items"], item, f"{where}/items", depth + 1)


@cache
def _all(text: str) -> frozenset[str]:
    """The keywords of a schema, at every depth."""
    found: set[str] = set()

    def walk(schema: dict[str, Any], where: str, depth: int) -> None:
        schema = resolved(schema)
        found.update(f"{where}/{keyword}" for keyword in KEYWORDS & schema.keys())
        if depth > DEPTH:
            return
        for place, branch in alternatives(schema).items():
            walk(branch, f"{where}/{place}", depth + 1)
        for name, member in schema.get("properties", {}).items():
            walk(member, f"{where}/{name}", depth + 1)
        if isinstance(schema.get("items"), dict):
            walk(schema["items"], f"{where}/items", depth + 1)

    walk(json.loads(text), "", 0)
    return frozenset(found)


@cache
def _validator(text: str) -> jsonschema_rs.Draft202012Validator:
    rooted = {**json.loads(text), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(rooted, validate_formats=True)


def judge(operation: Operation, answer: Answer) -> Any:
    """The content of an answer that fits the document (JSON, or text); raises Broken with a place."""
    request = f"{answer.request.method} {answer.request.target[:200]}"
    try:
        return _judged(operation, answer, request)
    except Broken as broken:
        failed = answer.status >= FAILURE  # which is one cause, whatever else is wrong with the answer
        parts = (operation.id, str(answer.status), *(() if failed else (broken.check, broken.place)))
        broken.place = " · ".join(part for part in parts if part)
        raise


def _judged(operation: Operation, answer: Answer, request: str) -> Any:
    declared = operation.node["responses"].get(str(answer.status))
    if declared is None:
        excerpt = answer.text[:300]
        raise Broken(
            "status is declared", f"{request}: {operation.id} does not declare {answer.status}: {excerpt}", answer
        )
    declared = resolved(declared)
    media = declared.get("content", {}).get(answer.media_type)
    if media is None:
        kind = answer.header("content-type")
        raise Broken("media type is declared", f"{request}: {answer.status} comes as {kind!r}", answer)
    _headers(declared, answer, request)
    content = read(answer, request)
    validator = _validator(json.dumps(media["schema"]))
    for error in validator.iter_errors(content):
        at = "/".join(map(str, error.instance_path))
        message = f"{request}: {answer.status}: at /{at}: {error.message[:400]}"
        keyword = next((str(part) for part in reversed(error.schema_path) if isinstance(part, str)), "")
        raise Broken("body fits its schema", message, answer, location(error.instance_path, keyword))
    if answer.media_type == "application/json" and (wrong := pointed(media["schema"], answer.body)):
        raise Broken("an integer has no decimal point", f"{request}: {answer.status}: {wrong[1]}", answer, wrong[0])
    name = operation.schema(answer.status)
    if name and (loss := lost(name, content)):
        raise Broken("generated model keeps the body", f"{request}: {loss[:1500]}", answer, name)
    return content


def pointed(schema: dict[str, Any], body: bytes) -> tuple[str, str] | None:
    """The place of an integer that JSON has with a decimal point or an exponent, and a sentence; None if there is none.

    JSON Schema takes 774.0 for an integer, but most languages read it as a double. Here it becomes the next double
    that has a fraction, which every rule for numbers accepts, and ``type: integer`` does not.
    """
    if WHOLE.search(body) is None:
        return None
    for error in _validator(json.dumps(schema)).iter_errors(json.loads(body, parse_float=_fraction)):
        at = "/".join(map(str, error.instance_path))
        return location(error.instance_path, "type"), f"at /{at} is an integer with a decimal point or an exponent"
    return None


def _fraction(text: str) -> float:
    number = float(text)
    return math.nextafter(number, math.inf) if number.is_integer() and abs(number) < LARGE else number


def location(instance_path: Iterable[str | int], keyword: str) -> str:
    """A place in answers of one kind: ``/series/[]/Modality type``; names that a request chooses are ``*``."""
    steps: list[str] = []
    for part in instance_path:
        chosen = CHOSEN.intersection(steps) and isinstance(part, str)
        steps.append("*" if chosen else "[]" if isinstance(part, int) else part)
    return f"/{'/'.join(steps)} {keyword}"


def read(answer: Answer, request: str = "") -> Any:
    """The body as its content type declares: strict JSON, or text, in UTF-8; raises Broken."""
    charset = re.search(r'charset="?([^\s";]+)', answer.header("content-type") or "", re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise Broken("charset is UTF-8", f"{request}: the content type names {charset[1]}", answer)
    try:
        text = answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("charset is UTF-8", f"{request}: the body is not UTF-8: {error}", answer) from None
    if answer.status >= REFUSAL and (found := leaked(answer, text)):
        raise Broken("a message is for its reader", f"{request}: {answer.status}: it shows {found!r}", answer)
    if answer.media_type != "application/json":
        return text
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Broken("body is JSON", f"{request}: {answer.status}: {error} in {text[:200]!r}", answer) from None


def leaked(answer: Answer, text: str) -> str:
    """What a refusal shows of the inside of a service, and is not in the request; empty if nothing."""
    for found in INSIDE.finditer(text):
        sent = answer.request.body.decode("utf-8", "replace") + unquote(answer.request.target)
        shown = found[0].replace("\\n", "\n").replace('\\"', '"')
        if found[0] not in sent and shown not in sent:
            return text[max(0, found.start() - 40) : found.end() + 80]
    return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a member occurs twice: {[name for name, _ in pairs]}")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _headers(declared: dict[str, Any], answer: Answer, request: str) -> None:
    for name, header in declared.get("headers", {}).items():
        header, value = resolved(header), answer.header(name.lower())
        if value is None:
            raise Broken("header is there", f"{request}: {answer.status} without {name}", answer, name)
        if not _validator(json.dumps(header["schema"])).is_valid(value):
            raise Broken("header fits its schema", f"{request}: {name}: {value!r}", answer, name)
    length = answer.header("content-length")
    sent = len(answer.body) if answer.wire is None else answer.wire
    if length is not None and length != str(sent):
        raise Broken("length is true", f"{request}: {length} bytes announced, {sent} sent", answer)
