"""A proposed patch gives a document that loads and has less drift, whatever the two documents are."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.documents.document import read
from idc_drift.documents.parsing import parse, plain_scalar
from idc_drift.patch import editor as editing
from idc_drift.patch.draft import Draft, differs

if TYPE_CHECKING:
    from collections.abc import Callable


class _Dumper(yaml.SafeDumper):
    """A dumper whose strings are strings in YAML 1.2, too, and which writes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(plain_scalar(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)

WRITERS: dict[str, Callable[[Any], str]] = {
    "block": lambda value: yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True),
    "mixed": lambda value: yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=10**6
    ),
    "json": lambda value: json.dumps(value, indent=2),
    "minified": lambda value: json.dumps(value, separators=(",", ":")),
}

_KEYS = st.sampled_from(["a", "b", "c", "200", "on", "1e3", "0o10", "x: y", "# z", "", "é", "- d", "null", "p/q~r"])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), _KEYS, st.sampled_from(["two\nlines", "w " * 70]))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)
_DOCUMENTS = st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(_DOCUMENTS, _DOCUMENTS, st.sampled_from(sorted(WRITERS)))
def test_an_edited_text_has_the_new_value_or_names_the_places_where_it_has_not(old: Any, new: Any, form: str) -> None:
    text = WRITERS[form](old)
    editor = editing.Editor(text)
    failed = editor.rewrite(old, new)
    found = parse(editor.text())
    assert not found.notes
    if not failed:
        assert json.dumps(found.value, sort_keys=True) == json.dumps(new, sort_keys=True)


@settings(max_examples=100, deadline=None)
@given(_DOCUMENTS, st.sampled_from(sorted(WRITERS)))
def test_a_text_without_changes_stays_byte_for_byte(old: Any, form: str) -> None:
    editor = editing.Editor(WRITERS[form](old))
    assert editor.rewrite(old, Draft(old).content) == []
    assert editor.text() == WRITERS[form](old)
    assert not differs(old, Draft(old).content)


def _parameter(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": kind}}


def _operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "d"}}, **more}


def _answer(schema: Any) -> dict[str, Any]:
    return _operation(responses={"200": {"description": "d", "content": {"application/json": {"schema": schema}}}})


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_NEW_ITEM = {"parameters": [_ID], "get": _operation(), "delete": _operation()}
_TREE = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
}
_SHARED = {"$ref": "#/components/parameters/Q"}
_REFERENCES = {name: {"$ref": f"#/components/schemas/{name}"} for name in "BCDE"}
_MAPPING = {"b": "#/components/schemas/B", "e": "#/components/schemas/E"}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": {"x/y": {}, "z/y": {}, **properties}}
    return found | ({"required": required} if required else {})


def _one_of(*names: str) -> dict[str, Any]:
    return {"oneOf": [_REFERENCES[name] for name in names]}


def _oauth(address: str) -> dict[str, Any]:
    flow = {"authorizationUrl": f"https://{address}.test", "scopes": {"write": "w"}}
    return {"type": "oauth2", "flows": {"implicit": flow}}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "two parameters where there was no list": (
        {"paths": {"/a": {"get": _operation()}}},
        {"paths": {"/a": {"get": _operation(parameters=[_parameter("p"), _parameter("q")])}}},
    ),
    "a new path with two methods and a parameter of both": (
        {"paths": {"/a": {"get": _operation()}}},
        {"paths": {"/a": {"get": _operation()}, "/a/{id}": _NEW_ITEM}},
    ),
    "two properties of an object without properties": (
        {"paths": {"/a": {"get": _answer({"type": "object"})}}},
        {"paths": {"/a": {"get": _answer({"type": "object", "properties": {"x": {}, "y": {"type": "string"}}})}}},
    ),
    "both members removed": (
        {"paths": {"/a": {"get": _operation(parameters=[_parameter("p"), _parameter("q")])}}},
        {"paths": {"/a": {"get": _operation()}}},
    ),
    "one parameter removed, one changed, one added": (
        {"paths": {"/a": {"get": _operation(parameters=[_parameter("p"), _parameter("q")])}}},
        {"paths": {"/a": {"get": _operation(parameters=[_parameter("q", "integer"), _parameter("r")])}}},
    ),
    "a new operation that refers to a component that refers to itself": (
        {"paths": {"/a": {"get": _operation()}}},
        {
            "paths": {"/a": {"get": _operation()}, "/t": {"get": _answer({"$ref": "#/components/schemas/Tree"})}},
            "components": {"schemas": {"Tree": _TREE}},
        },
    ),
    "what operations have in common, and what one of them does not": (
        {
            "security": [{"k": []}],
            "paths": {
                "/a": {"get": _operation(parameters=[_SHARED], security=[{"k": []}]), "put": _operation()},
                "/b": {"get": _operation(parameters=[_SHARED, _parameter("p")])},
            },
            "components": {"parameters": {"Q": _parameter("q")}, "securitySchemes": {"k": _oauth("one")}},
        },
        {
            "security": [{"k": []}],
            "paths": {
                "/a": {"get": _operation(security=[{"k": []}]), "put": _operation(security=[{"k": ["write"]}])},
                "/b": {
                    "get": _operation(
                        parameters=[_SHARED, {**_parameter("p"), "required": True, "deprecated": True}],
                        responses={"200": {"description": "d"}, "404": {"$ref": "#/components/responses/Gone"}},
                    )
                },
            },
            "components": {
                "parameters": {"Q": _parameter("q")},
                "responses": {"Gone": {"description": "gone"}},
                "securitySchemes": {"k": _oauth("two")},
            },
        },
    ),
    "references, null, alternatives, and a name with a slash": (
        {
            "openapi": "3.0.3",
            "paths": {"/a": {"get": _answer({"$ref": "#/components/schemas/A"})}},
            "components": {
                "schemas": {
                    "A": _object(
                        required=["x/y"], old=_REFERENCES["B"], inline={"type": "string"}, one=_one_of("B", "D")
                    ),
                    "B": _object(kind={"type": "string", "enum": ["b"]}),
                    "D": _object(kind={"type": "string", "enum": ["d"]}),
                }
            },
        },
        {
            "openapi": "3.0.3",
            "paths": {"/a": {"get": _answer({"$ref": "#/components/schemas/A"})}},
            "components": {
                "schemas": {
                    "A": _object(
                        required=["z/y"],
                        old=_REFERENCES["C"],
                        inline=_REFERENCES["B"],
                        one=_one_of("B", "C", "D"),
                        picked={**_one_of("B", "E"), "discriminator": {"propertyName": "kind", "mapping": _MAPPING}},
                        **{"x/y": {"type": "integer"}},
                    ),
                    "B": _object(kind={"type": "string", "enum": ["b"], "nullable": True}),
                    "C": _object(kind={"type": "string", "enum": ["c"]}),
                    "D": _object(kind={"type": "string", "enum": ["d"]}),
                    "E": _object(kind={"type": "string", "enum": ["e"]}),
                }
            },
        },
    ),
    "a value where there was null": (
        {"paths": {"/a": {"get": _operation(parameters=None)}}},
        {"paths": {"/a": {"get": _operation(parameters=[_parameter("p")])}}},
    ),
}


@pytest.mark.parametrize("form", sorted(WRITERS))
@pytest.mark.parametrize("case", sorted(CASES))
def test_a_patch_brings_the_drift_to_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str, form: str
) -> None:
    pair = [{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, **content} for content in CASES[case]]
    with contextlib.chdir(tmp_path):
        for name, content in zip(("a", "b"), pair, strict=True):
            Path(name).write_text(WRITERS[form](content))
        assert main(["update", "a", "b", "-o", "patch"]) == DRIFT
        assert capsys.readouterr().err == ""
        subprocess.run(["git", "apply", "patch"], check=True)
        assert main(["a", "b", "--fail-on", "info"]) == CLEAN
        assert read("a").notes == []


_TYPES = st.sampled_from(
    [{"type": "string"}, {"type": "integer"}, {"$ref": "#/components/schemas/S"}, {"type": "object"}]
)
_FIELDS = st.dictionaries(st.sampled_from(["a", "b", "c"]), _TYPES, max_size=3)


@st.composite
def _apis(draw: st.DrawFn) -> dict[str, Any]:
    def schema() -> dict[str, Any]:
        fields = draw(_FIELDS)
        found: dict[str, Any] = {"type": "object", **({"properties": fields} if fields else {})}
        required = sorted(draw(st.sets(st.sampled_from(sorted(fields))))) if fields else []
        return {**found, "required": required} if required else found

    paths = {}
    for path in draw(st.sets(st.sampled_from(["/a", "/b", "/c"]), min_size=1)):
        item: dict[str, Any] = {"parameters": [_parameter("s")]} if draw(st.booleans()) else {}
        for method in draw(st.sets(st.sampled_from(["get", "put"]), min_size=1)):
            item[method] = _answer(schema())
            if names := draw(st.lists(st.sampled_from(["p", "q"]), unique=True)):
                item[method]["parameters"] = [
                    _parameter(n, draw(st.sampled_from(["string", "integer"]))) for n in names
                ]
        paths[path] = item
    head = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    return {**head, "components": {"schemas": {"S": schema()}}}


def _levels(base: str, revision: str) -> tuple[int, ...]:
    assert main([base, revision, "--format", "json", "-o", "report"]) in (CLEAN, DRIFT)
    summary = json.loads(Path("report").read_text())["summary"]
    return tuple(summary[level] for level in ("breaking", "warning", "info"))


@settings(max_examples=60, deadline=None)
@given(_apis(), _apis(), st.sampled_from(sorted(WRITERS)))
def test_a_patch_of_any_two_documents_loads_and_leaves_less_drift(base: Any, revision: Any, form: str) -> None:
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        Path("a").write_text(WRITERS[form](base))
        Path("b").write_text(WRITERS["json"](revision))
        before = _levels("a", "b")
        main(["update", "a", "b", "-o", "patch"])
        if Path("patch").read_text():
            subprocess.run(["git", "apply", "patch"], check=True)
            assert _levels("a", "b") < before
            assert read("a").notes == []
        else:
            assert not any(before) or before == _levels("a", "b")


def test_no_patch_is_proposed_for_what_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"$ref": "gone.json"}}}}
    (tmp_path / "a").write_text(json.dumps(content))
    (tmp_path / "b").write_text(json.dumps({**content, "paths": {"/a": {"get": _operation()}}}))
    arguments = ["update", str(tmp_path / "a"), str(tmp_path / "b")]
    assert main(arguments) == UNCHECKED
    said = capsys.readouterr()
    assert said.out == ""
    assert "gone.json" in said.err


def test_a_change_below_an_anchor_is_left_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = (
        "openapi: 3.1.0\ninfo: {}\npaths:\n  /a:\n    get: &one\n      responses: {'200': {description: d}}\n"
        "  /b:\n    get: *one\n"
    )
    (tmp_path / "a").write_text(base)
    (tmp_path / "b").write_text("openapi: 3.1.0\ninfo: {}\npaths:\n  /b:\n    get: {responses: {'200': {}}}\n")
    assert main(["update", str(tmp_path / "a"), str(tmp_path / "b")]) == DRIFT
    said = capsys.readouterr()
    assert said.out == ""
    assert "the path /a was removed" in said.err
