"""A v1 request: its parameters and body, validated against the contract, or refused.

Law: the only place that knows v1's error messages for invalid requests. They begin with upstream's own words (clients
match on them); then they name the place of the error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from idc_standin.contract import ContractViolation, InvalidJSON, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from idc_standin.contract import Contract, Operation
    from idc_standin.v1.cohorts import Account, Cohorts
    from idc_standin.v1.identity import Identity, User
    from idc_standin.v1.store import Store

FORBIDDEN_TEXT = re.compile(r"</?script>|</?iframe>|!?!\[\]|\[\]\[\".*\"\]", re.IGNORECASE)

BAD_JSON = "The JSON provided in this request appears to be improperly formatted."
BAD_FILTERS = "Filters were improperly formatted."
NO_FILTERS = "No filters were provided; ensure that the request body contains a 'filters' property."
NO_NAME = "A name was not provided for this cohort. The cohort was not made."
NO_DESCRIPTION = "Error while trying to obtain cohort objects. A description was not provided; it may be empty."
NO_COHORT_DEF = "No cohort_def provided; ensure that the request body contains a 'cohort_dev' component."
NO_FIELDS = "No queryFields provided; ensure that the request body contains a 'queryFields' component."
NO_COLUMN = "[ERROR] get_manifest(): Error trying to preview a cohort"
NO_EMAIL = "Couldn't obtain user email - the correct scopes may not have been provided during authorization!"
MISSING = {  # message for a member that a body lacks, by its name
    "filters": NO_FILTERS,
    "name": NO_NAME,
    "description": NO_DESCRIPTION,
    "cohort_def": NO_COHORT_DEF,
    "queryFields": NO_FIELDS,
    "fields": NO_FIELDS,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a handler needs it."""

    operation: Operation
    path: Mapping[str, int]
    query: Sequence[tuple[str, str]]
    body: bytes
    is_json: bool
    user: User | None


class Refusal(Exception):
    """An error response: HTTP status and the envelope of the application; ``retry``: seconds of ``Retry-After``."""

    def __init__(self, status: int, message: str, *, code: int | None = None, retry: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"Retry-After": str(retry)} if retry else None
        self.body = {"code": code or status, "message": message}


class Service:
    """The base of the handlers; its methods read parameters and bodies."""

    def __init__(
        self,
        contract: Contract,
        store: Store,
        cohorts: Cohorts,
        identity: Identity,
        *,
        quirks: frozenset[str] = frozenset(),
        patience: float = 30.0,
    ) -> None:
        """``quirks``: deviations to answer upstream's way; ``patience``: seconds before a query is answered 202."""
        self.contract = contract
        self.store, self.cohorts, self.identity = store, cohorts, identity
        self.quirks, self.patience = quirks, patience
        self.active = f"{store.active}.0"
        self.versions = {f"{release}.0": release for release in store.releases}

    def _body(self, request: Request, misfit: str) -> Any:
        if not request.is_json:
            if "wrong-content-type" in self.quirks:
                raise Refusal(500, "Encountered an error while attempting to retrieve this cohort's manifest.")
            raise Refusal(400, f"{BAD_JSON} Declare it with Content-Type: application/json.")
        try:
            return request.operation.read_body(request.body)
        except InvalidJSON as error:
            raise Refusal(400, f"{BAD_JSON} {error}") from None
        except ContractViolation as error:
            raise Refusal(400, self._violation_message(error, misfit)) from None

    def _violation_message(self, error: ContractViolation, misfit: str) -> str:
        """The message for an invalid body: about the error that upstream would find first."""
        missing = {problem.missing for problem in error.problems}
        for name in ("cohort_def", "filters", "queryFields", "fields"):
            if name in missing:
                return MISSING[name]
        for problem in error.problems:
            if problem.where and problem.where[-1] == "name" and problem.keyword == "minLength":
                return NO_NAME
            if not problem.missing:
                known = self.contract.document["components"]["schemas"]["V1AttributeName"]["enum"]
                return f"{misfit} {problem.what}.{nearest(problem.name, known) if problem.name else ''}"
        return next((MISSING[name] for name in ("name", "description") if name in missing), misfit)

    def _parameters(self, request: Request) -> dict[str, str]:
        """The query parameters of a first page, each read once and checked."""
        given = dict(request.query)
        for name in reversed(given):
            if name not in request.operation.parameters:
                raise Refusal(400, f"Invalid key {name}.{nearest(name, request.operation.parameters)}")
        for name in given:
            self._parameter(request, name)
        return given

    def _given_once(self, request: Request, name: str) -> None:
        times = sum(key == name for key, _ in request.query)
        if times > 1:
            raise Refusal(400, f"Parameter {name} is given {times} times; give it once.")

    def _parameter(self, request: Request, name: str) -> Any:
        parameter = request.operation.parameters[name]
        texts = [text for key, text in request.query if key == name]
        if not texts:
            return parameter.default
        self._given_once(request, name)
        if "enum" in parameter.schema and "loose-flags" in self.quirks:
            return texts[0]
        try:
            return parameter.read(texts[0])
        except ContractViolation as error:
            raise Refusal(400, f"Invalid key {name}" if not texts[0] else f"{error}.") from None

    def _account(self, request: Request) -> Account:
        if request.user is None or not request.user.email:
            quirk = "forbidden-as-500" in self.quirks and request.operation.id != "getAccountDetails"
            raise Refusal(500 if quirk else 403, NO_EMAIL, code=403)
        return self.cohorts.account(request.user)


def checked(spec: dict[str, Any]) -> dict[str, Any]:
    """The cohort, unless its name or description has text that upstream treats as an attack."""
    for member in ("name", "description"):
        if seen := FORBIDDEN_TEXT.search(spec[member]):
            raise Refusal(
                400,
                "Your cohort's name or description contains invalid characters; please edit them and resubmit. "
                f"[Saw {seen[0]} in its {member}]",
            )
    return spec
