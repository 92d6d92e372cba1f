"""The command ``idc-standin``: serve, token, build. An error is one line on stderr and exit code 2."""

from __future__ import annotations

import gc
import json
import socket
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from idc_standin import __version__
from idc_standin.errors import StandinError

try:
    from idc_standin.options import parser
except ModuleNotFoundError:  # the client alone was installed
    sys.stderr.write("idc-standin: its parts are missing; install them with: pip install 'idc-client[standin]'\n")
    raise SystemExit(2) from None

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from starlette.types import ASGIApp

    from idc_standin.app import Deferred
    from idc_standin.contract import Contract
    from idc_standin.door import Refuse
    from idc_standin.v3.sql.pool import SqlPool

    Closing = Callable[[], None]

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
BUILDING = "building the archive, once; this takes about a minute; the file goes to"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except StandinError as error:
        sys.stderr.write(f"idc-standin: {error}\n")
        return 2
    except (OSError, RuntimeError, ValueError) as error:  # an error of the operating system or of DuckDB, as one line
        sys.stderr.write(f"idc-standin: {' '.join(str(error).split())}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _serve(options: argparse.Namespace) -> int:
    if options.retired and (options.as_of is not None or options.facts is not None):
        raise StandinError("--retired answers v1 with 410, so --as-of and --facts have no effect; leave them out.")
    with _listen(options.host, options.port) as listener:
        host = f"[{options.host}]" if ":" in options.host else options.host
        url = f"http://{host}:{listener.getsockname()[1]}"

        def serve(ready: Callable[[str], object]) -> None:
            _answer(options, listener, lambda what: ready(f"IDC stand-in {what} on {url} (API description: /v3/docs)"))

        if options.workers == 1:
            serve(_announce)
        else:
            from idc_standin import workers

            _archive(options)  # once, before the workers start
            workers.run(options.workers, serve, _announce)
    return 0


def _announce(line: str) -> None:
    print(line, flush=True)


def _answer(options: argparse.Namespace, listener: socket.socket, ready: Callable[[str], object]) -> None:
    """Load everything, and serve until a signal comes."""
    gc.disable()  # what is loaded stays; to look for garbage in it is a tenth of the start
    import uvicorn

    from idc_standin import budget
    from idc_standin.protocol import TimedProtocol

    _allow_open_files(budget.OPEN_FILES)
    _return_freed_memory(budget.MAPPED_BLOCK, budget.KEPT_FREE)
    app, what, stop = _app(options)
    headers = [("Server", f"idc-standin/{__version__}")]
    config = uvicorn.Config(
        app, http=TimedProtocol, h11_max_incomplete_event_size=budget.HEADER_BYTES, log_level="warning",
        timeout_graceful_shutdown=5, server_header=False, headers=headers,
    )  # fmt: skip

    class Server(uvicorn.Server):
        """Ends running statements first: the server waits for its answers, and they would not come for a while."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            stop()
            await super().shutdown(sockets)

    server = Server(config)
    gc.freeze()
    gc.enable()
    ready(what)
    try:
        server.run(sockets=[listener])
    finally:
        gc.unfreeze()  # or the binding of the database reports at the end what was not collected


def _allow_open_files(wanted: int) -> None:
    """Raise the limit of open files, and so of connections, as far as the system allows without asking anyone."""
    try:
        import resource
    except ModuleNotFoundError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _return_freed_memory(mapped_block: int, kept: int) -> None:
    """Have the C library return freed memory to the system; only glibc's can be asked."""
    import ctypes

    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # macOS, musl, Windows
        return
    change(M_MMAP_THRESHOLD, mapped_block)
    change(M_TRIM_THRESHOLD, kept)


def _archive(options: argparse.Namespace) -> Path:
    from idc_standin import archive

    return archive.ensure(options.cache, lambda: sys.stderr.write(f"idc-standin: {BUILDING} {options.cache}\n"))


def _app(options: argparse.Namespace) -> tuple[ASGIApp, str, Closing]:
    """The application, what it serves in words, and what to call when a signal comes."""
    # Imported here, as in the functions below, so that `--help` and wrong options answer at once.
    import duckdb

    from idc_standin import drs
    from idc_standin.app import CheckedAnswers, Standin, retired
    from idc_standin.archive.objects import Objects
    from idc_standin.contract import Contract
    from idc_standin.door import Door

    path = _archive(options)
    contract = Contract(coming=options.next)
    try:
        newest, refuse, sql, closing = _v3(options, contract, path)
        objects = Objects(path)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise StandinError(
            f"The archive {path} cannot be opened ({reason}); delete it to have it built anew."
        ) from error
    closing += [sql.close, objects.close]
    resolver = drs.create(objects)
    refusals: dict[str, Refuse] = {"ga4gh": drs.refuse}
    first: Deferred | ASGIApp
    start: list[Closing] = []
    if options.retired:
        first, what = retired(), "with v1 retired"
    else:
        first, what = _v1(options, contract, path)
        refusals["v1"] = first.refuse
        start.append(first.start)
        closing.insert(0, first.close)
    app: ASGIApp = Door(Standin(first, newest, closing, drs=resolver, start=start), contract, refuse, **refusals)
    if options.check_answers:
        app = CheckedAnswers(app, contract)
    return app, what, sql.stop


def _v1(options: argparse.Namespace, contract: Contract, path: Path) -> tuple[Deferred, str]:
    """v1, and its data release as text. What can be wrong with the options is found at once."""
    from idc_standin import archive
    from idc_standin.app import Deferred, Generation
    from idc_standin.contract import quirks
    from idc_standin.v1.cohorts import Cohorts
    from idc_standin.v1.identity import Identity

    def load() -> Generation:
        from idc_standin.v1 import gateway
        from idc_standin.v1.store import Store

        store = Store(path, options.as_of, options.facts)
        chosen = quirks("v1") if options.quirks else frozenset()
        service = gateway.V1(contract, store, cohorts, identity, quirks=chosen, patience=options.patience)
        return Generation(gateway.create(contract, service, identity), gateway.refuse, [store.close])

    identity, cohorts = Identity(options.state), Cohorts(options.state)
    first = Deferred(load, [cohorts.close])
    if options.check_answers or options.as_of is not None or options.facts is not None:
        first.load()
    return first, f"as of data version {options.as_of or archive.index_version().partition('.')[0]}.0"


def _v3(options: argparse.Namespace, contract: Contract, path: Path) -> tuple[ASGIApp, Refuse, SqlPool, list[Closing]]:
    """The application of v3, its refusals, what runs SQL for it, and what else to call at the end."""
    from idc_standin import archive, budget
    from idc_standin.contract import quirks
    from idc_standin.v3 import app
    from idc_standin.v3.citations import Registries
    from idc_standin.v3.index import Index
    from idc_standin.v3.releases import Releases
    from idc_standin.v3.sql.engine import check
    from idc_standin.v3.sql.pool import SqlPool

    index, published = Index(path), archive.published(path)
    closing = [index.close]
    check(published)
    # Each server process has processes for SQL of its own; together as many as one server has, but at least one each.
    processes = max(1, budget.SQL.processes // options.workers)
    sql = SqlPool(published, replace(budget.SQL, processes=processes))
    chosen = quirks("v3") if options.quirks else frozenset()
    registries = Registries(options.doi_resolver, options.datacite)
    releases = Releases(published, by_row="bucket-moves" in chosen) if options.next else None
    if releases is not None:
        closing.append(releases.close)
    application = app.create(
        contract,
        index,
        sql,
        quirks=chosen,
        registries=registries,
        releases=releases,
        allowed_origins=options.allow_origin,
    )
    return application, app.refuse, sql, closing


def _token(options: argparse.Namespace) -> int:
    from idc_standin.v1.identity import Identity, credentials, write_private

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
    """A socket that is bound before anything is loaded, so that a taken port is reported at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named because asyncio turns Nagle's algorithm off only for
        # sockets of protocol TCP; with it, every response waits 40 ms for an acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)  # two servers may bind at once: only one can listen. Clients wait while it loads
    except UnicodeError:
        raise StandinError(f"{host!r} is not the name or address of a host; choose another with --host.") from None
    except OSError as error:
        option = "--host" if isinstance(error, socket.gaierror) else "--port"
        raise StandinError(
            f"Cannot listen on {host} port {port}: {error.strerror}; choose another with {option}."
        ) from error
    return listener


COMMANDS = {"serve": _serve, "token": _token, "build": _build}

if __name__ == "__main__":
    sys.exit(main())
