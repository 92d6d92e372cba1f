"""Answers of HTTP: methods, conditions, codings, caches, redirects, origins."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idc_contract.calls import Request
from idc_contract.relations.http.apis import directives, relation, stable
from idc_contract.relations.relation import holds, same

if TYPE_CHECKING:
    from idc_contract.calls import Answer
    from idc_contract.relations.http.apis import Api, Asked
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

UNSERVED = (405, 501)
ELSEWHERE = "elsewhere.example.org"
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
NO_TAG = '"no-such-tag"'


def full(service: Service, asked: Asked, *headers: tuple[str, str], user: int | None = None) -> Answer:
    """The answer to a GET, which is 200."""
    answer = asked.answer(service, *headers, user=user)
    named = ", ".join(f"{name}: {value[:60]}" for name, value in headers if name != "authorization")
    holds(answer.status == 200, "a readable answer", f"{asked.operation} with {named}: {answer.status}", answer)
    return answer


def equal(found: Answer, expected: Answer, what: str) -> None:
    """Two answers have the same status, media type and JSON."""
    same([found.status, found.media_type], [expected.status, expected.media_type], what)
    same(stable(found.json()), stable(expected.json()), what)


@relation()
def head_is_a_get_without_a_body(service: Service, draw: Draw, api: Api) -> None:
    """HEAD has the status and the headers of GET, or is a 405; a length that it names is that of GET."""
    for asked in api.reads:
        path = api.operations[asked.operation].path
        get, head = full(service, asked), service.timely(Request("HEAD", path))
        if head.status in UNSERVED:
            allowed = directives(head, "allow")
            holds("head" not in allowed, "HEAD", f"{path}: {head.status}, though Allow names it", head)
            continue
        same(head.status, get.status, f"status of HEAD {path}")
        same(head.media_type or get.media_type, get.media_type, f"media type of HEAD {path}")
        length, coded = head.header("content-length"), head.header("content-encoding") or get.header("content-encoding")
        exact = length is None or coded or length == str(len(get.body))
        holds(exact, "length of HEAD", f"{path}: {length} bytes, and GET has {len(get.body)}", head)
        same(head.header("etag") or get.header("etag"), get.header("etag"), f"ETag of HEAD {path}")


@relation()
def options_are_no_failure(service: Service, draw: Draw, api: Api) -> None:
    """OPTIONS is answered, if only by a refusal; the methods that it names include those of the document."""
    paths = dict.fromkeys(api.operations[asked.operation].path for asked in (*api.reads, api.selection({})))
    for path in paths:
        answer = service.timely(Request("OPTIONS", path))
        good = answer.status < 500 or answer.status in UNSERVED
        holds(good, "OPTIONS", f"{path}: {answer.status}: {answer.text[:200]}", answer)
        served = {one.method.lower() for one in api.operations.values() if one.path == path}
        allowed = directives(answer, "allow")
        holds(not allowed or served <= set(allowed), "Allow", f"OPTIONS {path}: {sorted(allowed)}", answer)


@relation()
def what_is_open_takes_any_token(service: Service, draw: Draw, api: Api) -> None:
    """An operation for which the document wants no token has the same answer with any."""
    for asked in (*api.reads[:2], api.selection({"Modality": ["MR"]})):
        expected = asked.answer(service)
        for token in ("Bearer nonsense", "Basic YTpi"):
            equal(asked.answer(service, ("authorization", token)), expected, f"{asked.operation} with {token}")


@relation()
def an_answer_is_not_modified_only_if_it_is_the_same(service: Service, draw: Draw, api: Api) -> None:
    """A 304 needs the tag of the present answer, or a date from which it has not changed."""
    for asked in api.reads:
        get = full(service, asked)
        for name, value in (("if-none-match", NO_TAG), ("if-none-match", f"W/{NO_TAG}, {NO_TAG}"),
                            ("if-modified-since", LONG_AGO)):  # fmt: skip
            equal(full(service, asked, (name, value)), get, f"{asked.operation} with {name}: {value}")
        tag = get.header("etag")
        if tag is None:
            continue
        holds(tag.removeprefix("W/").strip().startswith('"'), "ETag", f"{asked.operation}: {tag!r} has no quotes", get)
        for value in (tag, f"{NO_TAG}, {tag}"):
            answer = asked.answer(service, ("if-none-match", value))
            if answer.status == 304:
                same(len(answer.body), 0, f"bytes of a 304 of {asked.operation}")
                same(answer.header("etag") or tag, tag, f"ETag of a 304 of {asked.operation}")
            else:
                equal(answer, get, f"{asked.operation} with its own ETag")
    selection = api.selection({"Modality": ["MR"]})
    for headers in ((("if-none-match", NO_TAG),), (("if-modified-since", LONG_AGO),)):
        answer = selection.answer(service, *headers)
        holds(answer.status in (200, 202), "conditions beside POST", f"{headers}: {answer.status}", answer)


@relation()
def a_part_is_a_part_of_the_same(service: Service, draw: Draw, api: Api) -> None:
    """A request for a range of bytes has the full answer, or exactly these bytes of it."""
    asked = api.reads[-1]
    get = full(service, asked, ("accept-encoding", "identity"))
    answer = asked.answer(service, ("accept-encoding", "identity"), ("range", "bytes=2-9"))
    if answer.status == 206:
        same(answer.body, get.body[2:10], f"bytes 2 to 9 of {asked.operation}")
        span = (answer.header("content-range") or "").partition("/")[0].lower()
        same(span, "bytes 2-9", f"range of {asked.operation}")
    else:
        equal(answer, get, f"{asked.operation} with a range")


@relation()
def the_coding_of_an_answer_changes_nothing(service: Service, draw: Draw, api: Api) -> None:
    """Compressed or not, an answer is the same; no coding is used that the client does not accept."""
    for asked in (api.reads[-1], api.selection({"Modality": ["CT", "MR"]})):
        plain = asked.answer(service, ("accept-encoding", "identity"))
        coding = (plain.header("content-encoding") or "identity").lower()
        holds(coding == "identity", "a coding that was not accepted", f"{asked.operation}: {coding}", plain)
        for accepted in ("gzip", "gzip, deflate", "no-such-coding, identity;q=0.5"):
            answer = asked.answer(service, ("accept-encoding", accepted))
            coding = (answer.header("content-encoding") or "identity").strip().lower()
            known = {each.split(";")[0].strip() for each in accepted.split(",")} | {"identity", "x-gzip"}
            holds(coding in known, "a coding that was not accepted", f"{asked.operation}: {accepted}: {coding}", answer)
            equal(answer, plain, f"{asked.operation} with Accept-Encoding: {accepted}")


@relation()
def a_redirect_stays_on_the_host(service: Service, draw: Draw, api: Api) -> None:
    """No redirect leads to another host, whatever the path or a header says."""
    here = urlsplit(service.caller.base).hostname
    targets = [*api.slashed, f"//{ELSEWHERE}{api.slashed[0]}", f"{api.slashed[0]}?next=//{ELSEWHERE}"]
    for target in targets:
        for headers in ((), (("x-forwarded-host", ELSEWHERE),), (("forwarded", f"host={ELSEWHERE}"),)):
            answer = service.timely(Request("GET", target, headers))
            to = answer.header("location")
            if to is not None and 300 <= answer.status < 400:
                host = urlsplit(to).hostname
                holds(host in (None, here), "a redirect to another host", f"{target} {headers}: {to}", answer)
                holds("\\" not in to, "a redirect to another host", f"{target}: {to}", answer)


@relation()
def a_refusal_can_be_read_where_an_answer_can(service: Service, draw: Draw, api: Api) -> None:
    """A web page that may read an answer may read why a request was refused."""
    origin = ("origin", f"https://{ELSEWHERE}")
    right, wrong = (
        api.selection({name: ["rider_pilot"]}).answer(service, origin)
        for name in ("collection_id", "no_such_attribute")
    )
    allowed = right.header("access-control-allow-origin")
    if allowed is not None and 400 <= wrong.status < 500:
        found = wrong.header("access-control-allow-origin")
        holds(found == allowed, "origins of a refusal", f"{found} where {allowed} is right", wrong)


@relation()
def an_origin_gets_no_credentials(service: Service, draw: Draw, api: Api) -> None:
    """No web page of another origin may send credentials; what is answered to one origin is not kept for another."""
    origin = f"https://{ELSEWHERE}"
    token = service.users[0].headers if service.users else ()
    for headers in ((("origin", origin),), (("origin", origin), *token), (("origin", "null"),)):
        for asked in (api.reads[0], *(api.owned[:1] if token else ())):
            answer = asked.answer(service, *headers)
            allowed = answer.header("access-control-allow-origin")
            trusted = (answer.header("access-control-allow-credentials") or "").lower() == "true"
            what = f"{asked.operation} for {headers[0][1]}: {allowed}"
            holds(not (trusted and allowed in ("*", headers[0][1])), "credentials of another origin", what, answer)
            if allowed not in (None, "*") and allowed == headers[0][1]:
                kept = directives(answer)
                varies = {"origin", "*"} & set(directives(answer, "vary")) or {"no-store", "private"} & set(kept)
                holds(varies, "an answer to one origin", f"{what}, without Vary: Origin", answer)
    ask = (("origin", origin), ("access-control-request-method", "GET"))
    answer = service.timely(Request("OPTIONS", api.operations[api.reads[0].operation].path, ask))
    trusted = (answer.header("access-control-allow-credentials") or "").lower() == "true"
    allowed = answer.header("access-control-allow-origin")
    holds(not (trusted and allowed in ("*", origin)), "credentials of another origin", f"preflight: {allowed}", answer)
    holds(answer.status < 500 or answer.status in UNSERVED, "a preflight request", f"{answer.status}", answer)
