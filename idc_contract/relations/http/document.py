"""The document that a service serves, compared with openapi.yaml by idc_drift."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import idc_drift
import idc_openapi
from idc_contract.calls import Request
from idc_contract.document.openapi import DOCUMENT
from idc_contract.judge import read
from idc_contract.relations.http.apis import relation
from idc_contract.relations.relation import holds
from idc_drift.__main__ import CLEAN, DRIFT, main

if TYPE_CHECKING:
    from idc_contract.relations.http.apis import Api
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

ACCEPTED = Path(str(idc_drift.__file__)).with_name("accepted.yaml")
MOST = 3
"""The number of differences that a message names."""


@relation(where="links")
def the_served_document_is_the_contract(service: Service, draw: Draw, api: Api) -> None:
    """The document that the service serves has no difference from openapi.yaml that breaks a client."""
    link = service.call(api.links).get("openapi")
    target = urlsplit(str(link))._replace(scheme="", netloc="").geturl()
    answer = service.timely(Request("GET", target))
    holds(answer.status == 200, "the served document", f"{target}: {answer.status}", answer)
    served = read(answer, f"GET {target}")
    if served != json.loads(json.dumps(DOCUMENT)):
        wrong = breaking(served, f"/{api.generation}")
        holds(not wrong, "the served document", f"{target}: {wrong}", answer)


def breaking(served: Any, scope: str) -> str:
    """The first differences that break clients, or why that could not be found out; empty if there are none."""
    with TemporaryDirectory(prefix="idc-contract-") as folder, redirect_stderr(StringIO()) as said:
        revision, report = Path(folder, "served.json"), Path(folder, "report.json")
        revision.write_text(json.dumps(served), encoding="utf-8")
        code = main([str(idc_openapi.path()), str(revision), "--scope", scope, "--accepted", str(ACCEPTED),
                     "--allow-unread", "--format", "json", "--output", str(report)])  # fmt: skip
        if code == CLEAN:
            return ""
        if code != DRIFT:
            return said.getvalue().strip()
        changes = json.loads(report.read_text(encoding="utf-8"))["changes"]
    wrong = [f"{each['operation']}: {each['message']} ({each['where']})" for each in changes if _fails(each)]
    return "; ".join(wrong[:MOST]) + (f"; and {len(wrong) - MOST} more" if len(wrong) > MOST else "")


def _fails(change: dict[str, Any]) -> bool:
    return change["level"] == "breaking" and not change["accepted"] and not change["not_released"]
