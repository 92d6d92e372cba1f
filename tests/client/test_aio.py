"""`idc_ext.aio`: every function that sends, under the same name, awaitable; written once, and no loop is blocked."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import os
import pickle
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import httpx
import pytest
from idc_client.api.v3 import get_stats
from idc_client.models import V3Stats

import idc_ext
from idc_ext import BlockingCallWarning, NotFound, ServerError, ServiceWarning, aio, connect, drs, manifests, v1, v3
from idc_ext._http.calls import Client
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import VERSION, client, manifest_service, row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

MODULES = ["auth", "bigquery", "drs", "manifests", "v1", "v3"]
#: Names of sync modules that are deprecated.
DEPRECATED = {"access_async", "resolve_async"}
CT = {"collection_id": "rider_pilot", "Modality": "CT"}
ENDS = "ends with 0.3.0: use"
SERIES = "dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce"


def both(name: str) -> tuple[ModuleType, ModuleType]:
    return importlib.import_module(f"idc_ext.{name}"), importlib.import_module(f"idc_ext.aio.{name}")


def functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in sorted({*module.__all__} - DEPRECATED):
        if inspect.isfunction(getattr(module, name)):
            yield name, getattr(module, name)


@pytest.mark.parametrize("name", MODULES)
def test_every_function_that_sends_has_an_awaitable_form_and_every_other_name_is_the_same_object(name: str) -> None:
    sync, awaitable = both(name)
    assert set(awaitable.__all__) == {*sync.__all__} - DEPRECATED
    for one, function in functions(sync):
        twin, takes = getattr(awaitable, one), inspect.signature(function).parameters
        result = str(inspect.signature(function).return_annotation)
        assert twin.__doc__ == function.__doc__
        assert inspect.signature(twin).parameters == takes
        if result.startswith(("Rows[", "Lines")):
            assert not inspect.iscoroutinefunction(twin)  # a value, which sends when it is used
            assert twin is not function
        elif {"idc", "client", "client_secrets"} & takes.keys():
            assert inspect.iscoroutinefunction(twin)
            assert not result.startswith("Steps")
        else:
            assert twin is function


def calls(idc: Any, folder: Path, standin: str) -> list[tuple[str, Any]]:
    """A call of every function of v1, v3, drs and manifests that needs no user, by the module that it is given."""
    spec = v1.cohort("n", "", {"collection_id": ["RIDER Pilot"]})
    found = drs.resolve(SERIES, base_url=standin)
    return [
        ("v3", lambda it: it.analysis_results(idc)),
        ("v3", lambda it: it.attribute_values(idc, "Modality")),
        ("v3", lambda it: it.attributes(idc)),
        ("v3", lambda it: it.check_values(idc, CT)),
        ("v3", lambda it: it.collection(idc, "rider_pilot")),
        ("v3", lambda it: it.collections(idc)),
        ("v3", lambda it: it.counts(idc, CT)),
        ("v3", lambda it: it.licenses(idc, CT)),
        ("v3", lambda it: it.manifest(idc, CT)),
        ("v3", lambda it: it.manifest_lines(idc, CT)),
        ("v3", lambda it: it.sql(idc, "SELECT count(*) AS n FROM index", typed=True)),
        ("v3", lambda it: it.stats(idc)),
        ("v3", lambda it: it.table(idc, "index")),
        ("v3", lambda it: it.tables(idc)),
        ("v3", lambda it: it.version(idc)),
        ("v1", lambda it: it.preview_manifest(idc, spec, fields=["GCS_URL"]).walk(max_items=9)),
        ("v1", lambda it: it.preview_query(idc, spec, ["Modality"])),
        ("drs", lambda it: it.resolve(SERIES, base_url=standin)),
        ("drs", lambda it: it.access(found, found.access_methods[0], client=idc)),
        ("manifests", lambda it: it.check_licenses(idc, CT)),
        ("manifests", lambda it: it.diff(idc, {"Modality": "CT"}, 1, 1)),
        ("manifests", lambda it: it.write(idc, CT, folder / "ct.csv", format="csv", cite=None)),
        ("manifests", lambda it: it.verify(idc, folder / "ct.csv")),
    ]


def comparable(found: Any) -> Any:
    if isinstance(found, manifests.Receipt):
        return found.sha256, found.series
    return list(found) if hasattr(found, "__iter__") and not isinstance(found, str | list) else found


async def test_the_awaitable_function_gives_what_the_sync_one_gives(standin: str, tmp_path: Path) -> None:
    async with connect(standin) as idc:
        for name, call in await asyncio.to_thread(calls, idc, tmp_path, standin):
            sync, awaitable = both(name)
            expected = await asyncio.to_thread(lambda call=call, sync=sync: comparable(call(sync)))
            twin = call(awaitable)
            if isinstance(twin, aio.AsyncRows | aio.AsyncLines):
                assert [one async for one in twin] == expected, name
            else:
                assert comparable(await twin) == expected, name
        with pytest.raises(NotFound):
            await aio.v3.clinical_tables(idc)


async def test_a_warning_of_the_service_is_at_the_line_that_awaits(standin: str) -> None:
    async with connect(standin) as idc:
        with pytest.warns(ServiceWarning, match="did you mean CT") as found:
            await aio.v3.counts(idc, {"Modality": "ct"})
    assert [one.filename for one in found] == [__file__]


def test_signatures_and_types_of_both_forms_are_those_of_the_answer() -> None:
    for function in (v3.stats, aio.v3.stats):
        assert get_type_hints(function) == {"idc": Client, "return": V3Stats}
        assert str(inspect.signature(function)) == "(idc: 'Client') -> 'V3Stats'"
        assert pickle.loads(pickle.dumps(v3.stats)) is v3.stats  # noqa: S301 - our own bytes


async def test_an_error_can_be_handled_within_the_steps_of_async_code_too() -> None:
    asked: list[str] = []

    def answer(path: str, _: Any) -> Any:
        asked.append(path)
        if path == "/v3/version":
            return VERSION
        return httpx.Response(404 if path == "/v3/releases/changes" else 500, text="no")

    async with client(answer) as idc:
        with pytest.raises(ServerError):
            await aio.v3.release_changes(idc)
        with pytest.raises(ServerError):
            await aio.v3.releases(idc)
    assert asked == ["/v3/version", "/v3/releases/changes", "/v3/sql", "/v3/version", "/v3/sql"]


async def test_rows_make_tables_and_files_in_asynchronous_code(tmp_path: Path) -> None:
    rows = [row(n) for n in range(12)]
    async with client(manifest_service(rows, clamp=5)) as idc:
        found = aio.v3.manifest(idc, CT)
        assert repr(found) == "<AsyncRows of POST /v3/cohort/manifest>"
        table = await found.to_arrow()
        assert table.num_rows == 12
        assert len(await found.to_pandas()) == (await found.to_polars()).height == 12
        assert [batch.num_rows async for batch in found.batches()] == [5, 5, 2]
        assert await found.walk(max_items=7).write(tmp_path / "some.csv") == 7
        assert await found.write_parquet(tmp_path / "all.parquet") == 12
        async with found.walk(ahead=1).pages() as pages:
            assert [len(page.rows) async for page in pages] == [5, 5, 2]
        assert not hasattr(found, "__iter__")
        assert not hasattr(found, "__arrow_c_stream__")


async def test_a_manifest_that_is_cancelled_leaves_no_file(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        waiting.set()
        await asyncio.sleep(60)
        raise AssertionError

    async with connect(NOWHERE, transport=httpx.MockTransport(handle)) as idc:
        task = asyncio.create_task(aio.v3.manifest(idc, CT).write(tmp_path / "ct.csv"))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert os.listdir(tmp_path) == []


def blocking_calls(idc: Any) -> list[Any]:
    return [
        lambda: v3.counts(idc, CT),
        lambda: list(v3.manifest(idc, CT)),
        lambda: v3.manifest(idc, CT).to_arrow(),
        lambda: next(v3.manifest(idc, CT).pages()),
        lambda: get_stats.sync(client=idc),
        lambda: idc.get_httpx_client().get("/v3/stats"),
    ]


async def test_a_call_that_blocks_the_loop_warns_at_the_line_that_makes_it(standin: str) -> None:
    with connect(standin) as idc:
        for call in blocking_calls(idc):
            with pytest.warns(BlockingCallWarning, match=r"blocks the event loop of asyncio: .* idc_ext\.aio") as found:
                call()
            assert {(one.filename, one.lineno) for one in found} == {(__file__, call.__code__.co_firstlineno)}
            await asyncio.to_thread(call)  # a thread blocks no loop


async def test_it_warns_once_for_each_line(standin: str) -> None:
    with connect(standin) as idc, warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("default")
        for _ in range(3):
            v3.counts(idc, CT)
    assert [one.category for one in found] == [BlockingCallWarning]


async def test_nothing_warns_in_ipython_which_always_has_a_loop(standin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shell:
        get_ipython = staticmethod(lambda: object())

    monkeypatch.setitem(sys.modules, "IPython", Shell)  # type: ignore[arg-type]
    with connect(standin) as idc:
        assert v3.counts(idc, CT).series


async def test_the_former_names_work_for_one_release_and_warn(standin: str, tmp_path: Path) -> None:
    async with connect(standin) as idc:
        rows = v3.manifest(idc, CT).walk(max_items=3)
        with pytest.warns(DeprecationWarning, match=r"Rows.ato_arrow .* idc_ext.aio") as found:
            assert (await rows.ato_arrow()).num_rows == 3
        assert [one.filename for one in found] == [__file__]
        with pytest.warns(DeprecationWarning, match=ENDS):
            assert len(await rows.ato_pandas()) == 3
        with pytest.warns(DeprecationWarning, match=ENDS):
            assert (await rows.ato_polars()).height == 3
        with pytest.warns(DeprecationWarning, match=ENDS):
            assert await rows.awrite(tmp_path / "r.csv") == 3
    with pytest.warns(DeprecationWarning, match=ENDS):
        found_object = await drs.resolve_async(SERIES, base_url=standin)
    with pytest.warns(DeprecationWarning, match=ENDS):
        await drs.access_async(found_object, found_object.access_methods[0])


class WithoutAwait(ast.NodeTransformer):
    """Make async code look like sync code."""

    def visit_Await(self, node: ast.Await) -> ast.AST:
        return self.visit(node.value)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        return self.generic_visit(ast.For(node.target, node.iter, node.body, node.orelse))

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AST:
        return self.generic_visit(ast.With(node.items, node.body))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        plain = node.attr.replace("async_", "").removeprefix("a")
        return self.generic_visit(ast.Attribute(node.value, plain, node.ctx))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(node.id.replace("async_", "").replace("Async", "").removeprefix("a"), node.ctx)


def body_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(ast.unparse(ast.fix_missing_locations(WithoutAwait().visit(one))) for one in body)


#: Where both ways of doing one thing stand: the two httpx clients, what hands a call to one, threads and tasks.
TWO_WAYS = {"_paging/prefetch.py", *(f"_http/{name}.py" for name in ("calls", "httpcore_hooks", "steps", "transport"))}


def test_no_body_stands_twice_with_and_without_await() -> None:
    package = Path(idc_ext.__file__).parent
    sync: dict[str, str] = {}
    awaited: list[tuple[str, str]] = []
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef):
                awaited.append((f"{place}:{node.lineno}", body_of(node)))
            elif isinstance(node, ast.FunctionDef) and place not in TWO_WAYS:
                sync.setdefault(body_of(node), f"{place}:{node.lineno}")
    assert len(awaited) > 20
    twins = [(where, sync[body]) for where, body in awaited if body.count("\n") > 0 and body in sync]
    assert twins == []
