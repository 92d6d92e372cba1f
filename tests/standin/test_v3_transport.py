"""Headers, the router, and the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

import idc_openapi
from tests.support.standin_process import ROOT

if TYPE_CHECKING:
    import httpx


def test_answers_carry_the_services_headers(http: httpx.Client) -> None:
    plain = http.get("/v3/health")
    crossed = http.get("/v3/collections/none", headers={"Origin": "https://example.org"})
    for answer in (plain, crossed):
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert answer.headers["vary"] == "Origin"
    assert crossed.headers["access-control-allow-origin"] == "*"
    assert plain.headers["server"].startswith("idc-standin/")


def test_the_router_answers_as_upstreams_does(http: httpx.Client) -> None:
    assert http.head("/v3/health").status_code == 405
    wrong = http.delete("/v3/health")
    assert (wrong.status_code, wrong.headers["allow"], wrong.json()) == (405, "GET", {"detail": "Method Not Allowed"})
    unknown = http.get("/v3/nothing")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not Found"})
    slash = http.get("/v3/health/")
    assert (slash.status_code, slash.headers["location"].endswith("/v3/health")) == (307, True)
    assert http.get("/").headers["location"] == "/v3/docs"


@pytest.mark.parametrize("target", [b"*", b"nowhere", b"http://127.0.0.1/v3/health"])
def test_a_target_that_is_not_a_path_is_not_found(http: httpx.Client, target: bytes) -> None:
    answer = http.options("/", extensions={"target": target})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_the_document_and_its_page_are_served_from_this_machine(http: httpx.Client) -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert http.get("/v3/openapi.json").json() == idc_openapi.released(document)
    page = http.get("/v3/docs")
    assert "swagger-ui" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert http.get("/v3/docs/assets/swagger-ui.css").status_code == 200
