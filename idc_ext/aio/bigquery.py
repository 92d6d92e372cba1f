"""The functions of `bigquery`: those that send are awaitable, and Google's client runs in threads."""

from __future__ import annotations

import itertools as _itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps as _wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from attrs import frozen as _frozen

from .. import bigquery as _bigquery
from .._http.steps import awaitable as _awaitable
from .._http.steps import run_in_thread as _run_in_thread
from .._tables.optional import OptionalPackage as _OptionalPackage
from ..bigquery import MOST_BYTES, USD_PER_TIB, Estimate, statement

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
else:
    pandas, polars, pyarrow = map(_OptionalPackage, ("pandas", "polars", "pyarrow"))

_P = ParamSpec("_P")

__all__ = ["MOST_BYTES", "USD_PER_TIB", "Answer", "Estimate", "estimate", "run", "statement"]

#: How many rows a thread takes from Google's client at once.
_ROWS_AT_ONCE = 1_000


@_frozen(repr=False, eq=False)
class AsyncAnswer:
    """The rows of a statement that was run in BigQuery: `bigquery.Answer`, for asynchronous code.

    Iterate it with `async for`; `await` goes before `to_arrow()`, `to_pandas()` and `to_polars()`.
    """

    _answer: _bigquery.Answer

    def __repr__(self) -> str:
        return f"<Async{repr(self._answer).removeprefix('<')}"

    def __len__(self) -> int:
        return len(self._answer)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the statement."""
        return self._answer.columns

    @property
    def estimate(self) -> Estimate:
        """The estimate before the run."""
        return self._answer.estimate

    @property
    def bytes_billed(self) -> int:
        """The bytes that were billed."""
        return self._answer.bytes_billed

    @property
    def job(self) -> str:
        """The name of the job in BigQuery's history."""
        return self._answer.job

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        rows = iter(self._answer)
        while some := await _run_in_thread(lambda: list(_itertools.islice(rows, _ROWS_AT_ONCE))):
            for row in some:
                yield row

    async def to_arrow(self) -> pyarrow.Table:
        """Return an Arrow table. Needs the extra `arrow`."""
        return await _run_in_thread(self._answer.to_arrow)

    async def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas DataFrame; integers have pandas' nullable types. Needs the extra `pandas`."""
        return await _run_in_thread(self._answer.to_pandas)

    async def to_polars(self) -> polars.DataFrame:
        """Return a polars DataFrame. Needs the extra `polars`."""
        return await _run_in_thread(self._answer.to_polars)


Answer = AsyncAnswer


def _answering(
    function: Callable[_P, Coroutine[Any, Any, _bigquery.Answer]],
) -> Callable[_P, Coroutine[Any, Any, AsyncAnswer]]:
    @_wraps(function)
    async def give(*args: _P.args, **kwargs: _P.kwargs) -> AsyncAnswer:
        return AsyncAnswer(await function(*args, **kwargs))

    return give


estimate = _awaitable(_bigquery.estimate)
run = _answering(_awaitable(_bigquery.run))
