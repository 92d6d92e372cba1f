"""Answers that no service of the contract gives, each with one sentence that says what is wrong and what to do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idc_contract.calls import LONGEST_WAIT, retry_after
from idc_contract.document.openapi import OPERATIONS, operation_of, resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idc_contract.calls import Answer

LOGIN = re.compile(r"type=[\"']?password|\b(log|sign)[ -]?(in|on)\b|\bsso\b|oauth|accounts\.google", re.IGNORECASE)
HTML = re.compile(r"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
GENERATION = re.compile(r"/v[0-9]+/?$")


class Unusable(Exception):
    """A service, or credentials, with which nothing can be checked; the message is one sentence."""


def problem(base: str, answer: Answer) -> str:
    """Why an answer is not one of the service, as a sentence; empty if it may be one."""
    request = f"{answer.request.method} {answer.request.target}"
    status = answer.status
    if 300 <= status < 400:
        return _redirect(base, answer, request)
    if status == 410:
        return ""
    if status in (401, 403, 407):
        return (
            f"{base} answers {request} with {status}, and the contract asks no credentials for that: "
            "a gateway in front of the service lets no caller in; use an address behind it"
        )
    if status == 404:
        return f"{base} has nothing at {request} (404): {_address(base)}"
    if status == 429:
        return f"{base} answers {request} with 429 (too many requests): use a lower --rate, or try again later"
    if status >= 500:
        return _down(base, answer, request)
    if answer.media_type == "text/html" or HTML.match(answer.text[:200]):
        if LOGIN.search(answer.text):
            return (
                f"{base} answers {request} with a login page (HTML): a gateway in front of the service wants a login; "
                "use an address behind it"
            )
        return f"{base} answers {request} with a web page (HTML, {status}), not with JSON: {_address(base)}"
    if status == 200 and answer.media_type != "application/json":
        kind = answer.header("content-type") or "no content type"
        return f"{base} answers {request} with {kind}, not with application/json: {_address(base)}"
    return _another(base, answer, request) if status == 200 else ""


def _another(base: str, answer: Answer, request: str) -> str:
    """Why an answer has nothing of what the document says, as a sentence; empty if it has something of it."""
    if not answer.body.strip():
        return f"{base} answers {request} with 200 and an empty body: {_address(base)}"
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        return f"{base} answers {request} with 200 and a body that is not JSON: {_address(base)}"
    operation = OPERATIONS[operation_of(answer.request.method, answer.request.path)]
    schema = resolved(operation.answer(200)["schema"])
    is_list = schema["type"] == "array"
    members = resolved(schema["items"] if is_list else schema)["properties"].keys()
    rows = content if is_list and isinstance(content, list) else [] if is_list else [content]
    if any(isinstance(row, dict) and row.keys() & members for row in rows):
        return ""
    shown = json.dumps(content)[:80]
    return f"{base} answers {request} with {shown}, nothing that the document says of it: {_address(base)}"


def _address(base: str) -> str:
    """What may be wrong with the address."""
    path = urlsplit(base).path
    if GENERATION.search(path):
        return f"the address must not end with the generation; use --url {GENERATION.sub('', base)}"
    return "is that the address of the service, without /v1 or /v3?"


def _redirect(base: str, answer: Answer, request: str) -> str:
    place = answer.header("location") or "nowhere"
    path = urlsplit(answer.request.target).path
    shown = place.partition("?")[0][:200]
    if LOGIN.search(place):
        return f"{base} redirects {request} to a login ({shown}): use an address behind it"
    if urlsplit(place).netloc and urlsplit(place).path.rstrip("/").endswith(path.rstrip("/")):
        better = place.partition("?")[0].rstrip("/").removesuffix(path.rstrip("/"))
        return f"{base} redirects {request} to {shown} ({answer.status}): use --url {better}"
    return f"{base} redirects {request} to {shown} ({answer.status}) and does not answer it: {_address(base)}"


def _down(base: str, answer: Answer, request: str) -> str:
    after = retry_after(answer)
    if answer.status == 503 and after is not None:
        waited = f"also after {answer.waited:.0f} s" if after <= LONGEST_WAIT else "and that is too long to wait"
        return (
            f"{base} answers {request} with 503 and asks to come back in {after:.0f} s, {waited}: "
            "it restarts or is overloaded; try again later"
        )
    if answer.media_type != "application/json":
        return f"{base} answers {request} with {answer.status}: a gateway without a service behind it"
    return f"{base} answers {request} with {answer.status}: the service does not work; look into its log"


def common(problems: Sequence[str]) -> str:
    """The sentence of a service all of whose probes have a problem; empty if one has none."""
    return problems[0] if problems and all(problems) else ""
