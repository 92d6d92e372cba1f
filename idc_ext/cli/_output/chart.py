"""Charts as files: the name checked before anything is sent, the chart drawn by `idc_ext.charts`, written whole.

Law: says what is drawn, and never how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import charts
from ..._tables.optional import import_optional
from .._options import InputError
from . import destination
from .escaping import escape_text

if TYPE_CHECKING:
    from pathlib import Path

    from idc_client.models import V3AttributeValues

    from ...v3 import Table


def check(path: Path) -> None:
    """Refuse, before anything is sent, what cannot be drawn or written.

    Raises:
        InputError: the ending of the file names no form. MissingExtra: matplotlib is not installed.
    """
    name = escape_text(str(path))
    if path.suffix.lower() not in charts.METADATA:
        raise InputError(f"the name of a chart ends with {' or '.join(charts.METADATA)}, which {name} does not")
    if path.exists() and not path.is_file():
        raise InputError(f"{name} exists and is not a file: name another")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{name} cannot be written: there is no folder {escape_text(str(path.parent))}")
    import_optional("matplotlib")


def growth(found: Table, path: Path) -> None:
    """Draw terabytes and series of the archive over time."""
    _save(charts.growth(found), path)


def series_per_value(found: V3AttributeValues, path: Path) -> None:
    """Draw the numbers of series of the values of an attribute."""
    _save(charts.bars(found, title=f"Imaging Data Commons: series by {found.attribute}"), path)


def _save(chart: charts.Chart, path: Path) -> None:
    with destination.naming_write_errors(path):
        chart.save(path)
