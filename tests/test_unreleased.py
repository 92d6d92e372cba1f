"""Parts of the document that no release of the service has yet: found by their mark, and left out cleanly."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import yaml

import idc_openapi
from idc_openapi import released, unreleased

DOCUMENT: dict[str, Any] = yaml.safe_load(idc_openapi.content())
MARK = {idc_openapi.SINCE: idc_openapi.UNRELEASED}


def document() -> dict[str, Any]:
    """A small one: of two operations one is not released, and so are a parameter, a link's target and a property."""
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Old"}}}}}
    new = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}}}
    linked = {"200": {**answer["200"], "links": {"next": {"operationId": "getNew"}, "self": {"operationId": "getOld"}}}}
    properties = {"a": {"type": "string"}, "b": {**MARK, "$ref": "#/components/schemas/Member"}}
    parameters = [{"name": "q", "in": "query"}, {"name": "p", "in": "query", **MARK}]
    return {
        "paths": {
            "/old": {"get": {"operationId": "getOld", "parameters": parameters, "responses": linked}},
            "/new": {"get": {"operationId": "getNew", **MARK, "responses": new}},
        },
        "components": {
            "schemas": {
                "Old": {"type": "object", "required": ["a", "b"], "properties": properties},
                "New": {"type": "object", "properties": {"old": {"$ref": "#/components/schemas/Old"}}},
                "Member": {"type": "string"},
                "NeverUsed": {"type": "string"},
            }
        },
    }


def test_parts_are_named_by_operation_or_by_where_they_stand() -> None:
    assert unreleased(document()) == ["Old/b", "getNew", "paths//old/get/parameters/p"]


def test_without_them_nothing_is_left_that_only_they_use() -> None:
    whole = document()
    left = released(whole)
    assert whole == document()  # it was copied
    assert list(left["paths"]) == ["/old"]
    operation = left["paths"]["/old"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["q"]
    assert list(operation["responses"]["200"]["links"]) == ["self"]
    assert left["components"]["schemas"].keys() == {"Old", "NeverUsed"}
    assert left["components"]["schemas"]["Old"] == {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}},
    }


def test_parts_that_are_to_be_kept_stay_with_what_they_use() -> None:
    whole = released(document(), keep=unreleased(document()))
    assert unreleased(whole) == []  # it is there, so it has no mark
    assert whole == json.loads(
        json.dumps(document()).replace(json.dumps(MARK)[1:-1] + ", ", "").replace(", " + json.dumps(MARK)[1:-1], "")
    )
    assert released(document(), keep=["Old/b"])["components"]["schemas"].keys() == {"Old", "Member", "NeverUsed"}


def test_the_document_marks_what_upstreams_branch_has_and_nothing_that_is_released() -> None:
    assert unreleased(DOCUMENT) == ["V3TableInfo/notable_columns", "getReleaseChanges"]
    left = released(DOCUMENT)
    assert unreleased(left) == []
    gone = DOCUMENT["components"]["schemas"].keys() - left["components"]["schemas"].keys()
    assert gone == {"V3ReleaseChanges", "V3ReleaseDate", "V3CollectionChange", "V3AnalysisResultChange"}


def test_a_document_without_marks_stays_as_it_is() -> None:
    left = released(DOCUMENT)
    assert released(deepcopy(left)) == left
