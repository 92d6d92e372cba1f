"""What a refusal says where the service is of another release than the client was made for."""

from __future__ import annotations

import json
import math
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from idc_client.api.v3 import count_cohort, get_stats
from idc_client.models import V3SelectionRequest

import idc_openapi
from idc_ext import InvalidRequest, NotFound, connect, deadline, v1, v3
from tests.support import patching
from tests.support.faulty_server import Wire, answer, faulty, hang_up, reset
from tests.support.v1_service import SPEC
from tests.support.v3_service import RIDER, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable


OURS = idc_openapi.upstream().api_version
NOTICE = f"the service is 3.0.0b7, two releases on, this client was made for {OURS}; see idc-ext doctor. "
REFUSED = {422: {"detail": [{"type": "extra_forbidden", "loc": ["body", "filters"], "msg": "no", "input": {}}]},
           400: {"error": {"code": "invalid_query", "message": "no"}}}  # fmt: skip
ASKING: dict[str, Callable[[Any], Any]] = {
    "counts": lambda idc: v3.counts(idc, RIDER),
    "rows": lambda idc: list(v3.manifest(idc, RIDER)),
    "lines": lambda idc: list(v3.manifest_lines(idc, RIDER)),
    "sql": lambda idc: v3.sql(idc, "SELECT 1"),
    "a generated function": lambda idc: count_cohort.sync(client=idc, body=V3SelectionRequest()),
}


def release(version: Any) -> Any:
    return answer(200, json.dumps({**VERSION, "api_version": version}).encode())


def refusing(status: int) -> Any:
    return answer(status, json.dumps(REFUSED[status]).encode())


def refusal(ask: Callable[[Any], Any], *steps: Any) -> tuple[InvalidRequest, list[str]]:
    """What is raised, and what was asked for, where a server takes these steps."""
    with faulty(*steps) as server, connect(server.url, retries=0) as idc, pytest.raises(InvalidRequest) as raised:
        ask(idc)
    return raised.value, [one.target for one in server.seen]


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_of_another_release_says_so_first(ask: Any, status: int) -> None:
    walks = "manifest" in str(ask.__code__.co_names)
    first = [release("3.0.0b7")] if walks else []
    found, _ = refusal(ask, *first, refusing(status), release("3.0.0b7"))
    assert str(found).startswith(NOTICE + "POST /v3/")
    assert (found.notice + ". ", found.status) == (NOTICE, status)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - made in this line
    assert (str(again), again.notice) == (str(found), found.notice)


async def test_a_refusal_of_another_release_says_so_first_in_asynchronous_code() -> None:
    with faulty(refusing(422), release("3.0.0b7")) as server:
        async with connect(server.url, retries=0) as idc:
            with pytest.raises(InvalidRequest) as raised:
                await count_cohort.asyncio(client=idc, body=V3SelectionRequest())
    assert str(raised.value).startswith(NOTICE)


def test_the_release_is_asked_for_once_and_only_of_refusals_with_the_headers_of_every_request() -> None:
    steps = (refusing(422), release("3.0.0b7"), refusing(400), answer(404, b'{"detail": "Not Found"}'))
    with faulty(*steps) as server, connect(server.url, headers={"X-Api-Key": "key"}) as idc:
        for _ in range(2):
            with pytest.raises(InvalidRequest, match=r"^the service is 3\.0\.0b7"):
                v3.counts(idc, RIDER)
        with pytest.raises(NotFound, match=r"^GET /v3/stats"):
            get_stats.sync(client=idc)
    assert [one.target for one in server.seen] == [
        "/v3/cohort/counts", "/v3/version", "/v3/cohort/counts", "/v3/stats",
    ]  # fmt: skip
    assert {one.headers["x-api-key"] for one in server.seen} == {"key"}  # a gateway would refuse the question without


@pytest.mark.parametrize(
    "said",
    [
        release(OURS),
        release(None),
        answer(200, b"[]"),
        answer(200, b"no JSON"),
        answer(200, b"[" * 100_000),
        answer(500, b"Internal Server Error"),
        answer(404, b"{}"),
        answer(200, b"no gzip", content_encoding="gzip"),
        hang_up,
        reset,
    ],
)
def test_a_refusal_stays_as_it_is_where_the_release_is_ours_or_cannot_be_had(said: Any) -> None:
    found, _ = refusal(ASKING["counts"], refusing(422), said)
    assert str(found).startswith("POST /v3/cohort/counts was answered with 422")
    assert found.notice == ""


def test_what_the_release_calls_itself_cannot_write_to_a_terminal() -> None:
    found, _ = refusal(ASKING["counts"], refusing(422), release("\x1b[2J\n3.0"))
    assert "which is not a version" in found.notice
    assert str(found).isprintable()


def test_a_refusal_of_v1_asks_for_no_release() -> None:
    _, asked = refusal(
        lambda idc: list(v1.preview_manifest(idc, SPEC, fields=["GCS_URL"])),
        answer(400, b'{"code": 400, "message": "no"}'),
    )
    assert len(asked) == 1


def silent(wire: Wire) -> bool:
    """The release, two seconds after it was asked for."""
    return not wire.result.wait(2) and bool(release("3.0.0b7")(wire))


def dripping(wire: Wire) -> bool:
    """The release, byte by byte: no pause is long, and all of them are two seconds."""
    body = b" " * 100 + json.dumps({"api_version": "3.0.0b7"}).encode()
    wire.send(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    for byte in body[:100]:
        if wire.result.wait(0.02):
            return False
        wire.send(bytes([byte]))
    wire.send(body[100:])
    return False


@pytest.mark.parametrize("late", [silent, dripping])
@pytest.mark.parametrize("whose", ["of the question", "of the client", "of the code around it"])
async def test_the_question_does_not_outlive_a_deadline(
    mode: str, whose: str, late: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if whose == "of the question":
        patching.seconds_for_the_release(monkeypatch, 0.5)
    else:
        patching.half_a_second_left_of_a_minute(monkeypatch)
    own, around = 60 if whose == "of the client" else None, 60 if whose == "of the code around it" else math.inf
    with faulty(refusing(422), late) as server, connect(server.url, retries=0, deadline=own) as idc, deadline(around):
        if mode == "sync":
            with pytest.raises(InvalidRequest) as raised:
                count_cohort.sync(client=idc, body=V3SelectionRequest())
        else:
            async with idc:
                with pytest.raises(InvalidRequest) as raised:
                    await count_cohort.asyncio(client=idc, body=V3SelectionRequest())
    assert raised.value.notice == ""
    assert len(server.seen) == 2
