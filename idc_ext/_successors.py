"""What takes the place of a path of v1 or v2 in v3, as data.

v1 answers 410 since February 2026 and v2 since July 2026, both on the host that serves v3.
"""

import re

_NO_COHORTS = "v3 saves no cohorts: keep the filters where you run, translated by v3.from_v1"
_NO_USERS = "v3 knows no users and needs no credentials"
_MANIFEST = "use v3.manifest with the filters of the cohort, translated by v3.from_v1"

#: What follows the version in a path -> what to do in its place. The first row that fits counts.
SUCCESSORS = (
    ("about", "use v3: idc_client.api.v3.get_service"),
    ("versions", "use v3: idc_client.api.v3.get_version, and v3.sql on version_metadata_index for earlier releases"),
    ("collections", "use v3: idc_client.api.v3.get_collections"),
    ("analysis_results", "use v3: idc_client.api.v3.get_analysis_results"),
    ("attributes|filters|fields(/.*)?", "use v3: idc_client.api.v3.get_attributes"),
    ("filters/values/.*", "use v3.attribute_values"),
    ("cohorts/query(/.*)?|cohorts/[^/]+/query", f"{_MANIFEST}, or v3.sql for other columns"),
    ("cohorts/manifest(/.*)?|cohorts/[^/]+/manifest", _MANIFEST),
    ("cohorts(/[0-9]+)?", _NO_COHORTS),
    ("dicomMetadata", "use v3.sql on the table index"),
    ("users/account_details", _NO_USERS),
    (".*", "use v3"),
)

_PATTERNS = [(re.compile(shape), advice) for shape, advice in SUCCESSORS]


def successor(path: str) -> str:
    """Say what to do in place of asking for the path; nothing for one that is neither v1's nor v2's."""
    found = re.search(r"/v[12]/(?P<rest>.*?)/?$", path)
    if found is None:
        return ""
    return next(advice for pattern, advice in _PATTERNS if pattern.fullmatch(found["rest"]))
