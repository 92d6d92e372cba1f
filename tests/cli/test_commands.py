"""Every command, against the stand-in or a service of canned answers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idc_ext import auth
from tests.support.applied_filters import with_filters_echo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.canned_service import CannedService
    from tests.support.command_result import CommandResult, RunCommand

RIDER_FILTER = ("--where", "collection_id=rider_pilot")


def csv_rows(result: CommandResult) -> list[dict[str, str]]:
    assert result.code == 0, result.err
    return list(csv.DictReader(io.StringIO(result.out)))


def test_version_is_the_services(run_on_standin: RunCommand) -> None:
    assert run_on_standin("version").json["idc_version"] == "v25"


def test_collections_are_all_of_them(run_on_standin: RunCommand) -> None:
    assert len(csv_rows(run_on_standin("collections"))) == 179


def test_a_collection_has_its_counts(run_on_standin: RunCommand) -> None:
    assert run_on_standin("collection", "rider_pilot").json["series"] == 774


def test_a_collection_in_the_wrong_case_is_found_out(run_on_standin: RunCommand) -> None:
    result = run_on_standin("collection", "NLST")
    assert result.code == 1
    assert "did you mean nlst?" in result.err


def test_analysis_results_attributes_and_tables_are_listed(run_on_standin: RunCommand) -> None:
    assert len(csv_rows(run_on_standin("analysis-results"))) == 26
    assert len(csv_rows(run_on_standin("attributes"))) == 19
    assert "index" in {row["name"] for row in csv_rows(run_on_standin("tables"))}
    assert {row["name"] for row in csv_rows(run_on_standin("table", "version_metadata_index"))} == {
        "idc_version",
        "version_timestamp",
    }


def test_values_that_are_cut_short_say_so(run_on_standin: RunCommand) -> None:
    result = run_on_standin("values", "Modality", "--limit", "2")
    assert [row["value"] for row in csv_rows(result)] == ["CT", "SR"]
    assert "more than these 2 values" in result.err


def test_counts_take_several_filters(run_on_standin: RunCommand) -> None:
    assert run_on_standin("counts", *RIDER_FILTER, "-w", "Modality=CT").json["series"] == 172


def test_counts_take_a_file(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "filters.json"
    path.write_text('{"terms": {"collection_id": ["rider_pilot"]}}')
    assert run_on_standin("counts", "--filters", path, "-w", "Modality=CT").json["series"] == 172


def test_counts_take_filters_from_standard_input(run_process: RunCommand) -> None:
    result = run_process("counts", "--filters", "-", input='{"collection_id": "rider_pilot"}')
    assert result.json["series"] == 774


def test_nothing_found_says_nothing_of_values_that_were_not_looked_up(run_on_standin: RunCommand) -> None:
    assert (
        run_on_standin("counts", "-w", "PatientID=unknown").err
        == "idc-ext: nothing found: no series matches all filters\n"
    )


def test_nothing_found_says_which_value_does_not_occur(run_on_standin: RunCommand) -> None:
    result = run_on_standin("counts", "-w", "collection_id=rider_pilt")
    assert (result.code, result.json["series"]) == (0, 0)
    assert "did you mean rider_pilot?" in result.err


def test_a_value_that_no_remark_names_is_looked_up_as_well(run_on_standin: RunCommand) -> None:
    result = run_on_standin("counts", "-w", "Modality=ct", "-w", "collection_id=rider_pilt")
    assert "nothing was found; Modality 'ct': did you mean CT?" in result.err
    assert "'rider_pilt' is not a value of collection_id: did you mean rider_pilot?" in result.err
    assert result.err.count("Modality") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["counts"],
        ["licenses"],
        ["citations", "--style", "csl-json"],
        ["manifest"],
        ["manifest", "-f", "s5cmd"],
        ["diff", "24", "25"],
    ],
)
def test_one_value_of_several_that_does_not_occur_is_a_remark_and_an_error_with_strict(
    run_on_standin: RunCommand, words: list[str]
) -> None:
    misspelled = [*words, "-w", "collection_id=rider-pilot,acrin_nsclc_fdg_pet"]
    said = "idc-ext: 'rider-pilot' is not a value of collection_id: did you mean rider_pilot?\n"
    result = run_on_standin(*misspelled)
    assert bool(result.out) is (words[0] != "citations")  # offline there are none, and nothing is written
    assert said in result.err
    assert run_on_standin(*misspelled, "--strict") == (1, "", said)


def test_values_that_occur_and_identifiers_bring_no_remark(run_on_standin: RunCommand) -> None:
    found = run_on_standin("counts", "-w", "collection_id=rider_pilot,nlst", "-w", "PatientID=1,unknown,100002")
    assert (found.code, found.err) == (0, "")


def test_the_whole_archive_and_filters_contradict_each_other(run_on_standin: RunCommand) -> None:
    result = run_on_standin("counts", "--all-of-idc", "-w", "Modality=CT")
    assert (result.code, result.out) == (2, "")
    assert "--all-of-idc selects the whole archive and takes no filters" in result.err


@pytest.mark.parametrize("words", [["counts"], ["manifest"], ["manifest", "-f", "s5cmd"], ["manifest", "-o", "x.csv"]])
def test_what_the_service_warns_of_is_a_remark_and_an_error_with_strict(
    run_on_standin: RunCommand, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = "nothing was found; Modality 'ct': did you mean CT?\n"
    result = run_on_standin(*words, "-w", "Modality=ct")
    assert (result.code, result.err) == (0, f"idc-ext: {said}")
    (tmp_path / "x.csv").unlink(missing_ok=True)
    for strict in (["--strict", *words], [*words, "--strict"]):
        result = run_on_standin(*strict, "-w", "Modality=ct")
        assert (result.code, result.out) == (1, "")
        assert result.err.endswith(said)
        assert [*tmp_path.iterdir()] == []


def test_the_whole_archive_is_listed_with_all_of_idc(run_on_standin: RunCommand, tmp_path: Path) -> None:
    rows = run_on_standin("manifest", "--all-of-idc", "-n", "3", "-f", "jsonl", "--strict")
    assert (rows.code, rows.err, rows.out.count("\n")) == (0, "", 3)
    counted = run_on_standin("counts", "--all-of-idc", "--strict")
    assert (counted.err, counted.json["series"]) == ("", 1_044_191)
    path = tmp_path / "all.s5cmd"
    result = run_on_standin("manifest", "--all-of-idc", "-o", path, "--cite", "none", "--strict")
    assert (result.code, result.err) == (0, "")
    with path.open() as file:
        assert sum(1 for _ in file) == 1_044_191


def test_licenses_of_a_selection(run_on_standin: RunCommand) -> None:
    found = csv_rows(run_on_standin("licenses", *RIDER_FILTER))
    assert sum(int(row["series"]) for row in found) == 774


def test_missing_citations_are_named_end_with_1_and_leave_the_old_file(
    run_on_standin: RunCommand, tmp_path: Path
) -> None:
    old = tmp_path / "old.csv"
    old.write_text("before")
    for words in ((), ("-o", tmp_path / "new.txt"), ("-o", old)):
        result = run_on_standin("citations", *RIDER_FILTER, *words)
        assert (result.code, result.out) == (1, "")
        assert "10.7937/m87f-mz83" in result.err
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("old.csv", "before")]


def test_a_manifest_names_some_datasets_without_a_citation_and_where_all_of_them_are(
    run_on_standin: RunCommand, tmp_path: Path
) -> None:
    result = run_on_standin("manifest", "--where", "Modality=NM", "-o", tmp_path / "nm.txt")
    assert result.code == 0
    unresolved = json.loads((tmp_path / "nm.txt.json").read_text())["unresolved"]
    assert len(unresolved) == 9
    message = next(line for line in result.err.splitlines() if "citation" in line)
    assert [doi for doi in unresolved if doi in message] == unresolved[:3]
    assert "and 6 more" in message
    assert "`unresolved` in nm.txt.json" in message


def test_citations_are_text_or_rows(run: RunCommand, canned: CannedService) -> None:
    canned.answers["/v3/sql"] = (
        200,
        {
            "columns": ["source_DOI"],
            "rows": [{"source_DOI": "10.1/x"}],
            "row_count": 1,
            "truncated": False,
            "max_rows": 9,
        },
    )
    body = {"format": "apa", "citations": ["A. doi:10.1/x"], "idc_acknowledgment": "IDC.", "recommendation": "cite"}
    canned.answers["/v3/citations"] = (
        200,
        with_filters_echo({"filters": {"terms": {"collection_id": ["rider_pilot"]}}}, body),
    )
    assert run("--base-url", canned.url, "citations", *RIDER_FILTER).out == "A. doi:10.1/x\nIDC.\n"
    assert run("--base-url", canned.url, "citations", *RIDER_FILTER, "-f", "jsonl").out.count("\n") == 2


def test_sql_gives_its_columns_in_order(run_on_standin: RunCommand) -> None:
    assert run_on_standin("sql", "SELECT 2 AS b, 1 AS a").out == "b,a\n2,1\n"


def test_sql_is_read_from_a_file_or_standard_input(
    run_on_standin: RunCommand, run_process: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "x.sql"
    path.write_text("SELECT 1 AS a")
    assert run_on_standin("sql", "--file", path).out == "a\n1\n"
    assert run_process("sql", "-", input="SELECT 1 AS a").out == "a\n1\n"


def test_sql_that_is_cut_short_is_an_error_unless_that_is_allowed(run_on_standin: RunCommand) -> None:
    statement = "SELECT SeriesInstanceUID FROM index"
    assert (
        run_on_standin("sql", statement, "--max-rows", "5").code,
        run_on_standin("sql", statement, "--max-rows", "5").out,
    ) == (1, "")
    result = run_on_standin("sql", statement, "--max-rows", "5", "--allow-truncated")
    assert len(csv_rows(result)) == 5
    assert "more rows" in result.err


def test_what_the_service_says_of_a_statement_is_printed_as_it_is(run_on_standin: RunCommand) -> None:
    result = run_on_standin("sql", "SELECT page_size, 'pass x=True' FROM index")
    assert (result.code, result.out) == (1, "")
    assert 'Referenced column "page_size"' in result.err
    assert "--page" not in result.err


def test_a_viewer_address_is_a_line(run_on_standin: RunCommand) -> None:
    (row,) = csv_rows(run_on_standin("manifest", *RIDER_FILTER, "-n", "1"))
    result = run_on_standin("viewer", "--series", row["SeriesInstanceUID"])
    assert result.out.startswith("https://viewer.imaging.datacommons.cancer.gov/")
    assert result.out.count("\n") == 1


def test_a_manifest_has_all_rows_in_a_pipe(run_on_standin: RunCommand) -> None:
    assert len(csv_rows(run_on_standin("manifest", *RIDER_FILTER))) == 774


@pytest.mark.parametrize("name", ["m.csv", "m.jsonl", "m.tsv", "m.json"])
def test_a_manifest_has_all_rows_in_a_file(run_on_standin: RunCommand, tmp_path: Path, name: str) -> None:
    assert run_on_standin("manifest", *RIDER_FILTER, "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_text().count("1.3.6.1.4.1.9328.50.1.0109") > 0
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_manifest_is_divided_into_folders(run_on_standin: RunCommand, tmp_path: Path) -> None:
    result = run_on_standin(
        "manifest", *RIDER_FILTER, "-f", "parquet", "-o", tmp_path / "p", "--partition-by", "Modality"
    )
    assert result.code == 0, result.err
    assert "Modality=CT" in {one.name for one in (tmp_path / "p").iterdir()}


def test_a_list_to_download_by_goes_to_a_pipe_or_a_file_with_its_description(
    run_on_standin: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "rider.s5cmd"
    assert run_on_standin("manifest", *RIDER_FILTER, "-o", path).code == 0
    said = json.loads((tmp_path / "rider.s5cmd.json").read_text())
    assert (said["series"], said["data_release"]) == (774, "v25")
    assert run_on_standin("manifest", *RIDER_FILTER, "-f", "s5cmd").out == path.read_text()
    assert run_on_standin("manifest", *RIDER_FILTER, "-f", "idc").out.splitlines()[0].startswith("s3://")


def test_verify_finds_nothing_where_nothing_moved(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "rider.csv"
    assert (
        run_on_standin("manifest", *RIDER_FILTER, "-w", "Modality=CT", "-o", path, "--sidecar", "--cite", "none").code
        == 0
    )
    result = run_on_standin("verify", path)
    assert csv_rows(result) == []
    assert "0 added, 0 removed, 0 revised" in result.err


def test_verify_says_that_the_manifest_itself_is_missing(run_on_standin: RunCommand, tmp_path: Path) -> None:
    result = run_on_standin("verify", tmp_path / "missing.s5cmd")
    assert (result.code, result.err) == (2, f"idc-ext: there is no manifest {tmp_path / 'missing.s5cmd'}\n")


def test_an_empty_manifest_brings_one_remark(run_on_standin: RunCommand, tmp_path: Path) -> None:
    result = run_on_standin("manifest", *RIDER_FILTER, "-w", "Modality=US", "-o", tmp_path / "m.s5cmd")
    assert (result.code, result.err) == (0, "idc-ext: nothing found: no series matches all filters\n")


def test_without_changes_no_table_is_drawn(run_on_standin: RunCommand) -> None:
    assert run_on_standin("diff", "24", "25", *RIDER_FILTER, "-f", "table").out == ""
    assert run_on_standin("diff", "24", "25", *RIDER_FILTER, "-f", "csv").out.startswith("kind,")


def test_values_of_a_selection_are_a_matter_of_sql(run_on_standin: RunCommand) -> None:
    result = run_on_standin("values", "Modality", "--where", "collection_id=nlst")
    assert result.code == 2
    assert "for those of a selection, use idc-ext sql" in result.err


def test_verify_refuses_a_manifest_that_was_changed(run_on_standin: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "rider.txt"
    assert run_on_standin("manifest", *RIDER_FILTER, "-o", path, "--cite", "none").code == 0
    path.write_text("")
    assert run_on_standin("verify", path).code == 2


def test_a_diff_of_two_releases_ends_with_1_if_there_is_one(run_on_standin: RunCommand) -> None:
    result = run_on_standin("diff", "v24", "25", "-w", "collection_id=nlst")
    assert result.code == 1
    assert {row["kind"] for row in csv.DictReader(io.StringIO(result.out))} == {"added", "revised"}
    assert run_on_standin("diff", "25", "25", "-w", "collection_id=nlst").code == 0


def test_data_without_commercial_licence_is_refused_before_anything_is_written(
    run_on_standin: RunCommand, tmp_path: Path
) -> None:
    words = ("manifest", "-w", "collection_id=duke_breast_cancer_mri,rider_pilot", "--require-commercial")
    for more in (("-f", "idc"), ("-f", "csv"), ("-o", str(tmp_path / "m.txt")), ("-o", str(tmp_path / "m.csv"))):
        result = run_on_standin(*words, *more)
        assert (result.code, result.out) == (1, "")
        assert "duke_breast_cancer_mri" in result.err
        assert "to leave it out, add --where 'license_short_name=CC BY 4.0'\n" in result.err
    assert list(tmp_path.iterdir()) == []


def test_cohorts_of_v1_live_from_creation_to_deletion(run_on_standin: RunCommand, credentials_file: Path) -> None:
    mine = ("--credentials", str(credentials_file), "cohorts")
    filters = ("-w", "collection_id=TCGA-LUAD,TCGA-KIRC", "-w", "race=ASIAN", "-w", "Modality=CT,MR")
    made = run_on_standin(*mine, "create", "mine", "--description", "words", *filters).json["cohort_id"]
    assert str(made) in {row["cohort_id"] for row in csv_rows(run_on_standin(*mine, "list"))}
    assert len(csv_rows(run_on_standin(*mine, "manifest", str(made)))) == 26
    assert len(csv_rows(run_on_standin(*mine, "manifest", str(made), "--fields", "GCS_URL"))) == 1581
    assert {row["Modality"] for row in csv_rows(run_on_standin(*mine, "query", str(made), "--fields", "Modality"))} <= {
        "CT",
        "MR",
    }
    assert csv_rows(run_on_standin(*mine, "delete", str(made)))[0]["deleted"] == "true"
    assert run_on_standin(*mine, "delete", str(made)).code == 1


def test_cohorts_need_no_saving_to_be_looked_at(run_on_standin: RunCommand) -> None:
    filters = ("-w", "collection_id=TCGA-LUAD,TCGA-KIRC", "-w", "race=ASIAN", "-w", "Modality=CT,MR")
    assert len(csv_rows(run_on_standin("cohorts", "manifest", *filters))) == 26
    assert csv_rows(run_on_standin("cohorts", "query", *filters, "--fields", "PatientID,Modality"))


def test_metadata_comes_in_pages(run_on_standin: RunCommand) -> None:
    assert len(csv_rows(run_on_standin("metadata", "--limit", "7", "--page-size", "3"))) == 7


def test_a_guid_is_resolved_by_the_resolver_that_is_named(
    run: RunCommand, canned: CannedService, tmp_path: Path
) -> None:
    guid = "dg.4DFC/517d4b9d-1f3d-4672-9e2f-d123fed4c049"
    drs = {"id": guid, "self_uri": f"drs://x/{guid}", "size": 5, "created_time": "2020-01-01T00:00:00Z",
           "checksums": [{"checksum": "00", "type": "md5"}],
           "access_methods": [{"type": "gs", "access_url": {"url": "gs://b/o"}}]}  # fmt: skip
    canned.answers[f"/ga4gh/drs/v1/objects/{guid}"] = (200, drs)
    assert run("resolve", guid, "--resolver", canned.url).json["access_methods"][0]["url"] == "gs://b/o"
    row = "id,size,name,urls,contents\n" + f'{guid},5,,"[""gs://b/o""]",0\n'
    assert run("resolve", guid, "--resolver", canned.url, "-f", "csv").out == row
    assert run("resolve", guid, "--resolver", canned.url, "-o", tmp_path / "a.csv").code == 0
    assert (tmp_path / "a.csv").read_text() == row
    assert "gs://b/o" in run("resolve", guid, guid, "--resolver", canned.url).out


def test_auth_status_says_whose_token_it_is_and_never_the_token(
    run_on_standin: RunCommand, credentials_file: Path
) -> None:
    result = run_on_standin("--credentials", credentials_file, "auth", "status")
    assert result.json["email"] == "ada@example.org"
    token = json.loads(credentials_file.read_text())["token_response"]["id_token"]
    assert token not in result.out + result.err


def test_clinical_tables_that_are_cut_short_are_an_error(run: RunCommand, canned: CannedService) -> None:
    table = {"columns": ["b", "a"], "rows": [{"a": 1, "b": None}], "row_count": 1, "truncated": True, "max_rows": 1}
    canned.answers["/v3/clinical/tables/x/rows"] = (200, table)
    words = ("--base-url", canned.url, "clinical", "rows", "x", "--max-rows", "1")
    assert (run(*words).code, run(*words).out) == (1, "")
    assert run(*words, "--allow-truncated").out == "b,a\n,1\n"


def test_clinical_tables_are_listed_and_described(run: RunCommand, canned: CannedService) -> None:
    listed = {"table_name": "x", "sql_path": "clinical.x", "collection_id": "c", "column_count": 1, "description": ""}
    columns = [{"name": "a", "type": "VARCHAR", "description": ""}]
    canned.answers["/v3/clinical/tables"] = (200, {"tables": [listed]})
    canned.answers["/v3/clinical/tables/x"] = (200, {"name": "clinical.x", "description": "", "columns": columns})
    assert (
        run("--base-url", canned.url, "clinical", "tables", "--collection", "c").out
        == "table_name,sql_path,collection_id,column_count,description\nx,clinical.x,c,1,\n"
    )
    assert canned.asked == ["GET /v3/clinical/tables?collection_id=c"]
    assert run("--base-url", canned.url, "clinical", "table", "x").out == "name,type,description\na,VARCHAR,\n"


def test_an_answer_about_another_thing_is_an_error(
    run: RunCommand, canned: CannedService, run_on_standin: RunCommand
) -> None:
    listed = {"table_name": "x", "sql_path": "clinical.x", "collection_id": "c", "column_count": 1, "description": ""}
    columns = [{"name": "a", "type": "VARCHAR", "description": ""}]
    other = {"name": "x", "description": "", "columns": columns}
    nlst = run_on_standin("collection", "nlst").json
    for path, answer, *words in (
        ("/v3/clinical/tables", {"tables": [listed]}, "clinical", "tables", "--collection", "d"),
        ("/v3/clinical/tables/y", other, "clinical", "table", "y"),
        ("/v3/tables/y", other, "table", "y"),
        ("/v3/collections/rider_pilot", nlst, "collection", "rider_pilot"),
    ):
        canned.answers[path] = (200, answer)
        result = run("--base-url", canned.url, *words)
        assert (result.code, result.out) == (1, "")
        assert "this is not the answer to the request" in result.err


def test_login_without_a_browser_shows_the_address_and_reads_the_answer(
    run: RunCommand, monkeypatch: pytest.MonkeyPatch, credentials_file: Path
) -> None:
    def login(client_secrets: Path, *, show: Callable[[str], None], ask: Callable[[], str], **rest: object) -> object:
        show("https://issuer.example/consent")
        assert (str(client_secrets), ask(), rest["port"]) == ("secrets.json", "http://127.0.0.1/?code=x", 7)
        return auth.status(credentials_file)

    monkeypatch.setattr(auth, "login", login)
    monkeypatch.setattr("sys.stdin", io.StringIO("http://127.0.0.1/?code=x\n"))
    result = run("auth", "login", "--client-secrets", "secrets.json", "--no-browser", "--port", "7")
    assert result.json["email"] == "ada@example.org"
    assert "https://issuer.example/consent" in result.err


def test_auth_status_without_any_ends_with_2(run_on_standin: RunCommand) -> None:
    assert run_on_standin("auth", "status").code == 2


def test_the_tab_key_completes_attributes(run: RunCommand) -> None:
    assert "Modality=" in run("__complete", "counts", "--where", "Mod").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(run: RunCommand, shell: str) -> None:
    result = run("completion", shell)
    assert result.code == 0
    assert "require-commercial" in result.out


@pytest.mark.parametrize("before", ["", "autoload -Uz compinit && compinit\n"])
def test_zsh_loads_completions_after_their_folder_is_in_fpath(run: RunCommand, before: str) -> None:
    start = Path.home() / ".zshrc"
    start.write_text(before)
    for _ in range(2):
        assert run("completion", "zsh", "--install").code == 0
    (script,) = (Path.home() / ".zsh" / "completions").iterdir()
    lines = [line for line in start.read_text().removeprefix(before).splitlines() if line and line[0] != "#"]
    assert lines == [f"fpath=({script.parent} $fpath)", "autoload -Uz compinit && compinit"]
