"""Exit codes of commands, and one sentence without a traceback for every expected error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, get_args

import pytest

from idc_ext import errors
from idc_ext.cli import _app, _exit, main
from tests.support import patching
from tests.support.applied_filters import with_filters_echo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.canned_service import CannedService
    from tests.support.command_result import RunCommand


MORE_THAN_A_PIPE_HOLDS = ("-w", "collection_id=rider_pilot,rider_lung_pet_ct")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["cuonts"], 'unknown command "cuonts". Did you mean "counts"? See idc-ext --help'),
        (
            ["counts", "Modality=MR"],
            "unexpected argument: Modality=MR; a filter is written as -w Modality=MR; see idc-ext counts --help",
        ),
        (
            ["manifest", "--modality", "MR"],
            "unknown option: --modality; a filter is written as -w ATTRIBUTE=VALUE; see idc-ext manifest --help",
        ),
        (["counts", "--fromat", "csv"], "unknown option: --fromat. Did you mean --format? See idc-ext counts --help"),
        (["stats", "x"], "unexpected argument: x; see idc-ext stats --help"),
        (["counts", "--were", "x"], "Did you mean --where? See idc-ext counts --help"),
        (["clinical", "rows", "x", "--max", "1"], "See idc-ext clinical rows --help"),
        (["counts", "--format", "cvs", "--all-of-idc"], "Choose from"),
        (["manifest", "--format", "cvs", "--all-of-idc"], "Choose from"),
        (["counts", "extra", "--all-of-idc"], "extra"),
        (["counts"], "--all-of-idc"),
        (["counts", "-w", "Modality"], "NAME=VALUE"),
        (["counts", "--filters", "/nowhere/filters.json"], "No such file"),
        (["values", "modality"], "did you mean Modality"),
        (["values"], "ATTRIBUTE"),
        (["collection", ".."], "'..' is not a name"),
        (["table", ""], "'' is not a name"),
        (["clinical", "rows", "."], "'.' is not a name"),
        (["viewer"], "series or study"),
        (["viewer", "--series", "x"], "DICOM UID"),
        (["sql"], "takes one of: a statement, --file FILE"),
        (["sql", "SELECT '--'"], "comment mark"),
        (["resolve", "x"], "not a GUID"),
        (
            ["resolve", "drs://example.org/dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce"],
            "use --resolver https://example",
        ),
        (["resolve"], "takes one or more GUIDs"),
        (["diff", "old", "new", "--all-of-idc"], "not a data release"),
        (["diff", "1", "99", "--all-of-idc"], "1 to 25"),
        (["diff", "24", "25", "-w", "PatientSex=F"], "not available"),
        (["verify", "/nowhere/m.s5cmd"], "there is no manifest"),
        (["verify", "-"], "give the name of a file"),
        (["manifest", "--all-of-idc", "-f", "s5cmd", "-n", "1"], "complete"),
        (["manifest", "--all-of-idc", "--source", "gcs"], "s5cmd or idc"),
        (["manifest", "--all-of-idc", "--sidecar"], "-o FILE"),
        (["manifest", "--all-of-idc", "--sidecar", "-o", "x.parquet", "--partition-by", "Modality"], "--partition-by"),
        (["manifest", "--all-of-idc", "--partition-by", "Modality"], "parquet"),
        (["manifest", "--all-of-idc", "-o", "x.parquet", "--partition-by", "modality"], "did you mean Modality"),
        (
            ["manifest", "-w", "Modality=CT", "-o", "x.parquet", "--columns", "Modality", "--partition-by", "Modality"],
            "none for the files",
        ),
        (["cohorts", "delete"], "takes one or more cohort_id"),
        (["cohorts", "create", "x"], "--where or --filters"),
        (["cohorts", "manifest", "1", "-w", "race=ASIAN"], "its own filters"),
        (["cohorts", "list"], "credentials"),
        (["--base-url", "ftp://x", "stats"], "http or https"),
        (["--timeout", "-1", "stats"], "0 or more"),
        (["--timeout", "0", "stats"], "more than 0"),
        (["--timeout", "0", "resolve", "099a1844-dc1c-44bd-91f8-e6f1860cbfce"], "more than 0"),
        (["--deadline", "nan", "stats"], "0 or more"),
        (["completion", "tcsh"], "Choose from"),
        (["stats", "-o", "/dev/null"], "is not a regular file"),
        (["manifest", "--all-of-idc", "-o", "/"], "is not a regular file"),
        (["manifest", "--all-of-idc", "-o", "x.xlsx"], "choose one with --format"),
        (["sql", "SELECT 1", "-o", "x.xlsx"], "choose one with --format"),
        (["manifest", "--all-of-idc", "-n", "-1"], "Must be >= 0"),
        (["collections", "--rows", "-1"], "Must be >= 0"),
        (["cohorts", "delete", "-1"], "Must be >= 0"),
        (["verify", "/"], "/ is a folder"),
        (["verify", "."], ". is a folder"),
        (["--retries", "-1", "stats"], "Must be >= 0"),
        (["manifest", "--all-of-idc", "--page-size", "0"], "Must be >= 1"),
        (["manifest", "--all-of-idc", "--page-size", "-0"], "Must be >= 1"),
        (["manifest", "--all-of-idc", "--page-size", "5001"], "Must be <= 5000"),
        (["metadata", "--page-size", "50001"], "Must be <= 50000"),
        (["cohorts", "query", "1", "--fields", "PatientID", "--page-size", "0"], "Must be >= 1"),
        (["values", "Modality", "-n", "0"], "Must be >= 1"),
        (["values", "Modality", "-n", "10001"], "Must be <= 10000"),
        (["clinical", "rows", "x", "--max-rows", "100001"], "Must be <= 100000"),
        (["sql", "SELECT 1", "--max-rows", "0"], "Must be >= 1"),
        (["auth", "login", "--client-secrets", "x", "--port", "65536"], "Must be <= 65535"),
        (["auth", "login", "--client-secrets", "x", "--wait", "0"], "Must be >= 1"),
        (["collection", "a" * 70_000], "too long"),
        (["clinical", "table", "a" * 70_000], "too long"),
        (["clinical", "rows", "a" * 70_000], "too long"),
    ],
)
def test_wrong_input_ends_with_2_and_one_sentence(run_on_standin: RunCommand, words: list[str], complaint: str) -> None:
    result = run_on_standin(*words)
    assert (result.code, result.out) == (2, "")
    assert complaint in result.err
    assert result.err.startswith("idc-ext: ")
    assert result.err.count("\n") == 1


#: The options that take a whole number, each with a command that has it.
NUMBERS = {
    "--retries": ["stats"],
    "--rows": ["collections"],
    "--limit": ["manifest", "--all-of-idc"],
    "--page-size": ["manifest", "--all-of-idc"],
    "--max-rows": ["sql", "SELECT 1"],
    "--port": ["auth", "login", "--client-secrets", "x"],
    "--wait": ["auth", "login", "--client-secrets", "x"],
}


@pytest.mark.parametrize("number", ["1.5", "2.0", "1e3", "1_000", "0x10", "\u0663", "9" * 5000, ""])
def test_what_is_no_whole_number_is_refused_and_not_rounded(run: RunCommand, number: str) -> None:
    for option, words in NUMBERS.items():
        result = run(*words, option, number)
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), option
        assert "is not a whole number" in result.err
        assert len(result.err) < 200


def test_every_option_that_takes_a_whole_number_is_tried_above() -> None:
    found: set[str] = set()
    for words, _, _ in _app.COMMANDS:
        every = [_app.find_command(words), _app.app.meta]
        options = [one for command in every for one in command.assemble_argument_collection()]
        found.update(one.name for one in options if int in (one.hint, *get_args(one.hint)))
    assert {name for name in found if name.startswith("--")} == set(NUMBERS)


@pytest.mark.parametrize(
    "words",
    [
        "collection", "table", "clinical table", "clinical rows", "values", "viewer --series", "resolve", "sql",
        "stats --columns", "collections --null", "cohorts create x -w race=ASIAN --description",
        "cohorts create -w race=ASIAN", "counts -w", "manifest --all-of-idc --partition-by", "resolve x --resolver",
        "auth login --client-secrets x --email",
    ],
)  # fmt: skip
def test_an_argument_that_is_not_utf_8_is_one_sentence(run: RunCommand, words: str) -> None:
    result = run("--base-url", "http://127.0.0.1:9", *words.split(), "a=\udcff")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "not UTF-8: 'a=\\udcff'" in result.err
    assert run("--base-url", "http://\udcff", "stats").code == 2


def test_a_name_of_a_file_that_is_not_utf_8_is_one(run_process: RunCommand, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.csv"
    assert run_process("collections", "-o", os.fsdecode(path)).code == 0
    with open(path) as file:
        assert file.readline().startswith("collection_id")


@pytest.mark.parametrize("words", [["--help"], ["counts", "--help"], ["cohorts", "--help"]])
def test_a_help_that_nobody_reads_to_its_end_is_a_closed_pipe(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "idc_ext", *words], check=False, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_exit_code_stays_where_no_message_can_be_written() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "idc_ext", "stats", "--nonsense"], check=False, stderr=full)
        assert done.returncode == 2
        words = ["stats", "--base-url", "http://127.0.0.1:9", "--retries", "0", "--log", "debug"]
        assert subprocess.run([sys.executable, "-m", "idc_ext", *words], check=False, stderr=full).returncode == 3


@pytest.mark.parametrize("status", [400, 404, 410, 418, 422, 429, 500, 504, 520])
def test_a_refusal_of_the_service_ends_with_1(run: RunCommand, canned: CannedService, status: int) -> None:
    canned.answers["/v3/stats"] = (status, {"error": {"code": "no", "message": "not today"}})
    result = run("--base-url", canned.url, "--retries", "0", "stats")
    assert (result.code, result.out) == (1, "")
    assert "not today" in result.err


@pytest.mark.parametrize("body", ["<html>", [], {}, {"idc_version": 1}])
def test_an_answer_that_cannot_be_trusted_ends_with_1(run: RunCommand, canned: CannedService, body: Any) -> None:
    canned.answers["/v3/cohort/counts"] = (200, body)
    assert run("--base-url", canned.url, "counts", "--all-of-idc").code == 1


def test_the_refusals_of_the_real_service_end_with_1(run_on_standin: RunCommand) -> None:
    for words in (["sql", "SELECT nonsense"], ["viewer", "--series", "1.2.3"], ["table", "x"], ["clinical", "tables"]):
        result = run_on_standin(*words)
        assert result.code == 1, words
        assert result.err.count("\n") == 1


def test_a_bundle_of_certificates_that_is_not_there_is_named(
    run_on_standin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    result = run_on_standin("stats")
    assert result.code == 2
    assert result.err == "idc-ext: SSL_CERT_FILE names /nowhere/ca.pem, which does not exist: correct or unset it\n"


def test_a_log_of_keys_that_cannot_be_written_is_named(
    run_on_standin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
    result = run_on_standin("stats")
    assert result.code == 2
    assert result.err.startswith("idc-ext: SSLKEYLOGFILE names /nowhere/keys, which cannot be written (No such file")


def test_no_such_host_ends_with_3() -> None:
    command = [sys.executable, "-m", "idc_ext", "--base-url", "http://nowhere.invalid", "--retries", "0", "stats"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("idc-ext: could not reach http://nowhere.invalid: ")
    assert done.stderr.count("\n") == 1


def test_a_port_without_a_server_ends_with_3(run: RunCommand) -> None:
    result = run("--base-url", "http://127.0.0.1:9", "--retries", "0", "stats")
    assert result.code == 3
    assert "check --base-url" in result.err


def test_a_deadline_that_is_over_ends_with_3(run_on_standin: RunCommand) -> None:
    result = run_on_standin("--deadline", "0.01", "manifest", "--all-of-idc")
    assert result.code == 3
    assert "deadline" in result.err


def test_a_timeout_beyond_what_sockets_can_count_means_no_timeout(run_on_standin: RunCommand) -> None:
    for endless in ("inf", "1e300"):
        assert run_on_standin("--timeout", endless, "version").code == 0


def test_every_error_of_the_library_has_a_code() -> None:
    kinds = [errors.IDCError, *subclasses_of(errors.IDCError)]
    assert all(any(issubclass(kind, one) for one, _ in _exit._EXIT_CODES) for kind in kinds)


def subclasses_of(kind: type) -> list[type]:
    below: list[type] = kind.__subclasses__()
    return [*below, *(deeper for one in below for deeper in subclasses_of(one))]


@pytest.mark.parametrize(
    ("sentence", "command", "shown"),
    [
        ("pass all_of_idc=True to do that", "counts", "use --all-of-idc to do that"),
        ("raise max_rows, or pass allow_truncated=True to", "sql", "raise --max-rows, or use --allow-truncated to"),
        (
            "select fewer columns, or raise the limit (argument max_bytes, option --max-bytes)",
            "sql",
            "limit (--max-bytes)",
        ),
        ("cite=None writes the manifest without them", "manifest", "--cite none writes"),
        ("if you trust it, pass base_url='https://a_b.org'", "resolve", "use --resolver https://a_b.org"),
        ("check --base-url and the connection", "resolve", "check --resolver and"),
        ("check --base-url and the connection", "stats", "check --base-url and"),
        ("use v3.manifest with the filters of the cohort", "cohorts", "use `idc-ext manifest` with"),
    ],
)
def test_a_hint_names_what_the_command_line_has(sentence: str, command: str, shown: str) -> None:
    assert shown in _exit.with_option_names(sentence, command)


def test_an_internal_error_ends_with_70_and_a_traceback(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    patching.broken_calls(monkeypatch)
    result = run("stats")
    assert result.code == 70
    assert "ZeroDivisionError" in result.err
    assert "please report it" in result.err


def test_without_the_extra_one_sentence_says_what_to_install(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("cyclopts", "idc_ext.cli."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    result = run("stats")
    assert (result.code, result.out) == (2, "")
    assert result.err == "idc-ext: the command line needs the extra `cli`: pip install 'idc-client[cli]'\n"


@pytest.mark.parametrize(("form", "unbuffered"), [("csv", ""), ("table", "1"), ("parquet", "1")])
def test_a_closed_pipe_ends_the_command_quietly(standin: str, form: str, unbuffered: str) -> None:
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, "manifest", "-f", form, *MORE_THAN_A_PIPE_HOLDS]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(9)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) == 141


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_the_same_command_resumes_an_interrupted_walk(
    run_on_standin: RunCommand, standin: str, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    path, uninterrupted = tmp_path / "m.csv", tmp_path / "whole.csv"
    words = ["manifest", "-w", "collection_id=rider_lung_pet_ct,upenn_gbm", "--page-size", "25"]
    assert run_on_standin(*words, "-o", uninterrupted).code == 0
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, *words, "-o", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        wait_for_page(tmp_path / "m.csv.checkpoint")
        child.send_signal(sent)
        _, stderr = child.communicate(timeout=60)
    assert child.returncode == code
    assert not path.exists()
    if sent != signal.SIGKILL:
        assert stderr == (
            f"idc-ext: interrupted; the rows received so far are kept (see {path}.checkpoint): "
            "run the same command again to resume, or add --restart to start again\n"
        )
    result = run_on_standin(*words, "-o", path)
    assert (result.code, result.err) == (0, f"idc-ext: resuming from {path}.checkpoint\n")
    assert path.read_bytes() == uninterrupted.read_bytes()
    assert {one.name for one in tmp_path.iterdir()} == {"m.csv", "whole.csv"}


def wait_for_page(checkpoint: Path) -> None:
    """Wait for a saved page: until then the checkpoint only names the draft, and an interrupted walk removes both."""
    wait_until(lambda: checkpoint.exists() and json.loads(checkpoint.read_bytes())["position"]["rows"] >= 25)


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that within a minute")


def test_a_walk_can_be_started_anew(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    (tmp_path / "m.csv.checkpoint").write_text("of something else")
    words = ("manifest", "-w", "collection_id=rider_pilot", "-o", path)
    assert run_on_standin(*words).code == 2
    assert run_on_standin(*words, "--restart").code == 0


def test_progress_and_remarks_stay_out_of_a_pipe(run_process: RunCommand) -> None:
    result = run_process("manifest", "-w", "collection_id=rider_pilot")
    assert (result.code, result.err) == (0, "")


def test_a_command_runs_without_home_terminal_and_input(standin: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "TERM", "COLUMNS")}
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, "stats"]
    done = subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")


#: Of each command, its path and a right answer with a number.
COMMANDS: dict[str, tuple[str, Any]] = {
    "stats": ("/v3/stats", {"idc_version": "v25", **dict.fromkeys(
        ("collections", "analysis_results", "patients", "studies", "series", "instances", "size_TB"), 4321)}),
    "tables": ("/v3/tables", {"tables": [{"name": "index", "description": "", "column_count": 4321}]}),
    "values Modality": ("/v3/attributes/Modality/values",
        {"attribute": "Modality", "values": [{"value": 4321, "count": 5}], "truncated": False, "note": ""}),
    "sql SELECT": ("/v3/sql",
        {"columns": ["a"], "rows": [{"a": 4321}], "row_count": 1, "truncated": False, "max_rows": 1}),
    "clinical rows x": ("/v3/clinical/tables/x/rows",
        {"columns": ["a"], "rows": [{"a": 4321}], "row_count": 1, "truncated": False, "max_rows": 1}),
}  # fmt: skip
GARBLED: dict[str, Callable[[str], tuple[int, str]]] = {
    "NaN": lambda text: (200, text.replace("4321", "NaN", 1)),
    "Infinity": lambda text: (200, text.replace("4321", "-Infinity", 1)),
    "1e999": lambda text: (200, text.replace("4321", "1e999", 1)),
    "5000 digits": lambda text: (200, text.replace("4321", "1" * 5000, 1)),
    "deep": lambda text: (200, text.replace("4321", "[" * 100_000 + "]" * 100_000, 1)),
    "null": lambda _: (200, "null"),
    "a list": lambda _: (200, "[]"),
    "nothing in it": lambda _: (200, "{}"),
    "cut": lambda text: (200, text[:-3]),
    "204": lambda _: (204, ""),
    "206": lambda text: (206, text),
}


@pytest.mark.parametrize("words", COMMANDS)
def test_a_garbled_answer_ends_with_1_and_nothing_of_it_is_written(
    run: RunCommand, canned: CannedService, words: str
) -> None:
    path, right = COMMANDS[words]
    canned.answers[path] = (200, json.dumps(right))
    assert "4321" in run("--base-url", canned.url, *words.split()).out
    for name, garble in GARBLED.items():
        canned.answers[path] = garble(json.dumps(right))
        result = run("--base-url", canned.url, *words.split(), "-f", "json")
        assert (result.code, result.out) == (1, ""), name
        assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ("stats > /dev/full", 2, "No space left on device"),
        ("--version > /dev/full", 2, "No space left on device"),
        ("stats >&-", 2, "standard output is closed"),
        ("tables -f parquet >&-", 2, "standard output is closed"),
        ("--version >&-", 2, "standard output is closed"),
        ("sql - <&-", 2, "standard input is closed"),
        ("resolve - <&- >&-", 2, "standard input is closed"),
        ("sql 'SELECT 1' -o {folder}/x.csv <&- >&-", 0, ""),
        ("stats 2>&-", 0, ""),
    ],
)
def test_a_standard_stream_that_cannot_be_used_is_an_input_error_where_it_is_needed(
    standin: str, tmp_path: Path, words: str, code: int, sentence: str
) -> None:
    command = f"{sys.executable} -m idc_ext --base-url {standin} {words.format(folder=tmp_path)}"
    command = command.replace(f"--base-url {standin} --version", "--version")
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, f"idc-ext: {sentence}\n" if sentence else "")
    assert code or "{folder}" not in words or (tmp_path / "x.csv").read_text() == "1\n1\n"


def test_an_answer_without_its_hint_is_shown_all_the_same(run: RunCommand, canned: CannedService) -> None:
    counts = {"patients": 0, "studies": 0, "series": 0, "instances": 0, "size_TB": 0.0}
    canned.answers["/v3/cohort/counts"] = (200, with_filters_echo({"filters": {"terms": {"Modality": ["CT"]}}}, counts))
    result = run("--base-url", canned.url, "counts", "-w", "Modality=CT")
    assert (result.code, result.json, result.err) == (0, counts, "idc-ext: nothing found\n")


def test_main_may_be_called_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(["--version"]), main(["-V"]), main(["nonsense"])] == [0, 0, 2]
    assert "idc-ext " in capsys.readouterr().out


def test_an_error_promises_to_resume_only_where_the_same_command_does(
    run_on_standin: RunCommand, standin: str, tmp_path: Path
) -> None:
    path = tmp_path / "m.csv"
    words = ["manifest", "-w", "collection_id=rider_lung_pet_ct,upenn_gbm", "--page-size", "25"]
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, *words, "-o", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        checkpoint = tmp_path / "m.csv.checkpoint"
        wait_for_page(checkpoint)
        child.send_signal(signal.SIGSTOP)
        for more in ([], ["--restart"]):
            refused = run_on_standin(*words, "-o", path, *more)
            assert refused.code != 0
            assert "another process or another loop is using the checkpoint" in refused.err
            assert "resume, or" not in refused.err
        child.kill()
    (part,) = tmp_path.glob("m.csv.*.part")
    content = part.read_bytes()
    part.write_bytes(content.replace(b"upenn", b"UPENN").replace(b"rider", b"RIDER"))
    altered = run_on_standin(*words, "-o", path)
    assert altered.code != 0
    assert f"{part} was changed after its checkpoint was saved; use --restart to start anew" in altered.err
    assert "resume, or" not in altered.err
    assert run_on_standin(*words, "-o", path, "--restart").code == 0
    assert {one.name for one in tmp_path.iterdir()} == {"m.csv"}


def test_links_in_a_circle_are_one_sentence(run_on_standin: RunCommand, tmp_path: Path) -> None:
    for name in ("m.csv", "m.json", "m.s5cmd", "m.parquet"):
        path = tmp_path / name
        path.symlink_to(path)
        result = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-o", path)
        assert result.code == 2, name
        assert result.err.count("\n") == 1
        assert "symbolic links" in result.err
        assert path.is_symlink()
