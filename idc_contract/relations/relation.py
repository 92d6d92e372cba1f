"""Relations: rules that hold between answers, or between an answer and the public index, for every request.

A relation is a function of the service and of Hypothesis' ``draw``; its docstring is the sentence that it tests. It
raises Broken if an answer does not fit the document, or by ``holds`` and ``same``.
"""

from __future__ import annotations

import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import Flaky, FlakyFailure, Unsatisfiable
from hypothesis.internal.conjecture.providers import HypothesisProvider

from idc_contract.calls import Answer, Broken, Unreachable
from idc_contract.unreleased import UNRELEASED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from idc_contract.service import Service

    Draw = Callable[[st.SearchStrategy[Any]], Any]
    Body = Callable[[Service, Draw], None]

FORMER_NAMES = {
    "a body that is not a json object is invalid": "a body that is no json object is invalid",
    "a body that is not json is refused": "what is no json is refused",
    "a bound that is not a day is refused": "what is no day bounds no day",
    "a bound that is not a number is refused": "what is no number bounds no number",
    "a page has a thousand rows by default": "a page has a thousand rows unless told",
    "a single value matches exactly": "a single value is no prefix and no suffix",
    "a token continues its own query": "a token goes on with its own question",
    "a token gives the same rows each time": "a token gives the same rows each time and heeds page size alone",
    "a token is valid only for its own query": "a token is good for nothing but what it was given for",
    "a viewer is chosen by study or series": "a viewer is told by study or series",
    "access needs a valid token": "nobody gets in without a token",
    "an unknown source is refused": "a source that nobody knows is refused",
    "each bucket and each odd text is returned": "each bucket and each odd text is told",
    "invalid text is refused": "text that is no text is refused",
    "quoted text is not a comment": "what is quoted is no comment",
    "reading needs a valid token": "nobody reads without a good token",
    "rows end at max rows and are marked as truncated": "rows end at max rows and it is said",
    "sql stays the same and differs for other filters": "sql stays the same and tells filters apart",
    "the run is complete": "the run is whole",
    "the service links to its parts": "the service tells where its parts are",
    "unknown filters are refused": "filters that nobody knows are refused",
    "unsupported methods are answered with 405": "methods that are not served are said",
    "values of an unknown column are refused": "values of what is no column are refused",
    "writing needs a valid token": "nobody writes without a good token",
}
"""Names of relations and checks that had another name before: baselines may use either, and seeds keep their draws."""

Generation = Literal["v1", "v3"]
Need = Literal["index", "mistakes", "users", "write", "hurried", "getReleaseChanges", "V3TableInfo/notable_columns"]


class _TimeIsUp(KeyboardInterrupt):
    """The end of a relation's time; Hypothesis passes an interrupt on, and takes all else for a failure."""


@dataclass(frozen=True)
class Relation:
    """A relation and its requirements.

    ``needs``: ``index`` (the public index of the same data release), ``mistakes`` (permission to send invalid
    requests), ``users`` (two users), ``write`` (permission to save and delete cohorts), ``hurried`` (the same service
    with answers that come later), or an unreleased part of the document.
    """

    generation: Generation
    name: str
    sentence: str
    body: Body
    examples: int
    needs: frozenset[str]

    def missing(self, service: Service) -> frozenset[str]:
        """The needs that a service does not meet; empty if the relation can run."""
        available = {
            "index": service.index is not None,
            "mistakes": service.mistakes,
            "users": len(service.users) > 1,
            "write": service.write,
            "hurried": service.hurried is not None,
            **{name: name in service.coming for name in UNRELEASED},
        }
        return frozenset(need for need in self.needs if not available[need])

    def run(
        self, service: Service, seed: int, *, share: float = 1.0, shrink: bool = True, until: float | None = None
    ) -> Broken | None:
        """The failure with the smallest example that was found; None if the relation holds. Raises Unreachable.

        ``until``: the monotonic time after which no example but the first one begins.
        """
        broken = self._run(service, seed, share, shrink=shrink, until=until)
        if broken is not None and not broken.trail:
            broken.trail = tuple(service.trail)
        return broken

    def _run(self, service: Service, seed: int, share: float, *, shrink: bool, until: float | None) -> Broken | None:
        phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])]
        rules = hypothesis.settings(
            max_examples=max(1, round(self.examples * share)),
            deadline=None,
            database=None,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(hypothesis.HealthCheck),
            verbosity=hypothesis.Verbosity.quiet,
        )

        seen: list[Broken] = []
        begun: list[bool] = []

        @hypothesis.seed(f"{seed} {FORMER_NAMES.get(self.name, self.name)}")
        @rules
        @hypothesis.given(st.data())
        def test(data: st.DataObject) -> None:
            if until is not None and begun and time.monotonic() > until:
                raise _TimeIsUp
            begun.append(True)
            service.trail.clear()
            try:
                self.body(service, data.draw)
            except Broken as broken:
                broken.trail = tuple(service.trail)
                seen.append(broken)
                raise
            except (Unreachable, hypothesis.errors.HypothesisException):
                raise
            except Exception as error:  # the relation cannot use an answer: one that does not fit, or another
                misfit = service.misfit() or Broken(self.name, f"{type(error).__name__}: {error}")
                misfit.trail = tuple(service.trail)
                seen.append(misfit)
                raise misfit from error

        try:
            with same_draws(), warnings.catch_warnings():
                warnings.simplefilter("ignore", hypothesis.errors.HypothesisWarning)
                test()
        except Unreachable:
            raise
        except _TimeIsUp:
            return seen[-1] if seen else None
        except Broken as broken:
            return broken
        except (FlakyFailure, ExceptionGroup) as group:
            found = [error for error in group.exceptions if isinstance(error, Broken)]
            if any(isinstance(error, Unreachable) for error in group.exceptions):
                raise
            return found[0] if found else Broken(self.name, f"two answers to the same request differ: {group}")
        except Flaky:  # saved cohorts stay, so a broken service can fail elsewhere when the example runs again
            if not seen:
                raise
            return seen[0]
        except Unsatisfiable:
            return Broken(self.name, "no example could be made: the service has no values to use in a request")
        return None


@contextmanager
def same_draws() -> Iterator[None]:
    """Draws that depend on the seed alone.

    Hypothesis sometimes draws a constant from the source of the modules that are loaded: others in a checkout,
    in an installed package and under pytest.
    """
    name = "_maybe_draw_constant"
    really = getattr(HypothesisProvider, name, None)
    if really is None:  # a release that does not do that
        yield
        return
    setattr(HypothesisProvider, name, lambda *_, **__: None)
    try:
        yield
    finally:
        setattr(HypothesisProvider, name, really)


class Relations:
    """The relations of one generation, in the order of the source."""

    def __init__(self, generation: Generation) -> None:
        self.generation, self.all = generation, list[Relation]()

    def __call__(self, examples: int = 1, needs: set[Need] | frozenset[Need] = frozenset()) -> Callable[[Body], Body]:
        """Return a decorator that adds a relation; ``examples`` is the number of examples that are drawn."""

        def add(body: Body) -> Body:
            sentence = " ".join((body.__doc__ or "").split())
            assert sentence, body
            name = body.__name__.replace("_", " ")
            self.all.append(Relation(self.generation, name, sentence, body, examples, frozenset(needs)))
            return body

        return add


def holds(condition: object, check: str, message: str, answer: Answer | None = None) -> None:
    """Raise Broken unless the condition is true."""
    if not condition:
        raise Broken(check, message, answer)


def same(found: Any, expected: Any, what: str) -> None:
    """Raise Broken unless two values are equal; the message says where they differ.

    A boolean is not a number, and 774.0 is not the integer 774. (5 is the double 5.0: some languages write it so.)
    """
    if difference := differing(found, expected, ""):
        raise Broken(what, f"{what}: {difference}")


def differing(found: Any, expected: Any, where: str) -> str:
    """The place and kind of the first difference of two JSON values; empty if they are equal."""
    place = where or "/"
    if isinstance(found, dict) and isinstance(expected, dict):
        if found.keys() != expected.keys():
            return f"at {place} the members are {sorted(found)}, expected {sorted(expected)}"
        pairs = [(found[name], expected[name], f"{where}/{name}") for name in expected]
    elif isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            counts = f"{len(found)} items, expected {len(expected)}"
            return f"at {place} there are {counts}: {found[:3]!r}, expected {expected[:3]!r}"
        pairs = [(a, b, f"{where}/{number}") for number, (a, b) in enumerate(zip(found, expected, strict=True))]
    else:
        whole = type(expected) is int and type(found) is float  # 774.0: the document's integers have no point
        alike = isinstance(found, bool) == isinstance(expected, bool) and found == expected and not whole
        return "" if alike else f"at {place} the value is {found!r:.300}, expected {expected!r:.300}"
    return next((text for a, b, here in pairs if (text := differing(a, b, here))), "")
