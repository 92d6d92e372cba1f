"""What the index lacks and a source names: the tables of facts, read and checked before anything is served.

Law: a table that cannot be right is refused with its file, line and reason. A folder of one's own need not hold all of
them: a missing table is the one included.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

COLUMNS = {
    "attributes": ("name", "data_source", "data_type", "units", "bigquery_table", "bigquery_type"),
    "clinical": ("attribute", "value"),
    "collections": (
        "idc_data_version", "collection_id", "subject_count", "location", "doi", "date_updated", "species",
        "cancer_type", "image_types", "supporting_data",
    ),
    "data_sources": ("data_source", "name", "data_type"),
    "versions": ("idc_data_version", "date_active"),
}  # fmt: skip
NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*")
BY_DEFINITION = ("program_name", "project_short_name", "disease_code", "case_barcode")  # see Store


def _valid_template(text: str) -> None:
    if text.format(release=1).count(".") != 2:
        raise ValueError(text)


CHECKS: dict[tuple[str, str], Callable[[str], Any]] = {
    ("collections", "subject_count"): int,
    ("collections", "date_updated"): lambda text: date.fromisoformat(text) if text else None,
    ("versions", "date_active"): date.fromisoformat,
    ("data_sources", "name"): _valid_template,
}


def read(folder: Path | None) -> dict[str, list[dict[str, str]]]:
    """All tables, by name; raises StandinError."""
    if folder is not None and not folder.is_dir():
        raise StandinError(f"The folder of facts {folder} does not exist or is not a folder.")
    included = files("idc_standin") / "facts"
    tables: dict[str, list[dict[str, str]]] = {}
    for name in COLUMNS:
        own = folder / f"{name}.csv" if folder else None
        source: Traversable | Path = own if own is not None and own.exists() else included / f"{name}.csv"
        tables[name] = [row for _, row in _rows(source, name)]
    return tables


def _rows(source: Traversable | Path, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = source.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        missing = [column for column in COLUMNS[name] if column not in (reader.fieldnames or ())]
        if missing:
            raise StandinError(f"{source} has no column {missing[0]!r}; it must be CSV with a line of column names.")
        for row in reader:
            if None in row or None in row.values():
                raise StandinError(
                    f"{source}, line {reader.line_num}: the number of values is not that of the columns."
                )
            for column, value in row.items():
                _check(source, reader.line_num, name, column, value)
            yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StandinError(f"{source} cannot be read: {error}.") from error


def _check(source: Traversable | Path, line: int, name: str, column: str, value: str) -> None:
    try:
        value.encode()
        CHECKS.get((name, column), str)(value)
    except (ValueError, LookupError) as error:
        raise StandinError(f"{source}, line {line}: {value!r} is not a {column}.") from error


def facts(tables: dict[str, list[dict[str, str]]]) -> tuple[list[list[Any]], dict[str, str]]:
    """Rows (key, attribute, text, number) of the clinical table, and the series column that each attribute hangs on.

    Text that is no plain number ("[Not Available]") has none, and so is in no range.
    """
    numeric = {row["name"]: row["data_type"] == "Continuous Numeric" for row in tables["attributes"]}
    level = dict.fromkeys(BY_DEFINITION, "PatientID")
    seen: dict[tuple[str, str], str] = {}
    for row in tables["clinical"]:
        column = "SeriesInstanceUID" if row.get("SeriesInstanceUID") else "PatientID"
        key, attribute, value = row.get(column) or "", row["attribute"], row["value"]
        what = f"The fact {attribute} of {key or 'nobody'} ({value!r})"
        if not key:
            raise StandinError(f"{what} names neither a PatientID nor a SeriesInstanceUID.")
        if attribute not in numeric:
            raise StandinError(f"{what}: there is no such attribute in attributes.csv.")
        if level.setdefault(attribute, column) != column:
            raise StandinError(f"{what} hangs on {column}, but other facts of it on {level[attribute]}.")
        if seen.setdefault((key, attribute), value) != value:
            raise StandinError(f"{what} contradicts another one, {seen[key, attribute]!r}.")
    rows = [
        [key, attribute, value or None, float(value) if numeric[attribute] and NUMBER.fullmatch(value) else None]
        for (key, attribute), value in seen.items()
    ]
    return rows, level
