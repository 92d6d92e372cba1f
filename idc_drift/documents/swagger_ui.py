"""The document inside a page of Swagger UI (or Redoc, RapiDoc, Scalar), or where that page says it is.

Law: the page is read as text and never run.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from .parsing import Malformed, parse

_EMBEDDED = re.compile(r"""["']?(?:swaggerDoc|spec|content)["']?\s*[:=]\s*(?=\{)""")
_ASSIGNED = re.compile(r"=\s*(?=\{)")
_POINTERS = (
    re.compile(
        r"""(?<![\w-])["']?(?:configUrl|url|swaggerUrl|specUrl)["']?\s*[:=]\s*[^"'`,;{}\n]*["'`]([^"'`\s]+)["'`]"""
    ),
    re.compile(r"""(?:spec-url|data-url|apiDescriptionUrl|specUrl)\s*=\s*["']([^"'\s]+)["']"""),
    re.compile(r"""Redoc\.init\(\s*["']([^"'\s]+)["']"""),
)
_SCRIPT = re.compile(r"""<script[^>]+src\s*=\s*["']([^"']+)["']""", re.I)
_LOGIN = re.compile(r"""type\s*=\s*["']?password|accounts\.google\.com|<title>[^<]*(?:log ?in|sign ?in)""", re.I)


def looks_like_page(text: str) -> bool:
    """Whether a text is HTML, and not a document of its own."""
    head = text.removeprefix("\ufeff").lstrip()[:2000].lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or ("<html" in head and head[:1] == "<")


def looks_like_login(text: str) -> bool:
    """Whether a page asks who is there."""
    return bool(_LOGIN.search(text))


def embedded(text: str) -> str | None:
    """The text of the document that a page or script holds itself."""
    for pattern in (_EMBEDDED, _ASSIGNED):
        for match in pattern.finditer(text):
            body = _braces(text, match.end())
            value = _value(body) if body else None
            if isinstance(value, dict) and ("openapi" in value or "swagger" in value):
                return body
            inner = value.get("swaggerDoc") or value.get("spec") if isinstance(value, dict) else None
            if isinstance(inner, dict) and ("openapi" in inner or "swagger" in inner):
                return json.dumps(inner)
    return None


def pointers(text: str) -> list[str]:
    """The addresses a page, script or configuration gives for its document, the likeliest first."""
    found: list[str] = []
    plain = html.unescape(text).replace("\\/", "/").replace('\\"', '"')
    for pattern in _POINTERS:
        found += [match.group(1) for match in pattern.finditer(plain)]
    known = [address for address in dict.fromkeys(found) if not address.startswith(("#", "data:", "javascript:"))]
    return sorted(
        known, key=lambda address: not re.search(r"openapi|swagger|api-docs|\.(json|ya?ml)\b|config", address)
    )


def scripts(text: str) -> list[str]:
    """The page's own scripts that may hold the configuration."""
    return [found for found in _SCRIPT.findall(text) if re.search(r"swagger|init|openapi|redoc", found, re.I)]


def _braces(text: str, start: int) -> str | None:
    """From an opening brace to the closing one that belongs to it, minding strings."""
    depth, quote, at = 0, "", start
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'`":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return text[start : at + 1]
        at += 1
    return None


def _value(body: str) -> Any:
    try:
        return parse(body).value
    except Malformed:
        return None
