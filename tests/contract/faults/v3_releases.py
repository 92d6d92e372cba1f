"""Faults of v3: what each data release changed, and columns to begin with (both unreleased)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, altered_request

if TYPE_CHECKING:
    from idc_contract.calls import Request


@altered("v3", "releases", "getReleaseChanges")
def added_counted_by_first_release(content: Any, _: Request) -> None:
    """Series that come back after a release without them are not counted as added."""
    if content["idc_version"] == "v3":
        content["series_added"] = 0
        content["collections"] = []


@altered("v3", "releases", "getReleaseChanges")
def total_too_large(content: Any, _: Request) -> None:
    """The total has one added series more than its collections."""
    content["series_added"] += 1


@altered("v3", "releases", "getReleaseChanges")
def changed_collection_missing(content: Any, _: Request) -> None:
    """The last changed collection is not listed, although its series are counted."""
    content["collections"][-1:] = []


@altered("v3", "releases", "getReleaseChanges")
def revised_counted_as_removed(content: Any, _: Request) -> None:
    """Revised series are counted as removed."""
    for one in (content, *content["collections"]):
        one["series_removed"] += one["series_revised"]
        one["series_revised"] = 0


@altered("v3", "releases", "getReleaseChanges")
def new_collections_not_listed(content: Any, _: Request) -> None:
    """New collections are marked as updated, and not listed."""
    content["new_collections"] = []
    for one in content["collections"]:
        one["status"] = "updated" if one["status"] == "new" else one["status"]


@altered("v3", "releases", "getReleaseChanges")
def sizes_in_gigabytes(content: Any, _: Request) -> None:
    """Sizes are in units of 10^9 bytes."""
    for one in (content, *content["collections"]):
        one["size_TB_added"] = round(one["size_TB_added"] * 1000, 3)


@altered("v3", "releases", "getReleaseChanges")
def changes_by_name(content: Any, _: Request) -> None:
    """Changed collections ascend by name and not by their additions."""
    content["collections"].sort(key=lambda one: one["collection_id"])


@altered("v3", "releases", "getReleaseChanges")
def patients_counted_per_series(content: Any, _: Request) -> None:
    """Each changed series is counted as a patient."""
    for one in (content, *content["collections"]):
        one["patients_affected"] = one["series_added"] + one["series_revised"] + one["series_removed"]


@altered("v3", "releases", "getReleaseChanges")
def analysis_never_new(content: Any, _: Request) -> None:
    """No analysis result is reported as new."""
    for one in content["analysis_results"]:
        one["is_new"] = False


@altered("v3", "releases", "getReleaseChanges")
def previous_date_is_its_own(content: Any, _: Request) -> None:
    """The date of the release before is the date of the release."""
    content["previous_release_date"] = content["release_date"] if content["previous_version"] else None


@altered_request("v3", "releases", "getReleaseChanges")
def first_release_is_default(request: Request) -> Request | None:
    """Without a version, the answer is that of the first release."""
    return None if "version" in request.query else request.with_query(version="1")


@altered_request("v3", "releases", "getReleaseChanges")
def unknown_release_is_newest(request: Request) -> Request | None:
    """A number beyond the newest release means the newest release."""
    version = request.query.get("version", "")
    return request.with_query(version=None) if version.isdecimal() and int(version) > 25 else None


@altered_request("v3", "releases", "getReleaseChanges")
def release_zero_is_newest(request: Request) -> Request | None:
    """The version 0 means the newest release."""
    return request.with_query(version=None) if request.query.get("version") == "0" else None


@altered("v3", "releases", "getTables")
def notable_column_unknown(content: Any, _: Request) -> None:
    """A table has a notable column that it does not have."""
    for table in content["tables"][:1]:
        table["notable_columns"].append("BodyPart")


@altered("v3", "releases", "getTables")
def notable_columns_of_some(content: Any, _: Request) -> None:
    """Tables without notable columns lack the member."""
    for table in content["tables"]:
        if not table["notable_columns"]:
            del table["notable_columns"]
