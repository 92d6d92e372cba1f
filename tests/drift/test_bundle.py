"""A document of many files as one value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.documents.document import in_memory, read
from idc_drift.model.bundle import bundle

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"type": "object", "properties": {"next": {"$ref": "Row.json"}, "kind": {"$ref": "kinds.json#/Kind"}}}
HEAD = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}}


def written(folder: Path, main: dict[str, Any], **parts: Any) -> Any:
    """The bundle of a document and its files."""
    for name, content in {"main": {**HEAD, **main}, **parts}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return bundle(read(str(folder / "main.json")))


def test_a_document_of_one_file_stays_as_it_is() -> None:
    schemas = {"A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}, "B": {"type": ["string", "null"]}}
    parameters = {"Q": {"name": "q", "in": "query", "schema": {"$ref": "#/components/schemas/B"}}}
    operation = {"parameters": [{"$ref": "#/components/parameters/Q"}], "responses": {"200": {"description": "ok"}}}
    content = {
        **HEAD,
        "paths": {"/a": {"get": operation, "x-more": {"$ref": "data"}}},
        "components": {"schemas": schemas, "parameters": parameters},
    }
    found = bundle(in_memory(content))
    assert (found.content, found.moved) == (content, {})
    assert list(found.content) == list(content)


def test_schemas_of_other_files_become_components_and_everything_else_stands_where_it_is_used(tmp_path: Path) -> None:
    answer = {"content": {"application/json": {"schema": {"$ref": "Row.json"}}}}
    found = written(
        tmp_path,
        {"paths": {"/a": {"$ref": "path.json"}}},
        path={"get": {"responses": {"200": {"$ref": "parts.json#/answers/ok"}}}},
        parts={"answers": {"ok": answer}},
        Row=ROW,
        kinds={"Kind": {"type": "string"}},
    )
    schema = {"$ref": "#/components/schemas/Row"}
    assert found.content["paths"] == {
        "/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}
    }
    assert found.content["components"]["schemas"] == {
        "Kind": {"type": "string"},
        "Row": {"type": "object", "properties": {"next": schema, "kind": {"$ref": "#/components/schemas/Kind"}}},
    }
    place = f"{tmp_path}/Row.json#/properties/next"
    assert found.in_bundle(place) == "/components/schemas/Row/properties/next"
    assert found.in_document("/components/schemas/Row/properties/next") == place
    assert found.in_bundle(f"{tmp_path}/path.json#/get/responses") == "/paths/~1a/get/responses"
    assert found.in_bundle("/info/title") == found.in_document("/info/title") == "/info/title"


def test_a_component_that_only_refers_to_a_file_gives_that_schema_its_name(tmp_path: Path) -> None:
    schemas = {"Line": {"$ref": "Row.json"}, "Row": {"type": "boolean"}, "Use": {"items": {"$ref": "Row.json"}}}
    kinds = {"Kind": {"$ref": "Kind.json"}}
    found = written(tmp_path, {"paths": {}, "components": {"schemas": schemas}}, Row=ROW, kinds=kinds, Kind={})
    line = {"$ref": "#/components/schemas/Line"}
    assert found.content["components"]["schemas"] == {
        "Line": {"type": "object", "properties": {"next": line, "kind": {"$ref": "#/components/schemas/Kind"}}},
        "Row": {"type": "boolean"},
        "Use": {"items": line},
        "Kind": {},
    }


def test_two_schemas_of_one_name_become_two_components(tmp_path: Path) -> None:
    used = {name: {"$ref": f"{name}.json#/Thing"} for name in ("one", "two")}
    found = written(
        tmp_path,
        {"paths": {}, "components": {"schemas": {"Both": {"properties": used}}}},
        one={"Thing": {"type": "string"}},
        two={"Thing": {"type": "integer"}},
    )
    schemas = found.content["components"]["schemas"]
    assert [schemas[name] for name in ("Thing", "Thing2")] == [{"type": "string"}, {"type": "integer"}]
    assert schemas["Both"]["properties"]["two"] == {"$ref": "#/components/schemas/Thing2"}


@pytest.mark.parametrize("target", ["main.json#/paths/~1a", "gone.json", "loop.json"])
def test_what_cannot_be_followed_stays_a_reference(tmp_path: Path, target: str) -> None:
    found = written(tmp_path, {"paths": {"/a": {"$ref": target}}}, loop={"$ref": "loop.json"})
    assert found.content["paths"] == {"/a": {"$ref": target}}
