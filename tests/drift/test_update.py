from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from idc_drift.__main__ import CLEAN, DRIFT, main
from idc_drift.documents.document import Document
from idc_drift.documents.parsing import Parsed
from idc_drift.patch import proposal
from idc_drift.patch.editor import Editor, edited

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# head
a:  # why a
  b: 1   # one
  list: [x, y]  # flow
  flow: {k: v, l: w}
  items:
    - name: first
      size: 1

    # about the second
    - name: second
  long: |
    one
    two

c: {}
empty: []
last: end
"""


@pytest.mark.parametrize(
    ("act", "pointer", "value", "old", "new"),
    [
        ("set", "/a/b", 2, "b: 1   #", "b: 2   #"),
        ("set", "/a/list", ["x"], "[x, y]  # flow", "[x]  # flow"),
        ("set", "/a/flow/k", {"m": None}, "{k: v,", "{k: {m: null},"),
        ("set", "/a/items/0/size", "two words: x", "size: 1\n", "size: 'two words: x'\n"),
        ("set", "/a/long", "one", "|\n    one\n    two\n", "one\n"),
        ("insert", "/a/flow/m", True, "l: w}", "l: w, m: true}"),
        ("insert", "/a/list/-", "z", "[x, y]", "[x, y, z]"),
        ("insert", "/a/items/1/size", 3, "name: second\n", "name: second\n      size: 3\n"),
        ("insert", "/a/items/-", {"name": "z"}, "name: second\n", "name: second\n    - name: z\n"),
        ("insert", "/c/n", 1, "c: {}", "c: {n: 1}"),
        ("insert", "/empty/-", 1, "empty: []", "empty: [1]"),
        ("insert", "/new", {"x": [1]}, "last: end\n", "last: end\nnew:\n  x: [1]\n"),
        ("delete", "/a/b", None, "  b: 1   # one\n", ""),
        ("delete", "/a/flow/k", None, "{k: v, l: w}", "{l: w}"),
        ("delete", "/a/flow/l", None, "{k: v, l: w}", "{k: v}"),
        ("delete", "/a/list/1", None, "[x, y]", "[x]"),
        ("delete", "/a/long", None, "  long: |\n    one\n    two\n", ""),
        ("delete", "/a/items/0/name", None, "- name: first\n      size", "- size"),
        ("delete", "/a/items/1/name", None, "- name: second", "- {}"),
    ],
)
def test_an_edit_touches_nothing_else(act: str, pointer: str, value: Any, old: str, new: str) -> None:
    editor = Editor(TEXT)
    assert editor.delete(pointer) if act == "delete" else getattr(editor, act)(pointer, value)
    assert editor.text() == TEXT.replace(old, new)
    assert TEXT.count(old) == 1


@pytest.mark.parametrize("act", ["set", "insert", "delete"])
def test_what_is_not_there_is_not_edited(act: str) -> None:
    editor = Editor(TEXT)
    assert not (editor.delete("/x/y") if act == "delete" else getattr(editor, act)("/x/y", 1))
    assert editor.text() == TEXT


def test_two_edits_of_the_same_place_are_one() -> None:
    editor = Editor(TEXT)
    assert editor.set("/a/flow", {"n": 1})
    assert not editor.set("/a/flow/k", 2)
    assert editor.set("/a/b", 5)
    assert yaml.safe_load(editor.text())["a"]["flow"] == {"n": 1}


def test_json_stays_json() -> None:
    editor = Editor('{"a": {"b": [1, 2]},\n "c": "d"}')
    assert editor.set("/c", {"x": None})
    assert editor.insert("/a/new", True)
    assert json.loads(editor.text()) == {"a": {"b": [1, 2], "new": True}, "c": {"x": None}}


BASE = """\
openapi: 3.1.0
info: {title: t, version: "1"}
# the paths
paths:
  /rows:
    get:
      operationId: getRows
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}  # clamped
      responses:
        "200":
          description: fine
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Row"}
components:
  schemas:
    Row:
      type: object
      required: [n, m]
      properties:
        n: {type: integer}  # how many
        m:
          type: string
          enum: [a, b]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n: {type: integer}", "n: {type: string}"),
        ("maximum: 100", "maximum: 50"),
        (", maximum: 100", ""),
        ("enum: [a, b]", "enum: [a, c]"),
        ("required: [n, m]", "required: [n]"),
        ("      properties:\n", "      properties:\n        o: {type: boolean}\n"),
        ("  /rows:\n", "  /more:\n    get: {responses: {'200': {description: new}}}\n  /rows:\n"),
        ('"200":', '"201":'),
    ],
)
def test_the_patch_makes_the_base_say_what_the_revision_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "openapi.yaml").write_text(BASE)
    (tmp_path / "live.yaml").write_text(BASE.replace(old, new))
    assert main(["update", "openapi.yaml", "live.yaml"]) == DRIFT
    said = capsys.readouterr()
    assert said.err == ""
    assert (tmp_path / "openapi.yaml").read_text() == BASE
    subprocess.run(["git", "apply", "-"], input=said.out, text=True, check=True, cwd=tmp_path)
    patched = (tmp_path / "openapi.yaml").read_text()
    assert "# how many" in patched
    assert main(["openapi.yaml", "live.yaml", "--fail-on", "info"]) == CLEAN


def test_nothing_to_lay_over_is_an_empty_patch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(BASE)
    assert main(["update", str(tmp_path / "a.yaml"), str(tmp_path / "a.yaml")]) == CLEAN
    assert capsys.readouterr().out == ""


def proposed(tmp_path: Path, base: str, revision: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The base with the patch applied, and what was said to be not in it."""
    (tmp_path / "a.yaml").write_text(base)
    (tmp_path / "b.yaml").write_text(revision)
    with contextlib.chdir(tmp_path):
        assert main(["update", "a.yaml", "b.yaml", "-o", "patch"]) == DRIFT
        if (tmp_path / "patch").read_text():
            subprocess.run(["git", "apply", "patch"], check=True)
    return (tmp_path / "a.yaml").read_text(), capsys.readouterr().err


_HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
_PROPERTIES = _HEAD + (
    "paths:\n  /a:\n    post:\n      requestBody:\n        content:\n          application/json:\n"
    "            schema:\n              type: object\n              properties:\n"
)


def test_members_of_two_blocks_that_end_together_both_come_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _PROPERTIES + "                a:\n                  type: string\n"
    revision = base.replace("string\n", "integer\n") + (
        "                b:\n                  type: string\n              required: [b]\n"
    )
    new, left = proposed(tmp_path, base, revision, capsys)
    assert (yaml.safe_load(new), left) == (yaml.safe_load(revision), "")


def test_the_first_parameter_comes_in_as_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = _HEAD + "paths:\n  /a:\n    get:\n      summary: s\n"
    revision = base + "      parameters:\n      - {name: q, in: query, schema: {type: string}}\n"
    new, left = proposed(tmp_path, base, revision, capsys)
    assert (yaml.safe_load(new), left) == (yaml.safe_load(revision), "")


def test_what_stands_at_several_places_by_an_alias_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _PROPERTIES + "                a: &x {type: string, maxLength: 3}\n                b: *x\n"
    new, left = proposed(tmp_path, base, base.replace("*x", "{type: string, maxLength: 5}"), capsys)
    assert new == base
    assert left.startswith("idc-drift: not in the patch: POST /a request application/json /b")


_LISTED = _HEAD + "paths:\n  /a/{id}:\n    get:\n      parameters:\n"
_ID = "      - {name: id, in: path, required: true, schema: {type: string}}\n"
_Q = "      - {name: q, in: query, schema: {type: string}}\n"


def test_a_parameter_that_comes_first_is_appended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, left = proposed(tmp_path, _LISTED + _ID, _LISTED + _Q + _ID, capsys)
    assert (yaml.safe_load(new), left) == (yaml.safe_load(_LISTED + _ID + _Q), "")


def test_a_path_parameter_that_is_described_as_none_can_be_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, left = proposed(tmp_path, _LISTED + _ID, _LISTED + _ID.replace("name: id", "name: it"), capsys)
    assert new == _LISTED + _ID
    assert "the path id parameter has the name `it`, which is not in the path" in left


def test_entries_of_required_that_name_nothing_stay_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = _PROPERTIES + "                a: {type: string}\n              required: [null, '']\n"
    new, left = proposed(tmp_path, base, base.replace("[null, '']", "[a]"), capsys)
    schema = yaml.safe_load(new)["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert (schema["required"], left) == ([None, "", "a"], "")


@pytest.mark.parametrize("end", ["\n", ""])
def test_the_patch_of_a_long_text_takes_no_longer_than_its_edits(tmp_path: Path, end: str) -> None:
    lines = [f"    field: {number % 7}" for number in range(60_000)]
    text = "openapi: 3.1.0\npaths: {}\nx-more:\n" + "\n".join(lines) + end
    (tmp_path / "a.yaml").write_text(text)
    places = list(range(200, len(text), 4_000))
    # Whole lines, parts of a line, lines that come and lines that go.
    edits = [(at, at + number % 60, ("", "x", "y\nz\n", "\n")[number % 4]) for number, at in enumerate(places)]
    edits.append((len(text), len(text), "at: the end"))
    base = Document(str(tmp_path / "a.yaml"), text, Parsed({}, [], lambda *_: None))
    started = time.process_time()
    patch = proposal.unified_diff(base, edits)
    assert time.process_time() - started < 5
    (tmp_path / "a.patch").write_text(re.sub(r"(?m)^(---|\+\+\+) ./.*$", r"\1 a/a.yaml", patch))
    subprocess.run(["git", "apply", "a.patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "a.yaml").read_text() == edited(text, edits)


def test_what_is_not_in_the_patch_has_a_place_and_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
    (tmp_path / "a.yaml").write_text(head + "x: &s [{url: /a}]\nservers: *s\n")
    (tmp_path / "b.yaml").write_text(head + "servers: [{url: /b}]\n")
    assert main(["update", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == DRIFT
    assert capsys.readouterr().err == (
        "idc-drift: not in the patch: the document as a whole: servers changed from `/a` to "
        "`/b` (no edit that was tried leaves less drift)\n"
    )


def test_a_search_for_a_patch_ends_in_time_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal, "_PATIENCE_S", -1)
    head = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n"
    (tmp_path / "a.yaml").write_text(head + "servers: [{url: /a}]\n")
    (tmp_path / "b.yaml").write_text(head + "servers: [{url: /b}]\n")
    assert main(["update", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == DRIFT
    assert "(the search for a patch ended after 0 attempts)" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["./openapi.yaml", "../api/openapi.yaml", "{}/api/openapi.yaml"])
def test_git_applies_a_patch_however_the_document_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = tmp_path / "api"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    monkeypatch.chdir(folder)
    text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {responses: {200: {description: d}}}}}\n"
    (folder / "openapi.yaml").write_text(text)
    (folder / "live.yaml").write_text(text.replace("200", "201"))
    assert main(["update", name.format(tmp_path), "live.yaml"]) == DRIFT
    subprocess.run(["git", "apply", "-"], input=capsys.readouterr().out, text=True, check=True, cwd=tmp_path)
    assert "201" in (folder / "openapi.yaml").read_text()


def test_a_document_in_json_is_updated_whatever_the_length_of_its_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = {"type": "object", "patternProperties": {"^(" + "a|" * 900 + "b)$": {"type": "string"}}}
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    for name, title in (("base", "t"), ("revision", "u")):
        document["info"]["title"] = title
        document["components"] = {"schemas": {"S": {**schema, "maxProperties": 1 + (name == "revision")}}}
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["update", str(tmp_path / "base.json"), str(tmp_path / "revision.json")]) in (CLEAN, DRIFT)
    assert "could not check" not in capsys.readouterr().err
