"""The public face type-checks as it is documented."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.parametrize("name", ["public_face.py", "tables_and_manifests.py", "wrong_use.py"])
def test_the_public_face_is_typed_as_a_user_writes_it(name: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={tmp_path}",
        str(HERE / name),
    ]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    done = subprocess.run(
        [*command, "--python-version=3.11"],
        env={**os.environ, "MYPYPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
