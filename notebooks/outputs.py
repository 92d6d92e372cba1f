"""Outputs of notebooks, compared with those of another run: what differs, and where. Pure.

Text and tables are compared as they are, after `normalized`: ports, durations, page tokens and addresses of objects
differ from run to run. Of a picture, the size is compared, and the alternative text, which has all numbers that are
drawn. Its bytes are not: they differ between builds of the same matplotlib.

Law: knows notebooks as JSON, and nothing of kernels.
"""

from __future__ import annotations

import base64
import difflib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What differs from run to run, and what is stored and compared in its place.
VARYING = (
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "49152"),
    (re.compile(r"(?<= at 0x)[0-9a-f]+"), "0"),
    (re.compile(r"gAAAA[\w=-]+"), "gAAAA…"),  # page tokens
    (re.compile(r"\b\d+(?:\.\d+)? (?=s\b|seconds\b|minutes?\b)"), "1 "),
)
_PNG = b"\x89PNG\r\n\x1a\n"
#: Lines of a difference that are shown.
_MOST_LINES = 24


def normalized(value: Any) -> Any:
    """Replace what differs from run to run, in all text of an output; a text may be a list of lines."""
    if isinstance(value, str):
        for pattern, instead in VARYING:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, list):
        if value and all(isinstance(one, str) for one in value):
            return normalized("".join(value))
        return [normalized(one) for one in value]
    if isinstance(value, dict):
        return {
            name: one if name.startswith("image/") and isinstance(one, str) else normalized(one)
            for name, one in value.items()
            if name != "execution_count"
        }
    return value


def differences(stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs between the outputs of two runs of a notebook, cell by cell."""
    pairs = zip(_code_cells(stored), _code_cells(fresh), strict=True)
    for number, (before, now) in enumerate(pairs, 1):
        first = ("".join(before["source"]).strip().splitlines() or [""])[0]
        place = f"code cell {number} ({first[:60]})"
        old, new = ([_comparable(one) for one in cell["outputs"]] for cell in (before, now))
        if old == new:
            continue
        lines = list(difflib.unified_diff(_lines(old), _lines(new), "stored", "now", lineterm="", n=1))
        shown = [f"    {line[:200]}" for line in lines[:_MOST_LINES]]
        more = [f"    … {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
        yield "\n".join([f"{place} has another output than the stored one", *shown, *more])


def _code_cells(notebook: Mapping[str, Any]) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _comparable(output: Mapping[str, Any]) -> dict[str, Any]:
    compared: dict[str, Any] = normalized({**output})
    compared.pop("traceback", None)  # paths and versions; the name and the text of the error stay
    data = compared.get("data", {})
    for kind in [kind for kind in data if kind.startswith("image/")]:
        data[kind] = _picture(kind, data[kind])
    return compared


def _picture(kind: str, text: str) -> str:
    """Describe a picture: its kind, and the size of one that is whole."""
    content = base64.b64decode("".join(text))
    if kind != "image/png" or not content.startswith(_PNG) or b"IEND" not in content[-12:]:
        return "not a whole PNG"
    wide, high = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    return f"PNG, {wide} × {high} pixels"


def _lines(outputs: Sequence[Any]) -> list[str]:
    """Write outputs as lines, text as it is shown."""
    return [line for output in outputs for line in _described("", output)]


def _described(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in sorted(value.items()):
            yield from _described(f"{name}{'.' if name else ''}{key}", one)
    elif isinstance(value, str) and ("\n" in value or "<tr>" in value):
        yield f"{name}:"
        yield from value.replace("<tr>", "\n<tr>").splitlines()
    else:
        yield f"{name}: {value}"
