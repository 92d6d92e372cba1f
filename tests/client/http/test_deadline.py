"""Nothing goes on for longer than a deadline allows: attempts, pauses, pages and bodies, whatever a server does."""

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idc_ext import IDC, DeadlineExceeded, IDCError, RateLimited, ServerError, deadline, v1, v3
from idc_ext._http import deadline as _deadline
from idc_ext._http.deadline import TIMER_RESOLUTION, Deadline, cap_timeout, earliest
from idc_ext._http.httpcore_hooks import DeadlineOver
from tests.support import patching
from tests.support.faulty_server import Wire, answer, drip, faulty, reset, silence
from tests.support.patching import Clock
from tests.support.sync_async import client_without_credentials, send_request

CT = {"Modality": ["CT"]}
SECONDS = st.floats(0, 1e6)

pytestmark = pytest.mark.usefixtures("no_settings")


# Arithmetic.


@given(SECONDS, SECONDS, SECONDS, st.none() | st.floats(0.01, 1e6))
def test_a_time_out_never_grows_and_never_outlives_the_deadline(
    start: float, seconds: float, passed: float, timeout: float | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        clock = patching.stopped_clock(patch)
        clock.now = start
        until = Deadline.after(seconds)
        clock.move(passed)
        cut = cap_timeout(timeout, until)
    assert cut is not None
    assert cut >= min(TIMER_RESOLUTION, timeout or TIMER_RESOLUTION)
    assert cut <= max(TIMER_RESOLUTION, (start + seconds) - (start + passed))
    assert timeout is None or cut <= timeout


@given(st.none() | st.floats(0, 1e6))
def test_without_a_deadline_and_with_an_endless_one_time_outs_stay_as_they_are(timeout: float | None) -> None:
    assert cap_timeout(timeout, None) == timeout
    assert cap_timeout(timeout, Deadline.after(float("inf"))) == timeout


@given(st.lists(st.none() | st.builds(Deadline, at=SECONDS, seconds=SECONDS), min_size=1))
def test_of_several_deadlines_the_earliest_counts_in_whatever_order(several: list[Deadline | None]) -> None:
    found = None
    for one in several:
        found = earliest(found, one)
    moments = [one.at for one in several if one is not None]
    assert (found.at if found else None) == (min(moments) if moments else None)


@pytest.mark.parametrize("wrong", [-1, float("nan"), True, "30", None])
def test_a_value_that_is_not_a_number_of_seconds_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="number of seconds"):
        deadline(wrong)
    if wrong is not None:
        with pytest.raises(ValueError, match="number of seconds"):
            client_without_credentials("http://127.0.0.1:9", deadline=wrong)


# Who sees it.


def test_blocks_within_blocks_only_ever_shorten_it(clock: Clock) -> None:
    assert _deadline.current() is None
    with deadline(30):
        with deadline(10), deadline(20):
            assert _deadline.current() == Deadline(1010.0, 10.0)
        assert _deadline.current() == Deadline(1030.0, 30.0)
    assert _deadline.current() is None


def test_the_clock_starts_when_a_block_is_entered_and_anew_each_time(clock: Clock) -> None:
    limit = deadline(30)
    for start in (2000.0, 3000.0):
        clock.now = start
        with limit as until:
            assert until.at == start + 30


async def test_a_task_has_the_deadline_of_its_maker_and_no_others() -> None:
    async def seen(seconds: float | None) -> float | None:
        if seconds is None:
            await asyncio.sleep(0)
            found = _deadline.current()
            return None if found is None else found.seconds
        with deadline(seconds):
            return await asyncio.create_task(seen(None))

    assert await asyncio.gather(seen(1), seen(2), seen(None)) == [1, 2, None]


async def test_to_thread_and_a_copied_context_carry_it_into_a_thread_and_a_plain_thread_has_none() -> None:
    found: list[Deadline | None] = []
    with deadline(5):
        assert await asyncio.to_thread(_deadline.current) == _deadline.current()
        run = contextvars.copy_context().run
        threads = [
            threading.Thread(target=lambda: found.append(_deadline.current())),
            threading.Thread(target=run, args=(lambda: found.append(_deadline.current()),)),
        ]
        for thread in threads:
            thread.start()
            thread.join()
        assert found == [None, _deadline.current()]


def test_a_generator_that_is_closed_elsewhere_does_no_harm() -> None:
    def limited() -> Iterator[int]:
        with deadline(5):
            yield 1

    lost = limited()
    contextvars.copy_context().run(next, lost)
    lost.close()
    assert _deadline.current() is None


# On sockets.

# A test fails if a call waits until a server that hangs gives up (`faulty`), so that none has to look at the clock.
# Where it matters how far a call has come, the clock stands still until the server moves it: a busy machine is not
# late.

HANGS: list[Callable[[Wire], bool]] = [silence, drip(), drip(headers=True)]


def late(clock: Clock, seconds: float, step: Callable[[Wire], bool]) -> Callable[[Wire], bool]:
    """A step that takes so many seconds by the clock."""

    def then(wire: Wire) -> bool:
        clock.move(seconds)
        return step(wire)

    return then


@pytest.mark.parametrize("step", HANGS)
async def test_no_attempt_outlives_the_deadline_however_a_server_hangs(mode: str, step: Callable[[Wire], bool]) -> None:
    with faulty(step) as server:
        async with client_without_credentials(server.url, deadline=0.2) as idc:
            with pytest.raises(DeadlineExceeded, match=r"GET /v3/stats(, sent once)?: the deadline of 0.2 s is over"):
                await send_request(mode, idc)
    assert len(server.seen) <= 1  # on a busy machine it may not have come as far as that


async def test_a_deadline_that_is_over_is_an_error_of_ours_and_a_time_out(mode: str) -> None:
    assert issubclass(DeadlineExceeded, IDCError)
    assert issubclass(DeadlineExceeded, TimeoutError)
    with faulty(answer()) as server:
        async with client_without_credentials(server.url) as idc:
            with deadline(0), pytest.raises(TimeoutError, match="over"):
                await send_request(mode, idc)
    assert server.seen == []


async def test_attempts_and_pauses_together_keep_the_deadline(
    mode: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = patching.no_pauses(monkeypatch, clock.move)
    with faulty(late(clock, 10, answer(503))) as server:
        async with client_without_credentials(server.url, retries=99, deadline=32) as idc:
            with pytest.raises(ServerError):
                await send_request(mode, idc)
    assert (len(server.seen), pauses) == (3, [0.375, 0.75])
    assert clock.now <= 1032  # the next pause, of 1.5 s, would have ended after 32.6 s


async def test_a_pause_that_would_outlive_the_deadline_is_not_begun_and_the_answer_is_reported(
    mode: str, clock: Clock, pauses: list[float]
) -> None:
    with faulty(answer(429, retry_after="30")) as server:
        async with client_without_credentials(server.url, deadline=29) as idc:
            with pytest.raises(RateLimited):
                await send_request(mode, idc)
    assert (len(server.seen), pauses) == (1, [])


async def test_time_outs_are_cut_down_to_what_is_left_and_the_request_keeps_its_own(
    mode: str, clock: Clock, pauses: list[float]
) -> None:
    seen: list[dict[str, float | None]] = []

    def late(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        clock.move(4)
        return httpx.Response(503)

    transport = httpx.MockTransport(late)
    async with client_without_credentials("http://127.0.0.1:9", deadline=11, transport=transport, timeout=9) as idc:
        client, aclient = idc.get_httpx_client(), idc.get_async_httpx_client()
        request = client.build_request("GET", "/v3/stats")
        with pytest.raises(ServerError):
            client.send(request) if mode == "sync" else await aclient.send(request)
    assert [each["read"] for each in seen] == [9, 7, 3]
    assert request.extensions["timeout"] == httpx.Timeout(9).as_dict()


async def read_all(mode: str, idc: IDC, begun: list[int]) -> None:
    """Read a streamed body, and note that its head has come."""
    if mode == "sync":
        with idc.get_httpx_client().stream("GET", "/v3/stats") as response:
            begun.append(response.status_code)
            for _ in response.iter_raw():
                pass
    else:
        async with idc.get_async_httpx_client().stream("GET", "/v3/stats") as response:
            begun.append(response.status_code)
            async for _ in response.aiter_raw():
                pass


async def test_calls_that_run_out_of_time_cost_no_connections(mode: str) -> None:
    with faulty(answer(200, b"{}" * 5000)) as server:
        async with client_without_credentials(server.url, limits=httpx.Limits(max_connections=2), timeout=30) as idc:
            for n in range(60):
                with deadline(n / 10_000), suppress(DeadlineExceeded):
                    await send_request(mode, idc)
            assert (await send_request(mode, idc)).status_code == 200


async def test_a_streamed_body_keeps_the_deadline_of_its_call_and_of_its_reader(mode: str) -> None:
    for of_call in (True, False):
        with faulty(drip(b"x" * 100_000)) as server:
            async with client_without_credentials(server.url, deadline=0.2 if of_call else None) as idc:
                begun: list[int] = []
                with pytest.raises(DeadlineExceeded) as caught, deadline(9 if of_call else 0.2):
                    await read_all(mode, idc, begun)
                assert ("while its body was read" in str(caught.value)) == bool(begun)


async def test_a_time_out_before_the_deadline_stays_one_of_httpx(mode: str) -> None:
    with faulty(silence) as server:
        async with client_without_credentials(server.url, deadline=30, timeout=httpx.Timeout(30, read=0.05)) as idc:
            with pytest.raises(httpx.ReadTimeout):
                await send_request(mode, idc)
    assert len(server.seen) == 1


async def test_a_connection_that_the_deadline_of_another_call_has_ended_is_a_lost_one(pauses: list[float]) -> None:
    came = iter([DeadlineOver(), None])

    def shared(request: httpx.Request) -> httpx.Response:
        error = next(came)
        if error is not None:
            raise error
        return httpx.Response(200, json={})

    async with client_without_credentials("http://127.0.0.1:9", transport=httpx.MockTransport(shared)) as idc:
        assert (await send_request("sync", idc)).status_code == 200
    assert pauses == [0]


async def test_a_cancellation_from_outside_is_none_of_the_deadlines() -> None:
    with faulty(silence) as server:
        async with client_without_credentials(server.url, deadline=30) as idc:
            task = asyncio.create_task(send_request("async", idc))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_tasks_side_by_side_each_keep_their_own_deadline() -> None:
    async def limited(seconds: float) -> str:
        with deadline(seconds):
            try:
                await send_request("async", idc)
            except DeadlineExceeded as error:
                return str(error)
        return ""

    with faulty(silence) as server:
        async with client_without_credentials(server.url) as idc:
            reported = await asyncio.gather(limited(0.03), limited(0.05))
    assert ["0.03 s" in reported[0], "0.05 s" in reported[1]] == [True, True]


async def test_a_walk_that_the_server_asks_to_wait_keeps_the_deadline(mode: str, clock: Clock) -> None:
    pending = answer(202, b'{"code": 202, "query_info": {"next_page": "t"}, "next_page": "t"}')
    with faulty(late(clock, 29.9, pending)) as server:
        async with client_without_credentials(server.url) as idc:
            rows = v1.preview_manifest(idc, v1.cohort("n", "", CT), fields=["Patient_ID"])
            with deadline(30), pytest.raises(DeadlineExceeded, match="would outlive the deadline"):
                await (anext(aiter(rows)) if mode == "async" else asyncio.sleep(0, next(iter(rows))))
    assert len(server.seen) == 1


async def test_a_walk_as_a_whole_keeps_the_deadline_that_each_of_its_pages_would_keep(mode: str, clock: Clock) -> None:
    version = answer(200, b'{"idc_version": "v1", "idc_index_data_version": "1.0", "api_version": "3", "build": null}')
    with faulty(late(clock, 20, version), reset, late(clock, 20, reset)) as server:
        async with client_without_credentials(server.url, deadline=60) as idc:
            rows = v3.manifest(idc, CT)
            with deadline(30), pytest.raises(DeadlineExceeded, match=r"sent 2 times: the deadline of 30 s is over"):
                await (anext(aiter(rows)) if mode == "async" else asyncio.sleep(0, next(iter(rows))))
    assert server.paths == ["/v3/version", "/v3/cohort/manifest", "/v3/cohort/manifest"]
