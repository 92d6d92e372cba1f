"""The command `doctor`: everything that explains why something does not work, as a report that can be shown around.

Each check is a function that gives findings, and none of them prints. A finding is of a state: `ok`, `note` (nothing to
do), `problem` (something to do) or `unreached`. Nothing in one is secret: home folders, users and passwords in URLs and
the names in e-mail addresses are cut out before anybody sees it.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import asdict, evolve, frozen

import idc_openapi

from ... import auth
from ..._reachability import Look, look, missing_certificates, proxy_for, surroundings
from ..._release_lag import difference, standing
from ...errors import APIError, ContractError, CredentialsError, CredentialsNotFound, InvalidBaseURL, Retired
from .. import _exit, version
from .._options import ContextParameter, Flag
from .._output.destination import standard_output
from .._output.escaping import escape_text
from .._output.formats import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...connect import IDC
    from .._options import Context


_STATE_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM", "unreached": "UNREACHED"}


def doctor(
    *,
    json: Flag = False,
    offline: Flag = False,
    context: ContextParameter,
) -> int:
    """Check this machine, the way to the service, and the service; print a report to paste into an issue.

    No tokens are in it; home folders, users and passwords in URLs and the names in e-mail addresses are cut out. It
    ends with 0 if all is well, 1 if there is a problem, 3 if nobody could be reached.

    Args:
        json: As JSON.
        offline: Ask nobody.
    """
    found = [
        evolve(one, detail=without_personal_data(one.detail), advice=without_personal_data(one.advice))
        for one in _all_findings(context, offline)
    ]
    states = {one.state for one in found}
    code = _exit.NO_RESPONSE if "unreached" in states else _exit.REFUSED if "problem" in states else _exit.DONE
    out = standard_output()
    if json:
        out.write(json_text({"exit_code": code, "findings": [asdict(one) for one in found]}, indent=2) + "\n")
    else:
        out.write(_report_text(found))
    return code


def _all_findings(context: ContextParameter, offline: bool) -> Iterator[Finding]:
    yield from _run_check("programs", check_programs)
    yield from _run_check("credentials", lambda: check_credentials(context))
    # What is wrong with the file has been said, and nothing here needs a user.
    try:
        idc = evolve(context, credentials=None).connect()
    except InvalidBaseURL as error:
        yield Finding("address", "problem", str(error), "correct --base-url or IDC_BASE_URL")
        return
    yield from _run_check("way", lambda: check_address_and_proxy(idc, context))
    if offline:
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(idc)
            answer = look(idc, "/v3/version")
        except Exception as error:
            code, sentence = _exit.exit_code_and_sentence(error, str(idc._base_url)) or (_exit.REFUSED, repr(error))
            yield Finding("service", "unreached" if code == _exit.NO_RESPONSE else "problem", sentence)
            return
        yield from _run_check("connection", lambda: check_connection(answer, str(idc._base_url)))
        yield from _run_check("data", lambda: check_service_release(answer))
        yield from _run_check("v1", lambda: check_v1(idc))
        yield from _run_check("document", lambda: check_document(idc))


def _run_check(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Run a check; what goes wrong in it is its finding, and the others go on."""
    try:
        yield from check()
    except Exception as error:
        code, sentence = _exit.exit_code_and_sentence(error) or (_exit.REFUSED, f"the check itself failed: {error!r}")
        yield Finding(name, "unreached" if code == _exit.NO_RESPONSE else "problem", sentence)


def _report_text(found: list[Finding]) -> str:
    """Write findings as text between fences, as issues show it without reading anything into it."""
    lines = [f"idc-ext doctor, {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC", ""]
    wide = max(len(one.check) for one in found)
    for one in found:
        lines.append(f"{_STATE_MARKS[one.state]:<9} {one.check:<{wide}}  {one.detail}")
        if one.advice:
            lines.append(f"{'':<9} {'':<{wide}}  -> {one.advice}")
    # No text of a server's can end the fence.
    body = [escape_text(line).replace("```", "'''") for line in lines]
    return "\n".join(["```text", *body, "```", ""])


State: TypeAlias = Literal["ok", "note", "problem", "unreached"]

#: In seconds: clocks that are further apart have tokens expire early or late.
_MAX_CLOCK_SKEW = 30
#: Packages whose versions explain what happens.
_PACKAGES = ("httpx", "attrs", "cyclopts", "rich", "pyarrow", "pandas", "polars", "idc-index", "idc-index-data")
#: In seconds.
_DRIFT_TIMEOUT = 120


@frozen
class Finding:
    """What one check found: of what, how it is, in which words, and what to do."""

    check: str
    state: State
    detail: str
    advice: str = ""


def check_programs() -> Iterator[Finding]:
    """Say what is installed here."""
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("idc-ext", "ok", f"{version()}, Python {platform.python_version()}, {system}")
    there = [f"{name} {found}" for name in _PACKAGES if (found := installed_version(name))]
    yield Finding("packages", "ok", ", ".join(there))
    contract = idc_openapi.upstream()
    yield Finding("contract", "ok", f"made for {contract.api_version} of {contract.date}")


def check_address_and_proxy(idc: IDC, context: Context) -> Iterator[Finding]:
    """Say where the service is and which way leads there."""
    base_url = str(idc._base_url)
    origin = "--base-url" if context.base_url else "IDC_BASE_URL" if os.environ.get("IDC_BASE_URL") else "default"
    yield Finding("address", "ok", f"{base_url} (by {origin})")
    proxy = proxy_for(base_url)
    yield Finding("proxy", "ok" if proxy is None else "note", "none" if proxy is None else f"through {proxy}")
    named = surroundings()
    if named:
        yield Finding("variables", "note", ", ".join(f"{name}={value}" for name, value in named.items()))
    bundle = missing_certificates()
    if bundle is not None:
        name, place = bundle
        yield Finding(name, "problem", f"it names {place}", "correct or unset it: no certificate is trusted")


def check_connection(answer: Look, base_url: str) -> Iterator[Finding]:
    """Say how the connection is."""
    yield Finding("service", "ok", f"answered in {answer.seconds * 1000:.0f} ms over {answer.http}")
    if answer.tls is not None:
        told = f"{answer.tls.version}, certificate by {answer.tls.issuer} until {answer.tls.expires}"
        yield Finding("TLS", "ok", told)
    elif base_url.startswith("https://"):
        yield Finding("TLS", "note", "there is, and nothing can be said of it here")
    elif re.match(r"http://(127\.|localhost[:/]|localhost$|\[::1\])", base_url):
        yield Finding("TLS", "note", "none, on this machine")
    else:
        yield Finding("TLS", "problem", "none: others can read and change what is said", "use an https address")
    if answer.skew is None:
        yield Finding("clock", "note", "the service does not say what time it is")
    elif abs(answer.skew) > _MAX_CLOCK_SKEW:
        side = "ahead of" if answer.skew > 0 else "behind"
        advice = "set this machine's clock: tokens seem expired or not yet valid"
        yield Finding("clock", "problem", f"{abs(answer.skew):.0f} s {side} the service's", advice)
    else:
        yield Finding("clock", "ok", f"within {max(abs(answer.skew), 1):.0f} s of the service's")


def check_service_release(answer: Look) -> Iterator[Finding]:
    """Say which release and which data the service has, and whether the client and packages here are of the same."""
    try:
        said = json.loads(answer.content)
        served, package = str(said["idc_version"]), str(said["idc_index_data_version"])
        api, build = str(said["api_version"]), said["build"]
    except (ValueError, TypeError, LookupError, RecursionError):
        yield Finding(
            "data", "problem", "GET /v3/version is not answered as the document says", "is it the right host?"
        )
        return
    yield Finding("data", "ok", f"{served} ({package})")
    yield _service_release_finding(api, build)
    here = installed_version("idc-index-data")
    if here is None:
        yield Finding("idc-index", "note", "idc-index-data is not installed: nothing to compare")
    elif here == package:
        yield Finding("idc-index", "ok", f"idc-index-data {here}, as the service")
    elif here.partition(".")[0] == package.partition(".")[0]:
        yield Finding("idc-index", "note", f"idc-index-data {here}, the service has {package}: the same release")
    else:
        advice = "pip install --upgrade idc-index-data, or expect other series in each"
        yield Finding("idc-index", "problem", f"idc-index-data {here}, the service has {package}", advice)


#: What to do about a service of another release, by what it is.
_LAG_ADVICE = {
    "newer": "pip install --upgrade idc-client",
    "older": "use a service of that release, or an earlier idc-client",
    "incomparable": "is it the right host?",
}


def _service_release_finding(api: str, build: object) -> Finding:
    """Say which release the service is, and whether this client was made for it."""
    apart = difference(api)
    named = f"build {build}" if build else "no build named"
    if apart is None:
        return Finding("release", "ok", f"{api} ({named}), for which this client was made")
    return Finding("release", "problem", f"{apart} ({named})", _LAG_ADVICE[standing(api)])


def check_v1(idc: IDC) -> Iterator[Finding]:
    """Say whether the service still speaks v1."""
    try:
        look(idc, "/v1/about")
    except Retired:
        yield Finding("v1", "note", "retired (410): cohorts and metadata need a stand-in")
    except APIError as error:
        state: State = "note" if error.status in (404, 405) else "problem"
        yield Finding("v1", state, f"answered with {error.status}")
    except ContractError:
        yield Finding("v1", "note", "answered with a web page")
    else:
        yield Finding("v1", "ok", "served")


def check_document(idc: IDC) -> Iterator[Finding]:
    """Hold the document that this client was made from against the service's own."""
    watch = util.find_spec("idc_drift")
    if watch is None or util.find_spec("yaml") is None:
        yield Finding("document", "note", "not compared", "pip install 'idc-client[drift]'")
        return
    try:
        there = look(idc, "/v3/openapi.json").content
    except (APIError, ContractError) as error:
        yield Finding("document", "problem", f"the service's own cannot be had: {error}")
        return
    with tempfile.TemporaryDirectory() as folder:
        live = Path(folder, "there.json")
        live.write_bytes(there)
        base = idc_openapi.path()
        # -P: what lies in the current folder is none of ours.
        words = [sys.executable, "-P", "-m", "idc_drift", str(base), str(live), "--scope", "/v3", "--format", "json"]
        accepted = Path(next(iter(watch.submodule_search_locations or [""])), "accepted.yaml")
        if accepted.is_file():
            words += ["--accepted", str(accepted)]
        try:
            done = subprocess.run(words, capture_output=True, timeout=_DRIFT_TIMEOUT, check=False)  # noqa: S603 - ours
        except subprocess.TimeoutExpired:
            yield Finding("document", "note", f"not compared within {_DRIFT_TIMEOUT} s")
            return
    if done.returncode == 0:
        yield Finding("document", "ok", "nothing that breaks this client has moved")
    elif done.returncode == 1:
        advice = "pip install --upgrade idc-client; `idc-drift` has the details"
        yield Finding("document", "problem", "the service has moved in ways that break this client", advice)
    else:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        yield Finding("document", "note", f"could not be compared: {last[0]}")


def check_credentials(context: Context) -> Iterator[Finding]:
    """Say whether there is a token and whether it is kept as it should be."""
    try:
        found = auth.status(context.credentials)
    except CredentialsNotFound:
        yield Finding("credentials", "note", "none; only v1's cohorts need them")
    except CredentialsError as error:
        yield Finding("credentials", "problem", str(error))
    else:
        kept = "the user's alone" if os.path.isabs(found.origin) else "a variable"
        until = "without end" if found.expires is None else f"until {found.expires:%Y-%m-%d %H:%M} UTC"
        told = f"{found.origin} ({kept}), of {found.email or 'nobody named'}, {until}"
        renewable = ", renewable" if found.renewable else ""
        if found.usable:
            yield Finding("credentials", "ok", told + renewable)
        else:
            yield Finding("credentials", "problem", f"{told}: expired", "idc-ext auth login, or renew the file")


def installed_version(name: str) -> str | None:
    """Give the version of a distribution; None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def without_personal_data(text: str) -> str:
    """Cut out what says who somebody is."""
    for home in {str(Path.home()), os.path.realpath(Path.home())} - {"/", ""}:
        text = re.sub(rf"{re.escape(home)}(?=[/\\]|\b)", "~", text)
    text = re.sub(r"//[^/\s@]+@", "//…@", text)
    return re.sub(r"[\w.+-]+@(?=[\w-]+\.)", "…@", text)
