"""The options of the command."""

from __future__ import annotations

import argparse
import math
import shlex
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GENERATIONS = ("v1", "v3")
LAYERS = (RELATIONS, SCHEMATHESIS)


def _version() -> str:
    try:
        return version("idc-client")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"


def parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    words = argparse.ArgumentParser(
        prog="idc-contract",
        description="Test whether a service does what openapi.yaml says. Exit code 0: it does; 1: it does not; "
        "2: that could not be checked.",
    )
    words.add_argument("--version", action="version", version=f"idc-contract {_version()}")
    where = words.add_mutually_exclusive_group()
    where.add_argument("--url", help="address of a service, without /v1 or /v3")
    where.add_argument("--stand-in", action="store_true", help="the local server, in this process (default)")
    where.add_argument("--http", action="store_true", help="the local server, over a loopback socket")
    words.add_argument("--generation", choices=GENERATIONS, action="append", help="default: those that are there")
    words.add_argument("--layer", choices=LAYERS, action="append", help="default: both")
    words.add_argument(
        "--only", choices=(SHAPES,), help="check only the answers to the document's examples, as for a mock server"
    )
    words.add_argument("--seed", type=int, default=1, help="seed of the random requests (default: %(default)s)")
    words.add_argument(
        "--max-time", type=_minutes, metavar="MINUTES", help="send fewer random requests, and end after so many minutes"
    )
    words.add_argument("--examples", type=count, help="number of examples of schemathesis (default: as it is set up)")
    words.add_argument(
        "--share", type=share, default=1.0, help="share of the examples of relations (default: %(default)s)"
    )
    words.add_argument(
        "--limit",
        type=_seconds,
        help="seconds an answer may take (default: 2, for other machines 10, or more if it is slow)",
    )
    words.add_argument(
        "--rate", type=_rate, help="requests per second, 0: unlimited (default: unlimited; for other machines 2)"
    )
    words.add_argument(
        "--credentials", type=Path, action="append", default=[], metavar="FILE",
        help="credentials file of a user of v1, as the 2021 notebook has it; twice for two users",
    )  # fmt: skip
    words.add_argument("--write", action="store_true", help="save and delete cohorts of these users")
    words.add_argument("--mistakes", action="store_true", help="send invalid requests to other machines, too")
    words.add_argument(
        "--replay", metavar="FINDING", help="check one finding alone: its name, as a report of an earlier run has it"
    )
    words.add_argument("--baseline", type=Path, metavar="FILE", help="file of findings that are accepted for a time")
    words.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write the findings to this file, and if there are any, those of more seeds",
    )
    words.add_argument(
        "--baseline-seeds", type=count, default=10, metavar="N",
        help="for --write-baseline: run this seed and the next ones, N in all (default: %(default)s)",
    )  # fmt: skip
    words.add_argument(
        "--floor", type=_percentage, default=0.0, help="fail if a smaller percentage of the schema keywords was checked"
    )
    words.add_argument(
        "--reports", type=Path, metavar="DIR", help="folder for summary.txt, junit.xml, report.html, findings.json"
    )
    return words


def count(text: str) -> int:
    """A whole number above 0."""
    try:
        found = int(text)
    except ValueError:
        found = 0
    if found < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return found


def share(text: str) -> float:
    """A share of examples."""
    return _number(text, "a share above 0, such as 0.5", lambda found: 0 < found <= 100)


def _minutes(text: str) -> float:
    return _number(text, "a number of minutes", lambda found: 0 < found < 100_000)


def _seconds(text: str) -> float:
    return _number(text, "a number of seconds", lambda found: 0 < found < 100_000)


def _rate(text: str) -> float:
    return _number(text, "a number of requests a second", lambda found: 0 <= found < 100_000)


def _percentage(text: str) -> float:
    return _number(text, "a percentage from 0 to 100", lambda found: 0 <= found <= 100)


def _number(text: str, what: str, fits: Callable[[float], bool]) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan  # which fits nowhere
    if not fits(found):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return found


def again(options: argparse.Namespace) -> str:
    """The options that send the same requests to the same service, for a shell."""
    return shlex.join(_again(options))


def _again(options: argparse.Namespace) -> Iterator[str]:
    yield from ("--url", options.url) if options.url else ("--http",) if options.http else ("--stand-in",)
    for name in ("generation", "layer"):
        for value in getattr(options, name) or ():
            yield from (f"--{name}", value)
    for path in options.credentials:
        yield from ("--credentials", str(path))
    for name in ("write", "mistakes"):
        if getattr(options, name):
            yield f"--{name}"
    for name in ("only", "rate", "limit", "examples", "max_time"):
        if (value := getattr(options, name)) is not None:
            yield from (f"--{name.replace('_', '-')}", value if name == "only" else _exactly(value))
    if options.share != 1.0:
        yield from ("--share", _exactly(options.share))
    yield from ("--seed", str(options.seed))


def _exactly(value: float) -> str:
    """A number as text that is read as the same number, also as a whole one."""
    return repr(value).removesuffix(".0")
