"""The comparison of responses and callbacks.

Law: in a callback, the client receives the request and sends the response.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..judge.context import Mode
from ..model.api import Media, Operation, Parameter, Response
from .bodies import compare_media_type, compare_sent_media_types, media_type_left_open, range_contains
from .parameters import compare_serialization

if TYPE_CHECKING:
    from .comparison import Comparison

_RECEIVED = Mode(sent=False, prefix="response")
_HEADER = Mode(sent=False, prefix="header", wire="loose")
_SERIALIZATION_RULES = ("header-content-changed", "header-style-changed")


def compare_responses(c: Comparison, old: dict[str, Response], new: dict[str, Response]) -> None:
    """Compare the responses by status."""
    for status, before in old.items():
        if status in new:
            compare_response(c, before, new[status])
        elif status[:1] == "2" and f"{status[:1]}XX" in new:
            compare_response(c, before, new[f"{status[:1]}XX"])
        elif status == "2XX" and (
            narrower := [after for key, after in new.items() if key[:1] == "2" and key not in old]
        ):
            c.add(
                "success-status-narrowed",
                "the status 2XX became " + ", ".join(after.status for after in narrower),
                before.pointer,
                status,
            )
            for after in narrower:
                compare_response(c, before, after)
        elif not _same_response(c, before, _fallback_response(status, new)):
            rule = "success-status-removed" if status[:1] == "2" else "error-status-removed"
            c.add(rule, f"the response {status} was removed", before.pointer, status)
    for status, after in new.items():
        if (
            status in old
            or (status[:1] == "2" and "2XX" in old)
            or _same_response(c, _fallback_response(status, old), after)
        ):
            continue
        rule = "success-status-added" if status[:1] == "2" else "error-status-added"
        c.add(rule, f"the response {status} was added", after.pointer, status, new=True)


def _fallback_response(status: str, among: dict[str, Response]) -> Response | None:
    """The response to an error status that has no response of its own: its class, or ``default``."""
    return among.get(f"{status[:1]}XX") or among.get("default") if status[:1] in ("4", "5") else None


def _same_response(c: Comparison, old: Response | None, new: Response | None) -> bool:
    """Whether two responses have content, and are equal except their documentation."""
    if (
        old is None
        or new is None
        or not old.content
        or any(media.other_spellings for media in (*old.content.values(), *new.content.values()))
        or old.content.keys() != new.content.keys()
        or old.headers.keys() != new.headers.keys()
    ):
        return False
    headers = [(before, new.headers[name]) for name, before in old.headers.items()]
    return (
        [link for _, link in old.links.values()] == [link for _, link in new.links.values()]
        and all(
            (before.required, before.media, before.style, before.explode)
            == (after.required, after.media, after.style, after.explode)
            and c.judge.same(before.schema, after.schema, _HEADER)
            for before, after in headers
        )
        and all(
            c.judge.same(before.schema or (), new.content[name].schema or (), _RECEIVED)
            for name, before in old.content.items()
        )
    )


def compare_response(c: Comparison, old: Response, new: Response) -> None:
    """Compare the content, headers and links of two responses."""
    where = old.status
    c.compare_documentation("response-annotation-changed", old.words, new.words, old.pointer, where)
    compare_received_media_types(c, old.content, new.content, where)
    _headers(c, old.headers, new.headers, where)
    for name in sorted(old.links.keys() | new.links.keys()):
        if name not in new.links:
            c.add("link-removed", f"the link `{name}` was removed", old.links[name][0], f"{where} link {name}")
        elif name not in old.links:
            c.add("link-added", f"the link `{name}` was added", new.links[name][0], f"{where} link {name}", new=True)
        elif old.links[name][1] != new.links[name][1]:
            c.add("link-changed", f"the link `{name}` changed", old.links[name][0], f"{where} link {name}")


def _headers(c: Comparison, old: dict[str, Parameter], new: dict[str, Parameter], where: str) -> None:
    for name, before in old.items():
        place = f"{where} header {before.name}"
        if name not in new:
            rule, word = (
                ("required-header-removed", "required") if before.required else ("optional-header-removed", "optional")
            )
            c.add(rule, f"the {word} header {before.name} was removed", before.pointer, place)
            continue
        after = new[name]
        if before.required != after.required:
            rule, word = (
                ("header-became-required", "required") if after.required else ("header-became-optional", "optional")
            )
            c.add(rule, f"the header {before.name} became {word}", before.pointer, place)
        c.compare_documentation("response-annotation-changed", before.words, after.words, before.pointer, place)
        if not compare_serialization(c, before, after, f"the header {before.name}", place, _SERIALIZATION_RULES):
            continue
        c.compare_schemas(
            before.schema, after.schema, replace(_HEADER, wire="strict") if before.media else _HEADER, place
        )
    for name, after in new.items():
        if name not in old:
            c.add(
                "header-added",
                f"the header {after.name} was added",
                after.pointer,
                f"{where} header {after.name}",
                new=True,
            )


# ------------------------------------------------------------------------------------------------------ media types


def compare_received_media_types(c: Comparison, old: dict[str, Media], new: dict[str, Media], where: str) -> None:
    """Compare the media types of a body that the client receives."""
    if media_type_left_open(c, old, new):
        for before in old.values():
            for after in new.values():
                compare_media_type(c, before, after, _RECEIVED, where)
        return
    added = {name: after for name, after in new.items() if name not in old}
    taken: set[str] = set()
    for name, before in old.items():
        if name in new:
            compare_media_type(c, before, new[name], _RECEIVED, where)
            continue
        narrower = [key for key in added if range_contains(name, key) or _is_subtype(key, name)]
        same = next((key for key in added if key.split(";")[0] == name.split(";")[0] and key not in taken), None)
        if same is not None:
            taken.add(same)
            c.add(
                "response-media-type-parameters-changed", f"the media type {name} became {same}", before.pointer, where
            )
            compare_media_type(c, before, added[same], _RECEIVED, where)
        elif narrower:
            taken.update(narrower)
            c.add(
                "response-media-type-narrowed",
                f"the media type {name} became {', '.join(narrower)}",
                before.pointer,
                where,
            )
            for key in narrower:
                compare_media_type(c, before, added[key], _RECEIVED, where)
        else:
            c.add("response-media-type-removed", f"bodies of type {name} are not sent any more", before.pointer, where)
    for name in added.keys() - taken:
        if not any(range_contains(kind, name) for kind in old):
            c.add("response-media-type-added", f"bodies of type {name} are sent", added[name].pointer, where, new=True)


def _is_subtype(name: str, whole: str) -> bool:
    """Whether a media type is a subtype of another: ``application/problem+json`` of ``application/json``."""
    family, _, subtype = name.split(";")[0].partition("/")
    return "+" in subtype and f"{family}/{subtype.rpartition('+')[2]}" == whole.split(";")[0]


# -------------------------------------------------------------------------------------------------------- callbacks


def compare_callback(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare two callbacks or webhooks: the client receives parameters and body, and sends responses."""
    before, after = (
        Response(
            "callback",
            o.pointer,
            o.body.content if o.body else {},
            {" ".join(k): v for k, v in o.parameters.items()},
            {},
        )
        for o in (old, new)
    )
    if before.content and not after.content:
        c.add("response-body-removed", "the body of the callback was removed", before.pointer, "callback")
        before = replace(before, content={})
    if old.body and new.body and old.body.required != new.body.required:
        rule, word = (
            ("callback-body-became-required", "required")
            if new.body.required
            else ("callback-body-became-optional", "optional")
        )
        c.add(rule, f"the body of the callback became {word}", old.body.pointer, "callback")
    compare_response(c, before, after)
    for status, answer in old.responses.items():
        if accepted := new.responses.get(status) or new.responses.get(f"{status[:1]}XX"):
            compare_sent_media_types(c, answer.content, accepted.content, f"callback {status}")
        elif status[:1] == "2":
            c.add(
                "success-status-removed",
                f"the response {status} to the callback is not accepted any more",
                answer.pointer,
                f"callback {status}",
            )
        else:
            c.add(
                "error-status-removed",
                f"the response {status} to the callback is not described any more",
                answer.pointer,
                f"callback {status}",
            )
    for status, answer in new.responses.items():
        if status not in old.responses and f"{status[:1]}XX" not in old.responses:
            rule = "success-status-added" if status[:1] == "2" else "error-status-added"
            c.add(
                rule,
                f"the response {status} to the callback is accepted",
                answer.pointer,
                f"callback {status}",
                new=True,
            )
