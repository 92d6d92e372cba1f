"""Charts of tables: what is drawn, as text; what cannot be drawn; files."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import matplotlib
import pandas
import pytest

from idc_ext import ContractError, InvalidFilter, charts, connect, manifests, v3
from idc_ext._tables.html import size_text
from tests.support import atomic_writers
from tests.support.v3_service import client, manifest_service, row

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = [
    {"idc_version": "v1", "release_date": "2020-06-01", "series": 10},
    {"idc_version": "v2", "release_date": "2021-04-10", "series": 1200},
]


def test_bars_have_the_order_and_the_lengths_of_the_rows_and_a_text_with_all_of_them() -> None:
    table = v3.Table(["name", "n"], [{"name": "b", "n": 3}, {"name": None, "n": 4000}, {"name": "b", "n": 1}], False, 9)
    chart = charts.bars(table, "name", "n")
    assert chart.text == "Bar chart. N by name: b 4; no value 4,000"
    (axes,) = chart.figure.axes
    assert [bar.get_width() for bar in axes.patches] == [4, 4000]  # type: ignore[attr-defined] # bars are rectangles
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "no value"]


def test_rows_without_a_length_are_counted_page_by_page_and_the_largest_count_is_first() -> None:
    with client(manifest_service([row(n) for n in range(25)])) as idc:
        chart = charts.bars(v3.manifest(idc, {"Modality": ["CT"]}, page_size=10), "collection_id", most=1)
    assert chart.text.startswith("Bar chart. Rows by collection_id")
    assert " 25" in chart.text
    counted = charts.bars([{"a": name} for name in "xyyzyz"], "a", title="Letters", most=2)
    assert counted.text == "Bar chart. Letters, the first 2 of 3: y 3; z 2"


def test_values_of_an_attribute_and_the_history_of_a_selection_are_drawn_as_they_come(standin: str) -> None:
    with connect(standin) as idc:
        values = charts.bars(v3.attribute_values(idc, "Modality"), most=2)
        counted = manifests.history(idc, {"collection_id": ["lidc_idri"]})
        history = charts.growth(counted, title="LIDC-IDRI")
        assert counted["series"][-1] == v3.counts(idc, {"collection_id": ["lidc_idri"]}).series
        with pytest.raises(InvalidFilter, match="BodyPartExamined is not available for earlier releases"):
            manifests.history(idc, {"BodyPartExamined": ["LUNG"]})
    assert values.text == "Bar chart. Series by Modality, the first 2 of 25: CT 270,830; SR 270,687"
    archive = charts.growth([{**one, "size_TB": 99.945} for one in RELEASES])
    assert archive.text.endswith("v2 of 2021-04-10: 1,200 series, 99.9 TB")
    assert history.text.startswith("Steps over time. LIDC-IDRI. v1 of 2020-06-01: 15,116 series; v2 of")
    assert (len(archive.figure.axes), len(history.figure.axes)) == (2, 1)


def test_a_grid_counts_pairs_and_is_sorted() -> None:
    pairs = [{"a": "y", "b": "1 of 2"}, {"a": "x", "b": "2 of 2"}, {"a": "y", "b": "1 of 2"}]
    chart = charts.grid(pairs, "a", "b")
    assert chart.text == "Grid. Rows by a and b. x: 1 of 2 0, 2 of 2 1; y: 1 of 2 2, 2 of 2 0"
    assert charts.grid([{**one, "n": 5} for one in pairs], "a", "b", "n").text.endswith("y: 1 of 2 10, 2 of 2 0")


def test_a_notebook_gets_a_picture_with_its_text_and_a_file_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = charts.growth(RELEASES)
    data, metadata = chart._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"] == chart.text
    charts.growth(RELEASES).save(tmp_path / "a.svg")
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 40)
    charts.growth(RELEASES).save(tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    with pytest.raises(ValueError, match="which c\\.gif does not"):
        chart.save("c.gif")


def test_a_chart_that_cannot_be_saved_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = charts.growth(RELEASES)
    atomic_writers.check_failures_leave_the_old_file(tmp_path / "a.svg", lambda path, _: chart.save(path), monkeypatch)


@pytest.mark.parametrize(
    ("rows", "columns", "kind", "said"),
    [
        ([], ("a",), ValueError, "there are no rows to draw"),
        ([{"a": 1}], (), ValueError, "needs `label`"),
        ([{"a": 1}], ("b",), KeyError, "there is no column 'b': choose from a"),
        ([{"a": 1, "n": "2"}], ("a", "n"), ValueError, "column n has values that are not numbers"),
        (pandas.DataFrame({"a": [1]}), ("a",), TypeError, r"its rows as dictionaries \(pandas: frame.to_dict"),
        (7, ("a",), TypeError, "not of int"),
        (["text"], ("a",), TypeError, "not of list"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(rows: Any, columns: tuple[str, ...], kind: type, said: str) -> None:
    with pytest.raises(kind, match=said):
        charts.bars(rows, *columns)


def test_a_release_without_a_date_cannot_be_drawn() -> None:
    with pytest.raises(ContractError, match="v1 has no date"):
        charts.growth([{**RELEASES[0], "release_date": None}])


def test_without_matplotlib_the_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from idc_ext import charts, MissingExtra\n"
        "try:\n    charts.bars([{'a': 1}], 'a')\nexcept MissingExtra as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'idc-client[plot]'" in done.stdout


@pytest.mark.parametrize(
    ("terabytes", "text"),
    [(99.945, "99.9 TB"), (1234.5, "1,234.5 TB"), (0.032, "32.0 GB"), (0.0001, "100.0 MB"), (0.0, "less than 1 GB")],
)
def test_a_size_is_written_in_a_unit_of_which_there_is_one(terabytes: float, text: str) -> None:
    assert size_text(terabytes) == text
