"""Malformed documents are read as far as possible."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.__main__ import UNCHECKED, main
from idc_drift.compare.documents import compare

from . import sample_documents

if TYPE_CHECKING:
    from pathlib import Path

_WRONG: list[Any] = [
    None,
    True,
    5,
    1.5,
    "x",
    "",
    [],
    [None],
    [{}],
    {},
    {"$ref": "#/nowhere"},
    {"$ref": 5},
    {"a": {"b": 1}},
]
_SWAGGER = ["host", "basePath", "schemes", "consumes", "produces", "parameters", "definitions", "securityDefinitions"]
_TOP = ["info", "servers", "security", "tags", "paths", "webhooks", "components"]
_OPERATION = ["parameters", "requestBody", "responses", "callbacks", "security", "servers", "tags", "deprecated"]
_OPERATION += ["operationId", "x-sunset", "x-stability-level", "consumes", "produces", "schemes"]
_PARAMETER = ["name", "in", "required", "schema", "content", "style", "explode", "collectionFormat", "type", "items"]
_SCHEMA = [
    "type",
    "enum",
    "required",
    "properties",
    "items",
    "prefixItems",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "pattern",
]
_SCHEMA += ["minimum", "exclusiveMinimum", "multipleOf", "minLength", "additionalProperties", "patternProperties", "if"]
_SCHEMA += ["dependencies", "dependentRequired", "dependentSchemas", "contains", "minContains", "discriminator", "$ref"]


def _documents(value: Any) -> list[dict[str, Any]]:
    found = [{"swagger": "2.0", key: value} for key in _SWAGGER]
    found += [{key: value} for key in _TOP]
    for version in ({"swagger": "2.0"}, {"openapi": "3.1.0"}):
        found += [{**version, "paths": {"/a": {"get": {key: value}}}} for key in _OPERATION]
        parameters = [{"name": "q", "in": "query", "schema": {"type": "string"}, key: value} for key in _PARAMETER]
        found += [{**version, "paths": {"/a": {"get": {"parameters": [each]}}}} for each in parameters]
    return found


@pytest.mark.parametrize("value", _WRONG, ids=repr)
def test_a_wrong_value_anywhere_is_no_crash_and_no_change_from_itself(value: Any) -> None:
    plain = sample_documents.complete_document({"paths": {"/a": {"get": {}}}})
    for content in _documents(value):
        wrong = sample_documents.complete_document(content)
        assert compare(wrong, wrong) == [], content
        compare(plain, wrong)
        compare(wrong, plain)


@pytest.mark.parametrize("value", _WRONG, ids=repr)
@pytest.mark.parametrize("keyword", _SCHEMA)
def test_a_wrong_keyword_of_a_schema_is_no_crash(keyword: str, value: Any) -> None:
    for direction in ("request", "response", "parameter"):
        wrong = sample_documents.document_with_schema(direction, {"type": "object", keyword: value})
        assert compare(wrong, wrong) == []
        compare(wrong, sample_documents.document_with_schema(direction, {"type": "array", "items": {}}))


def test_a_reference_that_is_no_name_of_a_file_is_a_part_that_is_not_read(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.json"
    schema = {"$ref": "\ud800\x00.yaml#/a"}
    answer = {"description": "d", "content": {"application/json": {"schema": schema}}}
    path.write_text(json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": answer}}}}}))
    assert main([str(path), str(path)]) == UNCHECKED
    assert "is not a usable address" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("keyword", "value", "meant"),
    [
        ("required", True, "a list"),
        ("allOf", {"type": "string"}, "a list"),
        ("uniqueItems", "true", "true or false"),
        ("properties", ["a"], "an object"),
        ("additionalProperties", "false", "a schema"),
        ("type", {"const": "string"}, "the name of a type"),
        ("pattern", 5, "a string"),
        ("enum", [], "a list of one or more"),
        ("anyOf", [], "a list of one or more"),
    ],
)
def test_a_keyword_with_a_value_of_the_wrong_kind_gets_one_note(keyword: str, value: Any, meant: str) -> None:
    odd = sample_documents.document_with_schema(
        "request", {"properties": {"a": {keyword: value}, "b": {keyword: value}}}
    )
    assert compare(odd, sample_documents.document_with_schema("request", {"properties": {"a": {}, "b": {}}})) == []
    assert [note for note in odd.notes if f"`{keyword}` of /paths" in note and f"is not {meant}" in note] == odd.notes
    assert len(odd.notes) == 1


def test_an_enum_value_without_an_allowed_type_is_ignored_with_a_note() -> None:
    odd = sample_documents.document_with_schema("request", {"type": "string", "enum": ["a", *range(9)]})
    assert compare(odd, sample_documents.document_with_schema("request", {"type": "string", "enum": ["a"]})) == []
    (note,) = odd.notes
    assert note.startswith("Ignored values of /paths/")
    assert note.endswith(": 0, 1, 2, 3, 4 and 4 more.")


def test_a_schema_that_is_composed_of_itself_many_times_is_compared() -> None:
    document = {
        "paths": {
            "/a": {
                "get": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}},
                        }
                    }
                }
            }
        }
    }
    plain = {"components": {"schemas": {"A": {"type": "object"}}}}
    itself = {"$ref": "#/components/schemas/A"}
    many = {"components": {"schemas": {"A": {"allOf": [itself, itself, {"type": "object"}]}}}}
    assert (
        compare(
            sample_documents.complete_document(document | plain), sample_documents.complete_document(document | many)
        )
        == []
    )


def test_an_empty_name_in_required_is_ignored_with_a_note() -> None:
    odd = sample_documents.document_with_schema("request", {"properties": {"a": {}}, "required": ["a", ""]})
    assert (
        compare(odd, odd)
        == compare(odd, sample_documents.document_with_schema("request", {"properties": {"a": {}}, "required": ["a"]}))
        == []
    )
    assert [note for note in odd.notes if "`required/1` of /paths" in note and "is not a name" in note] == odd.notes
    assert len(odd.notes) == 1


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        ({"paths": []}, "`paths` of the document is not an object"),
        ({"paths": {"/a": {"get": {"parameters": {"q": {}}}}}}, "`parameters` of /paths/~1a/get is not a list"),
        ({"paths": {"/a": {"get": {"responses": [{}]}}}}, "`responses` of /paths/~1a/get is not an object"),
        (
            {"swagger": "2.0", "paths": {"/a": {"get": {"responses": []}}}},
            "`responses` of /paths/~1a/get is not an object",
        ),
        ({"swagger": "2.0", "paths": {}, "definitions": [{}]}, "`definitions` of the document is not an object"),
        (
            {"paths": {"/a": {"get": {"responses": {"200": {"schema": {"type": "string"}}}}}}},
            "`schema` of /paths/~1a/get/responses/200 is outside `content`",
        ),
    ],
)
def test_a_member_of_the_wrong_kind_outside_schemas_gets_a_note(content: dict[str, Any], reported: str) -> None:
    document = sample_documents.complete_document(content)
    compare(document, sample_documents.complete_document({"paths": {}}))
    assert any(reported in note for note in document.notes), document.notes


def test_an_unknown_keyword_gets_one_note_and_an_extension_gets_none() -> None:
    schema = {"type": "string", "minimumLength": 2, "x-length": 2, "$comment": "", "additionalItems": {}}
    odd = sample_documents.document_with_schema("response", {"properties": {"a": schema, "b": schema}})
    compare(odd, sample_documents.document_with_schema("response", {"properties": {"a": {}, "b": {}}}))
    (note,) = odd.notes
    assert note.startswith("`minimumLength` of /paths/")
    assert "is not a known keyword" in note


@pytest.mark.parametrize(
    "content",
    [
        {"components": []},
        {"components": {"schemas": []}},
        {"webhooks": []},
        {"paths": {"/a": []}},
        {"paths": {"/a": {"get": []}}},
        {"paths": {"/a": {"get": {"responses": []}}}},
    ],
    ids=json.dumps,
)
def test_an_empty_list_in_place_of_a_mapping_is_never_no_drift(
    content: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {}, **content}))
    assert main([str(tmp_path / "odd.json")] * 2) == UNCHECKED
    assert capsys.readouterr().err.startswith("idc-drift: could not check: 1 part was not read")
