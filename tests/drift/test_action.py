"""The step of the action for GitHub, run by its own shell with the installed command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ACTION = Path(__file__).resolve().parents[2] / ".github" / "actions" / "drift"
BASE = """\
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /v3/a: {get: {responses: {"200": {description: fine}}}}
  /other: {get: {responses: {"200": {description: fine}}}}
"""
REVISION = BASE.replace("/other", "/moved")


def summary_of(folder: Path, **given: str) -> tuple[int, str, str]:
    """The exit code, the output `code` and the summary of a run with these inputs."""
    action = yaml.safe_load((ACTION / "action.yml").read_text())
    (step,) = (step for step in action["runs"]["steps"] if step.get("name") == "Compare")
    inputs = {name: str(found["default"]) for name, found in action["inputs"].items()} | given
    env = {name: inputs[text.split("inputs.")[1].split()[0]] for name, text in step["env"].items()}
    (folder / "idc-drift" / "bin").mkdir(parents=True)
    (folder / "idc-drift" / "bin" / "idc-drift").symlink_to(Path(sys.executable).with_name("idc-drift"))
    env |= {"RUNNER_TEMP": str(folder), "GITHUB_ACTION_PATH": str(ACTION)}
    env |= {name: str(folder / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=folder, env={**os.environ, **env}, check=False
    )
    return done.returncode, (folder / "GITHUB_OUTPUT").read_text(), (folder / "GITHUB_STEP_SUMMARY").read_text()


@pytest.mark.parametrize(
    ("given", "revision", "code", "said"),
    [
        ({}, REVISION, 1, "path-removed"),
        ({"scope": "/v3"}, REVISION, 0, "no drift"),
        ({"scope": "/v3 /other"}, REVISION, 1, "path-removed"),
        ({"scope": "/v3\n/other\n"}, REVISION, 1, "path-removed"),
        ({}, REVISION.replace("{get: {", "{get: {parameters: 5, "), 2, "Not read: "),
        ({}, "paths: {}", 2, "could not check: new.yaml is not an OpenAPI document"),
    ],
)
def test_the_action_compares_all_paths_with_a_base_of_yours_and_reports_in_the_summary(
    tmp_path: Path, given: dict[str, str], revision: str, code: int, said: str
) -> None:
    (tmp_path / "old.yaml").write_text(BASE)
    (tmp_path / "new.yaml").write_text(revision)
    exit_code, output, summary = summary_of(tmp_path, base="old.yaml", url="new.yaml", **given)
    assert (exit_code, output) == (code, f"code={code}\n")
    assert said in summary
