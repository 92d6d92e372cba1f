"""Facts of the document about operations, as data: which may be retried, which take a token, which names the release.

A request with a method that only reads can always be retried; for other methods, the rows of OPERATIONS decide.
An operation without a row, such as a future path, is not retried. The rows of USER_OPERATIONS alone decide whether an
ID token is attached. Tests compare both with openapi.yaml: the first lists every operation that is not a GET, the
second every one whose `security` requires a token, and neither lists others.
"""

from __future__ import annotations

import re

#: Methods that only read, by the definition of HTTP.
READING = frozenset({"GET", "HEAD", "OPTIONS"})

#: Method and path template -> may it be sent again if the outcome of the first attempt is not known?
OPERATIONS = {
    # v3 stores nothing: its POSTs are queries that are too long for a URL.
    ("POST", "/v3/citations"): True,
    ("POST", "/v3/cohort/counts"): True,
    ("POST", "/v3/cohort/manifest"): True,
    ("POST", "/v3/cohort/manifest.txt"): True,
    ("POST", "/v3/licenses"): True,
    ("POST", "/v3/sql"): True,
    # So are these operations of v1.
    ("POST", "/v1/cohorts/preview/manifest"): True,
    ("POST", "/v1/cohorts/preview/query"): True,
    ("POST", "/v1/cohorts/{cohort_id}/query"): True,
    # Every success creates another cohort.
    ("POST", "/v1/cohorts"): False,
    # The answer to a second deletion is that there is no such cohort.
    ("DELETE", "/v1/cohorts"): False,
    ("DELETE", "/v1/cohorts/{cohort_id}"): False,
}

#: The path prefix of a generation -> the path that names its release, and the member of the body. v1 has none.
RELEASES = {"/v3/": ("/v3/version", "api_version")}

# Identifiers are decimal: `/v1/cohorts/preview` is not a cohort.
_RETRYABLE = [
    (method, re.compile(re.escape(path).replace(r"\{cohort_id\}", "[0-9]+")))
    for (method, path), may in OPERATIONS.items()
    if may
]


def is_retryable(method: str, path: str) -> bool:
    """Say whether the operation of a request may be retried. A final slash makes no difference, as for v1."""
    bare = path.removesuffix("/")
    return method in READING or any(method == known and pattern.fullmatch(bare) for known, pattern in _RETRYABLE)


#: The query parameters of all operations. Others are the caller's own, such as a key for a gateway.
QUERY_PARAMETERS = frozenset(
    {
        "CRDC_Instance_GUID",
        "CRDC_Series_GUID",
        "CRDC_Study_GUID",
        "Collection_ID",
        "GCS_URL",
        "Patient_ID",
        "SOPInstanceUID",
        "SeriesInstanceUID",
        "Source_DOI",
        "StudyInstanceUID",
        "collection_id",
        "data_source",
        "idc_data_version",
        "limit",
        "max_rows",
        "next_page",
        "page_size",
        "series_instance_uid",
        "sql",
        "study_instance_uid",
        "version",
        "viewer",
    }
)

#: Method and path template of every operation that takes an ID token.
USER_OPERATIONS = frozenset(
    {
        ("DELETE", "/v1/cohorts"),
        ("DELETE", "/v1/cohorts/{cohort_id}"),
        ("GET", "/v1/cohorts"),
        ("GET", "/v1/cohorts/{cohort_id}/manifest"),
        ("GET", "/v1/users/account_details"),
        ("POST", "/v1/cohorts"),
        ("POST", "/v1/cohorts/{cohort_id}/query"),
    }
)

# Identifiers are decimal: `/v1/cohorts/preview/query` is not a `/v1/cohorts/{cohort_id}/query`.
_OF_USERS = [(method, re.compile(path.format(cohort_id="[0-9]+"))) for method, path in USER_OPERATIONS]


def needs_user(method: str, path: str) -> bool:
    """Say whether a request takes an ID token. A final slash makes no difference, as for the service."""
    bare = path.removesuffix("/")
    return any(method == known and pattern.fullmatch(bare) for known, pattern in _OF_USERS)
