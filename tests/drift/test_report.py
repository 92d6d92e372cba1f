from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Tree

import jsonschema
import pytest

from idc_drift.changes.change import Change, Level, Place
from idc_drift.changes.outcome import Finding, Outcome, make
from idc_drift.documents.document import Document, read
from idc_drift.escaping import visible
from idc_drift.reports import formats
from tests.drift.report_formats import HOSTILE, SCHEMA, validator_for

if TYPE_CHECKING:
    from pathlib import Path

BASE = """\
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a:
    get:
      operationId: getA
      responses:
        "200":
          description: fine
          content:
            application/json:
              schema: {type: object, properties: {n: {type: integer}}}
  /b:
    get: {responses: {"200": {description: fine}}}
"""
REVISION = BASE.replace("integer", "string").replace("  /b:", "  /c:")

POINTER = "/paths/~1a/get/responses/200/content/application~1json/schema/properties/n/type"


@pytest.fixture(name="documents")
def _documents(tmp_path: Path) -> tuple[Document, Document]:
    for name, text in (("base.yaml", BASE), ("revision.yaml", REVISION)):
        (tmp_path / name).write_text(text)
    return read(str(tmp_path / "base.yaml")), read(str(tmp_path / "revision.yaml"))


def change(level: Level = "breaking", rule: str = "response-property-type-changed", **more: Any) -> Change:
    place = more.pop("place", Place("GET /a", POINTER, 12, 68))
    message = more.pop("message", "The type changed from integer to string.")
    return Change(rule, level, message, more.pop("places", (place,)), more.pop("where", "200 /n"), **more)


def outcome(documents: tuple[Document, Document], *findings: Finding, **more: Any) -> Outcome:
    return make(*documents, list(findings), more.pop("notes", []), **more)


def all_forms(result: Outcome) -> dict[str, str]:
    return {form: formats.render(result, form, verbose=True) for form in formats.FORMATS}


Documents = tuple[Document, Document]


def test_json_has_what_the_schema_publishes(documents: Documents) -> None:
    result = outcome(
        documents,
        Finding(change(code_impact=("breaks `x`",))),
        Finding(change("info", documentation_only=True, where="")),
        Finding(change("warning", where="other"), accepted="because"),
        notes=["a note"],
    )
    report = json.loads(formats.render(result, "json"))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=None).validate(report)
    assert [c["accepted"] for c in report["changes"]] == [None, "because", None]
    assert report["summary"] == {
        "base": documents[0].origin,
        "revision": documents[1].origin,
        "base_upstream": None,
        "revision_upstream": None,
        "breaking": 1,
        "warning": 0,
        "info": 0,
        "noise": 1,
        "accepted": 1,
        "not_released": 0,
        "fail_on": "breaking",
        "failing": 1,
        "drift": True,
        "unread": 0,
        "read": None,
    }


def test_the_schema_is_a_schema_and_refuses_other_reports() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate({"changes": [{"level": "grave"}], "notes": [], "summary": {}})


def test_the_order_of_findings_does_not_change_a_byte(documents: Documents) -> None:
    findings = [
        Finding(change(level, rule, where=where, place=Place(operation, POINTER, 12, 68)))
        for level in ("breaking", "warning", "info")
        for rule in ("rule-a", "rule-b")
        for where in ("200 /n", "query q")
        for operation in ("GET /a", "GET /b", "")
    ]
    assert all_forms(outcome(documents, *findings)) == all_forms(outcome(documents, *reversed(findings)))


def test_text_groups_findings_by_operation_and_only_counts_documentation_changes(documents: Documents) -> None:
    findings = [Finding(change(place=Place(op, POINTER, 12, 68))) for op in ("GET /a", "GET /b", "GET /a")]
    documentation_only = [Finding(change("info", "description-changed", documentation_only=True)) for _ in range(40)]
    report = formats.render(outcome(documents, *findings, *documentation_only), "text")
    assert len(re.findall("^GET /a$", report, re.M)) == 1
    assert "description-changed" not in report
    assert "drift: 3 breaking (also 40 documentation-only)" in report
    assert "description-changed" in formats.render(outcome(documents, *documentation_only), "text", verbose=True)


def test_text_names_the_line_and_column_of_the_base(documents: Documents) -> None:
    report = formats.render(outcome(documents, Finding(change())), "text")
    assert f"{documents[0].origin}:12:68" in report


def test_what_is_new_in_the_revision_is_placed_at_the_nearest_line_of_the_base(documents: Documents) -> None:
    new = change("info", place=Place("GET /c", "/paths/~1c/get", 14, 5, new=True))
    found = json.loads(formats.render(outcome(documents, Finding(new)), "json"))["changes"][0]
    line, _ = documents[0].position("/paths")
    assert (found["file"], found["line"]) == (documents[0].origin, line)


def test_one_finding_with_forty_places_names_three_and_counts_the_rest(documents: Documents) -> None:
    places = tuple(Place(f"GET /{n:02}", POINTER, 12, 1) for n in range(40))
    report = formats.render(outcome(documents, Finding(change(places=places))), "text")
    assert "also GET /01, GET /02, GET /03 and 36 more" in report
    assert "GET /39" in formats.render(outcome(documents, Finding(change(places=places))), "text", verbose=True)


def test_text_has_color_only_if_asked_for(documents: Documents) -> None:
    result = outcome(documents, Finding(change()))
    assert "\x1b[" in formats.render(result, "text", color=True)
    assert "\x1b" not in formats.render(result, "text")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", formats.FORMATS)
def test_no_text_of_a_document_acts_on_its_reader(documents: Documents, form: str, text: str) -> None:
    hostile = change(
        message=text, where=text, code_impact=(text,), place=Place(f"GET /{text}", f"/paths/{text}", 3, 1), rule=text
    )
    documents[0].origin = f"x{text}"
    documentation_only = change("info", documentation_only=True, message=text)
    result = outcome(documents, Finding(hostile), Finding(hostile, text), Finding(documentation_only), notes=[text])
    report = formats.render(result, form, verbose=True)
    report.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u200b\u202e\ufffe]", report)
    validator_for(form)(report)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_text_without_markup_mention_or_link(documents: Documents, text: str) -> None:
    report = formats.render(outcome(documents, Finding(change(message=text, where=text))), "markdown")
    row = next(line for line in report.splitlines() if "breaking |" in line)
    assert row.count("|") == 6
    plain = re.sub(r"&#\d+;", "", row)
    assert re.search(r"[@#*\[]|://", plain) is None
    assert set(re.findall(r"<(/?\w+)", plain)) <= {"sub", "/sub", "code", "/code", "br"}


def test_markdown_fits_an_issue_and_says_what_it_leaves_out(documents: Documents) -> None:
    findings = [Finding(change(where=f"query {n:05}", message="x" * 300)) for n in range(2000)]
    report = formats.render(outcome(documents, *findings, notes=["n" * 400] * 3), "markdown")
    assert len(report) < 65_536
    left = re.search(r"(\d+) more are not shown", report)
    assert left is not None
    assert int(left[1]) + report.count("🔴") == 2000


def test_html_shows_both_sides_at_the_line(documents: Documents) -> None:
    report = formats.render(outcome(documents, Finding(change())), "html")
    marked = re.findall("<mark>(.*?)</mark>", report)
    assert ["integer" in marked[0], "string" in marked[1]] == [True, True]


def test_html_has_an_index_of_operations_and_a_filter_by_level(documents: Documents) -> None:
    findings = [
        Finding(change(level, place=Place(operation, POINTER, 12, 68)))
        for operation in ("GET /a", "GET /b")
        for level in ("breaking", "info")
    ]
    report = formats.render(outcome(documents, *findings), "html")
    linked = re.findall(r'<a href="#([^"]+)">([^<]+)</a> <small>([^<]+)</small>', report)
    assert [(name, counts) for _, name, counts in linked] == [
        ("GET /a", "1 breaking, 1 info"),
        ("GET /b", "1 breaking, 1 info"),
    ]
    for target, name, _ in linked:
        assert f'<section id="{target}"><h2>{name}</h2>' in report
    boxes = re.findall(r'<input type="checkbox" id="(\w+)" checked>', report)
    assert boxes == ["breaking", "warning", "info"]
    for level in boxes:
        assert f"#{level}:not(:checked) ~ div article.{level}" in report
    body = report.partition("<body>")[2]
    assert body.index("<main>") < body.index("<input") < body.index("<div>") < body.index("<article")


def test_html_shows_the_value_where_the_text_is_one_long_line(tmp_path: Path, documents: Documents) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {}, "x-pad": "y" * 2000}))
    result = outcome((read(str(tmp_path / "one.json")), documents[1]), Finding(change(place=Place("", "/x-pad"))))
    assert "y" * 299 in formats.render(result, "html")
    assert "y" * 300 not in formats.render(result, "html")


def test_github_annotates_each_standing_finding_at_its_line(documents: Documents) -> None:
    documents[0].origin = "openapi.yaml"
    findings = [Finding(change(level)) for level in ("breaking", "warning", "info")]
    quiet = [Finding(change("info", documentation_only=True)), Finding(change(), accepted="known")]
    lines = formats.render(outcome(documents, *findings, *quiet), "github").splitlines()
    assert [line.split(" ")[0] for line in lines[:3]] == ["::error", "::warning", "::notice"]
    assert all("file=openapi.yaml,line=12,col=68,title=response-property-type-changed::" in line for line in lines[:3])
    assert len(lines) == 4


def test_github_shows_ten_annotations_of_a_level_and_the_log_has_all(documents: Documents) -> None:
    findings = [Finding(change(where=f"query {n:03}")) for n in range(25)]
    ten = [Finding(change("warning", where=f"query {n:03}")) for n in range(10)]
    lines = formats.render(outcome(documents, *findings, *ten, notes=["read as 3.1"]), "github").splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert errors[-1].endswith("::16 more of this level are in the log of this step")
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert all(any(f"query {n:03}" in line and "error" in line for line in lines) for n in range(25))
    assert "::notice title=note::read as 3.1" in lines


def test_files_are_named_relative_to_their_repository(documents: Documents, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "paths").mkdir()
    documents[0].origin = f"{tmp_path}/paths/../base.yaml"
    result = outcome(documents, Finding(change()))
    assert "file=base.yaml,line=12," in formats.render(result, "github")
    run = json.loads(formats.render(result, "sarif"))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "base.yaml"}
    case = Tree.fromstring(formats.render(result, "junit")).find(".//testcase")  # noqa: S314 - ours
    assert case is not None
    assert case.get("file") == "base.yaml"


def test_sarif_explains_its_rules_and_leaves_documentation_out_unless_asked_for(documents: Documents) -> None:
    quiet = Finding(change("info", "documentation-changed", documentation_only=True))
    result = outcome(documents, Finding(change(rule="response-type-changed")), quiet)
    run = json.loads(formats.render(result, "sarif"))["runs"][0]
    (rule,) = run["tool"]["driver"]["rules"]
    assert [len(run["results"]), rule["id"]] == [1, "response-type-changed"]
    assert rule["fullDescription"]["text"] != rule["id"]
    assert "idc-drift explain response-type-changed" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert len(json.loads(formats.render(result, "sarif", verbose=True))["runs"][0]["results"]) == 2


def test_github_names_no_file_if_the_base_is_none(documents: Documents) -> None:
    documents[0].origin = "https://example.org/openapi.json"
    assert "file=" not in formats.render(outcome(documents, Finding(change())), "github")


def test_junit_fails_skips_and_passes(documents: Documents) -> None:
    findings = [
        Finding(change()),
        Finding(change(), "known"),
        Finding(change("info")),
        Finding(change(documentation_only=True)),
    ]
    suite = Tree.fromstring(formats.render(outcome(documents, *findings), "junit"))[0]  # noqa: S314 - ours
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert sorted(case[0].tag for case in suite.iter("testcase")) == ["failure", "skipped", "system-out"]


def test_junit_without_findings_is_one_passing_test(documents: Documents) -> None:
    suite = Tree.fromstring(formats.render(outcome(documents), "junit"))[0]  # noqa: S314 - ours
    assert (suite.get("tests"), suite.get("failures"), len(suite.findall("testcase"))) == ("1", "0", 1)


def test_sarif_has_rules_places_levels_and_suppressions(documents: Documents) -> None:
    documents[0].origin = "some dir/openapi.yaml"
    log = json.loads(
        formats.render(outcome(documents, Finding(change()), Finding(change("info"), accepted="known")), "sarif")
    )
    run = log["runs"][0]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "idc-drift")
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place == {
            "artifactLocation": {"uri": "some%20dir/openapi.yaml"},
            "region": {"startLine": 12, "startColumn": 68},
        }
    assert [r["level"] for r in run["results"]] == ["error", "note"]
    assert [r.get("suppressions") for r in run["results"]] == [None, [{"kind": "external", "justification": "known"}]]


def test_documentation_only_and_accepted_findings_are_never_drift(documents: Documents) -> None:
    result = outcome(
        documents, Finding(change(), "known"), Finding(change("info", documentation_only=True)), fail_on="info"
    )
    assert not result.failing
    assert result.sentence == "no drift: no new changes (also 1 accepted, 1 documentation-only)"


@pytest.mark.parametrize(("fail_on", "failing"), [("breaking", 1), ("warning", 2), ("info", 3)])
def test_what_counts_is_what_was_asked_for_and_graver(documents: Documents, fail_on: Level, failing: int) -> None:
    findings = [Finding(change(level)) for level in ("breaking", "warning", "info")]
    assert len(outcome(documents, *findings, fail_on=fail_on).failing) == failing


def test_what_steers_a_terminal_is_named() -> None:
    assert visible("a\x1b[0m\u202e\n\U000e0041ä漢") == "a\\x1b[0m\\u202e\\n\\U000e0041ä漢"
