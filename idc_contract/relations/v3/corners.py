"""Rare requests to v3: large pages, many values, several ranges, unusual text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.shape import RANGES, TERMS
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.catalogues import invalid
from idc_contract.relations.v3.cohorts import same_lines, same_page
from idc_contract.relations.v3.truth import (
    COLUMNS,
    a_row,
    counted,
    counts,
    listed,
    paged,
    relation,
    same_counts,
    truth,
    where,
)  # fmt: skip

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

LARGEST = 5000
TEXTS = (
    "DROP TABLE index",
    "insert; delete",
    "it's",
    "  blanks  ",
    "é",
    "ÿ ñ",
    "<b>&amp;",
    "\\n",
    "\t",
    "100%",
    "NULL",
)


@relation(examples=2)
def the_largest_pages_are_whole(service: Service, draw: Draw) -> None:
    """A page of the largest size has all its rows, at the start and in the middle of a large selection."""
    filters: Filters = {"terms": {"Modality": [draw(st.sampled_from(["CT", "MR", "SEG"]))]}}
    total = counts(service, filters)
    for page in (0, total["series"] // LARGEST // 2):
        found = paged(service, filters, page=page, page_size=LARGEST)
        same_page(service, found, filters, page, total)


@relation()
def each_bucket_and_each_odd_text_is_returned(service: Service, draw: Draw) -> None:
    """Rows of every bucket are returned, also with control characters, any script, or no description."""
    buckets = [row["b"] for row in truth(service, "SELECT DISTINCT aws_bucket AS b FROM index ORDER BY 1")]
    conditions = [f"aws_bucket = '{bucket}'" for bucket in buckets]
    conditions += [
        r"regexp_matches(SeriesDescription, '[\x00-\x1f]')",
        r"regexp_matches(SeriesDescription, '[^\x00-\x7f]')",
        "SeriesDescription IS NULL",
        "SeriesDescription <> trim(SeriesDescription)",
        "instanceCount > 10000",
        "series_size_MB < 0.001",
        "collection_id IN (SELECT collection_id FROM index GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)",
        "PatientID IN (SELECT PatientID FROM index GROUP BY 1 HAVING count(DISTINCT collection_id) > 1)",
    ]
    for condition in conditions:
        sql = f"SELECT SeriesInstanceUID AS u FROM index WHERE {condition} ORDER BY 1 LIMIT 60"
        if uids := [row["u"] for row in truth(service, sql)]:
            filters: Filters = {"terms": {"SeriesInstanceUID": uids}}
            found = paged(service, filters, page_size=len(uids))
            same_page(service, found, filters, 0, counts(service, filters))


@relation(examples=3)
def many_values_are_all_wanted(service: Service, draw: Draw) -> None:
    """Each of many values of an attribute is applied, the last as well as the first."""
    name, number = draw(st.sampled_from([("SeriesInstanceUID", 1200), ("PatientID", 300), ("collection_id", 40)]))
    sql = f'SELECT DISTINCT "{name}" AS v FROM index ORDER BY 1 LIMIT {number} OFFSET {draw(st.integers(0, 100))}'
    filters: Filters = {"terms": {name: [row["v"] for row in truth(service, sql)]}}
    same_counts(counted(service, filters), counts(service, filters), f"counts of {number} values of {name}")
    text = listed(service, filters, limit=50)
    same_lines(service, text, filters, None, min(50, counts(service, filters)["series"]))


@relation(examples=2)
def all_of_many_attributes_count(service: Service, draw: Draw) -> None:
    """All terms and ranges of a request are applied: each of them alone can exclude what the others select."""
    row = a_row(service, draw, "StudyDate IS NOT NULL AND SeriesDate IS NOT NULL AND Manufacturer IS NOT NULL")
    narrow = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
    terms = {name: [row[name]] for name in TERMS if row[name] is not None and name not in narrow}
    ranges = {name: {"gte": row[name], "lte": row[name]} for name in RANGES if row[name] is not None}
    whole: Filters = {"terms": terms, "ranges": ranges}
    same_counts(counted(service, whole), counts(service, whole), "counts of all attributes")
    for name in [*terms, *ranges]:
        kind, other = ("terms", ["no such value"]) if name in terms else ("ranges", {"lte": _below(row[name])})
        spoilt: Filters = {**whole, kind: {**whole[kind], name: other}}
        same(counted(service, spoilt)["series"], counts(service, spoilt)["series"], f"series without {name}")
    pair = draw(st.lists(st.sampled_from(sorted(ranges)), min_size=2, max_size=3, unique=True))
    for order in (pair, pair[::-1]):
        some: Filters = {"ranges": {name: {"gte": row[name]} for name in order}}
        same_counts(counted(service, some), counts(service, some), f"counts of {some}")


def _below(value: Any) -> Any:
    return "0001-01-01" if isinstance(value, str) else value - 1


@relation()
def zero_and_what_is_less_are_bounds(service: Service, draw: Draw) -> None:
    """A bound of 0, below it or with a fraction is a bound like any other."""
    for name, bounds in (
        ("instanceCount", {"lte": 0}),
        ("instanceCount", {"gte": 0}),
        ("series_size_MB", {"lte": 0}),
        ("series_size_MB", {"lte": 0.01}),
        ("series_init_idc_version", {"gte": -5, "lte": 0}),
        ("instanceCount", {"gte": 1.5, "lte": 2.5}),
        ("instanceCount", {"lte": -1}),
        ("StudyDate", {"lte": "0001-01-01"}),
        ("StudyDate", {"gte": "20000101", "lte": "2000-01-31"}),
    ):
        filters: Filters = {"ranges": {name: bounds}}
        same_counts(counted(service, filters), counts(service, filters), f"counts of {filters}")


@relation(examples=4)
def near_spellings_are_other_values(service: Service, draw: Draw) -> None:
    """A value with other hyphens, case or spaces, or with wildcards, is another value; it is matched exactly."""
    row = a_row(service, draw, "Manufacturer IS NOT NULL AND BodyPartExamined IS NOT NULL")
    for name in ("collection_id", "Modality", "BodyPartExamined", "Manufacturer", "PatientID", "license_short_name"):
        value = str(row[name])
        near = {value.upper(), value.lower(), value.replace("_", "-"), value.replace("-", "_"), value[::-1]}
        near |= {value.replace(" ", ""), f"{value}%", f"{value[:-1]}_", value[:-1], f" {value}", f"{value}\n"}
        filters: Filters = {"terms": {name: sorted(near - {value})}}
        same_counts(counted(service, filters), counts(service, filters), f"counts of {filters}")


@relation()
def a_wildcard_alone_is_text(service: Service, draw: Draw) -> None:
    """A single value with a wildcard, of any attribute, selects only series with exactly this value."""
    row = a_row(service, draw, "Manufacturer IS NOT NULL AND BodyPartExamined IS NOT NULL")
    for name in TERMS:
        text = row[name] or "CT"
        for value in (f"{text[:-1]}_", f"{text[:1]}%"):
            filters: Filters = {"terms": {name: [value]}}
            same(counted(service, filters)["series"], counts(service, filters)["series"], f"series of {filters}")


@relation(examples=5)
def a_list_that_is_just_full_is_not_cut(service: Service, draw: Draw) -> None:
    """A limit equal to the number of values truncates nothing; a limit of one less does."""
    sql = "SELECT " + ", ".join(f'count(DISTINCT "{name}") AS "{name}"' for name in COLUMNS) + " FROM index"
    many = {name: number for name, number in truth(service, sql)[0].items() if 1 < number < 10_000}
    name = draw(st.sampled_from(sorted(many)))
    for limit in (many[name] - 1, many[name], many[name] + 1):
        found = service.call("getAttributeValues", attribute=name, query={"limit": limit})
        same([len(found["values"]), found["truncated"]], [min(limit, many[name]), limit < many[name]],
             f"values of {name}, {limit} at most")  # fmt: skip


@relation()
def any_text_can_be_written_in_sql(service: Service, draw: Draw) -> None:
    """SQL returns text and column names as they were written, with any words and letters."""
    for text in TEXTS:
        literal = "'" + text.replace("'", "''") + "'"
        found = service.call(
            "runSql", {"sql": f"SELECT {literal} AS \"{text.replace(chr(34), '')}\" WHERE {literal} <> ''"}
        )
        same(found["rows"], [{text: text}], f"answer with {text!r}")
    sql = (
        "SELECT SeriesDescription AS d FROM index WHERE regexp_matches(SeriesDescription, '[^\\x00-\\x7f]') ORDER BY 1"
    )
    same(
        service.call("runSql", {"sql": sql, "max_rows": 20})["rows"],
        truth(service, f"{sql} LIMIT 20"),
        "letters in SQL",
    )
    nulls = "SELECT NULL AS a, collection_id, BodyPartExamined AS b FROM index WHERE BodyPartExamined IS NULL LIMIT 2"
    for row in service.call("runSql", {"sql": nulls})["rows"]:
        same([row["a"], row["b"], sorted(row)], [None, None, ["a", "b", "collection_id"]], "nulls in rows")


@relation(needs={"mistakes"})
def a_request_without_sql_is_invalid(service: Service, draw: Draw) -> None:
    """A request to /sql without SQL is refused."""
    for body in ({}, {"max_rows": 5}, {"query": "SELECT 1"}):
        invalid(service, "runSql", "body", "sql", body=body)


@relation(examples=2)
def sums_over_parts_are_the_whole(service: Service, draw: Draw) -> None:
    """The series of all licences, and of all sexes, add up to the series of the archive."""
    stats = service.call("getStats")
    for name in ("license_short_name", "PatientSex"):
        values = service.call("getAttributeValues", attribute=name, query={"limit": 1000})["values"]
        parts = [counted(service, {"terms": {name: [item["value"]]}}) for item in values]
        missing = truth(service, f'SELECT count(*) AS n FROM index WHERE "{name}" IS NULL')[0]["n"]
        same(sum(part["series"] for part in parts) + missing, stats["series"], f"series by {name}")
        holds([part["series"] for part in parts] == [item["count"] for item in values], f"counts by {name}", f"{parts}")
    sql = f"SELECT count(*) AS n FROM index WHERE {where({'terms': {'PatientSex': ['F', 'M']}})}"
    both = counted(service, {"terms": {"PatientSex": ["F", "M"]}})["series"]
    same(both, truth(service, sql)[0]["n"], "series of either sex")
