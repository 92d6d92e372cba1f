"""The reports of an outcome in seven formats, and the explanations of rules; document text is always escaped."""

from .formats import CI_FORMATS, FORMATS, render

__all__ = ["CI_FORMATS", "FORMATS", "render"]
