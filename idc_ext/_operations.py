"""What the document says of operations, as data: which may be repeated, which take a token, which name the release.

Whoever asks the same again by a method that only reads does no harm; among the others, the rows of OPERATIONS count.
What is in no row, such as a path of tomorrow, is not repeated. The rows of USER_OPERATIONS alone decide whether an ID
token is attached. Tests hold both against openapi.yaml: every operation that is no GET stands in the first, every one
whose `security` asks for a token in the second, and nothing else does.
"""

from __future__ import annotations

import re

#: Methods that only read, by the definition of HTTP.
READING = frozenset({"GET", "HEAD", "OPTIONS"})

#: Method and path template -> may it be sent again without knowing what became of the first?
OPERATIONS = {
    # v3 keeps nothing: its POSTs are questions too long for a URL.
    ("POST", "/v3/citations"): True,
    ("POST", "/v3/cohort/counts"): True,
    ("POST", "/v3/cohort/manifest"): True,
    ("POST", "/v3/cohort/manifest.txt"): True,
    ("POST", "/v3/licenses"): True,
    ("POST", "/v3/sql"): True,
    # So are these of v1.
    ("POST", "/v1/cohorts/preview/manifest"): True,
    ("POST", "/v1/cohorts/preview/query"): True,
    ("POST", "/v1/cohorts/{cohort_id}/query"): True,
    # Every success makes one more cohort.
    ("POST", "/v1/cohorts"): False,
    # A second deletion is answered as if the first had found nothing.
    ("DELETE", "/v1/cohorts"): False,
    ("DELETE", "/v1/cohorts/{cohort_id}"): False,
}

#: The beginning of a generation's paths -> where it says which release it is, and in which member. v1 does not.
RELEASES = {"/v3/": ("/v3/version", "api_version")}

# Identifiers are decimal: `/v1/cohorts/preview` is no cohort.
_RETRYABLE = [
    (method, re.compile(re.escape(path).replace(r"\{cohort_id\}", "[0-9]+")))
    for (method, path), may in OPERATIONS.items()
    if may
]


def is_retryable(method: str, path: str) -> bool:
    """Say whether a request may be repeated. A final slash makes no difference, as for v1."""
    bare = path.removesuffix("/")
    return method in READING or any(method == known and pattern.fullmatch(bare) for known, pattern in _RETRYABLE)


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
