"""A selection of v3 as one statement of BigQuery's SQL (GoogleSQL), which finds the series that v3 finds. Pure.

The statement makes of IDC's public tables what it needs of the table `index`, the way IDC makes all of it, and asks
that as v3 asks its own. BigQuery bills by the columns that are read, so nothing is read that is not asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._bigquery_index import COLUMNS, JOINS
from ._suggest import did_you_mean
from .errors import InvalidFilter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._v3_filters import Filters

#: Where Google's public datasets are. https://learn.canceridc.dev/data/organization-of-data/bigquery-tables says
#: which of them are IDC's: `idc_v<N>` for each data release, and `idc_current`, views of the newest.
PROJECT = "bigquery-public-data"
CURRENT = "current"
#: The columns of v3's manifests, in their order.
MANIFEST = (
    "collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesDescription",
    "instanceCount", "series_size_MB", "aws_bucket", "crdc_series_uuid", "series_aws_url",
)  # fmt: skip
#: The order of v3's manifests.
ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID")
_RELEASE = re.compile("v?([1-9][0-9]{0,3})", re.ASCII)
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def statement(wanted: Filters, columns: Iterable[str], release: int | str) -> str:
    """Write the statement.

    Args:
        wanted: The selection.
        columns: Columns of `index`, in order.
        release: A data release, or `current`.

    Raises:
        InvalidFilter: there is no such column or release.
    """
    names = _chosen(columns)
    used = {*names, *wanted.terms, *wanted.ranges, "SeriesInstanceUID"}
    made = {name: COLUMNS[name] for name in COLUMNS if name in used}
    sources = {one.source for one in made.values()}
    tables = f"{PROJECT}.{_dataset(release)}"
    joins = [f"  {text.format(tables)}\n" for source, text in JOINS.items() if source in sources]
    inner = ",\n".join(f"    {one.expression} AS {name}" for name, one in made.items())
    order = [name for name in ORDER if name in names or name == "SeriesInstanceUID"]
    return (
        f"WITH series AS (\n  SELECT\n{inner}\n  FROM `{tables}.dicom_all` AS dicom_all\n{''.join(joins)}"
        f"  GROUP BY dicom_all.SeriesInstanceUID\n)\n"
        f"SELECT {', '.join(names)}\nFROM series\nWHERE {condition(wanted)}\nORDER BY {', '.join(order)}\n"
    )


def condition(wanted: Filters) -> str:
    """Write filters as what stands after WHERE."""
    parts = [f"{name} IN ({', '.join(map(literal, values))})" for name, values in wanted.terms.items()]
    for name, bounds in wanted.ranges.items():
        for operator, bound in bounds.items():
            # As v3 compares: days as text, numbers as floats.
            value = literal(bound) if isinstance(bound, str) else repr(float(bound))
            parts.append(f"{name} {'>=' if operator == 'gte' else '<='} {value}")
    return "\n  AND ".join(parts) or "TRUE"


def literal(text: str) -> str:
    """Write text as a literal: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical.

    What cannot be seen is escaped, so that the statement does not change on its way through a terminal or an editor.
    """
    return "'{}'".format("".join(map(_escaped, text)))


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _dataset(release: int | str) -> str:
    found = _RELEASE.fullmatch(str(release))
    if isinstance(release, bool) or (found is None and release != CURRENT):
        raise InvalidFilter(f"{release!r:.80} is no data release: write 25, 'v25' or '{CURRENT}'")
    return f"idc_{CURRENT}" if found is None else f"idc_v{found[1]}"


def _chosen(columns: Iterable[str]) -> list[str]:
    names = [columns] if isinstance(columns, str) else list(columns)
    for name in names:
        if name not in COLUMNS:
            raise InvalidFilter(f"{name!r:.80} is no column of the table index{did_you_mean(name, COLUMNS)}")
    if not names or len(set(names)) < len(names):
        raise InvalidFilter("columns are one or more names of the table index, each of them once")
    return names
