"""openapi.yaml, compiled: finds the operation of a request, and validates requests and responses.

Law: everything about shapes is read from the document, nothing is restated; knows no endpoint by name.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import jsonschema_rs
import orjson
import yaml

import idc_openapi
from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

METHODS = ("get", "put", "post", "delete", "patch")
LONGEST_LISTED = 16_384
INTEGER = re.compile(r"[+-]?[0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One validation error: its place (a path into the body, or the name of a parameter) and its message."""

    where: tuple[str | int, ...]
    what: str
    keyword: str
    missing: str = ""
    """Name of the required member that is missing."""
    name: str = ""
    """Name of the member that is unknown."""


class InvalidJSON(ValueError):
    """The body is not JSON; the text has the place of the error."""


class ContractViolation(ValueError):
    """A request or response that the document does not allow; ``problems`` has the deepest one first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].what)
        self.problems = problems


class Validator:
    """A schema of the document, compiled at its first use: most schemas are never used in a run."""

    def __init__(self, schema: Mapping[str, Any], components: Mapping[str, Any]) -> None:
        self._rooted = {**schema, "components": components}

    @cached_property
    def compiled(self) -> jsonschema_rs.Draft202012Validator:
        """The compiled validator."""
        return jsonschema_rs.Draft202012Validator(self._rooted, validate_formats=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or path parameter."""

    name: str
    place: Literal["query", "path"]
    required: bool
    schema: Mapping[str, Any]
    validator: Validator

    @property
    def default(self) -> Any:
        """The value of a parameter that is not given."""
        return self.schema.get("default")

    def read(self, text: str) -> Any:
        """The value of a parameter's text; raises ContractViolation."""
        value: Any = text
        if self.schema.get("type") == "integer":
            if not INTEGER.fullmatch(text):
                raise ContractViolation(
                    Problem((self.name,), f"Parameter {self.name} must have an integer value", "type")
                )
            value = int(text)
        for problem in _problems(self.validator, value):
            raise ContractViolation(Problem((self.name,), f"Parameter {self.name}: {problem.what}", problem.keyword))
        return value


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    secured: bool
    parameters: Mapping[str, Parameter]
    body: Validator | None
    answers: Mapping[str, Mapping[str, Validator]]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of the paths of its requests."""
        number = {name for name, parameter in self.parameters.items() if parameter.schema.get("type") == "integer"}
        path = self.path.replace(".", r"\.")
        return re.compile(re.sub(r"\{(\w+)\}", lambda m: "[0-9]+" if m[1] in number else "[^/]+", path) + "/?")

    def handler(self, service: object) -> Callable[..., Any]:
        """The method of a service that answers it, ``count_cohort`` for ``countCohort``; raises StandinError."""
        name = snake_case(self.id)
        found: Callable[..., Any] | None = getattr(service, name, None)
        if found is None:
            kind = type(service).__name__
            raise StandinError(f"{kind} has no method {name} for the operation {self.id} of openapi.yaml; write one.")
        return found

    def read_body(self, raw: bytes) -> Any:
        """The JSON value of a body, checked; raises InvalidJSON or ContractViolation."""
        if self.body is None:
            return None
        value = parse(raw)
        if problems := _problems(self.body, value, len(raw)):
            raise ContractViolation(*problems)
        return value

    def check_answer(self, status: int, media_type: str, raw: bytes) -> None:
        """Validate a response; raises ContractViolation if the document does not declare it."""
        declared = self.answers.get(str(status))
        if declared is None:
            raise ContractViolation(Problem((), f"{self.id} does not declare status {status}", "responses"))
        if media_type not in declared:
            raise ContractViolation(Problem((), f"{self.id} does not declare {media_type} for {status}", "content"))
        value = parse_answer(raw) if media_type == "application/json" else raw.decode()
        for problem in _problems(declared[media_type], value, len(raw)):
            raise ContractViolation(Problem(problem.where, f"{self.id} {status}: {problem.what}", problem.keyword))


class Contract:
    """The document and its operations."""

    def __init__(self, *, coming: bool = False) -> None:
        """``coming``: with what no release of upstream's server has yet, as if one had."""
        whole: dict[str, Any] = yaml.load(idc_openapi.content(), yaml.CSafeLoader)
        self.document = idc_openapi.released(whole, keep=idc_openapi.unreleased(whole) if coming else ())
        self.operations = tuple(self._operations())

    @cached_property
    def json(self) -> bytes:
        """The document as JSON."""
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a request, with or without a slash at the end of its path."""
        for operation in self.operations:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        return None

    def _operations(self) -> Iterable[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method])

    def _operation(self, path: str, method: str, operation: Mapping[str, Any]) -> Operation:
        security = operation.get("security", self.document.get("security", []))
        parameters = [self._resolve(parameter) for parameter in operation.get("parameters", ())]
        body = self._resolve(operation.get("requestBody", {})).get("content", {}).get("application/json")
        answers = {status: self._resolve(answer) for status, answer in operation["responses"].items()}
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            secured=bool(security),
            parameters={p["name"]: self._parameter(p) for p in parameters},
            body=self._validator(body["schema"]) if body else None,
            answers={
                status: {media: self._validator(c["schema"]) for media, c in answer.get("content", {}).items()}
                for status, answer in answers.items()
            },
        )

    def _parameter(self, parameter: Mapping[str, Any]) -> Parameter:
        schema = self._resolve(parameter["schema"])
        required = parameter.get("required", False)
        return Parameter(parameter["name"], parameter["in"], required, schema, self._validator(schema))

    def _resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _validator(self, schema: Mapping[str, Any]) -> Validator:
        return Validator(schema, self.document["components"])


def snake_case(operation_id: str) -> str:
    """``countCohort`` as ``count_cohort``: the rule by which openapi-python-client names the modules of operations."""
    if re.search("[A-Z]", operation_id):
        operation_id = " ".join(re.split("([A-Z]?[a-z]+)", operation_id))
    return "_".join(re.findall("[^. _-]+", operation_id)).lower()


def quirks(generation: str) -> frozenset[str]:
    """The deviations that ``--quirks`` turns off, of a generation's table."""
    rows = yaml.safe_load((files("idc_standin") / generation / "deviations.yaml").read_text(encoding="utf-8"))
    return frozenset(row["id"] for row in rows if row["quirk"])


def parse(raw: bytes) -> Any:
    """JSON, strictly: no NaN, no lone surrogates, no depth without end, integers of any size; raises InvalidJSON."""
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidJSON(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    try:
        return json.loads(raw)  # orjson makes floats of integers beyond 64 bits
    except (RecursionError, ValueError) as error:  # the first parser accepts more depth than the second
        raise InvalidJSON(f"it is nested too deeply or has too long a number ({type(error).__name__})") from None


def parse_answer(raw: bytes) -> Any:
    """JSON of a response: a 422 may echo an integer beyond the range of a double, which `parse` refuses."""
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (RecursionError, ValueError) as error:
        raise InvalidJSON(str(error)) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _problems(against: Validator, value: Any, size: int = 0) -> list[Problem]:
    """Validation errors, the deepest first; for a body larger than LONGEST_LISTED bytes only the first one found.

    Every error holds a copy of the value in error, so listing all errors of a large body takes minutes.
    """
    validator = against.compiled
    if validator.is_valid(value):
        return []
    if size > LONGEST_LISTED:
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            return [_problem(error)]
    return sorted(map(_problem, validator.iter_errors(value)), key=lambda problem: -len(problem.where))


def _problem(error: jsonschema_rs.ValidationError) -> Problem:
    where = tuple(error.instance_path)
    keyword = str(error.schema_path[-1]) if error.schema_path else ""
    message = error.message if len(error.message) <= 300 else f"{error.message[:300]}..."
    missing = name = ""
    if keyword == "required":
        missing = message.removesuffix(" is a required property").strip('"')
    elif keyword == "enum" and isinstance(
        error.instance, dict
    ):  # propertyNames: the error is in the object, not in a value
        name = message.partition(" is not one of ")[0].strip('"')
        message = f"{name!r} is not a known name"
    place = "".join(f"[{part}]" if isinstance(part, int) else f"/{part}" for part in where)
    return Problem(where, f"{message} (at {place})" if place else message, keyword, missing, name)


def nearest(name: str, known: Iterable[str]) -> str:
    """`` Did you mean ...?`` for a misspelt name or one that was cut off at an underscore, or nothing."""
    lowered = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.75)
    close = close or [candidate for candidate in lowered if candidate.startswith(f"{name.lower()}_")]
    return f" Did you mean {lowered[close[0]]!r}?" if close else ""
