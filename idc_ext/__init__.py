"""What makes the generated client of the Imaging Data Commons API pleasant and safe."""

from . import v1, v3
from ._lines import Lines
from ._paging import Rows
from ._walk import Page
from .connect import IDC, connect
from .errors import (
    APIError,
    ContractError,
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    CredentialsNotFound,
    DataReleaseChanged,
    Forbidden,
    IDCError,
    InvalidBaseURL,
    InvalidFilter,
    InvalidRequest,
    NotFound,
    PagingError,
    QueryTimeout,
    RateLimited,
    Retired,
    ServerError,
    TruncatedResult,
    Unauthorized,
)

__all__ = [
    "IDC",
    "APIError",
    "ContractError",
    "CredentialsError",
    "CredentialsExpired",
    "CredentialsInsecure",
    "CredentialsInvalid",
    "CredentialsNotFound",
    "DataReleaseChanged",
    "Forbidden",
    "IDCError",
    "InvalidBaseURL",
    "InvalidFilter",
    "InvalidRequest",
    "Lines",
    "NotFound",
    "Page",
    "PagingError",
    "QueryTimeout",
    "RateLimited",
    "Retired",
    "Rows",
    "ServerError",
    "TruncatedResult",
    "Unauthorized",
    "connect",
    "v1",
    "v3",
]
