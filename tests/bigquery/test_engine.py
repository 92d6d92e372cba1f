"""Statements in BigQuery, as scripted: requests and their order, results, and errors."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import json
import pickle
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pyarrow as pa
import pytest
from google.auth.credentials import AnonymousCredentials

from idc_ext import (
    BigQueryError,
    CostRefused,
    CredentialsNotFound,
    DeadlineExceeded,
    InvalidFilter,
    MissingExtra,
    PagingError,
    aio,
    bigquery,
    connect,
    deadline,
    v1,
    v3,
)
from tests.bigquery.scripted import ENVELOPES, FOLDER, ROWS, ScriptedService
from tests.support import patching
from tests.support.sync_async import until

if TYPE_CHECKING:
    from tests.bigquery.scripted import ServeScript

PROJECT: dict[str, Any] = {"project": "my-project"}
STATEMENT = bigquery.statement(v3.where(collection_id="rider_pilot"), columns=["PatientID", "Modality"], release=25)


def test_an_estimate_is_a_dry_run_of_the_statement_as_it_is(scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        found = bigquery.estimate(STATEMENT, **PROJECT)
    assert (found.bytes, found.cached) == (20 * 2**30, False)
    assert service.statements(dry_run=True) == [STATEMENT]
    assert service.statements(dry_run=False) == []


def test_the_price_is_that_of_what_is_read() -> None:
    assert bigquery.Estimate(2**40).usd == 6.25
    assert str(bigquery.Estimate(20 * 2**30)) == "21.47 GB, about 0.12 USD at 6.25 USD a TiB"
    assert str(bigquery.Estimate(0, cached=True)) == "0 bytes, less than 0.01 USD at 6.25 USD a TiB"


def test_a_cached_answer_costs_nothing(scripts: ServeScript) -> None:
    with scripts("cached"):
        assert bigquery.estimate(STATEMENT, **PROJECT) == bigquery.Estimate(0, cached=True)


def test_a_statement_is_measured_run_within_the_limit_and_its_rows_are_fetched_page_by_page(
    scripts: ServeScript,
) -> None:
    with scripts("manifest") as service:
        found = bigquery.run(STATEMENT, **PROJECT)
        asked = len(service.requests)
        assert list(found) == ROWS
        assert len(service.requests) - asked == 3
        assert list(found) == ROWS  # and again
        assert service.remaining_exchanges == 0
    assert (len(found), found.columns, found.bytes_billed) == (5, list(ROWS[0]), 21475885056)
    assert found.estimate.bytes == 20 * 2**30
    started = [one["body"] for one in service.requests if one["path"].endswith("/jobs")]
    assert [one["configuration"].get("dryRun") for one in started] == [True, None]
    assert "maximumBytesBilled" not in started[0]["configuration"]["query"]
    assert started[1]["configuration"]["query"]["maximumBytesBilled"] == str(bigquery.MOST_BYTES)
    assert service.statements(dry_run=False) == [STATEMENT]
    assert found.job == started[1]["jobReference"]["jobId"]
    assert repr(found) == f"<Answer of 5 rows by job {found.job}>"


def test_rows_are_fetched_only_as_far_as_they_are_used(scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        assert next(iter(bigquery.run(STATEMENT, **PROJECT))) == ROWS[0]
        assert not [one for one in service.requests if "pageToken" in one["query"]]


def test_tables_have_the_types_of_bigquery(scripts: ServeScript) -> None:
    with scripts("manifest"):
        found = bigquery.run(STATEMENT, **PROJECT)
        table = found.to_arrow()
        assert table.schema.types == [pa.string(), pa.string(), pa.int64(), pa.float64()]
        assert table.to_pylist() == ROWS
        assert found.batches().read_all() == table
        assert found.to_polars().rows(named=True) == ROWS
        assert found.to_pandas()["instanceCount"].dtype == "Int64"


def test_no_rows_are_a_table_with_its_columns(scripts: ServeScript) -> None:
    with scripts("empty"):
        found = bigquery.run(STATEMENT, **PROJECT)
        assert (list(found), len(found), found.columns) == ([], 0, list(ROWS[0]))
        assert found.to_arrow().schema.types == found.batches().schema.types
        assert found.to_arrow().schema.names == list(ROWS[0])


def test_every_type_has_a_form_in_json_and_one_in_arrow(scripts: ServeScript) -> None:
    with scripts("types"):
        found = bigquery.run("SELECT *", **PROJECT)
        first, nothing, edge, last = list(found)
        table = found.to_arrow()
    assert first == {
        "text": "ü",
        "whole": -(2**63),
        "number": 1.5,
        "truth": True,
        "day": "2001-02-03",
        "moment": "2001-02-03T04:05:06.500000+00:00",
        "local": "2001-02-03T04:05:06.500000",
        "time": "04:05:06.500000",
        "exact": "1234567890123456789012345678.123456789",
        "exacter": "0." + 37 * "0" + "1",
        "raw": "00ff",
        "several": [1, 2],
        "one": {"a": 7, "b": ["x"]},
        "document": {"k": 1},
    }
    assert {name: value for name, value in nothing.items() if value is not None} == {"several": []}
    assert (edge["number"], last["number"], last["exact"]) == (None, None, "-0.5")
    assert (edge["day"], last["local"]) == ("0001-01-01", "9999-12-31T23:59:59.999999")
    assert table.column("day").to_pylist()[0] == datetime.date(2001, 2, 3)
    assert table.column("exact").to_pylist()[3] == decimal.Decimal("-0.5")
    assert table.column("moment").type == pa.timestamp("us", tz="UTC")


# Statements that are not run:


@pytest.mark.parametrize(("name", "kind"), [("delete", "DELETE"), ("script", "SCRIPT")])
def test_nothing_but_a_select_is_run(scripts: ServeScript, name: str, kind: str) -> None:
    with scripts(name) as service:
        with pytest.raises(InvalidFilter, match=f"only a SELECT.*{kind}"):
            bigquery.run("DELETE FROM mine.data WHERE true", **PROJECT)
        assert service.statements(dry_run=False) == []


def test_more_than_is_allowed_is_not_run(scripts: ServeScript) -> None:
    with scripts("large") as service:
        with pytest.raises(CostRefused, match=r"1,099\.51 GB, about 6\.25 USD .* 100\.00 GB are allowed") as caught:
            bigquery.run(STATEMENT, **PROJECT)
        assert service.statements(dry_run=False) == []
    assert pickle.loads(pickle.dumps(caught.value)).bytes == 2**40  # noqa: S301 - our own


def test_bigquery_itself_receives_the_limit_and_enforces_it(scripts: ServeScript) -> None:
    with scripts("over_the_limit"), pytest.raises(BigQueryError, match="bytesBilledLimitExceeded") as caught:
        bigquery.run(STATEMENT, **PROJECT)
    assert caught.value.reason == "bytesBilledLimitExceeded"


# Errors:


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("syntax", 400, "invalidQuery"),
        ("unknown_column", 400, "invalidQuery"),
        ("denied", 403, "accessDenied"),
        ("missing", 404, "notFound"),
    ],
)
def test_a_refusal_is_one_sentence_with_its_reason(scripts: ServeScript, name: str, status: int, reason: str) -> None:
    with scripts(name), pytest.raises(BigQueryError) as caught:
        bigquery.estimate(STATEMENT, **PROJECT)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (error.status, error.reason) == (status, reason)
    assert "\n" not in str(error)
    assert str(error).startswith(f"BigQuery answered with {status} ")


def test_a_temporary_failure_is_retried_unless_retries_is_0(scripts: ServeScript) -> None:
    with scripts("busy"):
        assert bigquery.estimate(STATEMENT, **PROJECT).bytes == 20 * 2**30
    with scripts("busy") as service:
        with pytest.raises(BigQueryError, match="503 Service Unavailable, backendError"):
            bigquery.estimate(STATEMENT, **PROJECT, retries=0)
        assert len(service.requests) == 1


@pytest.mark.parametrize("use", [list, bigquery.Answer.to_arrow, lambda found: found.batches().read_all()])
def test_missing_rows_are_an_error(scripts: ServeScript, use: Any) -> None:
    with scripts("short"):
        found = bigquery.run(STATEMENT, **PROJECT)
        with pytest.raises(PagingError, match="gave 4 of its 5 rows"):
            use(found)


def test_a_job_that_takes_too_long_is_cancelled(scripts: ServeScript) -> None:
    with scripts("slow") as service:
        with pytest.raises(DeadlineExceeded), deadline(0.5):
            bigquery.run(STATEMENT, **PROJECT)
        assert service.requests[-1]["path"].endswith("/cancel")


async def test_a_job_is_cancelled_with_its_task_while_the_loop_runs_on(scripts: ServeScript) -> None:
    with scripts("slow") as service:
        task = asyncio.create_task(aio.bigquery.run(STATEMENT, **PROJECT))
        await until(lambda: service.statements(dry_run=False))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert service.requests[-1]["path"].endswith("/cancel")


async def test_rows_come_in_asynchronous_code(scripts: ServeScript) -> None:
    with scripts("manifest"):
        assert (await aio.bigquery.estimate(STATEMENT, **PROJECT)).bytes == 20 * 2**30
    with scripts("manifest"):
        found = await aio.bigquery.run(STATEMENT, **PROJECT)
        assert [row async for row in found] == ROWS
        assert (len(found), found.columns, found.bytes_billed) == (5, list(ROWS[0]), 21475885056)
        assert (await found.to_arrow()).num_rows == 5


def test_a_job_is_cancelled_when_waiting_for_it_is_interrupted(
    scripts: ServeScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    patching.interrupted_pauses(monkeypatch, interrupted)
    with scripts("slow") as service:
        with pytest.raises(KeyboardInterrupt):
            bigquery.run(STATEMENT, **PROJECT)
        assert service.requests[-1]["path"].endswith("/cancel")


def test_no_response_is_a_transport_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    with pytest.raises(httpx.TransportError) as caught:
        bigquery.estimate(STATEMENT, **PROJECT, retries=0)
    assert caught.value.request.url == "http://127.0.0.1:9"
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises((httpx.TransportError, DeadlineExceeded)), deadline(0.5):
        bigquery.estimate(STATEMENT, **PROJECT)
    assert max(slept, default=0) <= 0.5  # no pause that ends after the deadline; without one they grow to a minute


def test_without_credentials_it_says_where_they_come_from() -> None:
    with pytest.raises(CredentialsNotFound, match="gcloud auth application-default login"):
        bigquery.estimate(STATEMENT, **PROJECT)


def test_without_a_project_it_says_that_one_pays(scripts: ServeScript, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripts("manifest"), pytest.raises(InvalidFilter, match="the project that pays"):
        bigquery.estimate(STATEMENT)
    monkeypatch.setattr("google.auth.default", lambda **_: (AnonymousCredentials(), None))
    with pytest.raises(InvalidFilter, match="the project that pays"):
        bigquery.estimate(STATEMENT)


def test_no_credentials_are_sent_to_another_endpoint(scripts: ServeScript) -> None:
    with scripts("manifest") as service:
        list(bigquery.run(STATEMENT, **PROJECT))
    assert all("authorization" not in one["headers"] for one in service.requests)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "google" or name.startswith("google.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google.cloud.bigquery", None)
    with pytest.raises(MissingExtra, match=r"pip install 'idc-client\[bigquery\]'"):
        bigquery.estimate(STATEMENT, **PROJECT)


def test_writing_a_statement_loads_nothing_of_googles() -> None:
    code = "from idc_ext import bigquery; import sys; bigquery.statement({'Modality': 'CT'}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"google.cloud.bigquery", "grpc", "requests", "pyarrow"} & set(loaded)


def test_what_v1_echoes_is_run_as_well(standin: str, scripts: ServeScript) -> None:
    spec = v1.cohort("n", "d", {"collection_id": ["TCGA-READ"], "Modality": ["CT"]})
    with connect(standin) as idc:
        page = next(v1.preview_manifest(idc, spec, fields=["GCS_URL"], page_size=1, sql=True).pages())
    with scripts("manifest") as service:
        bigquery.estimate(page.info["cohort"]["sql"], **PROJECT)
    assert "`bigquery-public-data" in service.statements(dry_run=True)[0]
    assert service.statements(dry_run=True)[0].startswith("#standardSQL\n")


def test_every_file_of_exchanges_is_used() -> None:
    here = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parent.glob("test_*.py"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json"))
    assert [path.stem for path in FOLDER.glob("*.json") if f'"{path.stem}"' not in here] == []
    assert [name for name in ENVELOPES if f'"like": "{name}"' not in scripts] == []


def test_every_file_of_exchanges_says_that_it_was_written_by_hand() -> None:
    for path in (*FOLDER.glob("*.json"), FOLDER.with_name("envelopes.json")):
        assert json.loads(path.read_text(encoding="utf-8"))["written"].startswith("by hand")


def test_the_scripted_service_answers_what_is_expected_only() -> None:
    service = ScriptedService("manifest")
    status, _ = service.answer({"method": "GET", "path": "/elsewhere", "query": {}, "headers": {}, "body": {}})
    assert status == 501
    assert service.unexpected
