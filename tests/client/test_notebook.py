"""Results as a notebook shows them, and how they feel there: tables, indexing, progress, the Tab key, pickle."""

from __future__ import annotations

import io
import pickle
import warnings
from contextlib import redirect_stderr
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas
import pytest

from idc_ext import Page, connect, manifests, v3
from tests.support.v3_service import client, manifest_service, row

if TYPE_CHECKING:
    from pathlib import Path

RIDER = {"collection_id": "rider_pilot"}
ROWS = [row(n) for n in range(25)]


class Cells(HTMLParser):
    """The cells of a table, row by row, and all text; unclosed elements are an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text, self.open = "", list[str]()
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag in {"div", "table", "thead", "tbody", "tr", "th", "td", "p"}
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def shown(value: Any) -> Cells:
    return Cells(value._repr_html_())


def test_rows_show_their_request_before_and_the_first_rows_after_a_walk() -> None:
    with client(manifest_service(ROWS)) as idc:
        rows = v3.manifest(idc, RIDER, page_size=12)
        before = shown(rows)
        assert [name for name, _ in before.rows[1:]] == list(ROWS[0])
        assert '"terms":{"collection_id":["rider_pilot"]}' in before.text
        assert "nothing has been requested yet" in before.text
        list(rows)
        after = shown(rows)
        assert after.rows[0][:2] == ["collection_id", "PatientID"]
        assert len(after.rows) == 1 + 10
        assert "10 of 25 rows, 11 columns" in after.text


def test_a_page_a_table_and_changes_can_be_indexed_by_row_slice_and_column(tmp_path: Path) -> None:
    with client(manifest_service(ROWS)) as idc:
        page = next(v3.manifest(idc, RIDER, page_size=12).pages())
    assert (len(page), len(list(page))) == (12, 12)
    assert page[0].series_instance_uid == "1.0000"
    assert page["SeriesInstanceUID"] == [f"1.{n:04}" for n in range(12)]
    assert [one.series_instance_uid for one in page[1:3]] == ["1.0001", "1.0002"]
    assert "10 of 25 rows, 11 columns; this page has 12" in shown(page).text
    table = v3.Table(["a", "b"], [{"a": 1, "b": "<b>"}, {"a": 2_000, "b": None}], True, 2)
    assert (table[0], table["a"], table[1:]) == (table.rows[0], [1, 2_000], table.rows[1:])
    assert shown(table).rows == [["a", "b"], ["1", "<b>"], ["2,000", ""]]
    assert "more" in shown(table).text
    with pytest.raises(KeyError, match="there is no column 'c': choose from a, b"):
        table["c"]
    change = manifests.Change("added", "c", "1.2", None, "u")
    changes = manifests.Changes("v24", "v25", (0, 1), (change,))
    assert (changes[0], changes["kind"]) == (change, ["added"])
    assert "1 added, 0 removed, 0 revised; 0 series in v24, 1 in v25" in shown(changes).text


def test_what_the_archive_holds_is_shown_as_tables(standin: str) -> None:
    with connect(standin) as idc:
        collections, stats, counts = v3.collections(idc), v3.stats(idc), v3.counts(idc, RIDER)
        detail, values = v3.collection(idc, "rider_pilot"), v3.attribute_values(idc, "Modality")
    assert shown(collections).rows[0] == collections.columns
    assert f"10 of {len(collections)} rows" in shown(collections).text
    assert collections["collection_id"] == [one.collection_id for one in collections]
    assert collections[:2].to_pandas().shape == (2, len(collections.columns))
    assert ["CT", f"{values.values[0].count:,}"] in shown(values).rows
    assert f"10 of {len(values.values)} rows, 2 columns" in shown(values).text
    for model in (stats, counts, detail):
        assert ["series", f"{model.series:,}"] in shown(model).rows


def test_html_of_a_server_is_shown_as_text() -> None:
    hostile = "<script>alert(1)</script>"
    cells = shown(v3.Table([hostile], [{hostile: hostile}], False, 1))
    assert cells.rows == [[hostile], [hostile]]


@pytest.mark.parametrize("in_file", [False, True])
def test_progress_true_shows_a_bar(in_file: bool, tmp_path: Path) -> None:
    with client(manifest_service(ROWS)) as idc, redirect_stderr(io.StringIO()) as drawn:
        walk = v3.manifest(idc, RIDER, page_size=10).walk(progress=True)
        assert (walk.write(tmp_path / "rows.csv") if in_file else len(list(walk))) == 25
    assert "25.0/25.0" in drawn.getvalue() or "25/25" in drawn.getvalue()


def test_a_dataframe_of_rows_warns_and_names_what_to_use() -> None:
    with client(manifest_service(ROWS)) as idc:
        rows = v3.manifest(idc, RIDER)
        with pytest.warns(UserWarning, match=r"rows\.to_pandas\(\) or pandas\.DataFrame\.from_arrow\(rows\)") as found:
            pandas.DataFrame(rows)
        assert found[0].filename == __file__
        with pytest.warns(UserWarning, match=r"page\.records"):
            pandas.DataFrame(next(rows.pages()))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            frame = pandas.DataFrame.from_arrow(rows)
            assert frame["PatientID"].tolist() == [one["PatientID"] for one in ROWS]
            assert pandas.DataFrame(v3.Table(["a"], [{"a": 1}], False, 1))["a"].tolist() == [1]


def test_the_tab_key_offers_what_a_user_may_use() -> None:
    with client(manifest_service(ROWS)) as idc:
        rows = v3.manifest(idc, RIDER)
        offered = {name for name in dir(rows) if not name.startswith("_")}
        page: Page[Any] = next(rows.pages())
    assert offered == {"batches", "pages", "to_arrow", "to_pandas", "to_polars", "walk", "write", "write_parquet"}
    assert {"rows", "records", "total", "columns"} <= set(dir(page))
    assert {"content", "ends", "position", "upcoming"}.isdisjoint(dir(page))
    assert {name for name in dir(v3) if not name.startswith("__")} == set(v3.__all__)


def test_what_holds_a_client_says_what_to_do_instead_of_pickling_it() -> None:
    with client(manifest_service(ROWS)) as idc:
        rows = v3.manifest(idc, RIDER)
        for value in (idc, rows, v3.manifest_lines(idc, RIDER)):
            with pytest.raises(TypeError, match=r"cannot be pickled: .*connect\(\)"):
                pickle.dumps(value)
    filters = v3.where(Modality="CT")
    assert pickle.loads(pickle.dumps(filters)) == filters  # noqa: S301 - our own bytes
