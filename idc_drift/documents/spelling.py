"""One spelling for what can be written in several ways: media types, paths, servers, examples.

Law: text in, text out; nothing here knows a document.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from .json_values import canonical

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})
_PARAMETER = re.compile(r"\{([^{}]*)\}")


def wire_path(path: str) -> str:
    """A path with its parameters' names left out."""
    return _PARAMETER.sub("{}", path)


def parameter_names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _PARAMETER.findall(path)


def media_type(name: str) -> str:
    """A media type in one spelling; UTF-8 is what a text is in anyway."""
    kind, *parameters = [part.strip() for part in str(name).lower().split(";")]
    kept = sorted(re.sub(r"\s*=\s*", "=", part).replace('"', "") for part in parameters if part)
    return ";".join([kind, *(part for part in kept if part not in ("charset=utf-8", "charset=utf8"))])


def servers_of(raw: Any) -> tuple[str, ...]:
    """The addresses of servers, without a slash at the end."""
    if not isinstance(raw, list):
        return ()
    return tuple(_address(item).rstrip("/") or "/" for item in raw if isinstance(item, dict) and "url" in item)


def _address(server: dict[str, Any]) -> str:
    """The address with its variables as they are unless a caller chooses."""
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
    except ValueError:  # brackets that hold no address
        return ""


def standard(value: Any) -> Any:
    """Documentation without the extensions (``x-…``) of its objects, which say nothing that a rule judges."""
    if isinstance(value, dict):
        return {key: standard(inner) for key, inner in value.items() if not str(key).startswith("x-")}
    return [standard(inner) for inner in value] if isinstance(value, list) else value


def words_of(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    """Documentation: the named texts, and examples whichever way they are written."""
    found: dict[str, Any] = {name: canonical(said) for name in names if (said := standard(raw.get(name)))}
    examples = [canonical(raw["example"])] if "example" in raw else []
    listed = raw.get("examples")
    named = listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ()
    examples += [canonical(item["value"] if isinstance(item, dict) and "value" in item else item) for item in named]
    if examples:
        found["examples"] = sorted(set(examples))
    return found
