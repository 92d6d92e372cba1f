"""A finding: a broken rule, the requests that show it, and the cause that it shares with others."""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS, SCHEMATHESIS, SHAPES = "relations", "schemathesis", "shapes"


@dataclass(frozen=True)
class Finding:
    """A broken rule."""

    layer: str
    """``relations``, ``schemathesis`` or ``shapes``."""
    generation: str
    check: str
    """The name of the rule; of a relation, its name, and after a colon that of the rule within."""
    operation: str
    message: str
    curl: str = ""
    """The last request, as a command with variables in place of tokens."""
    cause: str = ""
    """What is wrong, without the values of an example: findings with the same cause are one."""
    trail: tuple[str, ...] = ()
    """All requests of the smallest example, in their order, as commands."""
    sentence: str = ""
    """The rule that is broken, as a sentence."""
    during: str = ""
    """The sentence that a relation tests, if the rule is another one: that of every answer."""

    @property
    def key(self) -> str:
        """The name in a baseline, which does not depend on messages, examples or the seed."""
        return f"{self.generation} · {self.cause}" if self.cause else self.former_key

    @property
    def former_key(self) -> str:
        """The name in baselines of earlier releases."""
        return f"{self.generation} · {self.layer} · {self.operation or '-'} · {self.check}"

    @property
    def relation(self) -> str:
        """The name of the relation; empty in another layer."""
        return self.check.partition(": ")[0] if self.layer == RELATIONS else ""
