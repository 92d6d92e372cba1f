"""Law: only this folder knows requests and answers of v3, the live service; answers are checked against filters."""

from typing import TYPE_CHECKING

from .._lazy import lazy_attributes as _lazy_attributes

if TYPE_CHECKING:
    from .._tables.listed import ModelList
    from ._api import (
        Selection,
        attribute_values,
        check_values,
        citations,
        counts,
        licenses,
        manifest,
        manifest_lines,
        sql,
        viewer_url,
    )
    from ._archive import (
        analysis_results,
        attributes,
        clinical_rows,
        clinical_table,
        clinical_tables,
        collection,
        collections,
        stats,
        table,
        tables,
        version,
    )
    from ._filters import Filters, where
    from ._release_changes import release_changes, releases
    from ._responses import Citations
    from ._table import Table
    from ._translation import Translation, from_v1

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

if not TYPE_CHECKING:  # or type checkers would accept any name
    __getattr__, __dir__ = _lazy_attributes(
        __name__,
        {
            **dict.fromkeys(__all__, "_api"),
            **dict.fromkeys(
                (
                    "analysis_results",
                    "attributes",
                    "clinical_rows",
                    "clinical_table",
                    "clinical_tables",
                    "collection",
                    "collections",
                    "stats",
                    "table",
                    "tables",
                    "version",
                ),
                "_archive",
            ),
            "Citations": "_responses",
            "Filters": "_filters",
            "ModelList": "._tables.listed",
            "Table": "_table",
            "Translation": "_translation",
            "from_v1": "_translation",
            "release_changes": "_release_changes",
            "releases": "_release_changes",
            "where": "_filters",
        },
    )
