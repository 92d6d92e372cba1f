"""The functions of v3, awaitable."""

from .. import v3 as _v3
from .._http.steps import awaitable as _awaitable
from ..v3 import Citations, Filters, ModelList, Selection, Table, Translation, from_v1, where
from ._rows import lines_of as _lines_of
from ._rows import rows_of as _rows_of

__all__ = [
    "Citations",
    "Filters",
    "ModelList",
    "Selection",
    "Table",
    "Translation",
    "analysis_results",
    "attribute_values",
    "attributes",
    "check_values",
    "citations",
    "clinical_rows",
    "clinical_table",
    "clinical_tables",
    "collection",
    "collections",
    "counts",
    "from_v1",
    "licenses",
    "manifest",
    "manifest_lines",
    "release_changes",
    "releases",
    "sql",
    "stats",
    "table",
    "tables",
    "version",
    "viewer_url",
    "where",
]

analysis_results = _awaitable(_v3.analysis_results)
attribute_values = _awaitable(_v3.attribute_values)
attributes = _awaitable(_v3.attributes)
check_values = _awaitable(_v3.check_values)
citations = _awaitable(_v3.citations)
clinical_rows = _awaitable(_v3.clinical_rows)
clinical_table = _awaitable(_v3.clinical_table)
clinical_tables = _awaitable(_v3.clinical_tables)
collection = _awaitable(_v3.collection)
collections = _awaitable(_v3.collections)
counts = _awaitable(_v3.counts)
licenses = _awaitable(_v3.licenses)
manifest = _rows_of(_v3.manifest)
manifest_lines = _lines_of(_v3.manifest_lines)
release_changes = _awaitable(_v3.release_changes)
releases = _awaitable(_v3.releases)
sql = _awaitable(_v3.sql)
stats = _awaitable(_v3.stats)
table = _awaitable(_v3.table)
tables = _awaitable(_v3.tables)
version = _awaitable(_v3.version)
viewer_url = _awaitable(_v3.viewer_url)
