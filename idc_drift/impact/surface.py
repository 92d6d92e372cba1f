"""The surface of a generated client: its public functions and classes, as plain data.

Law: the generator runs in its own process and in a temporary folder; the generated code is read, never imported.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ..documents.spelling import wire_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import griffe

PACKAGE = "idc_client"
_TIMEOUT_S = 60
"""Seconds; openapi.yaml takes two."""
_PLAIN_TRACEBACKS = {"TYPER_STANDARD_TRACEBACK": "1", "_TYPER_STANDARD_TRACEBACK": "1", "COLUMNS": "1000"}
"""The environment in which the generator draws no frames around what it says."""
_EXCEPTION = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Z]\w*)(?:: (.*))?")
_GENERAL = (
    "Error(s) encountered",
    "Warning(s) encountered",
    "Failed to parse OpenAPI document",
    "If you believe this was",
)
_INVALID = re.compile(r"\d+ validation errors? for ")


class CannotGenerate(Exception):
    """No client can be generated from a document, or it cannot be read; the message gives the reason."""


@dataclass(frozen=True)
class Argument:
    """One argument of a function."""

    type: frozenset[str]
    required: bool
    positional: bool
    default: str = ""


@dataclass(frozen=True)
class Function:
    """One way to call an operation: ``sync``, ``asyncio_detailed`` and so on."""

    arguments: dict[str, Argument]
    returns: frozenset[str]


@dataclass(frozen=True)
class Model:
    """A class of ``models``: the types of its attributes by name, or the values of an enumeration by member."""

    attributes: dict[str, frozenset[str]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    members: dict[str, str] = field(default_factory=dict)
    is_enum: bool = False


@dataclass(frozen=True)
class Surface:
    """The public names of a generated client."""

    operations: dict[str, dict[str, Function]]
    """Functions by module, as in ``idc_client.api.v3.get_stats``."""
    requests: dict[str, str]
    """The request of each module, as in ``GET /v3/tables/{}``."""
    models: dict[str, Model]
    """The classes by name."""
    not_generated: tuple[str, ...] = ()
    """The generator's warnings about parts that it did not generate."""


def surfaces(contents: Sequence[Any], config: Path | None) -> list[Surface | CannotGenerate]:
    """The surfaces of documents: generated in parallel, then read one after the other (Python parses in one thread)."""
    with tempfile.TemporaryDirectory(prefix="idc-drift-") as name, ThreadPoolExecutor() as pool:
        folders = [Path(name) / str(index) for index in range(len(contents))]
        runs = [pool.submit(_generate, *pair, config) for pair in zip(contents, folders, strict=True)]
        found: list[Surface | CannotGenerate] = []
        for folder, run in zip(folders, runs, strict=True):
            try:
                found.append(_read(folder, run.result()))
            except CannotGenerate as error:
                found.append(error)
        return found


def _generate(content: Any, folder: Path, config: Path | None) -> tuple[str, ...]:
    folder.mkdir()
    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8")) if config else None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CannotGenerate(f"{config} cannot be read as YAML: {' '.join(str(error).split())}") from error
    settings = {**(settings if isinstance(settings, dict) else {}), "package_name_override": PACKAGE, "post_hooks": []}
    (folder / "config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    try:
        (folder / "document.json").write_text(json.dumps(content, default=str), encoding="utf-8")
    except (ValueError, RecursionError) as error:
        raise CannotGenerate("it contains itself, or is nested too deeply") from error
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--path", "document.json"]
    command += ["--config", "config.yml", "--output-path", PACKAGE]
    try:
        done = subprocess.run(  # noqa: S603 - our interpreter, our arguments
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, **_PLAIN_TRACEBACKS},
        )
    except subprocess.TimeoutExpired as error:
        raise CannotGenerate(
            f"the generator did not finish within {_TIMEOUT_S} s; --scope compares a part of the document"
        ) from error
    output = [" ".join(line.split()) for line in (done.stdout + "\n" + done.stderr).splitlines() if line.strip()]
    if "No module named openapi_python_client" in done.stderr:
        raise CannotGenerate("openapi-python-client is not installed; install idc-client[drift]")
    if done.returncode or not (folder / PACKAGE / "models").is_dir():
        raise CannotGenerate(_reason(done.stdout + "\n" + done.stderr)[:300])
    return tuple(line for line in output if line.startswith(("WARNING", "Unable", "Cannot")))


def _reason(text: str) -> str:
    """Why the generator gave up, as one clause from what it said."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback (most recent call last)") for line in lines):
        ends = [found for line in lines if (found := _EXCEPTION.fullmatch(line))]
        name, said = ends[-1].groups() if ends else ("unknown", "")
        return f"the generator stopped with an internal error, {name}{f': {said}' if said else ''}"
    for number, line in enumerate(lines):
        if _INVALID.match(line) and number + 2 < len(lines):
            place, why = lines[number + 1].strip(), lines[number + 2].partition(" [type=")[0].strip()
            return f"the generator refuses it at {place}: {why}"
    own = [line.strip() for line in lines if not line.startswith(_GENERAL)]
    return f"the generator failed: {own[0] if own else 'it gave no reason'}"


def _read(folder: Path, not_generated: tuple[str, ...]) -> Surface:
    try:
        import griffe
    except ImportError as error:
        raise CannotGenerate("griffe is not installed; install idc-client[drift]") from error
    package = griffe.load(PACKAGE, search_paths=[folder], allow_inspection=False, resolve_aliases=False)
    operations: dict[str, dict[str, Function]] = {}
    requests: dict[str, str] = {}
    models: dict[str, Model] = {}
    for module in _modules(package):
        if module.path.startswith(f"{PACKAGE}.api.") and module.functions:
            operations[module.path] = {n: _function(f) for n, f in module.functions.items() if not n.startswith("_")}
            requests[module.path] = _request_of(folder / (module.path.replace(".", "/") + ".py"))
        elif module.path.startswith(f"{PACKAGE}.models."):
            models |= {n: _model(c) for n, c in module.classes.items() if not n.startswith("_")}
    return Surface(operations, requests, models, not_generated)


def _modules(module: Any) -> Iterator[Any]:
    yield module
    for member in module.modules.values():
        if not member.is_alias:
            yield from _modules(member)


def _function(function: griffe.Function) -> Function:
    arguments = {
        p.name: Argument(_members(p.annotation), p.required, p.kind != _keyword_only(), str(p.default or ""))
        for p in function.parameters
        if p.name != "client"
    }
    returns = str(function.returns or "None")
    inner = re.fullmatch(r"Response\[(.*)\]", returns, re.DOTALL)
    return Function(arguments, _members(inner[1] if inner else returns) - {"None"})


def _keyword_only() -> Any:
    from griffe import ParameterKind

    return ParameterKind.keyword_only


def _model(found: Any) -> Model:
    bases = {str(base).rpartition(".")[2] for base in found.bases}
    if bases & {"Enum", "IntEnum", "StrEnum"}:
        values = {n: str(a.value) for n, a in found.attributes.items() if not n.startswith("_")}
        return Model(members=values, is_enum=True)
    fields = {n: a for n, a in found.attributes.items() if a.annotation is not None and not n.startswith("_")}
    fields = {n: a for n, a in fields.items() if "class-attribute" in a.labels or "instance-attribute" in a.labels}
    return Model(
        {n: _members(a.annotation) for n, a in fields.items()},
        frozenset(n for n, a in fields.items() if a.value is None),
    )


def _members(annotation: Any) -> frozenset[str]:
    """The alternatives of a union type."""
    parts, depth = [""], 0
    for character in str(annotation if annotation is not None else "Any").replace('"', "").replace("'", ""):
        depth += (character in "[(") - (character in "])")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return frozenset(part.strip() for part in parts)


_METHOD = re.compile(r'"method": "(\w+)"')
_URL = re.compile(r'"url": "((?:[^"\\]|\\.)*)"')


def _request_of(path: Path) -> str:
    """The request of a module, without the names of parameters, which differ between Python and the document."""
    text = path.read_text(encoding="utf-8")
    method, url = _METHOD.search(text), _URL.search(text)
    return wire_path(f"{method[1].upper()} {url[1]}") if method and url else ""
