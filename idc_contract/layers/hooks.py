"""Hooks of schemathesis: they drop the failures of exemptions.py, and make requests more useful."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

from idc_contract.document.openapi import OPERATIONS, lost, resolved, target
from idc_contract.document.shape import SHAPES, filters_in, with_filters
from idc_contract.judge import pointed
from idc_contract.layers import exemptions
from idc_contract.layers.exemptions import MANIFESTS, SAVED

if TYPE_CHECKING:
    from schemathesis import Case, CheckContext, HookContext, Response
    from schemathesis.core.failures import Failure

    from idc_contract.service import Service

COLUMNS = tuple(
    parameter["name"]
    for parameter in OPERATIONS["previewManifest"].parameters
    if parameter["name"] not in {"sql", "page_size", "next_page"}
)
COHORT_ID = target("#/components/parameters/V1CohortId")
LONGEST_TOKEN: int = target("#/components/parameters/V1NextPage")["schema"]["maxLength"]
MOST_ROWS: int = target("#/components/parameters/V1PageSize")["schema"]["maximum"]
FEW_ROWS = 50
DIGITS = re.compile(r"(?<!\d)\d{1,4000}(?!\d)")
SPARED: list[int] = []
"""Cohorts saved before the run, for manifests and queries; they are never deleted."""
GUARDED: list[Service] = []
"""The service, if its users have cohorts, or may have some, that the run did not save: these are not deleted."""
BEYOND = 2**60
"""A number that no service has given to a cohort."""
UNUSED = 2**53
"""The number from which no service numbers cohorts: many languages cannot count them."""
GRANTED: Counter[str] = Counter()
"""The number of uses of each exemption, by its name."""


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Keep every failure, except exempt ones."""
    operation = name(case)
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
        exemption = exemptions.find(operation, case, _message(response), answered=False)
    elif isinstance(failure, AcceptedNegativeData) and response.status_code == 200:
        exemption = exemptions.find(operation, case, "", answered=True)
    else:
        return True
    if exemption is None:
        return True
    GRANTED[exemption.name] += 1
    return False


def _message(response: Response) -> str:
    try:
        content = response.json()
        return str(content["message"] if "message" in content else content["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Make the request more useful, without making a valid one invalid or an invalid one valid.

    With a page token all other parameters are ignored, so an invented token would hide their effect: it is removed,
    unless it is the only parameter or the mistake itself. A manifest without a column is refused, which no schema can
    express: it gets a column (the relations test it without). The first rows are as good as all rows, so pages are
    small. The document's example of a cohort is replaced by an existing cohort, which is never deleted. The document's
    examples of deletions may be cohorts of the user, and so may any number.
    """
    # Containers are replaced and not changed: cases share them.
    operation = name(case)
    token, size = case.query.get("next_page"), str(case.query.get("page_size"))
    if isinstance(token, str) and 1 <= len(token) <= LONGEST_TOKEN and len(case.query) > 1:
        case.query = {key: value for key, value in case.query.items() if key != "next_page"}
    if size.isascii() and size.isdecimal() and FEW_ROWS < int(size) <= MOST_ROWS:
        case.query = {**case.query, "page_size": FEW_ROWS}
    if operation in MANIFESTS and "next_page" not in case.query and all(case.query.get(c) != "True" for c in COLUMNS):
        case.query = {**case.query, "Collection_ID": "True"}
    if operation in SAVED and SPARED and str(case.path_parameters.get("cohort_id")) == str(COHORT_ID["example"]):
        case.path_parameters = {**case.path_parameters, "cohort_id": SPARED[-1]}
    if operation == "deleteCohort":
        case.path_parameters = _sparing(case.path_parameters)
    if operation == "deleteCohorts":
        case.body = _sparing(case.body)
    if operation == "getCitations" and isinstance(case.body, dict):
        case.body = _of_one_collection(case.body)
    if operation == "getManifestText" and isinstance(case.body, dict):
        limit = case.body.get("limit")
        if limit is None or (type(limit) is int and FEW_ROWS < limit < 2**63 - 1):
            case.body = case.body | {"limit": FEW_ROWS}


def _sparing(value: Any) -> Any:
    """A part of a deletion in which no number is that of a cohort that must stay; what is invalid stays invalid.

    A service may read 146.0, "146" and true as numbers.
    """
    if isinstance(value, dict):
        return {name: _sparing(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_sparing(item) for item in value]
    if isinstance(value, bytes):
        return _sparing(value.decode("latin-1")).encode("latin-1")
    if isinstance(value, str):
        return DIGITS.sub(lambda found: str(BEYOND) if _stays(int(found[0])) else found[0], value)
    if isinstance(value, bool):
        return str(value) if _stays(int(value)) else value
    if isinstance(value, float):
        within = abs(value) < UNUSED and _stays(int(value))
        return (UNUSED / 4 + (0.0 if value.is_integer() else 0.5)) if within else value
    return BEYOND if isinstance(value, int) and _stays(value) else value


def _stays(number: int) -> bool:
    """Whether a number may be that of a cohort that must not be deleted."""
    return number in SPARED or any(
        number in service.kept or (0 <= number < UNUSED and number not in service.saved) for service in GUARDED
    )


def _of_one_collection(body: dict[str, Any]) -> dict[str, Any]:
    """The body, limited to one collection: citations of the whole archive take minutes."""
    filters = filters_in("getCitations", body)
    malformed = any(name in body for name in SHAPES["getCitations"].where) and (
        with_filters("getCitations", body, filters) != body
    )
    terms = filters.get("terms", {})
    if malformed or not isinstance(terms, dict) or terms.get("collection_id") == []:
        return body
    narrowed = {"collection_id": ["rider_pilot"], **terms}
    return with_filters("getCitations", body, filters | {"terms": narrowed})


@schemathesis.check
def generated_client_keeps_answer(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """The generated model of an answer keeps all of it."""
    operation = OPERATIONS[name(case)]
    if str(response.status_code) not in operation.node["responses"]:
        return  # status_code_conformance reports that
    if not (answer := operation.schema(response.status_code)):
        return
    try:
        content = response.json()
    except ValueError:  # no JSON, which other checks report
        return
    assert not (loss := lost(answer, content)), loss


@schemathesis.check
def integers_have_no_decimal_point(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the document calls an integer is not written as 774.0."""
    declared = resolved(OPERATIONS[name(case)].node["responses"].get(str(response.status_code), {}))
    media = declared.get("content", {}).get("application/json")
    if media is None or not (response.headers.get("content-type") or [""])[0].startswith("application/json"):
        return  # other checks report that
    try:
        wrong = pointed(media["schema"], response.content)
    except ValueError:  # no JSON
        return
    assert not wrong, wrong[1]


def name(case: Case[Any]) -> str:
    """The operation of a case."""
    return str(case.operation.definition.raw["operationId"])
