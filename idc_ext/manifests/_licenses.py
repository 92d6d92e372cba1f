"""What a selection is made of: collections, licences and DOIs, and what their licences allow."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from .. import v3
from ..errors import ContractError, LicenseRefused
from ..v3._filters import checked_filters
from ._sidecar import LicenseCount

if TYPE_CHECKING:
    from .._http.calls import Client
    from ..v3 import Selection
    from ..v3._filters import Filters

#: The licences, as the index names them, that allow commercial use. One that is not listed, or none, does not count as
#: one of them: those with NC forbid it, and the terms of the National Library of Medicine are to be read by a person.
COMMERCIAL = frozenset({"CC BY 3.0", "CC BY 4.0"})
#: So many offenders are named in a message.
_MAX_NAMED_OFFENDERS = 10


def check_licenses(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> tuple[LicenseCount, ...]:
    """List the licences of a selection if all allow commercial use.

    Raises:
        LicenseRefused: some do not; `.offenders` lists collection, licence and number of series, each.
    """
    found = count_by_license_and_doi(idc, checked_filters(filters, all_of_idc=all_of_idc))
    check_commercial_use(found)
    return count_licenses(found)


def count_by_license_and_doi(idc: Client, wanted: Filters) -> list[dict[str, Any]]:
    """List collection, licence and DOI of a selection, with the number and size (MB) of the series of each."""
    statement = (
        "SELECT collection_id AS collection, license_short_name AS license, source_DOI AS doi, count(*) AS series, "  # noqa: S608 - values are quoted there
        f"sum(series_size_MB) AS size FROM index WHERE {wanted.sql()} GROUP BY ALL ORDER BY ALL"
    )
    rows = v3.sql(idc, statement).rows
    for row in rows:
        texts = (row["collection"], row["license"], row["doi"])
        if type(row["series"]) is not int or not all(isinstance(one, str | None) for one in texts):
            raise ContractError("POST /v3/sql was asked for licences and answered with what is none")
        row["size"] = row["size"] or 0.0
    return rows


def count_licenses(parts: list[dict[str, Any]]) -> tuple[LicenseCount, ...]:
    """Count the series of each licence, the one of most first."""
    series: Counter[str | None] = Counter()
    collections: defaultdict[str | None, set[str]] = defaultdict(set)
    for part in parts:
        series[part["license"]] += part["series"]
        collections[part["license"]] |= {part["collection"]} - {None}
    return tuple(LicenseCount(name, n, tuple(sorted(collections[name]))) for name, n in series.most_common())


def check_commercial_use(parts: list[dict[str, Any]]) -> None:
    """Refuse what is not for commercial use.

    Raises:
        LicenseRefused: something is not.
    """
    offending: Counter[tuple[str | None, str | None]] = Counter()
    for part in parts:
        if part["license"] not in COMMERCIAL:
            offending[part["collection"], part["license"]] += part["series"]
    if offending:
        listed = [f"{where} ({name or 'no licence named'}, {n} series)" for (where, name), n in offending.most_common()]
        more = f" and {len(listed) - _MAX_NAMED_OFFENDERS} more" if len(listed) > _MAX_NAMED_OFFENDERS else ""
        raise LicenseRefused(
            f"not for commercial use: {', '.join(listed[:_MAX_NAMED_OFFENDERS])}{more}; "
            "filter by license_short_name to leave it out",
            offenders=tuple((*one, n) for one, n in offending.most_common()),
        )
