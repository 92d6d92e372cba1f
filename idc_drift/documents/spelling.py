"""The canonical spelling of media types, paths, servers and examples, and of sentences about changed values.

Law: pure functions of strings and values; nothing here knows a document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from .json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_NO_WORDS: Final[dict[str, Any]] = {}
"""What all objects without documentation share; it stays empty."""


def wire_path(path: str) -> str:
    """The path without the names of its parameters: ``/a/{id}`` becomes ``/a/{}``."""
    return _PARAMETER.sub("{}", path)


def parameter_names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _PARAMETER.findall(path)


def media_type(name: str) -> str:
    """The canonical spelling of a media type; ``charset=utf-8`` is left out, because it is the default."""
    kind, *parameters = [part.strip() for part in str(name).lower().split(";")]
    kept = sorted(re.sub(r"\s*=\s*", "=", part).replace('"', "") for part in parameters if part)
    return ";".join([kind, *(part for part in kept if part not in ("charset=utf-8", "charset=utf8"))])


def servers_of(raw: Any) -> tuple[str, ...]:
    """The addresses of servers, without a trailing slash."""
    if not isinstance(raw, list):
        return ()
    return tuple(_address(item).rstrip("/") or "/" for item in raw if isinstance(item, dict) and "url" in item)


def _address(server: dict[str, Any]) -> str:
    """The address of a server, with the default values of its variables."""
    address, variables = str(server["url"]), server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict) and isinstance(variable.get("default"), str):
            address = address.replace(f"{{{name}}}", variable["default"])
    return address


def base_path(server: str) -> str:
    """The path that a server's address puts before every path."""
    address = server.partition("://")[2]
    if "{" in address.partition("/")[0] and "/" not in address:
        return ""
    try:
        return urlsplit(server).path.rstrip("/")
    except ValueError:  # invalid IPv6 brackets
        return ""


def standard(value: Any) -> Any:
    """Documentation without extensions (``x-…``), which no rule judges."""
    if isinstance(value, dict):
        return {key: standard(inner) for key, inner in value.items() if not str(key).startswith("x-")}
    return [standard(inner) for inner in value] if isinstance(value, list) else value


def words_of(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    """The documentation of an object: the named members, and its examples in one form."""
    found: dict[str, Any] = {name: canonical(text) for name in names if (text := standard(raw.get(name)))}
    examples = [canonical(raw["example"])] if "example" in raw else []
    listed = raw.get("examples")
    named = listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ()
    examples += [canonical(item["value"] if isinstance(item, dict) and "value" in item else item) for item in named]
    if examples:
        found["examples"] = sorted(set(examples))
    return found or _NO_WORDS


def transition(subject: str, old: str, new: str) -> str:
    """The sentence about a value that was added, removed or changed; an empty text is no value."""
    if not old or not new:
        return f"{subject} {'removed' if old else 'added'}: {old or new}"
    return f"{subject} changed from {old} to {new}"


def replacement(old: str, new: str, message: str, place: str, more: int) -> str:
    """The sentence about a ``$ref`` that names another component, with its gravest difference."""
    names = [reference.rpartition("/")[2] for reference in (old, new)]
    rest = f", and {more} more difference{'s' if more > 1 else ''}" if more else ""
    return f"`{names[1]}` takes the place of `{names[0]}`: {f'at {place}, ' if place else ''}{message}{rest}"


def renamed(names: Iterable[str]) -> str:
    """The end of a sentence about a removed thing whose only twin has this name; empty if there is not exactly one."""
    found = list(names)
    return f" (renamed to {found[0]}?)" if len(found) == 1 else ""
