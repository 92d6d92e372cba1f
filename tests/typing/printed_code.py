"""The public face type-checks as it is documented, and so does all Python that README.md and docs/ print."""

import ast
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: All at once: reading the generated client takes most of the time.
FILES = ["public_face.py", "credentials_and_guids.py", "in_bigquery.py", "tables_and_manifests.py", "wrong_use.py"]
#: v3-b2-to-b5.md prints code of earlier releases, too.
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EARLIER = {"v3-b2-to-b5.md"}
#: Their blocks are one module, from top to bottom.
READ_IN_ORDER = {"tutorial.md", *(page.name for page in (ROOT / "docs" / "guides").glob("*.md"))}


def printed_modules(page: Path) -> list[str]:
    """The Python of a page: each block is a module; the indented ones continue the first block, in its `with`."""
    blocks = re.findall(r"```py(?:thon)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if not blocks or page.name in EARLIER:
        return []
    if page.name in READ_IN_ORDER:
        return ["\n".join(blocks)]
    first, *others = blocks
    inner = [block for block in others if block.startswith("    ")]
    return ["\n".join([first, *inner]), *(block for block in others if block not in inner)]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The printed code as files."""
    folder = tmp_path_factory.mktemp("printed")
    made = []
    for page in PAGES:
        for number, text in enumerate(printed_modules(page)):
            made.append(folder / f"{re.sub(r'[^a-z0-9]', '_', page.stem.lower())}_{number}.py")
            made[-1].write_text(text, encoding="utf-8")
    assert len(made) >= 8
    return made


def checked(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    environment = {**os.environ, "MYPYPATH": paths}
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_public_face_and_all_printed_code_are_typed_as_a_user_writes_them(printed: list[Path]) -> None:
    assert sorted([*FILES, "__init__.py", Path(__file__).name]) == sorted(path.name for path in HERE.glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-version=3.11"]
    command += [f"--cache-dir={ROOT / '.mypy_cache' / 'users'}"]
    done = checked([*command, *(str(HERE / name) for name in FILES), *map(str, printed)], HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_accepts_all_printed_code_and_sees_misspelled_names(printed: list[Path]) -> None:
    folder = printed[0].parent
    wrong = {
        "Modalty": 'from idc_ext import v3\n\nv3.where(Modalty="CT")\n',
        "cuonts": "from idc_ext.v3 import cuonts\n",
        "conect": "import idc_ext\n\nidc_ext.conect()\n",
        "nope": "from idc_ext import aio\n\naio.nope()\n",
    }
    for name, text in wrong.items():
        (folder / f"wrong_{name}.py").write_text(text, encoding="utf-8")
    settings = {"typeCheckingMode": "standard", "extraPaths": [str(ROOT), str(ROOT / "generated")]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    found = json.loads(checked(command, folder).stdout)
    assert found["summary"]["filesAnalyzed"] == len(printed) + len(wrong)
    wrongs = [one for one in found["generalDiagnostics"] if one["severity"] == "error"]
    errors = {Path(one["file"]).stem: one["message"] for one in wrongs}
    assert {name: f'"{name}"' in errors.pop(f"wrong_{name}", "") for name in wrong} == dict.fromkeys(wrong, True)
    assert not errors


def test_every_printed_module_can_be_compiled() -> None:
    for page in PAGES:
        for text in printed_modules(page):
            ast.parse(textwrap.dedent(text))


def test_both_packages_say_to_type_checkers_that_they_are_typed() -> None:
    # Without it mypy takes nothing of an installed package for typed; the paths above hide that.
    for package in ("idc_ext", "generated/idc_client"):
        assert (ROOT / package / "py.typed").is_file()
