"""openapi.yaml as others read it: generators, a mock, linters (`make interop`; not part of `make test`).

Each client calls a stand-in on a loopback socket and reads typed answers, which are compared with known numbers.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from idc_contract.document.openapi import DOCUMENT, OPERATIONS, examples, resolved
from idc_ext import connect, v1
from tests.interop import tools
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RIDER: dict[str, Any] = {"terms": {"collection_id": ["rider_pilot"]}}
LISTED: dict[str, Any] = {"terms": {"collection_id": ["rider_pilot"], "Modality": ["CR"]}}
MIXED = {"Modality": ["CT"], "age_at_diagnosis_btw": [1, 99.5], "collection_id": ["tcga_read"]}
NOTEBOOK = examples(OPERATIONS["previewManifest"].body or {})[1]
#: What every client asks: the cohort of the notebook, filters of text and numbers at once, two selections of v3.
ASKED = {
    "cohort": NOTEBOOK,
    "mixed": {"name": "mixed", "description": "", "filters": MIXED},
    "counted": RIDER,
    "listed": LISTED,
}
#: What every client reads: 26 series on two pages, as in the notebook; 774 series of a collection; two UIDs.
KNOWN = {
    "v1": {"found": 26, "series": 26, "cohort": "testcohort", "later": {}, "mixed": MIXED},
    "v3": {
        "series": 774,
        "listed": ["1.3.6.1.4.1.9328.50.2.268472", "1.3.6.1.4.1.9328.50.2.269473"],
        "acknowledgment": None,
    },
}
# openapi-generator writes an operation into the client of each of its tags, and exports the types of all of them.
ONE_TAG = ("--openapi-normalizer", "KEEP_ONLY_FIRST_TAG_IN_OPERATION=true")
IN_PYTHON: dict[str, Callable[[Path], None]] = {
    "openapi_generator": lambda to: tools.openapi_generator("python", to, "--package-name", "foreign_client"),
    "pydantic_models": lambda to: tools.models("pydantic_v2.BaseModel", to),
    "msgspec_models": lambda to: tools.models("msgspec.Struct", to),
}
IN_TYPESCRIPT: dict[str, Callable[[Path], None]] = {
    "typescript_fetch": lambda to: tools.openapi_generator(
        "typescript-fetch", to / "typescript_fetch_client", *ONE_TAG
    ),
    "openapi_fetch": lambda to: tools.node_tool(
        "openapi-typescript", tools.DOCUMENT, "--output", to / "openapi_typescript.ts"
    ),
    "hey_api": lambda to: tools.node_tool("openapi-ts", "-i", tools.DOCUMENT, "-o", to / "hey_api_client"),
}
#: msgspec has no union of two structs unless a member of theirs says which it is, and none of two enumerations.
WITHOUT_MSGSPEC = {
    "V1CohortCreated", "V1CohortsDeleted", "V1ManifestPage", "V1ManifestPending", "V1QueryPending", "V3Attribute",
    "V3Refusal",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a stand-in as of data version 2.0, which checks its answers."""
    with serving("--as-of", "2.0", "--state", str(tmp_path_factory.mktemp("state")), "--check-answers") as url:
        yield url


@pytest.fixture(scope="module")
def in_python(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of what each generator of Python code made."""
    made = {name: tmp_path_factory.mktemp("python") / name for name in IN_PYTHON}
    for name, generate in IN_PYTHON.items():
        generate(made[name])
    return made


@pytest.fixture(scope="module")
def in_typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the calls of every client in TypeScript, checked and translated by its compiler."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(tools.NODE_TOOLS)
    for name, generate in IN_TYPESCRIPT.items():
        generate(folder)
        shutil.copy(tools.HERE / "clients" / f"{name}.ts", folder)
    shutil.copy(tools.HERE / "tsconfig.json", folder)
    tools.node_tool("tsc", "--project", folder)
    return folder / "out"


# --- clients that others generate ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IN_PYTHON)
def test_a_client_in_python_reads_the_known_numbers(service: str, in_python: dict[str, Path], name: str) -> None:
    assert tools.calls_in_python(name, in_python[name], service, ASKED) == KNOWN


@pytest.mark.parametrize("name", IN_TYPESCRIPT)
def test_a_client_in_typescript_reads_the_known_numbers(service: str, in_typescript: Path, name: str) -> None:
    assert json.loads(tools.done("node", in_typescript / f"{name}.js", service, json.dumps(ASKED))) == KNOWN


def _answers() -> list[tuple[str, Any]]:
    """The name of the schema and the value of every example of an answer in JSON; of arrays, the items."""
    found = []
    for operation in OPERATIONS.values():
        for answer in operation.node["responses"].values():
            media = resolved(answer)["content"].get("application/json", {})
            for value in examples(media):
                name = media["schema"]["$ref"].rpartition("/")[2]
                schema = DOCUMENT["components"]["schemas"][name]
                pairs = [(name, value)]
                if schema.get("type") == "array":
                    pairs = [(schema["items"]["$ref"].rpartition("/")[2], one) for one in value]
                found += [pair for pair in pairs if pair not in found]
    return found


def _without_null(value: Any) -> Any:
    """A value without its null members: openapi-generator sends null for what is not there."""
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("generator", "kind", "unread"),
    [
        ("openapi_generator", "openapi_generator", set()),
        ("pydantic_models", "pydantic", set()),
        ("msgspec_models", "msgspec", WITHOUT_MSGSPEC),
    ],
)
def test_the_models_of_a_generator_read_every_answer_that_the_document_shows(
    in_python: dict[str, Path], generator: str, kind: str, unread: set[str]
) -> None:
    folder = in_python[generator]
    if generator == "openapi_generator":
        (folder / "foreign_models.py").write_text("from foreign_client.models import *\n")
    script = tools.HERE / "clients" / "every_answer.py"
    shown = _answers()
    results = json.loads(tools.done(tools.PYTHON, script, kind, text=json.dumps(shown), PYTHONPATH=str(folder)))
    assert {name for (name, _), result in zip(shown, results, strict=True) if "error" in result} == unread, results
    for (name, value), result in zip(shown, results, strict=True):
        if name not in unread:
            assert _without_null(result["read"]) == _without_null(value), name


# --- a mock of the document ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of Prism, which answers with the document's examples."""
    with tools.prism(tmp_path_factory.mktemp("prism") / "log.txt") as url:
        yield url


def _shown(name: str) -> Any:
    return examples(OPERATIONS[name].answer(200))[0]


def _asked(name: str) -> Any:
    return examples(OPERATIONS[name].body or {})[0]


SELECTION = [
    word
    for name, values in _asked("countCohort")["filters"]["terms"].items()
    for word in ("--where", f"{name}={','.join(values)}")
]
TABLE = next(examples(one)[0] for one in OPERATIONS["getTable"].parameters)
WALKS: dict[str, tuple[list[str], Any]] = {
    "counts": (["counts", *SELECTION], {"series": _shown("countCohort")["series"]}),
    "manifest": (["manifest", *SELECTION], _shown("getManifest")["series"]),
    "licenses": (["licenses", *SELECTION], _shown("getLicenses")["licenses"]),
    "citations": (
        ["citations", *SELECTION],
        [*_shown("getCitations")["citations"], _shown("getCitations")["idc_acknowledgment"]],
    ),
    "sql": (["sql", _asked("runSql")["sql"]], _shown("runSql")["rows"]),
    "collections": (["collections"], _shown("getCollections")),
    "tables": (["tables"], _shown("getTables")["tables"]),
    "table": (["table", TABLE], _shown("getTable")["columns"]),
}


@pytest.mark.parametrize("name", WALKS)
def test_a_command_ends_well_on_a_mock_and_shows_the_example(mock: str, name: str) -> None:
    words, expected = WALKS[name]
    command = [Path(sys.executable).with_name("idc-ext"), "--base-url", mock]
    if name == "citations":  # text, one citation a line
        assert tools.done(*command, *words).splitlines() == expected
        return
    ended = tools.run(*command, *words, "--format", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = json.loads(ended.stdout)
    if isinstance(expected, dict):
        found = {member: found[member] for member in expected}
    assert found == expected


def test_a_walk_of_v1_ends_on_a_mock(mock: str) -> None:
    cohort = v1.cohort(**_asked("previewManifest"))
    shown = _shown("previewManifest")["manifest"]
    with connect(mock) as idc:
        rows = list(v1.preview_manifest(idc, cohort, fields=list(shown["json_manifest"][0])))
    assert [row.to_dict() for row in rows] == shown["json_manifest"]
    assert len(rows) == shown["totalFound"]


# --- linters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("redocly", "lint", tools.DOCUMENT, "--config", tools.HERE / "redocly.yaml"),
        ("spectral", "lint", tools.DOCUMENT, "--ruleset", tools.HERE / "spectral.yaml", "--fail-severity", "hint"),
    ],
    ids=lambda words: words[0],
)
def test_a_linter_has_nothing_to_say_but_what_its_settings_answer(words: tuple[str | Path, ...]) -> None:
    tools.node_tool(str(words[0]), *words[1:])
