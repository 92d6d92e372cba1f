"""Requests that are refused: bodies, parameters, methods, paths, and callers without a token."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from idc_contract.calls import JSON, Answer, Request, dumps
from idc_contract.document.openapi import OPERATIONS, V1
from idc_contract.judge import judge, read
from idc_contract.relations.relation import Relations, holds, same
from idc_contract.relations.v1.drawing import exactly, patients
from idc_contract.relations.v1.questions import COLUMNS, manifest, query, relation, spec
from idc_contract.service import NOTHING

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

retired = Relations("v1")

CT: dict[str, Any] = spec({"Modality": ["CT"]})
BAD_FILTERS: tuple[Any, ...] = (
    {"Modalityx": ["CT"]}, {"modality": ["CT"]}, {"RACE": ["x"]}, {"": ["CT"]}, {"Modality": "CT"}, {"Modality": []},
    {"Modality": [None]}, {"Modality": [1]}, {"SeriesNumber": [4]}, {"bmi": ["50"]}, {"bmi": [True]},
    {"bmi": [1, 2]},
    {"bmi": []}, {"bmi_lt": [1, 2]}, {"bmi_btw": [1]}, {"bmi_btw": [1, 2, 3]}, {"bmi_btw": ["1", "2"]}, {"bmi_btw": 1},
    {"Modality_lt": [1]}, {"bmi_ebtw": [1, 2]}, {"bmi_btwe": [1, 2]}, {"Modality": {"CT": 1}},
    [{"Modality": ["CT"]}], "CT",
    None, {"Modality": ["CT"], "nonsense": ["x"]},
)  # fmt: skip
BAD_SPECS: tuple[Any, ...] = (
    *({**CT, "filters": filters} for filters in BAD_FILTERS),
    {"name": "n", "description": ""}, {"name": "n", "description": "", "filterSet": {"Modality": ["CT"]}}, {}, [], None,
    5,
    {"description": "", "filters": {}}, {"name": "n", "filters": {}}, {**CT, "name": ""}, {**CT, "name": 5},
    {**CT, "name": None}, {**CT, "description": None}, {**CT, "name": "x" * 256},
    {**CT, "name": "a <SCRIPT>b</script>"}, {**CT, "description": "</iframe>"}, {**CT, "name": "![]"},
)  # fmt: skip
BAD_FIELDS: tuple[Any, ...] = (
    {}, {"fields": []}, {"fields": "Modality"}, {"fields": ["modality"]}, {"fields": ["Program"]}, {"fields": [None]},
    {"fields": ["Lobular_Pattern"]}, {"fields": ["GCS_URL"]}, {"fields": ["Modality", "Modality"]}, [], None,
)  # fmt: skip
NO_JSON = (b"", b"nonsense", b'{"name": "n"', b"{'name': 1}", b"\xff\xfe", b'{"name": NaN}', CT["name"].encode())
SECURED = sorted(name for name, operation in V1.items() if operation.security)
OPEN = sorted(name for name, operation in V1.items() if not operation.security)
WRITING = ("createCohort", "deleteCohort", "deleteCohorts")
BODIES: dict[str, Any] = {
    "createCohort": CT, "deleteCohorts": {"cohorts": []}, "queryCohort": {"fields": ["Modality"]},
    "previewManifest": CT, "previewQuery": {"cohort_def": CT, "queryFields": {"fields": ["Modality"]}},
}  # fmt: skip
NOWHERE = 99_999_999_999_999_999_999
PATHS = ("/v1", "/v1/nope", "/v1/About", "/v1//about", "/v1/cohorts/1/nope", "/v1/cohorts/preview",
         "/v1/programs",          "/v1/cohorts/x/manifest", "/v1/cohorts/-1/manifest",
         "/v1/user/account_details", "/v1/dicommetadata")  # fmt: skip
READABLE = ("/v1/about", "/v1/versions", "/v1/collections", "/v1/analysis_results", "/v1/attributes", "/v1/cohorts")


def _path(name: str) -> dict[str, Any]:
    return {"cohort_id": NOWHERE} if "{cohort_id}" in OPERATIONS[name].path else {}


def _error(reported: Any, status: int, what: str) -> None:
    """The application's envelope."""
    same(reported["code"], status, f"the code of {what}")
    holds(reported["message"].strip(), "an error says why", what)


@relation(needs={"mistakes"})
def bad_cohorts_are_refused(service: Service, draw: Draw) -> None:
    """A cohort with a missing or unknown member, or one of the wrong type, is a 400 in every operation."""
    fields = {"fields": ["Modality"]}
    for body in BAD_SPECS:
        requested = service.call("previewManifest", body, query={"Patient_ID": "True"}, status=400)
        _error(requested, 400, f"a preview of {body!r:.100}")
        _error(
            service.call("previewQuery", {"cohort_def": body, "queryFields": fields}, status=400), 400, f"{body!r:.100}"
        )
    for body in BAD_FIELDS:
        _error(service.call("previewQuery", {"cohort_def": CT, "queryFields": body}, status=400), 400, f"{body!r:.100}")
    for body in ({"queryFields": fields}, {"cohort_def": CT}, {}):
        _error(service.call("previewQuery", body, status=400), 400, f"{body!r:.100}")


@relation(needs={"mistakes", "write"})
def bad_cohorts_are_not_saved(service: Service, draw: Draw) -> None:
    """An invalid cohort is a 400 and is not saved; a query of a saved cohort for unknown fields is a 400."""
    before = service.call("listCohorts")
    for body in BAD_SPECS:
        _error(service.call("createCohort", body, status=400), 400, f"saving {body!r:.100}")
    for raw in NO_JSON:
        _error(service.call("createCohort", raw=raw, status=400), 400, f"saving {raw!r}")
    same(service.call("listCohorts"), before, "nothing was saved")
    number = service.call("createCohort", CT)["cohort_properties"]["cohort_id"]
    for fields in BAD_FIELDS:
        _error(service.call("queryCohort", fields, cohort_id=number, status=400), 400, f"{fields!r:.100}")
    for parameters in ({}, {"Patient_ID": "False"}, {"Patient_ID": "True", "patient_id": "True"}):
        _error(service.call("getCohortManifest", query=parameters, cohort_id=number, status=400), 400, f"{parameters}")
    service.call("deleteCohort", cohort_id=number)


@relation(needs={"mistakes"})
def a_body_that_is_not_json_is_refused(service: Service, draw: Draw) -> None:
    """A body that is not JSON, or not declared as JSON, is a 400."""
    for name, parameters in (("previewManifest", "?Patient_ID=True"), ("previewQuery", "")):
        operation = OPERATIONS[name]
        for raw in NO_JSON:
            _error(service.call(name, raw=raw, query={"page_size": 1}, status=400), 400, f"{name} {raw!r}")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
            headers = () if kind is None else (("content-type", kind),)
            answer = service.send(Request("POST", operation.path + parameters, headers, dumps(BODIES[name])))
            reported = judge(operation, answer)
            same(answer.status, 400, f"the status of {name} declared as {kind}")
            _error(reported, 400, f"{name} declared as {kind}")
        kinds = (("content-type", "Application/JSON; charset=utf-8"),)
        answer = service.send(Request("POST", operation.path + parameters, kinds, dumps(BODIES[name])))
        same(answer.status in (200, 202), True, f"{name} declared as JSON in other letters")


@relation(needs={"mistakes"})
def unknown_parameters_are_refused(service: Service, draw: Draw) -> None:
    """A parameter that the operation does not have is a 400, also a column of a manifest in a query."""
    small = {"PatientID": exactly(patients(service)[0])}
    for question, names in (
        (manifest(small, ["Patient_ID"]), ("nonsense", "Page_size", "patient_id", "access_method")),
        (query(small, ["Modality"]), ("nonsense", "GCS_URL", "Collection_ID")),
    ):
        for name in names:
            reported = service.call(
                question.operation, question.body, query=[*question.flags, (name, "True")], status=400
            )
            _error(reported, 400, f"{question.operation} with {name}")
    for name in ("nonsense", "GCS_URL", "sql"):
        _error(
            service.call("getDicomMetadata", query={name: "True", "page_size": 1}, status=400),
            400,
            f"metadata with {name}",
        )


@relation(needs={"mistakes"})
def flags_are_true_or_false(service: Service, draw: Draw) -> None:
    """A flag is exactly True or False; anything else is a 400, for every flag."""
    small = {"PatientID": exactly(patients(service)[0])}
    requested = manifest(small, ["Patient_ID"])
    for odd in ("true", "TRUE", "1", "yes", "", "on"):
        for name in COLUMNS if odd == "true" else ("Patient_ID", "StudyInstanceUID"):
            flags = [*(flag for flag in requested.flags if flag[0] != name), (name, odd)]
            reported = service.call(requested.operation, requested.body, query=flags, status=400)
            _error(reported, 400, f"{name}={odd}")
    for odd in ("true", "1", ""):
        reported = service.call("previewManifest", requested.body, query=[*requested.flags, ("sql", odd)], status=400)
        _error(reported, 400, f"sql={odd}")


# --- users -------------------------------------------------------------------------------------------------------


def _forged(token: str) -> list[str]:
    """Authorization headers that give no access."""
    found = ["", "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic YWRhOmE=", token,
             *(f"{scheme} {token}" for scheme in ("Basic", "Token", "JWT", "Bearer Bearer"))]  # fmt: skip
    if token.count(".") == 2:
        head, payload, signature = token.split(".")
        middle = len(signature) // 2
        changed = "A" if signature[middle] != "A" else "B"
        none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        other = base64.urlsafe_b64encode(dumps({**claims, "email": "nobody@example.org"})).decode().rstrip("=")
        found += [
            f"Bearer {head}.{payload}.{signature[:middle]}{changed}{signature[middle + 1 :]}",
            f"Bearer {head}.{payload}",
            f"Bearer {head}.{payload}.", f"Bearer {none}.{payload}.", f"Bearer {none}.{payload}.{signature}",
            f"Bearer {head}.{other}.{signature}", f"Bearer {token[:-8]}", f"Bearer x{token}",
        ]  # fmt: skip
    return found


def _shut(service: Service, name: str) -> None:
    headers = _forged(service.users[0].token) if service.users else ["", "Bearer nonsense"]
    headers += [f"Bearer {user.expired}" for user in service.users[:1] if user.expired]
    for header in [None, *headers]:
        sent = () if header is None else (("authorization", header),)
        answer = service.answer(name, BODIES.get(name, NOTHING), user=None, headers=sent, **_path(name))
        what = f"{name} with {'no token' if header is None else header[:20] + '...' + header[-8:]}"
        holds(answer.status == 401, "access needs a valid token", f"{what}: {answer.status}", answer)
        reported = judge(OPERATIONS[name], answer)
        same([reported["code"], [each["detail"] for each in reported["details"]]], [16, ["auth"]], what)
        holds((answer.header("www-authenticate") or "").startswith("Bearer"), "a 401 names the scheme", what, answer)
        holds(reported["message"].strip(), "an error says why", what)


@relation()
def reading_needs_a_valid_token(service: Service, draw: Draw) -> None:
    """Reading the data of a user without a token, or with an invalid or modified token, is a 401."""
    for name in SECURED:
        if name not in WRITING:
            _shut(service, name)


@relation(needs={"write"})
def writing_needs_a_valid_token(service: Service, draw: Draw) -> None:
    """Saving and deleting without a token, or with an invalid or modified token, is a 401."""
    before = service.call("listCohorts")
    for name in WRITING:
        _shut(service, name)
    same(service.call("listCohorts"), before, "nothing has changed")


@relation()
def what_is_open_needs_no_token(service: Service, draw: Draw) -> None:
    """Catalogues, previews and the metadata need no token, and accept any token."""
    for name in OPEN:
        parameters: dict[str, Any] = {"page_size": 1} if "page_size" in _parameters(name) else {}
        if name == "previewManifest":
            parameters["Patient_ID"] = "True"
        body = {"body": BODIES[name]} if name in BODIES else {}
        for sent in ((), (("authorization", "Bearer nonsense"),)):
            service.call(name, query=parameters, user=None, headers=sent, status=(200, 202), **body)


def _parameters(name: str) -> set[str]:
    return {parameter["name"] for parameter in OPERATIONS[name].parameters}


# --- paths and methods -------------------------------------------------------------------------------------------


def _gateway(answer: Answer, statuses: tuple[int, ...], what: str) -> None:
    """An error of the gateway, in its own envelope."""
    holds(answer.status in statuses, "paths and methods are those of the document", f"{what}: {answer.status}", answer)
    holds(
        answer.media_type == "application/json", "the gateway answers in JSON", f"{what}: {answer.media_type}", answer
    )
    if answer.status == 405:
        served = {operation.method for operation in V1.values() if operation.path == answer.request.path}
        allowed = {one.strip() for one in (answer.header("allow") or "").split(",")}
        holds(served <= allowed and allowed != {""}, "a 405 says what is allowed", f"{what}: {sorted(allowed)}", answer)
    reported = read(answer, what)
    same(sorted(reported), ["code", "details", "message"], what)
    holds(1 <= reported["code"] <= 16 and reported["message"], "the gateway's error", f"{what}: {reported}", answer)
    same([each["detail"] for each in reported["details"]], ["service_control"], what)


@relation(needs={"mistakes"})
def unknown_paths_and_methods_are_the_gateways_errors(service: Service, draw: Draw) -> None:
    """A path that is not in the document is a 404; a method that a path does not have is a 405 or a 404."""
    for path in PATHS:
        _gateway(service.send(Request("GET", path)), (404,), f"GET {path}")
    methods: dict[str, set[str]] = {}
    for operation in V1.values():
        methods.setdefault(operation.path.replace("{cohort_id}", str(NOWHERE)), set()).add(operation.method)
    for path, there in methods.items():
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - there):
            if (method, path) == ("DELETE", "/v1/cohorts"):
                continue
            body = b"{}" if method != "GET" else b""
            headers = (*JSON, *service.users[0].headers) if service.users else JSON
            _gateway(service.send(Request(method, path, headers, body)), (404, 405), f"{method} {path}")


@relation()
def a_slash_at_the_end_changes_nothing(service: Service, draw: Draw) -> None:
    """Every path works with and without a slash at its end."""
    for path in ("/v1/about", "/v1/versions", "/v1/collections", "/v1/analysis_results", "/v1/attributes"):
        plain, slashed = (service.send(Request("GET", spelling)) for spelling in (path, f"{path}/"))
        same([slashed.status, slashed.content], [plain.status, plain.content], f"{path}/")
    for path in ("/v1/cohorts", "/v1/users/account_details"):
        same(service.send(Request("GET", f"{path}/")).status, 401, f"{path}/ without a token")
        if service.users:
            answer = service.send(Request("GET", f"{path}/", service.users[0].headers))
            same(answer.status, 200, f"{path}/")
    for name in ("previewManifest", "previewQuery"):
        requested = "/?page_size=1" + ("&Patient_ID=True" if name == "previewManifest" else "")
        answer = service.send(Request("POST", OPERATIONS[name].path + requested, JSON, dumps(BODIES[name])))
        same(answer.status in (200, 202), True, f"{name} with a slash")
        judge(OPERATIONS[name], answer)


# --- when v1 is gone ---------------------------------------------------------------------------------------------


@retired()
def what_could_be_read_is_gone(service: Service, draw: Draw) -> None:
    """Every GET of the catalogues and of the cohorts is a 410 of the documented shape, with a token and without."""
    for name, operation in V1.items():
        if operation.path in READABLE and operation.method == "GET":
            for user in (None, 0):
                reported = service.call(name, user=user, status=410)
                holds(
                    "deprecated" in reported["message"] or "retired" in reported["message"],
                    "it says why",
                    f"{reported}",
                )
                holds(reported["documentation"].strip(), "it says where to go", f"{reported}")


@retired()
def nothing_of_it_is_answered(service: Service, draw: Draw) -> None:
    """No operation of v1 succeeds: each is a 410, a 404 or a 405."""
    for name in sorted(V1):
        if name in WRITING and not service.write:
            continue
        answer = service.answer(name, BODIES.get(name, NOTHING), **_path(name))
        holds(answer.status in (404, 405, 410), "v1 is gone", f"{name}: {answer.status}", answer)
