"""Warnings at the line of the caller: the code outside of this package, of the generated client and of httpx."""

from __future__ import annotations

import sys
import warnings

#: The release without the names that are deprecated now.
END_OF_DEPRECATED = "0.3.0"
#: Packages between the caller and a warning.
_PACKAGES = frozenset({"httpx", "idc_client", "idc_ext"})


def warn_caller(text: str, category: type[Warning]) -> None:
    """Issue a warning at the line that called this package. Python shows it once for each line."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, category, stacklevel=level)


def warn_deprecated(old: str, new: str) -> None:
    """Warn that a name ends with a release, which the changelog and the documentation name, too."""
    warn_caller(f"{old} ends with {END_OF_DEPRECATED}: use {new}", DeprecationWarning)


def warn_if_pandas_iterates(name: str, instead: str) -> None:
    """Warn if pandas makes a DataFrame of objects: it reads no Arrow by itself, and would give one column of them."""
    caller = sys._getframe(2)
    if str(caller.f_globals.get("__name__")).startswith("pandas."):
        while caller.f_back is not None and str(caller.f_globals.get("__name__")).startswith("pandas."):
            caller = caller.f_back
        warnings.warn_explicit(
            f"pandas.DataFrame({name}) makes one column of objects: use {instead}",
            UserWarning,
            caller.f_code.co_filename,
            caller.f_lineno,
        )
