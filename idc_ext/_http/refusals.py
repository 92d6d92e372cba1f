"""Whether a refusal may come of a service of another release than the client was made for.

Law: decides and remembers; sends nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import define, field

from .._operations import RELEASES

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from ..errors import InvalidRequest

#: Seconds that the question may take: the refusal is there already and must not wait long for its explanation.
RELEASE_SECONDS = 5.0
#: Statuses of a request that was not understood.
_STATUSES = frozenset({400, 422})


@define
class ServiceRelease:
    """What a client knows of the release of its service, asked for when the service first refuses a request.

    Attributes:
        explain: Makes of what the service calls itself a sentence for people; None where it is the expected release.
    """

    explain: Callable[[str], str | None]
    _notices: dict[str, str] = field(factory=dict, init=False)

    def path_to_ask(self, error: InvalidRequest, path: str) -> str | None:
        """Give the path to ask, where a refusal may come of the release and it is not known yet.

        A known one is noted on the error.

        Args:
            error: The refusal.
            path: What was asked for, without the path of the base URL.
        """
        for prefix, (release_path, _) in RELEASES.items():
            if error.status in _STATUSES and path.startswith(prefix) and path != release_path:
                if release_path not in self._notices:
                    return release_path
                error.note(self._notices[release_path])
        return None

    def note_answer(self, path: str, response: httpx.Response | None, error: InvalidRequest) -> None:
        """Note on a refusal what the answer to the question says; without one it is asked again at the next refusal."""
        if response is None or response.status_code != 200:
            return
        member = next(member for release_path, member in RELEASES.values() if release_path == path)
        try:
            release = json.loads(response.content)[member]
        except (ValueError, LookupError, TypeError, RecursionError):
            return
        if isinstance(release, str):
            self._notices[path] = self.explain(release) or ""
            error.note(self._notices[path])
