"""Numbers outside of the bounds that the document gives them: no reader of a page or a result takes one."""

from __future__ import annotations

import asyncio
import copy
import json
import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_ext import ContractError, aio, connect, v1, v3
from tests.support.canned_service import canned_service
from tests.support.document import DOCUMENT
from tests.support.v3_service import RIDER, ROWS, VERSION, client, collect, manifest_service, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command_result import RunCommand

Place = tuple[Any, ...]
#: A number that the document bounds: where it is, and its schema.
Bounded = tuple[Place, dict[str, Any]]


def bounded_numbers(schema: dict[str, Any], at: Place = ()) -> Iterator[Bounded]:
    """Walk a schema of the document to the numbers that it bounds; of a list, to those of its third item."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.keys() & {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}:
        yield at, schema
    if isinstance(schema.get("items"), dict):
        yield from bounded_numbers(schema["items"], (*at, 2))
    for name, one in schema.get("properties", {}).items():
        yield from bounded_numbers(one, (*at, name))


def numbers_of(name: str) -> list[Bounded]:
    return list(bounded_numbers({"$ref": name}))


MANIFEST = numbers_of("V3ManifestPage")
IN_ROWS = [one for one in MANIFEST if "series" in one[0][:1]]


def beyond(draw: Callable[[Any], Any], schema: dict[str, Any]) -> int | float:
    """A number outside of the bounds: near or far, also a fraction where those are allowed."""
    low, high, more = schema.get("minimum"), schema.get("maximum"), draw(st.sampled_from([1, 2, 2**64, 10**30]))
    below = [low - more, *([low - 0.5] if "number" in str(schema["type"]) else [])] if low is not None else []
    found: int | float = draw(st.sampled_from([*below, *([high + more] if high is not None else [])]))
    return found


def with_number(body: Any, place: Place, number: object) -> Any:
    """A copy of a body with another number at a place, which may be new."""
    found = copy.deepcopy(body)
    inner = found
    for name in place[:-1]:
        inner = inner.setdefault(name, {}) if isinstance(inner, dict) else inner[name]
    inner[place[-1]] = number
    return found


def served(body: Any) -> Any:
    return client(lambda path, _: VERSION if path == "/v3/version" else body)


READERS: dict[str, Callable[[Any], object]] = {
    "rows": list,
    "rows in async code": lambda rows: asyncio.run(collect(rows)),
    "pages": lambda rows: [page.records for page in rows.pages()],
    "first rows": lambda rows: rows.walk(max_items=1).to_arrow(),
    "Arrow": lambda rows: rows.to_arrow(),
    "pandas": lambda rows: rows.to_pandas(),
    "polars": lambda rows: rows.to_polars(),
    "csv": lambda rows: written(rows, "a.csv"),
    "jsonl": lambda rows: written(rows, "a.jsonl"),
    "parquet": lambda rows: written(rows, "a.parquet"),
}


def written(rows: Any, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows.write(Path(folder) / name)
        finally:
            assert not (Path(folder) / name).exists()


@settings(max_examples=150, deadline=None)
@given(data=st.data(), bounded=st.sampled_from(MANIFEST), reader=st.sampled_from(sorted(READERS)), more=st.booleans())
def test_no_reader_takes_a_page_with_a_number_that_the_document_rules_out(
    data: Any, bounded: Bounded, reader: str, more: bool
) -> None:
    place, schema = bounded
    number = beyond(data.draw, schema)
    body = with_number(page_of(ROWS, 0, 100), place, number)
    if more:  # a member of tomorrow, with which a page is read on the general path
        body["series"][0]["of_tomorrow"] = 1
    with pytest.raises(ContractError) as caught:
        READERS[reader](v3.manifest(served(body), RIDER, page_size=100))
    said = str(caught.value)
    assert said.startswith("POST /v3/cohort/manifest was answered with 200 and a body that does not fit the document")
    path = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place)
    assert f"`${path}`" in said
    assert f"which is {number!r:.40}" in said
    assert ("(row 3)" in said) == (bounded in IN_ROWS)
    assert "Expected `" in said


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", [place for place, _ in MANIFEST], ids=str)
def test_what_is_no_number_of_json_is_taken_nowhere(number: str, place: Place) -> None:
    body = json.dumps(with_number(page_of(ROWS, 0, 100), place, "@")).replace('"@"', number)
    for read in (READERS["rows"], READERS["Arrow"]):
        with pytest.raises(ContractError, match="not JSON"):
            read(v3.manifest(served(httpx.Response(200, content=body)), RIDER))


@given(data=st.data(), bounded=st.sampled_from(IN_ROWS))
@settings(deadline=None)
def test_numbers_at_their_bounds_are_taken(data: Any, bounded: Bounded) -> None:
    place, schema = bounded
    number = data.draw(st.sampled_from([schema["minimum"], schema.get("maximum", 2**53)]))
    rows = with_number(page_of(ROWS, 0, 100), place, number)["series"]
    walk = v3.manifest(client(manifest_service(rows)), RIDER)
    assert [one.to_dict() for one in walk] == rows
    assert walk.to_arrow()[place[-1]].to_pylist() == [one[place[-1]] for one in rows]


def test_the_command_line_writes_no_row_of_such_a_page(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = page_of(ROWS, 0, 100)
    body["counts"] |= {"filters_applied": {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {}}, "warnings": []}
    with canned_service() as service:
        service.answers["/v3/version"] = 200, VERSION
        monkeypatch.setenv("IDC_BASE_URL", service.url)
        outputs = ("--format", "csv"), ("--format", "jsonl"), ("-o", str(tmp_path / "a.parquet"))
        for at, (place, schema) in enumerate(MANIFEST):
            service.answers["/v3/cohort/manifest"] = 200, with_number(body, place, schema["minimum"] - 1)
            done = run("manifest", "-w", "collection_id=rider_pilot", *outputs[at % 3])
            assert (done.code, done.out) == (1, ""), done.err
            assert f", which is {schema['minimum'] - 1}" in done.err
    assert list(tmp_path.iterdir()) == []


V1_PAGES: dict[str, tuple[str, Callable[[Any], Any], str, dict[str, Any]]] = {
    "manifest": (
        "V1ManifestPage",
        lambda idc: v1.manifest(idc, 1, fields=["GCS_URL"]),
        "manifest",
        {"json_manifest": [{"GCS_URL": "gs://b/1"}]},
    ),
    "query": (
        "V1QueryPage",
        lambda idc: v1.query(idc, 1, ["Modality"]),
        "query_results",
        {"json": [{"Modality": "CT"}]},
    ),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(V1_PAGES)), more=st.booleans())
def test_no_page_of_v1_has_a_number_that_the_document_rules_out(data: Any, kind: str, more: bool) -> None:
    schema, ask, holder, table = V1_PAGES[kind]
    place, bounds = data.draw(st.sampled_from(numbers_of(schema)))
    body: Any = {"code": 200, "next_page": "", holder: {**table, "totalFound": 1, "rowsReturned": 1}}
    body = with_number({**body, **({"of_tomorrow": 1} if more else {})}, place, beyond(data.draw, bounds))
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    for read in (list, lambda rows: asyncio.run(collect(rows)), lambda rows: rows.to_arrow()):
        with pytest.raises(ContractError, match=r"Expected `int` .*, which is "):
            read(ask(connect("http://nowhere.invalid", transport=answer, auth=None)))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), bounded=st.sampled_from(numbers_of("V3SqlResult")), in_async=st.booleans())
def test_no_result_of_sql_has_such_a_number(data: Any, bounded: Bounded, in_async: bool) -> None:
    body = {"columns": ["a"], "rows": [{"a": 1}], "row_count": 1, "truncated": False, "max_rows": 10}
    idc = served(with_number(body, bounded[0], beyond(data.draw, bounded[1])))
    with pytest.raises(ContractError, match=rf"`\$\.{bounded[0][0]}`, which is "):
        asyncio.run(aio.v3.sql(idc, "SELECT 1 AS a")) if in_async else v3.sql(idc, "SELECT 1 AS a")


def test_a_bound_that_is_beyond_64_bits_holds_as_well() -> None:
    ((_, schema),) = [one for one in MANIFEST if one[0] == ("page",)]
    assert schema["maximum"] > 2**64
    assert not math.isinf(schema["maximum"])
    body = {**page_of(ROWS, 0, 100), "page": schema["maximum"] + 1}
    with pytest.raises(ContractError, match=r"Expected `int` from 0 to 9{39} - at `\$.page`"):
        list(v3.manifest(served(body), RIDER))
