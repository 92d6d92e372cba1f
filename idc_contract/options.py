"""The options of the command."""

from __future__ import annotations

import argparse
import shlex
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from idc_contract.finding import RELATIONS, SCHEMATHESIS, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    words.add_argument("--examples", type=int, help="number of examples of schemathesis (default: as it is set up)")
    words.add_argument(
        "--share", type=_share, default=1.0, help="share of the examples of relations (default: %(default)s)"
    )
    words.add_argument(
        "--limit",
        type=float,
        help="seconds an answer may take (default: 2, for other machines 10, or more if it is slow)",
    )
    words.add_argument("--rate", type=float, help="requests per second (default: unlimited; for other machines 2)")
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
        help="write the findings, and those of more seeds, to this file",
    )
    words.add_argument(
        "--baseline-seeds", type=int, default=10, metavar="N",
        help="for --write-baseline: run this seed and the next ones, N in all (default: %(default)s)",
    )  # fmt: skip
    words.add_argument(
        "--floor", type=float, default=0.0, help="fail if a smaller percentage of the schema keywords was checked"
    )
    words.add_argument(
        "--reports", type=Path, metavar="DIR", help="folder for summary.txt, junit.xml, report.html, findings.json"
    )
    return words


def _minutes(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of minutes")
    return found


def _share(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share above 0, such as 0.5")
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
            yield from (f"--{name.replace('_', '-')}", value if name == "only" else f"{value:g}")
    if options.share != 1.0:
        yield from ("--share", f"{options.share:g}")
    yield from ("--seed", str(options.seed))
