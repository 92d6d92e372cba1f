"""A proposed patch gives a document that loads and has less drift, whatever the two documents are."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.documents.document import read
from idc_drift.documents.parsing import parse
from idc_drift.patch import editor as editing
from idc_drift.patch.draft import Draft, differs
from tests.drift.written_documents import CASES, DOCUMENTS, WRITERS, answer, operation, parameter


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.sampled_from(sorted(WRITERS)))
def test_an_edited_text_has_the_new_value_or_names_the_places_where_it_has_not(old: Any, new: Any, form: str) -> None:
    text = WRITERS[form](old)
    editor = editing.Editor(text)
    failed = editor.rewrite(old, new)
    found = parse(editor.text())
    assert not found.notes
    if not failed:
        assert json.dumps(found.value, sort_keys=True) == json.dumps(new, sort_keys=True)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.sampled_from(sorted(WRITERS)))
def test_a_text_without_changes_stays_byte_for_byte(old: Any, form: str) -> None:
    editor = editing.Editor(WRITERS[form](old))
    assert editor.rewrite(old, Draft(old).content) == []
    assert editor.text() == WRITERS[form](old)
    assert not differs(old, Draft(old).content)


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
        item: dict[str, Any] = {"parameters": [parameter("s")]} if draw(st.booleans()) else {}
        for method in draw(st.sets(st.sampled_from(["get", "put"]), min_size=1)):
            item[method] = answer(schema())
            if names := draw(st.lists(st.sampled_from(["p", "q"]), unique=True)):
                item[method]["parameters"] = [parameter(n, draw(st.sampled_from(["string", "integer"]))) for n in names]
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
    (tmp_path / "b").write_text(json.dumps({**content, "paths": {"/a": {"get": operation()}}}))
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
