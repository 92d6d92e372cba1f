"""The commands, by name and by where they are: each module is imported when one of its commands is run.

Options that belong to every command are read here, before or after the command's name.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from . import _exit, version
from ._options import COMMON_OPTIONS, DASH, Context, Flag
from ._output.destination import Output

if TYPE_CHECKING:
    from collections.abc import Sequence


#: Words that only group others.
COMMAND_GROUPS = {
    "auth": "Who one is to v1, which keeps cohorts for its users.",
    "clinical": "Clinical tables, where the service has them.",
    "cohorts": "Saved cohorts of v1, the API of the 2021 notebook.",
}

#: Words, `module:function`, what it does. No module is imported for the list.
COMMANDS = (
    ("version", "archive:version", "Show the releases of the service, its data, the contract and the client."),
    ("stats", "archive:stats", "Count everything there is."),
    ("collections", "archive:collections", "List the collections."),
    ("collection", "archive:collection", "Show one collection, with its counts, modalities and licences."),
    ("analysis-results", "archive:analysis_results", "List the analysis results."),
    ("attributes", "archive:attributes", "List what can be filtered by."),
    ("values", "archive:values", "List the values of an attribute, the most frequent first."),
    ("tables", "archive:tables", "List the tables that SQL can ask."),
    ("table", "archive:table", "Show the columns of a table."),
    ("clinical tables", "archive:clinical_tables", "List the clinical tables."),
    ("clinical table", "archive:clinical_table", "Show the columns of a clinical table."),
    ("clinical rows", "archive:clinical_rows", "Give the rows of a clinical table."),
    ("counts", "selection:counts", "Count what a selection holds."),
    ("licenses", "selection:licenses", "List the licences of a selection, the one of most series first."),
    ("citations", "selection:citations", "Say how to cite the data of a selection."),
    ("sql", "sql:sql", "Run one SELECT over the index tables, or write one."),
    ("manifest", "manifest:manifest", "List the series of a selection, to look at or to download by."),
    ("viewer", "selection:viewer", "Give the address where a study or series can be looked at."),
    ("verify", "manifest:verify", "Make the request of a manifest again, and say what is different."),
    ("diff", "manifest:diff", "Say what became of a selection between two data releases."),
    ("resolve", "resolve:resolve", "Say what CRDC GUIDs stand for, and where their bytes are."),
    ("cohorts list", "cohorts:list_", "List the user's saved cohorts."),
    ("cohorts create", "cohorts:create", "Save a cohort, bound to the active data version."),
    ("cohorts delete", "cohorts:delete", "Delete saved cohorts, for good."),
    ("cohorts manifest", "cohorts:manifest", "List where the objects of a cohort are."),
    ("cohorts query", "cohorts:query", "List metadata of a cohort."),
    ("metadata", "cohorts:metadata", "List DICOM metadata of every instance of the archive, by v1."),
    ("auth status", "auth:auth_status", "Say whose token there is, until when and from where."),
    ("auth login", "auth:auth_login", "Log in with a browser, and write the credentials file."),
    ("doctor", "doctor:doctor", "Check this machine, the way to the service, and the service."),
    ("completion", "completion:completion", "Give the script that completes words with the Tab key."),
)


NAME = "idc-ext"

app = App(
    name=NAME,
    help="Ask the NCI Imaging Data Commons (IDC) from the command line: what there is, what a selection holds, and "
    "manifests to download it by.",
    version=version,
    version_flags=["--version", "-V"],
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
for _name, _help in COMMAND_GROUPS.items():
    app.command(App(name=_name, help=_help))
for _words, _target, _help in COMMANDS:
    _parent, _, _last_word = _words.rpartition(" ")
    (app[_parent] if _parent else app).command(f"idc_ext.cli.commands.{_target}", name=_last_word, help=_help)


app.meta.suppress_keyboard_interrupt = False  # it is `run` that says what an interruption leaves


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    base_url: Annotated[str | None, Parameter(group=COMMON_OPTIONS)] = None,
    credentials: Annotated[Path | None, Parameter(group=COMMON_OPTIONS)] = None,
    timeout: Annotated[float | None, Parameter(group=COMMON_OPTIONS)] = None,
    deadline: Annotated[float | None, Parameter(group=COMMON_OPTIONS)] = None,
    retries: Annotated[int | None, Parameter(group=COMMON_OPTIONS)] = None,
    strict: Annotated[Flag, Parameter(group=COMMON_OPTIONS)] = False,
    log: Annotated[Literal["debug", "info", "warning", "error"] | None, Parameter(group=COMMON_OPTIONS)] = None,
) -> int:
    """Run the command that the rest of the words is.

    Args:
        tokens: Its words.
        base_url: Where the API is, without a version; else the variable IDC_BASE_URL, else the live host.
        credentials: The credentials file of v1's users; else IDC_TOKEN, IDC_CREDENTIALS or ~/.idc_credentials.
        timeout: Seconds to wait without any progress; by default 10 for a connection and 60 otherwise.
        deadline: Seconds for the command as a whole.
        retries: How often to repeat what may be repeated; 0 for never.
        strict: End with 1 where the service warns of its answer, in place of a remark on stderr.
        log: What to write to stderr of each request; else the variable IDC_LOG.
    """
    for name, number in (("--timeout", timeout), ("--deadline", deadline), ("--retries", retries)):
        if number is not None and not number >= 0:
            _exit.print_message(f"{name} takes a number from 0 on, not {number:g}")
            return _exit.INPUT_ERROR
    if log is not None:
        os.environ["IDC_LOG"] = log
    command, bound, ignored = app.parse_args(tokens, exit_on_error=False, print_error=False)
    if "context" in ignored:
        bound.arguments["context"] = Context(base_url, credentials, timeout, retries, strict=strict)
    out = bound.arguments.get("out")
    if isinstance(out, Output):
        out.check_target()
    with contextlib.ExitStack() as stack:
        if deadline is not None:
            from .._http.deadline import deadline as limited

            stack.enter_context(limited(deadline))
        code: Any = command(*bound.args, **bound.kwargs)
    return code if isinstance(code, int) else _exit.DONE


def find_command(words: str) -> App:
    """Give one command, with the whole of its help in place of the line for the list."""
    found = app
    for word in words.split():
        found = found[word]
    if words not in COMMAND_GROUPS:
        found.help = None  # it then has that of its function
    return found


def run(words: Sequence[str]) -> int:
    """Run one command to its end, whatever that is."""
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
        _discard_standard_output()
        return _exit.BROKEN_PIPE
    except CycloptsError as error:
        _exit.print_message(_usage_error_sentence(error))
        return _exit.INPUT_ERROR
    except Exception as error:
        found = _exit.exit_code_and_sentence(error)
        if found is None:
            traceback.print_exc()
            _exit.print_message("this is a fault of idc-ext itself: please report it with the lines above")
            return _exit.INTERNAL_ERROR
        if isinstance(error, OSError):
            _discard_standard_output()
        _exit.print_message(found[1])
        for note in getattr(error, "__notes__", ()):
            _exit.print_message(note)
        return found[0]
    return code if isinstance(code, int) else _exit.DONE


def _discard_standard_output() -> None:
    """Write nowhere any more: Python would try again at exit, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_error_sentence(error: CycloptsError) -> str:
    text = " ".join(str(error).replace(DASH, "-").split()).rstrip(".")
    text = text.partition(" Available commands:")[0].rstrip(".")
    see = f" See {NAME} --help" if text.endswith("?") else f"; see {NAME} --help"
    return text[:1].lower() + text[1:] + see
