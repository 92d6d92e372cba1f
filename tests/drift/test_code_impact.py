from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.changes.change import Change, Place
from idc_drift.changes.counterparts import with_both_sides
from idc_drift.compare import compare
from idc_drift.documents.document import Document, in_memory, read
from idc_drift.documents.scope import Scope
from idc_drift.impact import attribution
from idc_drift.impact.differences import differences
from idc_drift.impact.naming import renamed, restricted_to_scope, share_no_operation_ids
from idc_drift.impact.surface import Argument, Function, Model, Surface

if TYPE_CHECKING:
    from pathlib import Path


def types(text: str) -> frozenset[str]:
    return frozenset(text.split(" | ")) if text else frozenset()


def client(returns: str = "M | E", models: dict[str, Model] | None = None, **arguments: Argument) -> Surface:
    function = Function(arguments, types(returns))
    modules = {"idc_client.api.v.get_m": {"sync": function, "asyncio": function}}
    return Surface(modules, {"idc_client.api.v.get_m": "GET /m/{}"}, models or {})


def argument(text: str, *, required: bool = False, positional: bool = False, default: str = "") -> Argument:
    return Argument(types(text), required, positional, default)


def record(required: str = "", **attributes: str) -> Model:
    return Model({n: types(t) for n, t in attributes.items()}, frozenset(required.split()))


def members(*names: str) -> Model:
    return Model(members={n: repr(n.lower()) for n in names}, is_enum=True)


F = "`idc_client.api.v.get_m`"
M = "`idc_client.models.M"

TABLE: list[tuple[str, Surface, Surface, list[tuple[str, str]]]] = [
    ("nothing", client(), client(), []),
    ("an argument goes", client(q=argument("int")), client(), [("breaking", f"breaks {F} (argument q: gone)")]),
    ("one comes that may be left out", client(), client(q=argument("int | Unset")),
     [("info", f"widens {F} (argument q: new, int | Unset)")]),
    ("one comes that is required", client(), client(q=argument("int", required=True)),
     [("breaking", f"breaks {F} (argument q: new and required, int)")]),
    ("one is required now", client(q=argument("int | Unset")), client(q=argument("int", required=True)),
     [("breaking", f"breaks {F} (argument q, type: int | Unset → int)"),
      ("breaking", f"breaks {F} (argument q: now required)")]),
    ("one takes more", client(q=argument("int")), client(q=argument("int | str")),
     [("info", f"widens {F} (argument q, type: int → int | str)")]),
    ("one takes less", client(q=argument("int | str")), client(q=argument("int")),
     [("breaking", f"breaks {F} (argument q, type: int | str → int)")]),
    ("one takes something else", client(q=argument("str")), client(q=argument("UUID")),
     [("breaking", f"breaks {F} (argument q, type: str → UUID)")]),
    ("a default moves", client(q=argument("int", default="1")), client(q=argument("int", default="2")),
     [("info", f"changes {F} (argument q, default: 1 → 2)")]),
    ("positions are swapped",
     client(a=argument("str", required=True, positional=True), b=argument("str", required=True, positional=True)),
     client(b=argument("str", required=True, positional=True), a=argument("str", required=True, positional=True)),
     [("breaking", f"breaks {F} (order of arguments: a, b → b, a)")]),
    ("more may be returned", client("M"), client("M | E"), [("warning", f"widens {F} (returns: M → E | M)")]),
    ("less is returned", client("M | E"), client("M"), [("info", f"narrows {F} (returns: E | M → M)")]),
    ("something else is returned", client("M"), client("N"), [("breaking", f"breaks {F} (returns: M → N)")]),
    ("an attribute goes", client(models={"M": record(a="int", b="int")}), client(models={"M": record(a="int")}),
     [("breaking", f"breaks {M}.b` (gone)")]),
    ("an attribute comes", client(models={"M": record(a="int")}), client(models={"M": record("b", a="int", b="int")}),
     [("info", f"adds {M}.b` (new, int)")]),
    ("what is read is of another type", client(models={"M": record(a="int | None")}),
     client(models={"M": record(a="str")}), [("breaking", f"breaks {M}.a` (type: int | None → str)")]),
    ("what is read may be missing", client(models={"M": record(a="int")}),
     client(models={"M": record(a="int | Unset")}),
     [("breaking", f"breaks {M}.a` (may now be left out)")]),
    ("what is read is stricter", client(models={"M": record(a="int | None")}), client(models={"M": record(a="int")}),
     [("info", f"narrows {M}.a` (type: int | None → int)")]),
    ("what is written must be given now",
     client("E", {"M": record(a="int | Unset")}, body=argument("M")),
     client("E", {"M": record(a="int")}, body=argument("M")),
     [("breaking", f"breaks {M}.a` (now required)")]),
    ("what is written takes more",
     client("E", {"M": record(a="int")}, body=argument("M")),
     client("E", {"M": record(a="int | str")}, body=argument("M")),
     [("info", f"widens {M}.a` (type: int → int | str)")]),
    ("what is written needs one more",
     client("E", {"M": record(a="int")}, body=argument("M")),
     client("E", {"M": record("a b", a="int", b="int")}, body=argument("M")),
     [("breaking", f"breaks {M}.b` (new and required, int)")]),
    ("what is written stands deep in what is sent",
     client("E", {"B": record(m="list[M]"), "M": record(a="int | Unset")}, body=argument("B")),
     client("E", {"B": record(m="list[M]"), "M": record(a="int")}, body=argument("B")),
     [("breaking", f"breaks {M}.a` (now required)")]),
    ("a member of an enumeration goes", client(models={"M": members("A", "B")}), client(models={"M": members("A")}),
     [("breaking", f"breaks {M}.B` (gone)")]),
    ("a member comes that readers may meet", client(models={"M": members("A")}),
     client(models={"M": members("A", "B")}),
     [("warning", f"adds {M}.B`")]),
    ("a record becomes an enumeration", client(models={"M": record(a="int")}), client(models={"M": members("A")}),
     [("breaking", f"breaks {M}` (a class → an enumeration)")]),
    ("a model goes", client(models={"M": record(a="int"), "N": record(b="int")}), client(models={"N": record(b="int")}),
     [("breaking", f"breaks {M}` (gone)")]),
    ("a model comes", client(), client(models={"M": record(a="int")}), [("info", f"adds {M}`")]),
    ("a model is renamed, which its users do not repeat",
     client("M", {"M": record(a="int"), "N": record(m="list[M]")}),
     client("O", {"O": record(a="int"), "N": record(m="list[O]")}),
     [("breaking", f"breaks {M}` (now `idc_client.models.O`)")]),
]  # fmt: skip


@pytest.mark.parametrize(("base", "revision", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_callers_can_write_down_is_compared(base: Surface, revision: Surface, said: list[tuple[str, str]]) -> None:
    assert [(i.level, i.text) for i in differences(base, revision)] == said


def test_a_difference_in_the_sync_or_the_async_function_only_names_it() -> None:
    base, revision = client("M"), client("M")
    del revision.operations["idc_client.api.v.get_m"]["sync"]
    assert [i.text for i in differences(base, revision)] == ["breaks `idc_client.api.v.get_m.sync` (gone)"]
    assert [i.text for i in differences(revision, base)] == ["adds `idc_client.api.v.get_m.sync`"]


def test_a_function_that_was_renamed_is_found_by_what_it_asks() -> None:
    base, revision = client("M"), client("M")
    functions = revision.operations.pop("idc_client.api.v.get_m")
    revision.operations["idc_client.api.w.load_m"] = functions
    revision.requests["idc_client.api.w.load_m"] = "GET /m/{}"
    del revision.requests["idc_client.api.v.get_m"]
    assert [i.text for i in differences(base, revision)] == [
        "breaks `idc_client.api.v.get_m` (now `idc_client.api.w.load_m`)"
    ]


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/v/rows/{row_id}": {
            "get": {
                "operationId": "getRow",
                "tags": ["v"],
                "parameters": [
                    {"name": "row_id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {
                    "200": {
                        "description": "fine",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Row"}}},
                    }
                },
            }
        },
        "/v/kinds": {
            "get": {
                "operationId": "getKinds",
                "tags": ["v"],
                "responses": {
                    "200": {
                        "description": "fine",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Kind"}}},
                    }
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Row": {
                "type": "object",
                "required": ["instanceCount", "kind"],
                "properties": {
                    "instanceCount": {"type": ["integer", "null"]},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                },
            },
            "Kind": {"type": "string", "enum": ["a", "b"]},
        }
    },
}


def document(tmp_path: Path, name: str, content: dict[str, Any]) -> Document:
    (tmp_path / name).write_text(json.dumps(content, indent=1))
    return read(str(tmp_path / name))


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> tuple[Document, Document]:
    revision = copy.deepcopy(DOCUMENT)
    schemas = revision["components"]["schemas"]
    schemas["Row"]["properties"]["instanceCount"] = {"type": "string"}
    schemas["Kind"]["enum"] = ["a", "c"]
    operation = revision["paths"]["/v/rows/{row_id}"]["get"]
    operation["parameters"][1] |= {"required": True}
    revision["paths"]["/v/kinds"]["get"]["operationId"] = "listKinds"
    return document(tmp_path, "base.json", DOCUMENT), document(tmp_path, "revision.json", revision)


def possible_cause(rule: str, operation: str, pointer: str, where: str = "", **more: Any) -> Change:
    return Change(rule, more.pop("level", "breaking"), "It moved.", (Place(operation, pointer),), where, **more)


def test_each_effect_is_said_at_the_change_that_causes_it(pair: tuple[Document, Document]) -> None:
    row = "GET /v/rows/{row_id}"
    count = possible_cause(
        "response-type-changed", row, "/components/schemas/Row/properties/instanceCount/type", "200 /instanceCount"
    )
    kind = possible_cause("response-enum-changed", row, "/components/schemas/Kind/enum", "200 /kind")
    limit = possible_cause(
        "parameter-became-required", row, "/paths/~1v~1rows~1{row_id}/get/parameters/1", "query limit"
    )
    named = possible_cause(
        "operation-id-changed",
        "GET /v/kinds",
        "/paths/~1v~1kinds/get/operationId",
        level="info",
        documentation_only=True,
    )
    words = possible_cause(
        "documentation-changed", row, "/paths/~1v~1rows~1{row_id}/get/summary", level="info", documentation_only=True
    )
    reported, notes = attribution.impact(*pair, [count, kind, limit, named, words])
    assert notes == []
    effects = {c.rule: c.code_impact for c in reported}
    models, functions = "idc_client.models", "idc_client.api.v"
    assert effects == {
        "response-type-changed": (f"breaks `{models}.Row.instance_count` (type: int | None → str)",),
        "response-enum-changed": (f"breaks `{models}.Kind.B` (gone)", f"adds `{models}.Kind.C`"),
        "parameter-became-required": (
            f"breaks `{functions}.get_row` (argument limit, type: int | Unset → int)",
            f"breaks `{functions}.get_row` (argument limit: now required)",
        ),
        "operation-id-changed": (f"breaks `{functions}.get_kinds` (now `{functions}.list_kinds`)",),
        "documentation-changed": (),
    }


def test_an_effect_is_said_at_the_schema_that_its_class_is_made_of(tmp_path: Path) -> None:
    base = copy.deepcopy(DOCUMENT)
    rows = base["paths"]["/v/rows/{row_id}"]["get"]
    rows["parameters"] += [
        {"name": name, "in": "query", "schema": {"type": "string", "enum": ["name", "age"]}} for name in ("sort", "by")
    ]
    properties = base["components"]["schemas"]["Row"]["properties"]
    properties |= {name: {"type": "string", "enum": ["x", "y"]} for name in ("color", "shape")}
    properties["born"] = {"type": "string", "format": "date"}
    rows["responses"]["404"] = {
        "description": "none",
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": {"why": {"type": "string", "enum": ["gone", "age"]}}}
            }
        },
    }
    text = json.dumps(base).replace('"date"', '"date-time"').replace('"gone", "age"', '"gone"')
    revision = json.loads(text.replace('["name", "age"]', '["name"]').replace('["x", "y"]', '["x"]'))
    pair = document(tmp_path, "base.json", base), document(tmp_path, "revision.json", revision)
    found = with_both_sides(*pair, compare(*pair))
    reported, _ = attribution.impact(*pair, found)
    assert {change.where: change.code_impact for change in attribution.judged(reported, "code")} == {
        "query sort": ("breaks `idc_client.models.GetRowSort.AGE` (gone)",),
        "query by": ("breaks `idc_client.models.GetRowBy.AGE` (gone)",),
        "200 application/json /color": ("breaks `idc_client.models.RowColor.Y` (gone)",),
        "200 application/json /shape": ("breaks `idc_client.models.RowShape.Y` (gone)",),
        "200 application/json /born": (
            "breaks `idc_client.models.Row.born` (type: datetime.date | Unset → datetime.datetime | Unset)",
        ),
        "404 application/json /why": ("breaks `idc_client.models.GetRowResponse404Why.AGE` (gone)",),
    }


def test_the_effect_of_a_change_in_another_file_is_said_at_that_change(tmp_path: Path) -> None:
    documents = []
    for side, kind in (("base", ["integer", "null"]), ("revision", "string")):
        content = copy.deepcopy(DOCUMENT)
        row = content["components"]["schemas"].pop("Row")
        row["properties"]["instanceCount"] = {"type": kind}
        row = json.loads(json.dumps(row).replace('"#/', '"../openapi.json#/'))
        item = json.dumps(content["paths"].pop("/v/rows/{row_id}"))
        item = item.replace("#/components/schemas/Row", "Row.json").replace('"#/', '"../openapi.json#/')
        content["paths"]["/v/rows/{row_id}"] = {"$ref": "parts/rows.json"}
        (tmp_path / side / "parts").mkdir(parents=True)
        (tmp_path / side / "parts" / "Row.json").write_text(json.dumps(row))
        (tmp_path / side / "parts" / "rows.json").write_text(item)
        documents.append(document(tmp_path / side, "openapi.json", content))
    base, revision = documents
    reported, notes = attribution.impact(base, revision, with_both_sides(base, revision, compare(base, revision)))
    assert notes == []
    (change,) = reported
    assert change.pointer.endswith("parts/Row.json#/properties/instanceCount/type")
    assert change.code_impact == ("breaks `idc_client.models.Row.instance_count` (type: int | None → str)",)


def test_an_effect_without_a_known_cause_is_a_finding_of_its_own(pair: tuple[Document, Document]) -> None:
    reported, _ = attribution.impact(*pair, [])
    assert {c.rule for c in reported} == {"client-surface-changed"}
    count = next(c for c in reported if "instance_count" in c.message)
    assert (count.level, count.pointer) == ("breaking", "/components/schemas/Row")
    assert count.places[0].line == pair[0].position("/components/schemas/Row")[0]
    kinds = next(c for c in reported if "get_kinds" in c.message)
    assert (kinds.operation, kinds.pointer) == ("GET /v/kinds", "/paths/~1v~1kinds/get")


def test_that_nothing_can_be_generated_is_an_error_that_says_of_what(
    tmp_path: Path, pair: tuple[Document, Document]
) -> None:
    swagger = document(tmp_path, "old.json", {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}})
    with pytest.raises(attribution.ImpactUnknown, match="not known") as error:
        attribution.impact(pair[0], swagger, [])
    assert swagger.origin in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"swagger": "2.0"}, "the generator reads OpenAPI 3 only."),
        (
            {"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": [{"name": "q"}], "responses": {}}}}},
            "the generator refuses it at paths./a.get.parameters.0.other.in: Field required.",
        ),
        (
            {"openapi": "3.1.0", "components": {"schemas": {"B": {"type": "string", "enum": ["a", "A"]}}}},
            "the generator stopped with an internal error, ValueError: Duplicate key A in enum b.B; "
            "consider setting literal_enums in your config.",
        ),
    ],
)
def test_why_no_client_is_generated_is_one_sentence_from_the_generator(
    tmp_path: Path, pair: tuple[Document, Document], content: dict[str, Any], said: str
) -> None:
    head = {"info": {"title": "t", "version": "1"}, "paths": {}}
    other = document(tmp_path, "other.json", {**head, **content})
    with pytest.raises(attribution.ImpactUnknown) as error:
        attribution.impact(pair[0], other, [])
    assert str(error.value) == f"The effect on the generated client is not known: for {other.origin}, {said}"


def test_a_document_that_the_generator_cannot_take_in_time_is_refused(
    monkeypatch: pytest.MonkeyPatch, pair: tuple[Document, Document]
) -> None:
    monkeypatch.setattr("idc_drift.impact.surface._TIMEOUT_S", 0.01)
    with pytest.raises(attribution.ImpactUnknown, match=r"did not finish within 0.01 s; --scope compares a part"):
        attribution.impact(*pair, [])


def test_a_document_that_names_everything_otherwise_is_brought_to_the_same_names(tmp_path: Path) -> None:
    text = (
        json.dumps(DOCUMENT).replace("getRow", "row_v_get").replace("getKinds", "kinds_v_get").replace('"v"', '"meta"')
    )
    text = text.replace("schemas/Row", "schemas/ItemRow").replace('"Row"', '"ItemRow"').replace("Kind", "ItemKind")
    other = json.loads(text.replace("getItemKinds", "kinds_v_get"))
    other["components"]["schemas"]["ItemRow"]["properties"]["instanceCount"] = {
        "anyOf": [{"type": "number"}, {"type": "null"}], "title": "Instancecount"
    }  # fmt: skip
    pair = document(tmp_path, "base.json", DOCUMENT), document(tmp_path, "other.json", other)
    reported, notes = attribution.impact(*pair, [])
    assert [c.code_impact[0] for c in reported] == [
        "breaks `idc_client.models.Row.instance_count` (type: int | None → float | None)"
    ]
    assert "with BASE's names" in notes[0]


def test_strangers_share_no_name_of_an_operation() -> None:
    other = copy.deepcopy(DOCUMENT)
    assert not share_no_operation_ids(DOCUMENT, other)
    other["paths"]["/v/kinds"]["get"]["operationId"] = "x"
    assert not share_no_operation_ids(DOCUMENT, other)
    other["paths"]["/v/rows/{row_id}"]["get"]["operationId"] = "y"
    assert share_no_operation_ids(DOCUMENT, other)
    assert renamed(DOCUMENT, other) == DOCUMENT


def test_a_recursive_schema_is_renamed_once() -> None:
    content = copy.deepcopy(DOCUMENT)
    content["components"]["schemas"]["Row"]["properties"]["next"] = {"$ref": "#/components/schemas/Row"}
    other = json.loads(json.dumps(content).replace("/Row", "/Line").replace('"Row"', '"Line"'))
    assert renamed(content, other) == content


def test_a_scope_keeps_the_paths_below_it_and_what_they_reach() -> None:
    cut = restricted_to_scope(DOCUMENT, Scope(["/v/kinds"], in_memory(DOCUMENT)))
    assert list(cut["paths"]) == ["/v/kinds"]
    assert list(cut["components"]["schemas"]) == ["Kind"]
    assert restricted_to_scope(DOCUMENT, Scope([], in_memory(DOCUMENT))) is DOCUMENT


def test_a_profile_decides_what_is_grave() -> None:
    wire = possible_cause("response-property-removed", "GET /a", "/x", level="warning")
    both = possible_cause("response-enum-value-added", "GET /a", "/x", level="info", code_impact=("breaks `x` (gone)",))
    name = possible_cause(
        "operation-id-changed",
        "GET /a",
        "/x",
        level="info",
        documentation_only=True,
        code_impact=("breaks `y` (gone)",),
    )
    added = possible_cause("response-type-changed", "GET /a", "/x", level="breaking", code_impact=("adds `z`",))
    changes = [wire, both, name, added]
    assert attribution.judged(changes, "wire") == changes
    assert [(c.rule, c.level, c.documentation_only) for c in attribution.judged(changes, "code")] == [
        ("response-property-removed", "info", False),
        ("response-enum-value-added", "breaking", False),
        ("operation-id-changed", "breaking", False),
        ("response-type-changed", "info", False),
    ]
    assert [c.level for c in attribution.judged(changes, "both")] == ["warning", "breaking", "breaking", "breaking"]
