"""A statement in BigQuery, which costs money: what it would read is said first, and it runs only for who agreed.

Nobody is asked where nobody looks: in a pipe or a script nothing is run without `--yes`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from ..errors import TruncatedResult
from . import _ends, _output
from ._context import Flag, InputError
from ._results import Listing, Record

if TYPE_CHECKING:
    from typing import IO

    from ..bigquery import Answer
    from ._context import Context
    from ._output import Output

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGTP]?)(i?)B?", re.IGNORECASE | re.ASCII)
_PREFIXES = ("", "K", "M", "G", "T", "P")


@Parameter(name="*")
@dataclass(frozen=True)
class BigQuery:
    """How BigQuery is asked.

    Attributes:
        release: The data release that is asked in BigQuery where filters stand for the statement, such as 25;
            `current` is the newest when it runs.
        project: The project of Google Cloud that pays; else the one that its tools have been told, by
            GOOGLE_CLOUD_PROJECT for example.
        max_bytes: The most that may be read in BigQuery, and billed, such as 20GB or 1TiB.
        dry_run: Say what would be read in BigQuery and what it would cost, and run nothing.
        yes: Run it in BigQuery without asking. Where nobody can be asked, in a pipe or a script, nothing runs without.
    """

    release: str = "current"
    project: str | None = None
    max_bytes: str = "100GB"
    dry_run: Flag = False
    yes: Annotated[Flag, Parameter(name=["--yes", "-y"])] = False


def in_bigquery(
    text: str, asked: BigQuery, max_rows: int | None, allow_truncated: bool, out: Output, context: Context
) -> None:
    """Say what a statement would cost, have it agreed to, run it and write its rows."""
    most = size(asked.max_bytes)
    from .. import bigquery
    from .._bigquery_job import connected

    client = connected(asked.project)
    limits: dict[str, Any] = {"client": client, "timeout": context.timeout, "retries": context.retries}
    expected = bigquery.estimate(text, **limits)
    _ends.say(
        f"BigQuery would read {expected}{', and has it at hand' if expected.cached else ''}; {client.project} pays"
    )
    if asked.dry_run:
        cost = {"bytes": expected.bytes, "usd": round(expected.usd, 6), "cached": expected.cached}
        _output.emit(Record({**cost, "project": client.project}), out)
        return
    expected.within(most)
    if not asked.yes:
        _agreed()
    found = bigquery.run(text, max_bytes=most, expected=expected, **limits)
    cut = max_rows is not None and len(found) > max_rows
    if cut and not allow_truncated:
        raise TruncatedResult(
            f"the statement has {len(found)} rows, more than {max_rows}: raise --max-rows, or take a part with "
            "--allow-truncated; BigQuery keeps the answer for a day and bills nothing for asking the same again"
        )
    _write(found, out, max_rows)
    if cut:
        _ends.say(f"the statement has more rows than these {max_rows}")


def size(text: str) -> int:
    """Read a number of bytes: `20GB`, `1TiB`, `500000`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"--max-bytes takes a number of bytes, such as 20GB or 1TiB, not {text!r:.80}")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _PREFIXES.index(found[2].upper()))


def _agreed() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise InputError(
            "nobody can be asked here whether to run it: say so with --yes, or only measure with --dry-run"
        )
    print("run it? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise _ends.Refusal("nothing was run")


def _write(found: Answer, out: Output, most: int | None) -> None:
    """Write rows as they come."""
    if out.chosen() == "parquet":
        columns = found.columns if out.columns is None else _output.named(out.columns, found.columns)
        if out.path is None:
            _parquet(found, columns, most, sys.stdout.buffer)
            sys.stdout.flush()
        else:
            with _output.created(out.path) as file:
                _parquet(found, columns, most, file)
        return
    total = len(found) if most is None else min(most, len(found))
    _output.emit(Listing(found.columns, islice(found, most), total=total), out)


def _parquet(found: Answer, columns: list[str], most: int | None, file: IO[bytes]) -> None:
    """Write Parquet in the types that BigQuery names."""
    from .._arrow import imported

    batches = found.batches()
    left = len(found) if most is None else most
    schema = imported("pyarrow").schema([batches.schema.field(name) for name in columns])
    with imported("pyarrow.parquet").ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.slice(0, left).select(columns))
            left -= min(left, batch.num_rows)
            if not left:
                break
