"""Successful answers checked against the document: complete and of the right types, or a sentence that says why not.

What the document says comes from `idc_openapi.answers`, and msgspec checks it. A member that the document
does not have is no mistake: the service adds some with every release. Law: pure; sends nothing and raises no error of
its own.

A generated function gets only a value that was checked here, so that its parser cannot fail. Its enumerations are
closed; elsewhere any text is accepted in their place.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Union

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISFIT = "a body that does not fit the document"
_LONGEST_SENTENCE = 300
_LARGEST_BOUND = 2**63 - 1  # a larger one has no meaning for msgspec
#: The keywords that bound a number, and their names in msgspec.
_BOUNDS = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
#: The place of a value within another one, and the place of that.
_INNER_PLACE = re.compile(r" - at `\$([^`]*)` - at `\$([^`]*)`")
#: Where a value is, at the end of a sentence of msgspec.
_PLACE = re.compile(r" - at `\$((?:\.\w+|\[\d+\])+)`\Z")


def decode_json(content: bytes) -> Any:
    """Decode JSON; NaN and infinities are refused, which are none.

    Raises:
        ValueError, RecursionError: it is not JSON, or nested too deeply.
    """
    import msgspec

    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError) as error:
        problem = str(error)
    # What is unusual, but JSON: a byte order mark, UTF-16, half of a surrogate pair.
    with contextlib.suppress(ValueError):
        return json.loads(content, parse_constant=_refuse_constant, parse_float=_finite_float)
    raise ValueError(problem)


def checked_json(method: str, path: str, status: int, content: bytes) -> Any:
    """Decode and check the JSON of a successful answer for a generated function; enumerations are closed.

    Args:
        method: The HTTP method in capitals.
        path: The path relative to the base URL, with escapes.
        status: The status, which the operation has.
        content: The body.

    Raises:
        ValueError: the body is not what the document says; the message says what is missing where.
    """
    try:
        value = decode_json(content)
    except RecursionError:
        raise ValueError(f"{_MISFIT}: it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{_MISFIT}: it is not JSON ({error})"[:_LONGEST_SENTENCE]) from None
    operation = _find_operation(method, path)
    if operation is not None:
        problem = _problem_of(value, _type_of_answer(operation, str(status), closed=True))
        if problem is not None:
            raise ValueError(problem)
    return value


def text_problem(method: str, path: str, status: int, content: bytes) -> str | None:
    """Say what is wrong with a successful answer in text; None if it is as the document says, or not text."""
    schema = _schema_of_answer(method, path, status)
    if schema is None or "text" not in schema:
        return None
    whole = _text_pattern(schema["text"]).search(content.decode("utf-8", "replace")) is not None
    return None if whole else f"{_MISFIT}: the text is cut or of another form"


def is_json_answer(method: str, path: str, status: int) -> bool:
    """Say whether the document has a successful answer in JSON for an operation and a status."""
    schema = _schema_of_answer(method, path, status)
    return schema is not None and "text" not in schema


def value_problem(method: str, path: str, status: int, value: Any) -> str | None:
    """Say what is wrong with the decoded body of a successful answer, None for nothing; enumerations are open."""
    operation = _find_operation(method, path)
    if operation is None or str(status) not in _document()["operations"][operation]:
        return status_problem(method, path, status)
    return _problem_of(value, _type_of_answer(operation, str(status), closed=False))


def status_problem(method: str, path: str, status: int) -> str | None:
    """Say that an operation has no answer of this status; None if it has, or if it is not of the document."""
    operation = _find_operation(method, path)
    known = operation is None or str(status) in _document()["operations"][operation]
    return None if known else "a status that the document does not have for it"


def check_value(schema: str, value: Any) -> None:
    """Check a decoded value against a schema of the document, by name; enumerations are open.

    Raises:
        ValueError: it does not fit; the message says what is missing where.
    """
    import msgspec

    try:
        msgspec.convert(value, _types(closed=False).named(schema), dec_hook=_check_custom)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def bounds_problem(method: str, path: str, status: int, value: Any) -> str | None:
    """Say which number of a successful answer is outside of its bounds, None for none.

    Nothing else is checked, so that an answer may lack what its reader does not need.
    """
    operation = _find_operation(method, path)
    if operation is None or str(status) not in _document()["operations"][operation]:
        return None
    return _problem_of(value, _type_of_bounds(operation, str(status)))


def check_bounds(schema: str, value: Any) -> None:
    """Check the numbers of a decoded value, or of a part of it, against the bounds of a schema, by name.

    Raises:
        ValueError: a number is outside of its bounds; the message says which.
    """
    problem = _problem_of(value, _type_of_bounds(schema))
    if problem is not None:
        raise ValueError(problem)


def bounds_of_members(schema: str) -> dict[str, dict[str, Any]]:
    """Return the bounds of the numbers of an object, by wire name, as `msgspec.Meta` takes them."""
    members = _document()["schemas"].get(schema, {}).get("properties", {})
    return {name: found for name, one in members.items() if (found := _meta_bounds(one))}


@functools.cache
def _document() -> dict[str, Any]:
    import idc_openapi

    return idc_openapi.answers()


@functools.cache
def _path_patterns() -> list[tuple[str, re.Pattern[str]]]:
    """List the operations whose paths have parameters."""
    return [
        (operation, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation))))
        for operation in _document()["operations"]
        if "{" in operation
    ]


def _find_operation(method: str, path: str) -> str | None:
    wanted = f"{method} {path}"
    if wanted in _document()["operations"]:
        return wanted
    return next((operation for operation, pattern in _path_patterns() if pattern.fullmatch(wanted)), None)


def _schema_of_answer(method: str, path: str, status: int) -> dict[str, Any] | None:
    operation = _find_operation(method, path)
    return None if operation is None else _document()["operations"][operation].get(str(status))


@functools.cache
def _text_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of lines, without groups and without ways back: it is five times as fast then."""
    return re.compile(re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern).removesuffix("*$") + "*+$")


@functools.cache
def _type_of_answer(operation: str, status: str, closed: bool) -> Any:
    return _types(closed).of(_document()["operations"][operation][status])


@functools.cache
def _type_of_bounds(name: str, status: str | None = None) -> Any:
    """Make the type that checks bounds alone, of a schema by its name, or of an answer of an operation."""
    schema = {"$ref": name} if status is None else _document()["operations"][name][status]
    bounded = _bounded_part(schema, _document()["schemas"])
    return Any if bounded is None else _types(closed=False).of(bounded)


def _bounded_part(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any] | None:
    """Reduce a schema to the numbers that it bounds and the way to them; None if there are none."""
    if "$ref" in schema:
        return _bounded_part(schemas[schema["$ref"]], schemas)
    if not _BOUNDS.keys().isdisjoint(schema):
        return dict(schema)
    found: dict[str, Any] = {}
    for name in ("items", "additionalProperties"):
        if name in schema and (part := _bounded_part(schema[name], schemas)) is not None:
            found[name] = part
    members = {name: _bounded_part(one, schemas) for name, one in schema.get("properties", {}).items()}
    if bounded := {name: one for name, one in members.items() if one is not None}:
        found["properties"] = bounded
    for name in ("oneOf", "anyOf"):  # a value of an alternative without bounds has none
        parts = [one if one.get("type") == "null" else _bounded_part(one, schemas) for one in schema.get(name, ())]
        if parts and None not in parts:
            found[name] = parts
    return {**found, **{name: schema[name] for name in ("type",) if name in schema}} if found else None


def _problem_of(value: Any, kind: Any) -> str | None:
    import msgspec

    try:
        msgspec.convert(value, kind, dec_hook=_check_custom)
    except msgspec.ValidationError as error:
        problem = _INNER_PLACE.sub(r" - at `$\2\1`", str(error))
        return f"{_MISFIT}: {problem}{_found_number(problem, value)}"[:_LONGEST_SENTENCE]
    except RecursionError:
        return f"{_MISFIT}: it is nested too deeply"
    return None


def _found_number(problem: str, value: Any) -> str:
    """Say in which row a problem is and which number stands there, as far as there are any."""
    place = _PLACE.search(problem)
    if place is None:
        return ""
    row = ""
    for index, name in re.findall(r"\[(\d+)\]|\.(\w+)", place[1]):
        value = value[int(index)] if index else value[name]
        if index and isinstance(value, dict):
            row = f" (row {int(index) + 1:,})"
    return f"{row}, which is {value!r:.40}" if isinstance(value, int | float) else row


@functools.cache
def _types(closed: bool) -> _Types:
    return _Types(_document()["schemas"], closed)


class _Custom:
    """A type of what msgspec has no type for; subclasses are made by `_Types`."""

    @classmethod
    def check(cls, value: Any) -> None:
        """Raise ValidationError or ValueError if a decoded value does not fit."""
        raise NotImplementedError  # every subclass is made with a check of its own


def _check_custom(kind: type[_Custom], value: Any) -> Any:
    import msgspec

    try:
        kind.check(value)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None  # or msgspec would not add where the value is
    return object.__new__(kind)


class _Types:
    """The types for msgspec of the document's schemas, each made when it is first needed."""

    def __init__(self, schemas: Mapping[str, Any], closed: bool) -> None:
        self._schemas, self._closed = schemas, closed
        self._made: dict[str, Any] = {}

    def named(self, name: str) -> Any:
        """Give the type of a schema by its name."""
        if name not in self._made:
            self._made[name] = self.of(self._schemas[name], name)
        return self._made[name]

    def of(self, schema: Mapping[str, Any], name: str = "Part") -> Any:
        """Give the type of a schema."""
        if "$ref" in schema:
            return self.named(schema["$ref"])
        if alternatives := schema.get("oneOf") or schema.get("anyOf"):
            return self._one_of(alternatives)
        if self._closed and ("enum" in schema or isinstance(schema.get("const"), str)):
            return Literal[tuple(schema.get("enum", [schema.get("const")]))]
        if self._closed and type(schema.get("const")) is int:
            return Literal[schema["const"]]
        kinds = schema.get("type", [])
        parts = [self._of_kind(kind, schema, name) for kind in (kinds if isinstance(kinds, list) else [kinds])]
        return Union[tuple(parts)] if parts else Any  # noqa: UP007 - the members are known at run time only

    def _of_kind(self, kind: str, schema: Mapping[str, Any], name: str) -> Any:
        match kind:
            case "string":
                return datetime.date if schema.get("format") == "date" else str
            case "integer" | "number":
                return _bounded(int if kind == "integer" else float, schema)
            case "boolean":
                return bool
            case "array":
                return list[self.of(schema.get("items", {}))]  # type: ignore[misc] # a type made at run time
            case "object":
                return self._object(schema, name)
        return None

    def _object(self, schema: Mapping[str, Any], name: str) -> Any:
        import msgspec

        if "properties" not in schema:
            content: Any = dict[str, self.of(schema.get("additionalProperties", {}))]  # type: ignore[misc] # as above
            most = schema.get("maxProperties")
            return content if most is None else Annotated[content, msgspec.Meta(max_length=most)]
        members = list(schema["properties"].items())
        required = frozenset(schema.get("required", ()))
        made = msgspec.defstruct(
            name,
            [
                (f"member{at}", self.of(one), *(() if wire in required else (None,)))
                for at, (wire, one) in enumerate(members)
            ],
            rename={f"member{at}": wire for at, (wire, _) in enumerate(members)},
            kw_only=True,
            gc=False,
        )
        if "additionalProperties" not in schema:
            return made
        return _open_object(made, frozenset(schema["properties"]), self.of(schema["additionalProperties"]))

    def _one_of(self, schemas: list[Mapping[str, Any]]) -> Any:
        parts = [self.of(one) for one in schemas]
        shapes = [self._schemas[one["$ref"]] if "$ref" in one else one for one in schemas]
        if sum(one.get("type") == "object" for one in shapes) < 2:
            return Union[tuple(parts)]  # noqa: UP007 - as above
        return _any_of(parts)


def _meta_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds of a number as `msgspec.Meta` takes them."""
    return {
        name: schema[keyword]
        for keyword, name in _BOUNDS.items()
        if abs(schema.get(keyword, math.inf)) <= _LARGEST_BOUND
    }


def _bounded(kind: type[int | float], schema: Mapping[str, Any]) -> Any:
    import msgspec

    bounds = _meta_bounds(schema)
    bounded = Annotated[kind, msgspec.Meta(**bounds)] if bounds else kind
    if len(bounds) == len(_BOUNDS.keys() & schema.keys()):
        return bounded
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)

    class Large(_Custom):
        """A number with a bound that is too large for msgspec."""

        @classmethod
        def check(cls, value: Any) -> None:
            msgspec.convert(value, bounded)
            if not least <= value <= most:
                raise ValueError(f"Expected `{kind.__name__}` from {least} to {most}")

    return Large


def _any_of(kinds: list[Any]) -> type[_Custom]:
    """Make the type of a value that fits one of several kinds of objects."""

    class AnyOf(_Custom):
        @classmethod
        def check(cls, value: Any) -> None:
            import msgspec

            problems = []
            for kind in kinds:
                try:
                    msgspec.convert(value, kind, dec_hook=_check_custom)
                except msgspec.ValidationError as error:
                    problems.append(str(error))
                else:
                    return
            raise ValueError("; or: ".join(problems))

    return AnyOf


def _open_object(struct: Any, declared: frozenset[str], others: Any) -> type[_Custom]:
    """Make the type of an object with declared members, and others of one type."""

    class OpenObject(_Custom):
        @classmethod
        def check(cls, value: Any) -> None:
            import msgspec

            msgspec.convert(value, struct, dec_hook=_check_custom)
            rest = {name: one for name, one in value.items() if name not in declared}
            msgspec.convert(rest, dict[str, others], dec_hook=_check_custom)

    return OpenObject


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond any number")
    return number
