"""Filters: what they select, and which are refused."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.document.openapi import target
from idc_contract.oracle.v1_archive import admitted, lowered
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import exactly, one, patients, some, values
from idc_contract.relations.v1.questions import (
    NO_SUCH_VALUE,
    Filters,
    Row,
    distinct,
    manifest,
    page,
    query,
    relation,
    rows_of,
    total,
)

if TYPE_CHECKING:
    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

PLAIN = ("Modality", "collection_id", "PatientID", "SOPClassUID", "BodyPartExamined", "tcia_species", "SeriesNumber",
         "StudyDate")  # fmt: skip
NAMES: list[str] = target("#/components/schemas/V1AttributeName")["enum"]
NUMERIC = [name.removesuffix("_btw") for name in NAMES if name.endswith("_btw")]
FORMS = ("", "_lt", "_lte", "_gte", "_gt")
MOST = 1000  # values of a field that are looked at


def _cased(draw: Draw, text: str) -> str:
    return str(draw(st.sampled_from([str, str.upper, str.lower, str.swapcase, str.title]))(text))


def _pattern(draw: Draw, text: str) -> str:
    start = draw(st.integers(0, len(text)))
    stop = draw(st.integers(start, len(text)))
    return f"{text[:start]}{draw(st.sampled_from(['%', '_' * (stop - start), '_%', '%%', '']))}{text[stop:]}"


def _known(service: Service, name: str, base: Filters) -> tuple[list[str], list[Row], bool]:
    """The first values of a field, their rows (also those without a value), and whether these are all."""
    first = page(service, query(base, [name]), MOST)
    values = sorted(row[name] for row in first.rows if row[name] is not None)
    return values, first.rows, len(first.rows) == first.total


@relation(examples=7)
def a_filter_selects_the_values_that_it_means(service: Service, draw: Draw) -> None:
    """One value is a pattern, several are a list, None means no value; case is ignored."""
    name = draw(st.sampled_from(PLAIN))
    base: Filters = {"collection_id": exactly(one(draw, values(service, "collection_id")))}
    if name in {"collection_id", "Modality"}:
        base = {}
    known, seen, complete = _known(service, name, base)
    if not complete:
        return
    near = _cased(draw, one(draw, known)) if known else "x"
    for wanted in (
        [near], [_pattern(draw, near)], [_pattern(draw, near)], ["%" + near[1:]], ["None"], [near, "None"],
        [near, NO_SUCH_VALUE, *some(draw, known or ["x"], 3)], ["%", "_"], ["%"], ["None", "%"], [near + " "],
        [" " + near],
        [near + " ", NO_SUCH_VALUE], [near[:-1]], [near, "None", NO_SUCH_VALUE],
    ):  # fmt: skip
        found = rows_of(service, query({**base, name: wanted}, [name]))
        expected = admitted(name, wanted, known)
        same(sorted(row[name] for row in found if row[name] is not None), sorted(expected), f"{name} {wanted}")
        nulls = "None" in wanted and any(row[name] is None for row in seen)
        same(any(row[name] is None for row in found), nulls, f"{name} {wanted} without a value")


@relation(examples=3)
def collections_may_be_written_either_way(service: Service, draw: Draw) -> None:
    """TCGA-LUAD and tcga_luad are the same collection, alone and in a list."""
    one_of, other = _two(draw, service)
    for spell in (str, str.upper, lambda text: text.replace("_", "-"), lambda text: text.title().replace("_", "-")):
        for names in ([one_of], [one_of, other]):
            question = manifest({"collection_id": [spell(name) for name in names]}, ["Collection_ID"])
            same([row["Collection_ID"] for row in rows_of(service, question)], sorted(names), "collections as spelt")


def _two(draw: Draw, service: Service) -> tuple[str, str]:
    """Two collections, the first not of the pattern that the other is."""
    known = values(service, "collection_id")
    first = one(draw, [name for name in known if len(admitted("collection_id", [name], known)) == 1])
    return first, one(draw, [name for name in known if name != first])


@relation(examples=3)
def values_add_and_attributes_remove(service: Service, draw: Draw) -> None:
    """Values of one attribute are ORed, attributes are ANDed: a value adds rows, an attribute removes rows."""
    base: Filters = {"collection_id": exactly(*some(draw, values(service, "collection_id"), 2))}
    known, _, _ = _known(service, "Modality", base)
    a, b = one(draw, known), one(draw, values(service, "Modality"))
    uids = {}
    for modalities in (exactly(a), exactly(b), [a, b]):
        uids[tuple(modalities)] = page(
            service, manifest({**base, "Modality": modalities}, ["SeriesInstanceUID"]), 1
        ).total
    expected = uids[tuple(exactly(a))] + (uids[tuple(exactly(b))] if a != b else 0)
    same(uids[a, b], expected, f"{a} and {b} are both")
    holds(expected <= total(service, base), "an attribute more selects no more", f"{base} {a} {b}")
    body = one(draw, values(service, "BodyPartExamined"))
    whole = total(service, {**base, "Modality": exactly(a)})
    with_body, without = (
        total(service, {**base, "Modality": exactly(a), "BodyPartExamined": wanted})
        for wanted in (exactly(body), ["None"])
    )
    holds(with_body + without <= whole, "an attribute more selects no more", f"{with_body} + {without} of {whole}")


@relation(examples=3)
def attributes_together_select_what_each_selects(service: Service, draw: Draw) -> None:
    """Two attributes select the series that both of them select alone."""
    patient = one(draw, patients(service))
    base: Filters = {"PatientID": exactly(patient)}
    rows = rows_of(service, query(base, ["SeriesInstanceUID", "Modality", "SOPClassUID", "SeriesNumber"]))
    near = one(draw, rows)
    tests = {
        name: exactly(near[name]) if near[name] else ["None"] for name in ("Modality", "SeriesNumber", "SOPClassUID")
    }
    for names in (["Modality", "SeriesNumber"], ["Modality", "SOPClassUID"], sorted(tests)):
        found = rows_of(service, query(base | {name: tests[name] for name in names}, list(near)))
        expected = [row for row in rows if all(_alike(row[name], near[name]) for name in names)]
        same(sorted(map(repr, distinct(found))), sorted(map(repr, distinct(expected))), f"{names} together")


def _alike(a: str | None, b: str | None) -> bool:
    return a is b or (a is not None and b is not None and lowered(a) == lowered(b))


@relation(examples=2)
def parts_sum_to_the_whole(service: Service, draw: Draw) -> None:
    """The series with each value of an attribute, and those without a value, are together all series."""
    name = draw(st.sampled_from(["Modality", "SOPClassUID", "BodyPartExamined", "tcia_species", "Modality"]))
    base = draw(st.sampled_from([{}, {"collection_id": ["tcga%"]}, {"Modality": ["CT", "MR", "PT"]}]))
    base = {key: v for key, v in base.items() if key != name}
    known, seen, complete = _known(service, name, base)
    holds(complete, "an attribute has few values", f"{name} has {len(seen)}")
    parts = [total(service, {**base, name: exactly(value)}) for value in sorted({lowered(text) for text in known})]
    parts.append(total(service, {**base, name: ["None"]}))
    whole = total(service, base)
    same(sum(parts), whole, f"{name} over {base}: {parts}")
    same(whole - parts[-1], total(service, {**base, name: ["%"]}), f"{name} over {base}: any value")
    same(total(service, {**base, name: ["%", "None"]}), whole, f"{name} over {base}: any value or none")


@relation(examples=3)
def the_order_of_filters_does_not_matter(service: Service, draw: Draw) -> None:
    """The order of values and attributes does not change the selection, nor do repeated values."""
    patient = one(draw, patients(service))
    modalities = [*some(draw, values(service, "Modality"), 5, 3), "None"]
    forward = {"Modality": modalities, "PatientID": exactly(patient)}
    backward = {"PatientID": exactly(patient)[::-1], "Modality": [*modalities[::-1], *modalities]}
    same(rows_of(service, manifest(backward, ["SeriesInstanceUID"])),
         rows_of(service, manifest(forward, ["SeriesInstanceUID"])), "filters in another order")  # fmt: skip


# --- numbers -----------------------------------------------------------------------------------------------------


@relation(examples=3)
def ranges_of_a_number_fit_together(service: Service, draw: Draw) -> None:
    """_lt and _gte together are all rows; _lte is _lt and equal; _btw includes both bounds."""
    on = {a["name"] for s in service.call("listAttributes")["data_sources"] for a in s["attributes"] if a["active"]}
    name = draw(st.sampled_from([n for n in NUMERIC if n in on] or NUMERIC))
    known = total(service, {f"{name}_gte": [-1e300]})
    same(total(service, {f"{name}_lte": [1e300]}), known, f"{name}: all from below and from above")
    if name not in on:
        same(known, 0, f"{name} is not active")
    holds(known + total(service, {name + "_gt": [1e300]}) <= total(service, {}), "numbers are some", f"{name}: {known}")
    values = sorted(_occurring(service, name, known, draw) | {0, draw(st.integers(-100, 100)), 0.5})
    below = {x: total(service, {f"{name}_lt": [x]}) for x in values}
    upto = {x: total(service, {f"{name}_lte": [x]}) for x in values}
    for x in values:
        at = total(service, {name: [x]})
        same(upto[x] - below[x], at, f"{name} at {x}")
        same(known - below[x], total(service, {f"{name}_gte": [x]}), f"{name} from {x} on")
        same(known - upto[x], total(service, {f"{name}_gt": [x]}), f"{name} above {x}")
        same(total(service, {f"{name}_btw": [x, x]}), at, f"{name} between {x} and {x}")
    for low, high in pairwise(values):
        same(total(service, {f"{name}_btw": [low, high]}), upto[high] - below[low], f"{name} from {low} to {high}")
        same(total(service, {f"{name}_btw": [high, low]}), 0, f"{name} from {high} down to {low}")
        same(
            total(service, {f"{name}_gte": [low], f"{name}_lt": [high]}),
            below[high] - below[low],
            f"{name}: two ranges",
        )
    holds(sorted(below.values()) == list(below.values()), "more lies below a higher bound", f"{name}: {below}")


def _occurring(service: Service, name: str, known: int, draw: Draw) -> set[float]:
    """A whole number that occurs, found by bisection."""
    if not known:
        return set()
    wanted, low, high = draw(st.integers(1, known)), -100_000, 100_000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if total(service, {f"{name}_lte": [middle]}) >= wanted else (middle, high)
    return {low, high}


@relation(examples=6)
def attributes_without_data_select_nothing(service: Service, draw: Draw) -> None:
    """An attribute that is listed as inactive selects nothing; an active one selects rows, by a value or by None."""
    listed = [a for s in service.call("listAttributes")["data_sources"] for a in s["attributes"]]
    here = draw(st.booleans())
    chosen = [
        a for a in listed if a["active"] is here and not a["name"].startswith(("SOPInst", "crdc_inst", "gcs_url"))
    ]
    if not chosen:
        return
    name = one(draw, chosen)["name"]
    base, _, suffix = name.rpartition("_")
    ways: list[list[Any]] = [["%"], ["None"]]
    if base in NUMERIC or name in NUMERIC:
        ways = {"lt": [[1e300]], "lte": [[1e300]], "btw": [[-1e300, 1e300]]}.get(suffix, [[-1e300]])
        if name in NUMERIC:
            ways, name = [[-1e300]], f"{name}_gte"
    found = [total(service, {name: way}) for way in ways]
    same(any(found), here, f"{name} is {'' if here else 'not '}active, and selects {found} series")


@relation()
def everything_is_what_no_filter_selects(service: Service, draw: Draw) -> None:
    """Without filters all rows are selected, as with a filter that every value matches."""
    for column in ("SeriesInstanceUID", "Patient_ID", "Collection_ID", "StudyInstanceUID", "CRDC_Series_GUID"):
        whole = total(service, {}, column)
        for filters in ({"SeriesInstanceUID": ["%"]}, {"collection_id": ["%"]}, {"Modality": ["%", "None"]}):
            if column == "SeriesInstanceUID" or filters != {"Modality": ["%", "None"]}:
                same(total(service, filters, column), whole, f"{column} of {filters}")
