"""Output of commands: formats, files, terminals, and hostile text from a server."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from idc_client.models import V3Collection

from idc_ext.cli._app import COMMANDS, find_command
from idc_ext.cli._output import escaping, formats, tables
from tests.support import patching

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.canned_service import CannedService
    from tests.support.command_result import RunCommand

#: Escapes, a bell, a backspace, NUL, C1's CSI, a change of direction, rich's markup, a line that overwrites another.
HOSTILE = "\x1b[31mred\x1b[0m\x07\x08\x00\x9b31m\u202eevil\u2028[bold]x[/bold] :smile:\roverwritten"
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
#: Codes that belong to the terminal output itself: line ends, and rich's bold headings.
TERMINAL_CODES = re.compile(r"\r\n|\x1b\[[0-9;]*m")


def collection(**members: Any) -> dict[str, Any]:
    """A collection as the service lists it, with these members."""
    made = V3Collection("rider_pilot", "RIDER Pilot", None, None, "Human", 1, None, None)
    return {**made.to_dict(), **members}


def serve_hostile_collection(canned: CannedService) -> str:
    texts = {"collection_id": HOSTILE, "collection_name": HOSTILE, "description": f"<script>{HOSTILE}"}
    row = collection(**texts, **{HOSTILE: 1})
    canned.answers["/v3/collections"] = (200, [row])
    return canned.url


def run_on_a_terminal(*words: str, err: int | None = subprocess.DEVNULL, columns: int = 100) -> tuple[int, str]:
    """Run a real process on a pseudo-terminal; return its exit code and its output."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "idc_ext", *words]
    settings = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(command, stdout=follower, stderr=err, env=settings) as child:
        os.close(follower)
        written = b""
        while True:
            try:
                some = os.read(leader, 65536)
            except OSError:  # the process has closed the terminal
                break
            if not some:
                break
            written += some
        child.wait(timeout=60)
    os.close(leader)
    return child.returncode, written.decode()


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "jsonl"])
def test_no_control_character_of_the_service_reaches_a_terminal(canned: CannedService, form: str) -> None:
    code, written = run_on_a_terminal(
        "--base-url", serve_hostile_collection(canned), "collections", "-f", form, "--columns", "collection_id"
    )
    assert code == 0
    assert not INVISIBLE.search(TERMINAL_CODES.sub("", written)), written
    assert "\x1b[31m" not in written
    assert "[bold]" in written


def test_no_control_character_of_an_error_reaches_a_terminal(run: RunCommand, canned: CannedService) -> None:
    canned.answers["/v3/stats"] = (400, {"error": {"code": "x", "message": HOSTILE}})
    result = run("--base-url", canned.url, "stats")
    assert result.code == 1
    assert not INVISIBLE.search(result.err)


def test_json_keeps_every_character_and_shows_none_that_a_terminal_obeys(
    run: RunCommand, canned: CannedService
) -> None:
    result = run("--base-url", serve_hostile_collection(canned), "collections", "-f", "json")
    assert result.json[0]["collection_id"] == HOSTILE
    assert not INVISIBLE.search(result.out)


def test_csv_in_a_pipe_keeps_every_character(run: RunCommand, canned: CannedService) -> None:
    result = run("--base-url", serve_hostile_collection(canned), "collections")
    (row,) = csv.DictReader(io.StringIO(result.out, newline=""))
    assert row["collection_id"] == HOSTILE


def test_tsv_has_a_line_for_each_row_whatever_is_in_it(run: RunCommand, canned: CannedService) -> None:
    canned.answers["/v3/collections"] = (
        200,
        [collection(collection_id="a\tb\nc\\d", n=None), collection(collection_id="e", n=1)],
    )
    result = run("--base-url", canned.url, "collections", "-f", "tsv", "--columns", "collection_id,n")
    assert result.out.splitlines() == ["collection_id\tn", "a\\tb\\nc\\\\d\t", "e\t1"]


FORMULAS = [
    "=cmd()",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    " =1",
    "\u00a0\u200b=1",
    "\ufeff=1",
    "\0=1",
]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_spreadsheet_takes_nothing_for_a_formula_where_that_is_asked_for(
    run: RunCommand, canned: CannedService, form: str
) -> None:
    def cells(*more: str) -> list[str]:
        out = run("--base-url", canned.url, "collections", "-f", form, "--columns", "species,n", *more).out
        delimiter = {"csv": ",", "tsv": "\t"}[form]
        return [row[0] for row in csv.reader(io.StringIO(out, newline=""), delimiter=delimiter) if row[1] == "-1"]

    harmless = ["a=1", "1-1", "", "'=1", "\\n"]
    canned.answers["/v3/collections"] = (200, [collection(species=text, n=-1) for text in FORMULAS + harmless])
    plain, marked = cells(), cells("--spreadsheet")
    for before, after, text in zip(plain, marked, FORMULAS + harmless, strict=True):
        # TSV writes a tab or a line end as two characters, and others as more, of which the first is a backslash.
        expected = text in FORMULAS and not (form == "tsv" and "\\" in before)
        assert after == (f"'{before}" if expected else before), text


def test_a_missing_value_is_told_from_empty_text_where_that_is_asked_for(
    run: RunCommand, canned: CannedService
) -> None:
    values = [None, "", "NA", "a,b"]
    canned.answers["/v3/collections"] = (200, [collection(species=value) for value in values])

    def lines(*more: str) -> list[str]:
        words = ("collections", "--columns", "species,subjects", *more)
        return run("--base-url", canned.url, *words).out.splitlines()[1:]

    assert lines() == [",1", ",1", "NA,1", '"a,b",1']
    assert lines("--null", "NA") == ["NA,1", ",1", '"NA",1', '"a,b",1']
    assert lines("--null", "") == [",1", '"",1', "NA,1", '"a,b",1']
    assert lines("--null", "n,a") == ['"n,a",1', ",1", "NA,1", '"a,b",1']
    assert lines("--null", r"\N", "-f", "tsv") == ["\\N\t1", "\t1", "NA\t1", "a,b\t1"]


def test_a_missing_value_of_a_walk_has_its_text_as_well(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    words = ("manifest", "-w", "collection_id=rider_pilot", "-n", "1", "--columns", "Modality", "-o", path)
    assert run_on_standin(*words, "--null", "NA").code == 0
    assert path.read_text().splitlines()[0] == "Modality"


def test_a_column_of_nothing_but_missing_values_is_text_in_parquet(
    run: RunCommand, canned: CannedService, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    for at, species in enumerate([None, "Human"]):
        canned.answers["/v3/collections"] = (200, [collection(species=species)])
        assert run("--base-url", canned.url, "collections", "-o", tmp_path / f"{at}.parquet").code == 0
    assert [row["species"] for row in pq.read_table(tmp_path).to_pylist()] == [None, "Human"]


def test_two_parquet_files_of_one_statement_have_the_same_types(run_on_standin: RunCommand, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet as pq

    statement = (
        "SELECT StudyDate::DATE AS day, 1::SMALLINT AS n, 0.10::DECIMAL(9, 2) AS d FROM index ORDER BY day NULLS "
    )
    for end in ("FIRST", "LAST"):
        words = ("sql", statement + end, "--max-rows", "3", "--allow-truncated", "-o", tmp_path / f"{end}.parquet")
        assert run_on_standin(*words).code == 0
    schemas = [pq.read_schema(path) for path in sorted(tmp_path.glob("*.parquet"))]
    assert schemas[0] == schemas[1]
    assert schemas[0].types == [pyarrow.date32(), pyarrow.int16(), pyarrow.decimal128(9, 2)]
    assert pq.read_table(tmp_path).num_rows == 6
    chosen = ("sql", statement + "LAST", "--max-rows", "1", "--allow-truncated", "--columns", "d,n")
    assert run_on_standin(*chosen, "-o", tmp_path / "c.parquet").code == 0
    assert read_rows(tmp_path / "c.parquet") == [{"d": Decimal("0.10"), "n": 1}]


@given(st.text())
def test_what_is_made_visible_is_one_line_that_can_be_seen(text: str) -> None:
    assert not INVISIBLE.search(escaping.escape_text(text))
    assert "\n" not in escaping.escape_text(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_means_the_same_after_it_was_made_harmless(value: Any) -> None:
    assert json.loads(formats.json_text(value)) == value


def test_a_single_thing_is_json_in_a_pipe_and_rows_are_csv(run_on_standin: RunCommand) -> None:
    assert run_on_standin("stats").json["series"] == 1_044_191
    assert run_on_standin("tables").out.startswith("name,column_count,description\n")


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.json", "x.jsonl", "x.parquet"])
def test_the_ending_of_the_file_says_the_form(run_on_standin: RunCommand, tmp_path: Path, name: str) -> None:
    assert run_on_standin("values", "Modality", "-n", "3", "-o", tmp_path / name).out == ""
    written = read_rows(tmp_path / name)
    assert [row["value"] for row in written] == ["CT", "SR", "SEG"]
    assert [int(row["count"]) for row in written] == [270830, 270687, 193295]


#: Every command that writes a result, with the arguments that it needs.
WRITERS = {
    **dict.fromkeys(("version", "stats", "collections", "analysis-results", "attributes", "tables", "releases"), ()),
    **dict.fromkeys(("collection", "values", "table", "clinical table", "clinical rows"), ("Modality",)),
    "clinical tables": (),
    **dict.fromkeys(("counts", "licenses", "citations", "manifest"), ("-w", "Modality=CT")),
    "sql": ("SELECT 1",),
    "viewer": ("--study", "1.2"),
    "verify": ("m.s5cmd",),
    "diff": ("24", "25", "-w", "Modality=CT"),
    "resolve": ("099a1844-dc1c-44bd-91f8-e6f1860cbfce",),
    **dict.fromkeys(("cohorts list", "metadata", "auth status"), ()),
    "cohorts create": ("mine", "-w", "race=ASIAN"),
    "cohorts delete": ("1",),
    "cohorts manifest": ("1",),
    "cohorts query": ("1", "--fields", "PatientID"),
    "auth login": ("--client-secrets", "x"),
}


@pytest.mark.parametrize("command", sorted(WRITERS))
def test_an_ending_without_a_form_is_refused_before_anything_is_sent(
    run: RunCommand, canned: CannedService, credentials_file: Path, tmp_path: Path, command: str
) -> None:
    words = ("--base-url", canned.url, "--credentials", credentials_file, *command.split(), *WRITERS[command])
    result = run(*words, "-o", tmp_path / "x.xyz")
    assert (result.code, result.out, canned.asked) == (2, "", [])
    assert "cannot tell a format from .xyz; choose one with --format" in result.err


def test_every_command_that_writes_a_result_is_tried_above() -> None:
    options = {words: find_command(words).assemble_argument_collection() for words, _, _ in COMMANDS}
    assert {words for words, found in options.items() if any("--output" in one.names for one in found)} == set(WRITERS)


@pytest.mark.parametrize("command", ["cohorts create", "cohorts delete", "auth login"])
def test_an_unknown_column_is_refused_before_anything_is_changed(
    run: RunCommand, canned: CannedService, credentials_file: Path, command: str
) -> None:
    words = ("--base-url", canned.url, "--credentials", credentials_file, *command.split(), *WRITERS[command])
    result = run(*words, "--columns", "nam")
    assert (result.code, result.out, canned.asked) == (2, "", [])
    assert "'nam' is not a column here" in result.err


def test_a_line_of_text_goes_into_a_file_in_the_form_of_its_ending(run_on_standin: RunCommand, tmp_path: Path) -> None:
    study = ("viewer", "--study", run_on_standin("sql", "SELECT min(StudyInstanceUID) FROM index").out.split()[1])
    address = run_on_standin(*study).out.removesuffix("\n")
    for name in ("x.csv", "x.tsv", "x.jsonl", "x.parquet"):
        run_on_standin(*study, "-o", tmp_path / name)
        assert read_rows(tmp_path / name) == [{"viewer_url": address}]
    run_on_standin(*study, "-o", tmp_path / "x.json")
    assert json.loads((tmp_path / "x.json").read_text()) == {"viewer_url": address}
    for name in ("x.txt", "x"):
        run_on_standin(*study, "-o", tmp_path / name)
        assert (tmp_path / name).read_text() == f"{address}\n"


def test_a_file_of_sql_has_any_ending_but_that_of_another_form(run: RunCommand, tmp_path: Path) -> None:
    words = ("sql", "--dialect", "bigquery", "-w", "Modality=CT", "-o")
    assert run(*words, tmp_path / "x.sql").code == run(*words, tmp_path / "x.txt").code == 0
    assert (tmp_path / "x.sql").read_text().startswith("WITH series AS (")
    result = run(*words, tmp_path / "x.json")
    assert result == (2, "", "idc-ext: --dialect writes text: .json names another format; use .sql\n")
    assert not (tmp_path / "x.json").exists()


def read_rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        listed: list[dict[str, Any]] = json.loads(text)
        return listed
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix == ".tsv" else ","))


def test_columns_are_chosen_and_ordered(run_on_standin: RunCommand) -> None:
    result = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-n", "1", "--columns", "Modality,PatientID")
    assert result.out.splitlines()[0] == "Modality,PatientID"


def test_an_unknown_column_is_named_with_a_similar_one(run_on_standin: RunCommand) -> None:
    result = run_on_standin("tables", "--columns", "nam")
    assert result.code == 2
    assert "did you mean name?" in result.err


def test_a_file_that_cannot_be_written_is_an_input_error(run_on_standin: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "no"
    for name in ("rows.csv", "rows.parquet", "rows.json", "rows.s5cmd"):
        result = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-o", folder / name)
        said = f"idc-ext: {folder / name} cannot be written: the folder {folder} does not exist\n"
        assert result == (2, "", said)
    folder.mkdir(mode=0o500)
    result = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-o", folder / "rows.csv")
    if not os.access(folder, os.W_OK):  # root may write everywhere
        assert result.err == (
            f"idc-ext: {folder / 'rows.csv'} cannot be written: no permission to write in the folder {folder}\n"
        )
    result = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-o", tmp_path / "x.xlsx")
    assert "cannot tell a format from .xlsx; choose one with --format: table, csv, " in result.err
    assert result.err.endswith(", s5cmd, idc\n")


def test_an_existing_file_stays_when_a_command_fails(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before")
    assert run_on_standin("sql", "SELECT nonsense", "-o", path).code == 1
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]


def test_a_file_is_replaced_through_a_link_without_breaking_it(run_on_standin: RunCommand, tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("before")
    link.symlink_to(real)
    assert run_on_standin("stats", "-o", link).code == 0
    assert link.is_symlink()
    assert json.loads(real.read_text())["idc_version"] == "v25"


def test_binary_forms_refuse_a_terminal(standin: str) -> None:
    code, written = run_on_a_terminal("--base-url", standin, "tables", "-f", "parquet")
    assert (code, written) == (2, "")


def test_parquet_goes_through_a_pipe(standin: str) -> None:
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, "tables", "-f", "parquet"]
    assert subprocess.run(command, check=True, capture_output=True).stdout[:4] == b"PAR1"


def test_parquet_of_a_walk_goes_through_a_pipe_complete(standin: str) -> None:
    import pyarrow.parquet as pq

    words = ["manifest", "-w", "collection_id=rider_pilot", "-f", "parquet", "--columns", "Modality,instanceCount"]
    command = [sys.executable, "-m", "idc_ext", "--base-url", standin, *words]
    table = pq.read_table(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout))
    assert (table.num_rows, table.column_names) == (774, ["Modality", "instanceCount"])


def test_a_table_in_a_pipe_or_a_file_leaves_nothing_out(run_on_standin: RunCommand, tmp_path: Path) -> None:
    piped = run_on_standin("manifest", "-w", "collection_id=rider_pilot", "-f", "table")
    assert piped.out.count("s3://idc-open-data") == 774
    assert "…" not in piped.out
    assert run_on_standin("tables", "-o", tmp_path / "tables.txt").code == 0
    assert "version_metadata_index" in (tmp_path / "tables.txt").read_text()


def test_a_terminal_that_shows_a_part_says_so(run_on_standin: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    patching.on_a_terminal(monkeypatch)
    result = run_on_standin("collections", "--rows", "3")
    assert "3 of 179 rows shown" in result.err
    assert "rider_pilot" not in result.out
    assert "rider_pilot" in run_on_standin("collections", "--rows", "0").out


def test_a_look_at_a_long_list_asks_for_no_more_than_is_shown(
    run_on_standin: RunCommand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "idc_ext")
    patching.on_a_terminal(monkeypatch)
    assert "2 of 1,044,191 rows shown" in run_on_standin("manifest", "--all-of-idc", "--rows", "2").err
    assert caplog.text.count("/v3/cohort/manifest") == 1


@example([10, 5, 0], 20, 3)  # of the needed columns, the first ones are taken
@given(st.lists(st.integers(0, 500), min_size=1, max_size=30), st.integers(20, 300), st.integers(1, 30))
def test_columns_fit_the_terminal_and_none_that_is_short_is_cut(wanted: list[int], room: int, needed: int) -> None:
    widths = tables._column_widths(wanted, room, needed)
    used = sum(widths.values()) + tables._COLUMN_GAP * len(widths)
    assert used <= room or len(widths) == 1
    assert list(widths) == sorted(widths)
    assert 0 in widths
    for place, width in widths.items():
        least = tables._MIN_CUT_WIDTH if room >= tables._NARROW or place == 0 else room // 4
        assert min(wanted[place], least) <= width <= wanted[place]
        assert width == wanted[place] or place < needed  # a column that is not needed is shown in full width
    ends = next((place for place in range(min(needed, len(wanted))) if place not in widths), needed)
    left_out = [place for place in range(len(wanted)) if place not in widths and not ends <= place < needed]
    assert all(used + wanted[place] + tables._COLUMN_GAP > room for place in left_out)


def test_a_narrow_terminal_shows_what_a_row_is_about_beside_its_name(
    standin: str, capfd: pytest.CaptureFixture[str]
) -> None:
    _, written = run_on_a_terminal("--base-url", standin, "collections", "--rows", "2", err=None, columns=60)
    assert TERMINAL_CODES.sub("", written.replace("\r\n", "\n")).split("\n")[1].split()[:2] == [
        "collection_id", "cancer_types",
    ]  # fmt: skip
    capfd.readouterr()


def test_a_wide_terminal_shows_more_columns_and_what_is_left_out_is_named(
    standin: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["--base-url", standin, "manifest", "-w", "collection_id=rider_pilot", "--rows", "2"]
    for columns, uid_is_shown in ((60, False), (400, True)):
        code, written = run_on_a_terminal(*words, err=None, columns=columns)
        assert code == 0
        found = re.search("columns not shown: (.*); to see them: --columns", capfd.readouterr().err)
        left = found[1].split(", ") if found else []
        heading = TERMINAL_CODES.sub("", written.replace("\r\n", "\n")).split("\n")[1].split()
        assert ("SeriesInstanceUID" in heading, "SeriesInstanceUID" in left) == (uid_is_shown, not uid_is_shown)
        assert len(heading) + len(left) == 11
