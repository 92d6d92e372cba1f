"""Swagger UI, the reports and the documentation in headless Chromium (`make browser`; not part of `make test`).

Every page, light and dark, narrow and wide: no message of an error, no request that leaves the machine, no finding of
axe-core but those of Swagger UI's own design.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from attrs import field, frozen
from playwright.sync_api import sync_playwright

from tests.support.standin_process import ROOT
from tests.support.standin_process import serving as serving_standin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SITE = ROOT / "reports" / "site"
AXE = ROOT / "reports" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = ROOT / "reports" / "screens"
WIDTHS = {"narrow": 390, "wide": 1280}
SCHEMES = ("light", "dark")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
#: What axe-core finds in a page that is not ours, by the id of its rule, and why it stays.
SWAGGER_UI = {
    "color-contrast": "Swagger UI writes grey on grey",
    "label": "Swagger UI's selection of a server and of media types has no label",
    "select-name": "Swagger UI's selection of media types has no name",
    "landmark-one-main": "Swagger UI has no main landmark",
    "page-has-heading-one": "its first heading is a level two",
    "region": "Swagger UI has no landmarks",
    "scrollable-region-focusable": "examples of Swagger UI scroll",
    "nested-interactive": "the row of an operation is a button that has others in it",
    "heading-order": "Swagger UI's headings leave levels out",
    "aria-allowed-role": "roles of Swagger UI",
    "aria-prohibited-attr": "roles of Swagger UI",
    "target-size": "anchors of Swagger UI are small",
}
#: The same for the theme of the site.
THEME = {
    "landmark-unique": "the theme's menus and code buttons are navigation landmarks without names of their own",
    "empty-table-header": "a table of facts, whose first column names them, has no headings",
    "scrollable-region-focusable": "wide tables scroll in a box of the theme",
}


@frozen
class Seen:
    """What a page did while it was open."""

    errors: list[str] = field(factory=list)
    hosts: set[str] = field(factory=set)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    assert program, "Chromium is missing: install it (Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both reports, made from a service and a document that have something to report."""
    folder = tmp_path_factory.mktemp("reports")
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    (folder / "old.yaml").write_text(text, "utf-8")
    (folder / "new.yaml").write_text(
        text.replace("maximum: 5000", "maximum: 4000").replace("/v3/licenses", "/v3/licences")
    )
    words = [sys.executable, "-m", "idc_drift", "old.yaml", "new.yaml", "--format", "html", "--output", "drift.html"]
    assert subprocess.run(words, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode == 1
    with serving_standin("--quirks") as url:
        words = [sys.executable, "-m", "idc_contract", "--url", url, "--generation", "v1", "--reports", str(folder)]
        words += ["--layer", "relations", "--share", "0.05", "--rate", "1000", "--mistakes"]
        assert subprocess.run(words, cwd=folder).returncode == 1
    (folder / "report.html").rename(folder / "contract.html")
    return folder


@pytest.fixture(scope="session")
def addresses(standin: str, reports: Path) -> Iterator[dict[str, str]]:
    """The address of each page."""
    assert SITE.exists(), "make docs builds the site that is looked at: run it first"
    with Serving(SITE) as site, Serving(reports) as made:
        yield {
            "swagger of v1": f"{standin}/v1/swagger",
            "swagger of v3": f"{standin}/v3/docs",
            "contract report": f"{made}/contract.html",
            "drift report": f"{made}/drift.html",
            "start": f"{site}/index.html",
            "tutorial": f"{site}/tutorial.html",
            "a guide": f"{site}/guides/dataframes.html",
            "reference of Python": f"{site}/reference/python.html",
            "an operation": f"{site}/reference/api/getManifest.html",
            "drift rules": f"{site}/drift.html",
        }


PAGES = (
    *("swagger of v1", "swagger of v3", "contract report", "drift report"),
    *("start", "tutorial", "a guide", "reference of Python", "an operation", "drift rules"),
)


class Serving:
    """A web server of a folder, on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/favicon.ico":  # a browser asks for it unless a file is opened
                    self.send_response(204)
                    self.end_headers()
                else:
                    super().do_GET()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def opened(browser: Browser, address: str, width: int, scheme: Any) -> tuple[Page, Seen]:
    """Open a page; give what it did."""
    seen = Seen()
    # The reports allow no foreign script, which axe-core is.
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).hostname or ""))
    page.goto(address, wait_until="networkidle")
    page.locator("h1, h2").first.wait_for()
    return page, seen


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_errors_stays_on_the_machine_and_can_be_read_by_everyone(
    browser: Browser, addresses: dict[str, str], name: str, size: str, scheme: str
) -> None:
    assert AXE.exists(), "axe-core is missing: make browser installs it (Node.js is needed)"
    page, seen = opened(browser, addresses[name], WIDTHS[size], scheme)
    try:
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name} {size} {scheme}.png")
        assert page.title()
        assert page.locator("h1, h2").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "the page is too wide"
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        ours = name.endswith("report")
        allowed = {} if ours else SWAGGER_UI if name.startswith("swagger") else THEME
        findings = [
            f"{one['id']}: {one['help']}: {[node['html'][:100] for node in one['nodes'][:3]]}"
            for one in found
            if one["id"] not in allowed
        ]
        assert findings == []
        assert seen.errors == []
        assert seen.hosts <= {"127.0.0.1", ""}, "a page asked another host"
    finally:
        page.close()


@pytest.mark.parametrize(("name", "operation"), [("swagger of v1", "getAbout"), ("swagger of v3", "getVersion")])
def test_try_it_out_shows_a_real_answer(browser: Browser, addresses: dict[str, str], name: str, operation: str) -> None:
    page, seen = opened(browser, addresses[name], 1280, "light")
    try:
        block = page.locator(f"[id$='{operation}']").first
        block.click()
        block.get_by_role("button", name="Try it out").click()
        block.get_by_role("button", name="Execute").click()
        block.locator(".live-responses-table .response-col_status").first.wait_for()
        assert block.locator(".live-responses-table tbody .response-col_status").first.inner_text().startswith("200")
        assert seen.errors == []
        assert seen.hosts <= {"127.0.0.1", ""}
    finally:
        page.close()
