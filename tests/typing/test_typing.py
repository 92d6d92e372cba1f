"""The public face type-checks as it is documented."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: All at once: reading the generated client takes most of the time.
FILES = ["public_face.py", "credentials_and_guids.py", "in_bigquery.py", "tables_and_manifests.py", "wrong_use.py"]


def test_the_public_face_is_typed_as_a_user_writes_it() -> None:
    assert sorted([*FILES, "__init__.py", Path(__file__).name]) == sorted(path.name for path in HERE.glob("*.py"))
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-version=3.11"]
    command += [f"--cache-dir={ROOT / '.mypy_cache' / 'users'}", *(str(HERE / name) for name in FILES)]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    done = subprocess.run(
        command, env={**os.environ, "MYPYPATH": paths}, cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_packages_say_to_type_checkers_that_they_are_typed() -> None:
    # Without it mypy takes nothing of an installed package for typed; the paths above hide that.
    for package in ("idc_ext", "generated/idc_client"):
        assert (ROOT / package / "py.typed").is_file()
