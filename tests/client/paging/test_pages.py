"""Walks over pages: complete, sync and async, or an error; never a part that looks complete."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idc_client import AuthenticatedClient, Client

from idc_ext import APIError, ContractError, CredentialsExpired, InvalidRequest, PagingError, Rows, ServerError, connect
from idc_ext._http.steps import fetch
from idc_ext._paging.completeness import MOST_EMPTY_PAGES
from idc_ext._paging.request import PollingPolicy
from tests.support.number_pages import FIRST, parse, resume
from tests.support.standin_process import NOWHERE

Script = Callable[[dict[str, Any]], httpx.Response]


def rows(script: Script, *, make: Any = connect, **more: Any) -> Rows[int]:
    """Rows whose server is `script`, a function of the query parameters."""
    transport = httpx.MockTransport(lambda request: script(dict(request.url.params)))
    idc = (
        make(NOWHERE, transport=transport)
        if make is connect
        else make(NOWHERE, httpx_args={"transport": transport}, **more)
    )
    return Rows(idc, FIRST, resume, parse, PollingPolicy(first=0.001, longest=0.004))


def book(pages: list[list[int]], total: int | None) -> Script:
    """A server that serves these pages."""

    def answer(params: dict[str, Any]) -> httpx.Response:
        n = int(params.get("token", "0"))
        token = str(n + 1) if n + 1 < len(pages) else ""
        return httpx.Response(200, json={"rows": pages[n], "total": total, "token": token, "echo": n})

    return answer


def script(*answers: httpx.Response | Exception) -> tuple[Script, list[dict[str, Any]]]:
    """A server that gives these answers in turn, and the parameters it has been asked with."""
    queue, asked = iter(answers), []

    def answer(params: dict[str, Any]) -> httpx.Response:
        asked.append(params)
        one = next(queue)
        if isinstance(one, Exception):
            raise one
        return one

    return answer, asked


def page(content: list[int], token: str | None = "", total: int | None = None) -> httpx.Response:
    return httpx.Response(200, json={"rows": content, "total": total, "token": token})


def pending(token: str | None) -> httpx.Response:
    return httpx.Response(202, json={"token": token})


def refused(status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"code": status, "message": "m"})


async def collect(walk: Rows[int]) -> list[int]:
    return [row async for row in walk]


PAGES = st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=MOST_EMPTY_PAGES)


@given(pages=PAGES, counted=st.booleans())
def test_any_partition_into_pages_gives_all_rows_in_order_sync_and_async(pages: list[list[int]], counted: bool) -> None:
    expected = list(itertools.chain(*pages))
    walk = rows(book(pages, len(expected) if counted else None))
    assert list(walk) == expected
    assert asyncio.run(collect(walk)) == expected
    assert [one.rows for one in walk.pages()] == pages


@given(pages=PAGES, off=st.integers(-3, 3).filter(bool))
def test_a_count_that_differs_from_the_total_never_looks_whole(pages: list[list[int]], off: int) -> None:
    total = max(0, sum(map(len, pages)) + off)
    if total == sum(map(len, pages)):
        return
    walk = rows(book(pages, total))
    with pytest.raises(PagingError, match=f"server reported {total}"):
        list(walk)
    with pytest.raises(PagingError):
        asyncio.run(collect(walk))


def test_nothing_is_sent_until_it_is_iterated_and_each_time_anew() -> None:
    answer, asked = script(page([1]), page([2]))
    walk = rows(answer)
    assert "POST /rows" in repr(walk)
    iterator = iter(walk)
    assert asked == []
    assert list(iterator) == [1]
    assert list(walk) == [2]


def test_a_walk_stops_asking_when_the_caller_does() -> None:
    answer, asked = script(page([1], "t"))
    assert next(rows(answer).pages()).rows == [1]
    assert len(asked) == 1


async def test_one_page_can_be_taken_sync_and_async() -> None:
    walk = rows(book([[1], [2]], 2))
    first = next(walk.pages())
    assert first == await anext(walk.pages())
    assert (first.rows, first.total, first.next_token, first.info) == ([1], 2, "1", {"echo": 0})
    assert [one.rows async for one in walk.pages()] == [[1], [2]]


@pytest.mark.parametrize("end", ["", None])
def test_any_falsy_token_is_the_end(end: str | None) -> None:
    assert list(rows(script(page([1], end))[0])) == [1]


def test_later_pages_are_asked_for_with_the_token_only_and_the_same_body() -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append((dict(request.url.params), json.loads(request.content)))
        return page([1], "t" if len(bodies) == 1 else "")

    idc = connect(NOWHERE, transport=httpx.MockTransport(answer))
    assert list(Rows(idc, FIRST, resume, parse)) == [1, 1]
    assert bodies == [({"a": "b"}, {"body": 1}), ({"token": "t"}, {"body": 1})]


def test_a_token_that_repeats_ends_in_an_error() -> None:
    with pytest.raises(PagingError, match="second time"):
        list(rows(script(page([1], "t"), page([2], "u"), page([3], "t"))[0]))


def test_a_total_that_moves_ends_in_an_error() -> None:
    with pytest.raises(PagingError, match="changed from 2 to 3"):
        list(rows(script(page([1], "t", 2), page([2], "", 3))[0]))


def test_the_last_page_of_an_incomplete_walk_is_not_given_away() -> None:
    walk = rows(script(page([1], "t", 3), page([2], "", 3))[0]).pages()
    next(walk)
    with pytest.raises(PagingError):
        next(walk)


def test_empty_pages_in_between_are_legal_but_not_without_end() -> None:
    assert list(rows(script(page([], "a"), page([], "b"), page([1]))[0])) == [1]
    tokens = map(str, itertools.count())
    with pytest.raises(PagingError, match="empty"):
        list(rows(lambda _: page([], next(tokens))))


def test_not_yet_is_asked_again_with_its_token() -> None:
    answer, asked = script(pending("p"), pending("q"), page([1], "t"), pending("r"), page([2]))
    assert list(rows(answer)) == [1, 2]
    assert asked == [{"a": "b"}, {"token": "p"}, {"token": "q"}, {"token": "t"}, {"token": "r"}]


def test_not_yet_may_name_the_same_token_again_or_none() -> None:
    answer, asked = script(pending("p"), pending("p"), page([1], "t"), pending(None), page([2]))
    assert list(rows(answer)) == [1, 2]
    assert asked == [{"a": "b"}, {"token": "p"}, {"token": "p"}, {"token": "t"}, {"token": "t"}]


@pytest.mark.parametrize("make", [connect, Client])
def test_a_refused_not_yet_token_leads_back_to_the_request_of_that_position(make: Any) -> None:
    answer, asked = script(page([1], "t"), pending("p"), refused(), pending("q"), page([2]))
    assert list(rows(answer, make=make)) == [1, 2]
    assert asked == [{"a": "b"}, {"token": "t"}, {"token": "p"}, {"token": "t"}, {"token": "t"}]


def test_a_refusal_of_the_request_itself_is_raised_also_after_the_way_back() -> None:
    with pytest.raises(InvalidRequest):
        list(rows(script(pending("p"), refused(), refused())[0]))


@pytest.mark.parametrize("status", [401, 404, 422, 500])
def test_only_a_400_leads_back(status: int) -> None:
    with pytest.raises(APIError, match=str(status)):
        list(rows(script(pending("p"), refused(status))[0]))


def test_waiting_ends_after_a_number_of_attempts_and_says_how_long_it_was() -> None:
    tokens = map(str, itertools.count())
    with pytest.raises(PagingError, match=r"13 attempts and 0\.0\d+ s"):
        list(rows(lambda _: pending(next(tokens))))


def test_pauses_are_short_at_first_and_grow_to_a_limit() -> None:
    pauses = list(PollingPolicy().pauses())
    assert pauses[:3] == [0.5, 1.0, 2.0]
    assert pauses == sorted(pauses)
    assert max(pauses) == 10


async def test_an_asynchronous_pause_does_not_block_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("the event loop was blocked"))
    assert await collect(rows(script(pending("p"), pending("p"), page([1]))[0])) == [1]


def test_a_lost_connection_is_httpxs_and_the_walk_can_go_on() -> None:
    answer, asked = script(page([1, 2], "t"), httpx.ReadError("reset"), page([3]))
    iterator = iter(rows(answer))
    assert [next(iterator), next(iterator)] == [1, 2]
    with pytest.raises(httpx.ReadError):
        next(iterator)
    assert list(iterator) == [3]
    assert asked == [{"a": "b"}, {"token": "t"}, {"token": "t"}]


async def test_an_async_walk_can_continue_after_a_server_error() -> None:
    iterator = aiter(rows(script(page([1], "t"), refused(500), page([2]))[0]))
    assert await anext(iterator) == 1
    with pytest.raises(ServerError):
        await anext(iterator)
    assert [row async for row in iterator] == [2]


def test_a_walk_can_continue_after_the_credentials_were_renewed() -> None:
    answer, _ = script(page([1], "t"), CredentialsExpired("expired"), page([2]))
    iterator = iter(rows(answer))
    assert next(iterator) == 1
    with pytest.raises(CredentialsExpired):
        next(iterator)
    assert list(iterator) == [2]


@pytest.mark.parametrize("make", [connect, Client])
def test_a_broken_walk_repeats_its_error_and_never_just_ends(make: Any) -> None:
    iterator = iter(rows(script(page([1], "t", 9), refused(), refused())[0], make=make))
    assert next(iterator) == 1
    for _ in range(3):
        with pytest.raises(InvalidRequest):
            next(iterator)
    iterator = iter(rows(script(page([1], "t", 9), page([2], "", 9))[0], make=make))
    assert next(iterator) == 1
    for _ in range(3):
        with pytest.raises(PagingError):
            next(iterator)


@pytest.mark.parametrize(
    "make",
    [Client, lambda url, **more: AuthenticatedClient(url, token="none", **more)],
    ids=["plain", "token"],
)
def test_other_generated_clients_serve_as_well(make: Any) -> None:
    assert list(rows(book([[1], [2]], 2), make=make)) == [1, 2]
    with pytest.raises(ServerError):
        list(rows(lambda _: refused(500), make=make))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"not json"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, json=[]),
        httpx.Response(200, json=None),
        httpx.Response(200, json={"rows": []}),
        httpx.Response(202, json={}),
        httpx.Response(204),
    ],
)
def test_a_body_that_does_not_fit_the_document_is_a_contract_error(answer: httpx.Response) -> None:
    with pytest.raises(ContractError, match="POST /rows"):
        list(rows(lambda _: answer))


def test_a_contract_error_does_not_carry_the_body_along() -> None:
    with pytest.raises(ContractError) as caught:
        list(rows(lambda _: httpx.Response(200, content=b"secret")))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_single_call_is_read_the_same_way() -> None:
    idc = connect(NOWHERE, transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"n": 1})))
    assert fetch(idc, FIRST, lambda status, body: body["n"]) == 1
    with pytest.raises(ContractError):
        fetch(idc, FIRST, lambda status, body: body["m"])
