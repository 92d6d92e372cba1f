"""Faults of v1: catalogues of versions, collections and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request

if TYPE_CHECKING:
    from idc_contract.calls import Request

CATALOGUES = ("listCollections", "listAnalysisResults", "listAttributes")


@altered("v1", "catalogues", "listVersions")
def two_active(content: Any, _: Request) -> None:
    """Every version is active."""
    for version in content["versions"]:
        version["active"] = True


@altered("v1", "catalogues", "listVersions")
def none_active(content: Any, _: Request) -> None:
    """No version is active."""
    for version in content["versions"]:
        version["active"] = False


@altered("v1", "catalogues", "listVersions")
def first_active(content: Any, _: Request) -> None:
    """The first version is active, though previews run against the last."""
    for version in content["versions"]:
        version["active"] = version["idc_data_version"] == "1.0"


@altered("v1", "catalogues", "listVersions")
def newest_version_first(content: Any, _: Request) -> None:
    """Versions come newest first."""
    content["versions"].reverse()


@altered("v1", "catalogues", "listVersions")
def source_of_old_version(content: Any, _: Request) -> None:
    """Every version has the data sources of the first."""
    for version in content["versions"]:
        version["data_sources"] = content["versions"][0]["data_sources"]


@altered("v1", "catalogues", "listCollections")
def collection_missing(content: Any, _: Request) -> None:
    """The last collection is missing."""
    content["collections"].pop()


@altered("v1", "catalogues", "listCollections")
def collection_twice(content: Any, _: Request) -> None:
    """The first collection is there twice."""
    content["collections"].insert(1, content["collections"][0])


@altered("v1", "catalogues", "listCollections")
def subjects_wrong(content: Any, _: Request) -> None:
    """The second collection has a subject too many."""
    content["collections"][1]["subject_count"] += 1


@altered("v1", "catalogues", "listCollections")
def collection_hyphened(content: Any, _: Request) -> None:
    """Collections of TCGA have the identifiers of another collection of TCGA."""
    found = [one for one in content["collections"] if one["collection_id"].startswith("tcga_")]
    names = [one["collection_id"] for one in found]
    for one, name in zip(found, names[1:] + names[:1], strict=True):
        one["collection_id"] = name


@altered("v1", "catalogues", "listCollections", "listAnalysisResults")
def in_every_version(content: Any, _: Request) -> None:
    """Every collection and result is reported for all versions."""
    for one in content.get("collections") or content["analysisResults"]:
        one["idc_data_versions"] = ["1.0", "2.0"]


@altered("v1", "catalogues", "listAnalysisResults")
def result_missing(content: Any, _: Request) -> None:
    """The last analysis result is missing."""
    content["analysisResults"].pop()


@altered("v1", "catalogues", "listAnalysisResults")
def doi_of_another(content: Any, _: Request) -> None:
    """All analysis results have the DOI of the first."""
    for one in content["analysisResults"]:
        one["doi"] = content["analysisResults"][0]["doi"]


@altered_request("v1", "catalogues", *CATALOGUES)
def version_ignored(request: Request) -> Request | None:
    """The data version in the request is ignored."""
    return request.with_query(idc_data_version=None) if request.query.get("idc_data_version") == "1.0" else None


@altered_request("v1", "catalogues", "listAttributes")
def source_ignored(request: Request) -> Request:
    """The data source in the request is ignored."""
    return request.with_query(data_source=None)


@altered("v1", "catalogues", "listAttributes")
def between_missing(content: Any, _: Request) -> None:
    """Attributes with numbers have no form for ranges from one to another."""
    for source in content["data_sources"]:
        source["attributes"] = [one for one in source["attributes"] if not one["name"].endswith("_btw")]


@altered("v1", "catalogues", "listAttributes")
def attribute_type_wrong(content: Any, _: Request) -> None:
    """Numbers are reported as text."""
    for source in content["data_sources"]:
        for one in source["attributes"]:
            one["data_type"] = one["data_type"].replace("Continuous Numeric", "Categorical String")


@altered("v1", "catalogues", "listAttributes")
def attribute_inactive(content: Any, _: Request) -> None:
    """Modality is reported as inactive."""
    for source in content["data_sources"]:
        for one in source["attributes"]:
            one["active"] = one["active"] and one["name"] != "Modality"


@altered("v1", "catalogues", "listAttributes")
def attribute_missing(content: Any, _: Request) -> None:
    """An attribute that can be filtered by is not listed."""
    for source in content["data_sources"]:
        source["attributes"] = [one for one in source["attributes"] if one["name"] != "tcia_species"]


@altered("v1", "catalogues", "listAttributes")
def attributes_of_version_1(content: Any, _: Request) -> None:
    """Attributes are always those of version 1.0."""
    content["idc_data_version"] = "1.0"


@altered("v1", "catalogues", "getDicomMetadata")
def lists_joined(content: Any, _: Request) -> None:
    """The type of an image is text and not a list."""
    for row in content["query_results"]["json"]:
        row["ImageType"] = "\\".join(row["ImageType"])


@altered("v1", "catalogues", "getDicomMetadata")
def collection_in_capitals(content: Any, _: Request) -> None:
    """The metadata name collections as they are shown and not as they are filtered by."""
    for row in content["query_results"]["json"]:
        row["collection_id"] = row["collection_id"].replace("_", "")


@altered("v1", "catalogues", "getDicomMetadata")
def column_left_out(content: Any, _: Request) -> None:
    """Columns without a value are left out of the metadata."""
    for row in content["query_results"]["json"]:
        for name in [name for name, value in row.items() if value is None]:
            del row[name]
