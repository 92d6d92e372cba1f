"""Changes of a selection since a manifest was written, or between two data releases."""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from attrs import asdict, frozen

from .. import v3
from .._http.calls import Client
from .._http.steps import END, Next, sending, steps_of, work
from .._tables import arrow
from .._tables.arrow import Frames
from .._tables.columns import Column, Columns
from .._tables.html import ROWS_SHOWN, rows_caption, table_html
from .._tables.listed import column_of
from .._tables.optional import OptionalPackage
from .._tables.records import JsonRows
from ..errors import ContractError, InvalidFilter
from ..v3 import Selection, _responses
from ..v3._archive import check_release_unchanged
from ..v3._filters import Filters, checked_filters, checked_release, where
from ..v3._table import Table
from ._sidecar import read_checked_sidecar, series_of_manifest

if TYPE_CHECKING:
    import pyarrow

    from .._http.steps import Steps
else:
    pyarrow = OptionalPackage("pyarrow")


ChangeKind: TypeAlias = Literal["added", "removed", "revised"]

#: The attributes that the index has for earlier releases, too. Only filters on these can be used for a diff.
ATTRIBUTES_WITH_HISTORY = frozenset(
    {"collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "series_size_MB"}
)
#: A series UID. It is used in the next statement, and must not end an SQL literal.
_UID = re.compile(r"[0-9.]+", re.ASCII)
#: The number of changes that a text shows.
_CHANGES_SHOWN = 5
_CHANGE_COLUMNS = Columns(
    tuple(Column(name, "string") for name in ("kind", "collection_id", "SeriesInstanceUID", "before", "after"))
)


@frozen
class Change:
    """A series that was added, removed or revised.

    Attributes:
        kind: `added`, `removed` or `revised` (the same series with other files).
        collection_id: The collection of the series; None if no release knows it.
        SeriesInstanceUID: The DICOM UID of the series; None if no release knows it.
        before: The `crdc_series_uuid` before; None if the series was added.
        after: The `crdc_series_uuid` after; None if the series was removed.
    """

    kind: ChangeKind
    collection_id: str | None
    SeriesInstanceUID: str | None
    before: str | None
    after: str | None


@frozen(repr=False)
class Changes(Frames):
    """The changes of a selection; iterating gives each `Change`, and without changes it is false.

    Attributes:
        from_release: The data release before, such as `v24`.
        to_release: The data release after.
        series: The numbers of series before and after.
        items: The changes, sorted by DICOM UID of the series.
    """

    from_release: str
    to_release: str
    series: tuple[int, int]
    items: tuple[Change, ...]

    def __iter__(self) -> Iterator[Change]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, key: int) -> Change: ...
    @overload
    def __getitem__(self, key: slice) -> list[Change]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        """Return a change by its number, some by a slice, or a column by its name."""
        if isinstance(key, str):
            return column_of([asdict(one) for one in self.items], _CHANGE_COLUMNS.names, key)
        return list(self.items)[key]

    def __str__(self) -> str:
        """Say how many series changed, with the first changes."""
        named = [f"{one.kind} {one.SeriesInstanceUID or one.before} ({one.collection_id})" for one in self.items]
        more = [f"and {len(self) - _CHANGES_SHOWN:,} more"] if len(self) > _CHANGES_SHOWN else []
        return "\n  ".join(
            [f"{self.from_release} to {self.to_release}: {self._summary()}", *named[:_CHANGES_SHOWN], *more]
        )

    def __repr__(self) -> str:
        return f"<Changes {self}>"

    def _summary(self) -> str:
        kinds = f"{len(self.added):,} added, {len(self.removed):,} removed, {len(self.revised):,} revised"
        before, after = self.series
        return f"{kinds}; {before:,} series in {self.from_release}, {after:,} in {self.to_release}"

    def _repr_html_(self) -> str:
        shown = [asdict(one) for one in self.items[:ROWS_SHOWN]]
        more = f": {self._summary()}"
        names = _CHANGE_COLUMNS.names
        return table_html(names, shown, rows_caption(len(shown), len(self.items), len(names), more))

    @property
    def added(self) -> list[Change]:
        """The series that were added."""
        return [one for one in self.items if one.kind == "added"]

    @property
    def removed(self) -> list[Change]:
        """The series that were removed."""
        return [one for one in self.items if one.kind == "removed"]

    @property
    def revised(self) -> list[Change]:
        """The series that have other files."""
        return [one for one in self.items if one.kind == "revised"]

    def to_arrow(self) -> pyarrow.Table:
        """Give an Arrow table: kind, collection_id, SeriesInstanceUID, before, after. Needs the extra `arrow`."""
        return arrow.table(
            _CHANGE_COLUMNS, [arrow.batch(_CHANGE_COLUMNS, JsonRows([asdict(one) for one in self.items]))]
        )


def compare_series(
    old: Mapping[str, tuple[str | None, str | None]], new: Mapping[str, tuple[str | None, str | None]]
) -> tuple[Change, ...]:
    """Compare the files that exist only before with those that exist only now; both map UUID -> series, collection."""
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
    """Write SQL for the series that differ between two releases, a row for each, after the series `beyond`."""
    return (
        f"WITH old AS ({_versions_sql(filters, before)}), new AS ({_versions_sql(filters, after)}) "  # noqa: S608 - values are quoted there
        "SELECT coalesce(new.series, old.series) AS series, "
        "min(coalesce(new.collection, old.collection)) AS collection, old.uuid AS before, new.uuid AS after "
        "FROM old FULL OUTER JOIN new ON old.series = new.series "
        f"WHERE old.uuid IS DISTINCT FROM new.uuid AND coalesce(new.series, old.series) > '{beyond}' "
        "GROUP BY 1, 3, 4 ORDER BY 1"
    )


def series_counts_sql(filters: Filters, releases: Iterable[int]) -> str:
    """Write SQL for the number of series that a selection has in each release."""
    parts = [
        f"(SELECT count(DISTINCT series) FROM ({_versions_sql(filters, release)})) AS at{place}"  # noqa: S608 - as above
        for place, release in enumerate(releases)
    ]
    return f"SELECT {', '.join(parts)}"


def _versions_sql(filters: Filters, release: int) -> str:
    """Write SQL for the versions of series in a release. A version has a row for each bucket its files were in."""
    columns = "SeriesInstanceUID AS series, collection_id AS collection, crdc_series_uuid AS uuid"
    where = filters.sql()
    return (
        f"SELECT {columns} FROM index WHERE series_revised_idc_version <= {release} AND {where} "  # noqa: S608 - as above
        f"UNION ALL SELECT {columns} FROM prior_versions_index "
        f"WHERE min_idc_version <= {release} AND max_idc_version >= {release} AND {where}"
    )


def series_history_sql(filters: Filters, newest: int) -> str:
    """Write SQL for the number of series that a selection has in each release, a row for each."""
    where = filters.sql()
    # Versions of one series overlap if its files were in several buckets: of each, what those before leave is counted.
    # A count of distinct series in each release needs more memory than the service allows for the whole archive.
    return (
        f"WITH versions AS (SELECT SeriesInstanceUID AS series, series_revised_idc_version AS since, {newest} AS until "  # noqa: S608 - as above
        f"FROM index WHERE {where} UNION ALL SELECT SeriesInstanceUID, min_idc_version, max_idc_version "
        f"FROM prior_versions_index WHERE {where}), "
        "apart AS (SELECT greatest(since, 1 + coalesce(max(until) OVER (PARTITION BY series ORDER BY since, until "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS since, until FROM versions) "
        "SELECT idc_version AS release, left(CAST(version_timestamp AS VARCHAR), 10) AS day, count(since) AS series "
        "FROM version_metadata_index LEFT JOIN apart ON idc_version BETWEEN since AND until GROUP BY 1, 2 ORDER BY 1"
    )


def change_of_row(row: Mapping[str, Any]) -> Change:
    """Read a row of the result of `changed_series_sql`."""
    before, after = row["before"], row["after"]
    kind: ChangeKind = "added" if before is None else "removed" if after is None else "revised"
    if not _UID.fullmatch(row["series"] or ""):
        raise ContractError("POST /v3/sql was asked for series identifiers, and the answer has other values")
    return Change(kind, row["collection"], row["series"], before, after)


#: The number of series that one statement looks up.
_LOOKUP_CHUNK = 500


@sending
def verify(idc: Client, path: str | os.PathLike[str]) -> Steps[Changes]:
    """List the series added, removed and revised since a manifest was written, by repeating its request.

    Args:
        idc: A client; no credentials are needed.
        path: The manifest; its sidecar (`.json`) must be beside it.

    Raises:
        ManifestError: the manifest does not match its sidecar.
        PagingError: the walk is not complete. DataReleaseChanged: the data changed meanwhile.
    """
    sidecar = yield from work(functools.partial(read_checked_sidecar, Path(path)))
    gone = yield from work(functools.partial(series_of_manifest, Path(path), sidecar))
    new = dict[str, tuple[str | None, str | None]]()
    flat = {**sidecar.filters.get("terms", {}), **sidecar.filters.get("ranges", {})}
    filters = where(flat, all_of_idc=sidecar.all_of_idc)
    version = yield from steps_of(v3.version)(idc)
    total = 0
    pages = v3.manifest(idc, filters).walk(ahead=1).pages()
    while (page := (yield Next(pages))) is not END:
        total += len(page.records)
        for row in page.records:
            if row["crdc_series_uuid"] in gone:
                gone.remove(row["crdc_series_uuid"])
            else:
                new[row["crdc_series_uuid"]] = (row["SeriesInstanceUID"], row["collection_id"])
        del page
    found = compare_series((yield from _look_up_series(idc, gone)), new)
    yield from check_release_unchanged(idc, version)
    return Changes(sidecar.data_release, version.idc_version, (sidecar.series, total), found)


@sending
def diff(
    idc: Client, filters: Selection, from_release: int | str, to_release: int | str, *, all_of_idc: bool = False
) -> Steps[Changes]:
    """List the series of a selection that were added, removed and revised between two data releases.

    Args:
        idc: A client; no credentials are needed.
        filters: As for `v3.where`, on attributes that the index has for earlier releases, too: collection_id,
            PatientID, StudyInstanceUID, SeriesInstanceUID, Modality and series_size_MB.
        from_release: A data release, such as 24, "24" or "v24".
        to_release: Another data release, earlier or later.
        all_of_idc: True compares the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: earlier releases lack an attribute, or there is no such release.
        ContractError: the changes do not add up to the numbers of series. DataReleaseChanged: the data changed
            meanwhile.
    """
    wanted = _filters_with_history(filters, all_of_idc)
    found: list[Change] = []
    version = yield from steps_of(v3.version)(idc)
    newest = _responses.release_number(version)
    first, second = checked_release(from_release, newest), checked_release(to_release, newest)
    counted = yield from steps_of(v3.sql)(idc, series_counts_sql(wanted, (first, second)))
    counts = _responses.checked_rows(counted, at0=int, at1=int)
    if len(counts) != 1:
        raise ContractError(f"POST /v3/sql was asked for one row of counts and gave {len(counts)}")
    more = first != second
    while more:
        beyond = found[-1].SeriesInstanceUID if found else ""
        statement = changed_series_sql(wanted, first, second, beyond or "")
        table = yield from steps_of(v3.sql)(idc, statement, allow_truncated=True)
        text = str | None
        rows = _responses.checked_rows(table, collection=text, series=text, before=text, after=text)
        found += map(change_of_row, rows)
        more = table.truncated and bool(table.rows)
    yield from check_release_unchanged(idc, version)
    changes = Changes(f"v{first}", f"v{second}", (counts[0]["at0"], counts[0]["at1"]), tuple(found))
    due = changes.series[0] + len(changes.added) - len(changes.removed)
    if due != changes.series[1]:
        raise ContractError(
            f"the changes from v{first} to v{second} lead to {due} series, and v{second} has {changes.series[1]}"
        )
    return changes


@sending
def history(idc: Client, filters: Selection, *, all_of_idc: bool = False) -> Steps[Table]:
    """Count the series that a selection has in each data release: `idc_version`, `release_date`, `series`.

    Args:
        idc: A client; no credentials are needed.
        filters: As for `diff`.
        all_of_idc: True counts the whole archive; needed when there are no filters.

    Raises:
        InvalidFilter: earlier releases lack an attribute.
        ContractError: the answer does not have every release. DataReleaseChanged: the data changed meanwhile.
    """
    wanted = _filters_with_history(filters, all_of_idc)
    version = yield from steps_of(v3.version)(idc)
    newest = _responses.release_number(version)
    found = yield from steps_of(v3.sql)(idc, series_history_sql(wanted, newest))
    rows = _responses.checked_rows(found, release=int, day=str | None, series=int)
    if [row["release"] for row in rows] != list(range(1, newest + 1)):
        raise ContractError(f"POST /v3/sql was asked for the data releases 1 to {newest} and gave others")
    yield from check_release_unchanged(idc, version)
    listed = [
        {"idc_version": f"v{row['release']}", "release_date": row["day"], "series": row["series"]} for row in rows
    ]
    return Table(["idc_version", "release_date", "series"], listed, False, found.max_rows)


def _filters_with_history(filters: Selection, all_of_idc: bool) -> Filters:
    """Check filters, and that earlier releases have their attributes."""
    wanted = checked_filters(filters, all_of_idc=all_of_idc)
    if unusable := sorted((wanted.terms.keys() | wanted.ranges.keys()) - ATTRIBUTES_WITH_HISTORY):
        usable = ", ".join(sorted(ATTRIBUTES_WITH_HISTORY))
        raise InvalidFilter(f"{', '.join(unusable)} is not available for earlier releases: filter by {usable}")
    return wanted


def _look_up_series(idc: Client, uuids: set[str]) -> Steps[dict[str, tuple[str | None, str | None]]]:
    """Look up the series and collections of earlier files; both are None for files that no release knows."""
    found: dict[str, tuple[str | None, str | None]] = dict.fromkeys(uuids, (None, None))
    remaining = iter(sorted(uuids))
    while chunk := list(itertools.islice(remaining, _LOOKUP_CHUNK)):
        # UUIDs have only hexadecimal digits and single hyphens: they cannot end a literal or begin a comment.
        listed = ", ".join(f"'{uuid}'" for uuid in chunk)
        statement = " UNION ".join(
            f"SELECT crdc_series_uuid AS uuid, SeriesInstanceUID AS series, collection_id AS collection "  # noqa: S608 - UUIDs only
            f"FROM {table} WHERE crdc_series_uuid IN ({listed})"
            for table in ("index", "prior_versions_index")
        )
        looked_up = yield from steps_of(v3.sql)(idc, statement)
        rows = _responses.checked_rows(looked_up, uuid=str, series=str | None, collection=str | None)
        found.update({row["uuid"]: (row["series"], row["collection"]) for row in rows})
    return found
