"""The 2021 notebook in half a minute: start a stand-in, run the notebook's flow with idc_ext, stop the stand-in.

make demo
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from idc_client.api.v1 import get_about, list_collections, list_versions
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from idc_ext import IDCError, connect, v1
from idc_standin import server

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

console = Console()

FILTERS = {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]}
NODULES = {"collection_id": ["LIDC_IDRI"], "Spiculation": ["4 Out of 5", "5 out of 5 (Marked spiculation)"]}


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if value is None else str(value)) for value in row))
    console.print(table)
    console.print()


def step(code: str) -> None:
    """Print the line of Python that makes the next table."""
    console.print(Syntax(code, "python", background_color="default", word_wrap=True))


def walk(url: str, credentials_file: Path) -> None:
    """The flow of the notebook."""
    with connect(url, credentials=credentials_file) as idc:
        step("get_about.sync(client=idc)")
        console.print(f"  {escape(get_about.sync(client=idc).message)}\n")

        step("list_versions.sync(client=idc)")
        versions = list_versions.sync(client=idc).versions
        rows = [(v.idc_data_version, v.date_active, "active" if v.active else "") for v in versions]
        show("Data versions", ["version", "since", ""], rows)

        step('list_collections.sync(client=idc, idc_data_version="1.0")')
        collections = list_collections.sync(client=idc, idc_data_version="1.0").collections
        rows = [(c.collection_id, c.subject_count, c.location, c.cancer_type) for c in collections]
        show(
            f"{len(rows)} collections of version 1.0, the first five",
            ["collection", "subjects", "where", "cancer"],
            rows[:5],
        )

        spec = v1.cohort("testcohort", "Test description", FILTERS)
        step(f"spec = v1.cohort('testcohort', 'Test description', {FILTERS})")
        fields = ["Patient_ID", "CRDC_Instance_GUID", "GCS_URL"]
        step(f"preview = v1.preview_manifest(idc, spec, fields={fields}, page_size=2)")
        pages = v1.preview_manifest(idc, spec, fields=fields, page_size=2).pages()
        for number, page in enumerate(itertools.islice(pages, 2), 1):
            rows = [(row.patient_id, row.crdc_instance_guid, row.gcs_url) for row in page.rows]
            show(f"Page {number}: {len(rows)} of {page.total:,} instances", fields, rows)

        step("saved = v1.create_cohort(idc, spec)")
        saved = v1.create_cohort(idc, spec)
        console.print(f"  cohort {saved.cohort_id}, data version {saved.filter_set.idc_data_version}\n")

        step('v1.manifest(idc, saved.cohort_id, fields=["CRDC_Series_GUID"])')
        guids = [row.crdc_series_guid for row in v1.manifest(idc, saved.cohort_id, fields=["CRDC_Series_GUID"])]
        show(f"{len(guids)} series, the first three", ["CRDC_Series_GUID"], [(guid,) for guid in guids[:3]])

        step('v1.query(idc, saved.cohort_id, ["PatientID", "Modality", "BodyPartExamined", "StudyDate"])')
        fields = ["PatientID", "Modality", "BodyPartExamined", "StudyDate"]
        rows = [[row[name] for name in fields] for row in v1.query(idc, saved.cohort_id, fields)]
        show("What they are", fields, rows)

        step(f"spec = v1.cohort('testcohort', 'Test description', {NODULES})")
        fields = ["PatientID", "SOPInstanceUID", "Modality", "Spiculation"]
        step(f"rows = list(v1.preview_query(idc, spec, {fields}))")
        nodules = list(v1.preview_query(idc, v1.cohort("testcohort", "Test description", NODULES), fields))
        counts = Counter(row["Spiculation"] for row in nodules)
        found = ", ".join(f"{number} of {text!r}" for text, number in sorted(counts.items()))
        rows = [[row[name] for name in fields] for row in nodules[:3]]
        show(
            f"{len(nodules)} nodules, {found}; the first three (in 2021 this request failed with status 500)",
            fields,
            rows,
        )

        step("next(v1.dicom_metadata(idc, page_size=3).pages())")
        page = next(v1.dicom_metadata(idc, page_size=3).pages())
        fields = ["Modality", "BodyPartExamined", "SOPInstanceUID"]
        show(f"The first of {page.total:,} instances", fields, [[row[name] for name in fields] for row in page.rows])


def main() -> int:
    """Run the demo and return its exit code."""
    began = time.monotonic()
    try:
        with server.start("--as-of", "2.0") as standin:
            console.print(f"[dim]A stand-in as of data version 2.0 is at {standin.url}[/]\n")
            walk(standin.url, standin.credentials("ada@example.org", "Ada Lovelace"))
    except (IDCError, server.StandinError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    console.print(f"[dim]Done in {time.monotonic() - began:.1f} s; the stand-in has stopped.[/]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
