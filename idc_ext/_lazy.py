"""Lazy attributes of a package: imported on first use, so that no program waits for modules that it does not use.

Law: type checkers see the same names by imports in `if TYPE_CHECKING`; a test checks that both are equal.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping


_NOTHING: Mapping[str, Callable[[], Any]] = {}


def lazy_attributes(
    package: str, modules: Mapping[str, str], made: Mapping[str, Callable[[], Any]] = _NOTHING
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__getattr__` and the `__dir__` of a package.

    Args:
        package: The name of the package.
        modules: Attribute -> its module, relative to the package; empty for an attribute that is itself a module.
        made: Attribute -> the function that makes it.
    """

    def get(name: str) -> Any:
        if name not in modules and name not in made:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: Any = made[name]() if name in made else import_module(f".{modules[name] or name}", package)
        if modules.get(name):
            found = getattr(found, name)
        setattr(sys.modules[package], name, found)
        return found

    def listed() -> list[str]:
        # What the Tab key offers: not what the package itself has imported.
        return sorted({name for name in vars(sys.modules[package]) if name.startswith("__")} | modules.keys())

    return get, listed


def package_version() -> str:
    """Read the version of the installed package, or `unknown` in a source tree."""
    from importlib import metadata  # imported late: it loads the parser of e-mails

    try:
        return metadata.version("idc-client")
    except metadata.PackageNotFoundError:
        return "unknown"


def public_names(value: object, hidden: Container[str]) -> list[str]:
    """Return what the Tab key offers for a value: its names without the hidden ones, which only this package uses."""
    return [name for name in object.__dir__(value) if name not in hidden]
