"""Facts that the index lacks, each with its source: tables that are read and checked before anything is served.

Law: an invalid table is refused with its file, line and reason. A user's folder may hold some of the tables: the others
are the included ones.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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
    "nodule_texts": ("attribute", "value", "text"),
    "nodules": ("SeriesInstanceUID",),
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
    for path in sorted(folder.glob("*.csv")) if folder is not None else ():
        if path.stem not in COLUMNS:
            raise StandinError(
                f"The folder of facts has {path.name}, but no table has this name: {', '.join(COLUMNS)}."
            )
    included = files("idc_standin") / "facts"
    own = {name for name in COLUMNS if folder is not None and (folder / f"{name}.csv").exists()}
    tables: dict[str, list[dict[str, str]]] = {}
    for name in COLUMNS:
        source: Traversable | Path = included / f"{name}.csv"
        if folder is not None and name in own:
            source = folder / f"{name}.csv"
        tables[name] = [row for _, row in _rows(source, name)]
    if own.isdisjoint({"nodules", "nodule_texts"}):
        _leave_out_unknown(tables)
    return tables


def _leave_out_unknown(tables: dict[str, list[dict[str, str]]]) -> None:
    """Remove from the included nodules the attributes that the user's own table of attributes lacks."""
    known = {row["name"] for row in tables["attributes"]}
    texts = tables["nodule_texts"]
    unknown = {row["attribute"] for row in texts} - known
    tables["nodule_texts"] = [row for row in texts if row["attribute"] not in unknown]
    for row in tables["nodules"] if unknown else ():
        for name in unknown:
            row.pop(name, None)


def _rows(source: Traversable | Path, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = source.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        missing = [column for column in COLUMNS[name] if column not in (reader.fieldnames or ())]
        if missing:
            raise StandinError(f"{source} has no column {missing[0]!r}; it must be CSV with a line of column names.")
        checked = [column for table, column in CHECKS if table == name]
        for row in reader:
            if None in row or None in row.values():
                raise StandinError(
                    f"{source}, line {reader.line_num}: the number of values is not that of the columns."
                )
            for column in checked:
                _check(source, reader.line_num, name, column, row[column])
            yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StandinError(f"{source} cannot be read: {error}.") from error


def _check(source: Traversable | Path, line: int, name: str, column: str, value: str) -> None:
    try:
        CHECKS[name, column](value)
    except (ValueError, LookupError) as error:
        raise StandinError(f"{source}, line {line}: {value!r} is not a {column}.") from error


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts as columns; no key has two facts of one attribute."""

    keys: list[str]
    """PatientIDs or SeriesInstanceUIDs, see ``level``."""
    attributes: list[str]
    values: list[str | None]
    """The text; None if the source records that there is none."""
    numbers: list[float | None]
    """The value of a numeric attribute. Text that is not a plain number ("[Not Available]") has none and is
    in no range."""
    level: dict[str, str]
    """Attribute -> the series column that is the key of its facts."""


def facts(tables: dict[str, list[dict[str, str]]]) -> Facts:
    """The facts of the tables ``clinical`` and ``nodules``; raises StandinError if they cannot all be right."""
    numeric = {row["name"]: row["data_type"] == "Continuous Numeric" for row in tables["attributes"]}
    nodules = _nodules(tables, numeric)
    level = dict.fromkeys(BY_DEFINITION, "PatientID") | dict.fromkeys(nodules, "SeriesInstanceUID")
    found = Facts([], [], [], [], level)
    for attribute, texts in nodules.items():
        found.keys.extend(texts)
        found.attributes.extend([attribute] * len(texts))
        found.values.extend(texts.values())
        found.numbers.extend([None] * len(texts))
    for (key, attribute), value in _clinical(tables["clinical"], numeric, level).items():
        if key in (texts := nodules.get(attribute, {})):
            if (value or None) != texts[key]:
                raise StandinError(
                    f"The fact {attribute} of {key} ({value!r}) contradicts nodules.csv, which has "
                    f"{texts[key] or ''!r}; a nodules.csv of your own takes its place."
                )
            continue
        found.keys.append(key)
        found.attributes.append(attribute)
        found.values.append(value or None)
        found.numbers.append(float(value) if numeric[attribute] and NUMBER.fullmatch(value) else None)
    return found


def _clinical(
    rows: Iterable[Mapping[str, str]], numeric: Mapping[str, bool], level: dict[str, str]
) -> dict[tuple[str, str], str]:
    """Key and attribute -> text. ``level`` is completed on the way, for attributes that it does not have yet."""
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        column = "SeriesInstanceUID" if row.get("SeriesInstanceUID") else "PatientID"
        key, attribute, value = row.get(column) or "", row["attribute"], row["value"]
        what = f"The fact {attribute} of {key or 'an empty key'} ({value!r})"
        if not key:
            raise StandinError(f"{what} names neither a PatientID nor a SeriesInstanceUID.")
        if attribute not in numeric:
            raise StandinError(f"{what}: there is no such attribute in attributes.csv.")
        if level.setdefault(attribute, column) != column:
            raise StandinError(
                f"{what} has the key {column}, but other facts of this attribute have {level[attribute]}."
            )
        if seen.setdefault((key, attribute), value) != value:
            raise StandinError(f"{what} contradicts another one, {seen[key, attribute]!r}.")
    return seen


def _nodules(tables: dict[str, list[dict[str, str]]], numeric: Mapping[str, bool]) -> dict[str, dict[str, str | None]]:
    """Attribute -> series -> text, None where the text is empty. An empty value is no fact."""
    texts = _texts(tables["nodule_texts"], numeric)
    rows = tables["nodules"]
    names = [name for name in (rows[0] if rows else ()) if name not in {"SeriesInstanceUID", "source"}]
    if unknown := [name for name in names if name not in texts]:
        raise StandinError(f"nodules.csv has a column {unknown[0]!r}, of which nodule_texts.csv has no values.")
    series = [row["SeriesInstanceUID"] for row in rows]
    if "" in series:
        raise StandinError("nodules.csv has a row without a SeriesInstanceUID.")
    if len(set(series)) < len(series):
        raise StandinError(f"nodules.csv has two rows of the series {Counter(series).most_common(1)[0][0]!r}.")
    found = {}
    for name in names:
        values = [row[name] for row in rows]
        if strange := set(values) - texts[name].keys() - {""}:
            value = min(strange)
            where = series[values.index(value)]
            raise StandinError(f"The {name} {value!r} of {where!r} in nodules.csv is not in nodule_texts.csv.")
        found[name] = {uid: texts[name][value] for uid, value in zip(series, values, strict=True) if value}
    return {name: texts for name, texts in found.items() if texts}


def _texts(rows: Iterable[Mapping[str, str]], numeric: Mapping[str, bool]) -> dict[str, dict[str, str | None]]:
    """Attribute -> value in the table of nodules -> text."""
    found: dict[str, dict[str, str | None]] = {}
    for row in rows:
        attribute, value = row["attribute"], row["value"]
        what = f"The value {value!r} of {attribute} in nodule_texts.csv"
        if numeric.get(attribute, True):
            raise StandinError(f"{what}: attributes.csv has no such attribute of text.")
        if not value or value in found.setdefault(attribute, {}):
            raise StandinError(f"{what} is {'listed twice' if value else 'empty'}.")
        found[attribute][value] = row["text"] or None
    return found
