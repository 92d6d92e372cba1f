"""A scope names the same paths for all that looks at a document: changes, generated code, what is not released."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.documents.document import in_memory
from idc_drift.documents.scope import Scope, scopes_of

if TYPE_CHECKING:
    from pathlib import Path


def document(prefix: str = "https://h/v3", path: str = "/a", kind: str = "integer", **more: Any) -> dict[str, Any]:
    row = {"type": "object", "properties": {"n": {"type": kind}}}
    answer = {"description": "", "content": {"application/json": {"schema": row}}}
    operation = {"operationId": "getA", "responses": {"200": answer}, **more}
    other = {"get": {"operationId": "getB", "responses": {"200": {"description": ""}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": prefix}],
        "paths": {path: {"get": operation}, "/b": other},
    }


@pytest.fixture(name="compared")
def _compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(base: Any, revision: Any, *options: str) -> tuple[int, dict[str, Any]]:
        names = [tmp_path / "base.json", tmp_path / "revision.json"]
        for name, content in zip(names, (base, revision), strict=True):
            name.write_text(json.dumps(content))
        code = main([*map(str, names), "--format", "json", *options])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else {}

    return run


@pytest.mark.parametrize("profile", ["wire", "code", "both"])
@pytest.mark.parametrize("scope", ["/v3", "/v3/a", "/a", "/a/"])
def test_a_scope_with_the_path_of_the_server_counts_in_every_profile(compared: Any, profile: str, scope: str) -> None:
    options = ("--profile", profile, "--scope", scope)
    code, report = compared(document(), document(kind="string"), *options)
    assert code == DRIFT
    effects = [effect for change in report["changes"] for effect in change["code_impact"]]
    assert any(effect.startswith("breaks ") for effect in effects) == (profile != "wire")


def test_a_mark_of_what_is_not_released_counts_behind_the_path_of_the_server(compared: Any) -> None:
    base, revision = document(**{"x-since": "unreleased"}), document()
    del revision["paths"]["/a"]
    code, report = compared(base, revision, "--scope", "/v3")
    assert (code, [change["rule"] for change in report["changes"]]) == (CLEAN, ["not-released-yet"])


@pytest.mark.parametrize("profile", ["wire", "code"])
def test_what_moves_between_the_server_and_the_path_stays_in_the_scope(compared: Any, profile: str) -> None:
    for prefix, path, kind, expected in (
        ("https://h", "/v3/a", "integer", CLEAN),
        ("https://h", "/a", "string", DRIFT),
        ("https://h/v4", "/a", "string", DRIFT),
    ):
        revision = document(prefix, path, kind)
        code, report = compared(document(), revision, "--scope", "/v3/a", "--profile", profile)
        assert code == expected, report


def test_a_part_that_is_compared_and_cannot_be_read_is_in_the_scope_of_both_documents(compared: Any) -> None:
    revision = document("https://h/v4")
    content = revision["paths"]["/a"]["get"]["responses"]["200"]["content"]
    content["application/json"]["schema"] = {"$ref": "gone.json"}
    code, report = compared(document(), revision, "--scope", "/v3/a")
    assert code == UNCHECKED
    assert "gone.json" in report["unread"][0]


def test_a_path_is_in_the_scope_as_written_and_behind_its_servers() -> None:
    older = {"swagger": "2.0", "basePath": "/v3/", "paths": {}}
    for content in (document(), older):
        within = Scope(["/v3/"], in_memory(content))
        assert [path in within for path in ("/v3", "/v30", "/a", "/v1/a")] == [True, True, True, True]
    within = Scope(["/v3/"], in_memory(document("https://h")))
    assert [path in within for path in ("/v3", "/v3/a", "/v30", "/v1")] == [True, True, False, False]
    assert [bool(scope) for scope in scopes_of([], in_memory(document()), in_memory(document()))] == [False, False]
