"""`--version-url`: the release that the service reports, compared with the one that the base describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.__main__ import CLEAN, DRIFT, UNCHECKED, main
from idc_drift.reports import formats
from tests.support.canned_service import canned_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.canned_service import CannedService

OURS = {"api_version": "3.0.0b5", "idc_version": "v25"}


def document(upstream: Any = None, path: str = "/a") -> dict[str, Any]:
    named = {**OURS, "date": "2026-10-07"} if upstream is None else upstream
    info = {"title": "t", "version": "1", "x-idc-upstream": named}
    return {"openapi": "3.1.0", "info": info, "paths": {path: {"get": {"responses": {"200": {"description": ""}}}}}}


@pytest.fixture
def service() -> Iterator[CannedService]:
    with canned_service() as one:
        one.answers["/openapi.json"] = (200, document())
        one.answers["/version"] = (200, {**OURS, "build": None})
        yield one


@pytest.fixture(name="run")
def _run(service: CannedService, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command on the service's document and word; gives the exit code, the output and what is on stderr."""

    def run(*options: str, base: Any = None) -> tuple[int, str, str]:
        (tmp_path / "base.json").write_text(json.dumps(document() if base is None else base, indent=1))
        words = [str(tmp_path / "base.json"), f"{service.url}/openapi.json", "--version-url", f"{service.url}/version"]
        code = main([*words, *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_same_release_is_a_note_and_no_drift(run: Any) -> None:
    code, out, _ = run("--fail-on", "info")
    assert code == CLEAN
    assert "note: The service is of the release that the base describes: api_version 3.0.0b5, idc_version v25." in out


@pytest.mark.parametrize(
    ("said", "sentences"),
    [
        ({"api_version": "3.0.0b6"}, ["the service is one release on: 3.0.0b6, and the base describes 3.0.0b5"]),
        ({"api_version": "3.0.0b7"}, ["the service is two releases on: 3.0.0b7, and the base describes 3.0.0b5"]),
        ({"api_version": "3.0.0"}, ["the service is newer: 3.0.0, and"]),
        ({"api_version": "3.0.0b2"}, ["the service is three releases behind: 3.0.0b2, and"]),
        ({"api_version": "soon"}, ["the service is no version to compare: soon, and"]),
        ({"idc_version": "v26"}, ["the idc_version of the service is one release on: v26, and the base describes v25"]),
        ({"api_version": "3.0.0b6", "idc_version": "v27"}, ["the service is one", "of the service is two releases on"]),
    ],
)
def test_another_release_is_a_warning_that_says_how_many_and_what_to_do(
    run: Any, service: CannedService, said: dict[str, str], sentences: list[str]
) -> None:
    service.answers["/version"] = (200, {**OURS, **said})
    code, out, _ = run("--fail-on", "info", "--format", "json")
    found = json.loads(out)["changes"]
    assert (code, [change["level"] for change in found]) == (DRIFT, ["warning"] * len(sentences))
    for change, sentence in zip(found, sentences, strict=True):
        assert sentence in change["message"]
        assert change["message"].endswith("its document has not changed; run the contract suite against it")
        assert change["pointer"] == f"/info/x-idc-upstream/{change['where']}"
        assert change["line"] > 1
    assert run()[0] == CLEAN  # by default, drift is what breaks


def test_what_changed_in_its_document_is_counted_beside_it(run: Any, service: CannedService) -> None:
    service.answers["/version"] = (200, {**OURS, "api_version": "3.0.0b6"})
    service.answers["/openapi.json"] = (200, document(path="/b"))
    code, out, _ = run()
    assert code == DRIFT
    assert "its document changed in 2 places; run the contract suite against it" in out
    assert "the path /a was removed" in out


@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_form_of_the_report_says_it(run: Any, service: CannedService, form: str) -> None:
    service.answers["/version"] = (200, {**OURS, "api_version": "3.0.0b7"})
    out = run("--format", form)[1]
    assert "two releases on" in out
    assert "run the contract suite" in out


@pytest.mark.parametrize(
    ("answer", "base", "sentence"),
    [
        ((404, {"detail": "Not Found"}), None, "responded 404"),
        ((200, "soon"), None, "does not report a release: it is not a JSON object"),
        ((200, "[" * 100_000), None, "it is not a JSON object"),
        ((200, [1]), None, "it is not a JSON object"),
        ((200, {"api_version": "3.0.0b5"}), None, "does not report the idc_version that"),
        ((200, {**OURS, "api_version": 3}), None, "does not report the api_version that"),
        ((200, OURS), document(upstream={}), "names no release in info.x-idc-upstream"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence_and_not_the_same(
    run: Any, service: CannedService, answer: Any, base: Any, sentence: str
) -> None:
    service.answers["/version"] = answer
    code, out, err = run(base=base)
    assert (code, out, err.count("\n")) == (UNCHECKED, "", 1)
    assert sentence in err


def test_no_patch_is_asked_to_mend_it(
    service: CannedService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "base.json").write_text(json.dumps(document()))
    with pytest.raises(SystemExit):
        main(["update", str(tmp_path / "base.json"), f"{service.url}/openapi.json", "--version-url", service.url])
    assert "--version-url" in capsys.readouterr().err
