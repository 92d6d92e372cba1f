"""The command `idc-contract`.

Law: exit code 0 when the contract holds, 1 when it does not, 2 when that could not be checked.
"""

from __future__ import annotations

import datetime
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from idc_contract.options import again, parser

try:
    from idc_contract import replay
    from idc_contract.calls import Unreachable
    from idc_contract.connection import chosen
    from idc_contract.layers import cohorts, suite
    from idc_contract.preflight import checks
    from idc_contract.preflight.credentials import Mistake
    from idc_contract.preflight.unusable import Unusable
    from idc_contract.progress import Progress
    from idc_contract.report import baseline, files, groups
    from idc_contract.report.summary import summary
except ModuleNotFoundError as missing:
    sys.stderr.write(
        f"idc-contract: the package {missing.name} is missing; install all with: pip install 'idc-client[contract]'\n"
    )
    raise SystemExit(2) from None

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from idc_contract.service import Service


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except (Mistake, baseline.BadBaseline, replay.UnknownFinding) as error:
        sys.stderr.write(f"contract: {error}\n")
    except (Unreachable, Unusable) as error:
        sys.stderr.write(f"contract: could not check: {error}\n")
    except OSError as error:
        sys.stderr.write(f"contract: could not check: {error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("contract: could not check: interrupted\n")
    return 2


def _run(options: argparse.Namespace) -> int:
    if options.replay:
        next(replay.plans(_plan(options), options.replay))  # a name that is not one is refused before anything is sent
    accepted_before = baseline.load(options.baseline) if options.baseline else []
    if options.write_baseline and not options.write_baseline.parent.is_dir():
        raise Mistake(f"--write-baseline: the folder {options.write_baseline.parent} does not exist")
    if options.write_baseline and options.write_baseline.is_dir():
        raise Mistake(f"--write-baseline: {options.write_baseline} is a folder: name a file")
    for option, folder in (
        ("--reports", options.reports),
        ("--write-baseline", options.write_baseline and options.write_baseline.parent),
    ):
        try:
            if folder:
                files.prepare(folder)
        except OSError as error:
            raise Mistake(f"{option}: no file can be written to {folder}: {error.strerror}") from None
    with ExitStack() as stack:
        service = chosen(options, stack)
        stack.callback(service.caller.close)
        outcome = _outcome(options, service)
    outcome.options, outcome.floor = again(options), options.floor
    today = datetime.datetime.now(datetime.UTC).date()
    if options.write_baseline:
        outcome.written = f"{len({one.key for one in outcome.findings})} findings written to {options.write_baseline}"
        files.replace(options.write_baseline, baseline.dump(outcome.findings, today, accepted_before).encode())
        accepted_before = baseline.load(options.write_baseline)
    outcome.findings, accepted, notes = baseline.part(outcome.findings, accepted_before, today)
    outcome.notes += [] if options.replay else notes
    if options.reports:
        files.write(options.reports, outcome, accepted)
    sys.stdout.write(summary(outcome, accepted))
    if outcome.findings or groups.thin(outcome):
        return 1
    return 2 if outcome.unchecked else 0


def _plan(options: argparse.Namespace) -> suite.Plan:
    """The plan of the command's options."""
    return suite.Plan(
        generations=options.generation or suite.GENERATIONS,
        layers=(options.only,) if options.only else options.layer or suite.LAYERS,
        seed=options.seed,
        share=options.share,
        examples=options.examples,
        seconds=options.max_time and 60 * options.max_time,
    )


def _outcome(options: argparse.Namespace, service: Service) -> suite.Outcome:
    """Check the service first, then run the plan on it."""
    plan = replace(_plan(options), live=not service.mistakes)
    began = time.monotonic()
    smallest = next(replay.plans(plan, options.replay)) if options.replay else plan
    first = checks.run(service, smallest, limit=options.limit, named=bool(options.generation))
    plan = replace(plan, generations=first.generations)
    if plan.seconds is not None:
        seeds = options.baseline_seeds if options.write_baseline else 1
        plan = replace(plan, seconds=(plan.seconds - (time.monotonic() - began)) / seeds)
    for note in first.notes:
        sys.stderr.write(f"contract: {note}\n")
    sys.stderr.write(f"contract: before the first request of a test:\n{first}\n")
    progress = Progress(service, first.requests)
    try:
        if options.replay:
            run = replay.run(service, plan, options.replay, progress)
        else:
            run = suite.run(service, plan, progress)
        if options.write_baseline and run.findings:
            suite.add_seeds(run, options.baseline_seeds, progress)
    finally:
        progress.end()
        if left := cohorts.left(service):
            sys.stderr.write(f"contract: {left}\n")
    run.notes[:0] = first.notes
    run.reported = first.reported
    return run


if __name__ == "__main__":
    sys.exit(main())
