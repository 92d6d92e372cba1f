"""v3: counts, manifests and licences of selections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.shape import RANGES, TERMS, request_body
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.truth import (
    NOWHERE,
    ORDER,
    ROW,
    a_row,
    counted,
    counts,
    licenses,
    listed,
    paged,
    pages,
    relation,
    same_counts,
    same_licenses,
    some_filters,
    truth,
    where,
)  # fmt: skip

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

CAP = 100_000
GOOGLE = {"idc-open-data-two": "idc-open-idc1", "idc-open-data-cr": "idc-open-cr"}
SUMS = ("patients", "studies", "series", "instances", "size_TB")
ONE: Filters = {"terms": {"collection_id": ["rider_pilot"]}}


@relation(examples=20)
def counts_are_those_of_the_series_that_meet_the_filters(service: Service, draw: Draw) -> None:
    """Counts are those of the series that match one value of every attribute and all bounds."""
    filters = some_filters(service, draw)
    same_counts(counted(service, filters), counts(service, filters), f"counts of {filters}")


@relation(examples=14)
def a_page_is_the_slice_of_the_ordered_series(service: Service, draw: Draw) -> None:
    """A page has the rows from page x page_size on, in the documented order, with the counts of the selection."""
    filters = some_filters(service, draw, most=2)
    total = counts(service, filters)
    size = draw(st.sampled_from([1, 2, 3, 10, 50, 100, 999, 5000]))
    last = max(pages(total["series"], size) - 1, 0)
    page = draw(st.sampled_from(sorted({0, 1, last // 2, last, last + 1})))
    found = paged(service, filters, page=page, page_size=size)
    holds(found["page_size"] <= size, "page_size", f"{found['page_size']} is more than the {size} requested")
    same_page(service, found, filters, page, total)


@relation(examples=2)
def a_page_of_any_default_is_a_page(service: Service, draw: Draw) -> None:
    """Without page and page_size the answer is the first page, in the service's default size, each time the same."""
    filters = some_filters(service, draw, most=1)
    found = paged(service, filters)
    same_page(service, found, filters, 0, counts(service, filters))
    for more in ({}, {"page_size": None}, {"page": 0}, {"include_rows": True}):
        same(paged(service, filters, **more), found, f"the same request with {more}")


@relation(examples=3)
def a_page_can_come_without_its_rows(service: Service, draw: Draw) -> None:
    """A page without rows has the same counts and downloads."""
    filters = some_filters(service, draw, most=2)
    found = paged(service, filters, page_size=3)
    bare = paged(service, filters, page_size=3, include_rows=False)
    same(bare, {**found, "series": [], "returned": 0}, "a page without rows")


def same_page(service: Service, found: dict[str, Any], filters: Filters, page: int, total: dict[str, Any]) -> None:
    """Raise Broken unless an answer is the page, by the size that it names, of what the filters select."""
    same(found["page"], page, "page")
    same_counts(found["counts"], total, f"counts of {filters}")
    same(found["total_series"], total["series"], "total_series")
    size = found["page_size"]
    sql = (
        f"SELECT {', '.join(ROW)} FROM index WHERE {where(filters)} ORDER BY {ORDER} LIMIT {size} OFFSET {page * size}"
    )
    rows = truth(service, sql) if page * size < total["series"] else []
    same(found["series"], rows, f"rows of {filters}")
    same(found["returned"], len(rows), "returned")
    download(service, found, filters)


def download(service: Service, found: dict[str, Any], filters: Filters) -> None:
    """Raise Broken unless the download instructions are right."""
    applied_filters = found["download"]
    same(applied_filters["total_series"], found["counts"]["series"], "series to download")
    same(applied_filters["size_TB"], found["counts"]["size_TB"], "size of a download")
    sql = f"SELECT series_aws_url AS url FROM index WHERE {where(filters)} ORDER BY 1 LIMIT 5"
    same(applied_filters["manifest_preview"], [row["url"] for row in truth(service, sql)], "preview of the manifest")
    same(applied_filters["manifest_truncated"], found["counts"]["series"] > CAP, "whether the manifest is cut")
    terms = filters.get("terms", {})
    only = terms.get("collection_id", []) if len(terms) == 1 and not filters.get("ranges") else []
    *commands, last = applied_filters["idc_commands"]
    same(commands, [f"idc download {name} --download-dir ./idc-data" for name in only], "download commands")
    comment, _, command = last.partition("\n")
    good = comment.startswith("# ") and comment.endswith(":")
    holds(
        good and command == "idc download-from-manifest idc_manifest.txt --download-dir ./idc-data",
        "last command",
        last,
    )
    holds(
        "idc-index" in applied_filters["note"] and applied_filters["note"].endswith("."),
        "note on downloading",
        applied_filters["note"],
    )


@relation(examples=4)
def the_union_of_the_pages_is_the_whole(service: Service, draw: Draw) -> None:
    """The pages of any size have together every series once, ascending, and come to an end."""
    filters = some_filters(service, draw, most=1, narrow=True)
    total = counted(service, filters)["series"]
    sql = f"SELECT SeriesInstanceUID AS uid FROM index WHERE {where(filters)} ORDER BY {ORDER}"
    expected = [row["uid"] for row in truth(service, sql)]
    for size in (draw(st.integers(max(1, total // 9), max(2, total // 3))), max(1, total), total + 1):
        seen: list[str] = []
        for page in range(total + 3):
            found = paged(service, filters, page=page, page_size=size)
            same(found["total_series"], total, "total in mid-walk")
            seen += [row["SeriesInstanceUID"] for row in found["series"]]
            if page * found["page_size"] + found["returned"] >= total:
                break
        same(seen, expected, f"the union of pages of {size}")


@relation()
def a_page_out_of_bounds_is_brought_within(service: Service, draw: Draw) -> None:
    """A page below 0 is page 0, a page_size below 1 is 1, and one that is too large the largest."""
    largest = paged(service, ONE, page_size=5000)["page_size"]
    for page, size in ((-1, 5), (-(10**12), 5), (0, 0), (0, -7), (0, 10**6), (2, 10**15), (0, 5001)):
        found = paged(service, ONE, page=page, page_size=size)
        same(found["page"], max(page, 0), "page within bounds")
        same(found["page_size"], min(max(size, 1), largest), "page_size within bounds")
        same_page(service, found, ONE, max(page, 0), counts(service, ONE))


@relation(needs={"mistakes"})
def a_page_far_beyond_the_end_is_empty_or_refused(service: Service, draw: Draw) -> None:
    """A page far beyond the end is empty or refused, and never a server error."""
    for page in (10**6, 2**31, 2**53, 2**62, 2**63, 10**30):
        requested = request_body("getManifest", ONE, page=page, page_size=5000)
        found = service.call("getManifest", requested, status=(200, 400, 422))
        if "series" in found:
            same([found["series"], found["returned"]], [[], 0], "a page beyond the end")


@relation(examples=8)
def a_text_manifest_lists_the_addresses(service: Service, draw: Draw) -> None:
    """A text manifest has one address per line, ascending, for the requested source, up to the limit."""
    filters = some_filters(service, draw, most=2, narrow=draw(st.booleans()))
    source = draw(st.sampled_from(["aws", "gcs", None]))
    limit = draw(st.sampled_from([None, 0, 1, 2, 37, 1000, 10**6]))
    total = counts(service, filters)["series"]
    if limit is None and total > 20_000:
        limit = 500
    own = {**({"source": source} if source else {}), **({} if limit is None else {"limit": limit})}
    most = min(CAP if limit is None else limit, total)
    same_lines(service, listed(service, filters, **own), filters, source, most)


@relation()
def a_limit_is_the_most_lines(service: Service, draw: Draw) -> None:
    """Without a limit there are all lines; with a limit there are at most that many, and none with 0."""
    total = counts(service, ONE)["series"]
    for source in ("aws", "gcs"):
        for limit in (None, 0, 1, total - 1, total, total + 1):
            text = listed(service, ONE, source=source, limit=limit)
            same_lines(service, text, ONE, source, total if limit is None else min(limit, total))


def same_lines(service: Service, text: str, filters: Filters, source: str | None, most: int) -> None:
    """Raise Broken unless a text manifest has just the lines that it ought to."""
    most_known = most if service.index is not None else min(most, 10_000)
    sql = f"SELECT series_aws_url AS url FROM index WHERE {where(filters)} ORDER BY 1 LIMIT {most_known}"
    lines = [row["url"] for row in truth(service, sql)]
    if source == "gcs":
        lines = ["/".join([GOOGLE.get(part, part) for part in line.split("/")]) for line in lines]
    found = text.split("\n")
    holds(found.pop() == "", "end of the last line", "the last line has no end")
    same(len(found), most, "number of lines")
    same(found[:most_known], lines, f"lines of {filters}")


@relation()
def every_bucket_has_its_name_in_the_other_cloud(service: Service, draw: Draw) -> None:
    """For gcs the addresses have Google's buckets, in the same order as for aws."""
    for bucket in sorted(row["b"] for row in truth(service, "SELECT DISTINCT aws_bucket AS b FROM index")):
        smallest = "GROUP BY 1 ORDER BY count(*), 1 LIMIT 1"
        sql = f"SELECT collection_id AS c FROM index WHERE aws_bucket = '{bucket}' {smallest}"
        filters: Filters = {"terms": {"collection_id": [truth(service, sql)[0]["c"]]}}
        text = listed(service, filters, source="gcs", limit=300)
        same_lines(service, text, filters, "gcs", min(300, counts(service, filters)["series"]))


@relation()
def a_text_manifest_ends_at_its_cap(service: Service, draw: Draw) -> None:
    """A text manifest has at most the first 100,000 series, and more only with a higher limit."""
    every: Filters = {"terms": {"Modality": ["CT", "MR"]}}
    text = listed(service, every)
    same_lines(service, text, every, None, CAP)
    more = listed(service, every, limit=CAP + 1)
    same(more.count("\n"), CAP + 1, "number of lines")
    holds(more.startswith(text), "a longer manifest", "it does not begin with the shorter one")
    none = listed(service, {"terms": {"Modality": ["no such"]}})
    same(none, "", "manifest of nothing")


@relation(examples=8)
def licenses_are_those_of_the_series(service: Service, draw: Draw) -> None:
    """The licences of a selection have their series and sizes, the licence with most series first."""
    filters = some_filters(service, draw, most=draw(st.integers(1, 3)))
    found = service.call("getLicenses", request_body("getLicenses", filters))["licenses"]
    same_licenses(found, licenses(service, where(filters)), f"licences of {filters}")


@relation()
def licenses_of_everything_are_complete(service: Service, draw: Draw) -> None:
    """Every series has one of the listed licences."""
    for filters in ({}, {"ranges": {"instanceCount": {"gte": 100}}}):
        found = service.call("getLicenses", request_body("getLicenses", filters))["licenses"]
        same_licenses(found, licenses(service, where(filters)), "all licences")


@relation(examples=6)
def a_value_that_does_not_occur_selects_nothing(service: Service, draw: Draw) -> None:
    """Values are compared exactly: a value that does not occur selects nothing, with any characters."""
    name = draw(st.sampled_from(TERMS))
    row = a_row(
        service, draw, f'"{name}" IS NOT NULL AND upper("{name}") <> lower("{name}")' if name == "Modality" else "true"
    )
    odd = [row[name].swapcase(), f"{row[name]} ", f" {row[name]}", f"{row[name]}%", row[name][:-1]] if row[name] else []
    value = draw(st.sampled_from([*NOWHERE, *odd]))
    filters: Filters = {"terms": {name: [value]}}
    same_counts(counted(service, filters), counts(service, filters), f"counts of {filters}")
    found = paged(service, filters, page_size=2)
    same_page(service, found, filters, 0, counts(service, filters))


@relation(examples=10)
def numbers_and_dates_are_bounded_inclusively(service: Service, draw: Draw) -> None:
    """Both bounds are included and may be text; null is no bound; a reversed range selects nothing."""
    name = draw(st.sampled_from(RANGES))
    row = a_row(service, draw, f'"{name}" IS NOT NULL')
    terms, value = {"collection_id": [row["collection_id"]]}, row[name]
    for bounds in ({"gte": value, "lte": value}, {"gte": str(value), "lte": None}, {"lte": value}, {"gte": value}):
        filters: Filters = {"terms": terms, "ranges": {name: bounds}}
        same_counts(counted(service, filters), counts(service, filters), f"counts of {filters}")
    high = "9999-01-01" if isinstance(value, str) else 10**12
    nothing = counted(service, {"ranges": {name: {"gte": high, "lte": value}}})
    same(nothing["series"], 0, f"series in the reversed range of {name}")


@relation(examples=4)
def ranges_complement_each_other(service: Service, draw: Draw) -> None:
    """Series up to a number and series from the next number are together all series with the attribute."""
    name = draw(st.sampled_from(["instanceCount", "series_init_idc_version", "series_revised_idc_version"]))
    value = a_row(service, draw)[name]
    whole = counted(service, {"ranges": {name: {"gte": -1}}})["series"]
    low = counted(service, {"ranges": {name: {"lte": value}}})["series"]
    high = counted(service, {"ranges": {name: {"gte": value + 1}}})["series"]
    same(low + high, whole, f"series below and above {value} of {name}")


@relation(examples=2)
def values_part_the_series_among_them(service: Service, draw: Draw) -> None:
    """Counts by value add up; another value adds series, another attribute removes series."""
    values = service.call("getAttributeValues", attribute="Modality")["values"]
    parts = [counted(service, {"terms": {"Modality": [item["value"]]}})["series"] for item in values[:6]]
    same(parts, [item["count"] for item in values[:6]], "series by modality")
    names = [item["value"] for item in values[:6]]
    both = counted(service, {"terms": {"Modality": names}})
    same(both["series"], sum(parts), "series of several modalities")
    fewer = counted(service, {"terms": {"Modality": names, "PatientSex": ["F"]}})
    holds(all(fewer[key] <= both[key] for key in SUMS), "one attribute more", f"{fewer} is more than {both}")
