"""Requests of v1 as tests of the stand-in send them, what its refusals look like, and tables of facts."""

from __future__ import annotations

import csv
import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

CT = {"name": "n", "description": "d", "filters": {"Modality": ["CT"]}}
QUERY = {"cohort_def": CT, "queryFields": {"fields": ["PatientID", "Modality"]}}


def write_facts(folder: Path, rows: list[dict[str, str]], name: str = "clinical") -> Path:
    """A folder of facts like the one included, but for one table."""
    shutil.copytree(Path(str(files("idc_standin") / "facts")), folder, dirs_exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["PatientID", "SeriesInstanceUID", "attribute", "value", "source"])
        writer.writeheader()
        writer.writerows({"source": "made up for a test", **row} for row in rows)
    return folder


def refused(response: httpx.Response, message: str = "", status: int = 400) -> None:
    """The application's envelope, with upstream's words first."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"code", "message"}
    assert body["code"] == status
    assert body["message"].startswith(message)


def gateway(response: httpx.Response, status: int, code: int, detail: str) -> None:
    """The gateway's envelope."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    details = [{"@type": "type.googleapis.com/google.rpc.DebugInfo", "stackEntries": [], "detail": detail}]
    assert (set(body), body["code"], body["details"]) == ({"code", "message", "details"}, code, details)
    assert body["message"]


def save(http: httpx.Client, headers: dict[str, str], **change: Any) -> int:
    response = http.post("/v1/cohorts", json={**CT, **change}, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()["cohort_properties"]["cohort_id"]


def listed(http: httpx.Client, headers: dict[str, str]) -> dict[int, dict[str, Any]]:
    cohorts = http.get("/v1/cohorts", headers=headers).json()["cohorts"]
    return {cohort["cohort_id"]: cohort for cohort in cohorts}
