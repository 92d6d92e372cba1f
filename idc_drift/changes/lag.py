"""The release that a service reports, compared with the release that the base describes.

Law: every member of the base's ``info.x-idc-upstream`` except the date is compared with the member of the same name in
the service's answer; what cannot be compared raises ``Unreadable``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import idc_openapi

from ..documents.document import Unreadable
from ..documents.sources import Access, shown, text_of
from .change import Change, Place
from .rules import level_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..documents.document import Document

UPSTREAM = "/info/x-idc-upstream"


def lag(base: Document, source: str, changes: Sequence[Change]) -> tuple[list[Change], list[str]]:
    """One change for each release that differs; a note if none does.

    Args:
        base: The document that is relied on.
        source: Where the service reports its release: a URL or a file with a JSON object.
        changes: The shown changes between the two documents.

    Raises:
        Unreadable: there is nothing to compare.
    """
    if base.upstream is None:
        raise Unreadable(f"{base.origin} names no release in info.x-idc-upstream, and --version-url compares with that")
    said = _read(source)
    described = dict(base.upstream.releases)
    missing = [name for name in described if not isinstance(said.get(name), str)]
    if missing:
        raise Unreadable(f"{shown(source)} does not report the {' and '.join(missing)} that {base.origin} names")
    found = []
    for name, ours in described.items():
        theirs = str(said[name])
        if idc_openapi.compare_releases(theirs, ours) != "same":
            found.append(_change(base, name, theirs, ours, len(changes)))
    if found:
        return found, []
    named = ", ".join(f"{name} {ours}" for name, ours in described.items())
    return [], [f"The service is of the release that the base describes: {named}."]


def _change(base: Document, name: str, theirs: str, ours: str, moved: int) -> Change:
    rule, pointer = "service-of-another-release", f"{UPSTREAM}/{name}"
    document = {0: "has not changed", 1: "changed in one place"}.get(moved, f"changed in {moved} places")
    what = "service" if name == "api_version" else f"{name} of the service"
    message = (
        f"the {what} is {idc_openapi.apart(theirs, ours)}: {theirs:.60}, and the base describes {ours}; "
        f"its document {document}; run the contract suite against it"
    )
    place = Place("", pointer, *base.position(pointer), where=name)
    return Change(
        rule, level_of(rule), message, (place,), where=name, before=json.dumps(ours), after=json.dumps(theirs)
    )


def _read(source: str) -> dict[str, object]:
    text, origin = text_of(source, Access(), named=True)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Unreadable(f"{origin} does not report a release: it is not a JSON object")
    return said
