"""One data release for several requests: the server's version is read before the first and after the last."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from idc_client.api.v3 import get_version as _get_version

from .._http.calls import Call, Client, fetch
from ..errors import DataReleaseChanged
from . import _responses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_client.models import V3Version


@contextmanager
def pinned_release(idc: Client) -> Iterator[V3Version]:
    """Check that the data release stays the same during a block.

    Raises (at the end of the block):
        DataReleaseChanged: the service has other data now.
    """
    before = fetch_server_version(idc)
    yield before
    check_release_unchanged(idc, before)


def fetch_server_version(idc: Client) -> V3Version:
    """Fetch the versions of the server and of its data."""
    return fetch(idc, Call.of(_get_version._get_kwargs()), _responses.parse_server_version)


def check_release_unchanged(idc: Client, before: V3Version) -> None:
    """Check that the data release is the same as before; the version of the server's software does not matter.

    Raises:
        DataReleaseChanged: the service has other data now.
    """
    now = fetch_server_version(idc)
    was, is_now = (f"{one.idc_version} ({one.idc_index_data_version})" for one in (before, now))
    if was != is_now:
        raise DataReleaseChanged(f"the data release changed from {was} to {is_now} meanwhile; start again")
