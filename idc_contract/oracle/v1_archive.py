"""What v1 ought to answer as of a data version, by SQL of our own over the public index.

Law: of a series revision that has been replaced since, the index knows only what ``KNOWN`` names; of the others it
knows all that is here. Text is matched by Python, never by SQL.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from idc_contract.oracle.index import Index

KNOWN = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "crdc_series_uuid", "Modality")
CURRENT = (  # of revisions that are still there
    "source_DOI", "SOPClassUID", "BodyPartExamined", "StudyDate", "StudyDescription", "SeriesDescription",
    "SeriesNumber", "PatientAge", "instanceCount",
)  # fmt: skip
DESCRIBED = {"Program": "program_id", "tcia_species": "species", "tcia_tumorLocation": "tumor_locations"}
FEW = 250  # instances
REVISIONS = """
CREATE OR REPLACE TEMP TABLE v1_revisions AS
SELECT {known}, series_revised_idc_version AS since, 99999 AS until, true AS current FROM index
UNION ALL
SELECT {known}, min_idc_version, max_idc_version, false FROM prior_versions_index
"""
LIVE = """
CREATE OR REPLACE TEMP TABLE {name} AS
WITH live AS (SELECT DISTINCT {known}, current FROM v1_revisions WHERE {release} BETWEEN since AND until)
SELECT live.*, {extra}, {described}
FROM live
LEFT JOIN index AS today ON live.current AND today.crdc_series_uuid = live.crdc_series_uuid
LEFT JOIN collections_index AS described ON described.collection_id = live.collection_id
"""


class Truth:
    """The archive as of one release, a row a series."""

    def __init__(self, index: Index, release: int) -> None:
        self.index, self.release, self.table = index, release, f"v1_series_{release}"
        _revisions(index)
        index.rows(
            LIVE.format(
                name=self.table,
                release=release,
                known=", ".join(KNOWN),
                extra=", ".join(f"today.{name}" for name in CURRENT),
                described=", ".join(f"described.{source} AS {name}" for name, source in DESCRIBED.items()),
            )
        )
        self._values: dict[str, list[str]] = {}

    def rows(self, select: str, where: str = "true", tail: str = "", parameters: Sequence[Any] = ()) -> list[Any]:
        """Rows of the table of series."""
        return self.index.rows(f"SELECT {select} FROM {self.table} WHERE {where} {tail}", list(parameters))

    def values(self, column: str) -> list[str]:
        """The values of a column that are not null, ascending."""
        if column not in self._values:
            rows = self.rows(f'DISTINCT "{column}"', f'"{column}" IS NOT NULL')
            self._values[column] = sorted(str(row[0]) for row in rows)
        return self._values[column]

    @cached_property
    def patients(self) -> list[str]:
        """Patients with several series, all of them current, and few instances."""
        having = f"HAVING bool_and(current) AND count(*) > 1 AND sum(instanceCount) BETWEEN 3 AND {FEW}"
        return sorted(row[0] for row in self.rows("PatientID", tail=f"GROUP BY PatientID {having}"))

    def where(self, filters: Mapping[str, Sequence[str]]) -> tuple[str, list[Any]]:
        """The condition that filters on text mean, and its parameters."""
        tests, parameters = ["true"], list[Any]()
        for name, wanted in filters.items():
            good = sorted(admitted(name, wanted, self.values(name)))
            tests.append(f'("{name}" IN (SELECT unnest(?::VARCHAR[])){_or_null(name, wanted)})')
            parameters.append(good)
        return " AND ".join(tests), parameters


def _or_null(name: str, wanted: Sequence[str]) -> str:
    return f' OR "{name}" IS NULL' if "None" in wanted else ""


@cache
def _revisions(index: Index) -> None:
    index.rows(REVISIONS.format(known=", ".join(KNOWN)))


@cache
def truth(index: Index, version: str) -> Truth:
    """The archive as of a data version such as ``2.0``."""
    return Truth(index, int(version.partition(".")[0]))


@cache
def membership(index: Index, newest: int) -> dict[str, list[str]]:
    """The data versions up to one that each collection has series in."""
    _revisions(index)
    rows = index.rows(
        "SELECT DISTINCT collection_id, v FROM v1_revisions, range(1, ?) AS r(v) WHERE v BETWEEN since AND until",
        [newest + 1],
    )
    found: dict[str, list[int]] = {}
    for name, release in rows:
        found.setdefault(name, []).append(release)
    return {name: [f"{release}.0" for release in sorted(releases)] for name, releases in found.items()}


def admitted(name: str, wanted: Sequence[str], known: Sequence[str]) -> set[str]:
    """Those of the known values that a filter selects: one value is a pattern, several are a list."""
    texts = [lowered(text) for text in wanted if text != "None"]
    if name == "collection_id":
        texts = [text.replace("-", "_") for text in texts]
    if len(texts) == 1:
        pattern = re.compile(
            "".join({"%": ".*", "_": "."}.get(letter) or re.escape(letter) for letter in texts[0]), re.DOTALL
        )
        return {value for value in known if pattern.fullmatch(lowered(value))}
    return {value for value in known if lowered(value) in texts}


def lowered(text: str) -> str:
    """Lower case, letter by letter (Python alone makes two letters of a dotted capital I)."""
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == "\u0130" else letter.lower() for letter in text)
