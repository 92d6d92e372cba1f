"""Print the public surface of an installed wheel as JSON: names of Python, commands, rules, extras.

It runs in the environment of a wheel, this release's or 0.1.0's, and imports nothing but that wheel.

Law: says what is there; what may be missing is for `upgrade` to judge.
"""

import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib import metadata
from types import ModuleType

MODULES = ("v1", "v3", "auth", "drs", "manifests", "bigquery", "errors", "connect")


def python_names() -> Iterator[str]:
    """Names in `__all__` of the public modules, with their members and parameters, and all of the generated client."""
    package = importlib.import_module("idc_ext")
    for name in package.__all__:
        yield from members(f"idc_ext.{name}", getattr(package, name))
    for module in (importlib.import_module(f"idc_ext.{name}") for name in MODULES):
        # 0.1.0 had no __all__ in errors and connect; what they themselves defined for the package counts.
        known = [
            name
            for name in package.__all__
            if getattr(getattr(module, name, None), "__module__", None) == module.__name__
        ]
        for name in getattr(module, "__all__", known):
            yield from members(f"{module.__name__}.{name}", getattr(module, name))
    client = importlib.import_module("idc_client")
    for info in pkgutil.walk_packages(client.__path__, "idc_client."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            defined = inspect.isclass(value) or inspect.isfunction(value)
            if defined and not name.startswith("_") and value.__module__ == info.name:
                yield from members(f"{info.name}.{name}", value)


def members(path: str, value: object) -> Iterator[str]:
    """A name, its parameters as `path(name)`, and the public members of a class."""
    yield path
    if isinstance(value, ModuleType):
        return
    yield from parameters(path, value)
    if inspect.isclass(value):
        for name in dir(value):
            if not name.startswith("_"):
                yield f"{path}.{name}"
                with suppress(AttributeError):
                    part = inspect.getattr_static(value, name)
                    yield from parameters(f"{path}.{name}", getattr(part, "__func__", part))


def parameters(path: str, function: object) -> Iterator[str]:
    if callable(function):
        with suppress(TypeError, ValueError):
            for name in inspect.signature(function).parameters:
                if name not in ("self", "cls") and not name.startswith("_"):
                    yield f"{path}({name})"


def command_words() -> Iterator[str]:
    """Commands, their options, and the values that an option may have."""
    from idc_drift.__main__ import main as drift
    from idc_ext.cli import main as client
    from idc_standin.__main__ import main as server

    yield from words(client, "idc-ext")
    for command in ("idc-drift", "idc-drift update"):
        yield from words(drift, command)
    for command in ("idc-standin", "idc-standin serve", "idc-standin token", "idc-standin build"):
        yield from words(server, command)


def words(main: Callable[[list[str]], int], command: str) -> Iterator[str]:
    text = help_of(main, command)
    yield command
    # Options begin a line, follow their long form, or stand in the usage of argparse.
    for option in set(re.findall(r"(?:^|[ (,|\[])(--?[a-z][a-z0-9-]*)", text, re.IGNORECASE | re.MULTILINE)):
        yield f"{command} {option}"
    for values in re.findall(r"\[choices: ([^]]*)\]|\{([a-z0-9,-]+)\}", " ".join(text.replace("│", " ").split())):
        yield from (f"{command} = {value.strip()}" for value in "".join(values).split(","))
    for name in re.findall(r"^│ ([a-z][a-z-]*)  ", text.partition("─ Commands ─")[2].partition("╰")[0], re.MULTILINE):
        yield from words(main, f"{command} {name}")


def help_of(main: Callable[[list[str]], int], command: str) -> str:
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), suppress(SystemExit):
        main([*command.split()[1:], "--help"])
    return printed.getvalue()


def rules() -> Iterator[str]:
    """Names that an accepted difference may have."""
    try:
        from idc_drift.changes import rules as table
    except ImportError:
        table = importlib.import_module("idc_drift.rules")
    own = {*table.RULES, *getattr(table, "OWN_RULES", ()), *getattr(table, "ALIASES", ())}
    yield from (f"rule {name}" for name in own)
    yield from (f"rule {prefix}-{name}" for prefix in table.PREFIXES for name in table.SCHEMA_RULES)


def extras() -> Iterator[str]:
    for name in metadata.metadata("idc-client").get_all("Provides-Extra", []):
        yield f"idc-client[{name}]"


if __name__ == "__main__":
    os.environ["COLUMNS"] = "300"
    json.dump(sorted({*python_names(), *command_words(), *rules(), *extras()}), sys.stdout)
