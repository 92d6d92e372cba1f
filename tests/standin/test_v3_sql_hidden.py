"""What SQL of users cannot see: paths of this machine, settings, files, and what other statements write to disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import httpx
import platformdirs
import pytest

from idc_standin import archive
from idc_standin.v3.sql.engine import TABLE_FUNCTIONS
from tests.standin.v3_requests import refusal
from tests.support.standin_process import server_process

CACHE = platformdirs.user_cache_path("idc-standin")
DATABASE = archive.published(archive.ensure(CACHE))
PATHS = [str(CACHE), str(CACHE.resolve()), str(Path.home()), os.getcwd(), tempfile.gettempdir(), archive.__file__]
ESCAPED = "".join(f"\\x{ord(letter):02x}" for letter in "duckdb_databases")
SHOWING = [
    "SELECT current_setting('secret_directory')", "SELECT system.main.Current_Setting('temp_directory')",
    'SELECT "current_setting"(\'allowed_paths\')', "SELECT 1 WHERE current_setting('allowed_directories') > ''",
    "SELECT getenv('HOME')", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_databases", 'SELECT * FROM "DuckDB_Databases"', "SELECT * FROM 'duckdb_databases'",
    f"SELECT * FROM E'{ESCAPED}'", "SELECT * FROM pg_settings", "SELECT * FROM pg_catalog.pg_database",
    "SELECT * FROM pragma_database_list", "SELECT * FROM pragma_database_size()", "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_temporary_files()", "SELECT * FROM duckdb_logs",
    "SELECT * FROM duckdb_profiling_settings()", "SELECT * FROM pragma_storage_info('index')",
    "SELECT * FROM query('SELECT * FROM duckdb_settings()')", "SELECT * FROM query_table('duckdb_databases')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM duckdb_settings()'))",
    "SELECT json_serialize_plan('SELECT * FROM duckdb_settings()')",
    "SELECT (SELECT value FROM duckdb_settings() LIMIT 1)",
    "WITH t AS (SELECT * FROM duckdb_settings()) SELECT * FROM t", "SELECT * FROM index, LATERAL duckdb_settings()",
    "SELECT * FROM (PIVOT duckdb_settings() ON name USING first(value))",
    "SELECT * FROM (PIVOT duckdb_databases ON database_name USING first(path))",
    "SELECT * FROM read_blob('*')", f"SELECT size FROM read_blob('{DATABASE}')", f"SELECT * FROM '{DATABASE}'",
    f'SELECT * FROM "{DATABASE}"', f"SELECT * FROM read_duckdb('{DATABASE}')", f"SELECT * FROM glob('{CACHE}/*')",
    f"SELECT * FROM glob('{CACHE}/idc-standin-sql-*/*/*')", f"SELECT * FROM read_text('{DATABASE}.wal')",
    f"SELECT * FROM (PIVOT '{DATABASE}' ON a USING first(b))", "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('x')", "SELECT write_log('x')",
]  # fmt: skip


@pytest.mark.parametrize("statement", SHOWING)
def test_what_may_show_the_machine_is_refused(http: httpx.Client, statement: str) -> None:
    said = refusal(http.post("/v3/sql", json={"sql": statement}))
    assert not any(path in said for path in PATHS if path not in statement)
    assert "Traceback" not in said


def test_no_function_of_the_engine_shows_a_path(http: httpx.Client) -> None:
    """Each table function that there is, without arguments and with one; the engine's next release may bring others."""
    listed = "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_type LIKE 'table%'"
    names = [row["name"] for row in http.post("/v3/sql", json={"sql": listed}).json()["rows"]]
    assert len(names) > 80
    assert set(names) >= TABLE_FUNCTIONS - {"unnest"}
    for name in names:
        for arguments in ("", "'index'"):
            answer = http.post("/v3/sql", json={"sql": f'SELECT * FROM "{name}"({arguments})'})
            assert answer.status_code in (200, 400)
            assert not any(path in answer.text for path in PATHS), name
            assert answer.status_code == 400 or name in TABLE_FUNCTIONS


def test_no_view_of_the_engine_shows_a_path(http: httpx.Client) -> None:
    listed = "SELECT schema_name || '.' || view_name AS name FROM duckdb_views()"
    names = [row["name"] for row in http.post("/v3/sql", json={"sql": listed}).json()["rows"]]
    assert len(names) > 30
    for name in names:
        answer = http.post("/v3/sql", json={"sql": f"SELECT * FROM {name}"})
        assert not any(path in answer.text for path in PATHS), name


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'duckdb_settings' AS query", "SELECT 1 AS glob", "WITH query AS (SELECT 1 AS n) SELECT * FROM query",
        "SELECT 'a\\b' AS x", "SELECT '/etc/passwd' AS x", "SELECT 6 / 2 AS n", "SELECT count(*) FROM duckdb_columns()",
        "SELECT table_name FROM information_schema.tables", "SELECT * FROM (DESCRIBE index)", "SELECT * FROM range(3)",
        "SELECT * FROM (SUMMARIZE version_metadata_index)", "SELECT * FROM pragma_table_info('index')",
        "SELECT * FROM (PIVOT version_metadata_index ON idc_version USING count(*))",
    ],
)  # fmt: skip
def test_text_names_and_the_catalogue_of_the_tables_are_not_taken_for_it(http: httpx.Client, statement: str) -> None:
    answer = http.post("/v3/sql", json={"sql": statement})
    assert answer.status_code == 200, answer.text
    assert answer.json()["row_count"] > 0


def test_a_message_of_the_engine_has_no_trace_and_an_end(http: httpx.Client) -> None:
    said = refusal(http.post("/v3/sql", json={"sql": "SELECT error(repeat('x', 1000000))"}))
    assert len(said) < 3000
    assert "Trace" not in said


def test_a_full_folder_is_said_without_its_path(tmp_path: Path) -> None:
    distinct = (
        "SELECT count(*) FROM (SELECT DISTINCT SeriesInstanceUID || r || repeat('x', 900) FROM index, range(9) t(r))"
    )
    with server_process("--state", str(tmp_path), first="budget.SQL = budget.SqlLimits(spill=90 * budget.MB)") as (
        _,
        url,
    ):
        said = refusal(httpx.post(f"{url}/v3/sql", json={"sql": distinct}, timeout=60))
    assert "90 MB of disk" in said
    assert not any(path in said for path in PATHS)


@pytest.mark.parametrize("statement", ["SELECT * FROM pytz", "SELECT error('Required module ''pytz'' is missing')"])
def test_only_a_time_zone_is_called_a_time_zone(http: httpx.Client, statement: str) -> None:
    assert "TIME ZONE" not in refusal(http.post("/v3/sql", json={"sql": statement}))
    for zoned in ("SELECT now()", "SELECT [now()] AS x", "SELECT {'a': now()} AS x"):
        assert "cast it to TIMESTAMP" in refusal(http.post("/v3/sql", json={"sql": zoned}))


@pytest.mark.parametrize("table", ["series", "main.series", "other.series", "other.main.series"])
def test_an_unknown_table_is_followed_by_the_names_that_there_are(http: httpx.Client, table: str) -> None:
    said = refusal(http.post("/v3/sql", json={"sql": f"SELECT * FROM {table}"}))
    names = [row["name"] for row in http.get("/v3/tables").json()["tables"]]
    assert said.endswith(f" The tables are: {', '.join(sorted(names))}.")
