"""What a service of release 3.0.0b3 or later adds to an answer: the filters that it applied, and no warnings."""

from __future__ import annotations

from typing import Any

#: The members by which an answer to filters is recognized; a page of a manifest has them within its counts.
ANSWER_MEMBERS = frozenset({"licenses", "citations", "instances"})


def filters_echo(filters: dict[str, Any]) -> dict[str, Any]:
    """The echo of filters that are all applied: both bounds of each range, numbers as doubles."""
    ranges = {
        name: {side: _double(bounds.get(side)) for side in ("gte", "lte")}
        for name, bounds in filters.get("ranges", {}).items()
    }
    return {"terms": filters.get("terms", {}), "ranges": ranges}


def with_filters_echo(request: Any, answer: Any) -> Any:
    """The answer with an echo of the filters, if it is an answer to filters and has none yet."""
    if not isinstance(request, dict) or not isinstance(answer, dict):
        return answer
    said = {"filters_applied": filters_echo(request.get("filters", {})), "warnings": []}
    if isinstance(answer.get("counts"), dict):
        return {**answer, "counts": {**said, **answer["counts"]}}
    return {**said, **answer} if ANSWER_MEMBERS & answer.keys() else answer


def _double(bound: Any) -> Any:
    return float(bound) if isinstance(bound, int | float) else bound
