"""Citations of DOIs, in the words of doi.org: asked one after another, as upstream's server does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

RESOLVER = "https://dx.doi.org"
IDC_PAPER = "10.1148/rg.230180"
SECONDS = 30.0
ACCEPT = {
    "apa": "text/x-bibliography; style=apa; locale=en-US",
    "bibtex": "application/x-bibtex",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "turtle": "text/turtle",
}


def cite(dois: Iterable[str], style: str, resolver: str = RESOLVER) -> tuple[list[Any], Any]:
    """The citations of the DOIs that could be resolved, and the one of IDC's paper or None.

    Without a network the first DOI tells, and the others are not asked for.
    """
    import httpx  # as late as this: no other answer needs it, and a server starts a tenth sooner without

    citations: list[Any] = []
    with httpx.Client(timeout=SECONDS, follow_redirects=True, headers={"Accept": ACCEPT[style]}) as client:
        try:
            for doi in dois:
                found = _ask(client, httpx.URL(f"{resolver}/{doi}"), style)
                if found:  # what is empty says nothing
                    citations.append(found)
            return citations, _ask(client, httpx.URL(f"{resolver}/{IDC_PAPER}"), style)
        except httpx.ConnectError:
            return citations, None


def _ask(client: httpx.Client, url: httpx.URL, style: str) -> Any:
    import httpx

    try:
        answer = client.get(url)
        if answer.status_code != httpx.codes.OK:
            return None
        if style == "csl-json":
            return answer.json()
        return answer.content.decode(answer.charset_encoding or "utf-8").strip()
    except httpx.ConnectError as error:
        # The resolver sends on to whoever registered the DOI: one of them out of reach says nothing of the others.
        if (error.request.url.host, error.request.url.port) == (url.host, url.port):
            raise
        return None
    except (httpx.HTTPError, ValueError, LookupError, RecursionError):
        return None
