"""Selections in BigQuery as a user writes them. This file is type-checked and never run."""

from typing import Any, assert_type

from idc_ext import BigQueryError, CostRefused, aio, bigquery, v3


def cohort() -> None:
    """Write the statement, measure it, run it and use its rows."""
    statement = bigquery.statement(v3.where(Modality="CT"), columns=["PatientID", "Modality"], release=25)
    assert_type(statement, str)
    assert_type(bigquery.statement({"Modality": ["CT"]}, release="current"), str)
    expected = bigquery.estimate(statement, project="p", timeout=30, retries=0)
    assert_type(expected, bigquery.Estimate)
    assert_type(expected.bytes, int)
    assert_type(expected.usd, float)
    expected.within(10**9)
    try:
        found = bigquery.run(statement, project="p", max_bytes=bigquery.MOST_BYTES, expected=expected)
    except CostRefused as refusal:
        assert_type(refusal.bytes, int)
        return
    except BigQueryError as refusal:
        assert_type(refusal.status, int)
        assert_type(refusal.reason, str | None)
        return
    assert_type(found, bigquery.Answer)
    assert_type(len(found), int)
    for row in found:
        assert_type(row, dict[str, Any])
    print(
        found.to_arrow(),
        found.to_pandas(),
        found.to_polars(),
        found.batches(),
        found.columns,
        found.bytes_billed,
        found.job,
    )


async def asynchronous() -> None:
    """Do the same with `await`."""
    statement = aio.bigquery.statement({"Modality": ["CT"]})
    assert_type(await aio.bigquery.estimate(statement, project="p"), bigquery.Estimate)
    found = await aio.bigquery.run(statement, project="p", max_bytes=10**9)
    assert_type(found, aio.AsyncAnswer)
    async for row in found:
        assert_type(row, dict[str, Any])
    print((await found.to_arrow()).num_rows, len(found))
