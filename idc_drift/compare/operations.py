"""The comparison of two operations, and of the calls that the service makes: callbacks and webhooks.

Law: in a call that the service makes, the client receives parameters and body, and sends the response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..documents.spelling import transition
from ..model.lifecycle import lifecycle_changes
from ..model.security import admits
from .bodies import compare_request_bodies, compare_sent_media_types
from .parameters import compare_parameters, compare_sent_headers
from .responses import compare_headers, compare_received_media_types, compare_responses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model.api import Media, Operation, Parameter, Response
    from .comparison import Comparison

Key = tuple[str, str]


def compare_operation(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare two operations with the same method and path."""
    _compare_metadata(c, old, new)
    c.direction = "request"
    compare_parameters(c, old, new)
    _request_bodies(c, old, new)
    _security(c, old, new)
    c.direction = "response"
    compare_responses(c, old.responses, new.responses)
    c.direction = ""
    _callbacks(c, old, new)


def _request_bodies(c: Comparison, old: Operation, new: Operation) -> None:
    if old.body is None or new.body is None:
        compare_request_bodies(c, old.body, new.body)
        return
    with c.replaced_component(old.body, new.body, "request"):
        compare_request_bodies(c, old.body, new.body)


def _compare_metadata(c: Comparison, old: Operation, new: Operation) -> None:
    c.direction = ""
    deprecated = new.lifecycle.deprecated
    if old.lifecycle.deprecated != deprecated:
        stem = "operation-deprecated" if deprecated else "operation-no-longer-deprecated"
        c.add(stem, f"{old.name} is {'' if deprecated else 'no longer '}deprecated", old.pointer)
    for rule, sentence in lifecycle_changes(old.lifecycle, new.lifecycle, old.name):
        c.add(rule, sentence, old.pointer)
    if old.id != new.id:
        message = transition("operationId", *(f"`{op.id}`" if op.id else "" for op in (old, new)))
        c.add("operation-id-changed", message, f"{old.pointer}/operationId" if old.id else old.pointer)
    if old.tags != new.tags:
        c.add(
            "tags-changed",
            transition("tags", *(", ".join(f"`{tag}`" for tag in op.tags) for op in (old, new))),
            old.pointer,
        )
    if old.servers != new.servers:
        compare_servers(c, old.servers or c.base.servers, new.servers or c.revision.servers, old.pointer)
    c.compare_documentation("documentation-changed", old.words, new.words, old.pointer)


def compare_servers(c: Comparison, old: Sequence[str], new: Sequence[str], pointer: str) -> None:
    """Compare addresses of servers; a document that states none lets clients choose, so it has none to lose."""
    if set(old) == set(new):
        return
    message = transition("servers", *(", ".join(f"`{address or '/'}`" for address in found) for found in (old, new)))
    lost = {*old} - {*new} - {"", "/"}
    if lost:
        c.add("server-address-removed", message, pointer)
    else:
        c.add("servers-changed", message, pointer)


def _security(c: Comparison, old: Operation, new: Operation) -> None:
    before = [dict(sorted(a.items())) for a in old.security]
    after = [dict(sorted(a.items())) for a in new.security]
    if sorted(map(repr, before)) == sorted(map(repr, after)):
        return
    refused = [offered for offered in before if not any(admits(needed, offered) for needed in after)]
    if not refused and all(any(admits(needed, offered) for needed in before) for offered in after):
        return  # the difference is only in redundant alternatives
    added = old.security_pointer == "/security" and not c.base.document.content.get("security")
    message = f"security changed from {_described_security(before)} to {_described_security(after)}"
    pointer, other = old.security_pointer, new.security_pointer
    if added:
        pointer, other = other, pointer
    c.add("security-tightened" if refused else "security-relaxed", message, pointer, "security", new=added, other=other)


def _described_security(alternatives: list[dict[str, tuple[str, ...]]]) -> str:
    def one(wire: str, scopes: tuple[str, ...]) -> str:
        return f"{wire} ({', '.join(scopes)})" if scopes else wire

    return " or ".join(" and ".join(one(*item) for item in a.items()) or "no credentials" for a in alternatives)


def _callbacks(c: Comparison, old: Operation, new: Operation, *, received: bool = True) -> None:
    """Compare the callbacks of an operation; in those of a webhook, the client calls the service."""
    for key, before in old.callbacks.items():
        where = f"callback {key[0]} {key[1]}"
        if key not in new.callbacks:
            c.add("callback-removed", f"the callback {key[0]} ({key[1]}) was removed", before.pointer, where)
        elif received:
            compare_received_call(c, before, new.callbacks[key], "callback")
        else:
            _compare_sent_call(c, before, new.callbacks[key])
    for key, after in new.callbacks.items():
        if key not in old.callbacks:
            c.add(
                "callback-added",
                f"the callback {key[0]} ({key[1]}) was added",
                after.pointer,
                f"callback {key[0]} {key[1]}",
                new=True,
            )


def compare_webhooks(c: Comparison, old: dict[Key, Operation], new: dict[Key, Operation]) -> None:
    """Compare webhooks: like callbacks, without an operation that they belong to."""
    for key, op in old.items():
        c.operation = op.name
        if key in new:
            _compare_metadata(c, op, new[key])
            _webhook_security(c, op, new[key])
            compare_received_call(c, op, new[key], "webhook")
        else:
            c.add("webhook-removed", f"the webhook {op.name} was removed", op.pointer)
    for key, op in new.items():
        if key not in old:
            c.operation = op.name
            c.add("webhook-added", f"the webhook {op.name} was added", op.pointer, new=True)
    c.operation = ""


def _webhook_security(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare what a webhook says of the credentials that the service sends; the document's own are for its paths."""
    before, after = _credentials_sent(old), _credentials_sent(new)
    if sorted(map(repr, before)) != sorted(map(repr, after)):
        message = f"the credentials that the webhook sends changed from {_described_security(before)} to "
        stated = old if old.security_pointer.startswith(old.pointer) else new
        c.add(
            "webhook-security-changed",
            message + _described_security(after),
            stated.security_pointer,
            "security",
            new=stated is new,
        )


def _credentials_sent(webhook: Operation) -> list[dict[str, tuple[str, ...]]]:
    own = webhook.security_pointer.startswith(webhook.pointer)
    return [dict(sorted(a.items())) for a in webhook.security] if own else [{}]


def compare_received_call(c: Comparison, old: Operation, new: Operation, what: str) -> None:
    """Compare two calls that the client receives; `what` is ``callback`` or ``webhook``."""
    c.direction = "response"
    before: dict[str, Media] = old.body.content if old.body else {}
    after: dict[str, Media] = new.body.content if new.body else {}
    if before and not after:
        c.add("response-body-removed", f"the body of the {what} was removed", old.pointer, what)
        before = {}
    if old.body and new.body:
        if old.body.required != new.body.required:
            rule, word = (
                ("callback-body-became-required", "required")
                if new.body.required
                else ("callback-body-became-optional", "optional")
            )
            c.add(rule, f"the body of the {what} became {word}", old.body.pointer, what)
        c.compare_documentation("response-annotation-changed", old.body.words, new.body.words, old.body.pointer, what)
    compare_received_media_types(c, before, after, what, negotiated=False)
    compare_headers(c, _as_headers(old), _as_headers(new), what)
    c.direction = "request"
    _compare_answers(c, old, new, what)
    c.direction = ""
    _callbacks(c, old, new, received=False)


def _as_headers(call: Operation) -> dict[str, Parameter]:
    return {" ".join(key): value for key, value in call.parameters.items()}


def _compare_sent_call(c: Comparison, old: Operation, new: Operation) -> None:
    """Compare two calls that the client makes to answer a call of the service."""
    c.direction = "request"
    compare_parameters(c, old, new)
    _request_bodies(c, old, new)
    c.direction = "response"
    compare_responses(c, old.responses, new.responses)
    c.direction = ""
    _callbacks(c, old, new)


def _compare_answers(c: Comparison, old: Operation, new: Operation, what: str) -> None:
    """Compare the responses with which the client answers a call."""
    for status, answer in old.responses.items():
        where = f"{what} {status}"
        if accepted := new.responses.get(status) or new.responses.get(f"{status[:1]}XX"):
            _compare_answer(c, answer, accepted, where)
        elif status[:1] == "2":
            c.add(
                "success-status-removed",
                f"the response {status} to the {what} is not accepted any more",
                answer.pointer,
                where,
            )
        else:
            c.add(
                "error-status-removed",
                f"the response {status} to the {what} is not described any more",
                answer.pointer,
                where,
            )
    for status, answer in new.responses.items():
        if status not in old.responses and f"{status[:1]}XX" not in old.responses:
            rule = "success-status-added" if status[:1] == "2" else "error-status-added"
            c.add(
                rule,
                f"the response {status} to the {what} is accepted",
                answer.pointer,
                f"{what} {status}",
                new=True,
            )


def _compare_answer(c: Comparison, old: Response, new: Response, where: str) -> None:
    """Compare one response with which the client answers a call."""
    c.compare_documentation("response-annotation-changed", old.words, new.words, old.pointer, where)
    if old.content and not new.content:
        c.add("answer-body-removed", f"the response {old.status} needs no body any more", old.pointer, where)
    elif new.content and not old.content:
        c.add("answer-body-added", f"the response {old.status} needs a body now", new.pointer, where, new=True)
    else:
        compare_sent_media_types(c, old.content, new.content, where)
    compare_sent_headers(c, old.headers, new.headers, where)
