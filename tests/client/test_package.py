"""The package as a whole: what one module alone may touch, one name for one class, and names imported late."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import h11
import httpcore
import httpx
import idc_client.client
import pydantic
import pytest

import idc_ext
from idc_ext import connect, v3

PACKAGE = Path(idc_ext.__file__).parent
#: The only module that may touch what is private to the libraries that speak HTTP.
HOOKS = PACKAGE / "_http" / "httpcore_hooks.py"
#: Members with a private name of httpx, httpcore or h11 that belong to another library.
OTHERS = {("_job.py", "_connection")}  # Google's client for BigQuery
LAZY = ["idc_ext", "idc_ext.aio", "idc_ext.auth", "idc_ext.v3"]


def sources(*modules: ModuleType) -> Iterator[ast.Module]:
    for module in modules:
        file = Path(str(module.__file__))
        for path in file.parent.rglob("*.py") if file.name == "__init__.py" else [file]:
            yield ast.parse(path.read_text(encoding="utf-8"))


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.endswith("__")


def is_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls", "other")


def private_members(*modules: ModuleType) -> set[str]:
    """Names with an underscore that the classes of libraries define, or their objects hold."""
    found = set[str]()
    for tree in sources(*modules):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and is_own(node.value):
                found.add(node.attr)
            elif isinstance(node, ast.ClassDef):
                found |= {one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    return set(filter(is_private, found))


def touched(tree: ast.Module) -> Iterator[str]:
    """Names of members that code reads, sets or looks for on anything but its own object."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if not is_own(value):
                yield name
            case ast.Call(func=ast.Name(id="getattr" | "hasattr" | "setattr" | "delattr"), args=[_, name, *_]):
                yield str(getattr(name, "value", ""))
            case ast.ClassDef(bases=bases) if any("httpx." in ast.unparse(one) for one in bases):
                # What a class of httpx's has is not its subclass's own.
                made = {one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
                used = [one for one in ast.walk(node) if isinstance(one, ast.Attribute) and is_own(one.value)]
                made |= {one.attr for one in used if isinstance(one.ctx, ast.Store)}
                yield from {one.attr for one in used} - made


def test_one_module_alone_touches_what_is_private_to_the_libraries_that_speak_http() -> None:
    theirs = private_members(httpx, httpcore, h11) - private_members(idc_client.client)
    found = {
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in PACKAGE.rglob("*.py")
        for name in touched(ast.parse(path.read_text(encoding="utf-8")))
        if name in theirs and (path.name, name) not in OTHERS
    }
    assert {"_transport", "_pool", "_network_backend", "_h11_state"} <= {name for _, name in found}
    assert {path for path, _ in found} == {HOOKS.relative_to(PACKAGE).as_posix()}


def test_no_two_classes_of_the_package_have_one_name() -> None:
    names = Counter(node.name for tree in sources(idc_ext) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("package", LAZY)
def test_names_that_are_imported_late_are_those_that_type_checkers_see(package: str) -> None:
    module = importlib.import_module(package)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    homes = {
        alias.name: one.module and "." * one.level + one.module
        for one in block.body
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    }
    assert set(homes) == set(module.__all__)
    for name, home in homes.items():
        if home is None:
            assert getattr(module, name) is importlib.import_module(f"{package}.{name}")
        else:
            assert getattr(module, name) is getattr(importlib.import_module(home, package), name)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    for package in LAZY:
        with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
            importlib.import_module(package).nothing  # noqa: B018 - to look is what fails


def test_the_version_is_that_of_the_distribution() -> None:
    assert idc_ext.__version__ == metadata.version("idc-client")
    code = "import idc_ext, sys; assert 'importlib.metadata' not in sys.modules; print(idc_ext.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == idc_ext.__version__


#: Of methods that walks and the command line use, and Tab does not offer; of `where` and `connect`, as one writes them.
UNNAMED = {"AsyncClient", "Checkpoint", "End", "FilterAttributes", "FilterValue", "HttpxArguments", "Steps", "V1Values"}
SYNC = ["auth", "bigquery", "charts", "drs", "manifests", "v1", "v3"]
PUBLIC = ["", ".errors", ".aio", *(f".{name}" for name in SYNC), *(f".aio.{name}" for name in SYNC if name != "charts")]


def functions_of(found: object) -> Iterator[Any]:
    """A function, or the public methods and properties of a class."""
    members = inspect.getmembers_static(found) if isinstance(found, type) else []
    for one in [found, *(one for name, one in members if not name.startswith("_"))]:
        function = getattr(one, "fget", None) or getattr(one, "__func__", one)
        if inspect.isfunction(function):
            yield function


@pytest.mark.parametrize("module", PUBLIC)
def test_tools_can_read_the_annotations_of_what_is_public(module: str) -> None:
    public = importlib.import_module(f"idc_ext{module}")
    for name in public.__all__:
        found = getattr(public, name)
        for one in [*functions_of(found), *([found] if isinstance(found, type) else [])]:
            assert not any(isinstance(hint, str) for hint in get_type_hints(one).values())


def test_a_library_that_reads_annotations_checks_arguments_by_them(standin: str) -> None:
    counts = pydantic.validate_call(config={"arbitrary_types_allowed": True})(v3.counts)
    with connect(standin) as idc:
        assert counts(idc, {"collection_id": "rider_pilot"}).series == 774
        with pytest.raises(pydantic.ValidationError):
            counts(idc, {"collection_id": 7})


def test_a_package_that_is_not_installed_is_named_when_annotations_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(idc_ext.MissingExtra, match=r"needs pyarrow, which is not installed: .*idc-client\[arrow\]"):
        get_type_hints(idc_ext.Rows.to_arrow)


def test_every_class_of_ours_in_a_public_signature_is_public() -> None:
    own = {
        node.name if isinstance(node, ast.ClassDef) else ast.unparse(node.target)
        for path in PACKAGE.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) or (isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node))
    }
    modules = [importlib.import_module(f"idc_ext{name}") for name in PUBLIC]
    named = {
        word
        for module in modules
        for name in module.__all__
        for function in functions_of(getattr(module, name))
        for annotation in function.__annotations__.values()
        for word in re.findall(r"\w+", str(annotation))
    }
    assert (named & own) - UNNAMED <= {name for module in modules for name in module.__all__}
