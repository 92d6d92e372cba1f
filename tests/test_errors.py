"""Which error an answer of the server becomes, and what the error says and keeps."""

import copy
import json
import pickle
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import idc_ext
from idc_ext import (
    APIError,
    ContractError,
    Forbidden,
    IDCError,
    InvalidRequest,
    NotFound,
    QueryTimeout,
    RateLimited,
    Retired,
    ServerError,
    Unauthorized,
)
from idc_ext import errors as tree
from idc_ext._failures import failure, needs_body

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLm9yZyJ9.c2lnbmF0dXJl"
PAGE = "gAAAAABgvSBCkGcWUId1Qu6zsTe08jeIPzUZDYd46Yuw-and-some-more"
URL = f"https://user:pass@example.org/v1/cohorts/146/manifest?page_size=2&next_page={PAGE}"


def answered(status: int, body: Any = None, url: str = URL, **headers: str) -> httpx.Response:
    request = httpx.Request("GET", url, headers={"Authorization": f"Bearer {TOKEN}"})
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers=headers, request=request)
    return httpx.Response(status, json=body, headers=headers, request=request)


def error(status: int, body: Any = None, **headers: str) -> Any:
    found = failure(answered(status, body, **headers))
    assert found is not None
    return found


GATEWAY = {
    "code": 16,
    "message": "JWT validation failed: BAD_FORMAT",
    "details": [{"@type": "type.googleapis.com/google.rpc.DebugInfo", "stackEntries": [], "detail": "auth"}],
}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest), (401, Unauthorized), (403, Forbidden), (404, NotFound), (405, InvalidRequest),
        (410, Retired), (422, InvalidRequest), (429, RateLimited), (499, InvalidRequest), (500, ServerError),
        (503, ServerError), (504, QueryTimeout), (520, ServerError), (599, ServerError),
    ],
)  # fmt: skip
def test_each_status_has_its_class(status: int, kind: type) -> None:
    assert type(error(status, {"code": status, "message": "m"})) is kind


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"code": 400, "message": "Filters were improperly formatted."},
            400,
            "Filters were improperly formatted.",
        ),
        (GATEWAY, 16, "JWT validation failed: BAD_FORMAT"),
        (
            {"error": {"code": "invalid_query", "message": "no such column"}},
            "invalid_query",
            "no such column",
        ),
        ({"detail": [{"loc": ["body", "sql"], "msg": "Field required"}]}, None, "body.sql: Field required"),
        ({"detail": "Not Found"}, None, "Not Found"),
        ({"detail": []}, None, "no reason given"),
        ({"detail": ["?"]}, None, "a problem in no known form"),
        ({"error": "oops"}, None, "oops"),
        (b"<html>Bad Gateway</html>", None, "a body in no known form (text/html)"),
        (b"upstream failure", None, "a body in no known form (text/html)"),
        (b"", None, "an empty body"),
        (b" \n", None, "an empty body"),
        (b"[" * 100_000, None, "a body in no known form (text/html)"),
        ({}, None, "a body in no known form (JSON)"),
        ([1], None, "a body in no known form (JSON)"),
        ({"message": "no code"}, None, "no code"),
        ({"code": [1], "message": "odd code"}, None, "odd code"),
    ],
)
def test_every_envelope_is_understood_and_everything_else_is_named(body: Any, code: Any, message: str) -> None:
    found = error(400, body, **({"content-type": "text/html"} if isinstance(body, bytes) else {}))
    assert (found.code, found.message) == (code, message)


def test_an_error_is_one_sentence_on_what_happened_to_which_request_and_what_to_do() -> None:
    assert str(error(401, GATEWAY)) == (
        "GET /v1/cohorts/146/manifest was answered with 401 Unauthorized: JWT validation failed: BAD_FORMAT "
        "(renew the credentials file and try again)"
    )
    assert str(error(520, b"")) == "GET /v1/cohorts/146/manifest was answered with 520: an empty body"


def test_a_retired_api_points_to_its_successor() -> None:
    assert "use v3" in str(error(410, {"code": 410, "message": "deprecated", "documentation": "https://x"}))


def test_a_500_whose_body_says_403_is_a_refusal() -> None:
    found = error(500, {"code": 403, "message": "Couldn't obtain user email"})
    assert isinstance(found, Forbidden)
    assert found.status == 403
    assert "(sent as HTTP 500)" in str(found)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"code": 200, "cohort_properties": {"code": 400, "message": "There was an error."}}, InvalidRequest),
        ({"code": 500, "message": "/fields not yet supported."}, ServerError),
    ],
)
def test_a_refusal_inside_a_200_is_an_error_of_the_status_it_names(body: Any, kind: type[APIError]) -> None:
    found = error(200, body)
    assert type(found) is kind
    assert "(sent as HTTP 200)" in str(found)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "message": "Welcome", "documentation": "x"},
        {"code": 200, "cohorts": [{"cohort_id": 1, "result": {"message": "not found!"}}]},
        {"code": 200, "cohort_properties": {"cohort_id": 1, "name": "message"}},
        {"code": 200, "cohorts": [{"code": 400, "message": "a row, not an envelope"}]},
        [{"code": 400, "message": "a row"}],
        b'{"message": broken',
    ],
)
def test_a_success_that_talks_is_no_refusal(body: Any) -> None:
    assert failure(answered(200, body)) is None


def test_a_large_success_is_not_searched_for_a_refusal() -> None:
    body = {"code": 400, "message": "m", "rows": ["x"] * 20_000}
    assert not needs_body(answered(200, body))
    assert failure(answered(200, body)) is None


def test_an_unfollowed_redirect_is_an_error_that_says_where_to() -> None:
    found = error(302, b"", location="https://u:p@example.org/v1/about?secret=1")
    assert type(found) is APIError
    assert "moved to https://example.org/v1/about" in str(found)
    assert "secret" not in str(found)
    assert failure(answered(302, b"", location="/v1/about"), redirects=True) is None
    assert "no URL" in str(error(302, b"", location="http://h:port"))


def test_a_web_page_in_place_of_data_is_no_success() -> None:
    assert isinstance(error(200, b"<html>", **{"content-type": "text/html"}), ContractError)


def test_the_request_is_kept_without_headers_password_and_page_token() -> None:
    found = error(400, {"code": 400, "message": f"Invalid next_page token {PAGE}"})
    assert found.request.method == "GET"
    assert found.request.url == ("https://example.org/v1/cohorts/146/manifest?page_size=2&next_page=gAAAAABg%E2%80%A6")
    assert found.message == "Invalid next_page token gAAAAABg…"
    with pytest.raises(AttributeError):
        found.request.url = "elsewhere"


def test_a_long_message_is_cut_and_put_on_one_line() -> None:
    message = error(500, {"code": 500, "message": "line\nline\x1b[31m " + "x" * 1000}).message
    assert message.startswith("line line [31m x")
    assert len(message) == 300


TEXT = st.text() | st.sampled_from([TOKEN, f"Bearer {TOKEN} is bad", PAGE, f"[{PAGE}]"])
BODIES = st.one_of(
    st.binary(),
    st.fixed_dictionaries({"message": TEXT}, optional={"code": st.integers() | TEXT | st.none()}),
    st.fixed_dictionaries({"error": st.fixed_dictionaries({"code": TEXT, "message": TEXT}) | TEXT}),
    st.fixed_dictionaries({"detail": TEXT | st.lists(st.fixed_dictionaries({"loc": st.lists(TEXT), "msg": TEXT}))}),
    st.dictionaries(st.text(), st.none() | st.integers() | TEXT),
    st.just(TOKEN.encode()),
)  # fmt: skip


@given(status=st.integers(400, 599), body=BODIES)
def test_every_answer_gives_an_error_that_pickles_and_shows_no_token(status: int, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = error(status, content)
    pickled = pickle.dumps(found)
    again = pickle.loads(pickled)  # noqa: S301 - made in the line above
    assert (type(again), str(again), vars(again)) == (type(found), str(found), vars(found))
    for shown in (str(found), repr(found), repr(vars(found)), pickled.decode("latin-1")):
        assert TOKEN not in shown
        assert PAGE not in shown
        assert "pass@" not in shown


@given(st.binary(), st.integers(200, 299))
def test_no_success_makes_the_check_fail(body: bytes, status: int) -> None:
    failure(answered(status, body))


def classes(root: type[IDCError]) -> list[type[IDCError]]:
    return [root, *(below for child in root.__subclasses__() for below in classes(child))]


def test_every_error_is_public_drawn_in_the_tree_and_pickles() -> None:
    drawn = tree.__doc__ or ""
    for kind in classes(IDCError):
        assert kind.__name__ in drawn
        assert kind.__name__ in idc_ext.__all__
        one = error(401, GATEWAY) if issubclass(kind, APIError) else kind("why")
        assert str(copy.copy(one)) == str(one)
        assert str(pickle.loads(pickle.dumps(one))) == str(one)  # noqa: S301 - made in this line


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert [*idc_ext.__all__] == sorted(idc_ext.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(idc_ext, name) for name in idc_ext.__all__)
