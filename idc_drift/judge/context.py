"""How a pair of schemas is to be read.

Law: a mode is part of what a judgement is remembered by, so it holds nothing that does not change one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

CONTAINED = (None, "info")
"""The gravest level of a difference between a schema and one that admits all it admits."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a pair of schemas is to be read."""

    sent: bool
    """Whether the client sends the value; otherwise it receives it."""
    prefix: str
    """What the rules' names begin with."""
    wire: str = "strict"
    """``strict``: a number is not a text; ``loose``: on the wire it is; ``unsure``: that depends."""
    exploded: bool = False
    """Whether one value of a list looks like the value alone."""
    joined: bool = False
    """Whether a list or an object is one text."""
    lifted: bool = False
    """Whether null is judged elsewhere."""
    merged: bool = False
    """Whether what an allOf is composed of does not matter."""
    top: bool = False
    """Whether it is the parameter itself, not something inside it."""

    proof: bool = False
    """Whether only what holds for every value counts: not that nobody minds another pattern, or one more property."""
    spread: bool = False
    """Whether what stands beside alternatives was already said in each of them, or is not to be."""

    def below(self) -> Mode:
        """The mode of what is inside."""
        return _below(self)


@cache
def _below(mode: Mode) -> Mode:
    """There are a few dozen modes, and each is asked for thousands of times."""
    wire = "unsure" if mode.prefix == "parameter" and mode.wire == "loose" else mode.wire
    return replace(mode, wire=wire, exploded=False, joined=False, lifted=False, merged=False, top=False, spread=False)


def sent(mode: Mode) -> Mode:
    """The mode in which it is asked whether the new admits all of the old."""
    return replace(mode, sent=True, prefix="request")


def received(mode: Mode) -> Mode:
    """The mode in which it is asked whether the old admits all of the new."""
    return replace(mode, sent=False, prefix="response", proof=True)
