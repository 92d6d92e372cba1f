"""What an error keeps of a request and of its answer: values that show no secret and can be pickled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class RequestSummary:
    """What may be shown of a request: no headers, page tokens cut short.

    Attributes:
        method: In capitals.
        url: The whole of it, without user and password.
        path: That of the URL.
        curl: A line for a shell that sends the same again. In place of what is secret it has variables, such as
            `$IDC_TOKEN`, to be set before.
    """

    method: str
    url: str
    path: str
    curl: str = field(default="", repr=False)


@frozen
class ResponseSummary:
    """What may be shown of an answer: no cookies, and no secret of the request where the server quotes one.

    Attributes:
        status_code: As sent, whatever the body says.
        headers: By name in small letters.
        content: The body.
    """

    status_code: int
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Decode the body; ValueError where it is no JSON."""
        return json.loads(self.content)
