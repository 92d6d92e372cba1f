"""`releases`: all data releases, what one of them changed, and the chart of the archive's growth."""

from __future__ import annotations

import csv
import html
import io
import itertools
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.support.document import OPERATIONS
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.canned_service import CannedService
    from tests.support.command_result import CommandResult, RunCommand


@pytest.fixture(scope="module")
def coming() -> Iterator[str]:
    """URL of a stand-in of the next release."""
    with serving("--next") as url:
        yield url


def rows(result: CommandResult) -> list[dict[str, str]]:
    assert result.code == 0, result.err
    return list(csv.DictReader(io.StringIO(result.out)))


def test_all_releases_are_listed_with_dates_changes_and_sizes(run_on_standin: RunCommand) -> None:
    found = rows(run_on_standin("releases"))
    assert (len(found), found[0]["release_date"], found[-1]["idc_version"]) == (25, "2020-06-01", "v25")
    assert (found[19]["series_added"], found[19]["series_revised"]) == ("12469", "590")
    assert (found[-1]["series"], found[-1]["size_TB"]) == ("1044191", "99.945")


def test_of_one_release_the_collections_are_listed_and_the_rest_is_said(run_on_standin: RunCommand) -> None:
    result = run_on_standin("releases", "v12")
    found = rows(result)
    assert len(found) == 12
    assert found[0] == {
        "collection_id": "ct_vs_pet_ventilation_imaging", "status": "new", "series_added": "119", "series_revised": "0",
        "series_removed": "0", "size_TB_added": "0.015", "size_TB_revised": "0.0", "size_TB_removed": "0.0",
        "patients_affected": "20",
    }  # fmt: skip
    assert "v12 of 2022-09-21 since v11 of 2022-08-18: series 325 added (32.0 GB), 0 revised" in result.err
    assert "new: ct_vs_pet_ventilation_imaging, ctpred_sunitinib_pannet\n" in result.err
    assert "removed: apollo_5_esca, " in result.err


def test_a_release_that_changed_nothing_is_a_table_without_rows(run_on_standin: RunCommand) -> None:
    result = run_on_standin("releases", "6")
    assert (rows(result), result.out.count(",")) == ([], 8)
    assert "0 added" in result.err


def test_json_is_the_same_whether_the_service_has_the_operation_or_not(run_on_standin: RunCommand, coming: str) -> None:
    by_sql, by_operation = (
        run_on_standin("releases", "24", "-f", "json"),
        run_on_standin("releases", "24", "-f", "json", "--base-url", coming),
    )
    assert by_sql.out == by_operation.out
    assert (by_sql.json["series_added"], len(by_sql.json["new_collections"])) == (39872, 15)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("26",), "26 is not a data release; the service has 1 to 25"),
        (("0",), "0 is not a data release"),
        (("-1",), ""),
        (("v24.0",), "'v24.0' is not a data release: write 24 or v24"),
        (("２４",), "is not a data release"),
        (("5", "--plot", "growth.svg"), "leave out the number of one"),
        (("--plot", "growth.gif"), "the name of a chart ends with .svg or .png or .pdf, which growth.gif does not"),
        (("--plot", "growth"), "which growth does not"),
        (("--plot", "there/is/no/growth.svg"), "there is no folder there/is/no"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_sentence(
    run_on_standin: RunCommand, words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_on_standin("releases", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert result.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_chart_is_the_same_each_time_and_names_its_axes(
    run_on_standin: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.SVG"
    assert len(rows(run_on_standin("releases", "--plot", first))) == 25
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 40)  # what its user likes elsewhere makes no difference
    assert len(rows(run_on_standin("releases", "--plot", second))) == 25
    assert first.read_bytes() == second.read_bytes()
    assert ElementTree.parse(first).getroot().tag.endswith("svg")  # noqa: S314 - ours
    drawn = first.read_text(encoding="utf-8")
    for text in (
        "v1 to v25",
        "99.9 TB in 1,044,191 series",
        "Size (TB, 10¹² bytes)",
        "Series",
        "Date of the data release",
    ):
        assert f"<!-- {text}" in drawn or text in drawn


def test_labels_of_the_chart_do_not_overlap(
    run_on_standin: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Text] = []
    draw = Text.draw

    def noted(text: Text, *arguments: object) -> None:
        if text.get_visible():
            drawn.append(text)
        draw(text, *arguments)  # type: ignore[arg-type] # whatever it was called with

    def looked_at(figure: Figure, *_: object, **__: object) -> None:
        figure.draw_without_rendering()
        drawn.clear()  # a layout draws more than once
        figure.draw_without_rendering()

    monkeypatch.setattr(Text, "draw", noted)
    monkeypatch.setattr(Figure, "savefig", looked_at)
    run_on_standin("releases", "--plot", tmp_path / "growth.png")
    seen = [(one.get_text(), one.get_window_extent()) for one in dict.fromkeys(drawn) if one.get_text()]
    assert {"v1", "v25", "Series", "1,000,000", "2026"} <= {text for text, _ in seen}
    for (text, box), (other, place) in itertools.combinations(seen, 2):
        assert not box.overlaps(place), f"{text!r} and {other!r}"


def test_the_series_of_each_value_are_drawn_as_text_whatever_the_values_are(
    run: RunCommand, canned: CannedService, tmp_path: Path
) -> None:
    values = [("CT", 12_000), (r"$\frac{", 7), ("<b>\x1b[31m", 5), *((f"M{n}", 1) for n in range(40))]
    listed = [{"value": value, "count": count} for value, count in values]
    canned.answers["/v3/attributes/Modality/values"] = (
        200,
        {"attribute": "Modality", "values": listed, "truncated": False, "note": ""},
    )
    stats = OPERATIONS["GET", "/v3/stats"]["responses"]["200"]["content"]["application/json"]["example"]
    canned.answers["/v3/stats"] = (200, {**stats, "series": 7})
    files = [tmp_path / "values.svg", tmp_path / "stats.svg"]
    for file, words in zip(files, (["values", "Modality"], ["stats"]), strict=True):
        assert run("--base-url", canned.url, *words, "--plot", file).code == 0
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert ElementTree.parse(files[0]).getroot().tag.endswith("svg")  # noqa: S314 - ours
    drawn = html.unescape(first.decode())
    for text in ("series by Modality, the first 30 of 43", "12,000", "M26", r"\frac{", r"<b>\x1b[31m"):
        assert text in drawn
    assert "M27 " not in drawn


@pytest.mark.parametrize(("ending", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_other_forms_are_by_the_ending_and_the_same_each_time(
    run_on_standin: RunCommand, tmp_path: Path, ending: str, begins: bytes
) -> None:
    files = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for file in files:
        run_on_standin("releases", "--plot", file)
    first, second = (file.read_bytes() for file in files)
    assert first.startswith(begins)
    assert first == second


def test_without_matplotlib_the_extra_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from idc_ext.cli import main\n"
        f"sys.exit(main(['releases', '--plot', {str(tmp_path / 'a.svg')!r}, '--base-url', 'http://127.0.0.1:9']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'idc-client[plot]'" in done.stderr
