"""The JSON pointer (RFC 6901).

Law: `~` and `/` of a key are escaped and unescaped here and nowhere else.
"""

from __future__ import annotations

from .json_values import MISSING


def escaped(key: object) -> str:
    """A key as a token of a JSON pointer."""
    token = str(key)
    return token.replace("~", "~0").replace("/", "~1") if "/" in token or "~" in token else token


def unescaped(token: str) -> str:
    """The key that a token of a JSON pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")


def tokens_of(pointer: str) -> list[str]:
    """The keys and positions that a JSON pointer names, from the outermost."""
    return [unescaped(token) for token in pointer.split("/")[1:]]


def resolve(content: object, pointer: str) -> object:
    """The value at a JSON pointer; ``MISSING`` if there is none. A key may be a number, as in YAML."""
    for key in tokens_of(pointer):
        index = int(key) if key.isascii() and key.isdigit() else None
        if isinstance(content, dict):
            content = content.get(key, content.get(index, MISSING) if index is not None else MISSING)
        elif isinstance(content, list) and index is not None and index < len(content):
            content = content[index]
        else:
            return MISSING
    return content
