"""Law: the same names as in `idc_ext`, awaitable; nothing is written twice, only driven by an event loop.

    from idc_ext.aio import connect, v3

    async with connect() as idc:
        found = await v3.counts(idc, {"Modality": ["MR"]})
        async for row in v3.manifest(idc, {"Modality": ["MR"]}): ...
        table = await v3.manifest(idc, {"Modality": ["MR"]}).to_arrow()

Functions that send are awaited. Paged requests are values, whose `to_arrow`, `write` and so on are awaited. Functions
that send nothing, such as `v3.where`, are those of the sync modules. It runs in asyncio and in trio.
"""

from typing import TYPE_CHECKING

from .._lazy import lazy_attributes as _lazy_attributes

if TYPE_CHECKING:
    from ..connect import IDC, connect
    from . import auth, bigquery, drs, manifests, v1, v3
    from ._rows import AsyncLines, AsyncPages, AsyncRows
    from .bigquery import AsyncAnswer

__all__ = [
    "IDC",
    "AsyncAnswer",
    "AsyncLines",
    "AsyncPages",
    "AsyncRows",
    "auth",
    "bigquery",
    "connect",
    "drs",
    "manifests",
    "v1",
    "v3",
]

if not TYPE_CHECKING:  # or type checkers would accept any name
    __getattr__, __dir__ = _lazy_attributes(
        __name__,
        {
            **dict.fromkeys(__all__, ""),
            "AsyncAnswer": "bigquery",
            "AsyncLines": "_rows",
            "AsyncPages": "_rows",
            "AsyncRows": "_rows",
            "IDC": ".connect",
            "connect": ".connect",
        },
    )
