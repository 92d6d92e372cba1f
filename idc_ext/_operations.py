"""What the document says of operations, as data: which may be repeated, and where a generation says its release.

Whoever asks the same again by a method that only reads does no harm; among the others, these rows count. A test
holds them against openapi.yaml: every operation that is no GET stands here, and nothing else does. What is in no row,
such as a path of tomorrow, is not repeated.
"""

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
_REPEATABLE = [
    (method, re.compile(re.escape(path).replace(r"\{cohort_id\}", "[0-9]+")))
    for (method, path), may in OPERATIONS.items()
    if may
]


def repeatable(method: str, path: str) -> bool:
    """Say whether a request may be repeated. A final slash makes no difference, as for v1."""
    bare = path.removesuffix("/")
    return method in READING or any(method == known and pattern.fullmatch(bare) for known, pattern in _REPEATABLE)
