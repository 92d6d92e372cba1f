"""openapi.yaml against a document like upstream's, made by reverting the differences in accepted.yaml."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.changes import accepted
from idc_drift.changes.counterparts import operations, with_both_sides
from idc_drift.changes.outcome import Outcome, make
from idc_drift.compare.documents import compare
from idc_drift.documents.document import Document, read
from idc_drift.documents.pointer import resolve
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TODAY = datetime.date(2026, 11, 23)
ENTRIES = [
    # The text of upstream's default is not ours to repeat.
    entry
    for entry in accepted.load(ROOT / "idc_drift" / "accepted.yaml")
    if entry.name != "recommendation-for-absent-members"
]
DROPPED = ("-unset", "-dropped", "-opened", "-pattern-removed", "-format-widened", "-names-removed", "link-removed")
LIVE_NAMES = {"V3Column": "ColumnSchema", "V3Download": "DownloadInfo", "V3Citations": "CitationsResult"}


def with_accepted_rows_reverted(content: Any) -> Any:
    """The v3 half of our document, less what upstream's does not say."""
    live = copy.deepcopy(content)
    live["paths"] = {path: item for path, item in live["paths"].items() if path.startswith("/v3")}
    ids = {operation["operationId"]: pointer for _, pointer, operation in operations(live)}
    for entry in ENTRIES:
        (rule, *_) = entry.patterns["rule"]
        for at in entry.patterns.get("at", ()):
            _revert(live, rule, at, entry, ids)
    for operation_id, name in (
        ("getClinicalTables", "collection_id"),
        ("getClinicalTableRows", "max_rows"),
        *(("getViewerUrl", name) for name in ("series_instance_uid", "study_instance_uid", "viewer")),
    ):
        for parameter in resolve(live, ids[operation_id])["parameters"]:  # type: ignore[index]
            if parameter.get("name") == name:
                schema: Any = parameter["schema"]
                schema = copy.deepcopy(resolve(live, schema["$ref"][1:]) if "$ref" in schema else schema)
                schema.pop("default", None)
                parameter["schema"] = {"anyOf": [schema, {"type": "null"}]}
    live["components"]["schemas"]["V3Attribute"]["properties"]["name"] = {"type": "string"}
    bound = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}
    live["components"]["schemas"]["NumericRange"] = {
        "type": "object",
        "properties": {"gte": bound, "lte": bound},
        "additionalProperties": False,
    }
    text = json.dumps(live)
    for name in live["components"]["schemas"]:
        if name.startswith("V3"):
            text = text.replace(f'schemas/{name}"', f'schemas/{LIVE_NAMES.get(name, name[2:])}"')
    live = json.loads(text)
    schemas = live["components"]["schemas"]
    live["components"]["schemas"] = {
        LIVE_NAMES.get(name, name.removeprefix("V3")): schema for name, schema in schemas.items()
    }
    return live


def _revert(live: Any, rule: str, at: str, entry: accepted.Entry, ids: dict[str, str]) -> None:
    schemas = live["components"]["schemas"]
    head, *rest = at.split("/")
    if rule == "error-status-removed":
        for operation_id in entry.patterns.get("operations", ids if head == "responses" else (head,)):
            responses: Any = resolve(live, ids[operation_id])["responses"]  # type: ignore[index]
            shared = [status for status, one in responses.items() if one.get("$ref", "").endswith(f"/{at}")]
            for status in shared if head == "responses" else rest[-1:]:
                del responses[status]
    elif rule.startswith("response-media-type"):
        resolve(live, ids[head])["responses"]["200"]["content"] = {"application/json": {"schema": {}}}  # type: ignore[index]
    elif rule == "response-default-added":
        names = {live_name: name for name, live_name in LIVE_NAMES.items()}.get(head, f"V3{head}")
        schemas[names]["properties"][rest[0]]["default"] = json.loads(entry.patterns["after"][0])
    elif rule.endswith("-property-became-optional"):
        schemas[head]["required"].remove(rest[0])
    elif rule.endswith("-property-removed"):
        del schemas[head]["properties"][rest[0]]
    elif rule.endswith("-additional-properties-opened") and entry.patterns["after"] != ("true",):
        schemas[head]["additionalProperties"] = json.loads(entry.patterns["after"][0])
    elif rule == "response-type-widened" and "operations" in entry.patterns:
        for operation_id in entry.patterns["operations"]:
            answers: Any = resolve(live, ids[operation_id])["responses"]  # type: ignore[index]
            status = "400" if head == "V3Refusal" else "422"
            answers[status] = copy.deepcopy(resolve(live, answers[status]["$ref"][1:]))
            del answers[status]["content"]["application/json"]["schema"]
    elif rule.endswith("-type-widened") and entry.patterns["after"] != ("",):
        pass  # a bound, for which upstream has a schema of its own
    elif rule == "response-type-widened":
        owner = (
            schemas[head]["properties"][rest[0]] if rest[0] in schemas[head].get("properties", ()) else schemas[head]
        )
        owner.clear()
    else:
        assert rule.endswith(DROPPED) or rule in DROPPED, rule
        node = _found(live, at, ids)
        node.pop(at.rpartition("/")[2], None)  # two rows may speak of the same place, one for each direction


def _found(live: Any, at: str, ids: dict[str, str]) -> Any:
    head, *rest = at.split("/")
    components = live["components"]
    node: Any = components["schemas"].get(head) or components.get(head) or resolve(live, ids.get(head, "/none"))
    for part in rest[:-1]:
        if isinstance(node, dict) and part in node.get("properties", ()):
            node = node["properties"][part]
        else:
            node = node[int(part)] if isinstance(node, list) else node[part]
    return node


@pytest.fixture(name="base", scope="module")
def _base() -> Document:
    return read(str(ROOT / "openapi.yaml"))


@pytest.fixture(name="live", scope="module")
def _live(base: Document) -> Any:
    return with_accepted_rows_reverted(base.content)


def outcome_against(base: Document, live: Any, folder: Path) -> Outcome:
    """What ``make drift`` would say."""
    (folder / "live.json").write_text(json.dumps(live))
    revision = read(str(folder / "live.json"))
    changes = with_both_sides(base, revision, compare(base, revision, scope=("/v3",)))
    findings, notes = accepted.apply(ENTRIES, changes, accepted.operation_ids(base.content), TODAY)
    return make(base, revision, findings, notes, "info")


def messages_of(outcome: Outcome) -> list[str]:
    return [f"{f.change.rule} {f.change.where}: {f.change.message}" for f in outcome.failing]


def test_every_known_difference_has_its_reason(base: Document, live: Any, tmp_path: Path) -> None:
    outcome = outcome_against(base, live, tmp_path)
    assert messages_of(outcome) == []
    assert len(outcome.accepted) > 150


def _shortened(entry: accepted.Entry) -> Iterator[accepted.Entry]:
    """The row with each of its names left out in turn."""
    for key, names in entry.patterns.items():
        for name in names if len(names) > 1 else ():
            rest = tuple(other for other in names if other != name)
            yield dataclasses.replace(entry, patterns={**entry.patterns, key: rest})


def test_without_one_row_or_one_name_of_a_row_it_is_drift(base: Document, live: Any, tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text(json.dumps(live))
    revision = read(str(tmp_path / "live.json"))
    changes = with_both_sides(base, revision, compare(base, revision, scope=("/v3",)))
    ids = accepted.operation_ids(base.content)
    without = [(entry.name, ENTRIES[:index] + ENTRIES[index + 1 :]) for index, entry in enumerate(ENTRIES)]
    without += [
        (f"{entry.name} {less.patterns}", [*ENTRIES[:index], less, *ENTRIES[index + 1 :]])
        for index, entry in enumerate(ENTRIES)
        for less in _shortened(entry)
    ]
    findings = {name: accepted.apply(rows, changes, ids, TODAY)[0] for name, rows in without}
    assert [n for n, found in findings.items() if not make(base, revision, found, [], "info").failing] == []


COUNTS = "/paths/~1v3~1cohort~1counts/post/responses"
OURS = {"$ref": "#/components/schemas/ValidationErrors"}
BREAKS: list[tuple[str, str, Any, str]] = [
    ("a member goes", "/components/schemas/ManifestRow/properties/PatientID", None, "property `PatientID` was removed"),
    ("a type changes", "/components/schemas/ManifestRow/properties/instanceCount/type", "string", "to `string`"),
    ("null comes", "/components/schemas/ColumnSchema/properties/name/type", ["string", "null"], "null is allowed now"),
    ("a list becomes another", "/components/schemas/Tables/properties/tables/items", {"type": "string"}, "to `string`"),
    ("an enum comes", "/components/schemas/Attribute/properties/kind/enum", ["term", "cut"], 'value `"cut"` was added'),
    ("a bound tightens", "/paths/~1v3~1attributes~1{attribute}~1values/get/parameters/1/schema/maximum", 5, "to `5`"),
    ("a bound goes", "/paths/~1v3~1attributes~1{attribute}~1values/get/parameters/1/schema/maximum", None, "removed: "),
    ("a default changes", "/components/schemas/ManifestRequest/properties/page/default", 1, "from `0` to `1`"),
    ("an accepted default moves", "/components/schemas/TableInfo/properties/description/default", "x", 'added: `"x"`'),
    ("more is required", "/components/schemas/SqlRequest/required", ["sql", "max_rows"], "`max_rows` became required"),
    ("less is required", "/components/schemas/Stats/required", ["series"], "became optional"),
    ("a path goes", "/paths/~1v3~1sql", None, "the path /v3/sql was removed"),
    ("an operation goes", "/paths/~1v3~1sql/post", None, "was removed"),
    ("a status goes", "/paths/~1v3~1sql/post/responses/422", None, "the response 422 was removed"),
    ("a status comes", "/paths/~1v3~1sql/post/responses/418", {"description": "tea"}, "418 was added"),
    ("a parameter goes", "/paths/~1v3~1viewer-url/get/parameters/2", None, "query viewer parameter was removed"),
    ("a parameter is needed", "/paths/~1v3~1viewer-url/get/parameters/2/required", True, "became required"),
    ("a body is optional", "/paths/~1v3~1sql/post/requestBody/required", False, "optional"),
    ("an untyped answer gets a type", "/components/schemas/Health/type", "array", "to `array`"),
    ("filters open", "/components/schemas/Filters/additionalProperties", None, "not listed are allowed"),
    ("a body opens", "/components/schemas/SelectionRequest/additionalProperties", None, "are not listed"),
    ("a range opens", "/components/schemas/NumericRange/additionalProperties", True, "are not listed"),
    ("a body closes", "/components/schemas/SqlRequest/additionalProperties", False, "not allowed any more"),
    ("ranges close", "/components/schemas/Ranges/additionalProperties", False, "property `StudyDate` was removed"),
    ("ranges are free", "/components/schemas/Ranges/additionalProperties", True, "are not listed"),
    ("filters go", "/components/schemas/SelectionRequest/properties/filters", None, "property `filters` was removed"),
    ("filters are needed", "/components/schemas/SelectionRequest/required", ["filters"], "`filters` became required"),
    ("a bound is no text", "/components/schemas/NumericRange/properties/gte/anyOf/1", None, "`string` to `number`"),
    ("a bound may be more", "/components/schemas/NumericRange/properties/lte/anyOf/1/type", "array", "to `array` or"),
    ("a bound is unknown", "/components/schemas/NumericRange/properties/lte", None, "property `lte` was removed"),
    ("terms are texts", "/components/schemas/Terms/additionalProperties/type", "string", "from `array` to `string`"),
    ("terms have numbers", "/components/schemas/Terms/additionalProperties/items/type", "number", "to `number`"),
    ("the echo goes", "/components/schemas/Counts/properties/filters_applied", None, "`filters_applied` was removed"),
    ("the echo is sure", "/components/schemas/Licenses/required", ["licenses", "filters_applied"], "remove at V3Lic"),
    ("the echo is a text", "/components/schemas/FiltersApplied/type", "string", "from `object` to `string`"),
    ("warnings go", "/components/schemas/CitationsResult/properties/warnings", None, "property `warnings` was removed"),
    ("warnings are objects", "/components/schemas/Warnings/items/type", "object", "from `string` to `object`"),
    ("a refusal goes", "/paths/~1v3~1cohort~1counts/post/responses/400", None, "the response 400 was removed"),
    ("a refusal has a schema", f"{COUNTS}/400/content/application~1json/schema", {"type": "object"}, "longer oneOf"),
    ("a refusal has our schema", f"{COUNTS}/422/content/application~1json/schema", OURS, "operations countCohort"),
    ("a refusal is a text", f"{COUNTS}/422/content/application~1json/schema", {"type": "string"}, "to `string`"),
    ("a refusal is no JSON", f"{COUNTS}/422/content", {"text/plain": {}}, "application/json are not sent any more"),
    ("an answer is of two types", "/components/schemas/Health/type", ["array", "object"], "to `array` or `object`"),
    ("more members are texts", "/components/schemas/Stats/additionalProperties", {"type": "string"}, "are not listed"),
    ("a known difference goes", "/components/schemas/Stats/additionalProperties", False, "remove at V3Stats"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "sentence"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_every_change_is_reported(
    base: Document, live: Any, tmp_path: Path, pointer: str, value: Any, sentence: str
) -> None:
    moved = copy.deepcopy(live)
    above, _, key = pointer.rpartition("/")
    node: Any = resolve(moved, above)
    at = int(key) if isinstance(node, list) else key.replace("~1", "/")
    if value is None:
        del node[at]
    else:
        node[at] = value
    sentences = messages_of(outcome_against(base, moved, tmp_path))
    assert any(sentence in s for s in sentences), sentences


WORDS = {"title", "description", "summary", "examples", "example", "operationId", "tags"}


def _leaves(node: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The pointers of everything in the document that matters to a client of v3: not documentation."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in WORDS and pointer[-1:] != ("properties",):
            continue
        yield (*pointer, key)
        yield from _leaves(value, (*pointer, key))


def _altered(value: Any) -> Any:
    """Another value of the same kind; nothing of an object, of a list or of null."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    others = {"string": "integer", "integer": "string", "object": "array", "array": "object", "number": "boolean"}
    return others.get(value, f"{value}x") if isinstance(value, str) else None


def _edited(live: Any, path: tuple[Any, ...]) -> Iterator[Any]:
    """The document with what stands there taken out; with a value that is another one."""
    for alter in (False, True):
        moved = copy.deepcopy(live)
        node = moved
        for key in path[:-1]:
            node = node[key]
        if not alter:
            del node[path[-1]]
        elif (value := _altered(node[path[-1]])) is not None:
            node[path[-1]] = value
        else:
            return
        yield moved


@pytest.mark.parametrize(("half", "step"), [("paths", 9), ("components", 19)])
def test_hardly_a_line_can_move_without_being_missed(
    base: Document, live: Any, tmp_path: Path, half: str, step: int
) -> None:
    """Only what changes nothing between the document as it was and as it is edited may go unseen."""
    (tmp_path / "was.json").write_text(json.dumps(live))
    before = read(str(tmp_path / "was.json"))
    missed, seen = [], 0
    for path in [p for p in _leaves(live[half], (half,)) if "links" not in p and "V1" not in str(p)][::step]:
        for moved in _edited(live, path):
            if outcome_against(base, moved, tmp_path).failing:
                seen += 1
            elif any(
                not change.documentation_only
                for change in compare(before, read(str(tmp_path / "live.json")), scope=("/v3",))
            ):
                missed.append("/".join(map(str, path)))
    assert missed == []
    assert seen > 40
