"""Tables: typed by the document and never by the first rows, whole, and what Arrow, pandas, polars and DuckDB take."""

import asyncio
import datetime
import importlib
import re
import subprocess
import sys
import tomllib
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pandas
import polars
import pyarrow
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from idc_client.models import V1DicomMetadataRow, V1ManifestRow, V3ManifestRow

from idc_contract.oracle.index import installed
from idc_ext import ContractError, InvalidRequest, MissingExtra, connect, v1, v3
from idc_ext._tables.columns import Columns
from idc_ext.aio import AsyncRows
from tests.support.document import DOCUMENT
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import query_rows
from tests.support.v3_service import RIDER, client, counts_body, manifest_service, row

LIVE = {"collection_id": "rider_pilot"}
TYPES = {"string": pyarrow.string(), "int64": pyarrow.int64(), "double": pyarrow.float64()}


def table(columns: list[str], rows: list[list[Any]], types: dict[str, str] | None = None) -> pyarrow.Table:
    named = [dict(zip(columns, one, strict=True)) for one in rows]
    return v3.Table(columns, named, truncated=False, max_rows=5000, types=types).to_arrow()


# Rows:


@pytest.mark.parametrize("model", [V3ManifestRow, V1ManifestRow, V1DicomMetadataRow])
def test_the_columns_are_those_of_the_document_in_its_order_with_its_types(model: type) -> None:
    declared = DOCUMENT["components"]["schemas"][model.__name__]["properties"]
    names = {"string": "string", "integer": "int64", "number": "double", "array": "strings"}
    expected = []
    for name, schema in declared.items():
        found = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        expected.append((name, names[kinds[0]], "null" in kinds))
    assert [(one.name, one.kind, one.nullable) for one in Columns.of(model)] == expected


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "SeriesDescription": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
    "instanceCount": st.none() | st.integers(1, 2**53 - 1),
    "series_size_MB": st.none() | st.integers(0, 2**53) | st.floats(min_value=0, allow_infinity=False),
}


@given(columns=st.lists(st.fixed_dictionaries(VALUES), max_size=9), size=st.integers(1, 4), ahead=st.integers(0, 2))
def test_any_rows_make_the_same_table_by_any_pages_sync_and_async(
    columns: list[dict[str, Any]], size: int, ahead: int
) -> None:
    rows = [{**row(n), **one} for n, one in enumerate(columns)]
    walk = v3.manifest(client(manifest_service(rows)), RIDER, page_size=size).walk(ahead=ahead)
    found = walk.to_arrow()
    assert found.to_pylist() == rows
    assert found.schema == v3.manifest(client(manifest_service([row(0)])), RIDER).to_arrow().schema
    assert found == asyncio.run(AsyncRows(walk).to_arrow()) == pyarrow.table(walk) == walk.batches().read_all()


def test_columns_of_nothing_but_null_keep_their_types_everywhere() -> None:
    nothing = [{**row(n), "SeriesDescription": None, "instanceCount": None, "series_size_MB": None} for n in range(3)]
    rows = v3.manifest(client(manifest_service(nothing)), RIDER, page_size=2)
    kinds = dict(zip(rows.to_arrow().schema.names, rows.to_arrow().schema.types, strict=True))
    assert kinds["SeriesDescription"] == pyarrow.string()
    assert kinds["instanceCount"] == pyarrow.int64()
    assert kinds["series_size_MB"] == pyarrow.float64()
    frame = rows.to_pandas()
    assert frame.dtypes["instanceCount"] == pandas.Int64Dtype()
    assert frame.dtypes["series_size_MB"] == "float64"
    assert frame["instanceCount"].isna().all()
    assert rows.to_polars().schema["instanceCount"] == polars.Int64
    assert rows.to_polars().schema["SeriesDescription"] == polars.String


def test_whole_numbers_are_of_one_type_in_pandas_whether_or_not_one_is_missing() -> None:
    for count in (1, None):
        rows = v3.manifest(client(manifest_service([{**row(0), "instanceCount": count}])), RIDER)
        assert rows.to_pandas().dtypes["instanceCount"] == pandas.Int64Dtype()


async def test_a_real_manifest_is_the_indexs_table_to_every_library_sync_and_async(standin: str) -> None:
    names = ", ".join(row(0))
    expected = installed().rows(
        f"SELECT {names} FROM index WHERE collection_id = 'rider_pilot' "
        "ORDER BY collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID"
    )
    async with connect(standin) as idc:
        rows = v3.manifest(idc, LIVE, page_size=100).walk(ahead=2)
        found = await AsyncRows(rows).to_arrow()
        assert [tuple(one.values()) for one in found.to_pylist()] == expected
        assert rows.to_arrow() == found
        assert (await AsyncRows(rows).to_polars()).rows() == polars.DataFrame(rows).rows() == expected
        assert (await AsyncRows(rows).to_pandas()).equals(rows.to_pandas())
        assert rows.to_pandas()["SeriesInstanceUID"].tolist() == [one[3] for one in expected]
        assert duckdb.sql(f"SELECT {names} FROM rows").fetchall() == expected


def test_batches_are_read_page_by_page_and_their_schema_is_known_before_the_first() -> None:
    asked = []

    def answer(path: str, body: Any) -> Any:
        asked.append(body.get("page"))
        return manifest_service([row(n) for n in range(7)])(path, body)

    reader = v3.manifest(client(answer), RIDER, page_size=3).batches()
    assert reader.schema.names == list(row(0))
    assert asked == []
    assert reader.read_next_batch().num_rows == 3
    assert asked == [None, 0]
    assert [batch.num_rows for batch in reader] == [3, 1]


def test_a_walk_that_breaks_gives_no_table_and_no_part_of_one() -> None:
    def answer(path: str, body: Any) -> Any:
        return (
            httpx.Response(400, json={"detail": "no"})
            if body.get("page")
            else manifest_service([row(n) for n in range(7)])(path, body)
        )

    rows = v3.manifest(client(answer), RIDER, page_size=3)
    for make in (rows.to_arrow, rows.to_pandas, rows.to_polars):
        with pytest.raises(InvalidRequest):
            make()
    for take in (polars.DataFrame, pyarrow.table, lambda one: one.batches().read_all()):
        with pytest.raises(Exception, match="answered with 400"):
            take(rows)


def test_memory_does_not_grow_with_the_rows_that_are_streamed(tmp_path: Any) -> None:
    def peak(total: int, write: bool) -> int:
        def answer(path: str, body: Any) -> Any:
            size, page = 500, body.get("page", 0)
            if path == "/v3/version":
                return manifest_service([])(path, body)
            shown = [row(n) for n in range(page * size, min(total, (page + 1) * size))]
            counts = {"page": page, "page_size": size, "returned": len(shown), "total_series": total}
            return {"series": shown, "counts": counts_body(total), "download": {}, **counts}

        rows = v3.manifest(client(answer), RIDER, page_size=500)
        tracemalloc.start()
        try:
            if write:
                rows.write(tmp_path / "rows.csv")
            else:
                for batch in rows.batches():
                    assert batch.num_rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for write in (True, False):
        peak(500, write)
        assert peak(9_000, write) < 1.5 * peak(3_000, write)


def test_open_columns_are_text_with_lists_as_json_and_declared_ones_what_they_are() -> None:
    found = query_rows([{"PatientID": "p", "Modality": None}, {"PatientID": "q", "Modality": ["a", "b"]}]).to_arrow()
    assert found.schema.types == [pyarrow.string()] * 2
    assert found.to_pylist() == [{"PatientID": "p", "Modality": None}, {"PatientID": "q", "Modality": '["a","b"]'}]


async def test_real_metadata_has_its_declared_columns_and_types_sync_and_async(standin: str) -> None:
    async with connect(standin) as idc:
        rows = v1.dicom_metadata(idc, page_size=7).walk(max_items=10)
        found = rows.to_arrow()
        assert found == await AsyncRows(rows).to_arrow()
        assert found == rows.batches().read_all()
        assert found.num_rows == 10
        declared = DOCUMENT["components"]["schemas"]["V1DicomMetadataRow"]["required"]
        assert set(declared) <= set(found.schema.names)
        texts = pyarrow.list_(pyarrow.string())
        assert {one.name for one in found.schema if one.type == texts} == {"Allergies", "ImageType", "MedicalAlerts"}
        assert found.to_pylist() == [{name: one[name] for name in found.schema.names} for one in list(rows)]


def test_no_rows_of_open_columns_have_the_declared_ones() -> None:
    body = {"code": 200, "query_results": {"json": [], "rowsReturned": 0, "totalFound": 0}, "next_page": ""}
    idc = connect(NOWHERE, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    rows = v1.dicom_metadata(idc)
    assert rows.to_arrow().schema == rows.batches().schema
    assert rows.to_arrow().schema.field("ImageType").type == pyarrow.list_(pyarrow.string())


def test_a_value_beyond_its_column_is_a_contract_error() -> None:
    rows = v3.manifest(client(manifest_service([{**row(0), "series_size_MB": 2**80}])), RIDER)
    with pytest.raises(ContractError, match="does not fit its column"):
        rows.to_arrow()


# SQL:


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([None, None], pyarrow.null()),
        ([None, True], pyarrow.bool_()),
        ([1, None, -(2**63)], pyarrow.int64()),
        ([2**64 - 1, 0], pyarrow.uint64()),
        ([2**64, -1], pyarrow.decimal128(38, 0)),
        ([10**38, -1], pyarrow.decimal256(76, 0)),
        ([1, 2.5], pyarrow.float64()),
        (["a", None], pyarrow.string()),
        ([[1], None, [], [2, None]], pyarrow.list_(pyarrow.int64())),
        ([[], None], pyarrow.list_(pyarrow.null())),
        ([{"a": 1}, None, {"a": None}], pyarrow.struct({"a": pyarrow.int64()})),
        ([{"a": [{"b": "c"}]}], pyarrow.struct({"a": pyarrow.list_(pyarrow.struct({"b": pyarrow.string()}))})),
    ],
)
def test_a_column_of_sql_has_the_type_that_all_its_values_share(values: list[Any], kind: pyarrow.DataType) -> None:
    for order in (values, values[::-1]):
        column = table(["a"], [[one] for one in order]).column("a")
        assert column.type == kind
        assert column.to_pylist() == order


@pytest.mark.parametrize("values", [[1, "a"], [True, 1], [[1], "a"], [{}], [{"a": 1}, [2]]])
def test_values_that_share_no_type_become_json(values: list[Any]) -> None:
    column = table(["a"], [[one] for one in values]).column("a")
    assert column.type == pyarrow.string()
    assert [yaml.safe_load(one) for one in column.to_pylist()] == values


TYPED = [
    ("DATE '2001-02-03'", pyarrow.date32(), datetime.date(2001, 2, 3)),
    ("TIME '04:05:06.5'", pyarrow.time64("us"), datetime.time(4, 5, 6, 500_000)),
    ("TIMESTAMP '2001-02-03 04:05:06'", pyarrow.timestamp("us"), datetime.datetime(2001, 2, 3, 4, 5, 6)),
    ("1.10::DECIMAL(5, 2)", pyarrow.decimal128(5, 2), Decimal("1.10")),
    ("sum(instanceCount)", pyarrow.decimal128(38, 0), Decimal(21111)),
    ("count(*)", pyarrow.int64(), 774),
    ("7::UTINYINT", pyarrow.uint8(), 7),
    ("18446744073709551615::UBIGINT", pyarrow.uint64(), 2**64 - 1),
    ("1.5::FLOAT", pyarrow.float32(), 1.5),
    ("sum(series_size_MB) > 1", pyarrow.bool_(), True),
    ("[DATE '2001-02-03', NULL]", pyarrow.list_(pyarrow.date32()), [datetime.date(2001, 2, 3), None]),
    ("[[1], []]", pyarrow.list_(pyarrow.list_(pyarrow.int32())), [[1], []]),
    ("{'a': 1}", pyarrow.struct({"a": pyarrow.int32()}), {"a": 1}),
    ("max(SeriesDescription)", pyarrow.string(), None),
]


def test_the_engines_types_are_asked_for_and_kept_also_where_there_is_nothing(standin: str) -> None:
    listed = ", ".join(f"{expression} AS a" for expression, _, _ in TYPED)
    with connect(standin) as idc:
        found = v3.sql(idc, f"SELECT {listed} FROM index WHERE collection_id = 'rider_pilot'; ", typed=True).to_arrow()
        assert found.schema.types == [kind for _, kind, _ in TYPED]
        values = [column[0].as_py() for column in found.columns]
        assert values[:-1] == [value for _, _, value in TYPED[:-1]]
        nothing = v3.sql(
            idc,
            "WITH t AS (SELECT * FROM index) -- all\nSELECT StudyDate::DATE AS day, instanceCount FROM t WHERE false",
            typed=True,
        )
        assert nothing.to_arrow().schema.types == [pyarrow.date32(), pyarrow.int64()]
        assert nothing.types == {"day": "DATE", "instanceCount": "BIGINT"}


def test_a_value_that_is_not_of_the_engines_type_is_a_contract_error() -> None:
    for kind, value in {"DATE": "soon", "BIGINT": "1", "VARCHAR": 1, "INTEGER": 2**40, "DECIMAL(3,1)": 1000.5}.items():
        with pytest.raises(ContractError, match="column a has a value that is not of type "):
            table(["a"], [[value]], {"a": kind})


def test_sql_serves_every_library(standin: str) -> None:
    with connect(standin) as idc:
        counted = "SELECT Modality, count(*) AS n FROM index WHERE collection_id = 'rider_pilot' GROUP BY 1 ORDER BY 1"
        found = v3.sql(idc, counted)
    expected = [tuple(one.values()) for one in found]
    assert found.to_polars().rows() == polars.DataFrame(found).rows() == expected
    assert [*found.to_pandas().itertuples(index=False, name=None)] == expected
    assert duckdb.sql("SELECT * FROM found").fetchall() == expected


# What is not installed:


@pytest.mark.parametrize(
    ("method", "missing", "extra"),
    [
        ("to_arrow", "pyarrow", "arrow"),
        ("batches", "pyarrow", "arrow"),
        ("to_pandas", "pandas", "pandas"),
        ("to_polars", "polars", "polars"),
    ],
)
def test_what_is_not_installed_is_said_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, method: str, missing: str, extra: str
) -> None:
    real = importlib.import_module

    def without(name: str, *more: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *more)

    monkeypatch.setattr(importlib, "import_module", without)
    rows = v3.manifest(client(manifest_service([row(0)])), RIDER)
    with pytest.raises(MissingExtra, match=rf"pip install 'idc-client\[{extra}\]'") as caught:
        getattr(rows, method)()
    assert isinstance(caught.value, ImportError)
    assert caught.value.name == missing


def test_no_library_of_tables_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from idc_ext import connect, v1, v3, manifests, Rows; "
        "assert not {'pyarrow', 'pandas', 'polars', 'duckdb', 'numpy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_installation_does_not_force_old_libraries() -> None:
    pinned = {"schemathesis"}  # a release of it is a part of the verdict
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    extras = [one for name, listed in project["optional-dependencies"].items() if name != "dev" for one in listed]
    for requirement in (*project["dependencies"], *extras):
        name = re.split(r"[\[<>=~]", requirement)[0]
        assert name in pinned or not re.search(r"<|==|~=", requirement), requirement
