"""Lazy attributes of a package: imported on first use, so that no program waits for modules that it does not use.

Law: type checkers see the same names by imports in `if TYPE_CHECKING`; a test checks that both are equal.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping


def lazy_attributes(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__getattr__` and the `__dir__` of a package.

    Args:
        package: The name of the package.
        modules: Attribute -> its module, relative to the package; empty for an attribute that is itself a module.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found: Any = import_module(f".{modules[name] or name}", package)
        if modules[name]:
            found = getattr(found, name)
        setattr(sys.modules[package], name, found)
        return found

    def listed() -> list[str]:
        # What the Tab key offers: not what the package itself has imported.
        return sorted({name for name in vars(sys.modules[package]) if name.startswith("__")} | modules.keys())

    return get, listed


def public_names(value: object, hidden: Container[str]) -> list[str]:
    """Return what the Tab key offers for a value: its names without the hidden ones, which only this package uses."""
    return [name for name in object.__dir__(value) if name not in hidden]
