"""The command `version`: versions of service, contract and client, also without a service."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

import idc_openapi

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.canned_service import CannedService
    from tests.support.command_result import RunCommand

CONTRACT = idc_openapi.upstream()
CLIENT_FIELDS = {
    "contract_api_version": CONTRACT.api_version,
    "contract_date": CONTRACT.date,
    "client_version": metadata.version("idc-client"),
}
SERVICE_FIELDS = {
    "idc_version": "v25",
    "idc_index_data_version": "25.0.5",
    "api_version": CONTRACT.api_version,
    "build": "b",
}
NO_SERVICE_FIELDS = dict.fromkeys([*SERVICE_FIELDS, "service_is"])


def test_the_stand_in_is_of_the_release_of_the_contract(run_on_standin: RunCommand) -> None:
    result = run_on_standin("version")
    assert (result.code, result.err) == (0, "")
    assert result.json["api_version"] == CONTRACT.api_version
    assert result.json["service_is"] == "same"
    assert result.json.items() >= CLIENT_FIELDS.items()


@pytest.mark.parametrize(
    ("release", "standing", "named"),
    [
        ("99.0.0b7", "newer", "99.0.0b7"),
        ("1.0.0", "older", "1.0.0"),
        ("\x1b[31mred", "incomparable", "'\\x1b[31mred', which is not a version"),
    ],
)
def test_a_service_of_another_release_is_shown_and_remarked_on(
    run: RunCommand, canned: CannedService, release: str, standing: str, named: str
) -> None:
    canned.answers["/v3/version"] = (200, {**SERVICE_FIELDS, "api_version": release})
    result = run("--base-url", canned.url, "version")
    assert result.code == 0
    assert result.json == {**SERVICE_FIELDS, "api_version": release, "service_is": standing, **CLIENT_FIELDS}
    sentence = f"the service is {named}, this client was made for {CONTRACT.api_version}; see idc-ext doctor"
    assert result.err == f"idc-ext: {sentence}\n"


def test_what_a_service_of_another_release_says_besides_is_shown_and_what_it_leaves_out_is_null(
    run: RunCommand, canned: CannedService
) -> None:
    canned.answers["/v3/version"] = (200, {"api_version": "99.0.0", "more": 1})
    result = run("--base-url", canned.url, "version")
    assert (result.code, result.json["more"], result.json["idc_version"]) == (0, 1, None)


def test_without_a_service_the_contract_and_the_client_are_shown(run: RunCommand, tmp_path: Path) -> None:
    there_is_none = ["--base-url", "http://127.0.0.1:9", "--retries", "0", "version"]
    result = run(*there_is_none)
    assert (result.code, result.json) == (3, {**NO_SERVICE_FIELDS, **CLIENT_FIELDS})
    assert result.err.count("\n") == 1
    assert "could not reach http://127.0.0.1:9" in result.err
    result = run(*there_is_none, "--format", "csv", "--columns", ",".join(CLIENT_FIELDS), "-o", tmp_path / "v.csv")
    assert (result.code, result.out) == (3, "")
    assert (tmp_path / "v.csv").read_text().splitlines() == [",".join(CLIENT_FIELDS), ",".join(CLIENT_FIELDS.values())]


@pytest.mark.parametrize(
    ("answer", "served", "says_so"),
    [
        ((404, {"detail": "Not Found"}), {}, "404"),
        ((200, []), {}, "Expected `object`, got `array`"),
        ((200, {"hello": "world"}), {"hello": "world"}, "names no api_version; is it the right host?"),
        ((200, {**SERVICE_FIELDS, "api_version": 3}), {**SERVICE_FIELDS, "api_version": 3}, "names no api_version"),
    ],
    ids=["refused", "list", "another service", "number"],
)
def test_a_service_that_does_not_name_its_release_ends_with_1(
    run: RunCommand,
    canned: CannedService,
    answer: tuple[int, Any],
    served: dict[str, Any],
    says_so: str,
) -> None:
    canned.answers["/v3/version"] = answer
    result = run("--base-url", canned.url, "version")
    assert (result.code, result.json) == (1, {**NO_SERVICE_FIELDS, **served, **CLIENT_FIELDS})
    assert result.err.count("\n") == 1
    assert says_so in result.err
