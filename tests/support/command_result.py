"""How a run of the command line ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias


class CommandResult(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


#: Runs the command line with these words and returns how it ended.
RunCommand: TypeAlias = Callable[..., CommandResult]
