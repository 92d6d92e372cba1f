"""Relations: what must hold between answers, or between an answer and the public index, whatever is asked.

A relation is a function of the service and of Hypothesis' ``draw``; its docstring is the sentence that it tests. It
raises Broken, by an answer that does not fit or by ``holds``.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import Flaky, FlakyFailure, Unsatisfiable

from tests.contract.calls import Answer, Broken, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.service import Service

    Draw = Callable[[st.SearchStrategy[Any]], Any]
    Body = Callable[[Service, Draw], None]

Generation = Literal["v1", "v3"]
Need = Literal["index", "mistakes", "users", "write"]


@dataclass(frozen=True)
class Relation:
    """One relation.

    ``needs``: the index of the same release, leave to send what the document refuses, two users, leave to save and
    delete cohorts.
    """

    generation: Generation
    name: str
    says: str
    body: Body
    examples: int
    needs: frozenset[str]

    def lacks(self, service: Service) -> str:
        """What it needs that is not there; empty if nothing."""
        there = {
            "index": service.index is not None,
            "mistakes": service.mistakes,
            "users": len(service.users) > 1,
            "write": service.write,
        }
        return ", ".join(sorted(need for need in self.needs if not there[need]))

    def run(self, service: Service, seed: int, *, share: float = 1.0, shrink: bool = True) -> Broken | None:
        """What breaks it, with the smallest example that was found; None if it holds. Raises Unreachable."""
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

        @hypothesis.seed(f"{seed} {self.name}")
        @rules
        @hypothesis.given(st.data())
        def test(data: st.DataObject) -> None:
            try:
                self.body(service, data.draw)
            except Broken as broken:
                seen.append(broken)
                raise
            except (Unreachable, hypothesis.errors.HypothesisException):
                raise
            except Exception as error:  # an answer that fits, but of which the relation cannot make sense
                raise Broken(self.name, f"{type(error).__name__}: {error}") from error

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", hypothesis.errors.HypothesisWarning)
                test()
        except Unreachable:
            raise
        except Broken as broken:
            return broken
        except (FlakyFailure, ExceptionGroup) as group:
            found = [error for error in group.exceptions if isinstance(error, Broken)]
            if any(isinstance(error, Unreachable) for error in group.exceptions):
                raise
            return found[0] if found else Broken(self.name, f"not the same answer twice: {group}")
        except Flaky:  # what is saved stays, so that a broken service breaks elsewhere when the example runs again
            if not seen:
                raise
            return seen[0]
        except Unsatisfiable:
            return Broken(self.name, "no example could be made: the service offers nothing to ask for")
        return None


class Relations:
    """The relations of one generation, in the order written."""

    def __init__(self, generation: Generation) -> None:
        self.generation, self.all = generation, list[Relation]()

    def __call__(self, examples: int = 1, needs: set[Need] | frozenset[Need] = frozenset()) -> Callable[[Body], Body]:
        """Decorator; ``examples`` is how many are drawn."""

        def add(body: Body) -> Body:
            says = " ".join((body.__doc__ or "").split())
            assert says, body
            name = body.__name__.replace("_", " ")
            self.all.append(Relation(self.generation, name, says, body, examples, frozenset(needs)))
            return body

        return add


def holds(condition: object, check: str, message: str, answer: Answer | None = None) -> None:
    """Raises Broken unless the condition is true."""
    if not condition:
        raise Broken(check, message, answer)


def same(found: Any, ought: Any, what: str) -> None:
    """Raises Broken unless two values are equal, types of numbers and booleans included; says where they differ."""
    if difference := differing(found, ought, ""):
        raise Broken(what, f"{what}: {difference}")


def differing(found: Any, ought: Any, where: str) -> str:
    """Where and how two JSON values differ; empty if they do not."""
    place = where or "/"
    if isinstance(found, dict) and isinstance(ought, dict):
        if found.keys() != ought.keys():
            return f"at {place} the members are {sorted(found)} and not {sorted(ought)}"
        pairs = [(found[name], ought[name], f"{where}/{name}") for name in ought]
    elif isinstance(found, list) and isinstance(ought, list):
        if len(found) != len(ought):
            return f"at {place} there are {len(found)} and not {len(ought)}: {found[:3]!r} and not {ought[:3]!r}"
        pairs = [(a, b, f"{where}/{number}") for number, (a, b) in enumerate(zip(found, ought, strict=True))]
    else:
        alike = isinstance(found, bool) == isinstance(ought, bool) and found == ought
        return "" if alike else f"at {place} stands {found!r:.300} and not {ought!r:.300}"
    return next((text for a, b, here in pairs if (text := differing(a, b, here))), "")
