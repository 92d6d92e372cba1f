"""Optional packages: imported when they are needed, or named with the extra that installs them."""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import MissingExtra

#: Package -> the extra of this distribution that installs it.
_EXTRAS = {
    "pyarrow": "arrow",
    "pandas": "pandas",
    "polars": "polars",
    "tqdm": "notebook",
    "matplotlib": "plot",
    "google": "bigquery",
    "requests": "bigquery",
}


def import_optional(name: str) -> Any:
    """Import an optional dependency.

    Raises:
        MissingExtra: it is not installed.
    """
    extra = _EXTRAS[name.partition(".")[0]]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if _EXTRAS.get(package) != extra:
            raise
        needed = "google-cloud-bigquery" if extra == "bigquery" else package
        raise MissingExtra(
            f"this needs {needed}, which is not installed: pip install 'idc-client[{extra}]'", name=needed
        ) from None


class OptionalPackage:
    """An optional dependency for annotations: imported when these are read, as `typing.get_type_hints` does."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)  # what tools ask of any object
        return getattr(import_optional(self._name), attribute)
