"""Equivalent spellings of a contract are not a change, and a widened contract is never reported as narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idc_drift.compare.documents import compare

from . import sample_documents

if TYPE_CHECKING:
    from idc_drift.documents.document import Document

_DIRECTIONS = ("request", "response", "parameter", "header")


def _pairs() -> list[Any]:
    found = []
    for row in sample_documents.rows("same_schemas"):
        schemas = row.get("schemas", {})
        for direction in row.get("only", _DIRECTIONS):
            one = sample_documents.document_with_schema(
                direction, row["one"], schemas, row.get("one_version", "3.1") + ".0"
            )
            other = sample_documents.document_with_schema(
                direction, row["other"], row.get("other_schemas", schemas), row.get("other_version", "3.1") + ".0"
            )
            found.append(pytest.param(one, other, id=f"{row['name']} - {direction}"))
    documents = sample_documents.rows("same_documents")
    return found + [
        pytest.param(
            sample_documents.complete_document(x["one"]), sample_documents.complete_document(x["other"]), id=x["name"]
        )
        for x in documents
    ]


SAME = _pairs()


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_say_the_same_are_no_change(one: Document, other: Document) -> None:
    assert compare(one, other) == []
    assert compare(other, one) == []


# ------------------------------------------------------------------------------------------- schemas at random

_NAMES = st.sampled_from(["a", "b", "c"])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 6)
    | st.sampled_from([0.5, 2.5])
    | st.sampled_from(["", "a", "bb", "ccc"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=6,
)


def _some_keywords(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keywords)


def _typed(kind: str, **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return _some_keywords(**keywords).map(lambda found: {"type": kind, **found})


_SMALL = st.integers(0, 4)
_LEAVES = (
    st.just({})
    | _typed(
        "string",
        minLength=_SMALL,
        maxLength=_SMALL,
        enum=st.lists(st.sampled_from(["a", "bb", ""]), min_size=1, unique=True),
    )
    | _typed("integer", minimum=_SMALL, maximum=_SMALL, exclusiveMinimum=_SMALL, multipleOf=st.integers(1, 3))
    | _typed("number", exclusiveMaximum=_SMALL, minimum=_SMALL)
    | st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "null"},
            {"const": "a"},
            {"type": ["string", "null"]},
            {"type": ["integer", "string"]},
        ]
    )
)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    required = st.lists(_NAMES, unique=True, max_size=2)
    branches = st.lists(inner, min_size=1, max_size=3)
    return (
        _typed("array", items=inner, minItems=_SMALL, maxItems=_SMALL, uniqueItems=st.booleans())
        | _typed(
            "object",
            properties=st.dictionaries(_NAMES, inner, max_size=3),
            required=required,
            additionalProperties=st.booleans() | inner,
            minProperties=_SMALL,
        )
        | st.fixed_dictionaries({"anyOf": branches})
        | st.fixed_dictionaries({"oneOf": branches})
        | st.fixed_dictionaries({"allOf": branches})
        | st.fixed_dictionaries({"not": inner})
    )


_SCHEMAS = st.recursive(_LEAVES, _nested, max_leaves=5)
_SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def _worst_level(direction: str, base: Any, revision: Any) -> str | None:
    changes = [
        change
        for change in compare(
            sample_documents.document_with_schema(direction, base),
            sample_documents.document_with_schema(direction, revision),
        )
        if not change.documentation_only
    ]
    return changes[0].level if changes else None


@_SETTINGS
@given(_SCHEMAS, st.data())
def test_a_widened_schema_is_not_said_to_refuse_or_to_be_the_same_if_it_is_not(
    schema: dict[str, Any], data: st.DataObject
) -> None:
    widened = {"anyOf": [schema, data.draw(_LEAVES)]}
    assert _worst_level("request", schema, schema) is None
    level = _worst_level("request", schema, widened)
    known = [
        value
        for value in data.draw(st.lists(_VALUES, max_size=20))
        if not _is_valid(schema, value) and _is_valid(widened, value)
    ]
    assert level is not None or not known


@_SETTINGS
@given(_LEAVES, _LEAVES)
def test_a_plain_schema_may_be_widened(schema: dict[str, Any], other: dict[str, Any]) -> None:
    assert _worst_level("request", schema, {"anyOf": [schema, other]}) in (None, "info")
    assert _worst_level("response", {"anyOf": [schema, other]}, schema) in (None, "info")


@_SETTINGS
@given(_SCHEMAS, _SCHEMAS, st.lists(_VALUES, max_size=40))
def test_what_only_the_old_schema_admits_is_never_overlooked(
    old: dict[str, Any], new: dict[str, Any], values: list[Any]
) -> None:
    lost = [value for value in values if _is_valid(old, value) and not _is_valid(new, value)]
    if lost:
        assert _worst_level("request", old, new) is not None, lost
        assert _worst_level("response", new, old) is not None, lost


def _is_valid(schema: dict[str, Any], value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))
