"""Faults of v1: the form of answers, and the requests that are accepted."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import target
from tests.contract.faults.fault import (
    altered,
    altered_request,
    failed,
    fault,
    is_json,
    operation,
    refused,
    reply,
    with_content,
    with_header,
    with_status,
)
from tests.contract.faults.v1_answers import MANIFESTS, PAGED, PREVIEWS, QUERIES, results, rows, spec_of
from tests.contract.faults.wire import as_get, as_web_page, in_latin_1, late, with_byte_order_mark, without_allow

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

ATTRIBUTES = frozenset(target("#/components/schemas/V1AttributeName")["enum"])


# --- shape ---------------------------------------------------------------------------------------------------------


@altered("v1", "shape", *PAGED)
def total_as_text(content: Any, request: Request) -> None:
    """The total of later pages is text."""
    if "next_page" in request.query:
        results(content)["totalFound"] = str(results(content)["totalFound"])


@altered("v1", "shape", *PAGED)
def totals_with_point(content: Any, request: Request) -> None:
    """The total of later pages has a decimal point."""
    if "next_page" in request.query:
        results(content)["totalFound"] = float(results(content)["totalFound"])


@altered("v1", "shape", "listCollections")
def subjects_with_point(content: Any, _: Request) -> None:
    """The number of subjects of a collection has a decimal point."""
    for row in content["collections"]:
        row["subject_count"] = float(row["subject_count"])


@altered("v1", "shape", "listCohorts")
def description_missing(content: Any, _: Request) -> None:
    """The list of cohorts leaves empty descriptions out."""
    for cohort in content["cohorts"]:
        if not cohort["description"]:
            del cohort["description"]


@altered("v1", "shape", *MANIFESTS)
def debug_member(content: Any, request: Request) -> None:
    """A forgotten member for debugging is in manifests with SQL."""
    if request.query.get("sql") == "True":
        content["manifest"]["job"] = "idc-dev-etl:US.job_1"


@altered("v1", "shape", "listCollections")
def null_active(content: Any, _: Request) -> None:
    """The last collection is neither active nor not: null."""
    content["collections"][-1]["active"] = None


@altered("v1", "shape", "listVersions")
def date_with_time(content: Any, _: Request) -> None:
    """Versions became active at a time, not on a date."""
    for version in content["versions"]:
        version["date_active"] += "T00:00:00"


@altered("v1", "shape", *QUERIES)
def numbers_as_numbers(content: Any, _: Request) -> None:
    """Numbers of queries come as numbers and not as text."""
    for row in rows(content):
        if str(row.get("SeriesNumber", "")).isdecimal():
            row["SeriesNumber"] = int(row["SeriesNumber"])


@altered("v1", "shape", *MANIFESTS)
def guid_without_prefix(content: Any, _: Request) -> None:
    """Study GUIDs are bare UUIDs."""
    for row in rows(content):
        if "CRDC_Study_GUID" in row:
            row["CRDC_Study_GUID"] = row["CRDC_Study_GUID"].removeprefix("dg.4DFC/")


@altered("v1", "shape", "getDicomMetadata")
def guid_in_capitals(content: Any, _: Request) -> None:
    """The UUIDs of instances are in capitals."""
    for row in rows(content):
        row["crdc_instance_uuid"] = "dg.4DFC/" + row["crdc_instance_uuid"][8:].upper()


@altered("v1", "shape", *PAGED)
def token_null(content: Any, _: Request) -> None:
    """At the end of the data the token is null."""
    content["next_page"] = content["next_page"] or None


# --- status and headers ----------------------------------------------------------------------------------------------


@fault("v1", "status")
async def unknown_version_404(request: Request, forward: Serve) -> Answer:
    """An unknown data version is answered with 404, which is not declared."""
    answer = await forward(request)
    version = answer.status == 400 and "idc_data_version" in request.query
    return refused(request, 404, answer.json()["message"]) if version else answer


@fault("v1", "status")
async def created_201(request: Request, forward: Serve) -> Answer:
    """Saving a cohort is answered with 201."""
    answer = await forward(request)
    return with_status(answer, 201) if operation(request) == "createCohort" and answer.status == 200 else answer


@fault("v1", "status")
async def unknown_cohort_403(request: Request, forward: Serve) -> Answer:
    """A cohort that never existed is answered with 403, like a cohort of another user."""
    answer = await forward(request)
    unknown = answer.status == 400 and "was not found" in answer.text
    return refused(request, 403, answer.json()["message"]) if unknown else answer


@fault("v1", "status")
async def no_challenge(request: Request, forward: Serve) -> Answer:
    """401 comes without WWW-Authenticate."""
    answer = await forward(request)
    return answer.with_header("www-authenticate", None) if answer.status == 401 else answer


@fault("v1", "status")
async def unauthorized_of_application(request: Request, forward: Serve) -> Answer:
    """401 comes in the application's envelope and not in the gateway's."""
    answer = await forward(request)
    return with_content(answer, {"code": 401, "message": answer.json()["message"]}) if answer.status == 401 else answer


@fault("v1", "status")
async def forbidden_of_gateway(request: Request, forward: Serve) -> Answer:
    """403 comes in the gateway's envelope and not in the application's."""
    answer = await forward(request)
    detail = {"@type": "type.googleapis.com/google.rpc.DebugInfo", "stackEntries": [], "detail": "auth"}
    message = {"code": 7, "message": "Forbidden", "details": [detail]}
    return with_content(answer, message) if answer.status == 403 else answer


@fault("v1", "status")
async def code_differs(request: Request, forward: Serve) -> Answer:
    """The code in the body of a 400 is 500."""
    answer = await forward(request)
    return with_content(answer, answer.json() | {"code": 500}) if answer.status == 400 else answer


@fault("v1", "status")
async def failure_in_200(request: Request, forward: Serve) -> Answer:
    """A cohort that cannot be saved for its bad filters is answered with 200 with the refusal inside."""
    answer = await forward(request)
    if operation(request) != "createCohort" or answer.status != 400:
        return answer
    inside = {"code": 400, "message": "There was an error saving your cohort."}
    return reply(request, 200, {"code": 200, "cohort_properties": inside})


@fault("v1", "status")
async def no_allow(request: Request, forward: Serve) -> Answer:
    """A 405 has no Allow header."""
    answer = await forward(request)
    return without_allow(answer)


@fault("v1", "status")
async def any_method(request: Request, forward: Serve) -> Answer:
    """PUT and PATCH are served as if they were GET."""
    return await forward(as_get(request, "PUT", "PATCH"))


@fault("v1", "status")
async def slash_404(request: Request, forward: Serve) -> Answer:
    """A slash at the end of a path leads nowhere."""
    return await forward(replace(request, target="/v1/nowhere") if request.path.endswith("/") else request)


# --- bytes ---------------------------------------------------------------------------------------------------------


@fault("v1", "bytes")
async def about_is_html(request: Request, forward: Serve) -> Answer:
    """The greeting calls itself HTML."""
    answer = await forward(request)
    return answer.with_header("content-type", "text/html") if operation(request) == "getAbout" else answer


@fault("v1", "bytes")
async def latin_1(request: Request, forward: Serve) -> Answer:
    """Answers are in Latin-1 where that has all the letters."""
    return in_latin_1(await forward(request))


@fault("v1", "bytes")
async def byte_order_mark(request: Request, forward: Serve) -> Answer:
    """The versions begin with a byte order mark."""
    answer = await forward(request)
    return with_byte_order_mark(answer) if operation(request) == "listVersions" else answer


@fault("v1", "bytes")
async def body_cut(request: Request, forward: Serve) -> Answer:
    """Metadata of more than 64 KiB is cut off there."""
    answer = await forward(request)
    return answer.with_body(answer.body[:65536]) if operation(request) == "getDicomMetadata" else answer


@fault("v1", "bytes")
async def trailing_comma(request: Request, forward: Serve) -> Answer:
    """The list of analysis results ends with a comma."""
    answer = await forward(request)
    cut = answer.body.replace(b"}],", b"},],", 1)
    return answer.with_body(cut) if operation(request) == "listAnalysisResults" else answer


@fault("v1", "bytes")
async def not_a_number(request: Request, forward: Serve) -> Answer:
    """Attributes without units have NaN for units."""
    answer = await forward(request)
    odd = answer.body.replace(b'"units":null', b'"units":NaN')
    return answer.with_body(odd) if operation(request) == "listAttributes" else answer


@fault("v1", "bytes")
async def html_error(request: Request, forward: Serve) -> Answer:
    """A bad token is answered with an HTML page."""
    answer = await forward(request)
    if answer.status != 400 or "next_page" not in request.query:
        return answer
    return as_web_page(answer)


@altered("v1", "bytes", *PREVIEWS, "createCohort")
def escaped_name(content: Any, _: Request) -> None:
    """Names are echoed as HTML."""
    for echo in (content.get("cohort"), content.get("cohort_def"), content.get("cohort_properties")):
        if echo and "name" in echo:
            echo["name"] = html.escape(echo["name"], quote=False)


# --- stumbling -----------------------------------------------------------------------------------------------------


@fault("v1", "failures")
async def most_rows_500(request: Request, forward: Serve) -> Answer:
    """The largest page there may be fails."""
    return failed(request) if request.query.get("page_size") == "50000" else await forward(request)


@fault("v1", "failures")
async def unicode_500(request: Request, forward: Serve) -> Answer:
    """A cohort whose name has non-English letters makes the service fail."""
    name = spec_of(request).get("name")
    return failed(request) if isinstance(name, str) and not name.isascii() else await forward(request)


@fault("v1", "failures")
async def long_name_500(request: Request, forward: Serve) -> Answer:
    """A name of more than 200 characters cannot be saved."""
    name = spec_of(request).get("name")
    too_long = operation(request) == "createCohort" and isinstance(name, str) and 200 < len(name) < 256
    return failed(request) if too_long else await forward(request)


@fault("v1", "failures")
async def quote_500(request: Request, forward: Serve) -> Answer:
    """A filter value with a quotation mark breaks the query."""
    return failed(request) if "'" in json.dumps(spec_of(request).get("filters")) else await forward(request)


@fault("v1", "failures")
async def slow(request: Request, forward: Serve) -> Answer:
    """The attributes take six seconds."""
    return await late(request, forward, "listAttributes")


@fault("v1", "failures")
async def no_filters_rejected(request: Request, forward: Serve) -> Answer:
    """A cohort of everything is refused."""
    empty = spec_of(request).get("filters") == {}
    return refused(request, 400, "Filters were improperly formatted.") if empty else await forward(request)


@fault("v1", "failures")
async def equal_bounds_rejected(request: Request, forward: Serve) -> Answer:
    """A range of one number is refused."""
    filters = spec_of(request).get("filters")
    found = filters.items() if isinstance(filters, dict) else ()
    equal = any(name.endswith("_btw") and isinstance(v, list) and v[:1] == v[1:] for name, v in found)
    return refused(request, 400, "Filters were improperly formatted.") if equal else await forward(request)


@fault("v1", "failures")
async def columns_beside_token_rejected(request: Request, forward: Serve) -> Answer:
    """A column that is requested again with a token is refused."""
    again = operation(request) in MANIFESTS and "next_page" in request.query and "Patient_ID" in request.query
    return refused(request, 400, "Invalid key Patient_ID") if again else await forward(request)


# --- invalid requests ------------------------------------------------------------------------------------------------


@altered_request("v1", "acceptance", *PAGED)
def page_size_unchecked(request: Request) -> Request | None:
    """An invalid page size becomes the default."""
    size = request.query.get("page_size")
    good = size is None or (size.isdecimal() and 1 <= int(size) <= 50000)
    return None if good else request.with_query(page_size=None)


@altered_request("v1", "acceptance", *MANIFESTS)
def flags_unchecked(request: Request) -> Request:
    """A flag that is neither True nor False becomes False."""
    known = ("page_size", "next_page")
    odd = {n: "False" for n, v in request.query.items() if n not in known and v not in ("True", "False")}
    return request.with_query(**odd)


@altered_request("v1", "acceptance", *PAGED)
def empty_token_taken(request: Request) -> Request | None:
    """An empty token is treated as no token."""
    return request.with_query(next_page=None) if request.query.get("next_page") == "" else None


@altered_request("v1", "acceptance", *PREVIEWS, "createCohort")
def unknown_attribute_taken(request: Request) -> Request | None:
    """Unknown attributes are removed from the filters."""
    body = request.json()
    spec = spec_of(body)
    if not isinstance(spec.get("filters"), dict):
        return None
    spec["filters"] = {name: values for name, values in spec["filters"].items() if name in ATTRIBUTES}
    return request.with_json(body)


@altered_request("v1", "acceptance", *PREVIEWS, "createCohort")
def description_optional(request: Request) -> Request | None:
    """A cohort needs no description."""
    body = request.json()
    spec = spec_of(body)
    if "filters" not in spec or "description" in spec:
        return None
    spec["description"] = ""
    return request.with_json(body)


@altered_request("v1", "acceptance", *PREVIEWS, "createCohort")
def text_for_numbers(request: Request) -> Request | None:
    """Numbers in quotation marks are accepted as numbers."""
    body = request.json()
    filters = spec_of(body).get("filters")
    for name, values in filters.items() if isinstance(filters, dict) else ():
        if name.startswith(("age_", "days_", "bmi", "Slice", "num")) and isinstance(values, list):
            filters[name] = [float(v) if isinstance(v, str) and v.isdecimal() else v for v in values]
    return request.with_json(body) if isinstance(filters, dict) else None


@altered_request("v1", "acceptance", *PREVIEWS)
def body_beside_token_unchecked(request: Request) -> Request | None:
    """With a token the body may be anything."""
    cohort: dict[str, Any] = {"name": "a", "description": "", "filters": {}}
    if operation(request) in QUERIES:
        cohort = {"cohort_def": cohort, "queryFields": {"fields": ["Modality"]}}
    good = with_header(request.with_json(cohort), "content-type", "application/json")
    return good if "next_page" in request.query else None


@altered_request("v1", "acceptance", *QUERIES)
def repeated_fields_taken(request: Request) -> Request | None:
    """A field that is requested twice is returned once."""
    body = request.json()
    requested = body.get("queryFields", body) if isinstance(body, dict) else None
    if not isinstance(requested, dict) or not isinstance(requested.get("fields"), list):
        return None
    kept = {json.dumps(field): field for field in requested["fields"]}
    requested["fields"] = list(kept.values())
    return request.with_json(body)


@altered_request("v1", "acceptance", *PREVIEWS, "createCohort")
def any_type_taken(request: Request) -> Request | None:
    """JSON with another content type is accepted."""
    return with_header(request, "content-type", "application/json") if isinstance(request.json(), dict) else None


@fault("v1", "acceptance")
async def unknown_version_taken(request: Request, forward: Serve) -> Answer:
    """An unknown data version is treated as the active one."""
    answer = await forward(request)
    unknown = answer.status == 400 and is_json(answer) and "Invalid IDC version" in answer.text
    return await forward(request.with_query(idc_data_version=None)) if unknown else answer
