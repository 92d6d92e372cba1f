"""Faults of v1: the characteristics of nodules, exchanged as by mistakes in a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.contract.faults.fault import altered, fault, operation, with_content
from tests.contract.faults.v1_answers import QUERIES, rows
from tests.contract.faults.v1_filters import each, either, misfiltered, other_filters

if TYPE_CHECKING:
    from idc_contract.calls import Answer, Request
    from tests.contract.faults.fault import Serve

NAMES = (
    "Subtlety_score", "Internal_structure", "Calcification", "Sphericity", "Margin", "Lobular_Pattern", "Spiculation",
    "Texture", "Malignancy",
)  # fmt: skip
SHOWN = {"Lobular_Pattern": "Lobular", "Subtlety_score": "Subtlety"}
HIGH = {"4 out of 5": "5 out of 5 (Marked spiculation)", "5 out of 5 (Marked spiculation)": "4 out of 5"}
SOLID = {"non-solid pulmonary nodule": "solid pulmonary nodule", "solid pulmonary nodule": "non-solid pulmonary nodule"}
RARE = {"Popcorn calcification sign": "Laminated appearance", "Laminated appearance": "Popcorn calcification sign"}


def _exchanged(filters: dict[str, list[Any]], name: str, texts: dict[str, str]) -> None:
    lowered = {text.lower(): other for text, other in texts.items()}
    each(filters, lambda values: [lowered.get(value.lower(), value) for value in values], name)


# --- values ----------------------------------------------------------------------------------------------------------


@misfiltered
def spiculation_filters_exchanged(filters: dict[str, list[Any]]) -> None:
    """A filter on the spiculation 4 selects what has 5, and the other way round."""
    _exchanged(filters, "Spiculation", HIGH)


@altered("v1", "nodules", *QUERIES)
def spiculation_texts_exchanged(content: Any, _: Request) -> None:
    """Rows with the spiculation 4 have 5, and rows with 5 have 4."""
    for row in rows(content):
        if "Spiculation" in row:
            row["Spiculation"] = HIGH.get(row["Spiculation"], row["Spiculation"])


@fault("v1", "nodules")
async def texture_values_exchanged(request: Request, forward: Serve) -> Answer:
    """Solid and non-solid nodules are exchanged everywhere."""
    return await _mixed_up(request, forward, "Texture", SOLID)


@fault("v1", "nodules")
async def rare_calcifications_exchanged(request: Request, forward: Serve) -> Answer:
    """Popcorn and laminated calcification are exchanged everywhere."""
    return await _mixed_up(request, forward, "Calcification", RARE)


async def _mixed_up(request: Request, forward: Serve, name: str, texts: dict[str, str]) -> Answer:
    """A table with two values exchanged: filters and rows agree, and both are wrong."""
    answer = await other_filters(request, forward, lambda filters: _exchanged(filters, name, texts))
    if operation(request) not in QUERIES or answer.status != 200:
        return answer
    content = answer.json()
    for row in rows(content):
        if name in row:
            row[name] = texts.get(row[name], row[name])
    return with_content(answer, content)


@altered("v1", "nodules", *QUERIES)
def structure_made_up(content: Any, _: Request) -> None:
    """An internal structure without text is reported as soft tissue."""
    for row in rows(content):
        for name in {"Internal", "Internal_structure"} & row.keys():
            if row[name] is None and row.get("Modality") == "SR":
                row[name] = "Soft tissue"


@altered("v1", "nodules", *QUERIES)
def margin_in_capitals(content: Any, _: Request) -> None:
    """Margins are written in capitals."""
    for row in rows(content):
        if row.get("Margin"):
            row["Margin"] = row["Margin"].upper()


# --- filters ---------------------------------------------------------------------------------------------------------


@misfiltered
def characteristic_case_matters(filters: dict[str, list[Any]]) -> None:
    """A degree with a capital letter (4 Out of 5) matches nothing."""
    each(filters, lambda values: [f"{v} not" if re.match("[1-5] O", v) else v for v in values], *NAMES)


@fault("v1", "nodules")
async def either_characteristic(request: Request, forward: Serve) -> Answer:
    """Of two characteristics a nodule needs to have one."""
    return await either(request, forward, NAMES)


@misfiltered
def last_characteristic_only(filters: dict[str, list[Any]]) -> None:
    """Of several characteristics only the last counts."""
    for name in [name for name in filters if name in NAMES][:-1]:
        del filters[name]


@misfiltered
def margin_by_sphericity(filters: dict[str, list[Any]]) -> None:
    """A filter on the margin looks at the sphericity, unless that is a filter, too."""
    if "Margin" in filters and "Sphericity" not in filters:
        filters["Sphericity"] = filters.pop("Margin")


@altered("v1", "nodules", *QUERIES)
def subtlety_by_malignancy(content: Any, _: Request) -> None:
    """The subtlety has the degree of the malignancy, in rows that have both."""
    degrees = ("Extremely subtle", "Moderately subtle", "Fairly subtle", "Moderately obvious", "Obvious")
    for row in rows(content):
        if row.get("Subtlety") and row.get("Malignancy"):
            degree = int(row["Malignancy"][0])
            row["Subtlety"] = f"{degree} out of 5 ({degrees[degree - 1]})"


@fault("v1", "nodules", "previewQuery")
class ValuesOfTheNextReport:
    """Each nodule has the spiculation of the one that follows it in the page."""

    async def __call__(self, request: Request, forward: Serve) -> Answer:
        """Values moved by one row; as many nodules as before have each."""
        answer = await forward(request)
        if operation(request) != "previewQuery" or answer.status != 200:
            return answer
        content = answer.json()
        found = [row for row in rows(content) if row.get("Spiculation")]
        values = [row["Spiculation"] for row in found]
        for row, value in zip(found, values[1:] + values[:1], strict=True):
            row["Spiculation"] = value
        return with_content(answer, content)


@altered("v1", "nodules", "listAttributes")
def lobulation_inactive(content: Any, _: Request) -> None:
    """The lobular pattern is reported as inactive."""
    for source in content["data_sources"]:
        for attribute in source["attributes"]:
            attribute["active"] = attribute["active"] and attribute["name"] != "Lobular_Pattern"


@misfiltered
def nodules_unknown(filters: dict[str, list[Any]]) -> None:
    """No nodule has a known malignancy."""
    each(filters, lambda values: [f"{value} not" for value in values], "Malignancy")
