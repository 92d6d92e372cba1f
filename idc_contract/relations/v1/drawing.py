"""Random parts of requests to v1: existing values, from the public index or from the service's own answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.oracle.v1_archive import FEW, truth
from idc_contract.relations.relation import holds
from idc_contract.relations.v1.questions import NO_SUCH_VALUE, kept, page, query, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

SERIES = ("PatientID", "SeriesInstanceUID")
ENOUGH = 6


def active(service: Service) -> str:
    """The name of the active data version, such as ``2.0``."""
    versions = [v["idc_data_version"] for v in service.call("listVersions")["versions"] if v["active"]]
    holds(len(versions) == 1, "one version is active", f"{versions} are")
    return str(versions[0])


def one(draw: Draw, values: Sequence[Any]) -> Any:
    """One of many values (sampled_from looks at each of them, every time)."""
    holds(values, "there is something to ask for", "the service has no value where one is needed")
    return values[draw(st.integers(0, len(values) - 1))]


def some(draw: Draw, values: Sequence[Any], most: int, least: int = 1) -> list[Any]:
    """Some of many values, none twice."""
    least, most = min(least, len(values)), min(most, len(values))
    chosen = draw(st.lists(st.integers(0, len(values) - 1), min_size=least, max_size=most, unique=True))
    return [values[number] for number in chosen]


def values(service: Service, field: str) -> list[str]:
    """Values that a field has in the active version, ascending."""
    if service.index is not None:
        return truth(service.index, active(service)).values(field)
    known = kept(service)
    if field not in known:
        found = page(service, query({}, [field]), 1000).rows
        known[field] = sorted({row[field] for row in found if isinstance(row[field], str)})
    return list(known[field])


def patients(service: Service) -> list[str]:
    """Patients with few instances, ascending."""
    if service.index is not None:
        return truth(service.index, active(service)).patients
    known = kept(service)
    if "patients" not in known:
        found: list[str] = []
        for collection in values(service, "collection_id"):
            if len(found) < ENOUGH:
                rows = page(service, query({"collection_id": exactly(collection)}, SERIES), 60).rows
                several = sorted(
                    {a["PatientID"] for a, b in pairwise(rows) if a["PatientID"] == b["PatientID"]} - {None}
                )
                sizes = {name: total(service, {"PatientID": exactly(name)}, "SOPInstanceUID") for name in several[:3]}
                found += [name for name, size in sizes.items() if 2 < size <= FEW]
        holds(found, "there is something to ask for", "no patient of few instances")
        known["patients"] = sorted(set(found))
    return list(known["patients"])


def exactly(*wanted: str) -> list[str]:
    """Filter values that are taken as they are, for a single one is a pattern."""
    return list(wanted) if len(wanted) > 1 else [*wanted, NO_SUCH_VALUE]


def spans(total: int, draw: Draw) -> list[int | None]:
    """Page sizes that cut so many rows into few pages, in several ways."""
    few = max(1, -(-total // draw(st.integers(1, 4))))
    return [max(1, min(50_000, few + draw(st.integers(-1, 1)))), *draw(st.sampled_from([[], [None], [few + 7, few]]))]


def each_flag(names: Iterable[str]) -> Iterator[list[str]]:
    """Every one of some names alone, then all of them."""
    every = list(names)
    yield from ([name] for name in every)
    yield every
