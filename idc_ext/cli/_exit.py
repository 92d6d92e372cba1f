"""Exit codes of commands, and one sentence on stderr for every expected error.

0    success
1    the service refused, or its answer is not reliable; `verify` and `diff`: there are differences
2    wrong input; nothing was changed
3    no response from the service, or not in time
70   internal error of this program; only then there is a traceback
130  interrupted (Ctrl-C)
141  the output pipe was closed, for example by `head`
143  ended by SIGTERM
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

from .. import errors
from ._options import InputError
from ._output.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DONE, REFUSED, INPUT_ERROR, NO_RESPONSE, INTERNAL_ERROR = 0, 1, 2, 3, 70
INTERRUPTED, BROKEN_PIPE, TERMINATED = 130, 141, 143


class Terminated(BaseException):
    """SIGTERM was received."""


class Refusal(Exception):
    """A refusal with a message of this program: the service or the user said no."""


#: Class of an error -> exit code; the first match counts.
_EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (InputError, INPUT_ERROR),
    (errors.DeadlineExceeded, NO_RESPONSE),
    (errors.APIError, REFUSED),
    (Refusal, REFUSED),
    (errors.LicenseRefused, REFUSED),
    (errors.ServiceWarned, REFUSED),
    (errors.CostRefused, REFUSED),
    (errors.BigQueryError, REFUSED),
    (errors.PagingError, REFUSED),
    (errors.TruncatedResult, REFUSED),
    (errors.ContractError, REFUSED),
    (errors.IDCError, INPUT_ERROR),
)


def exit_code_and_sentence(error: BaseException, base_url: str | None = None) -> tuple[int, str] | None:
    """Give the exit code and the sentence of an error; None if the error is not an expected one."""
    for kind, code in _EXIT_CODES:
        if isinstance(error, kind):
            return code, str(error)
    from .._http.no_response import explain_no_response  # imported late, because it loads an HTTP library

    sentence = explain_no_response(error, base_url)
    if sentence is not None:
        return NO_RESPONSE, sentence
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRA_OF_PACKAGE:
        return (
            INPUT_ERROR,
            f"this needs the package {error.name}: pip install 'idc-client[{_EXTRA_OF_PACKAGE[error.name]}]'",
        )
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return INPUT_ERROR, f"{where}{error.strerror}"
    if isinstance(error, ValueError) and "null byte" in str(error):
        # Arguments of a process cannot have null bytes: this one comes from DASH.
        return INPUT_ERROR, "`-` (standard input) cannot be used here: give the name of a file"
    return None


#: A name of Python in a sentence -> what it is called on the command line.
_OPTION_NAMES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (
        r'\bfilter by \{"license_short_name": (\[[^\]]*\])\}',
        lambda found: f"add --where 'license_short_name={','.join(json.loads(found[1]))}'",
    ),
    (r"\bremove \S+(?: and \S+)? to start anew|\bremove the checkpoint to start anew", "use --restart to start anew"),
    (r"\bcheck base_url\b", "check --base-url"),
    (r"\bwith timeout=(?!\w)", "with --timeout"),
    (r"\bpass (\w+)=True", r"use --\1"),
    (r"\b(all_of_idc|allow_truncated)=True", r"--\1"),
    (r"\bcite=None\b", "--cite none"),
    (r"\bargument \w+, option (--[\w-]+)", r"\1"),
    (r"\b(max_rows|page_size)\b", r"--\1"),
    (r", translated by v3\.from_v1\b", ""),
    (r"\bv3\.sql\b", "`idc-ext sql`"),
    (r"\bv3\.manifest\b", "`idc-ext manifest`"),
    (r"\bv3\.attribute_values\b", "`idc-ext values`"),
    (r"\bv3\.analysis_results\b", "`idc-ext analysis-results`"),
    (r"\bv3\.(collections|attributes|version)\b", r"`idc-ext \1`"),
)
#: The command `resolve` asks another service, which has an option of its own.
_RESOLVER = (
    (r"\bcheck base_url\b", "check --resolver"),
    (r"--base-url\b", "--resolver"),
    (r"\bpass base_url='([^']*)'", r"use --resolver \1"),
)


def with_option_names(sentence: str, command: str, quoted: str = "") -> str:
    """Name options of the command line in a sentence that names arguments and functions of Python.

    What is ``quoted`` in it from the service stays as it is.
    """
    before, quote, after = sentence.partition(quoted) if quoted else (sentence, "", "")
    return _named(before, command) + quote + _named(after, command)


def _named(sentence: str, command: str) -> str:
    for name, option in (*(_RESOLVER if command == "resolve" else ()), *_OPTION_NAMES):
        sentence = re.sub(name, option, sentence)
    return re.sub(r"(?<!\S)--[a-z_]+", lambda found: found[0].replace("_", "-"), sentence)


def print_message(sentence: str) -> None:
    """Print a message for the user, on one line of stderr."""
    with contextlib.suppress(OSError):  # stderr is closed, too
        print(f"idc-ext: {escape_text(sentence)}", file=sys.stderr, flush=True)


#: The warnings of the service that this command has printed.
PRINTED_WARNINGS: list[str] = []


@contextlib.contextmanager
def service_warnings_on_stderr() -> Iterator[None]:
    """Print warnings of the service on stderr, each once, while a command runs."""
    PRINTED_WARNINGS.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("always", errors.ServiceWarning)
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if not issubclass(category, errors.ServiceWarning):
                shown(message, category, *place, **more)
            elif str(message) not in PRINTED_WARNINGS:
                PRINTED_WARNINGS.append(str(message))
                print_message(str(message))

        warnings.showwarning = show
        yield


#: Package -> the extra that installs it.
_EXTRA_OF_PACKAGE = {"authlib": "auth"}
