"""The command ``idc-drift``: two documents in, a report and an exit code out.

Law: 0 is said only of what was compared; whatever could not be checked is 2 and one sentence, never a traceback.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .changes import accepted, outcome
from .changes.change import LEVELS
from .changes.counterparts import with_both_sides
from .compare import compare
from .documents.document import Document, Unreadable, read
from .documents.parsing import without_garbage_collection
from .escaping import visible
from .impact import attribution
from .judge.judge import TooComplex
from .patch import propose
from .reports import FORMATS, render

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEAN, DRIFT, UNCHECKED = 0, 1, 2

_EPILOGUE = """\
exit codes: 0 no drift at or above --fail-on, 1 drift, 2 could not check.
`idc-drift update BASE REVISION [-o PATCH]` proposes a patch for BASE instead; see `idc-drift update --help`.
`idc-drift explain [RULE]` says what a rule means and why it has its level; without RULE it lists all rules."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with without_garbage_collection():
            if arguments[:1] == ["update"]:
                return _update(_update_parser().parse_args(arguments[1:]))
            if arguments[:1] == ["explain"]:
                return _explain(_explain_parser().parse_args(arguments[1:]))
            return _check(_parser().parse_args(arguments))
    except (Unreadable, accepted.InvalidAcceptedFile, attribution.ImpactUnknown, TooComplex) as error:
        return _unchecked(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has read enough
        return UNCHECKED
    except KeyboardInterrupt:
        return _unchecked("interrupted")
    except OSError as error:
        return _unchecked(f"{error.filename or 'a file'}: {error.strerror or error}")
    except RecursionError:
        return _unchecked("a document is nested too deeply")
    except Exception as error:  # a traceback is no answer; what it was is said
        return _unchecked(f"an error of this program, {type(error).__name__}: {error}; please report it")


def _unchecked(sentence: str) -> int:
    print(f"idc-drift: could not check: {visible(' '.join(sentence.split()))}", file=sys.stderr)
    return UNCHECKED


def _documents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", help="the document that is relied on: a file, a URL, or - for stdin")
    parser.add_argument("revision", metavar="REVISION", help="the one that may have moved")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write there, all or nothing")
    parser.add_argument(
        "--scope", action="append", default=[], metavar="PATH", help="only this path and those below it; repeatable"
    )
    parser.add_argument(
        "--accepted", default="none", metavar="FILE", help="known differences with their reasons (YAML); default none"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift",
        description="What moved between two OpenAPI or Swagger documents, what it breaks, and for whom.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"idc-drift {__version__}")
    _documents(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default text")
    parser.add_argument("--fail-on", choices=LEVELS, default="breaking", help="the least drift; default breaking")
    parser.add_argument(
        "--profile",
        choices=("wire", "code", "both"),
        default="wire",
        help="judge for programs on the network, for users of the generated client, or for both; default wire",
    )
    parser.add_argument("--verbose", action="store_true", help="list accepted differences, prose and naming as well")
    return parser


def _update_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift update",
        description="Propose a patch (unified diff) that lays the changes of REVISION over the text of BASE. "
        "BASE itself is never written.",
        allow_abbrev=False,
    )
    _documents(parser)
    return parser


def _explain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift explain",
        description="What a rule means, its level for what is sent and what is received, why, a pair of documents that "
        "it speaks of, and the module that judges it.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "rule",
        nargs="?",
        metavar="RULE",
        help="as a report names it (request-type-changed), or without its first word (type-changed); default: list all",
    )
    return parser


def _read(options: argparse.Namespace) -> tuple[Document, Document]:
    for name in ("base", "revision"):
        if options.output and options.output.exists() and _is_file(getattr(options, name), options.output):
            raise Unreadable(f"--output {options.output} is {name.upper()}, which is never written")
    if options.base == options.revision == "-":
        raise Unreadable("only one of the two documents can come from stdin")
    return read(options.base), read(options.revision)


def _is_file(source: str, output: Path) -> bool:
    try:
        return output.samefile(source)
    except (OSError, ValueError):
        return False


def _findings(
    options: argparse.Namespace, base: Document, revision: Document, profile: attribution.Profile = "wire"
) -> tuple[list[outcome.Finding], list[str]]:
    entries = [] if options.accepted == "none" else accepted.load(Path(options.accepted))
    changes = with_both_sides(base, revision, compare(base, revision, scope=tuple(options.scope)))
    notes = [f"{d.origin}: {note}" for d in (base, revision) for note in d.notes]  # some are made by comparing
    if profile != "wire":
        try:
            changes, more = attribution.impact(base, revision, changes, scope=options.scope)
        except attribution.ImpactUnknown as error:
            if profile == "code":
                raise
            more = [str(error)]
        changes, notes = attribution.judged(changes, profile), notes + more
    today = datetime.datetime.now(datetime.UTC).date()
    out_of_scope = with_both_sides(base, revision, compare(base, revision)) if entries and options.scope else []
    findings, more = accepted.apply(
        entries, changes, accepted.operation_ids(base.content), today, out_of_scope, base.content
    )
    return findings, notes + more


def _check(options: argparse.Namespace) -> int:
    base, revision = _read(options)
    findings, notes = _findings(options, base, revision, options.profile)
    result = outcome.make(base, revision, findings, notes, options.fail_on)
    color = options.output is None and sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    _write(options.output, render(result, options.format, verbose=options.verbose, color=color))
    return DRIFT if result.failing else CLEAN


def _update(options: argparse.Namespace) -> int:
    base, revision = _read(options)
    findings, notes = _findings(options, base, revision)
    result = outcome.make(base, revision, findings, notes)
    patch, not_in_patch = propose(result)
    _write(options.output, patch)
    for sentence in not_in_patch:
        print(f"idc-drift: not in the patch: {visible(sentence)}", file=sys.stderr)
    return DRIFT if patch or not_in_patch else CLEAN


def _explain(options: argparse.Namespace) -> int:
    from .reports import rules  # no other command needs it

    try:
        text = rules.listed() if options.rule is None else rules.explained(options.rule)
    except rules.NoSuchRule as error:
        print(f"idc-drift: {visible(str(error))}", file=sys.stderr)
        return UNCHECKED
    _write(None, text)
    return CLEAN


def _write(path: Path | None, text: str) -> None:
    """To stdout, or into a file that is either the old one or the whole new one."""
    if path is None:
        if sys.stdout is None:
            raise Unreadable("standard output is closed; --output FILE writes into a file")
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe, which nothing may replace
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, path.stat().st_mode if path.exists() else 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())
