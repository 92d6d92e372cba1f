"""Exemptions: what schemathesis cannot know of this API.

Some valid requests are correctly refused, and some invalid ones are correctly accepted.

Law: every kind of exemption is a row here, with its operations, its requests and its reason. Any other refusal of a
valid request, or acceptance of an invalid one, is a failure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import OPERATIONS, V3, misfit, resolved
from idc_contract.document.shape import SHAPES, filters_in
from idc_contract.oracle import normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemathesis import Case

MANIFESTS = frozenset({"previewManifest", "getCohortManifest"})
QUERIES = frozenset({"previewQuery", "queryCohort"})
SAVED = frozenset({"getCohortManifest", "queryCohort"})
UNFILTERED = frozenset(name for name, shape in SHAPES.items() if not shape.unfiltered)
"""Operations that refuse a request without a predicate."""
CLAMPED = {"page": 0, "page_size": 1, "max_rows": 1, "limit": 0}
"""Members of a body that the service limits to their bounds, and the lower bound of each."""
FLAGS = {"true": True, "t": True, "yes": True, "y": True, "on": True, "1": True,
         "false": False, "f": False, "no": False, "n": False, "off": False, "0": False}  # fmt: skip
BOUNDS: dict[str, Callable[[Any], Any]] = {"V3NumberBound": normal.number, "V3DateBound": normal.day}
"""The functions that read bounds, by the name of the schema that describes them."""
INTEGER = re.compile(r"\s*[+-]?[0-9]+(_[0-9]+)*(\.0*)?\s*")


@dataclass(frozen=True)
class Exemption:
    """Valid requests that are refused with 400, or (``answered``) invalid ones that are accepted."""

    name: str
    operations: frozenset[str]
    applies: Callable[[Case[Any]], bool]
    reason: str
    words: str = ""
    """The beginning of the refusal's message, if it is known."""
    answered: bool = False


EXEMPTIONS = (
    Exemption(
        "made-up page token",
        MANIFESTS | QUERIES | {"getDicomMetadata"},
        lambda case: bool(case.query.get("next_page")),
        "A token is opaque: no schema can express which tokens the server has issued.",
        "Invalid next_page token ",
    ),
    Exemption(
        "no page after the last",
        MANIFESTS | QUERIES | {"getDicomMetadata"},
        lambda case: case.query.get("next_page") == "",
        "The last page has a link to a next page, too, with an empty token, which leads nowhere.",
    ),
    Exemption(
        "made-up data version",
        frozenset({"listCollections", "listAnalysisResults", "listAttributes"}),
        lambda case: bool(case.query.get("idc_data_version")),
        "The list of data versions grows with the archive; the document has only their format.",
        "Invalid IDC version ",
    ),
    Exemption(
        "made-up data source",
        frozenset({"listAttributes"}),
        lambda case: bool(case.query.get("data_source")),
        "The data sources of a version are listed by /v1/versions, not by the document.",
        "The  data source, ",
    ),
    Exemption(
        "made-up cohort",
        SAVED,
        lambda case: "cohort_id" in case.path_parameters,
        "The existing cohorts are state of the server; v1 answers an unknown one with 400, not 404.",
        "A cohort with the ID ",
    ),
    Exemption(
        "free SQL",
        frozenset({"runSql"}),
        lambda case: True,
        "Only the SQL engine can decide whether a text is one SELECT over the tables; the relations on SQL test that "
        "the document's examples and many other statements are accepted.",
    ),
    Exemption(
        "no predicate left",
        UNFILTERED,
        lambda case: _filters_nothing(case),
        "A manifest needs a predicate. Lists without values and ranges without bounds are not predicates, and no "
        "schema of a reasonable size can require one among them.",
    ),
    Exemption(
        "page beyond 64 bits",
        frozenset({"getManifest"}),
        lambda case: isinstance(case.body, dict) and isinstance(page := case.body.get("page"), int) and page > 2**50,
        "The product of page and page_size has a bound of its own, which no schema can express.",
    ),
    Exemption(
        "no identifier",
        frozenset({"getViewerUrl"}),
        lambda case: not case.query.get("series_instance_uid") and not case.query.get("study_instance_uid"),
        "At least one of two parameters is needed: OpenAPI 3.1 cannot express that.",
    ),
    Exemption(
        "a release that does not exist",
        frozenset({"getReleaseChanges"}),
        lambda case: bool(case.query.get("version")),
        "The number of data releases grows with the archive; the document has only that they begin with 1.",
    ),
    Exemption(
        "lax types",
        frozenset(V3),
        lambda case: _fits_when_read_laxly(case),
        "v3 accepts `\"7\"`, `1.0` and `true` as integers, 0 and `yes` as flags, ` 1_0` as a bound on a number, and "
        "limits page, page_size, max_rows and limit to their bounds; the document describes what to send, not "
        "everything that is accepted.",
        answered=True,
    ),
)  # fmt: skip


def find(operation: str, case: Case[Any], message: str, *, answered: bool) -> Exemption | None:
    """The exemption that applies to a case of an operation; None if the case is a failure."""
    for exemption in EXEMPTIONS:
        fits = exemption.answered is answered and operation in exemption.operations
        if fits and message.startswith(exemption.words) and exemption.applies(case):
            return exemption
    return None


def _filters_nothing(case: Case[Any]) -> bool:
    """Whether well-formed filters have no predicate."""
    try:
        return not normal.applied(filters_in(_operation(case), case.body))
    except (normal.Refused, AttributeError, TypeError):  # another mistake, which comes first
        return False


def _operation(case: Case[Any]) -> str:
    return str(case.operation.definition.raw["operationId"])


def _fits_when_read_laxly(case: Case[Any]) -> bool:
    """Whether a request fits the document after conversion to the types that the service reads."""
    operation = OPERATIONS[_operation(case)]
    if operation.body is not None:
        where = (*operation.pointer, "requestBody", "content", "application/json", "schema")
        if "$ref" in operation.node["requestBody"]:
            where = (*operation.node["requestBody"]["$ref"][2:].split("/"), "content", "application/json", "schema")
        schema = resolved(operation.body["schema"])
        if misfit(where, _lax(case.body, schema)):
            return False
    for parameter in operation.parameters:
        given = (case.query if parameter["in"] == "query" else case.path_parameters) or {}
        if parameter["name"] in given:
            value = given[parameter["name"]]
            schema = resolved(parameter["schema"])
            text = value[-1] if isinstance(value, list) and value else value
            if _misfits(_lax(text, schema), schema):
                return False
    return True


def _misfits(value: Any, schema: dict[str, Any]) -> bool:
    if schema.get("type") == "integer":
        return not (isinstance(value, int) and schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if "enum" in schema:
        return value not in schema["enum"]
    return not isinstance(value, str)


def _lax(value: Any, schema: dict[str, Any], name: str = "") -> Any:
    """A value as the service reads it."""
    read = BOUNDS.get(schema.get("$ref", "").rpartition("/")[2])
    if read is not None and value is not None:
        try:
            return read(value)
        except normal.Refused:
            return value
    schema = resolved(schema)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if isinstance(value, dict):
        members, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        more = more if isinstance(more, dict) else {}
        return {key: _lax(item, members.get(key, more), key) for key, item in value.items()}
    if isinstance(value, list):
        return [_lax(item, schema.get("items", {})) for item in value]
    if "boolean" in types and not isinstance(value, bool):
        text = value.strip().lower() if isinstance(value, str) else str(int(value)) if value in (0, 1) else ""
        return FLAGS.get(text, value)
    if "integer" in types or ("number" in types and isinstance(value, bool)):
        if isinstance(value, str) and INTEGER.fullmatch(value):
            value = int(float(value)) if "." in value else int(value)
        elif isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
            value = int(value)
        if isinstance(value, int) and name in CLAMPED:
            highest = schema.get("maximum", value)
            return max(CLAMPED[name], min(value, highest))
    return value
