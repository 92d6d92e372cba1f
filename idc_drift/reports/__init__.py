"""An outcome in seven forms, and the rules explained; no text of a document can act on its reader."""

from .formats import FORMATS, render

__all__ = ["FORMATS", "render"]
