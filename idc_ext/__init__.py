"""The client of the Imaging Data Commons API: what makes the generated client pleasant and safe.

Names are imported on first use, so that a program loads only the modules that it needs.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from ._lazy import lazy_attributes as _lazy_attributes
from ._lazy import package_version as _package_version

if TYPE_CHECKING:
    from . import aio, auth, bigquery, charts, drs, manifests, v1, v3
    from ._http.calls import Client
    from ._http.deadline import deadline
    from ._http.retry import Retries
    from ._paging.lines import LineChunks, Lines
    from ._paging.page import Page
    from ._paging.pages import Pages
    from ._paging.request import Progress
    from ._paging.rows import Rows
    from .connect import IDC, connect
    from .errors import (
        APIError,
        BigQueryError,
        BlockingCallWarning,
        CheckpointError,
        ClientClosed,
        ContractError,
        CostRefused,
        CredentialsError,
        CredentialsExpired,
        CredentialsInsecure,
        CredentialsInvalid,
        CredentialsNotFound,
        DataReleaseChanged,
        DeadlineExceeded,
        Forbidden,
        IDCError,
        InvalidBaseURL,
        InvalidFilter,
        InvalidGUID,
        InvalidProxy,
        InvalidRequest,
        InvalidTLSSettings,
        LicenseRefused,
        ManifestError,
        MissingExtra,
        NotFound,
        PagingError,
        QueryTimeout,
        RateLimited,
        Retired,
        ServerError,
        ServiceWarned,
        ServiceWarning,
        TruncatedResult,
        Unauthorized,
    )

    __version__: str

__all__ = [
    "IDC",
    "APIError",
    "BigQueryError",
    "BlockingCallWarning",
    "CheckpointError",
    "Client",
    "ClientClosed",
    "ContractError",
    "CostRefused",
    "CredentialsError",
    "CredentialsExpired",
    "CredentialsInsecure",
    "CredentialsInvalid",
    "CredentialsNotFound",
    "DataReleaseChanged",
    "DeadlineExceeded",
    "Forbidden",
    "IDCError",
    "InvalidBaseURL",
    "InvalidFilter",
    "InvalidGUID",
    "InvalidProxy",
    "InvalidRequest",
    "InvalidTLSSettings",
    "LicenseRefused",
    "LineChunks",
    "Lines",
    "ManifestError",
    "MissingExtra",
    "NotFound",
    "Page",
    "Pages",
    "PagingError",
    "Progress",
    "QueryTimeout",
    "RateLimited",
    "Retired",
    "Retries",
    "Rows",
    "ServerError",
    "ServiceWarned",
    "ServiceWarning",
    "TruncatedResult",
    "Unauthorized",
    "aio",
    "auth",
    "bigquery",
    "charts",
    "connect",
    "deadline",
    "drs",
    "manifests",
    "v1",
    "v3",
]

if not TYPE_CHECKING:  # or type checkers would accept any name
    __getattr__, __dir__ = _lazy_attributes(
        __name__,
        {
            **dict.fromkeys(__all__, "errors"),
            **dict.fromkeys(("aio", "auth", "bigquery", "charts", "drs", "manifests", "v1", "v3"), ""),
            "Client": "_http.calls",
            "IDC": "connect",
            "LineChunks": "_paging.lines",
            "Lines": "_paging.lines",
            "Page": "_paging.page",
            "Pages": "_paging.pages",
            "Progress": "_paging.request",
            "Retries": "_http.retry",
            "Rows": "_paging.rows",
            "connect": "connect",
            "deadline": "_http.deadline",
        },
        {"__version__": _package_version},
    )


class _Package(ModuleType):
    """A package where `connect` stays the function, also after its module of the same name has been imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "connect" and isinstance(value, ModuleType):
            value = value.connect
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
