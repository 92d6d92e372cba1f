"""What became of a selection: held against a manifest written before, or between two data releases."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import asdict, field, frozen

from .. import v3
from .._tables import arrow
from .._tables.arrow import Frames
from .._tables.columns import Column, Columns
from .._tables.records import Records
from ..errors import ContractError, InvalidFilter
from ..v3 import _responses
from ..v3._filters import checked_filters, where
from ..v3._release import pinned_release
from ._sidecar import read_checked_sidecar, series_of_manifest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    import pyarrow

    from .._http.calls import Client
    from ..v3 import Selection
    from ..v3._filters import Filters


ChangeKind: TypeAlias = Literal["added", "removed", "revised"]

#: The attributes that the index keeps of the past, too: a selection by others cannot be made for another release.
ATTRIBUTES_WITH_HISTORY = frozenset(
    {"collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "series_size_MB"}
)
#: What an identifier is made of: it is asked with again, and nothing in it can end a literal.
_UID = re.compile(r"[0-9.]+", re.ASCII)
_CHANGE_COLUMNS = Columns(
    tuple(Column(name, "string") for name in ("kind", "collection_id", "SeriesInstanceUID", "before", "after"))
)


@frozen
class Change:
    """One series that is not what it was.

    Attributes:
        kind: added, removed or revised: the same series with other files.
        collection_id: Its collection; None if it is not known any more.
        SeriesInstanceUID: Its DICOM identifier; None if it is not known any more.
        before: Its `crdc_series_uuid` before; None if it was added.
        after: The same after; None if it was removed.
    """

    kind: ChangeKind
    collection_id: str | None
    SeriesInstanceUID: str | None
    before: str | None
    after: str | None


@frozen
class Changes(Frames):
    """What is not the same any more; iterating it gives each `Change`, and an empty one is false.

    Attributes:
        from_release: The data release before, such as `v24`.
        to_release: The one after.
        series: How many series the selection had before, and how many after.
        items: The changes, by DICOM identifier of the series.
    """

    from_release: str
    to_release: str
    series: tuple[int, int]
    items: tuple[Change, ...] = field(repr=False)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def added(self) -> list[Change]:
        """Those that are new."""
        return [one for one in self.items if one.kind == "added"]

    @property
    def removed(self) -> list[Change]:
        """Those that are gone."""
        return [one for one in self.items if one.kind == "removed"]

    @property
    def revised(self) -> list[Change]:
        """Those that are there with other files."""
        return [one for one in self.items if one.kind == "revised"]

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table: kind, collection_id, SeriesInstanceUID, before, after. Needs the extra `arrow`."""
        return arrow.table(
            _CHANGE_COLUMNS, [arrow.batch(_CHANGE_COLUMNS, Records([asdict(one) for one in self.items]))]
        )


def compare_series(
    old: Mapping[str, tuple[str | None, str | None]], new: Mapping[str, tuple[str | None, str | None]]
) -> tuple[Change, ...]:
    """Compare what was there only before with what is there only now: uuid to series and collection, each."""
    now = {series: uuid for uuid, (series, _) in new.items() if series is not None}
    before = {series: uuid for uuid, (series, _) in old.items() if series in now and series is not None}
    found = [Change("revised", new[now[series]][1], series, before[series], now[series]) for series in before]
    found += [
        Change("removed", where, series, uuid, None) for uuid, (series, where) in old.items() if series not in before
    ]
    found += [
        Change("added", where, series, None, uuid) for uuid, (series, where) in new.items() if series not in before
    ]
    return tuple(sorted(found, key=lambda one: (one.SeriesInstanceUID or "", one.before or "")))


def changed_series_sql(filters: Filters, before: int, after: int, beyond: str) -> str:
    """Ask for the series of a selection that two releases do not have alike, beyond one series."""
    where = filters.sql()

    def at(release: int) -> str:
        columns = "SeriesInstanceUID AS series, collection_id AS collection, crdc_series_uuid AS uuid"
        return (
            f"SELECT {columns} FROM index WHERE series_revised_idc_version <= {release} AND {where} "  # noqa: S608 - values are quoted there
            f"UNION ALL SELECT {columns} FROM prior_versions_index "
            f"WHERE min_idc_version <= {release} AND max_idc_version >= {release} AND {where}"
        )

    return (
        f"WITH old AS ({at(before)}), new AS ({at(after)}) "  # noqa: S608 - as above
        "SELECT coalesce(new.series, old.series) AS series, coalesce(new.collection, old.collection) AS collection, "
        "old.uuid AS before, new.uuid AS after "
        "FROM old FULL OUTER JOIN new ON old.series = new.series "
        f"WHERE old.uuid IS DISTINCT FROM new.uuid AND coalesce(new.series, old.series) > '{beyond}' ORDER BY 1"
    )


def series_counts_sql(filters: Filters, releases: Iterable[int]) -> str:
    """Ask how many series of a selection each release has."""
    where = filters.sql()
    parts = [
        f"(SELECT count(*) FROM index WHERE series_revised_idc_version <= {release} AND {where}) + "  # noqa: S608 - as above
        f"(SELECT count(*) FROM prior_versions_index "
        f"WHERE min_idc_version <= {release} AND max_idc_version >= {release} AND {where}) AS at{place}"
        for place, release in enumerate(releases)
    ]
    return f"SELECT {', '.join(parts)}"


def change_of_row(row: Mapping[str, Any]) -> Change:
    """Read a row of what `statement` asks for."""
    before, after = row["before"], row["after"]
    kind: ChangeKind = "added" if before is None else "removed" if after is None else "revised"
    if not all(isinstance(one, str | None) for one in row.values()) or not _UID.fullmatch(row["series"] or ""):
        raise ContractError("POST /v3/sql was asked for identifiers and answered with what is none")
    return Change(kind, row["collection"], row["series"], before, after)


#: So many series are looked up at once.
_LOOKUP_CHUNK = 500


def verify(idc: Client, path: str | os.PathLike[str]) -> Changes:
    """Make the request of a manifest again, and say what was added, removed and revised since.

    Raises:
        ManifestError: the manifest is not what its sidecar describes.
        PagingError: the walk is not whole. DataReleaseChanged: the data moved meanwhile.
    """
    receipt = read_checked_sidecar(Path(path))
    gone, new = series_of_manifest(Path(path), receipt), dict[str, tuple[str | None, str | None]]()
    flat = {**receipt.filters.get("terms", {}), **receipt.filters.get("ranges", {})}
    filters = where(flat, all_of_idc=receipt.all_of_idc)
    with pinned_release(idc) as version:
        total = 0
        for page in v3.manifest(idc, filters).walk(ahead=1).pages():
            total += len(page.records)
            for row in page.records:
                if row["crdc_series_uuid"] in gone:
                    gone.remove(row["crdc_series_uuid"])
                else:
                    new[row["crdc_series_uuid"]] = (row["SeriesInstanceUID"], row["collection_id"])
        found = compare_series(_look_up_series(idc, gone), new)
    return Changes(receipt.data_release, version.idc_version, (receipt.series, total), found)


def diff(idc: Client, filters: Selection, from_release: int, to_release: int, *, all_of_idc: bool = False) -> Changes:
    """Say what became of a selection between two data releases: the series added, removed and revised.

    Args:
        idc: A client; no credentials are needed.
        filters: What `v3.where` takes or made, by attributes that the index keeps of the past: collection_id,
            PatientID, StudyInstanceUID, SeriesInstanceUID, Modality and series_size_MB.
        from_release: The number of a release, such as 24.
        to_release: The same; may be the earlier one.
        all_of_idc: Must be true to compare the whole archive by empty filters.

    Raises:
        InvalidFilter: an attribute is not kept of the past, or there is no such release.
        DataReleaseChanged: the data moved meanwhile.
    """
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    unkept = sorted((wanted.terms.keys() | wanted.ranges.keys()) - ATTRIBUTES_WITH_HISTORY)
    if unkept:
        usable = ", ".join(sorted(ATTRIBUTES_WITH_HISTORY))
        raise InvalidFilter(f"{', '.join(unkept)} is not kept for earlier releases: filter by {usable}")
    found: list[Change] = []
    with pinned_release(idc) as version:
        newest = _responses.release_number(version)
        for release in (from_release, to_release):
            if type(release) is not int or not 1 <= release <= newest:
                raise InvalidFilter(f"{release!r:.20} is no data release; the service has 1 to {newest}")
        count = v3.sql(idc, series_counts_sql(wanted, (from_release, to_release))).rows[0]
        more = from_release != to_release
        while more:
            beyond = found[-1].SeriesInstanceUID if found else ""
            asked = changed_series_sql(wanted, from_release, to_release, beyond or "")
            table = v3.sql(idc, asked, allow_truncated=True)
            found += map(change_of_row, table)
            more = table.truncated and bool(table.rows)
    return Changes(f"v{from_release}", f"v{to_release}", (count["at0"], count["at1"]), tuple(found))


def _look_up_series(idc: Client, uuids: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """Look up which series earlier files were of; for what no release knows, nothing is known."""
    found: dict[str, tuple[str | None, str | None]] = dict.fromkeys(uuids, (None, None))
    asked = iter(sorted(uuids))
    while chunk := list(itertools.islice(asked, _LOOKUP_CHUNK)):
        # They are made of hexadecimal digits and hyphens: nothing in them can end a literal or seem a comment.
        listed = ", ".join(f"'{uuid}'" for uuid in chunk)
        statement = " UNION ".join(
            f"SELECT crdc_series_uuid AS uuid, SeriesInstanceUID AS series, collection_id AS collection "  # noqa: S608 - as said
            f"FROM {table} WHERE crdc_series_uuid IN ({listed})"
            for table in ("index", "prior_versions_index")
        )
        found.update({row["uuid"]: (row["series"], row["collection"]) for row in v3.sql(idc, statement)})
    return found
