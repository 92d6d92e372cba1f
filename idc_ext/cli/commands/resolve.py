"""The command `resolve`: CRDC GUIDs, resolved by the DRS service of the CRDC."""

from __future__ import annotations

import os
import sys

import attrs

from .._options import DASH, ContextParameter, InputError
from .._output.destination import Output, write_result
from .._output.results import Record, json_value, listing_of_rows

_OUTPUT = Output()


def resolve(*guids: str, resolver: str | None = None, out: Output = _OUTPUT, context: ContextParameter) -> None:
    """Resolve CRDC GUIDs to objects and their download addresses.

    One GUID gives all that the resolver says of its object, as JSON or a table; several GUIDs, or another format, give
    a row for each: its identifier, size, name, addresses and number of parts.

    The resolver is not part of the API: --base-url is ignored, and no credentials are sent.

    Args:
        guids: GUIDs: `dg.4DFC/<uuid>`, the UUID alone, or a `drs://` URI; `-` reads them from standard input.
        resolver: Address of the resolver; by default the variable IDC_DRS_URL, else that of the CRDC.
    """
    from ... import drs

    named = [guid for one in guids for guid in (sys.stdin.read().split() if one == DASH else [one])]
    if not named:
        raise InputError("resolve takes one or more GUIDs, such as dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce")
    base = resolver or os.environ.get(drs.VARIABLE) or drs.RESOLVER
    with attrs.evolve(context, base_url=base, credentials=None).connect() as client:
        found = [drs.resolve(guid, base_url=base, client=client) for guid in named]
    if len(found) == 1 and out.chosen_format(default="json") in ("json", "table"):
        write_result(Record(json_value(attrs.asdict(found[0]))), out)
        return
    rows = [
        {
            "id": one.id,
            "size": one.size,
            "name": one.name,
            "urls": [method.url for method in one.access_methods if method.url],
            "contents": len(one.contents),
        }
        for one in found
    ]
    write_result(listing_of_rows(rows, columns=("id", "size", "name", "urls", "contents")), out)
