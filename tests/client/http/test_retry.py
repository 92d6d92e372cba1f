"""What is sent again, when, and what never is: judged as data, and shown on real sockets."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client.api.v1 import create_cohort

from idc_ext import (
    APIError,
    ContractError,
    InvalidRequest,
    QueryTimeout,
    RateLimited,
    Retries,
    ServerError,
    _operations,
    connect,
    v1,
    v3,
)
from idc_ext._http import retry
from idc_ext._http.failures import retry_after
from idc_ext._http.retry import GiveUp, RetryBudget, decide_retry
from idc_ext._operations import is_retryable
from tests.support import patching
from tests.support.document import OPERATIONS
from tests.support.faulty_server import answer, answer_and_close, drip, faulty, hang_up, reset, truncated
from tests.support.sync_async import client_without_credentials, send_request

CT = {"Modality": ["CT"]}
READS = [("GET", "/v3/stats"), ("GET", "/v1/versions"), ("POST", "/v3/sql"), ("POST", "/v1/cohorts/preview/manifest"),
         ("POST", "/v1/cohorts/7/query")]  # fmt: skip
WRITES = [("POST", "/v1/cohorts"), ("POST", "/v1/cohorts/"), ("DELETE", "/v1/cohorts"), ("DELETE", "/v1/cohorts/7"),
          ("POST", "/v3/tomorrow"), ("PUT", "/v3/stats")]  # fmt: skip

pytestmark = pytest.mark.usefixtures("no_settings")


# The rows.


def test_every_operation_of_the_document_that_is_no_get_has_a_row_and_no_other_has() -> None:
    assert set(_operations.OPERATIONS) == {key for key in OPERATIONS if key[0] != "GET"}


def test_every_operation_of_the_document_may_be_retried_but_those_that_store_or_delete_something() -> None:
    never = {("POST", "/v1/cohorts"), ("DELETE", "/v1/cohorts"), ("DELETE", "/v1/cohorts/{cohort_id}")}
    for method, path in OPERATIONS:
        filled = path.replace("{cohort_id}", "7").replace("{", "").replace("}", "")
        for spelling in (filled, f"{filled}/"):
            assert is_retryable(method, spelling) == ((method, path) not in never), (method, path)


@pytest.mark.parametrize(("method", "path"), [*WRITES, ("POST", "/v1/cohorts/x/query"), ("POST", "/elsewhere")])
def test_an_operation_without_a_row_is_not_retried(method: str, path: str) -> None:
    assert not is_retryable(method, path)


# Decisions.


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 60), st.floats(1, 10), st.floats(0, 60))
def test_a_pause_is_in_the_upper_half_of_a_range_that_grows_up_to_a_limit(
    repeat: int, draw: float, first: float, growth: float, longest: float
) -> None:
    retries = Retries(first=first, growth=growth, longest=longest)
    pause = retries.pause(repeat, draw)
    widest = retries.pause(repeat, 1)
    assert 0 <= widest / 2 <= pause <= widest <= longest
    assert retries.pause(repeat + 1, draw) >= pause


@given(st.lists(st.booleans(), max_size=300), st.floats(0, 30), st.floats(0, 3))
def test_no_more_is_retried_than_the_budget_and_the_refunds_of_successes(
    events: list[bool], budget: float, refund: float
) -> None:
    bucket = RetryBudget(Retries(budget=budget, refund=refund))
    taken = 0
    for n, success in enumerate(events):
        if success:
            bucket.note_success()
        else:
            taken += bucket.take_retry()
        assert 0 <= bucket.left <= budget
        assert taken <= budget + refund * (n + 1)


def test_threads_that_share_a_budget_take_no_more_than_there_is() -> None:
    bucket, taken = RetryBudget(Retries(budget=100)), []
    threads = [threading.Thread(target=lambda: taken.extend(bucket.take_retry() for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100


@given(
    st.sampled_from([*retry.CONNECTION_LOST, httpx.ReadTimeout, httpx.WriteTimeout]), st.integers(0, 9), st.floats(0, 1)
)
def test_a_call_that_may_have_arrived_is_never_retried_unless_it_only_reads(
    kind: type[httpx.TransportError], repeats: int, draw: float
) -> None:
    verdict = decide_retry(
        kind("lost"), retry_count=repeats, retryable=False, same_request=True, retries=Retries(most=99), draw=draw
    )
    assert isinstance(verdict, GiveUp)


@pytest.mark.parametrize(
    "kind",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.LocalProtocolError,
     httpx.UnsupportedProtocol, httpx.TooManyRedirects, ValueError],
)  # fmt: skip
def test_a_permanent_failure_or_a_time_out_is_not_retried(kind: type[Exception]) -> None:
    verdict = decide_retry(kind("x"), retry_count=0, retryable=True, same_request=True, retries=Retries(), draw=0)
    assert verdict == GiveUp("this failure is not temporary")


def test_a_request_that_a_redirect_has_made_of_a_write_is_not_taken_for_unsent() -> None:
    verdict = decide_retry(
        httpx.ConnectError("x"), retry_count=0, retryable=False, same_request=False, retries=Retries(), draw=0
    )
    assert verdict == GiveUp("the request may not be sent twice")


@pytest.mark.parametrize(
    "wrong", [{"most": -1}, {"most": "3"}, {"first": -1}, {"growth": 0.5}, {"budget": float("nan")}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Retries(**wrong)
    with pytest.raises((ValueError, TypeError)):
        connect(retries=-1)


# Retry-After.

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@given(st.integers(0, 10**6), st.integers(-(10**6), 10**6))
def test_a_date_to_wait_for_is_compared_with_the_servers_own_clock(wait: int, skew: int) -> None:
    headers = {"retry-after": format_datetime(NOON + timedelta(seconds=wait), usegmt=True),
               "date": format_datetime(NOON, usegmt=True)}  # fmt: skip
    assert retry_after(httpx.Headers(headers), now=NOON.timestamp() + skew) == wait


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), (" 0 ", 0), ("1.5", 1.5), ("Sun, 01 Nov 2026 12:00:09 GMT", 9), ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
     ("", None), ("soon", None), ("-1", None), ("9" * 5000, None), ("inf", None), ("\u0663", None), ("1e9", None)],
)  # fmt: skip
def test_seconds_or_a_date_are_read_and_anything_else_is_nothing(said: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({b"retry-after": said.encode()}), now=NOON.timestamp()) == seconds


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_no_header_makes_the_reading_fail(said: bytes, date: bytes) -> None:
    found = retry_after(httpx.Headers([(b"retry-after", said), (b"date", date)]))
    assert found is None or found >= 0


# On sockets.


@pytest.mark.parametrize("fault", [reset, hang_up, truncated(), truncated(rst=True)])
@pytest.mark.parametrize(("method", "path"), READS)
async def test_a_lost_connection_is_replaced_where_the_operation_only_reads(
    mode: str, fault: Any, method: str, path: str, pauses: list[float]
) -> None:
    with faulty(fault, answer()) as server:
        async with client_without_credentials(server.url) as idc:
            assert (await send_request(mode, idc, method, path)).content == b"{}"
    assert len(server.seen) == 2
    assert server.seen[0].body == server.seen[1].body
    assert [one.connection for one in server.seen] == [0, 1]
    assert pauses == [0]


@pytest.mark.parametrize("fault", [reset, hang_up, truncated(), answer(503), answer(429, retry_after="0"), answer(502)])
@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_what_keeps_or_deletes_something_is_sent_once_only(
    mode: str, fault: Any, method: str, path: str, pauses: list[float]
) -> None:
    with faulty(fault) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises((httpx.TransportError, APIError)):
                await send_request(mode, idc, method, path)
    assert (len(server.seen), pauses) == (1, [])


async def test_the_reset_after_a_500_of_v3_goes_unnoticed(mode: str, pauses: list[float]) -> None:
    with faulty(answer(500, b"Internal Server Error", content_type="text/plain"), reset, answer()) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(ServerError, match="Internal Server Error"):
                await send_request(mode, idc)
            assert (await send_request(mode, idc)).status_code == 200
    assert [one.connection for one in server.seen] == [0, 0, 1]


async def test_a_connection_that_was_closed_in_the_pool_costs_nothing(mode: str, pauses: list[float]) -> None:
    with faulty(answer_and_close(), answer_and_close()) as server:
        async with client_without_credentials(server.url) as idc:
            for _ in range(3):
                await send_request(mode, idc)
                await asyncio.sleep(0.02)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [408, 429, 502, 503])
async def test_a_failure_that_passes_is_waited_out(mode: str, status: int, pauses: list[float]) -> None:
    with faulty(answer(status), answer(status), answer()) as server:
        async with client_without_credentials(server.url) as idc:
            await send_request(mode, idc)
    assert len(server.seen) == 3
    assert pauses == [0.375, 0.75]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 430, 500, 504, 520, 599])
async def test_a_failure_that_is_not_temporary_is_raised_at_once(mode: str, status: int, pauses: list[float]) -> None:
    with faulty(answer(status)) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(APIError) as caught:
                await send_request(mode, idc)
    assert caught.value.status == status
    # What was not understood may be so because the service is of another release: that is asked, once.
    asked = ["/v3/stats", "/v3/version"] if status in (400, 422) else ["/v3/stats"]
    assert ([one.target for one in server.seen], pauses) == (asked, [])


async def test_the_query_time_out_of_v3_is_not_asked_for_again(pauses: list[float]) -> None:
    body = b'{"error": {"code": "query_timeout", "message": "too long"}}'
    with (
        faulty(answer(504, body)) as server,
        client_without_credentials(server.url) as idc,
        pytest.raises(QueryTimeout),
    ):
        v3.sql(idc, "SELECT 1")
    assert len(server.seen) == 1


async def test_the_server_is_given_the_seconds_it_asks_for_and_a_little_more(mode: str, pauses: list[float]) -> None:
    with faulty(answer(429, retry_after="7"), answer()) as server:
        async with client_without_credentials(server.url) as idc:
            await send_request(mode, idc)
    assert pauses == [7.25]


async def test_a_date_to_come_back_at_is_kept(mode: str, pauses: list[float]) -> None:
    now, then = (format_datetime(NOON + timedelta(seconds=n), usegmt=True) for n in (0, 11))
    with faulty(answer(503, retry_after=then, date=now), answer()) as server:
        async with client_without_credentials(server.url) as idc:
            await send_request(mode, idc)
    assert pauses == [11.25]


async def test_a_longer_wait_than_the_policy_has_patience_for_is_an_error_that_names_it(
    mode: str, pauses: list[float]
) -> None:
    with faulty(answer(429, b'{"code": 429, "message": "slow down"}', retry_after="3600")) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(RateLimited, match="wait 3600 s") as caught:
                await send_request(mode, idc)
    assert caught.value.retry_after == 3600
    assert (len(server.seen), pauses) == (1, [])


async def test_a_call_is_retried_so_many_times_and_no_more(mode: str, pauses: list[float]) -> None:
    for most in (0, 1, 4):
        with faulty(answer(503)) as server:
            async with client_without_credentials(server.url, retries=most) as idc:
                with pytest.raises(ServerError):
                    await send_request(mode, idc)
        assert len(server.seen) == most + 1


async def test_sync_async_and_derived_clients_share_one_budget(pauses: list[float]) -> None:
    with faulty(answer(503)) as server:
        async with (
            client_without_credentials(server.url, retries=Retries(most=9, budget=5)) as idc,
            idc.with_headers({"a": "b"}) as derived,
        ):
            for mode, one in (("sync", idc), ("async", idc), ("async", derived)):
                with pytest.raises(ServerError):
                    await send_request(mode, one)
    assert len(server.seen) == 3 + 5


async def test_tasks_that_fail_together_share_one_budget(pauses: list[float]) -> None:
    with faulty(answer(503)) as server:
        async with client_without_credentials(server.url, retries=Retries(most=9, budget=5)) as idc:
            results = await asyncio.gather(*(send_request("async", idc) for _ in range(6)), return_exceptions=True)
    assert all(isinstance(one, ServerError) for one in results)
    assert len(server.seen) == 6 + 5


async def test_a_connection_that_cannot_be_made_is_tried_again_for_every_operation(
    mode: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    def fail(request: httpx.Request) -> httpx.Response:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={})

    async with client_without_credentials("http://127.0.0.1:9", transport=httpx.MockTransport(fail)) as idc:
        await send_request(mode, idc, "POST", "/v1/cohorts")
    assert tried == 3


async def test_a_port_without_a_server_is_reported_after_all_attempts(mode: str, pauses: list[float]) -> None:
    with faulty(answer()) as server:
        pass
    async with client_without_credentials(server.url) as idc:
        with pytest.raises(httpx.ConnectError):
            await send_request(mode, idc, "POST", "/v1/cohorts")
    assert len(pauses) == 3


async def test_a_host_name_that_does_not_exist_is_not_asked_for_again(mode: str, pauses: list[float]) -> None:
    async with client_without_credentials("http://nowhere.invalid") as idc:
        with pytest.raises(httpx.ConnectError):
            await send_request(mode, idc)
    assert len(pauses) in (0, 3)  # three where the machine's resolver cannot be reached at all


async def test_a_body_that_can_be_sent_once_only_is_sent_once_only(mode: str, pauses: list[float]) -> None:
    async def pieces() -> Any:
        yield b"{}"

    with faulty(answer(503)) as server:
        async with client_without_credentials(server.url) as idc:
            content = iter([b"{}"]) if mode == "sync" else pieces()
            headers = {"content-length": "2"}
            with pytest.raises(ServerError):
                await send_request(mode, idc, "POST", "/v3/sql", json=None, content=content, headers=headers)
    assert len(server.seen) == 1


async def test_a_body_that_cannot_be_decompressed_is_an_answer_and_a_broken_one(mode: str, pauses: list[float]) -> None:
    with faulty(answer(200, b"no gzip", content_encoding="gzip")) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(ContractError, match="GET /v3/stats was answered with 200 OK and a body that cannot"):
                await send_request(mode, idc)
    with faulty(answer(400, b"no gzip", content_encoding="gzip")) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(InvalidRequest, match="decompressed"):
                await send_request(mode, idc)
    assert ([one.target for one in server.seen], pauses) == (["/v3/stats", "/v3/version"], [])


async def test_a_redirect_to_another_host_is_followed_without_the_token_if_at_all(mode: str) -> None:
    with faulty(answer()) as other, faulty(answer(307, location=f"{other.url}/v3/stats")) as server:
        async with client_without_credentials(server.url, headers={"Authorization": "Bearer secret"}) as idc:
            with pytest.raises(APIError, match="moved to"):
                await send_request(mode, idc)
        async with client_without_credentials(
            server.url, headers={"Authorization": "Bearer secret"}, follow_redirects=True
        ) as idc:
            await send_request(mode, idc)
    assert "authorization" in server.seen[0].headers
    assert "authorization" not in other.seen[0].headers


async def test_a_streamed_body_is_returned_unread_and_only_its_beginning_is_retried(
    mode: str, pauses: list[float]
) -> None:
    many = b"s3://bucket/uuid/*\n" * 20_000
    kind = {"content_type": "text/plain"}
    with faulty(reset, answer(200, many, **kind), truncated(many, **kind)) as server:
        async with client_without_credentials(server.url) as idc:
            for broken in (False, True):
                lines = 0
                try:
                    if mode == "sync":
                        with idc.get_httpx_client().stream("POST", "/v3/cohort/manifest.txt", json={}) as response:
                            assert not response.is_stream_consumed
                            lines = sum(1 for _ in response.iter_lines())
                    else:
                        stream = idc.get_async_httpx_client().stream("POST", "/v3/cohort/manifest.txt", json={})
                        async with stream as response:
                            assert not response.is_stream_consumed
                            async for _ in response.aiter_lines():
                                lines += 1
                except httpx.RemoteProtocolError:
                    assert broken
                else:
                    assert (broken, lines) == (False, 20_000)
    assert len(server.seen) == 3


async def test_a_cancelled_task_sends_nothing_more(pauses: list[float]) -> None:
    with faulty(drip()) as server:
        async with client_without_credentials(server.url) as idc:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(send_request("async", idc), 0.05)
    assert (len(server.seen), pauses) == (1, [])


async def test_a_pause_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    pausing = asyncio.Event()
    patching.each_pause(monkeypatch, pausing.set)
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("the event loop was blocked"))
    with faulty(answer(429, retry_after="30")) as server:
        async with client_without_credentials(server.url) as idc:
            asking = asyncio.ensure_future(send_request("async", idc))
            await pausing.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
    assert len(server.seen) == 1  # after the pause there would be another


def test_a_cohort_is_not_saved_twice_although_the_answer_was_lost(pauses: list[float]) -> None:
    with faulty(truncated()) as server, client_without_credentials(server.url) as idc:
        with pytest.raises(httpx.RemoteProtocolError):
            create_cohort.sync(client=idc, body=v1.cohort("n", "", CT))
        assert len(server.seen) == 1
