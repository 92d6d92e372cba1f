"""The archive file, built once from the public index, and the facts that the index lacks: SQL and tables, no HTTP."""

from idc_standin.archive.build import describe, ensure
from idc_standin.archive.file import NEWEST, attach, index_version, macros, published, settings

__all__ = ["NEWEST", "attach", "describe", "ensure", "index_version", "macros", "published", "settings"]
