"""The comparison of responses: statuses, headers and links, and the media types of what the client receives.

Law: a response is compared with the one that a client of the base receives in its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..changes.counterparts import compact_json
from ..judge.context import Mode
from .bodies import compare_media_type, media_type_left_open, range_contains
from .parameters import compare_serialization

if TYPE_CHECKING:
    from ..model.api import Media, Parameter, Response
    from .comparison import Comparison

_RECEIVED = Mode(sent=False, prefix="response")
_HEADER = Mode(sent=False, prefix="header", wire="loose")
_SERIALIZATION_RULES = ("header-content-changed", "header-style-changed")


def compare_responses(c: Comparison, old: dict[str, Response], new: dict[str, Response]) -> None:
    """Compare the responses by status; one that has no counterpart, with those that describe its statuses now."""
    for status, before in old.items():
        if status in new:
            compare_response(c, before, new[status])
        elif status[:1] == "2":
            _compare_lost_success(c, before, old, new)
        else:
            _compare_lost_error(c, before, old, new)
    for status, after in new.items():
        if status not in old:
            _compare_gained_status(c, after, old, new)


def _compare_lost_success(c: Comparison, before: Response, old: dict[str, Response], new: dict[str, Response]) -> None:
    status = before.status
    narrower = [after for key, after in new.items() if status == "2XX" and key[:1] == "2" and key not in old]
    if "2XX" in new:
        compare_response(c, before, new["2XX"])
    elif narrower:
        became = f"the status 2XX became {', '.join(after.status for after in narrower)}"
        c.add("success-status-narrowed", became, before.pointer, status)
        for after in narrower:
            compare_response(c, before, after)
    elif "default" in new and not _has_success(new):
        c.add("success-status-widened", f"the status {status} became default", before.pointer, status)
        compare_response(c, before, new["default"])
    else:
        message, reference = f"the response {status} was removed", before.reference.place
        c.add("success-status-removed", message, before.pointer, status, reference=reference)


def _compare_lost_error(c: Comparison, before: Response, old: dict[str, Response], new: dict[str, Response]) -> None:
    """Compare an error response, or ``default``, that has no counterpart."""
    status = before.status
    wider = _fallback_response(status, new)
    if _same_response(c, before, wider):
        return
    message, reference = f"the response {status} was removed", before.reference.place
    c.add("error-status-removed", message, before.pointer, status, reference=reference)
    successors = [
        after
        for key, after in new.items()
        if key not in old and (key[:1] == status[:1] or (status == "default" and _falls_to_default(key, old)))
    ]
    for after in [wider] if wider else successors:
        _compare_described_body(c, before, after, after.status if status in ("4XX", "5XX", "default") else status)


def _compare_gained_status(c: Comparison, after: Response, old: dict[str, Response], new: dict[str, Response]) -> None:
    """Compare a status that is new with the response of the base that described it: its class, or ``default``."""
    status = after.status
    success = status[:1] == "2"
    before = old.get("2XX") if success else _fallback_response(status, old)
    if success and before is None and _falls_to_default(status, old):
        before = old.get("default")
    if (success and "2XX" in old) or _same_response(c, before, after):
        if before is not None and success and before.status in new:
            compare_response(c, before, after, status)
        return
    rule = "success-status-added" if success else "error-status-added"
    message, reference = f"the response {status} was added", after.reference.place
    c.add(rule, message, after.pointer, status, new=True, reference=reference)
    if before is not None and before.status in new:  # if it is not there any more, it was compared
        _compare_described_body(c, before, after, status)


def _compare_described_body(c: Comparison, before: Response, after: Response, where: str) -> None:
    """Compare two responses that both describe a body; an error without one is often only not described."""
    if before.content and after.content:
        compare_response(c, before, after, where)


def _has_success(responses: dict[str, Response]) -> bool:
    return any(status[:1] == "2" for status in responses)


def _falls_to_default(status: str, among: dict[str, Response]) -> bool:
    """Whether ``default`` describes a status: an error, or a success if no other response does."""
    if status[:1] in ("4", "5"):
        return f"{status[:1]}XX" not in among
    return status[:1] == "2" and not _has_success(among)


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


def compare_response(c: Comparison, old: Response, new: Response, where: str = "") -> None:
    """Compare the content, headers and links of two responses; `where` is the status, if it is not the old one."""
    with c.replaced_component(old, new, where or old.status):
        _compare_parts(c, old, new, where or old.status)


def _compare_parts(c: Comparison, old: Response, new: Response, where: str) -> None:
    c.compare_documentation("response-annotation-changed", old.words, new.words, old.pointer, where)
    compare_received_media_types(c, old.content, new.content, where)
    compare_headers(c, old.headers, new.headers, where)
    for name in sorted(old.links.keys() | new.links.keys()):
        if name not in new.links:
            c.add("link-removed", f"the link `{name}` was removed", old.links[name][0], f"{where} link {name}")
        elif name not in old.links:
            c.add("link-added", f"the link `{name}` was added", new.links[name][0], f"{where} link {name}", new=True)
        elif old.links[name][1] != new.links[name][1]:
            c.add("link-changed", f"the link `{name}` changed", old.links[name][0], f"{where} link {name}")


def compare_headers(c: Comparison, old: dict[str, Parameter], new: dict[str, Parameter], where: str) -> None:
    """Compare the headers that the client receives, and the other parameters of a call that it receives."""
    for name, before in old.items():
        noun, place = _noun(before), f"{where} {_noun(before)}"
        if name not in new:
            rule, word = (
                ("required-header-removed", "required") if before.required else ("optional-header-removed", "optional")
            )
            c.add(rule, f"the {word} {noun} was removed", before.pointer, place)
            continue
        after = new[name]
        if before.required != after.required:
            rule, word = (
                ("header-became-required", "required") if after.required else ("header-became-optional", "optional")
            )
            c.add(rule, f"the {noun} became {word}", before.pointer, place)
        c.compare_documentation("response-annotation-changed", before.words, after.words, before.pointer, place)
        if not compare_serialization(c, before, after, f"the {noun}", place, _SERIALIZATION_RULES):
            continue
        c.compare_schemas(
            before.schema, after.schema, replace(_HEADER, wire="strict") if before.media else _HEADER, place
        )
    for name, after in new.items():
        if name not in old:
            noun = _noun(after)
            c.add("header-added", f"the {noun} was added", after.pointer, f"{where} {noun}", new=True)


def _noun(value: Parameter) -> str:
    """``header X-Rate``; of a call that the client receives, also ``query parameter page``."""
    return f"header {value.name}" if value.location == "header" else f"{value.location} parameter {value.name}"


# ------------------------------------------------------------------------------------------------------ media types


def compare_received_media_types(
    c: Comparison, old: dict[str, Media], new: dict[str, Media], where: str, *, negotiated: bool = True
) -> None:
    """Compare the media types of a body that the client receives; `negotiated` if it chooses one by Accept."""
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
            rule = (
                "response-media-type-variant-changed"
                if _is_another_variant(name, same)
                else "response-media-type-parameters-changed"
            )
            c.add(rule, f"the media type {name} became {same}", before.pointer, where)
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
            message = f"bodies of type {name} are not sent any more"
            if not new:
                message = f"the response has no body any more, which was {name}"
            sides = compact_json(name), compact_json(", ".join(sorted(new))) if new else ""
            c.add("response-media-type-removed", message, before.pointer, where, sides=sides)
    for name in sorted(added.keys() - taken):
        if not any(range_contains(kind, name) for kind in old):
            rule = "response-media-type-added" if negotiated or not old else "unrequested-media-type-added"
            c.add(rule, f"bodies of type {name} are sent", added[name].pointer, where, new=True)


def _is_another_variant(old: str, new: str) -> bool:
    """Whether two media types differ in a value (``version=1``), or in a charset other than UTF-8."""
    before, after = (dict(part.partition("=")[::2] for part in name.split(";")[1:]) for name in (old, new))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return "charset" in changed or bool(changed & before.keys() & after.keys())


def _is_subtype(name: str, whole: str) -> bool:
    """Whether a media type is a subtype of another: ``application/problem+json`` of ``application/json``."""
    family, _, subtype = name.split(";")[0].partition("/")
    return "+" in subtype and f"{family}/{subtype.rpartition('+')[2]}" == whole.split(";")[0]
