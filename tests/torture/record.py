"""The calls of one attack and its findings: every answer is checked by the rules of all answers.

Law: safe for many threads; a finding is a sentence that names the input.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.torture import bounds

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.torture.wire import Answer

SHOWN = 160
MOST_FINDINGS = 200  # different ones


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: for which input, and how."""

    given: str
    what: str

    def __str__(self) -> str:
        return f"{self.given}: {self.what}"


class Record:
    """The calls of one attack."""

    def __init__(self, private: Collection[str] = ()) -> None:
        self.private = tuple(private)
        self.statuses: Counter[str] = Counter()
        self.findings: dict[Finding, int] = {}  # and how often
        self.notes: list[str] = []
        self.slowest: tuple[float, str] = (0.0, "")
        self.calls = 0
        self._lock = threading.Lock()

    def finding(self, given: str, what: str) -> None:
        """Report a broken rule."""
        one = Finding(brief(given), brief(what, 400))
        with self._lock:
            if one in self.findings or len(self.findings) < MOST_FINDINGS:
                self.findings[one] = self.findings.get(one, 0) + 1

    def note(self, text: str) -> None:
        """A figure, or a part that was not run and why, for the report."""
        with self._lock:
            self.notes.append(text)

    def check(
        self,
        given: str,
        answer: Answer,
        allowed: Collection[int],
        *,
        sent: str = "",
        seconds: float = 0.0,
        may_hang_up: bool = False,
    ) -> Answer:
        """Check an answer by the rules; ``sent`` is what it may repeat, ``seconds`` what it may take (0: all)."""
        with self._lock:
            self.calls += 1
            self.statuses[str(answer.status or "no answer")] += 1
            self.slowest = max(self.slowest, (answer.seconds, brief(given)))
        if not answer.status:
            if not may_hang_up:
                self.finding(given, f"no answer after {answer.seconds:.1f} s ({answer.failure})")
            return answer
        if answer.status not in allowed:
            self.finding(given, f"answered {answer.status}: {brief(answer.text)}")
        if answer.status in (429, 503) and "retry-after" not in answer.headers:
            self.finding(given, f"{answer.status} without Retry-After")
        if seconds and answer.seconds > seconds:
            self.finding(given, f"answered after {answer.seconds:.1f} s (bound {seconds:.1f} s)")
        if answer.size > bounds.ANSWER:
            self.finding(given, f"an answer of {answer.size / 1e6:,.0f} MB (bound {bounds.ANSWER / 1e6:,.0f} MB)")
        text = answer.text
        for secret in self.private:
            if secret in text and secret not in sent:
                at = text.index(secret)
                self.finding(given, f"the answer shows {brief(text[max(0, at - 40) : at + 60])!r}, which is private")
                break
        return answer


def brief(text: str, most: int = SHOWN) -> str:
    """A text on one line, its middle left out where it is long."""
    line = " ".join(text[: most * 40].split())
    return line if len(line) <= most else f"{line[: most * 2 // 3]} … {line[-most // 3 :]} ({len(text):,} characters)"
