"""Law: a selection of v3 becomes one statement of GoogleSQL, and nothing runs that would cost more than was allowed."""

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
