"""Extensions without a rule are never a change; one of them is the release that a document describes."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import idc_openapi
from idc_contract.document.openapi import DOCUMENT, METHODS, nodes
from idc_drift.__main__ import CLEAN, main
from idc_drift.changes.outcome import Outcome, make
from idc_drift.compare.documents import compare
from idc_drift.documents.document import Upstream
from idc_drift.reports import formats

from . import sample_documents
from .report_formats import HOSTILE, SCHEMA, validator_for

if TYPE_CHECKING:
    from pathlib import Path

INFO = {"title": "t", "version": "1"}
NAMED = {"x-idc-upstream": {"api_version": "3.0.0b5", "date": "2026-10-07"}}


def extended(value: Any) -> dict[str, Any]:
    """The contract with an extension in every object that may have one."""
    document = copy.deepcopy(DOCUMENT)
    found = [document, document["info"], *document["servers"], *document["tags"], document["components"]]
    found += [node for _, node, is_schema in nodes(document) if is_schema and "$ref" not in node]
    for item in document["paths"].values():
        operations = [item[method] for method in METHODS if method in item]
        found += [item, *operations]
        for operation in operations:
            found += [one for one in operation.get("parameters", ()) if "$ref" not in one]
            for one in (operation.get("requestBody", {}), *operation["responses"].values()):
                if one and "$ref" not in one:
                    found += [one, *one.get("content", {}).values(), *one.get("headers", {}).values()]
    for kind in ("parameters", "responses", "headers", "securitySchemes"):
        found += document["components"].get(kind, {}).values()
    assert len(found) > 500
    for node in found:
        node["x-anything"] = value
    return document


def named(info: dict[str, Any]) -> Any:
    return sample_documents.complete_document({"info": {**INFO, **info}, "paths": {}})


def outcome(base: dict[str, Any], revision: dict[str, Any]) -> Outcome:
    return make(named(base), named(revision), [], [])


def test_an_extension_that_stands_in_no_rule_is_no_change_wherever_it_is() -> None:
    plain, one, other = (
        sample_documents.complete_document(d) for d in (DOCUMENT, extended({"type": "string"}), extended([1]))
    )
    assert compare(plain, one) == compare(one, plain) == compare(one, other) == []


def test_an_extension_in_documentation_is_no_change_and_the_words_beside_it_are() -> None:
    def documented(docs: dict[str, Any], xml: dict[str, Any]) -> Any:
        schema = {"type": "string", "externalDocs": docs, "xml": xml}
        content = {"application/json": {"schema": schema}}
        operation = {"externalDocs": docs, "responses": {"200": {"description": "", "content": content}}}
        tags = [{"name": "t", "externalDocs": docs}]
        return sample_documents.complete_document(
            {"info": INFO, "tags": tags, "externalDocs": docs, "paths": {"/a": {"get": operation}}}
        )

    plain = documented({"url": "https://example.org"}, {"name": "n"})
    assert compare(plain, documented({"url": "https://example.org", "x-a": {"b": 1}}, {"name": "n", "x-a": 1})) == []
    assert compare(named({"x-a": 1}), sample_documents.complete_document({"info": INFO, "paths": {}})) == []
    assert len(compare(plain, documented({"url": "https://example.com", "x-a": 1}, {"name": "m"}))) >= 4


def test_another_release_in_the_document_is_no_change(tmp_path: Path) -> None:
    text = idc_openapi.content().decode()
    assert text.count("x-idc-upstream:") == 1
    (tmp_path / "other.yaml").write_text(text.replace(idc_openapi.upstream().api_version, "99.0.0"))
    (tmp_path / "none.yaml").write_text(text.replace("x-idc-upstream:", "x-other:"))
    for name in ("other.yaml", "none.yaml"):
        assert main([str(idc_openapi.path()), str(tmp_path / name), "--fail-on", "info"]) == CLEAN


def test_the_release_of_either_document_is_named_in_the_reports_for_readers() -> None:
    other = {"x-idc-upstream": {"api_version": "99.0"}}
    for result, release in ((outcome(NAMED, other), "3.0.0b5 of 2026-10-07"), (outcome(other, NAMED), "99.0")):
        for form in ("text", "markdown", "html"):
            report = formats.render(result, form)
            assert f"upstream release {release}" in report
            assert report.count("upstream release") == 2
        summary = json.loads(formats.render(result, "json"))["summary"]
        assert summary["base_upstream"]["api_version"] == release.partition(" ")[0]
        assert {summary[f"{side}_upstream"]["date"] for side in ("base", "revision")} == {"2026-10-07", ""}


def test_a_document_that_names_no_release_is_headed_by_its_own_version() -> None:
    result = outcome(NAMED, {"version": "3.0.0b2"})
    for form in ("text", "html"):
        report = formats.render(result, form)
        assert "(upstream release 3.0.0b5 of 2026-10-07)" in report
        assert "(version 3.0.0b2)" in report


@pytest.mark.parametrize("version", ["", " ", None, [], {}])
def test_a_version_that_says_nothing_heads_nothing(version: Any) -> None:
    assert "(" not in outcome({"version": version}, NAMED).base.described


@pytest.mark.parametrize("text", [*HOSTILE, "9" * 10_000])
@pytest.mark.parametrize("form", ["text", "html"])
def test_the_text_of_a_version_does_not_act_on_its_reader_and_is_short(form: str, text: str) -> None:
    report = formats.render(outcome({"version": text}, NAMED), form)
    assert len(report) < 10_000
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u200b\u202e\ufffe]", report)
    validator_for(form)(report)


@pytest.mark.parametrize("value", [None, [], "3.0.0b5", {}, {"api_version": ""}, {"api_version": ["3"]}, {"date": "x"}])
def test_what_names_no_release_is_left_out(value: Any) -> None:
    result = outcome({"x-idc-upstream": value}, {})
    assert result.base.upstream is None
    assert all("upstream release" not in formats.render(result, form) for form in ("text", "markdown", "html"))
    assert json.loads(formats.render(result, "json"))["summary"]["base_upstream"] is None


def test_a_document_whose_info_is_no_mapping_names_none() -> None:
    assert sample_documents.complete_document({"info": ["x-idc-upstream"], "paths": {}}).upstream is None


def test_a_number_in_place_of_a_text_is_shown_as_it_is_written() -> None:
    assert named({"x-idc-upstream": {"api_version": 3.0, "date": 2026}}).upstream == Upstream(
        "3.0", "2026", (("api_version", "3.0"),)
    )


@pytest.mark.parametrize("text", [*HOSTILE, "9" * 10_000])
@pytest.mark.parametrize("form", formats.FORMATS)
def test_the_text_of_a_release_does_not_act_on_its_reader_and_is_short(form: str, text: str) -> None:
    report = formats.render(outcome({"x-idc-upstream": {"api_version": text, "date": text}}, {}), form)
    report.encode("utf-8")
    assert len(report) < 10_000
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u200b\u202e\ufffe]", report)
    validator_for(form)(report)
    if form == "markdown":
        assert re.search(r"[@#*\[|<]|://", re.sub(r"&#\d+;", "", report.partition("BASE describes")[2])) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_the_json_report_has_the_release_as_its_schema_says(text: str) -> None:
    report = json.loads(formats.render(outcome({"x-idc-upstream": {"api_version": text}}, NAMED), "json"))
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["summary"]["base_upstream"] == {"api_version": text[:60], "date": ""}
