"""How a selection is held against what it was: by a manifest written before, or between two data releases."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from . import _changes, v3
from . import _v3_answers as _answers
from ._changes import Change, Changes
from ._manifest_files import proven, series_of
from ._pinning import pinned
from ._v3_filters import checked, where
from .errors import InvalidFilter

if TYPE_CHECKING:
    import os

    from ._sending import Client
    from .v3 import Selection

#: So many series are looked up at once.
_CHUNK = 500


def verify(idc: Client, path: str | os.PathLike[str]) -> Changes:
    """Make the request of a manifest again, and say what was added, removed and revised since.

    Raises:
        ManifestError: the manifest is not what its sidecar describes.
        PagingError: the walk is not whole. DataReleaseChanged: the data moved meanwhile.
    """
    receipt = proven(Path(path))
    gone, new = series_of(Path(path), receipt), dict[str, tuple[str | None, str | None]]()
    flat = {**receipt.filters.get("terms", {}), **receipt.filters.get("ranges", {})}
    filters = where(flat, all_of_idc=receipt.all_of_idc)
    with pinned(idc) as version:
        total = 0
        for page in v3.manifest(idc, filters).walk(ahead=1).pages():
            total += len(page.records)
            for row in page.records:
                if row["crdc_series_uuid"] in gone:
                    gone.remove(row["crdc_series_uuid"])
                else:
                    new[row["crdc_series_uuid"]] = (row["SeriesInstanceUID"], row["collection_id"])
        found = _changes.put_together(_known(idc, gone), new)
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
    wanted = checked(filters, all_of_idc=all_of_idc)
    unkept = sorted((wanted.terms.keys() | wanted.ranges.keys()) - _changes.KEPT)
    if unkept:
        raise InvalidFilter(
            f"{', '.join(unkept)} is not kept of earlier releases: compare by {', '.join(sorted(_changes.KEPT))}"
        )
    found: list[Change] = []
    with pinned(idc) as version:
        newest = _answers.release_of(version)
        for release in (from_release, to_release):
            if type(release) is not int or not 1 <= release <= newest:
                raise InvalidFilter(f"{release!r:.20} is no data release; the service has 1 to {newest}")
        count = v3.sql(idc, _changes.sizes(wanted, (from_release, to_release))).rows[0]
        more = from_release != to_release
        while more:
            beyond = found[-1].SeriesInstanceUID if found else ""
            asked = _changes.statement(wanted, from_release, to_release, beyond or "")
            table = v3.sql(idc, asked, allow_truncated=True)
            found += map(_changes.read, table)
            more = table.truncated and bool(table.rows)
    return Changes(f"v{from_release}", f"v{to_release}", (count["at0"], count["at1"]), tuple(found))


def _known(idc: Client, uuids: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """Look up which series earlier files were of; for what no release knows, nothing is known."""
    found: dict[str, tuple[str | None, str | None]] = dict.fromkeys(uuids, (None, None))
    asked = iter(sorted(uuids))
    while chunk := list(itertools.islice(asked, _CHUNK)):
        # They are made of hexadecimal digits and hyphens: nothing in them can end a literal or seem a comment.
        listed = ", ".join(f"'{uuid}'" for uuid in chunk)
        statement = " UNION ".join(
            f"SELECT crdc_series_uuid AS uuid, SeriesInstanceUID AS series, collection_id AS collection "  # noqa: S608 - as said
            f"FROM {table} WHERE crdc_series_uuid IN ({listed})"
            for table in ("index", "prior_versions_index")
        )
        found.update({row["uuid"]: (row["series"], row["collection"]) for row in v3.sql(idc, statement)})
    return found
