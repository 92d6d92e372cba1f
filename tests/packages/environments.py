"""The sdist and the wheel of a clean clone, and new environments that a wheel is installed into.

Law: nothing runs in the checkout, and nothing of this process's environment is imported there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from tests.support.command_result import CommandResult
from tests.support.standin_process import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
#: The oldest Python that the packages support.
OLDEST = (3, 11)
#: Variables that would let the checkout, or the settings of the caller, into an environment.
FOREIGN = re.compile("PYTHON.*|VIRTUAL_ENV|IDC_.*|UV_.*|GOOGLE_.*|HTTPS?_PROXY|ALL_PROXY", re.IGNORECASE)

#: Options of the stand-in by which no citation comes from the internet; release 0.1.0 has no `--datacite`.
NO_REGISTRY = ("--datacite", NOWHERE)

Resolution = Literal["highest", "lowest-direct"]


@frozen
class Packages:
    """What one commit yields.

    Attributes:
        commit: The clean clone that it was built in.
        sdist: The source distribution.
        wheel: The wheel, built from the sdist.
    """

    commit: Path
    sdist: Path
    wheel: Path


@frozen
class Environment:
    """A virtual environment with the wheel and some of its extras.

    Attributes:
        folder: Its folder.
        work: An empty folder in which its commands run.
    """

    folder: Path
    work: Path

    def run(self, command: str, *words: str, **variables: str) -> CommandResult:
        """Run a command of the environment, as a user would who has only that."""
        ended = subprocess.run(
            [self.command(command), *words],
            cwd=self.work,
            env=environment_variables(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return CommandResult(ended.returncode, ended.stdout, ended.stderr)

    def command(self, name: str) -> str:
        """Return the path of a command, whether it is installed or not."""
        return str(self.folder / "bin" / name)

    @contextmanager
    def serving(self, *options: str, port: int = 0) -> Iterator[str]:
        """Run the stand-in of the environment; give its URL."""
        words = ["serve", "--port", str(port), "--doi-resolver", NOWHERE, *options]
        command = [self.command("idc-standin"), *words, "--state", str(self.work / "state")]
        with subprocess.Popen(
            command, cwd=self.work, env=environment_variables(), stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout is not None
                found = re.search(r"http://\S+", process.stdout.readline())
                assert found, "the stand-in did not start"
                yield found[0]
            finally:
                process.terminate()
                process.wait(timeout=20)


def environment_variables(**more: str) -> dict[str, str]:
    """Copy the variables of this process that say nothing about Python or this project, and add some."""
    return {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)} | more


def build(folder: Path) -> Packages:
    """Build the packages of the last commit in a clean clone."""
    clone, made = folder / "clone", folder / "made"
    run("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone))
    uv("build", "--quiet", "--out-dir", str(made), str(clone))
    (sdist,), (wheel,) = made.glob("*.tar.gz"), made.glob("*.whl")
    return Packages(clone, sdist, wheel)


def build_release(commit: str, folder: Path) -> Path:
    """Build the wheel of an earlier release, from its commit in the history of this checkout."""
    known = subprocess.run(["git", "-C", str(ROOT), "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True)
    assert known.returncode == 0, (
        f"this checkout has no history back to {commit}, from which an earlier release is built: "
        "fetch it (git fetch --unshallow; in a workflow, fetch-depth: 0)"
    )
    tree = folder / "tree"
    tree.mkdir()
    archive = folder / "tree.tar"
    run("git", "-C", str(ROOT), "archive", "--output", str(archive), commit)
    shutil.unpack_archive(archive, tree, filter="data")
    uv("build", "--quiet", "--wheel", "--out-dir", str(folder), str(tree))
    (wheel,) = folder.glob("*.whl")
    return wheel


def build_wheel_from_tree(packages: Packages, folder: Path) -> Path:
    """Build the wheel without the sdist, as `pip install` of a checkout does."""
    uv("build", "--quiet", "--wheel", "--out-dir", str(folder), str(packages.commit))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(
    wheel: Path, extras: Sequence[str], folder: Path, *, python: str, resolution: Resolution = "highest"
) -> Environment:
    """Install a wheel with extras into a new environment."""
    environment = Environment(folder / "venv", folder / "work")
    environment.work.mkdir(parents=True)
    uv("venv", "--quiet", "--no-python-downloads", "--python", python, str(environment.folder))
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    add(environment, wanted, resolution=resolution)
    return environment


def add(environment: Environment, wanted: str, *, resolution: Resolution = "highest") -> None:
    """Install one more requirement, or another version of one."""
    python = environment.command("python")
    uv("pip", "install", "--quiet", "--python", python, "--resolution", resolution, wanted)


def pythons() -> dict[str, str]:
    """Find a Python of each minor version that the packages support and this machine has, pyenv's included."""
    folders = [*Path.home().glob(".pyenv/versions/*/bin"), *os.environ.get("PATH", "").split(os.pathsep)]
    found = uv(
        *("python", "list", "--only-installed", "--output-format", "json"),
        PATH=os.pathsep.join(str(folder) for folder in folders if Path(folder).name != "shims"),
    )
    newest: dict[tuple[int, int], str] = {}
    for one in json.loads(found):
        parts = one["version_parts"]
        if one["implementation"] == "cpython" and one["variant"] == "default":
            newest.setdefault((parts["major"], parts["minor"]), one["path"])
    # This process's own Python runs for certain.
    newest[sys.version_info[:2]] = sys.executable
    return {".".join(map(str, version)): newest[version] for version in sorted(newest) if version >= OLDEST}


def uv(*words: str, **variables: str) -> str:
    """Run uv, which this process's environment has."""
    return run(str(Path(sys.executable).with_name("uv")), *words, **variables)


def run(*command: str, **variables: str) -> str:
    """Run a tool and return what it printed; its messages are the error if it fails."""
    ended = subprocess.run(command, env=environment_variables(**variables), capture_output=True, text=True)
    assert ended.returncode == 0, f"{shutil.which(command[0])} {' '.join(command[1:])}\n{ended.stderr}"
    return ended.stdout
