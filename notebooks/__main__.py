"""The notebooks, run from a clean kernel each, their outputs compared with the stored ones, or stored anew.

    python -m notebooks [--write] [FILE ...]

The exit code is 0 if all is as stored, 1 if an output differs or a cell fails, 2 if nothing could be run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import TYPE_CHECKING, Any

from notebooks.outputs import differences, normalized

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
LARGEST = 1_000_000
"""Bytes of a notebook with its outputs."""
SECONDS = 300
"""For one cell."""
MISSING = "the notebooks need nbclient and ipykernel, and {} is not installed: pip install '.[dev]', or make venv"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = argparse.ArgumentParser(prog="notebooks", description="Run the notebooks and compare their outputs.")
    words.add_argument("--write", action="store_true", help="store the outputs instead of comparing them")
    words.add_argument("files", nargs="*", type=Path, help="default: all notebooks of this folder")
    options = words.parse_args(arguments)
    # The kernel of this environment, and not one that the user installed for theirs.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    try:
        import ipykernel  # noqa: F401  the kernel is a process of its own
        import nbclient
        import nbformat
    except ModuleNotFoundError as error:
        sys.stderr.write(f"notebooks: {MISSING.format(error.name)}\n")
        return 2
    failed = False
    for path in options.files or sorted(HERE.glob("*.ipynb")):
        began = time.monotonic()
        try:
            stored = nbformat.read(path, as_version=4)
        except (OSError, ValueError) as error:  # nbformat's errors are among them
            sys.stderr.write(f"notebooks: {path} cannot be read: {' '.join(str(error).split())[:200]}\n")
            return 2
        try:
            fresh = executed(stored)
        except RuntimeError as error:  # such as a kernel that does not start
            sys.stderr.write(f"notebooks: {path.name} cannot be run: {' '.join(str(error).split())[:200]}\n")
            return 2
        except nbclient.exceptions.CellExecutionError as error:
            failed = True
            print(f"{path.name}: a cell fails with {error.ename}: {error.evalue}")
            print(indent(str(error).partition("-\n")[2].partition("\n---")[0], "    "))
            continue
        if options.write:
            write(fresh, path)
            found: list[str] = []
        else:
            found = list(differences(stored, fresh))
        if path.stat().st_size > LARGEST:
            found.append(f"the file has more than {LARGEST:,} bytes: draw or print less")
        failed = failed or bool(found)
        said = "differs" if found else "stored" if options.write else "as stored"
        print(f"{path.name}: {said} ({time.monotonic() - began:.0f} s)")
        for one in found:
            print(f"  {one}")
    if failed:
        print("If the new outputs are right, store them: make write-notebooks")
    return int(failed)


def executed(notebook: Any) -> Any:
    """Run a copy of a notebook, in a new kernel and an empty folder, without settings of the user."""
    from copy import deepcopy

    from nbclient import NotebookClient

    fresh = deepcopy(notebook)
    with TemporaryDirectory() as folder:
        own = {name: value for name, value in os.environ.items() if not name.startswith("IDC_") or "STANDIN" in name}
        client = NotebookClient(
            fresh,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            timeout=SECONDS,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        client.execute(env={**own, "PATH": path, "IPYTHONDIR": folder, "HOME": folder, **_cache()})
    return fresh


def _cache() -> dict[str, str]:
    """Where the archive of the stand-in is, although the kernel has another home."""
    from idc_standin.options import parser

    return {"IDC_STANDIN_CACHE": str(parser().parse_args(["build"]).cache)}


def write(notebook: Any, path: Path) -> None:
    """Write a notebook with outputs that are the same in every run."""
    import nbformat

    for number, cell in enumerate((one for one in notebook.cells if one.cell_type == "code"), 1):
        cell.outputs = [nbformat.from_dict(normalized(output)) for output in cell.outputs]
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
        cell.execution_count = number
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    nbformat.validate(notebook)
    unfinished = path.with_suffix(".unfinished")
    nbformat.write(notebook, unfinished)
    unfinished.replace(path)


if __name__ == "__main__":
    sys.exit(main())
