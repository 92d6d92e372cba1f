"""Work that is written once for sync and async code: a generator of steps, and the two drivers that run it.

A function that sends is a generator: it yields a step where something has to be sent, waited for or done, and is sent
the outcome; what fails is raised where it stands. `sending` makes the sync function of it, `awaitable` the async one.
Law: only a step knows both ways; no body stands twice, with and without `await`.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeAlias, TypeVar, cast

import httpx
import sniffio
from attrs import frozen

from .._answers import value_problem
from .._warnings import warn_caller
from ..errors import BlockingCallWarning, ContractError
from . import deadline
from .calls import asend_call, parse_answer, send_call

if TYPE_CHECKING:
    from .calls import Call, Client

P = ParamSpec("P")
T = TypeVar("T")


class Step:
    """Something that sync and async code do in different ways."""

    __slots__ = ()

    def run(self) -> Any:
        """Do it, and return the outcome."""
        raise NotImplementedError  # a subclass does it

    async def arun(self) -> Any:
        """Do it in asynchronous code."""
        raise NotImplementedError  # a subclass does it


#: A function that sends, as a generator: it yields steps, and returns the result.
Steps: TypeAlias = Generator[Step, Any, T]


class End:
    """The outcome of `Next` when there is no further item."""

    def __repr__(self) -> str:
        return "END"


END: Final = End()


@frozen
class Send(Step):
    """One call. The outcome is its response, or the InvalidRequest that refused it."""

    client: Client
    call: Call

    def run(self) -> Any:
        return send_call(self.client, self.call)

    async def arun(self) -> Any:
        return await asend_call(self.client, self.call)


@frozen
class Next(Step):
    """The next item of an iterator that serves `for` and `async for`, such as `Pages`; END after the last one."""

    items: Any

    def run(self) -> Any:
        return next(self.items, END)

    async def arun(self) -> Any:
        return await anext(self.items, END)


@frozen
class Work(Step):
    """A function that blocks: files, other libraries. In asynchronous code a thread runs it, to its end."""

    function: Callable[[], Any]

    def run(self) -> Any:
        warn_if_loop_is_blocked()
        return self.function()

    async def arun(self) -> Any:
        return await run_in_thread(self.function)


@frozen
class Wait(Step):
    """A pause in seconds, before what is named. DeadlineExceeded at once if the deadline comes before its end."""

    seconds: float
    what: str

    def run(self) -> Any:
        deadline.sleep(self.seconds, self.what)

    async def arun(self) -> Any:
        await deadline.async_sleep(self.seconds, self.what)


@frozen
class Close(Step):
    """The end of a client that is not needed any more."""

    client: Any

    def run(self) -> Any:
        self.client.__exit__(None, None, None)

    async def arun(self) -> Any:
        await self.client.__aexit__(None, None, None)


def fetch_steps(client: Client, call: Call, parse: Callable[[int, Any], T]) -> Steps[T]:
    """Send one call and parse its answer."""
    return parse_answer(call, (yield Send(client, call)), parse)


def work(function: Callable[[], T]) -> Steps[T]:
    """Run a function that blocks, and return its result."""
    found: T = yield Work(function)
    return found


def fetch(client: Client, call: Call, parse: Callable[[int, Any], T]) -> T:
    """Send one call and parse its answer, in sync code."""
    return run(fetch_steps(client, call, parse))


def fetch_checked(client: Client, call: Call) -> Any:
    """Send one call, and return the decoded body of its answer, which is complete and of the document's types."""

    def check(status: int, body: Any) -> Any:
        problem = value_problem(call.method, call.path, status, body)
        if problem is not None:
            raise ContractError(f"{call} was answered with {status} and {problem}")
        return body

    return fetch(client, call, check)


def run(steps: Steps[T]) -> T:
    """Run the steps of a generator, and return its result."""
    try:
        step = next(steps)
        while True:
            try:
                outcome = step.run()
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(outcome)
                del outcome  # it may be a page, and the next one needs its memory
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        steps.close()  # an interruption between two steps must not leave files and locks open


async def arun(steps: Steps[T]) -> T:
    """Run the steps of a generator in asynchronous code, and return its result."""
    try:
        step = next(steps)
        while True:
            try:
                outcome = await step.arun()
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(outcome)
                del outcome
    except StopIteration as end:
        return cast("T", end.value)
    finally:
        steps.close()


class StepIterator(Generic[T]):
    """An iterator for `for` and `async for`. A subclass makes the steps to the next item, which end with END."""

    #: Items that come before any step: what the last steps have left.
    ready: Iterator[T] = iter(())

    def next_steps(self, *, in_loop: bool) -> Steps[T | End]:
        """Make the steps to the next item; `in_loop` says whether an event loop runs them."""
        raise NotImplementedError  # a subclass does it

    def __next__(self) -> T:
        for ready in self.ready:
            return ready
        item = run(self.next_steps(in_loop=False))
        if item is END:
            raise StopIteration
        return cast("T", item)

    async def __anext__(self) -> T:
        for ready in self.ready:
            return ready
        item = await arun(self.next_steps(in_loop=True))
        if item is END:
            raise StopAsyncIteration
        return cast("T", item)


def sending(function: Callable[P, Steps[T]]) -> Callable[P, T]:
    """Make the function that sync code calls from one that makes steps."""

    @functools.wraps(function)
    def send(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return run(function(*args, **kwargs))
        except httpx.TransportError as error:
            raise error.with_traceback(None)  # noqa: B904 - its sentence says all, and the frames of libraries nothing

    return _with_signature(send, function, steps=function)


def steps_of(function: Callable[P, T]) -> Callable[P, Steps[T]]:
    """Return the function that makes the steps of a `sending` one, as a part of larger steps."""
    return cast("Callable[P, Steps[T]]", cast("Any", function).steps)


def awaitable(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make the function that async code awaits from a `sending` one."""
    steps = steps_of(function)

    @functools.wraps(function)
    async def send(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await arun(steps(*args, **kwargs))
        except httpx.TransportError as error:
            raise error.with_traceback(None)  # noqa: B904 - as above

    return _with_signature(send, function)


def warn_if_loop_is_blocked() -> None:
    """Warn if this thread runs an event loop, at the line of the caller. Not under IPython, which always has one."""
    library = sniffio.thread_local.name  # trio says so here; asyncio does not, and a context is also that of threads
    asyncio = sys.modules.get("asyncio")
    if library is None and asyncio is not None and asyncio._get_running_loop() is not None:
        library = "asyncio"
    if library is None:
        return
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        return
    warn_caller(
        f"this call blocks the event loop of {library}: await the function of the same name in idc_ext.aio, or "
        "asyncio() of a generated module",
        BlockingCallWarning,
    )


async def run_in_thread(function: Callable[[], T]) -> T:
    """Run a function in a thread, to its end even if the caller is cancelled."""
    import asyncio  # imported late: synchronous programs do not need it

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        import anyio.to_thread

        return await anyio.to_thread.run_sync(function)
    doing = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


F = TypeVar("F", bound=Callable[..., Any])


def _with_signature(made: F, function: Callable[..., Any], **attributes: Any) -> F:
    """Give a function the signature of the one that it was made from, with the result in place of the steps."""
    signature = inspect.signature(function)
    result = str(signature.return_annotation)
    if result.startswith("Steps["):
        signature = signature.replace(return_annotation=result.removeprefix("Steps[").removesuffix("]"))
    vars(made).update(attributes, __signature__=signature)
    made.__annotations__ = {**function.__annotations__, "return": signature.return_annotation}
    return made
