"""The options of the command ``idc-standin`` and their allowed values.

Law: pure; an error is one line on stderr and exit code 2.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import platformdirs

from idc_standin import __version__

_PART = r"[^@\s\x00-\x1f\x7f\ud800-\udfff]+"
#: At most 254 characters, as SMTP has it.
EMAIL = re.compile(rf"(?!.{{255}}){_PART}@{_PART}\.{_PART}")


class Parser(argparse.ArgumentParser):
    """A parser that reports an error as one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> Parser:
    """The parser of the command line; ``command`` is the name of the subcommand."""
    words = Parser(prog="idc-standin", description="The NCI Imaging Data Commons API on this machine.")
    words.add_argument("--version", action="version", version=f"idc-standin {__version__}")
    commands = words.add_subparsers(dest="command", metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="serve the API until interrupted")
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    serve.add_argument("--port", type=_port, default=8021, help="port, 0 for any free one (default: %(default)s)")
    serve.add_argument(
        "--as-of",
        type=_release,
        metavar="VERSION",
        help="data version of v1, such as 2.0 (default: the newest; v3 always serves the newest)",
    )
    serve.add_argument(
        "--facts", type=Path, metavar="DIR", help="folder of facts tables that replace the included ones"
    )
    serve.add_argument("--quirks", action="store_true", help="repeat upstream's known errors (see deviations.yaml)")
    serve.add_argument(
        "--next", action="store_true", help="also serve what upstream's next release adds (x-idc-since: unreleased)"
    )
    serve.add_argument(
        "--retired",
        action="store_true",
        help="answer v1 as the live host does today: 410 to most GET requests, else 405 or 404",
    )
    serve.add_argument(
        "--patience", type=_seconds, default=30.0, metavar="SECONDS",
        help="seconds a v1 query may take before its response is 202; 0: each new one gets 202 (default: %(default)s)",
    )  # fmt: skip
    serve.add_argument(
        "--workers", type=_workers, default=1, metavar="N",
        help="server processes, for many clients at once; each needs its own memory (default: %(default)s)",
    )  # fmt: skip
    serve.add_argument(
        "--allow-origin", type=_origin, action="append", default=[], metavar="ORIGIN",
        help="web pages that may send SQL to a loopback address, such as https://example.org; * for all; can be "
        "given several times (default: pages of this machine only)",
    )  # fmt: skip
    serve.add_argument("--check-answers", action="store_true", help="validate every response against openapi.yaml")
    serve.add_argument(
        "--doi-resolver",
        type=_service,
        default="https://dx.doi.org",
        metavar="URL",
        help="service that gives the citation of one DOI (default: %(default)s)",
    )
    serve.add_argument(
        "--datacite",
        type=_service,
        default="https://api.datacite.org",
        metavar="URL",
        help="service that gives the citations of many DOIs at once (default: %(default)s)",
    )
    _add_cache(serve)
    _add_state(serve)

    token = commands.add_parser("token", help="write a credentials file for a user of this stand-in")
    token.add_argument("--email", type=_email, required=True)
    token.add_argument("--name", type=_text, default="", help="first and last name (default: from the e-mail address)")
    token.add_argument("--output", type=Path, required=True, metavar="FILE", help="where to write it (mode 0600)")
    token.add_argument("--expires-in", type=_lifetime, default=3600, metavar="SECONDS", help="default: %(default)s")
    _add_state(token)

    build = commands.add_parser("build", help="build the archive file now instead of at the first start")
    _add_cache(build)
    return words


def _add_cache(parser: argparse.ArgumentParser) -> None:
    default = platformdirs.user_cache_path("idc-standin")
    _add_folder(parser, "--cache", "IDC_STANDIN_CACHE", default, "the archive file")


def _add_state(parser: argparse.ArgumentParser) -> None:
    default = platformdirs.user_data_path("idc-standin")
    _add_folder(parser, "--state", "IDC_STANDIN_STATE", default, "keys and saved cohorts")


def _add_folder(parser: argparse.ArgumentParser, name: str, variable: str, default: Path, what: str) -> None:
    chosen = Path(os.environ.get(variable) or default)
    parser.add_argument(name, type=Path, default=chosen, metavar="DIR", help=f"folder for {what} (${variable})")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number (0 to 65535)")
    return int(text)


def _workers(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number of processes (1 to 99)")
    if text != "1" and not hasattr(os, "fork"):
        raise argparse.ArgumentTypeError("this system has no fork(), so there is one worker")
    return int(text)


def _service(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        good = False
    if not good or not (text.isascii() and text.isprintable()) or {*"?# "} & {*text}:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not the URL of a service, such as http://127.0.0.1:8080")
    return text.rstrip("/")


def _origin(text: str) -> str:
    if not re.fullmatch(r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\s]+", text):
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not an origin, such as https://example.org, nor *")
    return text


def _release(text: str) -> int:
    if not re.fullmatch(r"v?[0-9]{1,4}(\.0)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a data version such as 2.0")
    return int(text.removeprefix("v").removesuffix(".0"))


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    if float(text) > 3600:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is more than an hour")
    return float(text)


def _email(text: str) -> str:
    if not EMAIL.fullmatch(_text(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not an e-mail address")
    return text


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"{text!r} is not UTF-8 text") from None
    return text


def _lifetime(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number of seconds (up to nine digits)")
    return int(text)
