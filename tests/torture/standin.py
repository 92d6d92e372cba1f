"""The command behind `make torture-standin`: every attack on a stand-in, and its section of docs/reliability.md.

    python -m tests.torture.standin                    # all, and write the page
    python -m tests.torture.standin --only tokens …    # those whose name or group has one of these texts; no page
    python -m tests.torture.standin --list

Exit code 1 if there are findings, with a line for each that names the attack and the input.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture import report
from tests.torture.attack import Environment, carry_out
from tests.torture.attacks import bodies, clients, growth, kills, load, requests, sql, state, tokens, users
from tests.torture.server import archive

if TYPE_CHECKING:
    from tests.torture.attack import Attack, Outcome


def attacks() -> list[Attack]:
    """All of them, in the order in which they run: what grows slowly comes before what leaves much behind."""
    modules = (tokens, users, requests, load, growth, bodies, clients)
    return [
        *(attack for module in modules for attack in module.attacks()),
        *sql.attacks(),
        *state.attacks(),
        *kills.attacks(),
    ]


def main() -> int:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="torture-standin", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--only", nargs="+", metavar="TEXT", help="attacks whose name or group has one of these texts")
    options.add_argument("--list", action="store_true", help="say what there is")
    options.add_argument("--keep", type=Path, metavar="DIR", help="folder for the servers' files and logs, which stay")
    asked = options.parse_args()
    chosen = [
        one for one in attacks() if not asked.only or any(text in f"{one.group}: {one.name}" for text in asked.only)
    ]
    if asked.list:
        for one in chosen:
            print(f"{one.group}: {one.name}: {one.tries}")
        return 0
    if not chosen:
        options.error(f"no attack has {' or '.join(asked.only)} in its name")
    absent = [(one, one.missing()) for one in chosen if one.missing()]
    chosen = [one for one in chosen if not one.missing()]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that servers and folders go, too
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        if asked.keep:
            folder = asked.keep
            folder.mkdir(parents=True, exist_ok=True)
        else:
            folder = Path(tempfile.mkdtemp(prefix="torture-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        outcomes = run(chosen, folder)
    took = time.monotonic() - began
    found = [sentence for outcome in outcomes for sentence in report.findings(outcome)]
    if not asked.only:
        report.write(report.section(outcomes, absent, sql.count(), took))
    for attack, reason in absent:
        print(f"not run here: {attack.name}: {reason}")
    print(f"{len(outcomes)} attacks in {took / 60:.1f} minutes; {sum(not one.passed for one in outcomes)} failed")
    for sentence in found:
        sys.stderr.write(f"torture: {sentence}\n")
    return 1 if found else 0


def run(chosen: list[Attack], folder: Path) -> list[Outcome]:
    """Carry out attacks one after another; each is said when it has ended."""
    env = Environment(archive(), folder)
    outcomes = []
    try:
        for attack in chosen:
            began = time.monotonic()
            outcome = carry_out(attack, env)
            outcomes.append(outcome)
            print(f"{report.line(outcome)}  ({time.monotonic() - began:.0f} s)", flush=True)
            for note in outcome.record.notes:
                print(f"      {note}", flush=True)
            for sentence in report.findings(outcome)[:8]:
                print(f"      {sentence}", flush=True)
    finally:
        env.close()
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
