"""Answers checked against the document before a generated function parses them: its model, or an error of the tree."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gzip
import importlib
import inspect
import json
import os
import pickle
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idc_client import models
from idc_client.api.v3 import get_collections, get_manifest_text, get_stats, run_sql
from idc_client.types import UNSET

import idc_openapi
from idc_ext import APIError, ContractError, IDCError, connect, v1, v3
from tests.support.document import DOCUMENT, OPERATIONS
from tests.support.many_writers import ROOT
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import NOTEBOOK
from tests.support.v3_service import RIDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

STATS: dict[str, Any] = OPERATIONS["GET", "/v3/stats"]["responses"]["200"]["content"]["application/json"]["example"]
DEEP = 100_000


def client_of(content: bytes, status: int = 200, **headers: str) -> Any:
    """A client whose server answers everything in this way."""
    headers = {"content-type": "application/json", **{name.replace("_", "-"): one for name, one in headers.items()}}
    answer = httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=headers))
    return connect(NOWHERE, transport=answer, auth=None, retries=0)


def ask(how: str, module: ModuleType, idc: Any, **arguments: Any) -> Any:
    """Call one of the four functions of an operation."""
    called = getattr(module, how)(client=idc, **arguments)
    return asyncio.run(called) if inspect.iscoroutine(called) else called


def with_member(**members: Any) -> bytes:
    return json.dumps({**STATS, **members}).encode()


GARBLED: dict[str, tuple[Any, str]] = {
    "204": (client_of(b"", 204), "204 No Content and a status that the document does not have"),
    "304": (client_of(b"", 304), "304 Not Modified and a status that the document does not have"),
    "206": (client_of(with_member(), 206), "206 Partial Content and a status that the document does not have"),
    "201": (client_of(with_member(), 201), "201 Created and a status that the document does not have"),
    "nothing": (client_of(b""), "it is not JSON"),
    "null": (client_of(b"null"), "Expected `object`, got `null`"),
    "a list": (client_of(b"[]"), "Expected `object`, got `array`"),
    "nothing in it": (client_of(b"{}"), "Object missing required field `idc_version`"),
    "cut": (client_of(with_member()[:-9]), "it is not JSON"),
    "gzip that is cut": (
        client_of(gzip.compress(with_member())[:-20], content_encoding="gzip"),
        "it is not JSON|cannot be decompressed",
    ),
    "5000 digits": (client_of(with_member().replace(b"1044191", b"1" * 5000)), "it is not JSON .*out of range"),
    "deep": (client_of(b"[" * DEEP + b"]" * DEEP), "GET /v3/stats"),
    "deep in an unknown member": (
        client_of(b'{"x": ' + b"[" * DEEP + b"]" * DEEP + b"," + with_member()[1:]), "nested too deeply|not JSON",
    ),
    "true": (client_of(with_member(series=True)), r"Expected `int`, got `bool` - at `\$.series`"),
    "text": (client_of(with_member(series="many")), r"Expected `int`, got `str` - at `\$.series`"),
    "null in it": (client_of(with_member(series=None)), r"Expected `int`, got `null` - at `\$.series`"),
    "a fraction": (client_of(with_member(series=1.5)), r"\$.series"),
    "NaN": (client_of(with_member(size_TB=float("nan"))), "it is not JSON"),
    "infinite": (client_of(with_member(size_TB=float("inf"))), "it is not JSON"),
    "1e999": (client_of(with_member().replace(b"99.945", b"1e999")), "GET /v3/stats"),
    "-1": (client_of(with_member(series=-1)), r"Expected `int` >= 0 - at `\$.series`"),
    "2**70": (client_of(with_member(series=2**70)), r"\$.series"),
    "text of no encoding": (client_of(b'\xff\xfe{"'), "it is not JSON"),
    "a web page": (client_of(b"<html>", content_type="text/html"), "a web page in place of data"),
}  # fmt: skip


@pytest.mark.parametrize(("idc", "message"), GARBLED.values(), ids=GARBLED)
def test_a_garbled_answer_is_a_contract_error_that_says_what_is_wrong(idc: Any, message: str) -> None:
    for how in ("sync", "sync_detailed", "asyncio", "asyncio_detailed"):
        with pytest.raises(ContractError, match=message) as caught:
            ask(how, get_stats, idc)
        assert str(caught.value).startswith("GET /v3/stats was answered with ")
        assert len(str(caught.value)) < 500


def test_unknown_members_and_an_unusual_encoding_are_no_errors() -> None:
    more = {**STATS, "new_in_b7": {"deep": [[]]}}
    for content in (json.dumps(more).encode(), json.dumps(more).encode("utf-8-sig"), json.dumps(more).encode("utf-16")):
        idc = client_of(content)
        assert get_stats.sync(client=idc) == models.V3Stats.from_dict(STATS)
        assert json.loads(get_stats.sync_detailed(client=idc).content.decode(json.detect_encoding(content))) == more
    half = {"columns": ["a"], "rows": [{"a": "\ud800"}], "row_count": 1, "truncated": False, "max_rows": 1}
    found: Any = run_sql.sync(client=client_of(json.dumps(half).encode()), body=models.V3SqlRequest("SELECT 1"))
    assert found.rows[0]["a"] == "\ud800"


def test_a_request_for_a_part_or_for_what_is_new_may_be_answered_with_a_part_or_nothing() -> None:
    http = client_of(b"{", 206).get_httpx_client()
    assert http.get("/v3/stats", headers={"Range": "bytes=0-0"}).content == b"{"
    assert client_of(b"", 304).get_httpx_client().get("/v3/stats", headers={"If-None-Match": "x"}).status_code == 304


def test_an_address_that_no_operation_has_is_not_judged() -> None:
    assert client_of(b"null").get_httpx_client().get("/v3/of/tomorrow").json() is None
    idc = connect(f"{NOWHERE}/base", transport=httpx.MockTransport(lambda _: httpx.Response(200, json={})), auth=None)
    with pytest.raises(ContractError, match=r"^GET /base/v3/stats .*`idc_version`"):
        get_stats.sync(client=idc)


LINE = "s3://b/00000000-0000-0000-0000-000000000000/*\n"


@pytest.mark.parametrize("text", ["null", "[]", "{}", LINE.strip(), LINE + LINE[:20], LINE.replace("s3", "gs"), "\x00"])
def test_a_list_of_addresses_is_whole_lines_of_addresses(text: str) -> None:
    body = models.V3ManifestTextRequest(models.V3Filters())
    good = client_of((LINE * 3).encode(), content_type="text/plain")
    assert get_manifest_text.sync(client=good, body=body) == LINE * 3
    with pytest.raises(ContractError, match="the text is cut or of another form"):
        get_manifest_text.sync(client=client_of(text.encode(), content_type="text/plain"), body=body)


# Every operation: real answers, changed.


def parameters() -> dict[str, tuple[ModuleType, dict[str, Any]]]:
    """For each operation its module and arguments to call it with."""
    spec = models.V1CohortSpec("n", "", models.V1Filters.from_dict(NOTEBOOK))
    fields = models.V1QueryFields([models.V1QueryField.MODALITY, models.V1QueryField.PATIENTID])
    filters = models.V3Filters.from_dict({"terms": {"collection_id": ["rider_pilot"]}})
    bodies = {
        "create_cohort": spec,
        "delete_cohorts": models.V1CohortIds([1, 2]),
        "preview_manifest": spec,
        "preview_query": models.V1QueryPreviewSpec(spec, fields),
        "query_cohort": fields,
        "count_cohort": models.V3SelectionRequest(filters),
        "get_licenses": models.V3SelectionRequest(filters),
        "get_manifest": models.V3ManifestRequest(filters, page_size=3),
        "get_manifest_text": models.V3ManifestTextRequest(filters, limit=3),
        "get_citations": models.V3CitationsRequest(filters),
        "run_sql": models.V3SqlRequest("SELECT 1 AS a, 'b' AS b, [1.5] AS c, {'d': NULL} AS d"),
    }
    others = {
        "collection_id": "rider_pilot",
        "table": "index",
        "attribute": models.V3IndexColumn.MODALITY,
        "cohort_id": 1,
        "page_size": 2,
        "series_instance_uid": "1.2.276.0.7230010.3.1.3.1031255639.2476.1345992261.66",
    }
    found = {}
    for method, path in OPERATIONS:
        operation = OPERATIONS[method, path]
        name = re.sub("([A-Z])", lambda one: f"_{one[0].lower()}", operation["operationId"])
        module = importlib.import_module(f"idc_client.api.{operation['tags'][0]}.{name}")
        known = inspect.signature(module._get_kwargs).parameters
        flags = {one: models.V1Flag.TRUE for one, kind in known.items() if "V1Flag" in str(kind.annotation)}
        given = {one: value for one, value in {**others, "body": bodies.get(name), **flags}.items() if one in known}
        found[f"{method} {path}"] = (module, given)
    return found


CALLS = parameters()


def shortened(value: Any) -> Any:
    """The same with at most two items in a list, and without long text."""
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in value[:2]]
    return value[:99] if isinstance(value, str) else value


def examples(operation: str) -> list[Any]:
    """The answers with status 200 that the document gives as examples."""
    method, path = operation.split()
    response = OPERATIONS[method, path]["responses"]["200"]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response["content"]["application/json"]
    return [content["example"]] if "example" in content else [one["value"] for one in content["examples"].values()]


@pytest.fixture(scope="module")
def real_answers(standin: str, credentials_file: Any) -> dict[str, list[Any]]:
    """Answers of the stand-in to every operation that it has data for, and the examples of the document."""
    found: dict[str, list[Any]] = {}
    with connect(standin, credentials=credentials_file) as idc:
        for operation, (module, arguments) in CALLS.items():
            if "manifest.txt" in operation:
                continue
            found[operation] = examples(operation)
            # These have no effect to see, ask registries, or take long.
            if not any(word in operation for word in ("DELETE", "citations", "changes")):
                try:
                    answer = module.sync_detailed(client=idc, **arguments)
                except IDCError:  # no clinical tables; no cohort of this number
                    continue
                if answer.status_code == 200:
                    found[operation].append(shortened(json.loads(answer.content)))
    return found


#: Keywords that say more than an answer must have to be read.
STRICTER = ("additionalProperties", "pattern", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
            "propertyNames", "minProperties", "description", "examples")  # fmt: skip


def relaxed(node: Any) -> Any:
    """A schema of the document for another validator, with what is judged and no more."""
    if isinstance(node, list):
        return [relaxed(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for name, one in node.items():
        if name == "properties":
            found[name] = {member: relaxed(inner) for member, inner in one.items()}
        elif name in ("minimum", "maximum") and abs(one) >= 2**63:
            continue
        elif name == "additionalProperties" and isinstance(one, dict):
            found[name] = relaxed(one)
        elif name not in STRICTER:
            found["anyOf" if name == "oneOf" else name] = relaxed(one)
    return found


def validator(operation: str) -> jsonschema.Draft202012Validator:
    method, path = operation.split()
    response = OPERATIONS[method, path]["responses"]["200"]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schemas = {name: relaxed(one) for name, one in DOCUMENT["components"]["schemas"].items()}
    schema = {**relaxed(response["content"]["application/json"]["schema"]), "components": {"schemas": schemas}}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


VALIDATORS = {operation: validator(operation) for operation in CALLS if "manifest.txt" not in operation}
#: Also of other types than the ones in the answers, and beyond their bounds.
VALUES = st.sampled_from([None, True, False, -1, 0, 7, 2**70, 1.5, "", "many", "2020-01-01", [], {}, [None], {"a": 1}])


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, one in inner for place in places(one, (*at, name)))]


#: One to three changes: of which place (as a number, so that what is drawn never depends on an answer), how, to what.
CHANGES = st.lists(
    st.tuples(st.integers(0, 2**20), st.sampled_from(["value", "drop", "more"]), VALUES), min_size=1, max_size=3
)


def changed(answer: Any, changes: list[tuple[int, str, Any]]) -> Any:
    """An answer with changes: a value, a member less, an unknown member, an item more."""
    found = copy.deepcopy(answer)
    for at, how, value in changes:
        choices = places(found)
        place = choices[at % len(choices)]
        if not place:
            return copy.deepcopy(value)
        parent = found
        for name in place[:-1]:
            parent = parent[name]
        match how:
            case "value":
                parent[place[-1]] = copy.deepcopy(value)
            case "drop":
                del parent[place[-1]]
            case _ if isinstance(parent, dict):
                parent["of_tomorrow"] = copy.deepcopy(value)
            case _:
                parent.append(copy.deepcopy(value))
    return found


def members_kept(found: Any, answer: Any) -> bool:
    """Whether a model, as a dictionary, has the values of the answer: all that it has are equal."""
    if isinstance(found, dict):
        return isinstance(answer, dict) and all(
            name in answer and members_kept(one, answer[name]) for name, one in found.items()
        )
    if isinstance(found, list):
        return isinstance(answer, list) and all(map(members_kept, found, answer)) and len(found) == len(answer)
    return type(found) is type(answer) and bool(found == answer)


def one_of(real_answers: dict[str, list[Any]], which: int) -> tuple[str, Any]:
    """An operation and one of its answers; each operation as often as any other."""
    nth, operation = divmod(which, len(real_answers))
    answers = real_answers[sorted(real_answers)[operation]]
    return sorted(real_answers)[operation], answers[nth % len(answers)]


@given(which=st.integers(0, 2**20), changes=CHANGES, how=st.sampled_from(["sync", "asyncio"]))
@settings(max_examples=300)
def test_a_changed_answer_is_the_right_model_or_a_contract_error(
    real_answers: Any, which: int, changes: list[tuple[int, str, Any]], how: str
) -> None:
    operation, answer = one_of(real_answers, which)
    module, arguments = CALLS[operation]
    answer = changed(answer, changes)
    fits = VALIDATORS[operation].is_valid(answer)
    idc = client_of(json.dumps(answer).encode())
    if not fits:
        with pytest.raises(IDCError):
            ask(how, module, idc, **arguments)
        return
    found = None
    with contextlib.suppress(APIError):  # beside what the document says: a refusal within a 200
        found = ask(how, module, idc, **arguments)
    if found is not None:
        plain = [one.to_dict() for one in found] if isinstance(found, list) else found.to_dict()
        assert members_kept(plain, answer)


def test_the_first_answers_of_many_threads_are_read_at_once() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    command = [sys.executable, "-m", "tests.support.first_answers"]  # in a process of its own: it was a crash
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@given(
    which=st.integers(0, 2**20),
    at=st.integers(0, 2**20),
    piece=st.sampled_from([b"", b"NaN", b"\xff", b"1e999", b'"', b"[", b"-", b"9" * 5000]) | st.binary(max_size=3),
    less=st.integers(0, 9) | st.just(2**20),
    status=st.sampled_from([200, 200, 200, 202, 204, 304]),
)
@settings(max_examples=150)
def test_any_bytes_are_a_model_or_an_error_of_the_tree(
    real_answers: Any, which: int, at: int, piece: bytes, less: int, status: int
) -> None:
    operation, answer = one_of(real_answers, which)
    content = json.dumps(answer).encode()
    at %= len(content) + 1
    module, arguments = CALLS[operation]
    with contextlib.suppress(IDCError):
        module.sync(client=client_of(content[:at] + piece + content[at + less :], status), **arguments)


# The document as data:


def test_the_answers_as_data_are_those_of_the_document() -> None:
    made = idc_openapi.answers_text(DOCUMENT)
    assert json.loads(made) == idc_openapi.answers(), "run make generate"
    described = {f"{method} {path}": operation["responses"] for (method, path), operation in OPERATIONS.items()}
    listed = idc_openapi.answers()["operations"]
    assert {name: set(one) for name, one in listed.items()} == {
        name: {status for status in responses if status[0] == "2"} for name, responses in described.items()
    }


def test_an_answer_with_a_schema_that_the_check_does_not_know_is_refused_when_it_is_generated() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["V3Stats"]["allOf"] = []
    with pytest.raises(ValueError, match="allOf"):
        idc_openapi.answers_text(document)


def test_functions_of_our_own_are_held_against_the_document_as_well(standin: str) -> None:
    counts = {"patients": 1, "studies": 1, "series": True, "instances": 1, "size_TB": 0}
    echo = {"filters_applied": {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {}}, "warnings": []}
    idc = client_of(json.dumps({**counts, **echo}).encode())
    with pytest.raises(ContractError, match=r"POST /v3/cohort/counts .*Expected `int`, got `bool` - at `\$.series`"):
        v3.counts(idc, RIDER)
    with connect(standin) as idc:
        found: Any = get_collections.sync(client=idc)
        assert len(found) == 179
        assert UNSET not in found[0].to_dict().values()


def test_bytes_of_an_answer_can_be_read_whatever_they_are_and_its_json_is_checked() -> None:
    response = client_of(with_member(series=-1)).get_httpx_client().get("/v3/stats")
    assert response.content == with_member(series=-1)
    for one in (response, pickle.loads(pickle.dumps(response))):  # noqa: S301 - made in this line
        with pytest.raises(ContractError, match=r"Expected `int` >= 0 - at `\$.series`"):
            one.json()
        assert one.json(parse_int=str)["series"] == "-1"


# Functions of our own:

CT = {**RIDER, "Modality": "CT"}
COHORT = v1.cohort("n", "", {"collection_id": ["rider_pilot"]})
OURS: dict[str, Callable[[Any], object]] = {
    "counts": lambda idc: v3.counts(idc, CT),
    "licenses": lambda idc: v3.licenses(idc, CT),
    "sql": lambda idc: v3.sql(idc, "SELECT Modality, 1.5 AS d FROM index LIMIT 2", typed=True).to_arrow(),
    "attribute_values": lambda idc: v3.attribute_values(idc, "Modality", limit=2),
    "check_values": lambda idc: v3.check_values(idc, {"Modality": "CT"}),
    "viewer_url": lambda idc: v3.viewer_url(idc, series=CALLS["GET /v3/viewer-url"][1]["series_instance_uid"]),
    "rows": lambda idc: list(v3.manifest(idc, CT, page_size=2).walk(max_items=3)),
    "table": lambda idc: v3.manifest(idc, CT, page_size=2).walk(max_items=3).to_arrow(),
    "lines": lambda idc: list(v3.manifest_lines(idc, {**CT, "PatientID": "1.3.6.1.4.1.9328.50.1.0001"})),
    "preview": lambda idc: list(v1.preview_manifest(idc, COHORT, fields=["Collection_ID", "Patient_ID"], page_size=3)),
    "query": lambda idc: list(v1.preview_query(idc, COHORT, ["PatientID", "Modality"], page_size=3).walk(max_items=4)),
    "metadata": lambda idc: list(v1.dicom_metadata(idc, page_size=2).walk(max_items=3)),
}


#: Status, type and body of an answer.
Recorded = tuple[int, str, bytes]


def replayed(answer: Recorded) -> httpx.Response:
    status, kind, content = answer
    return httpx.Response(status, content=content, headers={"content-type": kind})


@pytest.fixture(scope="module")
def recorded(standin: str) -> dict[str, list[Recorded]]:
    """The answers of the stand-in to each of these functions, in order."""
    heard: list[Recorded] = []
    with httpx.Client(timeout=60) as http:

        def forward(request: httpx.Request) -> httpx.Response:
            got = http.request(request.method, request.url, content=request.content, headers=request.headers)
            heard.append((got.status_code, got.headers["content-type"], got.content))
            return replayed(heard[-1])

        found = {}
        for name, use in OURS.items():
            heard.clear()
            use(connect(standin, transport=httpx.MockTransport(forward), retries=0))
            found[name] = list(heard)
    return found


@given(name=st.sampled_from(sorted(OURS)), at=st.integers(0, 2**20), changes=CHANGES, piece=st.binary(max_size=9))
@settings(max_examples=200)
@pytest.mark.filterwarnings("ignore::idc_ext.ServiceWarning")
def test_a_changed_answer_to_a_function_of_ours_is_a_result_or_an_error_of_the_tree(
    recorded: dict[str, list[Recorded]], name: str, at: int, changes: list[tuple[int, str, Any]], piece: bytes
) -> None:
    answers = list(recorded[name])
    end, at = divmod(at, len(answers))
    status, kind, content = answers[at]
    if "json" in kind:
        answers[at] = status, kind, json.dumps(changed(json.loads(content), changes)).encode()
    else:
        answers[at] = status, kind, content[: end % (len(content) + 1)] + piece
    # A walk may send more requests than before; then the last answer comes again.
    left = iter([*answers, *[answers[-1]] * 99])
    idc = connect(NOWHERE, transport=httpx.MockTransport(lambda _: replayed(next(left))), retries=0)
    with contextlib.suppress(IDCError):
        OURS[name](idc)
