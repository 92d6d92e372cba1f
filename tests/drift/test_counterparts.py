from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.changes.change import Change, Place
from idc_drift.changes.counterparts import Counterparts, compact_json, with_both_sides
from idc_drift.compare.documents import compare
from idc_drift.documents.document import in_memory, read
from idc_drift.documents.json_values import MISSING

if TYPE_CHECKING:
    from pathlib import Path

    from idc_drift.documents.document import Document


def document(schema: str, schemas: dict[str, Any], *parameters: Any, name: str = "id") -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    operation = {"parameters": list(parameters), "responses": {"200": {"description": "", "content": content}}}
    return {"openapi": "3.1.0", "paths": {f"/a/{{{name}}}": {"get": operation}}, "components": {"schemas": schemas}}


def pair(base: Any, revision: Any) -> Counterparts:
    return Counterparts(in_memory(base), in_memory(revision))


BASE_SCHEMAS = {
    "Row": {
        "type": "object",
        "properties": {"n": {"type": ["integer", "null"]}, "kind": {"$ref": "#/components/schemas/Kind"}},
    },
    "Kind": {"type": "string"},
}
REVISION_SCHEMAS = {
    "Line": {
        "type": "object",
        "properties": {
            "n": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
            "kind": {"$ref": "#/components/schemas/Sort"},
            "new": {"type": "string"},
        },
    },
    "Sort": {"type": "string"},
}


def test_components_are_the_same_where_they_stand_at_the_same_place() -> None:
    counterparts = pair(document("Row", BASE_SCHEMAS), document("Line", REVISION_SCHEMAS, name="row_id"))
    assert counterparts.base_names_of_schemas == {"Line": "Row", "Sort": "Kind"}
    assert counterparts.in_revision["/components/schemas/Kind/type"] == "/components/schemas/Sort/type"
    assert counterparts.in_base["/paths/~1a~1{row_id}/get"] == "/paths/~1a~1{id}/get"


def test_null_beside_one_alternative_is_passed_through() -> None:
    counterparts = pair(document("Row", BASE_SCHEMAS), document("Line", REVISION_SCHEMAS))
    n = "/components/schemas/Row/properties/n"
    assert counterparts.in_revision[n] == "/components/schemas/Line/properties/n"
    assert counterparts.in_revision[f"{n}/type"] == "/components/schemas/Line/properties/n/anyOf/1/type"


def test_what_is_new_is_anchored_at_the_nearest_thing_around_it() -> None:
    counterparts = pair(document("Row", BASE_SCHEMAS), document("Line", REVISION_SCHEMAS))
    assert counterparts.anchor("/components/schemas/Line/properties/new/type") == "/components/schemas/Row/properties"
    assert counterparts.anchor("/nowhere/at/all") == ""


def test_parameters_are_the_same_by_name_and_not_by_position() -> None:
    a, b, c = ({"name": name, "in": "query", "schema": {"type": "string"}} for name in "abc")
    counterparts = pair(document("Row", BASE_SCHEMAS, a, b), document("Row", BASE_SCHEMAS, c, b, a))
    parameters = "/paths/~1a~1{id}/get/parameters"
    assert counterparts.in_revision[f"{parameters}/0/schema"] == f"{parameters}/2/schema"
    assert counterparts.in_revision[f"{parameters}/1"] == f"{parameters}/1"


def test_recursion_ends() -> None:
    base_schemas = {"Row": {"properties": {"next": {"$ref": "#/components/schemas/Row"}}}}
    revision_schemas = {"Line": {"properties": {"next": {"$ref": "#/components/schemas/Line"}}}}
    assert pair(document("Row", base_schemas), document("Line", revision_schemas)).base_names_of_schemas == {
        "Line": "Row"
    }


def test_references_that_lead_nowhere_or_in_circles_are_left() -> None:
    for schemas in ({}, {"Row": {"$ref": "#/components/schemas/Row"}}, {"Row": {"$ref": "other.yaml#/Row"}}):
        assert pair(document("Row", schemas), document("Row", schemas)).base_names_of_schemas == {}


def test_odd_documents_are_walked_as_far_as_they_go() -> None:
    odd: list[Any] = [{}, {"paths": []}, {"paths": {"/a": {"get": {"parameters": {}}}}}]
    for content in odd:
        assert pair(content, content).base_names_of_schemas == {}


def test_a_change_has_both_values_and_places(tmp_path: Path) -> None:
    base, revision = document("Row", BASE_SCHEMAS), document("Line", {**REVISION_SCHEMAS, "Sort": {"type": "boolean"}})
    for name, content in (("base.json", base), ("revision.json", revision)):
        (tmp_path / name).write_text(json.dumps(content))
    pair = read(str(tmp_path / "base.json")), read(str(tmp_path / "revision.json"))
    kind = Change("x", "breaking", "m", (Place("GET /a", "/components/schemas/Kind/type"),))
    new = Change("x", "info", "m", (Place("GET /a", "/components/schemas/Line/properties/new", new=True),))
    reported = with_both_sides(*pair, [kind, new])
    assert (reported[0].before, reported[0].after) == ('"string"', '"boolean"')
    assert reported[0].places[0].counterpart == "/components/schemas/Sort/type"
    assert (reported[1].before, reported[1].after) == ("", '{"type":"string"}')
    assert reported[1].places[0].anchor == "/components/schemas/Row/properties"


@pytest.mark.parametrize(
    ("base_schemas", "revision_schemas", "sides"),
    [
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "number"}]}, ('"string"', '["number","string"]')),
        ({"type": ["string", "null"]}, {}, ('["null","string"]', "")),
        ({"oneOf": [{"type": "object", "required": [name]} for name in "ab"]}, {}, ('"object"', "")),
        ({"type": "object", "additionalProperties": False}, {"type": "object"}, ("false", "true")),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "additionalProperties": {"type": "string"}},
            ("false", '{"type":"string"}'),
        ),
    ],
)
def test_types_and_further_members_are_said_alike_however_they_are_written(
    tmp_path: Path, base_schemas: Any, revision_schemas: Any, sides: tuple[str, str]
) -> None:
    for name, schema in (("base.json", base_schemas), ("revision.json", revision_schemas)):
        (tmp_path / name).write_text(json.dumps(document("Row", {"Row": schema})))
    base, revision = read(str(tmp_path / "base.json")), read(str(tmp_path / "revision.json"))
    (change,) = [c for c in with_both_sides(base, revision, compare(base, revision)) if not c.documentation_only]
    assert (change.before, change.after) == sides


def test_long_values_are_shortened_with_a_digest() -> None:
    a, b = compact_json("x" * 1000 + "a"), compact_json("x" * 1000 + "b")
    assert a != b
    assert len(a) < 150
    assert [
        compact_json(MISSING),
        compact_json(None),
        compact_json([1]),
        compact_json({str(n): n for n in range(9)}),
    ] == ["", "null", "[1]", ""]


def in_files(folder: Path, schema: dict[str, Any], name: str = "Row") -> Document:
    """A document whose path and schema are files of their own."""
    parts = {
        "paths/a.json": {"parameters": [{"$ref": "id.json"}], "get": {"responses": {"200": {"$ref": "answer.json"}}}},
        "paths/id.json": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        "paths/answer.json": {"content": {"application/json": {"schema": {"$ref": f"../{name}.json"}}}},
        f"{name}.json": schema,
        "main.json": {"openapi": "3.1.0", "paths": {"/a/{id}": {"$ref": "paths/a.json"}}},
    }
    for file, content in parts.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(json.dumps(content, indent=1))
    return read(str(folder / "main.json"))


def test_a_change_in_another_file_has_both_values_and_places(tmp_path: Path) -> None:
    base = in_files(tmp_path / "base", BASE_SCHEMAS["Row"] | {"properties": {"n": {"type": "integer"}}})
    revision = in_files(tmp_path / "revision", {"type": "object", "properties": {"n": {"type": "number"}}}, "Line")
    (change,) = with_both_sides(base, revision, compare(base, revision))
    assert (change.before, change.after) == ('"integer"', '"number"')
    place, inner = change.places[0], "#/properties/n/type"
    assert (place.pointer, place.counterpart) == (
        f"{tmp_path}/base/Row.json{inner}",
        f"{tmp_path}/revision/Line.json{inner}",
    )
    assert (base.position(place.pointer), revision.position(place.counterpart)) == ((5, 4), (5, 4))
    counterparts = Counterparts(base, revision)
    parameter = "paths/id.json#/schema/type"
    assert counterparts.in_revision[f"{tmp_path}/base/{parameter}"] == f"{tmp_path}/revision/{parameter}"
    assert counterparts.in_base[f"{tmp_path}/revision/paths/a.json#/get"] == f"{tmp_path}/base/paths/a.json#/get"


def test_a_reference_to_another_file_that_both_documents_have_is_one_change_at_the_reference(tmp_path: Path) -> None:
    text, number = ({"type": "object", "properties": {"n": {"type": kind}}} for kind in ("string", "number"))
    for folder in (tmp_path / "base", tmp_path / "revision"):
        folder.mkdir()
        (folder / "Number.json").write_text(json.dumps(number))
    base, revision = in_files(tmp_path / "base", text, "Text"), in_files(tmp_path / "revision", text, "Text")
    assert compare(base, revision) == []
    base, revision = in_files(tmp_path / "base", text, "Text"), in_files(tmp_path / "revision", number, "Number")
    (change,) = compare(base, revision)
    assert (change.rule, change.before) == ("response-type-changed", '"string"')  # Number is only another name
    (tmp_path / "revision" / "Text.json").write_text(json.dumps(text))
    main = json.loads((tmp_path / "revision" / "main.json").read_text())
    main["components"] = {"schemas": {"Text": {"$ref": "Text.json"}}}
    (tmp_path / "revision" / "main.json").write_text(json.dumps(main))
    changes = compare(base, read(str(tmp_path / "revision" / "main.json")))
    (change,) = [change for change in changes if not change.documentation_only]
    assert change.rule == "response-schema-replaced"
    assert change.pointer == f"{tmp_path}/base/paths/answer.json#/content/application~1json/schema/$ref"
    assert (change.before, change.after) == ('"../Text.json"', '"../Number.json"')


def test_webhooks_and_parameters_of_paths_have_counterparts() -> None:
    content = document("Row", BASE_SCHEMAS)
    (item,) = content["paths"].values()
    item["parameters"] = [{"name": "id", "in": "path", "schema": {"type": "string"}}]
    content["webhooks"] = {"sent": {"post": {"summary": "s"}}}
    found = pair(content, content).in_revision
    for pointer in ("/paths/~1a~1{id}/parameters/0/schema/type", "/webhooks/sent/post/summary"):
        assert found[pointer] == pointer
