"""Which operations of v1 need a user, as data.

The rows are what `security` says in openapi.yaml (a test holds the two equal); nothing else decides whether
an ID token is attached.
"""

import re

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
_PATTERNS = [(method, re.compile(path.format(cohort_id="[0-9]+"))) for method, path in USER_OPERATIONS]


def needs_user(method: str, path: str) -> bool:
    """Say whether a request takes an ID token. A final slash makes no difference, as for the service."""
    bare = path.removesuffix("/")
    return any(method == known and pattern.fullmatch(bare) for known, pattern in _PATTERNS)
