"""Faults of v3: catalogues, counts, and viewer addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request, fault, operation, with_content

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

# --- collections and results -----------------------------------------------------------------------------------------


@altered("v3", "catalogues", "getCollections")
def collection_missing(content: Any, _: Request) -> None:
    """The last collection is not listed."""
    content.pop()


@altered("v3", "catalogues", "getCollections")
def collection_extra(content: Any, _: Request) -> None:
    """A collection for testing is listed."""
    content.append(content[-1] | {"collection_id": "zz_test"})


@altered("v3", "catalogues", "getCollections")
def collections_by_name(content: Any, _: Request) -> None:
    """Collections ascend by name and not by identifier."""
    content.sort(key=lambda one: str(one["collection_name"]).casefold())


@altered("v3", "catalogues", "getCollections")
def null_for_nothing(content: Any, _: Request) -> None:
    """Collections without supporting data have an empty text for it."""
    for one in content:
        one["supporting_data"] = one["supporting_data"] or ""


@altered("v3", "catalogues", "getCollection")
def detail_differs(content: Any, _: Request) -> None:
    """A collection has one subject more than in the list."""
    content["subjects"] += 1


@altered("v3", "catalogues", "getCollection")
def patients_of_collection_per_study(content: Any, _: Request) -> None:
    """Every study of a collection is counted as a patient."""
    content["patients"] = content["studies"]


@altered("v3", "catalogues", "getCollection")
def modality_missing(content: Any, _: Request) -> None:
    """A collection of several modalities lacks the last."""
    if len(content["modalities"]) > 1:
        content["modalities"].pop()


@altered("v3", "catalogues", "getCollection")
def modalities_unordered(content: Any, _: Request) -> None:
    """Modalities of a collection descend."""
    content["modalities"].reverse()


@altered("v3", "catalogues", "getCollection")
def licences_merged(content: Any, _: Request) -> None:
    """A collection has one licence only: that of most series."""
    del content["licenses"][1:]


@altered("v3", "catalogues", "getAnalysisResults")
def result_missing(content: Any, _: Request) -> None:
    """The first analysis result is not listed."""
    del content[0]


@altered("v3", "catalogues", "getAnalysisResults")
def subjects_of_results_wrong(content: Any, _: Request) -> None:
    """The last analysis result has a subject too many."""
    content[-1]["subjects"] += 1


# --- attributes and tables -------------------------------------------------------------------------------------------


@altered("v3", "catalogues", "getAttributes")
def kind_wrong(content: Any, _: Request) -> None:
    """Dates of studies are reported as terms."""
    for one in content:
        one["kind"] = "term" if one["name"] == "StudyDate" else one["kind"]


@altered("v3", "catalogues", "getAttributes")
def categorical_wrong(content: Any, _: Request) -> None:
    """Identifiers of patients are reported as categorical."""
    for one in content:
        one["categorical"] = one["categorical"] or one["name"] == "PatientID"


@altered("v3", "catalogues", "getAttributes")
def attribute_missing(content: Any, _: Request) -> None:
    """An attribute that can be filtered by is not listed."""
    content[:] = [one for one in content if one["name"] != "sop_class_name"]


@altered("v3", "catalogues", "getAttributes")
def attributes_sorted(content: Any, _: Request) -> None:
    """Attributes come in the order of the alphabet."""
    content.sort(key=lambda one: one["name"].lower())


@altered("v3", "catalogues", "getAttributes")
def data_type_wrong(content: Any, _: Request) -> None:
    """Sizes are reported as whole numbers."""
    for one in content:
        one["data_type"] = "INTEGER" if one["name"] == "series_size_MB" else one["data_type"]


@altered("v3", "catalogues", "getTables")
def column_count_wrong(content: Any, _: Request) -> None:
    """Tables have a column more than they have."""
    for one in content["tables"]:
        one["column_count"] += 1


@altered("v3", "catalogues", "getTables")
def table_missing(content: Any, _: Request) -> None:
    """A table that can be queried is not listed."""
    content["tables"].pop()


@altered("v3", "catalogues", "getTable")
def column_missing(content: Any, _: Request) -> None:
    """Tables lack their last column."""
    content["columns"].pop()


@altered("v3", "catalogues", "getTable")
def types_of_engine(content: Any, _: Request) -> None:
    """Columns have the engine's types."""
    for column in content["columns"]:
        column["type"] = column["type"].replace("STRING", "VARCHAR").replace("INTEGER", "BIGINT")


@altered("v3", "catalogues", "getTable")
def lists_unmarked(content: Any, _: Request) -> None:
    """Columns with lists are not marked as lists."""
    for column in content["columns"]:
        column["type"] = column["type"].removesuffix("[]")


@altered("v3", "catalogues", "getTable")
def records_unspelled(content: Any, _: Request) -> None:
    """Nested columns do not name their members."""
    for column in content["columns"]:
        if column["type"].startswith("STRUCT"):
            column["type"] = "RECORD[]" if column["type"].endswith("[]") else "RECORD"


@altered("v3", "catalogues", "getTable")
def lists_of_records_doubled(content: Any, _: Request) -> None:
    """Columns with lists of records are marked as lists twice."""
    for column in content["columns"]:
        if column["type"].endswith("[]") and column["type"].startswith("STRUCT"):
            column["type"] += "[]"


@altered("v3", "catalogues", "getTable")
def members_nameless(content: Any, _: Request) -> None:
    """Columns with members give the types of these and not their names."""
    for column in content["columns"]:
        if column["type"].startswith("STRUCT"):
            column["type"] = re.sub(r"\"?\w+\"? (?=VARCHAR|STRUCT)", "", column["type"])


@fault("v3", "catalogues")
async def file_name_is_table(request: Request, forward: Serve) -> Answer:
    """A table answers to the name of its file as well."""
    known = operation(request) == "getTable" and request.path.endswith("/idc_index")
    return await forward(replace(request, target="/v3/tables/index") if known else request)


# --- values of attributes --------------------------------------------------------------------------------------------


@altered_request("v3", "values", "getAttributeValues")
def values_limit_ignored(request: Request) -> Request | None:
    """The limit of values is ignored."""
    limit = request.query.get("limit", "")
    return request.with_query(limit=None) if limit.isdecimal() and 1 <= int(limit) <= 10000 else None


@altered("v3", "values", "getAttributeValues")
def values_never_truncated(content: Any, _: Request) -> None:
    """No list of values is reported as truncated."""
    content["truncated"] = False


@altered("v3", "values", "getAttributeValues")
def values_truncated_when_full(content: Any, request: Request) -> None:
    """A list with exactly the maximum of values is reported as truncated."""
    content["truncated"] = len(content["values"]) == int(request.query.get("limit", "100"))


@altered("v3", "values", "getAttributeValues")
def rarest_first(content: Any, _: Request) -> None:
    """The rarest value comes first."""
    content["values"].reverse()


@altered("v3", "values", "getAttributeValues")
def rarest_missing(content: Any, _: Request) -> None:
    """The rarest value is missing where all are listed."""
    if not content["truncated"]:
        content["values"].pop()


@altered("v3", "values", "getAttributeValues")
def null_is_a_value(content: Any, _: Request) -> None:
    """Null is counted as a value."""
    if not content["truncated"] and isinstance(content["values"][0]["value"], str):
        content["values"].append({"value": "None", "count": 1})


@altered("v3", "values", "getAttributeValues")
def values_as_text(content: Any, _: Request) -> None:
    """Numbers among values come as text."""
    for one in content["values"]:
        one["value"] = str(one["value"])


@altered("v3", "values", "getAttributeValues")
def instances_counted(content: Any, _: Request) -> None:
    """The commonest value has a series too many."""
    if content["values"]:
        content["values"][0]["count"] += 1


# --- how much --------------------------------------------------------------------------------------------------------


@altered("v3", "counts", "getStats")
def collections_counted_wrong(content: Any, _: Request) -> None:
    """There is a collection less than are listed."""
    content["collections"] -= 1


@altered("v3", "counts", "getStats")
def release_of_yesterday(content: Any, _: Request) -> None:
    """Totals are reported for the release before."""
    content["idc_version"] = f"v{int(content['idc_version'][1:]) - 1}"


@altered("v3", "counts", "getStats")
def stats_of_yesterday(content: Any, _: Request) -> None:
    """Totals of series are older than the data."""
    content["series"] -= 100


@altered("v3", "counts", "getService")
def server_of_yesterday(content: Any, _: Request) -> None:
    """The service names another version of itself."""
    content["server_version"] = "2.9.9"


@altered("v3", "counts", "getVersion")
def package_of_another_release(content: Any, _: Request) -> None:
    """The data's package is of another release."""
    content["idc_index_data_version"] = "1." + content["idc_index_data_version"].partition(".")[2]


@altered("v3", "counts", "countCohort", "getCollection", "getStats")
def sizes_of_two_places(content: Any, _: Request) -> None:
    """Sizes are rounded to two places."""
    content["size_TB"] = round(content["size_TB"], 2)


@altered("v3", "counts", "countCohort", "getCollection", "getStats")
def sizes_binary(content: Any, _: Request) -> None:
    """Sizes are in units of 2^40 bytes."""
    content["size_TB"] = round(content["size_TB"] * 1e12 / 2**40, 3)


@altered("v3", "counts", "countCohort")
def patients_per_study(content: Any, _: Request) -> None:
    """Every study is counted as a patient."""
    content["patients"] = content["studies"]


@altered("v3", "counts", "countCohort")
def instances_are_series(content: Any, _: Request) -> None:
    """Every series is counted as an instance."""
    content["instances"] = content["series"]


# --- licences and citations ------------------------------------------------------------------------------------------


@altered("v3", "tools", "getLicenses")
def licence_missing(content: Any, _: Request) -> None:
    """Of several licences the one of fewest series is missing."""
    if len(content["licenses"]) > 1:
        content["licenses"].pop()


@altered("v3", "tools", "getLicenses")
def licences_ascending(content: Any, _: Request) -> None:
    """The licence of fewest series comes first."""
    content["licenses"].reverse()


@altered("v3", "tools", "getLicenses")
def licences_counted_wrong(content: Any, _: Request) -> None:
    """The first of several licences has a series of the second."""
    if len(content["licenses"]) > 1:
        content["licenses"][0]["series"] += 1
        content["licenses"][1]["series"] -= 1


@altered("v3", "tools", "getLicenses")
def licences_weigh_nothing(content: Any, _: Request) -> None:
    """Licences have no size."""
    for one in content["licenses"]:
        one["size_TB"] = 0.0


@altered("v3", "tools", "getCitations")
def format_ignored(content: Any, _: Request) -> None:
    """Citations are always in apa format."""
    content["format"] = "apa"


@altered("v3", "data", "getCitations")
def citations_in_another_form(content: Any, request: Request) -> None:
    """Citations are written in APA style, whatever was asked for."""
    if content["format"] == "bibtex":
        content["citations"] = [f"Someone (2020). {text.strip('@{}')}" for text in content["citations"]]


@altered("v3", "tools", "getCitations")
def citation_made_up(content: Any, _: Request) -> None:
    """A dataset that could not be looked up is cited."""
    content["citations"].append("Unknown. (n.d.). Retrieved from https://doi.org/")


# --- viewers ---------------------------------------------------------------------------------------------------------


@altered("v3", "tools", "getViewerUrl")
def slides_in_ohif(content: Any, request: Request) -> None:
    """Slide microscopy is shown in a viewer that cannot show it."""
    if "viewer" not in request.query and content["viewer"] == "slim":
        content["viewer"] = "ohif_v3"


@altered_request("v3", "tools", "getViewerUrl")
def viewer_ignored(request: Request) -> Request | None:
    """The viewer in the request is ignored."""
    known = request.query.get("viewer") in ("ohif_v2", "ohif_v3", "slim")
    return request.with_query(viewer=None) if known else None


@altered("v3", "tools", "getViewerUrl")
def series_not_shown(content: Any, request: Request) -> None:
    """The address does not lead to the series."""
    series = content["series_instance_uid"]
    for before in ("?SeriesInstanceUID=", "&initialSeriesInstanceUID=", "/series/"):
        content["viewer_url"] = content["viewer_url"].replace(f"{before}{series}", "")


@altered("v3", "tools", "getViewerUrl")
def study_not_said(content: Any, request: Request) -> None:
    """The address of a series does not name the study."""
    if "study_instance_uid" not in request.query:
        content["study_instance_uid"] = None


@altered("v3", "tools", "getViewerUrl")
def path_of_old_viewer(content: Any, _: Request) -> None:
    """The newer viewer's address is that of the older one."""
    content["viewer_url"] = content["viewer_url"].replace("/v3/viewer/?StudyInstanceUIDs=", "/viewer/")


@altered("v3", "tools", "getViewerUrl")
def viewer_of_dev(content: Any, _: Request) -> None:
    """Addresses lead to the developers' host."""
    content["viewer_url"] = content["viewer_url"].replace("viewer.imaging.datacommons.cancer.gov", "dev.canceridc.dev")


@fault("v3", "tools")
async def study_of_another(request: Request, forward: Serve) -> Answer:
    """A series given alone is shown in a study of its own number."""
    answer = await forward(request)
    if operation(request) != "getViewerUrl" or answer.status != 200 or "study_instance_uid" in request.query:
        return answer
    content = answer.json()
    study, series = content["study_instance_uid"], content["series_instance_uid"]
    content["viewer_url"] = content["viewer_url"].replace(f"={study}", f"={series}").replace(f"/{study}", f"/{series}")
    return with_content(answer, content | {"study_instance_uid": series})
