"""What schemathesis cannot know of this API: which requests fit the document and are rightly refused.

Law: an exemption names the operations, the request and the words of the refusal. Whatever is refused in other words, or
for another request, is a failure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

from tests.contract.document import OPERATIONS, lost, target

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemathesis import Case, CheckContext, HookContext, Response

MANIFESTS = frozenset({"previewManifest", "getCohortManifest"})
QUERIES = frozenset({"previewQuery", "queryCohort"})
SAVED = frozenset({"getCohortManifest", "queryCohort"})
COLUMNS = tuple(
    parameter["name"]
    for parameter in OPERATIONS["previewManifest"].parameters
    if parameter["name"] not in {"sql", "page_size", "next_page"}
)
COHORT_ID = target("#/components/parameters/V1CohortId")
LONGEST_TOKEN: int = target("#/components/parameters/V1NextPage")["schema"]["maxLength"]
MOST_ROWS: int = target("#/components/parameters/V1PageSize")["schema"]["maximum"]
FEW_ROWS = 50
SPARED = range(21, 31)
"""Cohorts saved before the run, for manifests and queries; the dictionary of schemathesis.toml has them too."""


@dataclass(frozen=True)
class Exemption:
    """A request that fits the document and is refused with 400 all the same."""

    operations: frozenset[str]
    applies: Callable[[Case], bool]
    words: str
    reason: str


EXEMPTIONS = (
    Exemption(
        MANIFESTS | QUERIES | {"getDicomMetadata"},
        lambda case: "next_page" in case.query,
        "Invalid next_page token ",
        "A token is opaque: which ones the server gave out, no schema can say.",
    ),
    Exemption(
        frozenset({"listCollections", "listAnalysisResults", "listAttributes"}),
        lambda case: bool(case.query.get("idc_data_version")),
        "Invalid IDC version ",
        "Which data versions there are grows with the archive; the document gives their form.",
    ),
    Exemption(
        frozenset({"listAttributes"}),
        lambda case: bool(case.query.get("data_source")),
        "The  data source, ",
        "Which data sources a version has, /v1/versions says and not the document.",
    ),
    Exemption(
        SAVED,
        lambda case: "cohort_id" in case.path_parameters,
        "A cohort with the ID ",
        "Which cohorts there are is the server's state; v1 answers an unknown one with 400, not 404.",
    ),
    Exemption(
        MANIFESTS,
        lambda case: "next_page" not in case.query and all(case.query.get(name) != "True" for name in COLUMNS),
        "[ERROR] get_manifest(): Error trying to preview a cohort: no column was chosen",
        "At least one of ten parameters must be True: OpenAPI 3.1 cannot say so.",
    ),
)


GRANTED: Counter[str] = Counter()
"""How often each exemption was granted, by its words."""


@schemathesis.hook
def filter_failure(context: HookContext, failure: Exception, case: Case, response: Response) -> bool:
    """Keep every failure but those of the exemptions."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return True
    message = response.json()["message"]
    for exemption in EXEMPTIONS:
        if name(case) in exemption.operations and message.startswith(exemption.words) and exemption.applies(case):
            GRANTED[exemption.words] += 1
            return False
    return True


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Make the request tell more, without making a valid one invalid or the other way round.

    Beside a token every other parameter is ignored, so a made-up one would hide what they do: it goes, unless it is all
    that is asked or is itself what is wrong. Of many rows, the first ones tell as much as all. The document's example
    of a cohort stands for one that there is, and which the longest list of deletions spares.
    """
    # Containers are replaced and not changed: cases share them.
    token, size = case.query.get("next_page"), str(case.query.get("page_size"))
    if isinstance(token, str) and 1 <= len(token) <= LONGEST_TOKEN and len(case.query) > 1:
        case.query = {key: value for key, value in case.query.items() if key != "next_page"}
    if size.isascii() and size.isdecimal() and FEW_ROWS < int(size) <= MOST_ROWS:
        case.query = {**case.query, "page_size": FEW_ROWS}
    if name(case) in SAVED and str(case.path_parameters.get("cohort_id")) == str(COHORT_ID["example"]):
        case.path_parameters = {**case.path_parameters, "cohort_id": SPARED[-1]}
    if name(case) == "deleteCohorts" and isinstance(case.body, dict) and isinstance(case.body.get("cohorts"), list):
        case.body = case.body | {"cohorts": [2**60 if one in SPARED else one for one in case.body["cohorts"]]}


@schemathesis.check
def generated_client_keeps_answer(ctx: CheckContext, response: Response, case: Case) -> None:
    """The generated model of an answer gives it back whole."""
    operation = OPERATIONS[name(case)]
    if str(response.status_code) not in operation.node["responses"]:
        return  # status_code_conformance has its say on that
    if not (answer := operation.schema(response.status_code)):
        return
    assert not (loss := lost(answer, response.json())), loss


def name(case: Case) -> str:
    """The operation of a case."""
    return str(case.operation.definition.raw["operationId"])
