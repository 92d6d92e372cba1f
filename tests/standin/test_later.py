"""A path of a later revision of the API is answered with what it is called here, and in v3."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from idc_openapi import content
from idc_standin.v1.later import LATER, explain

if TYPE_CHECKING:
    import httpx

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "notebook-2021.md").read_text("utf-8").splitlines()
    if line.startswith("| `/v")
]


@pytest.mark.parametrize(("path", "june", "v3"), DOCUMENTED, ids=[row[0] for row in DOCUMENTED])
def test_a_later_path_is_a_404_that_names_its_revision_and_what_answers_it_now(
    http: httpx.Client, path: str, june: str, v3: str
) -> None:
    answer = http.get(path.replace("{id}", "146"))
    assert answer.status_code == 404
    message = answer.json()["message"]
    assert (
        f"{path.replace('{id}', '146')} belongs to v{'2 (2023' if path.startswith('/v2') else '1 as of September'}"
        in message
    )
    assert f"where {june} answers it" in message.replace("`", "")
    assert f"and v3, where {v3} does" in message.replace("`", "")


def test_every_later_path_is_documented() -> None:
    for row in LATER:
        assert any(re.fullmatch(row.path, path.replace("{id}", "146")) for path, _, _ in DOCUMENTED), row.path


def test_what_is_named_is_an_operation_of_the_document() -> None:
    paths = set(re.findall(r"^  (/v[13]\S*):$", content().decode(), re.MULTILINE))
    named = {path for row in LATER for path in re.findall(r"(/v[13]\S*)", f"{row.june} {row.v3}".replace(",", " "))}
    assert named
    assert named <= paths


def test_other_unknown_paths_are_not_explained(http: httpx.Client) -> None:
    assert http.get("/v1/nonsense").json()["message"] == "Method does not exist."
    assert explain("/v3/nonsense") == ""
    assert http.get("/v2/nonsense").json()["message"].endswith("This server speaks v1 and v3.")
