"""The command `doctor`: checks of this machine, the network and the service, as a report without secrets.

Each check is a function that yields findings and prints nothing. The state of a finding is `ok`, `note` (nothing to
do), `problem` (something to do) or `unreached`. Home folders, users and passwords in URLs, and names in e-mail
addresses are removed before output.
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
from ..._http.addresses import unusable_variable
from ..._lazy import package_version
from ..._reachability import Probe, network_variables, probe, proxy_variable_for
from ...errors import (
    APIError,
    ContractError,
    CredentialsError,
    CredentialsNotFound,
    InvalidBaseURL,
    InvalidProxy,
    MissingExtra,
    Retired,
)
from .. import _exit
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
    """Check this machine, the network and the service, and print a report to paste into an issue.

    The report has no tokens; home folders, users and passwords in URLs, and names in e-mail addresses are removed. The
    exit code is 0 if there is no problem, 1 if there is one, 3 if the service did not respond.

    Args:
        json: Print the report as JSON.
        offline: Send no requests.
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
    # Problems of the credentials file are reported above, and the requests below need no user.
    try:
        idc = evolve(context, credentials=None).connect()
    except InvalidBaseURL as error:
        yield Finding("address", "problem", str(error), "correct --base-url or IDC_BASE_URL")
        return
    except (InvalidProxy, MissingExtra) as error:
        yield Finding("proxy", "problem", str(error), "until then no command can reach the service")
        return
    yield from _run_check("address", lambda: check_address_and_proxy(idc, context))
    if offline:
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(idc)
            answer = probe(idc, "/v3/version")
        except Exception as error:
            code, sentence = _exit.exit_code_and_sentence(error, str(idc._base_url)) or (_exit.REFUSED, repr(error))
            sentence = _exit.with_option_names(sentence, "doctor")
            yield Finding("service", "unreached" if code == _exit.NO_RESPONSE else "problem", sentence)
            return
        yield from _run_check("connection", lambda: check_connection(answer, str(idc._base_url)))
        yield from _run_check("data", lambda: check_service_release(answer))
        yield from _run_check("v1", lambda: check_v1(idc))
        yield from _run_check("document", lambda: check_document(idc))


def _run_check(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Run a check; an exception in it becomes a finding, and the other checks go on."""
    try:
        yield from check()
    except Exception as error:
        code, sentence = _exit.exit_code_and_sentence(error) or (_exit.REFUSED, f"the check itself failed: {error!r}")
        yield Finding(name, "unreached" if code == _exit.NO_RESPONSE else "problem", sentence)


def _report_text(found: list[Finding]) -> str:
    """Format findings as a Markdown code block, so that issues show them as they are."""
    lines = [f"idc-ext doctor, {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC", ""]
    wide = max(len(one.check) for one in found)
    for one in found:
        lines.append(f"{_STATE_MARKS[one.state]:<9} {one.check:<{wide}}  {one.detail}")
        if one.advice:
            lines.append(f"{'':<9} {'':<{wide}}  -> {one.advice}")
    # Text from the server cannot end the code block.
    body = [escape_text(line).replace("```", "'''") for line in lines]
    return "\n".join(["```text", *body, "```", ""])


State: TypeAlias = Literal["ok", "note", "problem", "unreached"]

#: In seconds: if clocks differ by more, tokens expire too early or too late.
_MAX_CLOCK_SKEW = 30
#: Packages whose versions are reported.
_PACKAGES = ("httpx", "attrs", "cyclopts", "rich", "pyarrow", "pandas", "polars", "idc-index", "idc-index-data")
#: In seconds: the time limit of the comparison of API documents.
_DRIFT_TIMEOUT = 120


@frozen
class Finding:
    """A finding of a check: its subject, state, detail, and advice."""

    check: str
    state: State
    detail: str
    advice: str = ""


def check_programs() -> Iterator[Finding]:
    """Report the installed versions."""
    system = f"{platform.system()} {platform.machine()}"
    yield Finding("idc-ext", "ok", f"{package_version()}, Python {platform.python_version()}, {system}")
    there = [f"{name} {found}" for name in _PACKAGES if (found := installed_version(name))]
    yield Finding("packages", "ok", ", ".join(there))
    contract = idc_openapi.upstream()
    yield Finding("contract", "ok", f"made for {contract.api_version} of {contract.date}")


def check_address_and_proxy(idc: IDC, context: Context) -> Iterator[Finding]:
    """Report the address of the service, proxies, and certificate variables."""
    base_url = str(idc._base_url)
    origin = "--base-url" if context.base_url else "IDC_BASE_URL" if os.environ.get("IDC_BASE_URL") else "default"
    yield Finding("address", "ok", f"{base_url} (by {origin})")
    proxy = proxy_variable_for(idc)
    detail = "none" if proxy is None else f"through the proxy of {proxy}"
    yield Finding("proxy", "ok" if proxy is None else "note", detail)
    named = network_variables()
    if named:
        yield Finding("variables", "note", f"set: {', '.join(named)}")
    unusable = unusable_variable()
    if unusable is not None:
        name, place = unusable
        yield Finding(name, "problem", f"it names {place}", "correct or unset it; until then nothing is sent safely")


def check_connection(answer: Probe, base_url: str) -> Iterator[Finding]:
    """Report the response time, HTTP version, TLS and clock difference."""
    yield Finding("service", "ok", f"answered in {answer.seconds * 1000:.0f} ms over {answer.http}")
    if answer.tls is not None:
        detail = f"{answer.tls.version}, certificate by {answer.tls.issuer} until {answer.tls.expires}"
        yield Finding("TLS", "ok", detail)
    elif base_url.startswith("https://"):
        yield Finding("TLS", "note", "in use; its details are not available here")
    elif re.match(r"http://(127\.|localhost[:/]|localhost$|\[::1\])", base_url):
        yield Finding("TLS", "note", "none; not needed on this machine")
    else:
        yield Finding("TLS", "problem", "none: others can read and change the traffic", "use an https address")
    if answer.skew is None:
        yield Finding("clock", "note", "the service sends no Date header")
    elif abs(answer.skew) > _MAX_CLOCK_SKEW:
        side = "ahead of" if answer.skew > 0 else "behind"
        advice = "set the clock of this machine: tokens seem expired, or not valid yet"
        yield Finding("clock", "problem", f"{abs(answer.skew):.0f} s {side} the clock of the service", advice)
    else:
        yield Finding("clock", "ok", f"within {max(abs(answer.skew), 1):.0f} s of the clock of the service")


def check_service_release(answer: Probe) -> Iterator[Finding]:
    """Report the release and data of the service, and whether this client and idc-index-data match them."""
    try:
        version = json.loads(answer.content)
        served, package = str(version["idc_version"]), str(version["idc_index_data_version"])
        api, build = str(version["api_version"]), version["build"]
    except (ValueError, TypeError, LookupError, RecursionError):
        yield Finding(
            "data", "problem", "the answer to GET /v3/version does not fit the API document", "is it the right host?"
        )
        return
    described = idc_openapi.upstream().idc_version
    apart = idc_openapi.apart(served, described)
    if apart == "the same":
        yield Finding("data", "ok", f"{served} ({package})")
    else:
        yield Finding("data", "note", f"{served} ({package}): {apart}, the contract was written for {described}")
    yield _service_release_finding(api, build)
    here = installed_version("idc-index-data")
    if here is None:
        yield Finding("idc-index", "note", "idc-index-data is not installed: nothing to compare")
    elif here == package:
        yield Finding("idc-index", "ok", f"idc-index-data {here}, like the service")
    elif here.partition(".")[0] == package.partition(".")[0]:
        yield Finding("idc-index", "note", f"idc-index-data {here}, the service has {package}: the same release")
    else:
        advice = "pip install --upgrade idc-index-data; until then the two have different series"
        yield Finding("idc-index", "problem", f"idc-index-data {here}, the service has {package}", advice)


#: How the release of the service compares -> advice.
_LAG_ADVICE = {
    "newer": "pip install --upgrade idc-client",
    "older": "use a service of that release, or an earlier idc-client",
    "incomparable": "is it the right host?",
}


def _service_release_finding(api: str, build: object) -> Finding:
    """Report the release of the service, and whether this client was made for it."""
    mismatch = idc_openapi.describe_release_difference(api)
    named = f"build {build}" if build else "no build reported"
    if mismatch is None:
        return Finding("release", "ok", f"{api} ({named}), the release that this client was made for")
    return Finding("release", "problem", f"{mismatch} ({named})", _LAG_ADVICE[idc_openapi.compare_releases(api)])


def check_v1(idc: IDC) -> Iterator[Finding]:
    """Report whether the service still has v1."""
    try:
        probe(idc, "/v1/about")
    except Retired:
        yield Finding("v1", "note", "retired (410): saved cohorts and DICOM metadata need a stand-in")
    except APIError as error:
        state: State = "note" if error.status in (404, 405) else "problem"
        yield Finding("v1", state, f"answered with {error.status}")
    except ContractError:
        yield Finding("v1", "note", "answered with a web page")
    else:
        yield Finding("v1", "ok", "served")


def check_document(idc: IDC) -> Iterator[Finding]:
    """Compare the API document that this client was made from with that of the service."""
    watch = util.find_spec("idc_drift")
    if watch is None or util.find_spec("yaml") is None:
        yield Finding("document", "note", "not compared", "pip install 'idc-client[drift]'")
        return
    try:
        there = probe(idc, "/v3/openapi.json").content
    except (APIError, ContractError) as error:
        yield Finding("document", "problem", f"the document of the service cannot be read: {error}")
        return
    with tempfile.TemporaryDirectory() as folder:
        live = Path(folder, "there.json")
        live.write_bytes(there)
        base = idc_openapi.path()
        # -P: do not import modules from the current folder.
        words = [sys.executable, "-P", "-m", "idc_drift", str(base), str(live), "--scope", "/v3", "--format", "json"]
        accepted = Path(next(iter(watch.submodule_search_locations or [""])), "accepted.yaml")
        if accepted.is_file():
            words += ["--accepted", str(accepted)]
        try:
            done = subprocess.run(words, capture_output=True, timeout=_DRIFT_TIMEOUT, check=False)  # noqa: S603 - our own program
        except subprocess.TimeoutExpired:
            yield Finding("document", "note", f"not compared within {_DRIFT_TIMEOUT} s")
            return
    if done.returncode == 0:
        yield Finding("document", "ok", "no difference that breaks this client")
        yield from _unreleased_parts(done.stdout)
    elif done.returncode == 1:
        advice = "pip install --upgrade idc-client; run `idc-drift` for the details"
        yield Finding(
            "document", "problem", "the API of the service has changed in ways that break this client", advice
        )
    else:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        yield Finding("document", "note", f"could not be compared: {last[0]}")


#: What drift reports of the parts that are marked `x-idc-since: unreleased` -> state, words, advice.
_UNRELEASED: dict[str, tuple[State, str, str]] = {
    "not-released-yet": ("ok", "as expected, the service does not have", ""),
    "released-now": (
        "note",
        "the service has what no release had when this client was made:",
        "pip install --upgrade idc-client",
    ),
}


def _unreleased_parts(report: bytes) -> Iterator[Finding]:
    """Report the unreleased parts of the document that the service has, and those that it does not have."""
    try:
        changes = [change for change in json.loads(report)["changes"] if change["rule"] in _UNRELEASED]
    except (ValueError, TypeError, LookupError):
        return
    for rule, (state, words, advice) in _UNRELEASED.items():
        parts = [change["where"] or change["operation"] for change in changes if change["rule"] == rule]
        if parts:
            yield Finding("unreleased", state, f"{words} {', '.join(parts)}", advice)


def check_credentials(context: Context) -> Iterator[Finding]:
    """Report the ID token: its source, user, expiry, and the permissions of its file."""
    try:
        found = auth.status(context.credentials)
    except CredentialsNotFound:
        yield Finding("credentials", "note", "none; only cohorts of v1 need them")
    except CredentialsError as error:
        yield Finding("credentials", "problem", str(error))
    else:
        kept = "private file" if os.path.isabs(found.origin) else "environment variable"
        until = "no expiry" if found.expires is None else f"until {found.expires:%Y-%m-%d %H:%M} UTC"
        detail = f"{found.origin} ({kept}), of {found.email or 'an unnamed user'}, {until}"
        renewable = ", renewable" if found.renewable else ""
        if found.usable:
            yield Finding("credentials", "ok", detail + renewable)
        else:
            yield Finding("credentials", "problem", f"{detail}: expired", "run idc-ext auth login, or renew the file")


def installed_version(name: str) -> str | None:
    """Give the version of a distribution; None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def without_personal_data(text: str) -> str:
    """Remove home folders, users and passwords in URLs, and names in e-mail addresses."""
    for home in {str(Path.home()), os.path.realpath(Path.home())} - {"/", ""}:
        text = re.sub(rf"{re.escape(home)}(?=[/\\]|\b)", "~", text)
    text = re.sub(r"//[^/\s@]+@", "//…@", text)
    return re.sub(r"[\w.+-]+@(?=[\w-]+\.)", "…@", text)
