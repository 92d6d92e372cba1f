"""Which error an answer of the server becomes, and what the error says and keeps."""

import copy
import json
import pickle
import shlex
import subprocess
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
    connect,
    v3,
)
from idc_ext import errors as tree
from idc_ext._http.failures import error_of_response, needs_body
from idc_ext._http.redaction import curl_line
from idc_ext._operations import QUERY_PARAMETERS
from tests.support.document import DOCUMENT, OPERATIONS

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLm9yZyJ9.c2lnbmF0dXJl"
PAGE = "gAAAAABgvSBCkGcWUId1Qu6zsTe08jeIPzUZDYd46Yuw-and-some-more"
URL = f"https://user:pass@example.org/v1/cohorts/146/manifest?page_size=2&next_page={PAGE}"


def answered(status: int, body: Any = None, url: str = URL, **headers: str) -> httpx.Response:
    request = httpx.Request("GET", url, headers={"Authorization": f"Bearer {TOKEN}"})
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers=headers, request=request)
    return httpx.Response(status, json=body, headers=headers, request=request)


def error(status: int, body: Any = None, **headers: str) -> Any:
    found = error_of_response(answered(status, body, **headers))
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
        (b"<html>Bad Gateway</html>", None, "a web page: Bad Gateway"),
        (b"upstream failure", None, "a web page: upstream failure"),
        (b"<html><br></html>", None, "a body in no known form (text/html)"),
        (b"", None, "an empty body"),
        (b" \n", None, "an empty body"),
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
    assert error_of_response(answered(200, body)) is None


def test_a_large_success_is_not_searched_for_a_refusal() -> None:
    body = {"code": 400, "message": "m", "rows": ["x"] * 20_000}
    assert not needs_body(answered(200, body))
    assert error_of_response(answered(200, body)) is None


def test_an_unfollowed_redirect_is_an_error_that_says_where_to() -> None:
    found = error(302, b"", location="https://u:p@example.org/v1/about?secret=1")
    assert type(found) is APIError
    assert "moved to https://example.org/v1/about" in str(found)
    assert "secret" not in str(found)
    assert "an address that cannot be requested" in str(error(302, b"", location="http://h:port"))


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


@pytest.mark.parametrize(
    ("page", "reported"),
    [
        (
            b"<html><head><TITLE lang=en>\n502 &lt;Bad&gt; Gateway\n</title></head><body>nginx</body>",
            "502 <Bad> Gateway",
        ),
        (b"<title></title><body>Sorry,&nbsp;<b>come</b> again<script>alert(1)</script>", "Sorry, come again"),
        (b"<title>\x1b[31mred\x07 \xe2\x80\xaeevil</title>", "[31mred evil"),
        (b"<p>\xff\xfe</p>", "\ufffd\ufffd"),
        (b"<" * 100_000 + b"title", "<"),
    ],
)
def test_a_web_page_is_reported_by_its_title_or_its_text_without_markup(page: bytes, reported: str) -> None:
    found = error(502, page, **{"content-type": "text/html; charset=utf-8"})
    assert found.message.startswith("a web page: " if reported != "<" else "a body in no known form")
    assert reported == "<" or found.message == f"a web page: {reported}"


def test_a_plain_text_is_the_message() -> None:
    found = error(500, b"Internal Server Error", **{"content-type": "text/plain; charset=utf-8"})
    assert (type(found), found.message) == (ServerError, "Internal Server Error")


def test_a_body_of_endless_depth_is_in_no_known_form() -> None:
    deep = error(400, b"[" * 100_000, **{"content-type": "application/json"})
    assert deep.message == "a body in no known form (application/json)"


@pytest.mark.parametrize("status", [218, 299, 305, 399])
def test_an_unknown_status_or_a_redirect_to_nowhere_does_not_fit_the_document(status: int) -> None:
    found = error_of_response(answered(status, {"a": 1}))
    assert isinstance(found, ContractError)


@pytest.mark.parametrize("status", [430, 451, 499, 520, 599, 700, 999])
def test_a_status_that_python_does_not_know_is_an_error_like_any_other(status: int) -> None:
    found = error(status, {"message": "m"})
    assert (found.status, found.response.status_code) == (status, status)
    assert f"answered with {status}" in str(found)


@pytest.mark.parametrize("name", ["x-request-id", "x-correlation-id", "x-cloud-trace-context"])
def test_an_error_has_the_request_id_that_the_answer_names(name: str) -> None:
    assert error(500, {"message": "m"}, **{name: "8f14e45f/1;o=1"}).request_id == "8f14e45f/1;o=1"
    assert error(500, {"message": "m"}).request_id is None


def test_an_error_keeps_the_answer_without_cookies_and_without_what_it_quotes_of_the_request() -> None:
    body = {"code": 400, "message": "m", "token": TOKEN, "url": f"/?next_page={PAGE}", "kept": [1]}
    found = error(400, body, **{"set-cookie": "session=abcdefgh", "x-kept": "yes", "x-echo": f"Bearer {TOKEN}"})
    kept = found.response
    assert (kept.status_code, kept.headers["x-kept"], kept.json()["kept"]) == (400, "yes", [1])
    assert "set-cookie" not in kept.headers
    for loggable_text in (kept.text, repr(kept), str(kept.headers), pickle.dumps(found).decode("latin-1")):
        assert TOKEN not in loggable_text
        assert PAGE not in loggable_text
        assert "abcdefgh" not in loggable_text


def test_how_long_to_wait_is_said_and_kept() -> None:
    found = error(429, {"message": "slow down"}, **{"retry-after": "7"})
    assert found.retry_after == 7
    assert str(found).endswith("slow down (wait 7 s)")
    assert str(error(429, {"message": "slow down"})).endswith("(wait before trying again)")


def test_a_curl_line_sends_the_same_again_with_variables_for_what_is_secret() -> None:
    assert error(400, {"message": "m"}).curl == (
        'curl -H "Authorization: Bearer $IDC_TOKEN" '
        "'https://example.org/v1/cohorts/146/manifest?page_size=2&next_page='\"$NEXT_PAGE\""
    )


def test_a_shell_takes_a_curl_line_for_what_it_is() -> None:
    statement = "SELECT 'it''s' || \"a\" -- $HOME `id` \\ \n \u009b31m \u202e \U0001f9e0"
    request = httpx.Request("POST", URL.replace("page_size=2", "sql=a'b+c%20$(id)"), json={"sql": statement})
    line = curl_line(request)
    assert line.isascii()
    assert line.isprintable()
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}; {line}"
    done = subprocess.run(["sh", "-c", script], env={"NEXT_PAGE": PAGE}, capture_output=True, check=True)
    words = done.stdout.decode().split("\0")[:-1]
    assert words[:2] == ["-X", "POST"]
    assert "content-type: application/json" in words
    assert json.loads(words[words.index("--data-binary") + 1]) == {"sql": statement}
    assert httpx.URL(words[-1]).params == request.url.params


LEAVES = st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(JSON, st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_every_curl_line_is_one_line_of_ascii_and_holds_the_whole_body(body: Any, params: dict[str, str]) -> None:
    request = httpx.Request("POST", "https://example.org/v3/sql", json=body, params=params)
    line = curl_line(request)
    assert line.isascii()
    assert "\x1b" not in line
    words = shlex.split(line)
    assert json.loads(words[words.index("--data-binary") + 1]) == body


def test_what_the_caller_adds_to_every_request_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    key, header = "s3cret-of-the-gateway-0123456789abcdef", "another-s3cret"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"message": f"no {request.url} with {header}, {key}"})

    options: dict[str, Any] = {"params": {"gateway key": key, "1": "one"}, "headers": {"X-Gateway": f"Key {header}"}}
    idc = connect("https://example.org", transport=httpx.MockTransport(answer), retries=0, **options)
    with caplog.at_level("DEBUG", "idc_ext"), pytest.raises(APIError) as raised:
        v3.version(idc)
    shown = "".join([str(raised.value), repr(raised.value), raised.value.curl, repr(raised.value.request), caplog.text])
    assert raised.value.curl.endswith("""'https://example.org/v3/version?gateway+key='"$GATEWAY_KEY"'&1='"$_1\"""")
    assert "version?" in caplog.text
    assert key not in shown
    assert header not in shown


def test_the_parameters_that_are_shown_are_the_documents() -> None:
    described = {
        one["name"]
        for operation in OPERATIONS.values()
        for named in operation.get("parameters", ())
        for one in [
            DOCUMENT["components"]["parameters"][named["$ref"].rpartition("/")[2]] if "$ref" in named else named
        ]
        if one["in"] == "query"
    }
    assert described == QUERY_PARAMETERS


def test_a_body_that_may_hold_a_secret_is_not_in_the_curl_line() -> None:
    request = httpx.Request("POST", "https://example.org/token", data={"refresh_token": "1//abcdef"})
    assert "abcdef" not in curl_line(request)
    assert "--data-binary @-" in curl_line(request)


def test_an_error_of_httpx_that_comes_from_a_client_of_ours_pickles_without_the_token() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    def agree(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={})

    headers = {"Authorization": f"Bearer {TOKEN}", "Cookie": "session=abcdefgh"}
    with (
        idc_ext.connect("http://127.0.0.1:9", headers=headers, transport=httpx.MockTransport(fail)) as idc,
        pytest.raises(httpx.ReadTimeout) as caught,
    ):
        idc.get_httpx_client().post("/v3/sql", json={"sql": "SELECT 1"})
    assert caught.value.request.url.path == "/v3/sql"
    assert caught.value.request.content == b'{"sql":"SELECT 1"}'
    with idc_ext.connect("http://127.0.0.1:9", headers=headers, transport=httpx.MockTransport(agree)) as idc:
        answer = idc.get_httpx_client().post("/v3/sql", json={"sql": "SELECT 1"})
    for pickled in (pickle.dumps(caught.value), pickle.dumps(answer)):
        assert TOKEN.encode() not in pickled
        assert b"abcdefgh" not in pickled


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
    for loggable_text in (str(found), repr(found), repr(vars(found)), pickled.decode("latin-1")):
        assert TOKEN not in loggable_text
        assert PAGE not in loggable_text
        assert "pass@" not in loggable_text


@given(st.binary(), st.integers(200, 299))
def test_no_success_makes_the_check_fail(body: bytes, status: int) -> None:
    error_of_response(answered(status, body))


def classes(root: type[IDCError]) -> list[type[IDCError]]:
    return [root, *(below for child in root.__subclasses__() for below in classes(child))]


def test_every_error_is_public_drawn_in_the_tree_and_pickles() -> None:
    drawn = tree.__doc__ or ""
    for kind in classes(IDCError):
        assert kind.__name__ in drawn
        assert kind.__name__ in idc_ext.__all__
        assert kind.__name__ in tree.__all__
        one = error(401, GATEWAY) if issubclass(kind, APIError) else kind("why")
        assert str(copy.copy(one)) == str(one)
        assert str(pickle.loads(pickle.dumps(one))) == str(one)  # noqa: S301 - made in this line


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert [*idc_ext.__all__] == sorted(idc_ext.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(idc_ext, name) for name in idc_ext.__all__)
