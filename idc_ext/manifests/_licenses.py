"""Collections, licences and DOIs of a selection, and whether its licences allow commercial use."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from .. import v3
from .._http.calls import Client
from .._http.steps import sending, steps_of
from ..errors import LicenseRefused
from ..v3 import Selection
from ..v3._filters import Filters, checked_filters
from ..v3._responses import checked_rows
from ._sidecar import LicenseCount

if TYPE_CHECKING:
    from .._http.steps import Steps

#: The licences that allow commercial use, as the index names them. A missing or unlisted licence does not count: those
#: with NC forbid it, and a person must read the terms of the National Library of Medicine.
COMMERCIAL = frozenset({"CC BY 3.0", "CC BY 4.0"})
#: The maximum number of collections that a message names.
_MAX_NAMED_OFFENDERS = 10


@sending
def check_licenses(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> Steps[tuple[LicenseCount, ...]]:
    """List the licences of a selection if all of them allow commercial use.

    Raises:
        LicenseRefused: a licence does not; `.offenders` lists collection, licence and number of series.
    """
    found = yield from count_by_license_and_doi(idc, checked_filters(filters, all_of_idc=all_of_idc))
    check_commercial_use(found)
    return count_licenses(found)


def count_by_license_and_doi(idc: Client, wanted: Filters) -> Steps[list[dict[str, Any]]]:
    """Count series and their size (MB) for each collection, licence and DOI of a selection."""
    statement = (
        "SELECT collection_id AS collection, license_short_name AS license, source_DOI AS doi, count(*) AS series, "  # noqa: S608 - values are quoted there
        f"sum(series_size_MB) AS size FROM index WHERE {wanted.sql()} GROUP BY ALL ORDER BY ALL"
    )
    table = yield from steps_of(v3.sql)(idc, statement)
    text = str | None
    rows = checked_rows(table, collection=text, license=text, doi=text, series=int, size=int | float | None)
    return [{**row, "size": row["size"] or 0.0} for row in rows]


def count_licenses(parts: list[dict[str, Any]]) -> tuple[LicenseCount, ...]:
    """Count the series of each licence, the most frequent first."""
    series: Counter[str | None] = Counter()
    collections: defaultdict[str | None, set[str]] = defaultdict(set)
    for part in parts:
        series[part["license"]] += part["series"]
        collections[part["license"]] |= {part["collection"]} - {None}
    return tuple(LicenseCount(name, n, tuple(sorted(collections[name]))) for name, n in series.most_common())


def check_commercial_use(parts: list[dict[str, Any]]) -> None:
    """Check that all licences allow commercial use.

    Raises:
        LicenseRefused: a licence does not.
    """
    offending: Counter[tuple[str | None, str | None]] = Counter()
    for part in parts:
        if part["license"] not in COMMERCIAL:
            offending[part["collection"], part["license"]] += part["series"]
    if offending:
        listed = [f"{where} ({name or 'no licence'}, {n} series)" for (where, name), n in offending.most_common()]
        more = f" and {len(listed) - _MAX_NAMED_OFFENDERS} more" if len(listed) > _MAX_NAMED_OFFENDERS else ""
        allowed = [name for name in sorted(COMMERCIAL) if any(part["license"] == name for part in parts)]
        advice = (
            f'to leave it out, filter by {{"license_short_name": {json.dumps(allowed)}}}'
            if allowed
            else "nothing of the selection is under another licence"
        )
        raise LicenseRefused(
            f"not for commercial use: {', '.join(listed[:_MAX_NAMED_OFFENDERS])}{more}; {advice}",
            offenders=tuple((*one, n) for one, n in offending.most_common()),
        )
