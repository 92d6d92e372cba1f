"""v1's SQL, run: BigQuery's text in DuckDB, over rows made up for the filters and over the public index.

Law: what a statement ought to select is decided in Python, row by row, and never by SQL. What only BigQuery can run
(tables that are not known here, functions that DuckDB lacks) is not run, and is no difference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import count, cycle
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot
from sqlglot import exp

from idc_contract.oracle.v1_archive import CURRENT, DESCRIBED, KNOWN, lowered
from idc_contract.oracle.v1_nodules import KNOWN as NODULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from idc_contract.oracle.v1_archive import Truth

PREFIX = "dg.4DFC/"
RANGED = re.compile(r"(?P<attribute>\w+)_(?P<operator>lte|lt|btw|gte|gt)")
TABLES = {  # of IDC's public data sets: the table's name, and whose rows it has
    r"dicom_all": "instance",
    r"dicom_pivot(_v\d+)?": "instance",
    r"tcga_(clinical|biospecimen)_rel9": "patient",
    r"qualitative_measurements": "measurement",
}
PATIENT, INSTANCE, ALWAYS = "PatientID", "SOPInstanceUID", "Sphericity"
UNMEASURED = "has no measurements"
SPELLINGS = 64
IDENTIFIERS = ("StudyInstanceUID", "SeriesInstanceUID", "crdc_study_uuid", "crdc_series_uuid")
MOST = 3
"""The number of values of an attribute that rows are made up for."""
LIKENESS = 200
"""The longest pattern that rows are made up for."""
Row = dict[str, Any]


class NotRun(Exception):
    """A statement that DuckDB cannot run here."""


@dataclass(frozen=True)
class Test:
    """One filter: an attribute, an operator, and its values."""

    attribute: str
    operator: str
    wanted: tuple[Any, ...]
    or_null: bool = False

    def admits(self, value: Any) -> bool:
        """Whether a row with this value is selected."""
        if value is None:
            return self.or_null
        if self.operator in ("like", "in"):
            text = lowered(value)
            if self.operator == "in":
                return text in map(lowered, self.wanted)
            return re.fullmatch(_pattern(lowered(self.wanted[0])), text, re.DOTALL) is not None
        if self.operator == "null":
            return False
        number, bounds = float(value), [float(each) for each in self.wanted]
        return {
            "eq": number == bounds[0], "lt": number < bounds[0], "lte": number <= bounds[0],
            "gt": number > bounds[0], "gte": number >= bounds[0], "btw": bounds[0] <= number <= bounds[-1],
        }[self.operator]  # fmt: skip

    def values(self) -> list[Any]:
        """Values near those that are wanted, on either side, and none."""
        found: list[Any] = [None]
        if self.operator in ("like", "in", "null"):
            found += ["zzz", ""]
            for text in (*self.wanted[: MOST - 1], *self.wanted[-1:]):
                found += [text, f"{text}x", f"x{text}", text[:-1]]
                found += [text.upper(), text.lower()] if self.attribute != "collection_id" else []
                if self.operator == "like":
                    found += [text.replace("%", "ab").replace("_", "q"), text.replace("%", "").replace("_", "qq")]
        else:
            bounds = [float(each) for each in self.wanted]
            near = [each + step for each in bounds for step in (0, -1, 1, -0.5, 0.5)]
            found += [*near, *(-each for each in bounds), sum(bounds) / len(bounds), 0.0]
        return list(dict.fromkeys(found))


def _pattern(text: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(letter) or re.escape(letter) for letter in text)


def tests(filters: Mapping[str, Sequence[Any]]) -> list[Test]:
    """Filters as the document explains them."""
    found = []
    for name, values in filters.items():
        if ranged := RANGED.fullmatch(name):
            found.append(Test(ranged["attribute"], ranged["operator"], tuple(values)))
        elif not isinstance(values[0], str):
            found.append(Test(name, "eq", tuple(values)))
        else:
            texts = [text for text in values if text != "None"]
            if name == "collection_id":
                texts = [text.lower().replace("-", "_") for text in texts]
            if name.startswith("crdc_"):
                texts = [text.removeprefix(PREFIX) for text in texts]
            kind = "null" if not texts else "like" if len(texts) == 1 else "in"
            found.append(Test(name, kind, tuple(texts), len(texts) < len(values)))
    return found


# --- statements --------------------------------------------------------------------------------------------------


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _tables(tree: exp.Expr) -> dict[str, str]:
    """Alias -> the kind of its rows; raises NotRun for a table that is not known here."""
    found = {}
    for table in tree.find_all(exp.Table):
        kinds = [kind for name, kind in TABLES.items() if re.fullmatch(name, table.name)]
        if not kinds:
            raise NotRun(table.name)
        found[table.alias_or_name] = kinds[0]
    return found


def _translated(tree: exp.Expr) -> str:
    """The statement for DuckDB, over tables named as their aliases; a backslash escapes in BigQuery's LIKE."""

    def change(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table):
            return exp.alias_(exp.table_(f"made_up_{node.alias_or_name}", quoted=True), node.alias_or_name, table=True)
        if isinstance(node, exp.Like) and not isinstance(node.parent, exp.Escape):
            return exp.Escape(this=node.copy(), expression=exp.Literal.string("\\"))
        return node

    return str(tree.transform(change).sql("duckdb", unsupported_level=sqlglot.ErrorLevel.IGNORE))


def _run(connection: duckdb.DuckDBPyConnection, tree: exp.Expr) -> list[tuple[Any, ...]]:
    """The rows of a statement; raises NotRun for what DuckDB cannot do, and ValueError for columns of no table."""
    try:
        return connection.execute(_translated(tree)).fetchall()
    except duckdb.BinderException as error:
        if "Referenced" in str(error) or "mbiguous" in str(error):
            raise ValueError(str(error).partition("\n")[0]) from error
        raise NotRun(str(error)) from error
    except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
        raise NotRun(str(error)) from error


# --- over made-up rows -------------------------------------------------------------------------------------------


def wrongly_selected(tree: exp.Select, names: Mapping[str, str], filters: Mapping[str, Sequence[Any]]) -> str:
    """What a statement selects of made-up rows and should not, or should and does not; empty if nothing.

    ``names``: of the columns that are compared, by attribute.
    """
    wanted = tests(filters)
    if any(len(str(value)) > LIKENESS for test in wanted for value in test.wanted):
        return ""
    try:
        tables = _tables(tree)
        owners = _owners(tree, tables)
        rows = _rows(wanted, names, owners)
        _load(tree, tables, owners, rows, {test.attribute for test in wanted if test.operator in ("eq", *RANGES)})
        found = _run(_engine(), tree)
    except NotRun:
        return ""
    except ValueError as error:
        return f"it cannot be run: {error}"
    columns = [each.output_name for each in tree.expressions]
    chosen = [columns.index(name) for name in names.values()]
    good = [row for row in rows if all(test.admits(row[test.attribute]) for test in wanted)]
    expected = {tuple(row[name] for name in names) for row in good}
    shown = [tuple(row[at] for at in chosen) for row in found]
    if len(columns) == len(chosen) and len(shown) > len(set(shown)):
        return f"a row comes twice, as if DISTINCT were missing: {next(row for row in shown if shown.count(row) > 1)}"
    for what, some in (("selects", set(shown) - expected), ("misses", expected - set(shown))):
        if some:
            row = dict(zip(names, min(some, key=repr), strict=True))
            near = [each for each in rows if all(each[name] == value for name, value in row.items())]
            values = {test.attribute: near[0][test.attribute] for test in wanted} if near else row
            return f"it {what} an instance with {values!r:.400}"
    return ""


RANGES = ("lt", "lte", "btw", "gte", "gt")


def _owners(tree: exp.Expr, tables: Mapping[str, str]) -> dict[str, str]:
    """The kind of rows that each column is of, by its qualifier; what has none is of instances."""
    measured = {name for name in NODULES if name in {column.name for column in tree.find_all(exp.Column)}}
    found = {column.name: tables[column.table] for column in tree.find_all(exp.Column) if column.table in tables}
    return {**found, **dict.fromkeys(measured, "measurement")} if "measurement" in tables.values() else found


def _rows(wanted: list[Test], names: Mapping[str, str], owners: Mapping[str, str]) -> list[Row]:
    """Instances: each value of each filter beside good values of the others, one good value beside bad ones."""
    values = {test.attribute: test.values() for test in wanted}
    good = {test.attribute: [v for v in values[test.attribute] if test.admits(v)] for test in wanted}
    bad = {test.attribute: [v for v in values[test.attribute] if not test.admits(v)] for test in wanted}
    best = {name: (good[name] or values[name])[-1] for name in values}
    worst = {name: (bad[name] or values[name])[0] for name in values}
    some = [best | {name: value} for name in values for value in values[name]]
    some += [worst, best, *(worst | {name: best[name]} for name in values)]
    rows, numbers = list[Row](), count(1)
    known: dict[tuple[str, Any], Any] = {}
    of_patients = PATIENT in values and "patient" in owners.values()
    patients = cycle(_spellings(good[PATIENT])) if of_patients and good[PATIENT] else None
    without = not any(owners.get(name) == "measurement" for name in values)
    for each in some:
        one = each | {PATIENT: next(patients)} if patients and each[PATIENT] == best[PATIENT] else each
        for _ in range(2):  # instances of one series
            row = _completed(one, names, next(numbers), owners, without=without)
            if _consistent(row, wanted, owners, known):
                rows.append(row)
    return rows


def _spellings(texts: Iterable[str]) -> list[str]:
    """Texts in many letter cases, so that each row has a patient of its own."""
    found: dict[str, None] = {}
    for text in texts:
        for number in range(SPELLINGS):
            letters = (letter.swapcase() if number >> (at % 6) & 1 else letter for at, letter in enumerate(text))
            found["".join(letters)] = None
    return [each for each in found if lowered(each) in map(lowered, texts)]


def _completed(values: Row, names: Mapping[str, str], number: int, owners: Mapping[str, str], *, without: bool) -> Row:
    """A row with all that is named. ``without``: some rows have no measurements."""
    pair = (number + 1) // 2
    row: Row = {name: f"{name} {pair}" for name in (PATIENT, *IDENTIFIERS)}
    row |= {name: f"{name} of {pair % 3}" for name in names if name not in row}
    if without and pair % 3 == 1:
        row |= {name: None for name in names if owners.get(name) == "measurement"} | {UNMEASURED: True}
    row |= {name: f"{name} {number}" for name in (INSTANCE, "crdc_instance_uuid", "gcs_url")}
    return row | values


def _consistent(row: Row, wanted: list[Test], owners: Mapping[str, str], known: dict[tuple[str, Any], Any]) -> bool:
    """Whether a row fits the others: an instance is there once, a patient has one value of each attribute."""
    of_patient = [name for name in row if owners.get(name) == "patient"]
    if (INSTANCE, row[INSTANCE]) in known or row[INSTANCE] is None or (of_patient and row[PATIENT] is None):
        return False
    mine = [row[name] for name in of_patient]
    if of_patient and known.setdefault((PATIENT, row[PATIENT]), mine) != mine:
        return False
    known[INSTANCE, row[INSTANCE]] = None
    return True


def _load(
    tree: exp.Expr, tables: Mapping[str, str], owners: Mapping[str, str], rows: list[Row], numbers: set[str]
) -> None:
    """Create the tables that a statement names, with the columns that it names."""
    bare = {column.name for column in tree.find_all(exp.Column) if not column.table}
    for alias, kind in tables.items():
        named = {column.name for column in tree.find_all(exp.Column) if column.table == alias}
        if kind == "measurement":
            _create(alias, _measurements(rows), set())
            continue
        own = rows if kind == "instance" else list({row[PATIENT]: row for row in rows}.values())
        columns = {name: [_value(row, name, kind) for row in own] for name in _needed(named | bare, kind)}
        _create(alias, columns, numbers)


def _needed(named: Iterable[str], kind: str) -> list[str]:
    keys = ("case_barcode",) if kind == "patient" else (INSTANCE, PATIENT, *IDENTIFIERS)
    return list(dict.fromkeys((*keys, *sorted(named))))


def _value(row: Row, name: str, kind: str) -> Any:
    return row[PATIENT] if kind == "patient" and name == "case_barcode" else row.get(name)


def _measurements(rows: list[Row]) -> dict[str, list[Any]]:
    found = list(_measured(rows))
    return {
        INSTANCE: [each[0] for each in found],
        "Quantity": [{"CodeMeaning": each[1]} for each in found],
        "Value": [{"CodeMeaning": each[2]} for each in found],
    }


def _measured(rows: list[Row]) -> Iterator[tuple[Any, str, Any]]:
    for row in rows:
        for name in NODULES if UNMEASURED not in row else ():
            if (value := row.get(name, "linear" if name == ALWAYS else None)) is not None:
                yield row[INSTANCE], name.replace("_", " "), value


def _create(alias: str, columns: Mapping[str, list[Any]], numbers: set[str]) -> None:
    kinds = {"Quantity": "STRUCT(CodeMeaning VARCHAR)", "Value": "STRUCT(CodeMeaning VARCHAR)"}
    shown = []
    for number, name in enumerate(columns, 1):
        kind = "DOUBLE" if name in numbers else kinds.get(name, "VARCHAR")
        shown.append(f'unnest(${number}::{kind}[]) AS "{name}"')
    table = '"made_up_' + alias.replace('"', '""') + '"'
    _engine().execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {', '.join(shown)}", list(columns.values()))


# --- over the public index ---------------------------------------------------------------------------------------


def selected(tree: exp.Select, known: Truth, names: Sequence[str]) -> set[tuple[Any, ...]] | None:
    """The rows that a statement selects of the public index; None if it names what the index does not have.

    ``names``: of the columns of the statement that are returned. A row of the index is a series, so instances are
    those of one instance for each series.
    """
    there = {*KNOWN, *CURRENT, *DESCRIBED, INSTANCE}
    if not {column.name for column in tree.find_all(exp.Column)} <= there:
        return None
    columns = [each.output_name for each in tree.expressions]
    connection = known.index.connection
    try:
        for alias, kind in _tables(tree).items():
            if kind != "instance":
                return None
            view = '"made_up_' + alias.replace('"', '""') + '"'
            connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT *, SeriesInstanceUID AS {INSTANCE} FROM {known.table}"
            )
        found = _run(connection, tree)
    except NotRun:
        return None
    except ValueError:
        return set()
    return {tuple(row[columns.index(name)] for name in names) for row in found}
