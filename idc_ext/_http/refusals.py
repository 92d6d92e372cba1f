"""Refusals that may have a cause: the service is of another release than the client was made for.

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

#: Seconds that the request for the release may take: the caller waits for the refusal meanwhile.
RELEASE_SECONDS = 5.0
#: Statuses of a request that the service did not understand.
_STATUSES = frozenset({400, 422})


@define
class ServiceRelease:
    """The release of a service, as far as a client knows it: requested when the service first refuses a request.

    Attributes:
        explain: Makes a sentence of the service's `api_version`; None if it is the expected release.
    """

    explain: Callable[[str], str | None]
    _notices: dict[str, str] = field(factory=dict, init=False)

    def path_to_ask(self, error: InvalidRequest, path: str) -> str | None:
        """Return the path that names the release, if the release may explain a refusal and is not known yet.

        If it is known, the error gets the notice.

        Args:
            error: The refusal.
            path: The path of the refused request, relative to the base URL.
        """
        for prefix, (release_path, _) in RELEASES.items():
            if error.status in _STATUSES and path.startswith(prefix) and path != release_path:
                if release_path not in self._notices:
                    return release_path
                error.note(self._notices[release_path])
        return None

    def note_answer(self, path: str, response: httpx.Response | None, error: InvalidRequest) -> None:
        """Add to a refusal the notice of the release that the response names.

        Without a usable response, the release is requested again at the next refusal.
        """
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
