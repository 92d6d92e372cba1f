"""The archive file: the public index as one DuckDB file, built once, and what a start reads beside it.

Law: runs SQL and reads tables; knows neither HTTP nor a generation of the API.
"""

from idc_standin.archive.build import (
    NEWEST,
    attach,
    describe,
    ensure,
    index_version,
    macros,
    published,
    settings,
)

__all__ = ["NEWEST", "attach", "describe", "ensure", "index_version", "macros", "published", "settings"]
