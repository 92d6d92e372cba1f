"""Two operations compared: what is received, and what is called back.

Law: what a callback sends is received by the client, and what it expects in return is sent by it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..judge.context import Mode
from ..model.api import Media, Operation, Response, Value
from .bodies import covers, implied, media, sent
from .parameters import written

if TYPE_CHECKING:
    from .comparison import Comparison

_RECEIVED = Mode(sent=False, prefix="response")
_HEADER = Mode(sent=False, prefix="header", wire="loose")
_WRITTEN = ("header-content-changed", "header-style-changed")


def responses(c: Comparison, old: dict[str, Response], new: dict[str, Response]) -> None:
    """Compare statuses and what comes with each."""
    for status, was in old.items():
        if status in new:
            response(c, was, new[status])
        elif status[:1] == "2" and f"{status[:1]}XX" in new:
            response(c, was, new[f"{status[:1]}XX"])
        elif status == "2XX" and (narrower := [is_ for key, is_ in new.items() if key[:1] == "2" and key not in old]):
            c.add(
                "success-status-narrowed",
                "the status 2XX became " + ", ".join(is_.status for is_ in narrower),
                was.pointer,
                status,
            )
            for is_ in narrower:
                response(c, was, is_)
        elif not _same(c, was, _cover(status, new)):
            rule = "success-status-removed" if status[:1] == "2" else "error-status-removed"
            c.add(rule, f"the response {status} was removed", was.pointer, status)
    for status, is_ in new.items():
        if status in old or (status[:1] == "2" and "2XX" in old) or _same(c, _cover(status, old), is_):
            continue
        rule = "success-status-added" if status[:1] == "2" else "error-status-added"
        c.add(rule, f"the response {status} was added", is_.pointer, status, new=True)


def _cover(status: str, among: dict[str, Response]) -> Response | None:
    """What is said of an error that has no response of its own."""
    return among.get(f"{status[:1]}XX") or among.get("default") if status[:1] in ("4", "5") else None


def _same(c: Comparison, old: Response | None, new: Response | None) -> bool:
    """Whether two responses say something beside words, and the same."""
    if (
        old is None
        or new is None
        or not old.content
        or any(media.also for media in (*old.content.values(), *new.content.values()))
        or old.content.keys() != new.content.keys()
        or old.headers.keys() != new.headers.keys()
    ):
        return False
    headers = [(was, new.headers[name]) for name, was in old.headers.items()]
    return (
        [told for _, told in old.links.values()] == [told for _, told in new.links.values()]
        and all(
            (was.required, was.media, was.style, was.explode) == (is_.required, is_.media, is_.style, is_.explode)
            and c.judge.same(was.shape, is_.shape, _HEADER)
            for was, is_ in headers
        )
        and all(
            c.judge.same(was.shape or (), new.content[name].shape or (), _RECEIVED) for name, was in old.content.items()
        )
    )


def response(c: Comparison, old: Response, new: Response) -> None:
    """Compare the content, headers and links of two responses."""
    where = old.status
    c.words("response-annotation-changed", old.words, new.words, old.pointer, where)
    received(c, old.content, new.content, where)
    _headers(c, old.headers, new.headers, where)
    for name in sorted(old.links.keys() | new.links.keys()):
        if name not in new.links:
            c.add("link-removed", f"the link `{name}` was removed", old.links[name][0], f"{where} link {name}")
        elif name not in old.links:
            c.add("link-added", f"the link `{name}` was added", new.links[name][0], f"{where} link {name}", new=True)
        elif old.links[name][1] != new.links[name][1]:
            c.add("link-changed", f"the link `{name}` changed", old.links[name][0], f"{where} link {name}")


def _headers(c: Comparison, old: dict[str, Value], new: dict[str, Value], where: str) -> None:
    for name, was in old.items():
        place = f"{where} header {was.name}"
        if name not in new:
            rule, word = (
                ("required-header-removed", "required") if was.required else ("optional-header-removed", "optional")
            )
            c.add(rule, f"the {word} header {was.name} was removed", was.pointer, place)
            continue
        is_ = new[name]
        if was.required != is_.required:
            rule, word = (
                ("header-became-required", "required") if is_.required else ("header-became-optional", "optional")
            )
            c.add(rule, f"the header {was.name} became {word}", was.pointer, place)
        c.words("response-annotation-changed", was.words, is_.words, was.pointer, place)
        if not written(c, was, is_, f"the header {was.name}", place, _WRITTEN):
            continue
        c.shapes(was.shape, is_.shape, replace(_HEADER, wire="strict") if was.media else _HEADER, place)
    for name, is_ in new.items():
        if name not in old:
            c.add(
                "header-added", f"the header {is_.name} was added", is_.pointer, f"{where} header {is_.name}", new=True
            )


# ------------------------------------------------------------------------------------------------------ media types


def received(c: Comparison, old: dict[str, Media], new: dict[str, Media], where: str) -> None:
    """Compare the media types of what the client receives."""
    if implied(c, old, new):
        for was in old.values():
            for is_ in new.values():
                media(c, was, is_, _RECEIVED, where)
        return
    come = {name: is_ for name, is_ in new.items() if name not in old}
    taken: set[str] = set()
    for name, was in old.items():
        if name in new:
            media(c, was, new[name], _RECEIVED, where)
            continue
        narrower = [key for key in come if covers(name, key) or _kind_of(key, name)]
        same = next((key for key in come if key.split(";")[0] == name.split(";")[0] and key not in taken), None)
        if same is not None:
            taken.add(same)
            c.add("response-media-type-parameters-changed", f"the media type {name} became {same}", was.pointer, where)
            media(c, was, come[same], _RECEIVED, where)
        elif narrower:
            taken.update(narrower)
            c.add(
                "response-media-type-narrowed",
                f"the media type {name} became {', '.join(narrower)}",
                was.pointer,
                where,
            )
            for key in narrower:
                media(c, was, come[key], _RECEIVED, where)
        else:
            c.add("response-media-type-removed", f"bodies of type {name} are not sent any more", was.pointer, where)
    for name in come.keys() - taken:
        if not any(covers(kind, name) for kind in old):
            c.add("response-media-type-added", f"bodies of type {name} are sent", come[name].pointer, where, new=True)


def _kind_of(name: str, whole: str) -> bool:
    """Whether a media type is a kind of another: ``application/problem+json`` of ``application/json``."""
    family, _, subtype = name.split(";")[0].partition("/")
    return "+" in subtype and f"{family}/{subtype.rpartition('+')[2]}" == whole.split(";")[0]


# -------------------------------------------------------------------------------------------------------- callbacks


def called_back(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare what the service calls: parameters and body are received, responses are sent."""
    was, is_ = (
        Response(
            "callback",
            o.pointer,
            o.body.content if o.body else {},
            {" ".join(k): v for k, v in o.parameters.items()},
            {},
        )
        for o in (old, new)
    )
    if was.content and not is_.content:
        c.add("response-body-removed", "the body of the callback was removed", was.pointer, "callback")
        was = replace(was, content={})
    if old.body and new.body and old.body.required != new.body.required:
        rule, word = (
            ("callback-body-became-required", "required")
            if new.body.required
            else ("callback-body-became-optional", "optional")
        )
        c.add(rule, f"the body of the callback became {word}", old.body.pointer, "callback")
    response(c, was, is_)
    for status, answer in old.responses.items():
        if accepted := new.responses.get(status) or new.responses.get(f"{status[:1]}XX"):
            sent(c, answer.content, accepted.content, f"callback {status}")
        elif status[:1] == "2":
            c.add(
                "success-status-removed",
                f"the answer {status} is not accepted any more",
                answer.pointer,
                f"callback {status}",
            )
        else:
            c.add(
                "error-status-removed",
                f"the answer {status} is not described any more",
                answer.pointer,
                f"callback {status}",
            )
    for status, answer in new.responses.items():
        if status not in old.responses and f"{status[:1]}XX" not in old.responses:
            rule = "success-status-added" if status[:1] == "2" else "error-status-added"
            c.add(rule, f"the answer {status} is accepted", answer.pointer, f"callback {status}", new=True)
