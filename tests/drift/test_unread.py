"""Whatever a reference stands for is compared, or else the comparison says that it was not read."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_drift import __main__ as cli
from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.compare import compare
from idc_drift.documents.document import read
from idc_drift.documents.pointer import escaped, resolve, tokens_of
from idc_drift.model.reading import coverage
from idc_drift.reports import FORMATS, render

if TYPE_CHECKING:
    from idc_drift.changes.change import Change

_MAIN = "main.json"


def _openapi(kind: str) -> dict[str, Any]:
    """A document that has every kind of object, each with a part that depends on ``kind``."""
    value = {"type": kind}
    component = {"$ref": f"{_MAIN}#/components/schemas/Thing"}
    answer = {
        "description": "d",
        "headers": {"X-H": {"schema": value}},
        "content": {"application/json": {"schema": component, "examples": {"e": {"value": 1}}}},
        "links": {"l": {"operationId": f"op-{kind}"}},
    }
    form = {
        "schema": {"type": "object", "properties": {"f": {"type": "string"}}},
        "encoding": {"f": {"contentType": f"text/{kind}", "headers": {"X-P": {"schema": value}}}},
    }
    sent = {"required": True, "content": {"application/json": {"schema": value}}}
    called = {"{$request.body#/u}": {"post": {"requestBody": sent, "responses": {"200": {"description": ""}}}}}
    operation = {
        "parameters": [
            {"name": "q", "in": "query", "schema": value},
            {"name": "c", "in": "query", "content": {"application/json": {"schema": value}}},
        ],
        "requestBody": {"content": {"multipart/form-data": form}},
        "responses": {"200": answer},
        "callbacks": {"cb": called},
        "security": [{"key": []}],
    }
    thing = {
        "type": "object",
        "required": ["a", kind],
        "properties": {"a": value, "b": {"allOf": [value]}, "c": {"anyOf": [{"type": "array", "items": value}]}},
        "patternProperties": {"^x": value},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"parameters": [{"name": "h", "in": "header", "schema": value}], "post": operation}},
        "webhooks": {"w": {"post": {"requestBody": sent, "responses": {"200": {"description": ""}}}}},
        "components": {
            "schemas": {"Thing": thing},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": f"X-{kind}"}},
        },
    }


def _swagger(kind: str) -> dict[str, Any]:
    component = {"$ref": f"{_MAIN}#/definitions/Thing"}
    answer = {"description": "d", "schema": component, "headers": {"X-H": {"type": kind}}}
    operation = {
        "parameters": [
            {"name": "q", "in": "query", "type": kind},
            {"name": "b", "in": "body", "schema": {"type": kind}},
        ],
        "responses": {"200": answer},
        "security": [{"key": []}],
    }
    return {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"parameters": [{"name": "h", "in": "header", "type": kind}], "post": operation}},
        "definitions": {"Thing": {"type": "object", "required": [kind], "properties": {"a": {"type": kind}}}},
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": f"X-{kind}"}},
    }


MAKERS = {"openapi": _openapi, "swagger": _swagger}


def _pointers(content: dict[str, Any]) -> list[str]:
    """The places of a document where an object or a list may stand as a reference."""
    found: list[str] = []
    stack: list[tuple[Any, str]] = [(content, "")]
    while stack:
        value, pointer = stack.pop()
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            place = f"{pointer}/{escaped(key)}"
            data = key in ("info", "security", "examples", "parameters/") or "operationId" in str(key)
            if isinstance(inner, dict | list) and not data and "$ref" not in inner:
                found.append(place)
                stack.append((inner, place))
    return found


PLACES = [(name, place) for name, make in MAKERS.items() for place in _pointers(make("string"))]


def _split(folder: Path, content: dict[str, Any], places: set[str], missing: set[str]) -> Path:
    """The document with the values at some places in files of their own, of which some are missing."""
    folder.mkdir()
    content = json.loads(json.dumps(content))  # no object stands twice
    for number, place in enumerate(sorted(places, key=len, reverse=True)):  # what is inside goes first
        above, _, last = place.rpartition("/")
        owner: Any = resolve(content, above)
        key: Any = tokens_of(f"/{last}")[0] if isinstance(owner, dict) else int(last)
        if place not in missing:
            (folder / f"part{number}.json").write_text(json.dumps(owner[key]))
        owner[key] = {"$ref": f"part{number}.json"}
    (folder / _MAIN).write_text(json.dumps(content))
    return folder / _MAIN


def _said(changes: list[Change]) -> list[tuple[str, ...]]:
    return sorted((c.rule, c.level, c.message, c.where, *sorted(p.operation for p in c.places)) for c in changes)


@pytest.mark.parametrize(("version", "place"), PLACES)
def test_a_reference_anywhere_is_compared_like_the_value_that_it_refers_to(
    tmp_path: Path, version: str, place: str
) -> None:
    plain = [_split(tmp_path / f"{kind}0", MAKERS[version](kind), set(), set()) for kind in ("string", "integer")]
    parts = [_split(tmp_path / f"{kind}1", MAKERS[version](kind), {place}, set()) for kind in ("string", "integer")]
    documents = [read(str(path)) for path in parts]
    assert _said(compare(*documents)) == _said(compare(*(read(str(path)) for path in plain)))
    assert [coverage(d).unread for d in documents] == [[], []]
    assert coverage(documents[0]).files.read == 2


@pytest.mark.parametrize(("version", "place"), PLACES)
def test_a_missing_file_behind_a_reference_anywhere_is_never_no_drift_in_any_format(
    tmp_path: Path, version: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = MAKERS[version]("string")
    whole = _split(tmp_path / "whole", content, {place}, set())
    broken = _split(tmp_path / "broken", content, {place}, {place})
    for pair in ((whole, broken), (broken, whole), (broken, broken)):
        assert main([*map(str, pair)]) == UNCHECKED
        said = capsys.readouterr()
        assert "was not read" in said.err or "were not read" in said.err
        assert "no drift" not in said.out.lower()
    for allowed in ([], ["--allow-unread"]):
        result = cli._compared(cli._parser().parse_args([str(broken), str(broken), *allowed]))
        for form in FORMATS:
            report = render(result, form)
            assert "no drift" not in report.lower()
            assert "part0.json" in report
            assert form == "json" or "files 1 of 2" in report
        assert json.loads(render(result, "json"))["summary"]["drift"] is None
    assert main([str(broken), str(broken), "--allow-unread"]) == CLEAN


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(sorted(MAKERS)))
def test_documents_in_many_files_are_compared_as_one_or_say_what_is_missing(data: st.DataObject, version: str) -> None:
    places = data.draw(st.sets(st.sampled_from([place for name, place in PLACES if name == version]), max_size=12))
    missing = data.draw(st.sets(st.sampled_from(sorted(places)), max_size=2)) if places else set()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = [_split(folder / f"{kind}0", MAKERS[version](kind), set(), set()) for kind in ("string", "integer")]
        base = read(str(_split(folder / "base", MAKERS[version]("string"), places, set())))
        other = read(str(_split(folder / "other", MAKERS[version]("integer"), places, missing)))
        changes = compare(base, other)
        assert coverage(base).unread == []
        if missing:
            assert coverage(other).unread
        else:
            assert _said(changes) == _said(compare(*(read(str(path)) for path in plain)))


def test_a_list_in_a_file_of_its_own_is_read_inside_of_a_map_in_another_file(tmp_path: Path) -> None:
    places = {"/components/schemas/Thing/properties", "/components/schemas/Thing/properties/c/anyOf"}
    pairs = [
        [
            read(str(_split(tmp_path / f"{kind}{len(apart)}", _openapi(kind), apart, set())))
            for kind in ("string", "integer")
        ]
        for apart in (set(), places)
    ]
    together, split = (_said(compare(*pair)) for pair in pairs)
    assert split == together


def test_a_document_of_many_files_is_read_completely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side, kind in (("base", "string"), ("revision", "integer")):
        (tmp_path / side).mkdir()
        for number in range(300):
            last = number == 299
            parameter = {"name": "q", "in": "query", "schema": {"type": kind if last else "string"}}
            operation = {"parameters": [parameter], "responses": {"200": {"description": ""}}}
            (tmp_path / side / f"{number}.json").write_text(json.dumps(operation))
        paths = {f"/{number}": {"get": {"$ref": f"{number}.json"}} for number in range(300)}
        (tmp_path / side / _MAIN).write_text(json.dumps({"openapi": "3.0.3", "info": {}, "paths": paths}))
    assert main([str(tmp_path / "base" / _MAIN), str(tmp_path / "revision" / _MAIN)]) == DRIFT
    said = capsys.readouterr().out
    assert "GET /299" in said
    assert "read of REVISION: operations 300 of 300, schemas 0 of 0, files 301 of 301" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"paths": {"/a": {"get": {"responses": []}}}}, "/paths/~1a/get/responses is not an object, so it is not read"),
        ({"paths": {"/a": {"get": None}}}, "/paths/~1a/get is not an object"),
        ({"paths": {"/a": {"get": {"parameters": {"q": 1}}}}}, "/paths/~1a/get/parameters is not a list"),
        ({"components": {"schemas": {"A": {"properties": {"b": {"$ref": "#/nowhere"}}}}}}, "has nothing at #/nowhere"),
        ({"components": {"schemas": {"A": {"allOf": {"type": "string"}}}}}, "/A/allOf is not a list"),
        ({"paths": {"$ref": "#/paths"}}, "The reference #/paths at /paths is not followed"),
        (
            {"paths": {"/a": {"get": {"responses": {"200": {"schema": {}}}}}}},
            "`schema` of /paths/~1a/get/responses/200 is outside `content`, so it is not read",
        ),
    ],
)
def test_a_part_that_makes_no_sense_is_not_read_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, Any], said: str
) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": {}, **content}))
    assert main([str(tmp_path / "a.json"), str(tmp_path / "a.json")]) == UNCHECKED
    assert said in capsys.readouterr().out


def test_a_part_outside_of_the_scope_may_be_missing(tmp_path: Path) -> None:
    paths = {"/v1": {"get": {"$ref": "gone.json"}}, "/v3": {"get": {"responses": {}}}}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}))
    assert [main([str(path), str(path), *scope]) for scope in ([], ["--scope", "/v1"], ["--scope", "/v3"])] == [2, 2, 0]


def test_a_key_that_stands_twice_with_two_values_is_a_part_that_is_not_read(tmp_path: Path) -> None:
    head = "openapi: 3.1.0\ninfo: {}\npaths: {}\n"
    for name, text, code in (("same", "x-a: 1\nx-a: 1\n", CLEAN), ("other", "x-a: 1\nx-a: 2\n", UNCHECKED)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(head + text)
        assert main([str(path), str(path)]) == code
