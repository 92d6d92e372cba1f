"""The command ``idc-drift``: options, the subcommands ``update`` and ``explain``, and exit codes.

Law: exit code 0 only after a complete comparison; otherwise exit code 2 and one sentence, never a traceback.
"""

from __future__ import annotations

import argparse
import datetime
import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from . import requirements
from .changes import accepted, outcome, unreleased
from .changes import lag as releases
from .changes.change import LEVELS
from .changes.counterparts import with_both_sides
from .compare import compare
from .documents.document import Document, Unreadable, read
from .documents.parsing import without_garbage_collection
from .documents.scope import scopes_of
from .documents.sources import is_file
from .escaping import visible
from .impact import attribution
from .judge.judge import TooComplex
from .model.reading import coverage
from .patch import propose
from .reports import CI_FORMATS, FORMATS, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .documents.coverage import Coverage

CLEAN, DRIFT, UNCHECKED = 0, 1, 2
__all__ = ["main", "requirements"]

_EPILOGUE = """\
exit codes: 0 no drift at or above --fail-on, 1 drift, 2 could not check, or a part of a document was not read.
`idc-drift update BASE REVISION [-o PATCH]` proposes a patch for BASE instead; see `idc-drift update --help`.
`idc-drift explain [RULE]` shows the meaning of a rule and the reason for its level; without RULE it lists all rules."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        with without_garbage_collection(to_the_end=argv is None):
            if arguments[:1] == ["update"]:
                return _update(_update_parser().parse_args(arguments[1:]))
            if arguments[:1] == ["explain"]:
                return _explain(_explain_parser().parse_args(arguments[1:]))
            return _check(_parser().parse_args(arguments))
    except (
        Unreadable,
        accepted.InvalidAcceptedFile,
        unreleased.InvalidName,
        attribution.ImpactUnknown,
        TooComplex,
    ) as error:
        return _unchecked(str(error))
    except BrokenPipeError:
        _discard(sys.stdout)  # the reader closed the pipe
        return UNCHECKED
    except KeyboardInterrupt:
        return _unchecked("interrupted")
    except OSError as error:
        return _unchecked(f"{error.filename or 'a file'}: {error.strerror or error}")
    except RecursionError:
        return _unchecked("a document is nested too deeply")
    except Exception as error:  # an error of this program, too, is one sentence
        return _unchecked(f"internal error, {type(error).__name__}: {error}; please report it")


def _unchecked(sentence: str) -> int:
    _say(f"could not check: {visible(' '.join(sentence.split()))}")
    return UNCHECKED


def _say(sentence: str) -> None:
    """Write a line to standard error. If it is closed or full, the exit code alone says what happened."""
    if sys.stderr is None:  # print would choose standard output
        return
    try:
        print(f"idc-drift: {sentence}", file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Lead a stream that takes no more to nowhere: what is left in it would fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _file(name: str) -> Path:
    if not name:
        raise argparse.ArgumentTypeError("the name of a file is empty")
    return Path(name)


class _Version(argparse.Action):
    """The option ``--version``, which looks the version up only if it is given."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the version."""
        from . import __version__

        print(f"idc-drift {__version__}")
        parser.exit()


def _documents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", help="the document that clients rely on: a file, a URL, or - for stdin")
    parser.add_argument(
        "revision", metavar="REVISION", help="the document that may have changed: a file, a URL, or - for stdin"
    )
    parser.add_argument(
        "-o", "--output", type=_file, metavar="FILE", help="write the result to FILE, completely or not at all"
    )
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="PATH",
        help="compare only PATH and the paths below it; repeatable",
    )
    parser.add_argument(
        "--accepted", type=_file, metavar="FILE", help="accepted differences with reasons (YAML); default: none"
    )
    parser.add_argument(
        "--unreleased-extension",
        metavar="NAME",
        help="the extension whose value `unreleased` marks what BASE describes and no release of the service has; "
        "default: x-since and any x-...-since",
    )
    parser.add_argument(
        "--allow-network", action="store_true", help="follow references to other hosts than the document's own"
    )
    parser.add_argument(
        "--allow-unread", action="store_true", help="compare documents of which a part cannot be read; default: exit 2"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift",
        description="Compare two OpenAPI or Swagger documents and report which changes break clients.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    _documents(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="format of the report; default: text")
    parser.add_argument(
        "--fail-on", choices=LEVELS, default="breaking", help="lowest level that counts as drift; default: breaking"
    )
    parser.add_argument(
        "--profile",
        choices=("wire", "code", "both"),
        default="wire",
        help="judge changes of requests and responses (wire), of the generated client (code), or both; default: wire",
    )
    parser.add_argument(
        "--version-url",
        metavar="URL",
        help="where the service reports its release (a URL or a file with a JSON object), to be compared with "
        "info.x-idc-upstream of BASE",
    )
    parser.add_argument(
        "--locate",
        choices=outcome.SIDES,
        help="the document whose files and lines the report names; default: base, "
        "but revision with --format github, junit or sarif if REVISION is a file",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="list accepted differences and documentation-only changes, too, and the `at` of each finding, as rows of "
        "--accepted write it (text)",
    )
    return parser


def _update_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift update",
        description="Propose a patch (unified diff) that applies the changes of REVISION to the text of BASE. "
        "BASE itself is never written.",
        epilog="exit codes: 0 nothing to change, 1 a patch is proposed or something is not in it (stderr says what and "
        "why), 2 could not check.",
        allow_abbrev=False,
    )
    _documents(parser)
    return parser


def _explain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="idc-drift explain",
        description="Show the meaning of a rule, its level for sent and for received values, the reason, an example, "
        "and the module that judges it.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "rule",
        nargs="?",
        metavar="RULE",
        help="name (request-type-changed), name without its first word (type-changed), or alias; default: list all",
    )
    return parser


def _read(options: argparse.Namespace) -> tuple[Document, Document]:
    for name in ("base", "revision"):
        if options.output and options.output.exists() and _is_file(getattr(options, name), options.output):
            raise Unreadable(f"--output {options.output} is {name.upper()}, which is never overwritten")
    if options.base == options.revision == "-":
        raise Unreadable("only one of the two documents can come from stdin")
    base, revision = (read(name, allow_network=options.allow_network) for name in (options.base, options.revision))
    revision.share(base)
    return base, revision


def _is_file(source: str, output: Path) -> bool:
    try:
        return output.samefile(source)
    except (OSError, ValueError):
        return False


def _findings(
    options: argparse.Namespace, base: Document, revision: Document, profile: attribution.Profile = "wire"
) -> tuple[list[outcome.Finding], list[str]]:
    no_rows = options.accepted in (None, Path("none"))
    entries = [] if no_rows else accepted.load(options.accepted)
    mark = unreleased.marks(options.unreleased_extension)
    changes = with_both_sides(base, revision, compare(base, revision, scope=tuple(options.scope)))
    coming = unreleased.parts(base.content, mark, scopes_of(options.scope, base, revision)[0])
    changes = unreleased.apply(base, revision, changes, coming, mark)
    not_yet = [change for change in changes if change.rule == "not-released-yet"]
    changes = [change for change in changes if change not in not_yet]
    notes = [f"{d.origin}: {note}" for d in (base, revision) for note in d.notes]  # comparing adds notes
    notes += [f"{d.origin}: Requested {', '.join(d.requested)}." for d in (base, revision) if d.requested]
    if profile != "wire":
        try:
            absent = [place.pointer.rpartition("/")[0] for change in not_yet for place in change.places]
            changes, more = attribution.impact(base, revision, changes, scope=options.scope, absent=absent)
        except attribution.ImpactUnknown as error:
            if profile == "code":
                raise
            more = [str(error)]
        changes, notes = attribution.judged(changes, profile), notes + more
    today = datetime.datetime.now(datetime.UTC).date()
    out_of_scope = with_both_sides(base, revision, compare(base, revision)) if entries and options.scope else []
    findings, more = accepted.apply(entries, changes, accepted.operation_ids(base.content), today, out_of_scope)
    return findings + [outcome.Finding(change) for change in not_yet], notes + more


def _compared(options: argparse.Namespace) -> outcome.Outcome:
    base, revision = _read(options)
    findings, notes = _findings(options, base, revision, options.profile)
    if options.version_url is not None:
        different, more = releases.lag(base, options.version_url, [f.change for f in findings if f.shown])
        findings, notes = findings + [outcome.Finding(change) for change in different], notes + more
    in_pull_request = options.format in CI_FORMATS and is_file(options.revision)
    return outcome.make(
        base,
        revision,
        findings,
        notes,
        options.fail_on,
        coverage=_coverage(options, base, revision),
        allow_unread=options.allow_unread,
        locate=options.locate or ("revision" if in_pull_request else "base"),
    )


def _check(options: argparse.Namespace) -> int:
    result = _compared(options)
    color = options.output is None and sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    _write(options.output, render(result, options.format, verbose=options.verbose, color=color))
    if result.unchecked:
        return _unchecked(result.sentence.partition(": ")[2])
    return DRIFT if result.failing else CLEAN


def _coverage(options: argparse.Namespace, base: Document, revision: Document) -> tuple[Coverage, Coverage]:
    scopes = scopes_of(options.scope, base, revision)
    return coverage(base, scopes[0]), coverage(revision, scopes[1])


def _update(options: argparse.Namespace) -> int:
    base, revision = _read(options)
    findings, notes = _findings(options, base, revision)
    read_parts = _coverage(options, base, revision)
    result = outcome.make(base, revision, findings, notes, coverage=read_parts, allow_unread=options.allow_unread)
    if result.unchecked:
        return _unchecked(f"{result.unread[0]} No patch is proposed; --allow-unread proposes one for the rest")
    patch, left = propose(result, lambda patched: _findings(options, patched, revision)[0])
    _write(options.output, patch)
    for sentence in left:
        _say(f"not in the patch: {visible(sentence)}")
    return DRIFT if patch or left else CLEAN


def _explain(options: argparse.Namespace) -> int:
    from .reports import rules  # no other command needs it

    try:
        text = rules.listed() if options.rule is None else rules.explained(options.rule)
    except rules.NoSuchRule as error:
        _say(visible(str(error)))
        return UNCHECKED
    _write(None, text)
    return CLEAN


def _write(path: Path | None, text: str) -> None:
    """Write to standard output, or replace a file atomically."""
    if path is None:
        if sys.stdout is None:
            raise Unreadable("standard output is closed; --output FILE writes into a file")
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None
        return
    try:
        path = path.resolve()
    except RuntimeError:  # before Python 3.13, of links that lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    try:
        _replace(path, text)
    except OSError as error:  # whose name may be that of a draft
        raise OSError(error.errno, error.strerror, str(path)) from None


def _replace(path: Path, text: str) -> None:
    if path.exists() and not path.is_file():  # a device or a pipe, which must not be replaced
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, path.stat().st_mode if path.exists() else 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())
