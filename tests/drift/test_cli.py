from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Tree

import jsonschema
import pytest
import yaml

from idc_drift import __main__ as cli
from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.reports import rules
from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

BASE = """\
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /v1/old:
    get:
      operationId: getOld
      responses: {"200": {description: fine}}
  /v3/rows:
    get:
      operationId: getRows
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        "200":
          description: fine
          content:
            application/json:
              schema:
                type: object
                required: [n]
                properties:
                  n: {type: integer}
                  m: {type: string}
"""
BREAKING = BASE.replace("n: {type: integer}", "n: {type: string}")
WARNING = BASE.replace("                  m: {type: string}\n", "")
INFO = BASE.replace("parameters:\n", "parameters:\n        - {name: more, in: query, schema: {type: string}}\n")
PROSE = BASE.replace("description: fine\n", "description: other\n").replace('version: "1"', 'version: "2"')


@pytest.fixture(name="here")
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"base": BASE, "breaking": BREAKING, "warning": WARNING, "info": INFO, "prose": PROSE}.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "idc_drift", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )


def changes(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return list(json.loads(capsys.readouterr().out)["changes"])


@pytest.mark.parametrize(
    ("revision", "fail_on", "code"),
    [
        ("base", "info", CLEAN),
        ("prose", "info", CLEAN),
        ("info", "info", DRIFT),
        ("info", "warning", CLEAN),
        ("warning", "warning", DRIFT),
        ("warning", "breaking", CLEAN),
        ("breaking", "breaking", DRIFT),
        ("breaking", "info", DRIFT),
    ],
)
@pytest.mark.usefixtures("here")
def test_the_exit_code_says_whether_there_is_drift_of_that_gravity(revision: str, fail_on: str, code: int) -> None:
    assert main(["base.yaml", f"{revision}.yaml", "--fail-on", fail_on]) == code


@pytest.mark.usefixtures("here")
def test_breaking_is_what_fails_unless_asked_otherwise() -> None:
    assert [main(["base.yaml", f"{name}.yaml"]) for name in ("info", "warning", "breaking")] == [CLEAN, CLEAN, DRIFT]


@pytest.mark.parametrize(
    "arguments",
    [
        ("base.yaml", "none.yaml"),
        ("none.yaml", "base.yaml"),
        ("base.yaml", "."),
        ("base.yaml", "text.txt"),
        ("base.yaml", "empty.yaml"),
        ("base.yaml", "bytes.bin"),
        ("base.yaml", "list.json"),
        ("base.yaml", "login.html"),
        ("base.yaml", "ftp://example.org/openapi.yaml"),
        ("base.yaml", "http://127.0.0.1:9/openapi.yaml"),
        ("-", "-"),
        ("base.yaml", "base.yaml", "--accepted", "none.yaml"),
        ("base.yaml", "base.yaml", "--accepted", "text.txt"),
        ("base.yaml", "base.yaml", "-o", "no/such/folder/report.txt"),
        ("update", "base.yaml", "none.yaml"),
    ],
)
def test_what_could_not_be_checked_is_2_and_one_sentence(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    (here / "text.txt").write_text("just some words")
    (here / "empty.yaml").write_text("")
    (here / "bytes.bin").write_bytes(b"\x00\xff\xfe\x01")
    (here / "list.json").write_text("[1, 2]")
    (here / "login.html").write_text("<!doctype html><title>Sign in</title><form><input type=password></form>")
    assert main(list(arguments)) == UNCHECKED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("idc-drift: could not check: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [(), ("base.yaml",), ("base.yaml", "base.yaml", "--format", "pdf"), ("base.yaml", "base.yaml", "--fail", "info")],
)
@pytest.mark.usefixtures("here")
def test_a_misspelt_command_is_2(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    assert stopped.value.code == UNCHECKED


@pytest.mark.usefixtures("here")
def test_no_error_of_this_program_is_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("\x1b[31mno")

    monkeypatch.setattr(cli, "compare", broken)
    assert main(["base.yaml", "base.yaml"]) == UNCHECKED
    assert capsys.readouterr().err == (
        "idc-drift: could not check: internal error, KeyError: '\\x1b[31mno'; please report it\n"
    )


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), RecursionError(), MemoryError()])
@pytest.mark.usefixtures("here")
def test_whatever_stops_it_is_2(monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(cli, "compare", broken)
    assert main(["base.yaml", "base.yaml"]) == UNCHECKED


@pytest.mark.parametrize(
    ("revision", "code"), [("base.yaml", CLEAN), ("breaking.yaml", DRIFT), ("none.yaml", UNCHECKED)]
)
@pytest.mark.usefixtures("here")
def test_the_process_ends_with_the_same_codes(revision: str, code: int) -> None:
    done = run("base.yaml", revision, "--format", "json")
    assert done.returncode == code
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("here")
def test_json_is_what_the_schema_says() -> None:
    done = run("base.yaml", "breaking.yaml", "--format", "json")
    report = json.loads(done.stdout)
    schema = json.loads((ROOT / "idc_drift" / "report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(report)
    (change,) = report["changes"]
    assert (change["level"], change["operation"]) == ("breaking", "GET /v3/rows")
    assert (change["file"], change["line"]) == ("base.yaml", 22)


@pytest.mark.parametrize("side", ["base", "revision"])
@pytest.mark.usefixtures("here")
def test_either_document_may_come_from_stdin(side: str) -> None:
    pair = ("-", "breaking.yaml") if side == "base" else ("base.yaml", "-")
    done = run(*pair, "--format", "json", text=BASE if side == "base" else BREAKING)
    assert done.returncode == DRIFT
    assert len(json.loads(done.stdout)["changes"]) == 1


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def _served(handler: Any) -> Iterator[str]:
    with LoopbackServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(name="service")
def _service(here: Path) -> Iterator[str]:
    yield from _served(partial(_Quiet, directory=str(here)))


@pytest.fixture(name="refusing")
def _refusing() -> Iterator[str]:
    yield from _served(_Refusing)


def test_a_document_is_fetched_from_a_url(service: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base.yaml", f"{service}/breaking.yaml", "--format", "json"]) == DRIFT
    assert len(changes(capsys)) == 1
    assert main([f"{service}/base.yaml", "base.yaml"]) == CLEAN


@pytest.mark.usefixtures("here")
def test_a_service_that_refuses_is_not_one_without_drift(refusing: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base.yaml", f"{refusing}/openapi.yaml"]) == UNCHECKED
    assert "503" in capsys.readouterr().err


def test_a_page_that_is_not_there_is_not_a_document(service: str) -> None:
    assert main(["base.yaml", f"{service}/none.yaml"]) == UNCHECKED


def test_a_report_in_a_file_is_whole_or_the_old_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = here / "report.txt"
    report.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert main(["base.yaml", "breaking.yaml", "-o", str(report)]) == UNCHECKED
    assert report.read_text() == "old"
    monkeypatch.undo()
    monkeypatch.chdir(here)
    assert main(["base.yaml", "breaking.yaml", "-o", str(report)]) == DRIFT
    assert "1 breaking" in report.read_text()
    assert not list(here.glob(".report.txt.*"))


def test_a_report_through_a_link_lands_where_it_leads(here: Path) -> None:
    (here / "link").symlink_to("real.txt")
    assert main(["base.yaml", "base.yaml", "-o", "link"]) == CLEAN
    assert (here / "link").is_symlink()
    assert "no drift" in (here / "real.txt").read_text()


@pytest.mark.usefixtures("here")
def test_a_report_may_go_to_a_device() -> None:
    assert main(["base.yaml", "base.yaml", "-o", "/dev/null"]) == CLEAN
    assert not Path("/dev/null").is_file()


def test_a_scope_looks_at_those_paths_only(here: Path) -> None:
    (here / "gone.yaml").write_text(BASE.replace("/v1/old", "/v1/new"))
    assert main(["base.yaml", "gone.yaml"]) == DRIFT
    assert main(["base.yaml", "gone.yaml", "--scope", "/v3"]) == CLEAN
    assert main(["base.yaml", "gone.yaml", "--scope", "/v3", "--scope", "/v1"]) == DRIFT


def test_an_accepted_difference_is_none_and_a_stale_row_is_a_warning(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "known.yaml").write_text(
        "- {id: n, rule: response-type-changed, operations: getRows, before: '\"integer\"', after: '\"string\"',"
        " reason: They said so.}\n"
    )
    assert main(["base.yaml", "breaking.yaml", "--accepted", "known.yaml", "--format", "json"]) == CLEAN
    assert [c["accepted"] for c in changes(capsys)] == ["They said so."]
    assert main(["base.yaml", "base.yaml", "--accepted", "known.yaml", "--fail-on", "warning"]) == DRIFT
    assert "The accepted row n matches no difference; delete it." in capsys.readouterr().out


@pytest.mark.parametrize("form", ["text", "markdown", "html", "github", "junit", "sarif"])
@pytest.mark.usefixtures("here")
def test_every_form_can_be_asked_for(capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["base.yaml", "breaking.yaml", "--format", form]) == DRIFT
    said = capsys.readouterr().out
    assert "/v3/rows" in said
    if form == "junit":
        Tree.fromstring(said)  # noqa: S314 - ours
    if form == "github":
        assert said.startswith("::error file=breaking.yaml,line=22,col=")


@pytest.mark.usefixtures("here")
def test_the_code_profile_tells_what_breaks_in_the_client(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base.yaml", "breaking.yaml", "--profile", "both", "--format", "json"]) == DRIFT
    (change,) = changes(capsys)
    assert "(type: int → str)" in change["code_impact"][0]
    assert main(["base.yaml", "prose.yaml", "--profile", "code", "--fail-on", "info"]) == CLEAN


def test_stdout_that_cannot_show_a_character_shows_its_number(here: Path) -> None:
    (here / "breaking.yaml").write_text(
        BASE.replace("n: {type: integer}", "n: {type: integer}\n                  漢: {}")
    )
    done = subprocess.run(
        [sys.executable, "-m", "idc_drift", "base.yaml", "breaking.yaml", "--fail-on", "info"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == DRIFT
    assert b"\\u6f22" in done.stdout


@pytest.mark.usefixtures("here")
def test_help_names_every_option_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    options = ("--format", "--output", "--fail-on", "--scope", "--profile", "--accepted", "--verbose", "--version")
    assert all(option in said for option in (*options, "update", "explain", "2 could not check"))


def test_the_page_lists_every_rule_as_it_is() -> None:
    page = ROOT / "docs" / "drift.md"
    text = page.read_text(encoding="utf-8")
    assert rules.written(text) == text, "run: python -m idc_drift.reports.rules docs/drift.md"


def test_the_page_documents_every_option() -> None:
    text = (ROOT / "docs" / "drift.md").read_text(encoding="utf-8")
    for action in [
        p for parser in (cli._parser(), cli._update_parser(), cli._explain_parser()) for p in parser._actions
    ]:
        assert any(f"`{name}" in text for name in (*action.option_strings, action.metavar or "-"))


GH = """\
#!/usr/bin/env python3
import json, os, sys
with open(os.environ["GH_LOG"], "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["issue", "list"]:
    print(os.environ["GH_KNOWN"])
"""


@pytest.mark.parametrize(
    ("code", "known", "calls"),
    [
        ("0", "", []),
        ("0", "7 CLOSED", []),
        ("0", "7 OPEN", ["close 7"]),
        ("1", "", ["create --title"]),
        ("1", "7 OPEN", ["edit 7"]),
        ("1", "7 CLOSED", ["edit 7", "reopen 7"]),
    ],
)
def test_the_workflow_keeps_exactly_one_issue(tmp_path: Path, code: str, known: str, calls: list[str]) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/drift.yml").read_text())
    (step,) = [s for s in workflow["jobs"]["drift"]["steps"] if s.get("name") == "Keep the issue"]
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "drift.md").write_text("report")
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "GH_LOG": str(tmp_path / "log"),
        "GH_KNOWN": known,
        "CODE": code,
        "TITLE": step["env"]["TITLE"],
        "RUN": "https://example.org/run",
    }
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, check=True)
    said = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [" ".join(call[1:3]) for call in said if call[0] == "issue" and call[1] != "list"] == calls


def test_schemas_that_combine_in_too_many_ways_could_not_be_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("idc_drift.judge.judge._MIN_PAIRS", 1)
    monkeypatch.setattr("idc_drift.judge.judge._CHARACTERS_PER_PAIR", 10**9)
    properties = {name: {"type": "object", "title": name, "properties": {name: {}}} for name in "abc"}
    for file, kind in (("a.json", "string"), ("b.json", "integer")):
        schema = {"type": "object", "properties": {**properties, "d": {"type": kind}}}
        content = {"application/json": {"schema": schema}}
        paths = {"/a": {"post": {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}}}
        (tmp_path / file).write_text(json.dumps({"openapi": "3.1.0", "paths": paths}))
    assert main([str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 2
    assert "could not check: the schemas combine in more than 1 ways" in capsys.readouterr().err


def test_a_difference_with_too_many_places_is_reported_with_some_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("idc_drift.judge.judge._MAX_REPEATED_PLACES", 1)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}
    paths = {f"/{name}": {"get": {"responses": {"200": {"content": content}}}} for name in "abcd"}
    for file, kind in (("a.json", "string"), ("b.json", "integer")):
        schemas = {"A": {"type": "object", "properties": {"p": {"type": kind}}}}
        (tmp_path / file).write_text(
            json.dumps({"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}})
        )
    assert main([str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [len(change["places"]) for change in report["changes"]] == [2]
    assert any("More than 1 places have findings" in note for note in report["notes"])


# --------------------------------------------------------------------------------------- what must not look like "none"


def test_a_scope_that_neither_document_has_is_not_checked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base.yaml", "breaking.yaml", "--scope", "/v3", "--scope", "/v9"]) == UNCHECKED
    assert "neither document has a path at or below /v9" in capsys.readouterr().err
    for scope in ("v3", ""):
        assert main(["base.yaml", "base.yaml", "--scope", scope]) == UNCHECKED
        assert f"the scope {scope!r} is not a path, which begins with /" in capsys.readouterr().err


@pytest.mark.parametrize(("profile", "code"), [("code", UNCHECKED), ("both", DRIFT)])
def test_a_client_that_cannot_be_generated_is_not_checked(
    here: Path, profile: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bare.yaml").write_text(BREAKING.replace('info: {title: t, version: "1"}\n', ""))
    assert main(["base.yaml", "bare.yaml", "--profile", profile]) == code
    reported = capsys.readouterr()
    assert "The effect on the generated client is not known" in reported.out + reported.err


@pytest.mark.parametrize("side", ["BASE", "REVISION"])
@pytest.mark.parametrize("command", [[], ["update"]])
def test_a_document_is_never_written(
    here: Path, side: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("link.yaml").symlink_to("base.yaml" if side == "BASE" else "breaking.yaml")
    assert main([*command, "base.yaml", "breaking.yaml", "-o", "link.yaml"]) == UNCHECKED
    assert f"--output link.yaml is {side}, which is never overwritten" in capsys.readouterr().err
    assert (Path("base.yaml").read_text(), Path("breaking.yaml").read_text()) == (BASE, BREAKING)


def test_a_reference_from_standard_input_to_a_file_says_that_there_is_no_folder(here: Path) -> None:
    done = run("-", "base.yaml", text="{openapi: 3.1.0, info: {}, paths: {/a: {$ref: x.yaml}}}")
    assert done.returncode == UNCHECKED
    assert "The reference x.yaml at /paths/~1a is not followed: standard input has no folder." in done.stdout


def test_swagger_has_no_generated_client(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("old", "new"):
        Path(f"{name}.yaml").write_text("{swagger: '2.0', info: {title: t, version: '1'}, paths: {}}")
    assert main(["old.yaml", "new.yaml", "--profile", "code"]) == UNCHECKED
    assert capsys.readouterr().err == (
        "idc-drift: could not check: The effect on the generated client is not known: "
        "for old.yaml and new.yaml, the generator reads OpenAPI 3 only.\n"
    )


def test_the_same_document_twice_is_no_drift(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base.yaml", "base.yaml"]) == CLEAN
    assert capsys.readouterr().out.endswith("\nno drift\n")


def test_the_example_of_a_rule_about_a_response_is_one_of_a_response(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "response-property-became-optional"]) == CLEAN
    assert "example, two schemas of a response:" in capsys.readouterr().out


def test_the_address_in_the_report_is_the_one_that_an_accepted_row_needs(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["base.yaml", "breaking.yaml", "--format", "json"])
    found = changes(capsys)
    assert [change["at"] for change in found] == ["getRows/responses/200/content/application~1json/schema/n/type"]
    Path("rows.yaml").write_text(json.dumps([{**{k: c[k] for k in ("rule", "at")}, "reason": "r"} for c in found]))
    assert main(["base.yaml", "breaking.yaml", "--accepted", "rows.yaml", "--fail-on", "info"]) == CLEAN
    assert " at: " not in capsys.readouterr().out
    main(["base.yaml", "breaking.yaml", "--verbose"])
    assert f"           at: {found[0]['at']}\n" in capsys.readouterr().out


def test_a_row_that_matches_out_of_scope_is_not_stale(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    removed = BREAKING.replace(BASE[BASE.index("  /v1") : BASE.index("  /v3")], "")
    Path("gone.yaml").write_text(removed)
    rows = [{"rule": "path-removed", "reason": "It was said."}, {"rule": "servers-changed", "reason": "It was said."}]
    Path("rows.yaml").write_text(json.dumps(rows))
    assert main(["base.yaml", "gone.yaml", "--scope", "/v3", "--accepted", "rows.yaml", "--format", "json"]) == DRIFT
    stale = [change["message"] for change in changes(capsys) if change["rule"] == "accepted-entry-stale"]
    assert stale == ["The accepted row rows.yaml, row 2 matches no difference; delete it."]


def test_a_day_that_there_is_not_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.yaml").write_text("- {rule: path-removed, reason: r, expires: 2027-13-01}\n")
    assert main(["base.yaml", "base.yaml", "--accepted", "rows.yaml"]) == UNCHECKED
    assert capsys.readouterr().err.startswith("idc-drift: could not check: rows.yaml contains an impossible date")


def test_a_status_without_a_name_is_read_as_far_as_it_goes(here: Path) -> None:
    Path("odd.yaml").write_text(BASE.replace('"200": {description: fine}', '"": {description: odd}'))
    assert main(["base.yaml", "odd.yaml"]) == DRIFT


_CLOSED = [
    ("openapi.yaml openapi.yaml >&-", "standard output is closed; --output FILE writes into a file"),
    ("- openapi.yaml <&-", "standard input is closed."),
    ("update openapi.yaml - <&- >&-", "standard input is closed."),
    ("- openapi.yaml 0>/dev/null", "standard input cannot be read: Bad file descriptor."),
    ("openapi.yaml openapi.yaml >/dev/full", "standard output: No space left on device"),
    ("openapi.yaml /nowhere.yaml 2>&-", ""),
    ("openapi.yaml /nowhere.yaml 2>/dev/full", ""),
    ("explain no-such-rule 2>/dev/full", ""),
]


@pytest.mark.parametrize(("arguments", "sentence"), _CLOSED, ids=[arguments for arguments, _ in _CLOSED])
def test_a_stream_that_is_closed_or_full_is_one_sentence_on_standard_error_and_exit_2(
    arguments: str, sentence: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"exec {shlex.quote(sys.executable)} -m idc_drift {arguments}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    said = f"idc-drift: could not check: {sentence}\n" if sentence else ""
    assert (done.returncode, done.stdout, done.stderr) == (UNCHECKED, "", said)


def test_the_line_is_of_the_file_that_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = BASE.replace("m: {type: string}", "m: {type: string, enum: [a]}")
    Path("kinds.yaml").write_text(kinds)
    Path("more.yaml").write_text("# a comment\n" * 20 + kinds.replace("[a]", "[a, b]"))
    arguments = ["kinds.yaml", "more.yaml", "--format", "github", "--fail-on", "warning"]
    assert main(arguments) == DRIFT
    line = 1 + next(number for number, text in enumerate(kinds.splitlines()) if "enum" in text)
    assert f"file=more.yaml,line={line + 20}," in capsys.readouterr().out
    assert main([*arguments, "--locate", "base"]) == DRIFT
    assert f"file=kinds.yaml,line={line}," in capsys.readouterr().out
    assert main(["more.yaml", "kinds.yaml", "--format", "github", "--fail-on", "info"]) == DRIFT
    assert f"file=kinds.yaml,line={line}," in capsys.readouterr().out


def test_a_removed_thing_is_located_at_its_nearest_parent_in_the_revision(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# a comment\n" * 5 + BASE.replace("  /v1/old:", "  /v1/other:").replace("operationId: getOld", "x-a: 1")
    (here / "sub").mkdir()
    (here / "sub" / "new.yaml").write_text(text.replace("                  m: {type: string}\n", ""))
    assert main(["base.yaml", "sub/../sub/new.yaml", "--format", "github"]) == DRIFT
    lines = [line for line in capsys.readouterr().out.splitlines() if "file=" in line]
    places = {re.search(r"file=([^,]+),line=(\d+).*title=([^:]+)::", line).groups() for line in lines}  # type: ignore[union-attr]
    numbered = text.splitlines()
    for file, line, rule in places:
        assert file == "sub/new.yaml"
        expected = {"path-removed": "paths:", "response-property-removed": "properties:", "endpoint-added": "get:"}
        assert numbered[int(line) - 1].strip() == expected[rule]
    assert {rule for _, _, rule in places} == {"path-removed", "response-property-removed", "endpoint-added"}


def test_without_its_extra_it_is_one_sentence_and_2(here: Path) -> None:
    (here / "sitecustomize.py").write_text("import sys\nsys.modules['yaml'] = None\n")  # as if it were not installed
    done = subprocess.run(
        [sys.executable, "-m", "idc_drift", "base.yaml", "base.yaml"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{ROOT}"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (UNCHECKED, "")
    assert done.stderr == "idc-drift: could not check: PyYAML is not installed; install idc-client[drift]\n"


def test_a_report_keeps_the_mode_of_the_file_it_replaces(here: Path) -> None:
    Path("report").write_text("old")
    Path("report").chmod(0o600)
    assert main(["base.yaml", "base.yaml", "-o", "report"]) == CLEAN
    assert Path("report").stat().st_mode & 0o777 == 0o600


def test_a_report_is_the_same_whatever_order_python_gives_its_sets(here: Path) -> None:
    names = [f"p{number}" for number in range(8)]
    values = {name: {"type": "string", "enum": list(letters)} for name, letters in (("V", "azby"), ("W", "cxdw"))}
    for file, made in (("one", {"$ref": "#/components/schemas/S"}), ("other", {"type": "integer"})):
        properties = {name: {**made, **({"examples": [name]} if file == "other" else {})} for name in names}
        properties["q"] = {"$ref": "#/components/schemas/" + ("V" if file == "one" else "W")}
        schema = {"schema": {"type": "object", "properties": properties}}
        get = {"responses": {"200": {"description": "", "content": {"application/json": schema}}}}
        document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": get}}}
        (here / f"{file}.json").write_text(
            json.dumps({**document, "components": {"schemas": {"S": {"type": "integer"}, **values}}})
        )
    command = [sys.executable, "-m", "idc_drift", "one.json", "other.json", "--format", "json"]
    said = {
        subprocess.run(
            command,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            check=False,
        ).stdout
        for seed in "1234"
    }
    assert len(said) == 1
    assert "examples changed" in said.pop()


def test_the_lines_of_the_markdown_report_have_a_file_if_there_are_several(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["base.yaml", "breaking.yaml", "--format", "markdown"]) == DRIFT
    assert capsys.readouterr().out.rpartition(" |\n")[0].rpartition(" | ")[2].isdecimal()
    for side, kind in (("one", "integer"), ("two", "string")):
        Path(side).mkdir()
        text = BREAKING if side == "two" else BASE
        text = text.replace("m: {type: string}", "m: {$ref: part.yaml}")
        (Path(side) / "api.yaml").write_text(text)
        (Path(side) / "part.yaml").write_text(f"type: {kind}\n")
    assert main(["one/api.yaml", "two/api.yaml", "--format", "markdown"]) == DRIFT
    out = capsys.readouterr().out
    assert "one/api.yaml:" in out
    assert "one/part.yaml:1 |" in out
