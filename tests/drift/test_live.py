"""openapi.yaml against a document such as upstream emits, which is made here by undoing what accepted.yaml lists."""

from __future__ import annotations

import copy
import datetime
import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift import accepted
from idc_drift._alongside import detailed, operations
from idc_drift.compare import compare
from idc_drift.load import Document, read
from idc_drift.outcome import Outcome, make, resolve
from tests.conftest import ROOT

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
THEIRS = {"V3Column": "ColumnSchema", "V3Download": "DownloadInfo", "V3Citations": "CitationsResult"}


def undone(content: Any) -> Any:
    """The v3 half of our document, less what upstream's does not say."""
    live = copy.deepcopy(content)
    live["paths"] = {path: item for path, item in live["paths"].items() if path.startswith("/v3")}
    ids = {operation["operationId"]: pointer for _, pointer, operation in operations(live)}
    for entry in ENTRIES:
        (rule, *_) = entry.patterns["rule"]
        for at in entry.patterns.get("at", ()):
            _undo(live, rule, at, entry, ids)
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
    text = json.dumps(live)
    for name in live["components"]["schemas"]:
        if name.startswith("V3"):
            text = text.replace(f'schemas/{name}"', f'schemas/{THEIRS.get(name, name[2:])}"')
    live = json.loads(text)
    schemas = live["components"]["schemas"]
    live["components"]["schemas"] = {
        THEIRS.get(name, name.removeprefix("V3")): schema for name, schema in schemas.items()
    }
    return live


def _undo(live: Any, rule: str, at: str, entry: accepted.Entry, ids: dict[str, str]) -> None:
    schemas = live["components"]["schemas"]
    head, *rest = at.split("/")
    if rule == "error-status-removed":
        status = {"V3ServerError": "500", "V3InvalidQuery": "400", "V3NotFound": "404"}.get(rest[-1], rest[-1])
        for operation_id in entry.patterns.get("operations", ids if head == "responses" else (head,)):
            del resolve(live, ids[operation_id])["responses"][status]  # type: ignore[index]
    elif rule.startswith("response-media-type"):
        resolve(live, ids[head])["responses"]["200"]["content"] = {"application/json": {"schema": {}}}  # type: ignore[index]
    elif rule == "response-default-added":
        ours = {theirs: name for name, theirs in THEIRS.items()}.get(head, f"V3{head}")
        schemas[ours]["properties"][rest[0]]["default"] = json.loads(entry.patterns["after"][0])
    elif rule == "response-property-became-optional":
        schemas[head]["required"].remove(rest[0])
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
    return undone(base.content)


def held(base: Document, live: Any, folder: Path) -> Outcome:
    """What ``make drift`` would say."""
    (folder / "live.json").write_text(json.dumps(live))
    revision = read(str(folder / "live.json"))
    changes = detailed(base, revision, compare(base, revision, scope=("/v3",)))
    findings, notes = accepted.apply(ENTRIES, changes, accepted.operation_ids(base.content), TODAY)
    return make(base, revision, findings, notes, "info")


def said(outcome: Outcome) -> list[str]:
    return [f"{f.change.rule} {f.change.where}: {f.change.message}" for f in outcome.failing]


def test_every_known_difference_has_its_reason(base: Document, live: Any, tmp_path: Path) -> None:
    outcome = held(base, live, tmp_path)
    assert said(outcome) == []
    assert len(outcome.accepted) > 150


BREAKS: list[tuple[str, str, Any, str]] = [
    ("a member goes", "/components/schemas/ManifestRow/properties/PatientID", None, "property `PatientID` was removed"),
    ("a type changes", "/components/schemas/ManifestRow/properties/instanceCount/type", "string", "to `string`"),
    ("null comes", "/components/schemas/ColumnSchema/properties/name/type", ["string", "null"], "null is allowed now"),
    ("a list becomes another", "/components/schemas/Tables/properties/tables/items", {"type": "string"}, "to `string`"),
    ("an enum comes", "/components/schemas/Attribute/properties/kind/enum", ["term", "cut"], 'value "cut" was added'),
    ("a bound tightens", "/paths/~1v3~1attributes~1{attribute}~1values/get/parameters/1/schema/maximum", 5, "to 5"),
    ("a bound goes", "/paths/~1v3~1attributes~1{attribute}~1values/get/parameters/1/schema/maximum", None, "to none"),
    ("a default changes", "/components/schemas/ManifestRequest/properties/page/default", 1, "from `0` to `1`"),
    ("an accepted default moves", "/components/schemas/TableInfo/properties/description/default", "x", 'default `"x"`'),
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
    ("a known difference goes", "/components/schemas/Stats/additionalProperties", False, "take out at V3Stats"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "sentence"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_whatever_moves_is_said(
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
    sentences = said(held(base, moved, tmp_path))
    assert any(sentence in s for s in sentences), sentences


WORDS = {"title", "description", "summary", "examples", "example", "operationId", "tags"}


def _leaves(node: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Everything in the document that is neither words nor of no consequence to a caller of v3."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in WORDS and pointer[-1:] != ("properties",):
            continue
        yield (*pointer, key)
        yield from _leaves(value, (*pointer, key))


def test_hardly_a_line_can_go_without_being_missed(base: Document, live: Any, tmp_path: Path) -> None:
    """Every fortieth deletion; what may go unseen is what says nothing, such as ``required: false``."""
    paths = [p for p in _leaves(live["paths"], ("paths",)) if "links" not in p][::40]
    missed = []
    for path in paths:
        moved = copy.deepcopy(live)
        node = moved
        for key in path[:-1]:
            node = node[key]
        if node[path[-1]] in (False, {}, []):
            continue
        del node[path[-1]]
        if not held(base, moved, tmp_path).failing:
            missed.append("/".join(map(str, path)))
    assert missed == []
