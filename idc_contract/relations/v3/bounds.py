"""v3: the forms of bounds of ranges, and which of them are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.shape import APPLIED, DATES, ECHOING, FILTERED, NUMBERS, SHAPES, SIDES, echo, request_body
from idc_contract.oracle.normal import normal
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v3.applied import answer_to, repeated, with_power
from idc_contract.relations.v3.catalogues import refused
from idc_contract.relations.v3.truth import a_row, counted, counts, listed, relation, same_counts, truth

if TYPE_CHECKING:
    from idc_contract.document.shape import Filters
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

READ_AS_NUMBERS: tuple[tuple[Any, float], ...] = (
    (2, 2.0), (0, 0.0), (-3, -3.0), (1.5, 1.5), (-0.0, -0.0), (True, 1.0), (False, 0.0), (10**30, 1e30),
    (2**53 + 1, 9007199254740992.0), (0.00001, 1e-05), (1e-6, 1e-06), (123456789.125, 123456789.125), (1e16, 1e16),
    ("2", 2.0), ("1.5", 1.5), ("2.5", 2.5), ("0.1", 0.1), ("1e3", 1000.0), ("1E+2", 100.0), ("25e-1", 2.5),
    ("+7", 7.0), ("-4", -4.0), (".5", 0.5), ("5.", 5.0), ("007", 7.0), ("1_000", 1000.0), ("1_0.5_0", 10.5),
    (" 12\n", 12.0), ("\t3.25\u00a0", 3.25), ("\u0663", 3.0), ("\u0967\u0966", 10.0), ("9223372036854775808", 2.0**63),
    ("9007199254740993", 9007199254740992.0), ("-0", -0.0), ("1e-400", 0.0),
    ("1.7976931348623157e308", 1.7976931348623157e308),
)  # fmt: skip
NO_NUMBERS: tuple[Any, ...] = (
    float("nan"), float("inf"), float("-inf"), "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400", "9" * 400,
    "abc", "", " ", "0x10", "1,5", "v24", "1__0", "_1", "1_", "1e", "e5", ".", "+", "1 0", "1.5.2", "2001-01-01",
    "None", "true", "1/2", "10%", "\u00bd", "--1", "1e1.5",
)  # fmt: skip
READ_AS_DAYS: tuple[tuple[str, str], ...] = (
    ("2001-12-31", "2001-12-31"), ("20011231", "2001-12-31"), (" 2001-12-31", "2001-12-31"),
    ("20011231\n", "2001-12-31"), ("\u00a02001-12-31\t", "2001-12-31"), ("\r\n20011231 ", "2001-12-31"),
    ("0001-01-01", "0001-01-01"), ("99991231", "9999-12-31"), ("2000-02-29", "2000-02-29"), ("20040229", "2004-02-29"),
    ("20010630", "2001-06-30"),
)  # fmt: skip
NO_DAYS: tuple[Any, ...] = (
    "2001-02-29", "19000229", "2001-04-31", "2001-13-01", "20010001", "2001-01-00", "2001-06-32", "0000-01-01",
    "00000101", "2001-0131", "200101-31", "\u0662\u0660\u0660\u0661-01-01", "2001", "2001-01", "200101", "2001-1-3",
    "01/31/2001", "2001/01/31", "2001-01-31T00:00:00", "2001-01-31 10:00", "20010131T000000Z", "2001-W05-3", "2001W053",
    "2001-031", "2001031", "", " ", "today", "2001-01-31x", "-2001-01-31", "12001-01-31", "2001 01 31", "2001- 01-31",
    20010131, 2001, 20010131.0, True, False, float("nan"), 0,
)  # fmt: skip
SMALL = {"collection_id": ["rider_pilot"]}


@relation(needs={"mistakes"})
def a_bound_on_a_number_is_read_as_a_double(service: Service, draw: Draw) -> None:
    """Numbers, booleans and numbers as text are compared as the nearest double."""
    _read_as(service, draw(st.sampled_from(NUMBERS)), READ_AS_NUMBERS)


@relation(needs={"mistakes"})
def a_bound_on_a_day_is_read_with_its_dashes(service: Service, draw: Draw) -> None:
    """Days with or without dashes, and with white space around them, are compared as days with dashes."""
    for name in DATES:
        sql = (
            f"SELECT DISTINCT \"{name}\" AS d FROM index WHERE collection_id = '{SMALL['collection_id'][0]}' ORDER BY 1"
        )
        days = [row["d"] for row in truth(service, sql) if row["d"] is not None]
        middle = days[len(days) // 2]  # on either side of it there are series
        compact = middle.replace("-", "")
        _read_as(service, name, (*READ_AS_DAYS, (compact, middle), (f"{compact} ", middle), (compact, middle)))


def _read_as(service: Service, name: str, forms: tuple[tuple[Any, Any], ...]) -> None:
    for number, (sent, becomes) in enumerate(forms):
        same(normal(name, sent), becomes, f"our own reading of {sent!r}")
        side, other = (SIDES, SIDES[::-1])[number % 2]
        filters: Filters = {"terms": SMALL, "ranges": {name: {side: sent}}}
        found = counted(service, filters)
        repeated("countCohort", found, filters)
        held = echo("countCohort", found)[APPLIED]["ranges"][name]
        same(held, {side: becomes, other: None}, f"{sent!r} on {name}, applied")
        same_counts(found, counts(service, filters), f"counts of {filters}")


@relation(examples=2, needs={"mistakes"})
def every_operation_reads_bounds_alike(service: Service, draw: Draw) -> None:
    """A bound in another form selects the same in every operation, and has the same applied form."""
    whole = draw(st.booleans())
    name = draw(st.sampled_from(NUMBERS if whole else DATES))
    row = a_row(service, draw, f'"{name}" IS NOT NULL')
    value = row[name]
    forms = [f" {with_power(value)}", str(value)] if whole else [value.replace("-", ""), f"\n{value}"]
    for form in forms:
        terms = {"collection_id": [row["collection_id"]]}
        plain: Filters = {"terms": terms, "ranges": {name: {"gte": value}}}
        other: Filters = {"terms": terms, "ranges": {name: {"gte": form}}}
        few = SHAPES["getManifestText"].few
        same(listed(service, other, **few), listed(service, plain, **few), f"addresses of {other}")
        for operation in ECHOING:
            found, expected = answer_to(service, operation, other), answer_to(service, operation, plain)
            same(
                echo(operation, found)[APPLIED], echo(operation, expected)[APPLIED], f"filters of {operation}, applied"
            )
            repeated(operation, found, other)


@relation(needs={"mistakes"})
def a_bound_that_is_not_a_number_is_refused(service: Service, draw: Draw) -> None:
    """A bound on a number that is not a finite number is refused."""
    for bound in NO_NUMBERS:
        _refused(service, "countCohort", draw(st.sampled_from(NUMBERS)), bound)
    for name in NUMBERS:
        for operation in FILTERED:
            for bound in ("abc", "", float("nan"), "inf"):
                _refused(service, operation, name, bound)


@relation(needs={"mistakes"})
def a_bound_that_is_not_a_day_is_refused(service: Service, draw: Draw) -> None:
    """A bound on a day that is not a calendar day in one of the two forms is refused; a number is refused, too."""
    for bound in NO_DAYS:
        _refused(service, "countCohort", draw(st.sampled_from(DATES)), bound)
    for name in DATES:
        for operation in FILTERED:
            for bound in ("2001", "2001-02-30", 20010131, ""):
                _refused(service, operation, name, bound)


def _refused(service: Service, operation: str, name: str, bound: Any) -> None:
    for bounds in ({"gte": bound}, {"lte": bound}):
        filters = {"terms": SMALL, "ranges": {name: bounds}}
        refused(service.call(operation, request_body(operation, filters), status=400), "invalid_query")


@relation(examples=4)
def a_fraction_bounds_whole_numbers_between_them(service: Service, draw: Draw) -> None:
    """An upper bound with a fraction, as number or text, selects the same as the whole number below it."""
    name = draw(st.sampled_from([one for one in NUMBERS if one != "series_size_MB"]))
    value = a_row(service, draw)[name]
    low = counted(service, {"ranges": {name: {"lte": value}}})["series"]
    for bound in (value + 0.5, f"{value}.5", f"{value}.999", value + 0.25):
        found = counted(service, {"ranges": {name: {"lte": bound}}})["series"]
        holds(found == low, "fractions between whole numbers", f"{name} up to {bound!r}: {found} and not {low}")


@relation(examples=2)
def days_are_the_same_with_and_without_dashes(service: Service, draw: Draw) -> None:
    """Series up to a day and series from the next day are together all series with a day, in either form."""
    name = draw(st.sampled_from(DATES))
    first = a_row(service, draw, f'"{name}" IS NOT NULL')[name]
    whole = counted(service, {"ranges": {name: {"gte": "00010101"}}})["series"]
    for form in (first, first.replace("-", "")):
        upto = counted(service, {"ranges": {name: {"lte": form}}})["series"]
        since = counted(service, {"ranges": {name: {"gte": form}}})["series"]
        on = answer_to(service, "countCohort", {"ranges": {name: {"gte": form, "lte": form}}})["series"]
        holds(on > 0, "series of a day", f"no series with {name} {form}")
        same(upto + since - on, whole, f"series up to {form} of {name} and from then on")
