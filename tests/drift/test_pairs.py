"""Every rule is found, in every direction, on its own pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.changes.change import LEVELS
from idc_drift.changes.counterparts import with_both_sides
from idc_drift.changes.rules import RULES, SCHEMA_RULES, level_of, why
from idc_drift.compare.documents import compare
from idc_drift.schemas.constraints import NOTHING

from . import sample_documents

if TYPE_CHECKING:
    from idc_drift.documents.document import Document

_DIRECTIONS = ("request", "response", "parameter", "header")


def _pairs() -> list[Any]:
    found = []
    for file in sample_documents.SCHEMA_FILES:
        for row in sample_documents.rows(file):
            for direction in _DIRECTIONS:
                if direction in row:
                    base = sample_documents.document_with_schema(direction, row["base"], row.get("base_schemas"))
                    revision = sample_documents.document_with_schema(
                        direction, row["revision"], row.get("revision_schemas")
                    )
                    level, stem = row[direction].split()
                    found.append(
                        pytest.param(base, revision, level, f"{direction}-{stem}", id=f"{row['name']} - {direction}")
                    )
    for file, make in (
        ("operations", sample_documents.document_with_path),
        ("documents", sample_documents.complete_document),
    ):
        for row in sample_documents.rows(file):
            level, rule = row["found"].split()
            found.append(pytest.param(make(row["base"]), make(row["revision"]), level, rule, id=row["name"]))
    return found


PAIRS = _pairs()


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 250
    assert len({pair.id for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("base", "revision", "level", "rule"), PAIRS)
def test_a_pair_is_judged_as_the_table_says(base: Document, revision: Document, level: str, rule: str) -> None:
    found = [(change.level, change.rule) for change in compare(base, revision)]
    assert (level, rule) in found
    assert min(LEVELS.index(each) for each, _ in found) == LEVELS.index(level), found


@pytest.mark.parametrize(("base", "revision", "level", "rule"), PAIRS)
def test_a_document_does_not_differ_from_itself(base: Document, revision: Document, level: str, rule: str) -> None:
    assert compare(base, base) == []
    assert compare(revision, revision) == []


@pytest.mark.parametrize(("base", "revision", "level", "rule"), PAIRS)
def test_a_difference_is_one_the_other_way_round_too(base: Document, revision: Document, level: str, rule: str) -> None:
    assert compare(revision, base) != []


def test_every_rule_has_a_pair() -> None:
    found_rules = {pair.values[3] for pair in PAIRS}
    assert RULES.keys() <= found_rules
    for stem, rule in SCHEMA_RULES.items():
        directions = {each.partition("-")[0] for each in found_rules if each.partition("-")[2] == stem}
        assert directions, stem
        if rule.sent != rule.received and stem != "property-forbidden":  # which is a rule for what is sent only
            assert "response" in directions or "header" in directions, stem
            assert {"request", "parameter"} & directions, stem


def test_every_rule_says_why_in_a_sentence() -> None:
    for rule in [*RULES, *(f"request-{stem}" for stem in SCHEMA_RULES)]:
        assert level_of(rule) in LEVELS
        assert why(rule).endswith(".")


@pytest.mark.parametrize(
    ("plain", "listed"),
    [
        ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32", "enum": [1, 2]}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32", "oneOf": [{"const": 1}]}),
        ({"type": "integer", "format": "int64"}, {"type": "integer", "format": "int32", "enum": [1]}),
        ({"type": "number"}, {"type": "number", "format": "float", "enum": [0.5]}),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date", "enum": ["2026-01-01"]}),
        ({"type": "string"}, {"type": "string", "format": "uuid", "enum": ["x"]}),
    ],
)
def test_values_that_are_listed_or_not_are_one_change_whatever_their_format(
    plain: dict[str, Any], listed: dict[str, Any]
) -> None:
    one, other = (sample_documents.document_with_schema("request", schema) for schema in (plain, listed))
    assert [change.rule for change in compare(one, other)] == ["request-became-enum"]
    assert [change.rule for change in compare(other, one)] == ["request-enum-dropped"]


def test_what_empty_schemas_share_stays_empty() -> None:
    for row in PAIRS[::20]:
        compare(*row.values[:2])
    assert NOTHING == {}


def test_one_shared_schema_is_one_change_with_many_places() -> None:
    def made(kind: str) -> Document:
        use = {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}}}}
        schema = {"type": "object", "properties": {"a": {"type": kind}}}
        return sample_documents.complete_document(
            {"paths": {f"/p{n}": {"get": use} for n in range(40)}, "components": {"schemas": {"S": schema}}}
        )

    (change,) = compare(made("string"), made("integer"))
    assert len(change.places) == 40
    assert change.pointer == "/components/schemas/S/properties/a/type"
    assert change.places[0].line > 0


def test_the_default_of_a_schema_that_many_parameters_share_is_one_change_at_its_line() -> None:
    def made(default: int) -> Document:
        parameters = [{"name": f"q{n}", "in": "query", "schema": {"$ref": "#/components/schemas/S"}} for n in range(3)]
        paths = {f"/p{n}": {"get": {"parameters": parameters}} for n in range(40)}
        schema = {"type": "integer", "default": default}
        return sample_documents.complete_document({"paths": paths, "components": {"schemas": {"S": schema}}})

    (change,) = compare(made(1), made(2))
    assert (change.rule, change.message) == ("parameter-default-changed", "default changed from `1` to `2`")
    assert (change.pointer, change.before, change.after) == ("/components/schemas/S/default", "1", "2")
    assert len({place.operation for place in change.places}) == 40
    assert change.other_parts == ["query q1", "query q2"]


def test_a_reference_to_another_component_is_one_change_at_the_reference() -> None:
    schemas = {
        "Old": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]},
        "New": {"type": "object", "properties": {"c": {"type": "string"}}, "required": ["c"]},
    }

    def made(name: str) -> Document:
        body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
        paths = {"/p": {"get": {"responses": {"200": body}}}}
        return sample_documents.complete_document({"paths": paths, "components": {"schemas": schemas}})

    (change,) = with_both_sides(made("Old"), made("New"), compare(made("Old"), made("New")))
    assert change.pointer == "/paths/~1p/get/responses/200/content/application~1json/schema/$ref"
    assert (change.before, change.after) == ('"#/components/schemas/Old"', '"#/components/schemas/New"')
    assert change.places[0].counterpart == change.pointer
    assert change.message == (
        "`New` takes the place of `Old`: at /a, required property `a` was removed, and 2 more differences"
    )


def test_a_component_that_is_newly_referred_to_is_new_although_the_base_has_it_elsewhere() -> None:
    schemas = {"Kind": {"type": "string", "enum": ["a"]}, "Id": {"type": "string"}}
    kind, id_ = ({"$ref": f"#/components/schemas/{name}"} for name in schemas)

    def made(own: Any, other: Any) -> Document:
        body = {"content": {"application/json": {"schema": {"properties": {"kept": kind, "own": own, "other": other}}}}}
        paths = {"/p": {"post": {"requestBody": body}}}
        return sample_documents.complete_document({"paths": paths, "components": {"schemas": schemas}})

    base, revision = made({"type": "string"}, id_), made(kind, {"anyOf": [id_, {"type": "null"}]})
    enum, null = with_both_sides(base, revision, compare(base, revision))
    properties = "/paths/~1p/post/requestBody/content/application~1json/schema/properties"
    assert (enum.rule, enum.pointer, enum.before, enum.after) == (
        "request-became-enum",
        "/components/schemas/Kind/enum",
        "",
        '["a"]',
    )
    assert (null.rule, null.pointer) == ("request-became-nullable", f"{properties}/other")
    assert [place.new for change in (enum, null) for place in change.places] == [True, True]
    assert enum.places[0].line == revision.position("/components/schemas/Kind/enum")[0]


def test_what_one_document_lacks_has_no_counterpart_though_the_same_component_is_used_elsewhere() -> None:
    parameter = {"$ref": "#/components/parameters/Q"}
    components = {"parameters": {"Q": {"name": "q", "in": "query", "schema": {"type": "string"}}}}

    def made(*used: str) -> Document:
        paths = {path: {"get": {"parameters": [parameter] if path in used else []}} for path in ("/a", "/b")}
        return sample_documents.complete_document({"paths": paths, "components": components})

    (change,) = with_both_sides(made("/a", "/b"), made("/b"), compare(made("/a", "/b"), made("/b")))
    assert (change.rule, change.after, change.places[0].counterpart) == ("parameter-removed", "", "")


def test_a_renamed_component_is_compared_in_its_parts() -> None:
    def made(name: str, kind: str) -> Document:
        body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
        schemas = {name: {"type": "object", "properties": {"a": {"type": kind}}}}
        paths = {"/p": {"get": {"responses": {"200": body}}}}
        return sample_documents.complete_document({"paths": paths, "components": {"schemas": schemas}})

    (change,) = compare(made("Old", "string"), made("New", "integer"))
    assert (change.rule, change.pointer) == ("response-type-changed", "/components/schemas/Old/properties/a/type")


def test_a_schema_that_one_response_contains_twice_names_both_parts() -> None:
    def made(required: list[str]) -> Document:
        filters = {"$ref": "#/components/schemas/F"}
        counts = {"type": "object", "properties": {"filters": filters}}
        whole = {"type": "object", "properties": {"counts": counts, "filters": filters}}
        schemas = {"F": {"type": "object", "properties": {"a": {"type": "string"}}, "required": required}}
        get = {"responses": {"200": {"content": {"application/json": {"schema": whole}}}}}
        return sample_documents.complete_document({"paths": {"/p": {"get": get}}, "components": {"schemas": schemas}})

    (change,) = compare(made(["a"]), made([]))
    assert change.where == "200 application/json /filters/a"
    assert change.other_parts == ["200 application/json /counts/filters/a"]
    assert {place.pointer for place in change.places} == {"/components/schemas/F/required"}


@pytest.mark.parametrize(
    ("base", "revision", "said"),
    [
        (
            {"maximum": 100},
            {"maximum": 50},
            "maximum changed from `100` to `50`; `100` is not valid any more",
        ),
        ({}, {"maximum": 50}, "maximum added: `50`; `51` is not valid any more"),
        ({"minimum": 3}, {}, "minimum removed: `3`; `2` is valid now"),
        (
            {"exclusiveMinimum": 0.5},
            {"exclusiveMinimum": 0.25},
            "exclusiveMinimum changed from `0.5` (excluded) to `0.25` (excluded)",
        ),
        ({}, {"type": "string", "minLength": 2}, "minLength added: `2`; a string of 1 character is not valid any more"),
        ({}, {"enum": [1, 2]}, "only `1`, `2` are allowed now"),
        ({}, {"deprecated": True}, "property `size` is deprecated"),
        ({"enum": [1, 2]}, {"enum": [1]}, "the value `2` was removed"),
    ],
)
def test_a_message_names_its_subject_and_a_value_that_is_judged_in_another_way(
    base: dict[str, Any], revision: dict[str, Any], said: str
) -> None:
    kind = {"type": revision.get("type", "number")}
    documents = (
        sample_documents.document_with_schema("request", {"properties": {"size": {**kind, **schema}}})
        for schema in (base, revision)
    )
    assert [change.message for change in compare(*documents)] == [said]


def test_a_message_about_an_encoding_says_from_what_to_what() -> None:
    def made(encoding: dict[str, Any]) -> Document:
        schema = {"type": "object", "properties": {"expand": {"type": "object"}}}
        media = {"application/x-www-form-urlencoded": {"schema": schema, "encoding": {"expand": encoding}}}
        return sample_documents.document_with_path({"post": {"requestBody": {"content": media}}})

    (change,) = compare(made({}), made({"style": "deepObject", "explode": True}))
    assert (
        change.message
        == "the encoding of `expand` changed: style from `form` to `deepObject`, explode from its default to `true`"
    )
    assert (change.before, change.after) == ("{}", '{"explode":"true","style":"deepObject"}')


def test_a_schema_that_a_response_loses_is_said_to_be_removed() -> None:
    def made(media: dict[str, Any]) -> Document:
        return sample_documents.document_with_path({"get": {"responses": {"422": media}}})

    with_schema = made({"content": {"application/json": {"schema": {"type": "object"}}}})
    (change,) = compare(with_schema, made({"content": {"application/json": {}}}))
    assert change.message == "the schema was removed: the type was `object`, now anything is allowed"
    assert (change.before, change.after) == ('"object"', "")
    (change,) = compare(with_schema, made({}))
    assert change.message == "the response has no body any more, which was application/json"
    assert (change.before, change.after) == ('"application/json"', "")


@pytest.mark.parametrize(
    ("base", "revision", "said"),
    [
        (
            {"/a": {"get": {"operationId": "one", "responses": {}}}},
            {"/b": {"get": {"operationId": "one", "responses": {}}}},
            "the path /a was removed (renamed to /b?)",
        ),
        (
            {"/a": {"get": {}, "put": {"operationId": "x"}}},
            {"/a": {"get": {}, "post": {"operationId": "x"}}},
            "PUT /a was removed (renamed to POST /a?)",
        ),
        (
            {"/a": {"get": {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]}}},
            {"/a": {"get": {"parameters": [{"name": "query", "in": "query", "schema": {"type": "string"}}]}}},
            "the query q parameter was removed (renamed to `query`?)",
        ),
    ],
)
def test_what_is_removed_while_its_twin_appears_is_said_to_be_renamed(base: Any, revision: Any, said: str) -> None:
    changes = compare(*(sample_documents.complete_document({"paths": paths}) for paths in (base, revision)))
    assert said in [change.message for change in changes]


def test_a_property_that_is_removed_while_one_of_its_shape_appears_is_said_to_be_renamed() -> None:
    def made(*names: str) -> Document:
        properties = {name: {"type": "string", "maxLength": 9} for name in names}
        schema = {"type": "object", "properties": {"kept": {"type": "integer"}, **properties}, "required": [*names]}
        return sample_documents.document_with_schema("response", schema)

    (removed, _) = compare(made("size"), made("length"))
    assert removed.message == "required property `size` was removed (renamed to `length`?)"
    assert removed.level == "breaking"
    (unclear, *_) = compare(made("size"), made("length", "width"))
    assert unclear.message == "required property `size` was removed"


def test_a_removed_operation_says_nothing_of_its_parts() -> None:
    operation = {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}], "responses": {"200": {}}}
    both = {"paths": {"/a": {"get": operation, "post": operation}}}
    changes = compare(
        sample_documents.complete_document(both),
        sample_documents.complete_document({"paths": {"/a": {"get": operation}}}),
    )
    assert [change.rule for change in changes] == ["operation-removed"]


def test_a_scope_looks_at_its_paths_only() -> None:
    base = sample_documents.complete_document(
        {"info": {"title": "a"}, "paths": {"/v3/a": {"get": {}}, "/v1/a": {"get": {}}, "/v30": {"get": {}}}}
    )
    revision = sample_documents.complete_document({"info": {"title": "b"}, "paths": {}})
    assert [change.operation for change in compare(base, revision, scope=["/v3"])] == ["GET /v3/a"]


def test_a_fingerprint_does_not_depend_on_words() -> None:
    row = sample_documents.rows("bounds")[0]
    base = sample_documents.document_with_schema("request", row["base"])
    found = [
        compare(base, sample_documents.document_with_schema("request", {"type": "integer", "minimum": n}))[0]
        for n in (5, 6)
    ]
    assert found[0].message != found[1].message
    assert found[0].fingerprint == found[1].fingerprint


def test_before_and_after_differ_where_null_or_an_alternative_is_added() -> None:
    nullable = {"type": "array", "items": {"type": "string"}}
    base, revision = (
        sample_documents.document_with_schema("response", {"properties": {"a": schema}}, version="3.0.3")
        for schema in (nullable, {**nullable, "nullable": True})
    )
    (change,) = with_both_sides(base, revision, compare(base, revision))
    assert (change.rule, change.before, change.after) == ("response-became-nullable", '"array"', '["array","null"]')
    cat, dog = ({"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog"))
    base, revision = (
        sample_documents.document_with_schema("response", {"oneOf": branches})
        for branches in ([cat, {"type": "string"}], [dog, cat, {"type": "string"}])
    )
    (change,) = with_both_sides(base, revision, compare(base, revision))
    assert (change.rule, change.before) == ("response-one-of-added", "")
    assert change.after == '{"$ref":"#/components/schemas/Dog"}'


def test_a_pattern_of_names_that_could_be_tried_for_ever_is_left() -> None:
    times = {pattern: {"type": "integer"} for pattern in ("^(a+)+$", "^a*a*a*a*a*a*a*a*b$")}
    schema = {"type": "object", "patternProperties": times, "additionalProperties": False}
    long = {**schema, "properties": {"a" * 40 + "!": {"type": "string"}}}
    short = {**schema, "properties": {"aaa": {"type": "integer"}}}
    base = sample_documents.document_with_schema("response", schema)
    assert compare(base, sample_documents.document_with_schema("response", long))
    assert not [c for c in compare(base, sample_documents.document_with_schema("response", short)) if c.level != "info"]
