"""The scope of a comparison: the paths that the user names, and the paths below them.

Law: whatever looks at a part of a document asks here whether a path counts, so nothing is left out that is compared. A
path is in the scope as it is written, or behind the path of a server of its document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .spelling import base_path, servers_of, wire_path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .document import Document


class Scope:
    """The paths of one document that count; all of them if the user names none."""

    def __init__(self, named: Sequence[str], document: Document, counterparts: Collection[str] = ()) -> None:
        self.named = tuple(path.rstrip("/") for path in named)
        content = document.content
        servers = {base_path(server) for server in servers_of(content.get("servers"))}
        self._before = {"", *servers, str(content.get("basePath") or "").rstrip("/")}
        self._counterparts = counterparts
        """The paths, without names of parameters, whose counterparts in the other document are in the scope."""

    def __bool__(self) -> bool:
        """Whether some path does not count."""
        return bool(self.named)

    def __contains__(self, path: str) -> bool:
        if not self.named or wire_path(path) in self._counterparts:
            return True
        full = [before + path for before in self._before]
        return any(name == scope or name.startswith(f"{scope}/") for scope in self.named for name in full)


def scopes_of(named: Sequence[str], base: Document, revision: Document) -> tuple[Scope, Scope]:
    """The scopes of two documents: a path counts in both if it counts in one."""
    if not named:
        return Scope((), base), Scope((), revision)
    found = [
        {wire_path(path) for path in _paths(document) if path in Scope(named, document)}
        for document in (base, revision)
    ]
    return Scope(named, base, found[1]), Scope(named, revision, found[0])


def _paths(document: Document) -> list[str]:
    content: Any = document.views.get(id(document.content), document.content)
    paths = content.get("paths")
    return [str(path) for path in paths] if isinstance(paths, dict) else []
