"""Law: a selection of v3 becomes one statement of GoogleSQL, and no statement runs that costs more than allowed."""

from ._api import MOST_BYTES, USD_PER_TIB, Answer, Estimate, estimate, run, statement

__all__ = [
    "MOST_BYTES",
    "USD_PER_TIB",
    "Answer",
    "Estimate",
    "estimate",
    "run",
    "statement",
]
