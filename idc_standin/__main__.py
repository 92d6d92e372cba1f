"""The command ``idc-standin``: serve, token, build. A mistake gets one line on stderr and exit code 2."""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from idc_standin import __version__
from idc_standin.errors import StandinError

try:
    import platformdirs
except ModuleNotFoundError:  # the client alone was installed
    sys.stderr.write("idc-standin: its parts are missing; install them with: pip install 'idc-client[standin]'\n")
    raise SystemExit(2) from None

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp

BUILDING = "building the archive, once; this takes half a minute; it goes to"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Parser(argparse.ArgumentParser):
    """One line for a mistake, without the usage."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except StandinError as error:
        sys.stderr.write(f"idc-standin: {error}\n")
        return 2
    except (OSError, RuntimeError, ValueError) as error:  # the machine's or the engine's own complaint, in one line
        sys.stderr.write(f"idc-standin: {' '.join(str(error).split())}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> Parser:
    parser = Parser(prog="idc-standin", description="The NCI Imaging Data Commons API on this machine.")
    parser.add_argument("--version", action="version", version=f"idc-standin {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    serve = commands.add_parser("serve", help="serve the API until interrupted")
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    serve.add_argument("--port", type=_port, default=8021, help="port, 0 for any free one (default: %(default)s)")
    serve.add_argument(
        "--as-of",
        type=_release,
        metavar="VERSION",
        help="data version of v1, such as 2.0 (default: the newest; v3 always serves that)",
    )
    serve.add_argument(
        "--facts", type=Path, metavar="DIR", help="folder of facts tables to use in place of the ones included"
    )
    serve.add_argument("--quirks", action="store_true", help="misbehave as upstream does (see deviations.yaml)")
    serve.add_argument("--retired", action="store_true", help="answer v1 with 410, as the live host does today")
    serve.add_argument(
        "--patience", type=_seconds, default=30.0, metavar="SECONDS",
        help="how long a query may take before it is answered 202; 0 makes every new one wait (default: %(default)s)",
    )  # fmt: skip
    serve.add_argument("--check-answers", action="store_true", help="hold every answer against openapi.yaml")
    serve.add_argument(
        "--doi-resolver",
        default="https://dx.doi.org",
        metavar="URL",
        help="whom to ask for citations (default: %(default)s)",
    )
    _add_folders(serve)
    serve.set_defaults(run=_serve)

    token = commands.add_parser("token", help="write a credentials file for a user of this stand-in")
    token.add_argument("--email", type=_email, required=True)
    token.add_argument("--name", type=_text, default="", help="first and last name (default: from the e-mail address)")
    token.add_argument("--output", type=Path, required=True, metavar="FILE", help="where to write it (mode 0600)")
    token.add_argument("--expires-in", type=_lifetime, default=3600, metavar="SECONDS", help="default: %(default)s")
    _add_folders(token)
    token.set_defaults(run=_token)

    build = commands.add_parser("build", help="build the archive file now rather than at the first start")
    _add_folders(build)
    build.set_defaults(run=_build)
    return parser


def _add_folders(parser: argparse.ArgumentParser) -> None:
    for name, variable, default, what in (
        ("--cache", "IDC_STANDIN_CACHE", platformdirs.user_cache_path("idc-standin"), "the archive file"),
        ("--state", "IDC_STANDIN_STATE", platformdirs.user_data_path("idc-standin"), "keys and saved cohorts"),
    ):
        chosen = Path(os.environ.get(variable) or default)
        parser.add_argument(name, type=Path, default=chosen, metavar="DIR", help=f"folder for {what} (${variable})")


def _serve(options: argparse.Namespace) -> int:
    if options.retired and (options.as_of is not None or options.facts is not None):
        raise StandinError("--retired answers v1 with 410, so --as-of and --facts have nothing to say; leave them out.")
    import uvicorn

    with _listen(options.host, options.port) as listener:
        app, what = _app(options)
        port = listener.getsockname()[1]
        host = f"[{options.host}]" if ":" in options.host else options.host
        print(f"IDC stand-in {what} on http://{host}:{port} (API description: /v3/docs)", flush=True)
        headers = [("Server", f"idc-standin/{__version__}")]
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=5, server_header=False, headers=headers
        )
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
    return 0


def _app(options: argparse.Namespace) -> tuple[ASGIApp, str]:
    # Imported here so that `--help` and wrong options answer at once.
    import duckdb

    from idc_standin import archive, drs, v1, v3
    from idc_standin.app import CheckedAnswers, Standin
    from idc_standin.cohorts import Cohorts
    from idc_standin.contract import Contract, quirks
    from idc_standin.guard import Guard
    from idc_standin.identity import PAGE_TOKEN_SECONDS, Identity
    from idc_standin.index import Index
    from idc_standin.objects import Objects
    from idc_standin.store import Store
    from idc_standin.v1 import gateway

    path = archive.ensure(options.cache, lambda: sys.stderr.write(f"idc-standin: {BUILDING} {options.cache}\n"))
    contract = Contract()
    try:
        index, guard, objects = Index(path), Guard(archive.published(path)), Objects(path)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise StandinError(
            f"The archive {path} cannot be opened ({reason}); delete it to have it built anew."
        ) from error
    chosen = {generation: quirks(generation) if options.quirks else frozenset() for generation in ("v1", "v3")}
    newest = v3.create(contract, index, guard, quirks=chosen["v3"], resolver=options.doi_resolver)
    resolver = drs.create(objects)
    if options.retired:
        retired = gateway.create_retired()
        return Standin(retired, newest, [index.close, guard.close, objects.close], drs=resolver), "with v1 retired"
    store = Store(path, options.as_of, options.facts)
    identity = Identity(options.state)
    cohorts = Cohorts(options.state, PAGE_TOKEN_SECONDS)
    service = v1.V1(contract, store, cohorts, identity, quirks=chosen["v1"], patience=options.patience)
    first = gateway.create(contract, service, identity)
    app: ASGIApp = Standin(
        first, newest, [store.close, cohorts.close, index.close, guard.close, objects.close], drs=resolver
    )
    if options.check_answers:
        app = CheckedAnswers(app, contract)
    return app, f"as of data version {store.active}.0"


def _token(options: argparse.Namespace) -> int:
    from idc_standin.identity import Identity, credentials, write_private

    content = credentials(Identity(options.state), options.email, options.name, options.expires_in)
    try:
        path: Path = options.output.expanduser()
    except RuntimeError:
        raise StandinError(f"There is no home folder for {options.output}; write the path out.") from None
    if path.is_dir():
        raise StandinError(f"{path} is a folder; --output takes the name of a file.")
    try:
        write_private(path, json.dumps(content).encode())
    except OSError as error:
        raise StandinError(f"{path} cannot be written: {error.strerror}.") from error
    print(f"{path}: credentials of {options.email}, valid until {content['token_expiry']}")
    return 0


def _build(options: argparse.Namespace) -> int:
    from idc_standin import archive

    print(archive.describe(archive.ensure(options.cache)))
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound before anything is loaded, so that a taken port is said at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named because asyncio turns Nagle's algorithm off for "TCP" and not for "whatever streams":
        # without it every answer waits 40 ms for an acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)  # two that start at once may both bind; whoever comes while the archive is built waits
    except UnicodeError:
        raise StandinError(f"{host!r} is not the name or address of a host; choose another with --host.") from None
    except OSError as error:
        raise StandinError(
            f"Cannot listen on {host} port {port}: {error.strerror}; choose another with --port."
        ) from error
    return listener


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number (0 to 65535)")
    return int(text)


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


if __name__ == "__main__":
    sys.exit(main())
