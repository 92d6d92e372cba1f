"""The table of commands, and `run`, which parses arguments, runs one command and returns its exit code.

The module of a command is imported when the command runs. Options of every command are read here; they may stand before
or after the name of the command.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter, UnknownOptionError, UnusedCliTokensError

from .._lazy import package_version
from . import _exit, discard_standard_output
from ._options import COMMON_OPTIONS, DASH, Context, Flag, check_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence


#: Names of command groups, with their help.
COMMAND_GROUPS = {
    "auth": "Credentials for v1, which saves cohorts of its users.",
    "clinical": "Clinical tables, if the service has them.",
    "cohorts": "Saved cohorts of v1, the API of the 2021 notebook.",
}

#: Name of the command, `module:function`, help in the list. No module is imported for the list.
COMMANDS = (
    ("version", "archive:version", "Show the versions of the service, its data, the API contract and the client."),
    ("stats", "archive:stats", "Count collections, patients, studies, series and instances of the whole archive."),
    ("collections", "archive:collections", "List the collections."),
    ("collection", "archive:collection", "Show one collection, with its counts, modalities and licences."),
    ("analysis-results", "archive:analysis_results", "List the analysis results."),
    ("attributes", "archive:attributes", "List the attributes for filters."),
    ("values", "archive:values", "List the values of an attribute, the most frequent first."),
    ("tables", "archive:tables", "List the tables for SQL."),
    ("table", "archive:table", "Show the columns of a table."),
    ("clinical tables", "archive:clinical_tables", "List the clinical tables."),
    ("clinical table", "archive:clinical_table", "Show the columns of a clinical table."),
    ("clinical rows", "archive:clinical_rows", "List the rows of a clinical table."),
    ("counts", "selection:counts", "Count patients, studies, series, instances and size of a selection."),
    ("licenses", "selection:licenses", "List the licences of a selection, the most frequent first."),
    ("citations", "selection:citations", "Give the citations of the data of a selection."),
    ("sql", "sql:sql", "Run one SELECT over the index tables, or write the SQL of filters."),
    ("manifest", "manifest:manifest", "List the series of a selection as a table, or as a manifest for downloads."),
    ("viewer", "selection:viewer", "Give the address at which a browser shows a study or a series."),
    ("verify", "manifest:verify", "Check a manifest against the current data, and list what changed."),
    ("diff", "manifest:diff", "List the changes of a selection between two data releases."),
    ("releases", "releases:releases", "List the data releases, or show what one of them changed."),
    ("resolve", "resolve:resolve", "Resolve CRDC GUIDs to objects and their download addresses."),
    ("cohorts list", "cohorts:list_", "List your saved cohorts."),
    ("cohorts create", "cohorts:create", "Save a cohort, bound to the active data version."),
    ("cohorts delete", "cohorts:delete", "Delete saved cohorts. This cannot be undone."),
    ("cohorts manifest", "cohorts:manifest", "List the locations of the objects of a cohort."),
    ("cohorts query", "cohorts:query", "List metadata of a cohort."),
    ("metadata", "cohorts:metadata", "List DICOM metadata of every instance of the archive, from v1."),
    ("auth status", "auth:auth_status", "Show the ID token in use: its user, expiry and source."),
    ("auth login", "auth:auth_login", "Log in with a browser, and write the credentials file."),
    ("doctor", "doctor:doctor", "Check this machine, the network and the service, and print a report."),
    ("completion", "completion:completion", "Print or install the script for completion with the Tab key."),
)


NAME = "idc-ext"

app = App(
    name=NAME,
    help="Query the NCI Imaging Data Commons (IDC): its collections and metadata, selections of DICOM series, and "
    "manifests for downloads.",
    version=package_version,
    version_flags=["--version", "-V"],
    help_format="plaintext",  # the list of commands has no markup; the parser of Markdown takes as long as all else
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
for _name, _help in COMMAND_GROUPS.items():
    app.command(App(name=_name, help=_help))
for _words, _target, _help in COMMANDS:
    _parent, _, _last_word = _words.rpartition(" ")
    (app[_parent] if _parent else app).command(
        f"idc_ext.cli.commands.{_target}", name=_last_word, help=_help, help_format="markdown"
    )


app.meta.suppress_keyboard_interrupt = False  # `run` handles interruptions


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    base_url: Annotated[str | None, Parameter(group=COMMON_OPTIONS)] = None,
    credentials: Annotated[Path | None, Parameter(group=COMMON_OPTIONS)] = None,
    timeout: Annotated[float | None, Parameter(group=COMMON_OPTIONS)] = None,
    deadline: Annotated[float | None, Parameter(group=COMMON_OPTIONS)] = None,
    retries: Annotated[int | None, whole_number(group=COMMON_OPTIONS)] = None,
    strict: Annotated[Flag, Parameter(group=COMMON_OPTIONS)] = False,
    log: Annotated[Literal["debug", "info", "warning", "error"] | None, Parameter(group=COMMON_OPTIONS)] = None,
) -> int:
    """Run one command, after reading the options of every command.

    Args:
        tokens: The command and its arguments.
        base_url: Address of the API, without /v1 or /v3; by default the variable IDC_BASE_URL, else the live host.
        credentials: Credentials file for v1; by default IDC_TOKEN, IDC_CREDENTIALS or ~/.idc_credentials.
        timeout: Seconds to wait without progress; by default 10 for a connection and 60 for an answer.
        deadline: Seconds for the whole command.
        retries: Maximum number of retries of a failed request; 0 for none.
        strict: Treat warnings of the service as errors (exit code 1).
        log: Log requests to stderr from this level on; by default the variable IDC_LOG.
    """
    for name, number in (("--timeout", timeout), ("--deadline", deadline)):
        if number is not None and not number >= 0:
            _exit.print_message(f"{name} takes a number of 0 or more, not {number:g}")
            return _exit.INPUT_ERROR
    if log is not None:
        os.environ["IDC_LOG"] = log
    command, bound, ignored = app.parse_args(tokens, exit_on_error=False, print_error=False)
    check_text([base_url, *bound.arguments.values()])
    if "context" in ignored:
        bound.arguments["context"] = Context(base_url, credentials, timeout, retries, strict=strict)
    from ._output.destination import Output  # imported late, as the modules of commands

    out = bound.arguments.get("out")
    if isinstance(out, Output):
        out.check_target()
        if "dialect" not in bound.arguments:  # the SQL of filters is text, whatever its file is called
            out.chosen_format()
    with contextlib.ExitStack() as stack:
        if deadline is not None:
            from .._http.deadline import deadline as limited

            stack.enter_context(limited(deadline))
        gc.enable()
        code: Any = command(*bound.args, **bound.kwargs)
    return code if isinstance(code, int) else _exit.DONE


def find_command(words: str) -> App:
    """Find a command, with its full help instead of the line for the list."""
    found = app
    for word in words.split():
        found = found[word]
    if words not in COMMAND_GROUPS:
        found.help = None  # then it is that of the function
    return found


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; every error becomes one sentence on stderr."""
    try:
        if not {"--help", "-h"}.isdisjoint(words):
            for named, _, _ in COMMANDS:
                if list(words[: named.count(" ") + 1]) == named.split():
                    find_command(named)
        with _exit.service_warnings_on_stderr():
            code = app.meta([DASH if word == "-" else word for word in words], exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, _exit.Terminated) as interruption:
        _exit.print_message("; ".join(["interrupted", *getattr(interruption, "__notes__", ())]))
        return _exit.INTERRUPTED if isinstance(interruption, KeyboardInterrupt) else _exit.TERMINATED
    except BrokenPipeError:
        discard_standard_output()
        return _exit.BROKEN_PIPE
    except SystemExit as end:  # so does rich, which writes the help, end where the pipe is closed
        if isinstance(end.__context__, BrokenPipeError):
            return _exit.BROKEN_PIPE
        raise
    except CycloptsError as error:
        _exit.print_message(_usage_error_sentence(error))
        return _exit.INPUT_ERROR
    except Exception as error:
        found = _exit.exit_code_and_sentence(error)
        if found is None:
            with contextlib.suppress(OSError):  # stderr is closed, or on a full disk
                traceback.print_exc()
            _exit.print_message("this is an error in idc-ext itself: please report it with the lines above")
            return _exit.INTERNAL_ERROR
        if isinstance(error, OSError):
            discard_standard_output()
        from ..errors import APIError  # imported where it is needed: the help is printed without it

        quoted = error.message if isinstance(error, APIError) else ""
        _exit.print_message(_exit.with_option_names(found[1], words[0] if words else "", quoted))
        for note in getattr(error, "__notes__", ()):
            _exit.print_message(_exit.with_option_names(note, ""))
        return found[0]
    return code if isinstance(code, int) else _exit.DONE


#: What lists the values of a selection.
_VALUES_OF_SELECTION = (
    'for those of a selection, use idc-ext sql "SELECT ATTRIBUTE, count(*) FROM index WHERE … GROUP BY 1" '
    "(docs/guides/which-collections.md)"
)


def _usage_error_sentence(error: CycloptsError) -> str:
    text = " ".join(str(error).replace(DASH, "-").split()).rstrip(".")
    unused = (isinstance(error, UnusedCliTokensError) and error.unused_tokens) or []
    if unused:
        text = f"unexpected argument: {' '.join(word.replace(DASH, '-') for word in unused)}"
    text = text.partition(" Available commands:")[0].rstrip(".")
    known = [words for words, _, _ in COMMANDS]
    chain = " ".join(error.command_chain or ())
    where = " ".join([NAME, chain]) if chain in known or chain in COMMAND_GROUPS else NAME
    see = f" See {where} --help" if text.endswith("?") else f"; see {where} --help"
    # Beginners write --modality MR, or Modality=MR alone.
    guessed = isinstance(error, UnknownOptionError | UnusedCliTokensError) and not text.endswith("?")
    if guessed and chain in known and _has_filters(chain):
        shown = unused[0] if unused and re.fullmatch(r"\w+[<>]?=.+", unused[0]) else "ATTRIBUTE=VALUE"
        see = f"; a filter is written as -w {shown}{see}"
    if chain == "values" and re.search(r"(?<!\S|\w)(--where|-w|--filters)\b", text):
        see = f": the service lists the values of the whole archive only; {_VALUES_OF_SELECTION}{see}"
    return text[:1].lower() + text[1:] + see


def _has_filters(command: str) -> bool:
    return any("--where" in one.names for one in find_command(command).assemble_argument_collection())
