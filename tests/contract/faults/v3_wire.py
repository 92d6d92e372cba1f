"""Faults of v3: the form of answers, and the requests that are accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from idc_contract.document.shape import FILTERED
from tests.contract.faults.fault import (
    altered,
    altered_request,
    failed,
    fault,
    get,
    last,
    operation,
    refused,
    reply,
    with_content,
    with_status,
)
from tests.contract.faults.v3_answers import filters_in
from tests.contract.faults.wire import as_get, as_web_page, in_latin_1, late, with_byte_order_mark, without_allow

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

# --- shape ---------------------------------------------------------------------------------------------------------


@altered("v3", "shape", "countCohort")
def size_as_text(content: Any, _: Request) -> None:
    """Sizes of selections come as text."""
    content["size_TB"] = str(content["size_TB"])


@altered("v3", "shape", "countCohort")
def counts_with_point(content: Any, _: Request) -> None:
    """The number of studies has a decimal point."""
    content["studies"] = float(content["studies"])


@altered("v3", "shape", "getManifest")
def versions_of_rows_with_point(content: Any, _: Request) -> None:
    """Whole numbers of rows have a decimal point."""
    for row in content["series"]:
        row.update({name: float(v) for name, v in row.items() if isinstance(v, int) and not isinstance(v, bool)})


@altered("v3", "shape", "getAttributeValues")
def values_with_point(content: Any, _: Request) -> None:
    """Whole numbers among the values of a column have a decimal point."""
    for item in content["values"]:
        item["value"] = float(item["value"]) if isinstance(item["value"], int) else item["value"]


@altered("v3", "shape", "runSql")
def sql_integers_with_point(content: Any, _: Request) -> None:
    """Whole numbers of SQL have a decimal point."""
    for row in content["rows"]:
        row.update({name: float(v) for name, v in row.items() if type(v) is int and abs(v) < 2**53})


@altered("v3", "shape", "getVersion")
def build_missing(content: Any, _: Request) -> None:
    """A version without a build stamp has no such member."""
    if content["build"] is None:
        del content["build"]


@altered("v3", "shape", "getManifest")
def debug_member(content: Any, request: Request) -> None:
    """A forgotten member for debugging is on later pages."""
    if content["page"]:
        content["download"]["took_ms"] = 12


@altered("v3", "shape", "getAttributeValues")
def null_note(content: Any, _: Request) -> None:
    """Values without a note have null for one."""
    content["note"] = content["note"] or None


@altered("v3", "shape", "getManifest")
def count_of_instances_as_float(content: Any, _: Request) -> None:
    """Series of more than 500 instances have half an instance more."""
    for row in content["series"]:
        row["instanceCount"] += 0.5 if row["instanceCount"] > 500 else 0


@altered("v3", "shape", "getHealth")
def health_lies(content: Any, _: Request) -> None:
    """The service reports that it is starting, though it answers."""
    content["status"] = "starting"


@altered("v3", "shape", "getAnalysisResults")
def doi_as_url(content: Any, _: Request) -> None:
    """DOIs are written as URLs."""
    for one in content:
        one["source_DOI"] = one["source_DOI"] and f"https://doi.org/{one['source_DOI']}"


@altered("v3", "shape", "getManifest")
def uuid_in_capitals(content: Any, _: Request) -> None:
    """UUIDs are in capitals, though addresses have them in lower case."""
    for row in content["series"]:
        row["crdc_series_uuid"] = row["crdc_series_uuid"].upper()


# --- status and headers ----------------------------------------------------------------------------------------------


@fault("v3", "status")
async def unknown_collection_410(request: Request, forward: Serve) -> Answer:
    """An unknown collection is answered with 410, which is not declared."""
    answer = await forward(request)
    return with_status(answer, 410) if answer.status == 404 and operation(request) == "getCollection" else answer


@fault("v3", "status")
async def unknown_collection_400(request: Request, forward: Serve) -> Answer:
    """An unknown collection is answered with 422."""
    answer = await forward(request)
    if answer.status != 404 or operation(request) != "getCollection":
        return answer
    detail = {"type": "enum", "loc": ["path", "collection_id"], "msg": "Unknown collection", "input": last(request)}
    return reply(request, 422, {"detail": [detail]})


@fault("v3", "status")
async def unknown_collection_empty(request: Request, forward: Serve) -> Answer:
    """An unknown collection is described as an empty one."""
    answer = await forward(request)
    if answer.status != 404 or operation(request) != "getCollection":
        return answer
    other = (await forward(replace(request, target="/v3/collections/nlst"))).json()
    nothing: dict[str, Any] = {name: 0 if isinstance(v, int) else None for name, v in other.items()}
    return reply(request, 200, nothing | {"collection_id": "nlst", "size_TB": 0.0, "modalities": [], "licenses": []})


@fault("v3", "status")
async def unknown_table_400(request: Request, forward: Serve) -> Answer:
    """An unknown table is reported as a bad query: the code is wrong."""
    answer = await forward(request)
    unknown = answer.status == 404 and operation(request) == "getTable"
    return refused(request, 404, "No such table.", "invalid_query") if unknown else answer


@fault("v3", "status")
async def past_the_end_206(request: Request, forward: Serve) -> Answer:
    """The last page of a manifest is answered with 206."""
    answer = await forward(request)
    if operation(request) != "getManifest" or answer.status != 200:
        return answer
    page = answer.content
    return with_status(answer, 206) if page["returned"] < page["page_size"] and page["page"] else answer


@fault("v3", "status")
async def refusal_in_detail(request: Request, forward: Serve) -> Answer:
    """Refusals come in the router's shape."""
    answer = await forward(request)
    refusal = answer.status in (400, 404) and "error" in (answer.json() if answer.body else ())
    return with_content(answer, {"detail": answer.json()["error"]["message"]}) if refusal else answer


@fault("v3", "status")
async def router_in_error(request: Request, forward: Serve) -> Answer:
    """Unknown paths are answered in the shape of the service's refusals."""
    answer = await forward(request)
    unknown = answer.status == 404 and not operation(request)
    return refused(request, 404, "Not Found", "not_found") if unknown else answer


@fault("v3", "status")
async def unprocessable_400(request: Request, forward: Serve) -> Answer:
    """A request of the wrong shape is answered with 400."""
    answer = await forward(request)
    return refused(request, 400, "Bad request.") if answer.status == 422 else answer


@altered("v3", "status", *FILTERED, "getAttributeValues", "runSql", status=422)
def where_missing(content: Any, _: Request) -> None:
    """The refusal of a wrong shape has no place."""
    for one in content["detail"]:
        one["loc"] = one["loc"][:1]


@fault("v3", "status")
async def bad_attribute_404(request: Request, forward: Serve) -> Answer:
    """An unknown filter attribute is answered with 404."""
    answer = await forward(request)
    unknown = answer.status == 400 and operation(request) in FILTERED and "attribute" in answer.text
    return refused(request, 404, "Unknown attribute.", "not_found") if unknown else answer


@fault("v3", "status")
async def sql_error_500(request: Request, forward: Serve) -> Answer:
    """Invalid SQL makes the service fail."""
    answer = await forward(request)
    return failed(request) if answer.status == 400 and "Error:" in answer.text else answer


@fault("v3", "status")
async def no_allow(request: Request, forward: Serve) -> Answer:
    """A 405 has no Allow header."""
    answer = await forward(request)
    return without_allow(answer)


@fault("v3", "status")
async def any_method(request: Request, forward: Serve) -> Answer:
    """DELETE and PATCH are served as if they were GET."""
    return await forward(as_get(request, "DELETE", "PATCH"))


@fault("v3", "status")
async def head_served(request: Request, forward: Serve) -> Answer:
    """HEAD is served, though it is not declared."""
    known = request.method == "HEAD" and operation(replace(request, method="GET"))
    return (await forward(replace(request, method="GET"))).with_body(b"") if known else await forward(request)


@fault("v3", "status")
async def slash_not_redirected(request: Request, forward: Serve) -> Answer:
    """A slash at the end of a path leads nowhere."""
    answer = await forward(request)
    return reply(request, 404, {"detail": "Not Found"}) if answer.status == 307 else answer


@fault("v3", "status")
async def no_cors(request: Request, forward: Serve) -> Answer:
    """Other sites' pages may not read answers."""
    return (await forward(request)).with_header("access-control-allow-origin", None)


# --- bytes ---------------------------------------------------------------------------------------------------------


@fault("v3", "bytes")
async def manifest_is_binary(request: Request, forward: Serve) -> Answer:
    """Manifests as text are sent as bytes of any kind."""
    answer = await forward(request)
    if operation(request) != "getManifestText" or answer.status != 200:
        return answer
    return answer.with_header("content-type", "application/octet-stream")


@fault("v3", "bytes")
async def latin_1(request: Request, forward: Serve) -> Answer:
    """SQL results are in Latin-1 where that has all the letters."""
    answer = await forward(request)
    return in_latin_1(answer) if operation(request) == "runSql" else answer


@fault("v3", "bytes")
async def charset_wrong(request: Request, forward: Serve) -> Answer:
    """Text manifests are declared as Latin-1."""
    answer = await forward(request)
    text = operation(request) == "getManifestText" and answer.status == 200
    return answer.with_header("content-type", "text/plain; charset=iso-8859-1") if text else answer


@fault("v3", "bytes")
async def byte_order_mark(request: Request, forward: Serve) -> Answer:
    """Lists of values begin with a byte order mark."""
    answer = await forward(request)
    return with_byte_order_mark(answer) if operation(request) == "getAttributeValues" else answer


@fault("v3", "bytes")
async def body_cut(request: Request, forward: Serve) -> Answer:
    """A page of more than a million bytes is cut off there."""
    answer = await forward(request)
    return answer.with_body(answer.body[:1_000_000]) if operation(request) == "getManifest" else answer


@fault("v3", "bytes")
async def comma_of_nothing(request: Request, forward: Serve) -> Answer:
    """A result without rows has a comma where they would be."""
    answer = await forward(request)
    odd = answer.body.replace(b'"rows":[],', b'"rows":[,],')
    return answer.with_body(odd) if operation(request) == "runSql" else answer


@fault("v3", "bytes")
async def not_a_number(request: Request, forward: Serve) -> Answer:
    """A value that is not a number in SQL is NaN in the answer."""
    answer = await forward(request)
    requested = operation(request) == "runSql" and b"nan" in request.body.lower()
    return answer.with_body(answer.body.replace(b":null", b":NaN")) if requested else answer


@fault("v3", "bytes")
async def html_error(request: Request, forward: Serve) -> Answer:
    """An unknown table is answered with an HTML page."""
    answer = await forward(request)
    if answer.status != 404 or operation(request) != "getTable":
        return answer
    return as_web_page(answer)


@fault("v3", "bytes")
async def length_wrong(request: Request, forward: Serve) -> Answer:
    """The tables are announced as one byte more than they are."""
    answer = await forward(request)
    longer = str(len(answer.body) + 1)
    return answer.with_header("content-length", longer) if operation(request) == "getTables" else answer


# --- stumbling -----------------------------------------------------------------------------------------------------


@fault("v3", "failures")
async def largest_page_500(request: Request, forward: Serve) -> Answer:
    """The largest page there may be fails."""
    body = request.json() if operation(request) == "getManifest" else None
    return failed(request) if isinstance(body, dict) and body.get("page_size") == 5000 else await forward(request)


@fault("v3", "failures")
async def unicode_500(request: Request, forward: Serve) -> Answer:
    """A value with non-English letters makes the service fail."""
    terms = str(filters_in(request).get("terms"))
    return await forward(request) if terms.isascii() else failed(request)


@fault("v3", "failures")
async def many_values_500(request: Request, forward: Serve) -> Answer:
    """More than a hundred values of an attribute are too many."""
    terms = filters_in(request).get("terms")
    many = isinstance(terms, dict) and any(isinstance(one, list) and len(one) > 100 for one in terms.values())
    return failed(request) if many else await forward(request)


@fault("v3", "failures")
async def control_characters_500(request: Request, forward: Serve) -> Answer:
    """A page with a control character in it fails."""
    answer = await forward(request)
    return failed(request) if operation(request) == "getManifest" and b"\\u000" in answer.body else answer


@fault("v3", "failures")
async def slow(request: Request, forward: Serve) -> Answer:
    """Licences take six seconds."""
    return await late(request, forward, "getLicenses")


@fault("v3", "failures")
async def open_range_rejected(request: Request, forward: Serve) -> Answer:
    """A range without a lower bound is refused."""
    ranges = filters_in(request).get("ranges")
    bounds = [one for one in ranges.values() if isinstance(one, dict)] if isinstance(ranges, dict) else []
    is_open = any("lte" in one and "gte" not in one for one in bounds)
    return refused(request, 400, "gte is missing.") if is_open else await forward(request)


@fault("v3", "failures")
async def null_bound_rejected(request: Request, forward: Serve) -> Answer:
    """A bound that is null is refused."""
    ranges = filters_in(request).get("ranges")
    bounds = [one for one in ranges.values() if isinstance(one, dict)] if isinstance(ranges, dict) else []
    return refused(request, 400, "null.") if any(None in one.values() for one in bounds) else await forward(request)


@fault("v3", "failures")
async def no_values_rejected(request: Request, forward: Serve) -> Answer:
    """A list without values is refused."""
    terms = filters_in(request).get("terms")
    empty = isinstance(terms, dict) and [] in terms.values()
    return refused(request, 400, "No values.") if empty else await forward(request)


@fault("v3", "failures")
async def clinical_without_data(request: Request, forward: Serve) -> Answer:
    """A build without clinical data has an empty list of clinical tables."""
    answer = await forward(request)
    none = operation(request) == "getClinicalTables" and answer.status == 404
    return reply(request, 200, {"tables": []}) if none else answer


# --- invalid requests ------------------------------------------------------------------------------------------------


@altered_request("v3", "acceptance", "getAttributeValues")
def limit_unchecked(request: Request) -> Request | None:
    """Limits out of bounds are brought into them."""
    limit = request.query.get("limit", "100")
    good = not limit.lstrip("-").isdecimal() or 1 <= int(limit) <= 10000
    return None if good else request.with_query(limit=min(max(int(limit), 1), 10000))


@altered_request("v3", "acceptance", "getViewerUrl")
def any_viewer(request: Request) -> Request | None:
    """An unknown viewer is treated as the default."""
    known = request.query.get("viewer") in ("ohif_v2", "ohif_v3", "slim", None)
    return None if known else request.with_query(viewer=None)


@fault("v3", "acceptance")
async def no_uid_needed(request: Request, forward: Serve) -> Answer:
    """Without any identifier the viewer's start page is given."""
    answer = await forward(request)
    none = operation(request) == "getViewerUrl" and answer.status == 400 and not any("uid" in n for n in request.query)
    start = {"viewer_url": "https://viewer.imaging.datacommons.cancer.gov/v3/viewer/", "viewer": "ohif_v3"}
    return reply(request, 200, start | {"study_instance_uid": None, "series_instance_uid": None}) if none else answer


@altered_request("v3", "acceptance", "getManifestText")
def any_source(request: Request) -> Request | None:
    """An unknown source is treated as aws."""
    body = request.json()
    odd = isinstance(body, dict) and body.get("source", "aws") not in ("aws", "gcs")
    return request.with_json(body | {"source": "aws"}) if odd else None


@altered_request("v3", "acceptance", "getCitations")
def any_format(request: Request) -> Request | None:
    """An unknown format is treated as apa."""
    body = request.json()
    odd = isinstance(body, dict) and body.get("citation_format", "apa") not in ("apa", "bibtex", "csl-json", "turtle")
    return request.with_json(body | {"citation_format": "apa"}) if odd else None


def _kept(request: Request, part: str, wrong: str) -> Request | None:
    """The request without filters on attributes of another kind."""
    known = {"terms": ("collection_id", "Modality"), "ranges": ("instanceCount", "StudyDate")}[wrong]
    body = request.json()
    found = filters_in(body, request).get(part)
    if not isinstance(found, dict) or not any(name in known for name in found):
        return None
    for name in known:
        found.pop(name, None)
    return request.with_json(body)


@altered_request("v3", "acceptance", *FILTERED)
def term_as_range(request: Request) -> Request | None:
    """Ranges of attributes without ranges are ignored."""
    return _kept(request, "ranges", "terms")


@altered_request("v3", "acceptance", *FILTERED)
def range_as_term(request: Request) -> Request | None:
    """Values of attributes with ranges are ignored."""
    return _kept(request, "terms", "ranges")


@altered_request("v3", "acceptance", *FILTERED)
def unknown_attribute_taken(request: Request) -> Request | None:
    """Unknown attributes are removed from the filters."""
    body = request.json()
    terms = filters_in(body, request).get("terms")
    if not isinstance(terms, dict):
        return None
    known = ("collection_id", "analysis_result_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
             "BodyPartExamined", "Manufacturer", "ManufacturerModelName", "PatientSex", "sop_class_name",
             "license_short_name", "source_DOI", "instanceCount", "StudyDate")  # fmt: skip
    filters_in(body, request)["terms"] = {name: values for name, values in terms.items() if name in known}
    return request.with_json(body)


@altered_request("v3", "acceptance", *FILTERED)
def null_filters_taken(request: Request) -> Request | None:
    """Null is accepted as no filters."""
    body = request.json()
    found = filters_in(body, request)
    if not any(part in found and found[part] is None for part in ("terms", "ranges")):
        return None
    for part in ("terms", "ranges"):
        found[part] = found.get(part) or {}
    return request.with_json(body)


@altered_request("v3", "acceptance", *FILTERED)
def text_for_list(request: Request) -> Request | None:
    """One value need not be in a list."""
    body = request.json()
    terms = filters_in(body, request).get("terms")
    if not isinstance(terms, dict) or not any(isinstance(one, str) for one in terms.values()):
        return None
    terms.update({name: [one] for name, one in terms.items() if isinstance(one, str)})
    return request.with_json(body)


@altered_request("v3", "acceptance", "runSql")
def no_sql_taken(request: Request) -> Request | None:
    """A request without SQL is answered with nothing."""
    body = request.json()
    return request.with_json({"sql": "SELECT 1 WHERE false"}) if isinstance(body, dict) and "sql" not in body else None


@altered_request("v3", "acceptance", *FILTERED)
def broken_json_taken(request: Request) -> Request | None:
    """A body that is not JSON is treated as an empty one."""
    try:
        json.loads(request.body)
    except ValueError:
        return request.with_json({})
    return None


@fault("v3", "acceptance")
async def unknown_study_taken(request: Request, forward: Serve) -> Answer:
    """An unknown study has a viewer address."""
    answer, study = await forward(request), request.query.get("study_instance_uid")
    if answer.status != 404 or operation(request) != "getViewerUrl" or not study:
        return answer
    url = f"https://viewer.imaging.datacommons.cancer.gov/v3/viewer/?StudyInstanceUIDs={study}"
    found = {"viewer_url": url, "viewer": "ohif_v3", "study_instance_uid": study, "series_instance_uid": None}
    return reply(request, 200, found)


@fault("v3", "acceptance")
async def collection_in_any_case(request: Request, forward: Serve) -> Answer:
    """A collection is found in capitals, too."""
    name = last(request)
    folded = operation(request) == "getCollection" and name != name.lower()
    return await forward(get(f"/v3/collections/{name.lower()}", request) if folded else request)
