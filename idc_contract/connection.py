"""The service that the options name: a URL with its users, or the local server."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from idc_contract import unreleased
from idc_contract.calls import InProcess
from idc_contract.layers import suite
from idc_contract.local_standin import command, hurried, server, standin
from idc_contract.oracle.index import installed
from idc_contract.preflight import checks
from idc_contract.preflight.credentials import Mistake, user
from idc_contract.service import Service
from idc_ext._http.addresses import Proxies, problem_with_url
from idc_ext.errors import InvalidProxy, MissingExtra

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from contextlib import ExitStack

    from idc_contract.relations.relation import Relation
    from idc_contract.service import User

LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")
LIVE_RATE = 2.0
LIMIT, LIVE_LIMIT = 2.0, 10.0


def chosen(options: argparse.Namespace, stack: ExitStack) -> Service:
    """The service of the command's options; raises Mistake, and Unusable for a token that has expired."""
    if options.url is not None:
        check_address(options.url, "--url")
    limit = LIMIT if _here(options.url) else LIVE_LIMIT
    limit = limit if options.limit is None else float(options.limit)
    if options.url is None:
        if options.credentials or options.write or options.rate is not None or options.mistakes:
            raise Mistake("--credentials, --write, --mistakes and --rate need --url.")
        if options.http:
            local = stack.enter_context(server())
            service = suite.over_http(local.url, local.users, write=True, rate=0, limit=limit)
            service.index, service.start = installed(), f"{command()} --port {urlsplit(local.url).port}"
            return service
        app, users = stack.enter_context(standin())
        service = Service(InProcess(app), users, index=installed(), write=True, limit=limit, start=command())
        later = InProcess(stack.enter_context(hurried()))
        stack.callback(later.close)
        asks = hashlib.sha256()  # of its own: how often a late answer is asked for is left to the clock
        service.hurried = replace(service, caller=later, users=(), write=False, digest=asks)
        return service
    if options.write and not options.credentials:
        raise Mistake("--write saves and deletes cohorts: name their user with --credentials FILE.")
    rate = 0.0 if _here(options.url) else LIVE_RATE
    rate = rate if options.rate is None else float(options.rate)
    users = _users(options.credentials, "--credentials")
    service = suite.over_http(options.url, users, write=options.write, rate=rate, limit=limit)
    service.mistakes = options.mistakes or _here(options.url)
    return service


def connected(options: argparse.Namespace) -> tuple[Service, list[Relation]]:
    """The service of pytest's options, and its relations; raises Mistake, Unusable or Unreachable."""
    url, files = options.idc_contract_url, options.idc_contract_credentials
    check_address(url, "--idc-contract-url")
    if options.idc_contract_write and not files:
        raise Mistake("--idc-contract-write saves and deletes cohorts: name their user with --idc-contract-credentials")
    users = _users(map(Path, files), "--idc-contract-credentials")
    here = _here(url)
    limit, rate = (LIMIT, 0.0) if here else (LIVE_LIMIT, LIVE_RATE)
    service = suite.over_http(url, users, write=options.idc_contract_write, rate=rate, limit=limit)
    service.mistakes = here
    plan = suite.Plan(options.idc_contract_generation or suite.GENERATIONS, share=options.idc_contract_share)
    found = checks.run(service, plan, limit=None, named=bool(options.idc_contract_generation))
    outcome = suite.Outcome(suite.Plan(found.generations), service)
    suite.find_index(service, outcome)
    if "v3" in found.generations:
        service.coming = unreleased.find(service)
    relations: list[Relation] = []
    for generation in found.generations:
        module = import_module(f"idc_contract.relations.{generation}")
        retired = generation == "v1" and suite.reach(service, suite.PROBES["v1"]) == 410
        relations += module.RETIRED if retired else module.RELATIONS
    return service, relations


def _users(paths: Iterable[Path], option: str) -> tuple[User, ...]:
    """The users of credentials files; raises Mistake if two are one, who would see what is not another's."""
    users = tuple(user(path) for path in paths)
    if len({one.email for one in users}) < len(users):
        raise Mistake(f"{option}: two files are of the same user: name files of two users, or one file")
    return users


def check_address(url: str, option: str) -> None:
    """Raise Mistake if nothing can be requested from an address; one that may hold a secret is not shown."""
    shown = option if re.search(r"[@?#]", url) else repr(url)
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Mistake(f"{shown} cannot be read as an address, such as https://example.org") from None
    if parsed.userinfo:
        raise Mistake(f"{option} must hold no user name and no password: reports show the address")
    problem = "has a blank" if re.search(r"\s", url) else problem_with_url(parsed)
    if problem or re.search("[?#]", url):
        why = problem or "has a query or a fragment"
        raise Mistake(f"{shown} is not the address of a service, such as https://example.org: it {why}")
    try:
        Proxies.of_environment().check(parsed)
    except (InvalidProxy, MissingExtra) as error:
        raise Mistake(str(error)) from None


def _here(url: str | None) -> bool:
    return url is None or bool(LOOPBACK.fullmatch(urlsplit(url).hostname or ""))
