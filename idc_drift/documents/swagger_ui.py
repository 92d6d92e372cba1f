"""The document in, or linked from, a page of Swagger UI, Redoc, RapiDoc or Scalar.

Law: the page is read as text; its scripts are never run.
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
    re.compile(r"""(?:\bfetch|\baxios(?:\.get)?|\.getJSON)\(\s*["'`]([^"'`\s]+)["'`]"""),
    re.compile(r"""Redoc\.init\(\s*["']([^"'\s]+)["']"""),
)
_SCRIPT = re.compile(r"""<script[^>]+src\s*=\s*["']([^"']+)["']""", re.I)
_LOGIN = re.compile(r"""type\s*=\s*["']?password|accounts\.google\.com|<title>[^<]*(?:log ?in|sign ?in)""", re.I)


def looks_like_page(text: str) -> bool:
    """Whether a text is an HTML page."""
    head = text.removeprefix("\ufeff").lstrip()[:2000].lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or ("<html" in head and head[:1] == "<")


def looks_like_login(text: str) -> bool:
    """Whether a page is a login page."""
    return bool(_LOGIN.search(text))


def embedded(text: str) -> str | None:
    """The text of the document that is embedded in a page or script."""
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
    """The addresses of the document in a page, script or configuration, the likeliest first."""
    found: list[str] = []
    plain = html.unescape(text).replace("\\/", "/").replace('\\"', '"')
    for pattern in _POINTERS:
        found += [match.group(1) for match in pattern.finditer(plain)]
    known = [address for address in dict.fromkeys(found) if not address.startswith(("#", "data:", "javascript:"))]
    return sorted(
        known, key=lambda address: not re.search(r"openapi|swagger|api-docs|\.(json|ya?ml)\b|config", address)
    )


def scripts(text: str) -> list[str]:
    """The scripts of a page that may contain the configuration."""
    return [found for found in _SCRIPT.findall(text) if re.search(r"swagger|init|openapi|redoc", found, re.I)]


def _braces(text: str, start: int) -> str | None:
    """The text from an opening brace to its closing brace, with strings skipped."""
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
