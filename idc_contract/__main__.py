"""The command behind `make contract`.

Law: exit code 0 when the contract holds, 1 when it does not, 2 when that could not be checked.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from idc_contract.calls import InProcess, Unreachable
from idc_contract.layers import suite
from idc_contract.local_standin import socket_standin, standin
from idc_contract.oracle.index import installed
from idc_contract.report import baseline, report
from idc_contract.service import Service, User

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")
LIVE_RATE = 2.0
LIMIT, LIVE_LIMIT = 2.0, 10.0


class Mistake(Exception):
    """A wrong combination of options; the message says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (Mistake, baseline.BadBaseline) as error:
        sys.stderr.write(f"contract: {error}\n")
    except Unreachable as error:
        sys.stderr.write(f"contract: could not check: {error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("contract: could not check: interrupted\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="contract", description="Test whether a service does what openapi.yaml says.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--url", help="address of a service (default: the stand-in, in this process)")
    where.add_argument("--http", action="store_true", help="test the stand-in over a loopback socket")
    parser.add_argument("--generation", choices=("v1", "v3"), action="append", help="default: both")
    parser.add_argument("--layer", choices=suite.LAYERS, action="append", help="default: both")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random requests (default: %(default)s)")
    parser.add_argument(
        "--examples", type=int, help="number of examples of schemathesis (default: as in schemathesis.toml)"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="share of the examples of relations (default: %(default)s)"
    )
    parser.add_argument("--limit", type=float, help="seconds an answer may take (default: 2; for other machines 10)")
    parser.add_argument("--rate", type=float, help="requests per second (default: unlimited; for other machines 2)")
    parser.add_argument(
        "--credentials", type=Path, action="append", default=[], metavar="FILE",
        help="credentials file of a user of v1, as the 2021 notebook has it; twice for two users",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="save and delete cohorts of these users")
    parser.add_argument("--mistakes", action="store_true", help="send invalid requests to other machines, too")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="file of findings that are accepted for a time")
    parser.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="write the findings to this file and accept them"
    )
    parser.add_argument(
        "--floor", type=float, default=0.0, help="fail if a smaller percentage of the schema keywords was checked"
    )
    parser.add_argument("--reports", type=Path, metavar="DIR", help="folder for summary.txt, junit.xml, report.html")
    return parser


def _run(options: argparse.Namespace) -> int:
    accepted_before = baseline.load(options.baseline) if options.baseline else []
    with ExitStack() as stack:
        service = _service(options, stack)
        plan = suite.Plan(
            generations=options.generation or suite.GENERATIONS,
            layers=options.layer or suite.LAYERS,
            seed=options.seed,
            share=options.share,
            examples=options.examples,
            live=not service.mistakes,
            rate=f"{max(1, round(_rate(options) * 60))}/m" if _rate(options) else "",
        )
        progress = Progress()
        try:
            outcome = suite.run(service, plan, progress, lambda note: sys.stderr.write(f"contract: {note}\n"))
        finally:
            progress.end()
            service.caller.close()
    today = datetime.datetime.now(datetime.UTC).date()
    if options.write_baseline:
        options.write_baseline.write_text(baseline.dump(outcome.findings, today), encoding="utf-8")
        accepted_before = baseline.load(options.write_baseline)
    outcome.findings, accepted, notes = baseline.part(outcome.findings, accepted_before, today)
    outcome.notes += notes
    reached, declared = report.covered(outcome)
    thin = declared and 100 * reached / declared < options.floor
    if thin:
        outcome.notes.append(f"Fewer than {options.floor:g} % of the keywords of answers were checked.")
    if options.reports:
        report.write(options.reports, outcome, accepted)
    sys.stdout.write(report.summary(outcome, accepted))
    return 1 if outcome.findings or thin else 0


def _service(options: argparse.Namespace, stack: ExitStack) -> Service:
    if options.url is None:
        if options.credentials or options.write or options.rate or options.mistakes:
            raise Mistake("--credentials, --write, --mistakes and --rate need --url.")
        if options.http:
            url, users = stack.enter_context(socket_standin())
            service = suite.over_http(url, users, write=True, rate=0, limit=_limit(options))
            service.index = installed()
            return service
        app, users = stack.enter_context(standin())
        return Service(InProcess(app), users, index=installed(), write=True, limit=_limit(options))
    parts = urlsplit(options.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Mistake(f"{options.url!r} is not the address of a service, such as https://example.org")
    if options.write and not options.credentials:
        raise Mistake("--write saves and deletes cohorts: name their user with --credentials FILE.")
    users = tuple(_user(path) for path in options.credentials)
    service = suite.over_http(options.url, users, write=options.write, rate=_rate(options), limit=_limit(options))
    service.mistakes = options.mistakes or _here(options)
    return service


def _rate(options: argparse.Namespace) -> float:
    if options.rate is not None:
        return float(options.rate)
    return 0.0 if _here(options) else LIVE_RATE


def _limit(options: argparse.Namespace) -> float:
    if options.limit is not None:
        return float(options.limit)
    return LIMIT if _here(options) else LIVE_LIMIT


def _here(options: argparse.Namespace) -> bool:
    return options.url is None or bool(LOOPBACK.fullmatch(urlsplit(options.url).hostname or ""))


def _user(path: Path) -> User:
    try:
        content = json.loads(path.expanduser().read_text(encoding="utf-8"))
        token = str(content["token_response"]["id_token"])
        return User(str(content.get("id_token", {}).get("email", path.name)), token)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(f"{path} is not a credentials file with token_response.id_token: {error!r}") from error


class Progress:
    """A progress line on a terminal; no output elsewhere."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.number = 0

    def __call__(self, what: str) -> None:
        """Show the current step."""
        self.number += 1
        if self.shown:
            sys.stderr.write(f"\r\x1b[K{self.number:4} {what[:100]}")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")


if __name__ == "__main__":
    sys.exit(main())
