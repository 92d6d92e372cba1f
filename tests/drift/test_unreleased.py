"""What the base has before its service: not released yet where the revision lacks it, released now where it has it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Tree

import jsonschema
import pytest

import idc_openapi
from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.reports import formats

from .report_formats import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

NEW = {"x-since": "unreleased"}
FORMS = formats.FORMATS


def document(mark: dict[str, Any] | None = None) -> dict[str, Any]:
    """Two operations, a parameter, a member sent and one received, of which one each is marked."""
    marked = NEW if mark is None else mark
    row = {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "string"}, "b": {**marked, "type": "string"}},
    }
    sent = {"type": "object", "properties": {"c": {"type": "string"}, "d": {**marked, "type": "string"}}}
    answers = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}}}
    }
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}}
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in "pq"]
    parameters[0].update(marked)
    new = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}}
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/rows": {
                "post": {"operationId": "ask", "parameters": parameters, "requestBody": body, "responses": answers},
                "get": {"operationId": "new", **marked, "responses": new},
            },
            "/news": {"get": {"operationId": "news", **marked, "responses": new}},
        },
        "components": {"schemas": {"Row": row, "Sent": sent, "New": {"type": "object", "properties": {"n": {}}}}},
    }


def old(*, renamed: bool = True) -> dict[str, Any]:
    """The same as the service has it; ``renamed``: with a name of its own for a schema."""
    found = document({})
    del found["paths"]["/rows"]["get"], found["paths"]["/news"], found["paths"]["/rows"]["post"]["parameters"][0]
    schemas = found["components"]["schemas"]
    del schemas["Row"]["properties"]["b"], schemas["Sent"]["properties"]["d"], schemas["New"]
    schemas["Row"]["required"] = ["a"]
    return json.loads(json.dumps(found).replace("Row", "RowOut") if renamed else json.dumps(found))  # type: ignore[no-any-return]


@pytest.fixture(name="compared")
def _compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Compares two values as the command does; gives the exit code and the report."""

    def compared(base: Any, revision: Any, *options: str, form: str = "json") -> tuple[int, Any]:
        for name, content in (("base.json", base), ("revision.json", revision)):
            (tmp_path / name).write_text(json.dumps(content, indent=1))
        code = main([str(tmp_path / "base.json"), str(tmp_path / "revision.json"), "--format", form, *options])
        said = capsys.readouterr()
        return code, json.loads(said.out) if form == "json" and said.out else said.out or said.err

    return compared


def rules(report: Any) -> set[tuple[str, str]]:
    return {(change["rule"], change["where"] or change["operation"]) for change in report["changes"]}


PARTS = {"GET /rows", "GET /news", "Row/b", "Sent/d", "parameters/0"}


@pytest.mark.parametrize("profile", ["wire", "both", "code"])
def test_what_is_marked_and_lacking_is_neither_a_finding_nor_accepted(compared: Any, profile: str) -> None:
    code, report = compared(document(), old(renamed=profile == "wire"), "--fail-on", "info", "--profile", profile)
    assert code == CLEAN, report
    assert rules(report) == {("not-released-yet", part) for part in PARTS}
    summary = report["summary"]
    assert (summary["not_released"], summary["accepted"], summary["noise"], summary["drift"]) == (5, 0, 0, False)
    assert summary["breaking"] + summary["warning"] + summary["info"] == 0
    assert all(change["not_released"] for change in report["changes"])


def test_without_marks_the_same_is_breaking(compared: Any) -> None:
    code, report = compared(document({}), old())
    assert (code, report["summary"]["not_released"]) == (DRIFT, 0)
    assert report["summary"]["breaking"] == 3  # the two paths with operations, and the member that is received


def test_what_is_marked_and_there_is_released_now(compared: Any) -> None:
    code, report = compared(document(), document({}), "--fail-on", "info")
    assert code == DRIFT
    assert rules(report) == {("released-now", part) for part in PARTS}
    for change in report["changes"]:
        assert change["message"].endswith("is released now: remove the mark x-since")
        assert change["pointer"].endswith("/x-since")
    assert compared(document(), document({}))[0] == CLEAN  # it hurts nobody


def test_a_mark_in_both_documents_is_out_of_date_in_neither(compared: Any) -> None:
    code, report = compared(document(), document(), "--fail-on", "info")
    assert (code, report["changes"]) == (CLEAN, [])


def test_what_is_marked_and_there_in_another_way_is_judged_as_usual(compared: Any) -> None:
    other = document({})
    other["components"]["schemas"]["Row"]["properties"]["b"] = {"type": "integer"}
    other["paths"]["/rows"]["post"]["parameters"][0]["required"] = True
    code, report = compared(document(), other)
    assert code == DRIFT
    broken = {(change["rule"], change["where"]) for change in report["changes"] if change["level"] == "breaking"}
    assert {rule for rule, _ in broken} == {"response-type-changed", "parameter-became-required"}
    assert ("released-now", "Row/b") in rules(report)


def test_what_is_not_marked_is_a_finding_beside_what_is(compared: Any) -> None:
    base, revision = document(), old()
    base["paths"]["/gone"] = {"get": {"responses": {"200": {"description": ""}}}}
    del revision["paths"]["/rows"]["post"]["responses"]["200"]["content"]
    code, report = compared(base, revision)
    assert code == DRIFT
    assert {"path-removed", "response-media-type-removed"} <= {rule for rule, _ in rules(report)}
    assert ("not-released-yet", "GET /news") in rules(report)


def test_only_what_is_within_the_scope_is_looked_at(compared: Any) -> None:
    _, report = compared(document(), old(), "--scope", "/news", "--scope", "/rows")
    assert rules(report) == {("not-released-yet", part) for part in PARTS}
    _, report = compared(document(), old(), "--scope", "/news")
    assert rules(report) == {("not-released-yet", "GET /news")}


def test_an_accepted_row_cannot_be_for_what_is_to_come(compared: Any, tmp_path: Path) -> None:
    rows = tmp_path / "accepted.yaml"
    rows.write_text("- {id: everything, rule: '*', reason: why not}\n")
    code, report = compared(document(), old(), "--accepted", str(rows), "--fail-on", "warning")
    assert (code, report["summary"]["not_released"], report["summary"]["accepted"]) == (DRIFT, 5, 0)
    assert "The accepted row everything matches no difference; delete it." in [c["message"] for c in report["changes"]]


@pytest.mark.parametrize(
    ("mark", "options", "found"),
    [
        ({"x-idc-since": "unreleased"}, (), True),
        ({"x-Since": "unreleased"}, (), True),
        ({"x-since": "2.0"}, (), False),
        ({"x-since-when": "unreleased"}, (), False),
        ({"x-planned": "unreleased"}, (), False),
        ({"x-planned": "unreleased"}, ("--unreleased-extension", "x-planned"), True),
        ({"x-planned": True}, ("--unreleased-extension", "x-planned"), True),
        ({"x-planned": False}, ("--unreleased-extension", "x-planned"), False),
        ({"x-since": "unreleased"}, ("--unreleased-extension", "x-planned"), False),
    ],
)
def test_any_extension_that_says_since_when_is_a_mark_or_the_one_that_is_named(
    compared: Any, mark: dict[str, Any], options: tuple[str, ...], found: bool
) -> None:
    code, report = compared(document(mark), old(), *options)
    assert (code, report["summary"]["not_released"]) == ((CLEAN, 5) if found else (DRIFT, 0))


@pytest.mark.parametrize("name", ["since", "x-", "x-a b", "x-a/b", ""])
def test_a_name_that_is_no_extension_is_one_sentence(compared: Any, name: str) -> None:
    code, said = compared(document(), old(), "--unreleased-extension", name)
    assert (code, said.count("\n")) == (UNCHECKED, 1)
    assert "is no extension: its name begins with x-" in said


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_report_says_both(compared: Any, form: str) -> None:
    base = document()
    revision = old()
    revision["paths"]["/news"] = copy.deepcopy(document({})["paths"]["/news"])
    revision["components"]["schemas"]["New"] = document()["components"]["schemas"]["New"]
    _, report = compared(base, revision, form=form)
    text = json.dumps(report) if form == "json" else report
    assert "not released yet" in text
    assert "Row/b" in text
    assert "released now: remove the mark" in text
    assert "also at" not in text


def test_forms_that_programs_read_do_not_count_it_as_a_failure(compared: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(compared(document(), old())[1])
    suite = Tree.fromstring(compared(document(), old(), "--fail-on", "info", form="junit")[1])[0]  # noqa: S314 - ours
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "0", "5")
    results = json.loads(compared(document(), old(), form="sarif")[1])["runs"][0]["results"]
    assert {(one["kind"], one["level"]) for one in results} == {("informational", "none")}
    assert "::" not in compared(document(), old(), form="github")[1].replace("://", "")


def test_a_patch_removes_the_mark_of_what_is_released_and_nothing_that_is_to_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = idc_openapi.content().decode()
    served = idc_openapi.released(json.loads(json.dumps(_parsed(text))), keep=["getReleaseChanges"])
    (tmp_path / "base.yaml").write_text(text)
    (tmp_path / "served.json").write_text(json.dumps(served))
    code = main(["update", str(tmp_path / "base.yaml"), str(tmp_path / "served.json")])
    said = capsys.readouterr()
    assert (code, said.err) == (DRIFT, "")
    changed = [line for line in said.out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == ["-      x-idc-since: unreleased"]


def _parsed(text: str) -> Any:
    import yaml

    return yaml.safe_load(text)


def test_our_document_against_one_without_and_one_with_the_coming_operation(compared: Any) -> None:
    whole = _parsed(idc_openapi.content().decode())
    code, report = compared(whole, idc_openapi.released(whole), "--fail-on", "info", "--profile", "both")
    assert code == CLEAN
    parts = {"GET /v3/releases/changes", "V3TableInfo/notable_columns"}
    assert rules(report) == {("not-released-yet", part) for part in parts}
    code, report = compared(whole, idc_openapi.released(whole, keep=idc_openapi.unreleased(whole)), "--fail-on", "info")
    assert (code, rules(report)) == (DRIFT, {("released-now", part) for part in parts})
