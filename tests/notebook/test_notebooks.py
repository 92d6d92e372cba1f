"""The notebooks' runner: an altered output is found, and what differs from run to run is not; the stored files."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from notebooks.__main__ import LARGEST, main
from notebooks.outputs import differences
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHART = json.loads((ROOT / "notebooks" / "how_to_use_the_idc_api.ipynb").read_text("utf-8"))
#: A notebook with a number, and with what differs from run to run.
CELLS = (
    "import random, time\nport = random.randrange(10_000, 60_000)\n"
    "print(f'at http://127.0.0.1:{port}, in {time.time():.1f} s')",
    "40 + 2",
)


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def altered(change: Callable[[Any], None], kind: str) -> list[str]:
    """The differences of the stored notebook from a copy, after a change of its first output of a kind."""
    fresh = copy.deepcopy(CHART)
    change(next(one for one in outputs(fresh) if kind in one.get("data", {}) or one["output_type"] == kind))
    return list(differences(CHART, fresh))


def test_a_number_in_a_text_a_table_or_below_a_picture_may_not_change() -> None:
    assert list(differences(CHART, copy.deepcopy(CHART))) == []

    def text(output: Any) -> None:
        output["text"] = ["".join(output["text"]) + "1 more"]

    def table(output: Any) -> None:
        output["data"]["text/html"] = "".join(output["data"]["text/html"]).replace("2021-04-07", "2021-04-08")

    def drawn(output: Any) -> None:
        alt = output["metadata"]["image/png"]["alt"]
        output["metadata"]["image/png"]["alt"] = alt.replace("1,010", "1,011")

    for change, kind, said in (
        (text, "stream", "+1 more"),
        (table, "text/html", "2021-04-08"),
        (drawn, "image/png", "lidc_idri 1,011"),
    ):
        (found,) = altered(change, kind)
        assert "has another output than the stored one" in found
        assert said in found


def test_a_picture_that_is_missing_or_broken_is_found_and_other_bytes_of_the_same_size_are_not() -> None:
    def cut(output: Any) -> None:
        output["data"]["image/png"] = "".join(output["data"]["image/png"])[:400]

    def gone(output: Any) -> None:
        del output["data"]["image/png"]

    def other(output: Any) -> None:
        png = "".join(output["data"]["image/png"])
        output["data"]["image/png"] = png[:400] + ("A" if png[400] != "A" else "B") + png[401:]

    assert "not a whole PNG" in altered(cut, "image/png")[0]
    assert "-data.image/png" in altered(gone, "image/png")[0]
    assert altered(other, "image/png") == []


def test_an_output_that_was_removed_is_found() -> None:
    fresh = copy.deepcopy(CHART)
    next(cell for cell in fresh["cells"] if cell.get("outputs"))["outputs"].clear()
    assert len(list(differences(fresh, CHART))) == 1


def test_stored_outputs_are_compared_with_those_of_a_clean_kernel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in CELLS]), path)
    assert main(["--write", str(path)]) == 0
    stored = path.read_text("utf-8")
    assert main([str(path)]) == 0
    assert path.read_text("utf-8") == stored
    assert "http://127.0.0.1:49152, in 1 s" in stored
    capsys.readouterr()
    path.write_text(stored.replace('"42"', '"43"'), "utf-8")
    assert main([str(path)]) == 1
    said = capsys.readouterr().out
    assert "small.ipynb: differs" in said
    assert "code cell 2 (40 + 2) has another output" in said
    assert "    -data.text/plain: 43\n    +data.text/plain: 42" in said


def test_a_cell_that_fails_is_named_with_its_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "failing.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("left = 0\n1 / left")]), path)
    assert main(["--write", str(path)]) == 1
    said = capsys.readouterr().out
    assert "failing.ipynb: a cell fails with ZeroDivisionError: division by zero\n    left = 0\n    1 / left\n" in said


def test_what_is_no_notebook_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.ipynb").write_text("text")
    for name in ("text.ipynb", "missing.ipynb"):
        assert main([str(tmp_path / name)]) == 2
        assert re.fullmatch(rf"notebooks: \S*{name} cannot be read: [^\n]+\n", capsys.readouterr().err)


def test_without_jupyter_one_sentence_says_what_to_install() -> None:
    program = "import sys; sys.modules['nbclient'] = None\nfrom notebooks.__main__ import main\nsys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"notebooks: the notebooks need nbclient and ipykernel, and nbclient .*make venv\n", done.stderr
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_small_ran_from_top_to_bottom_and_links_to_what_there_is(path: Path) -> None:
    assert path.stat().st_size < LARGEST
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert targets
    assert [target for target in targets if not (path.parent / target.partition("#")[0]).exists()] == []


def test_the_lesson_shows_the_numbers_of_the_2021_notebook() -> None:
    shown = ["".join(one.get("data", {}).get("text/plain", one.get("text", ""))).strip() for one in outputs(CHART)]
    assert {"1581", "522", "6859"} <= set(shown)
    assert any(text.startswith("26\ndg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce") for text in shown)
    assert len([one for one in outputs(CHART) if "image/png" in one.get("data", {})]) >= 5
