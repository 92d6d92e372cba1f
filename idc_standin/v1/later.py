"""Paths of the API's later revisions, and what answers them now.

Upstream renamed operations after June 2021, the revision that v1 is here, and renamed them again in v2. A caller that
speaks a later revision gets a 404; its message names the revision, and the operations that answer the same question.

Law: data, and the lookup in it. Source of the paths: upstream's own documents of both revisions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PRODUCTION, V2 = "v1 as of September 2021", "v2 (2023 to 2026)"
SAME_AGAIN = "the operation that returned the token, with it as `next_page`"


class Later(NamedTuple):
    """A path of a later revision.

    Attributes:
        revision: The revision that has it.
        path: A pattern for the path.
        june: What answers it in v1 as of June 2021.
        v3: What answers it in v3.
    """

    revision: str
    path: str
    june: str
    v3: str


MANIFEST, SQL = "POST /v3/cohort/manifest", "POST /v3/sql"
NOTHING = "nothing, as v3 has no accounts and saves no cohorts"
LATER = (
    Later(PRODUCTION, "/v1/cohorts/manifest/preview", "POST /v1/cohorts/preview/manifest", MANIFEST),
    Later(PRODUCTION, "/v1/cohorts/query/preview", "POST /v1/cohorts/preview/query", f"{MANIFEST} or {SQL}"),
    Later(PRODUCTION, "/v1/cohorts/(manifest|query)/nextPage", SAME_AGAIN, f"{MANIFEST}, with `page`"),
    Later(PRODUCTION, "/v1/dicomMetadata/nextPage", SAME_AGAIN, SQL),
    Later(PRODUCTION, "/v1/cohorts/manifest(/[0-9]+)?", "GET /v1/cohorts/{cohort_id}/manifest", MANIFEST),
    Later(PRODUCTION, "/v1/cohorts/query(/[0-9]+)?", "POST /v1/cohorts/{cohort_id}/query", f"{MANIFEST} or {SQL}"),
    Later(V2, "/v2/about", "GET /v1/about", "GET /v3"),
    Later(V2, "/v2/versions", "GET /v1/versions", "GET /v3/version"),
    Later(V2, "/v2/collections", "GET /v1/collections", "GET /v3/collections"),
    Later(V2, "/v2/analysis_results", "GET /v1/analysis_results", "GET /v3/analysis_results"),
    Later(V2, "/v2/filters/values/.+", "GET /v1/attributes", "GET /v3/attributes/{attribute}/values"),
    Later(V2, "/v2/(filters|fields)(/.*)?", "GET /v1/attributes", "GET /v3/attributes"),
    Later(V2, "/v2/cohorts/manifest/preview", "POST /v1/cohorts/preview/manifest", MANIFEST),
    Later(V2, "/v2/cohorts/manifest/(preview/)?nextPage", SAME_AGAIN, f"{MANIFEST}, with `page`"),
    Later(V2, "/v2/cohorts/manifest/[0-9]+", "GET /v1/cohorts/{cohort_id}/manifest", MANIFEST),
    Later(V2, "/v2/cohorts(/[0-9]+)?", "/v1/cohorts", NOTHING),
    Later(V2, "/v2/users/account_details", "GET /v1/users/account_details", NOTHING),
)


def explain(path: str) -> str:
    """Return a sentence on a path of a later revision; an empty text for any other path."""
    path = path.rstrip("/")
    for row in LATER:
        if re.fullmatch(row.path, path):
            return (
                f"{path} belongs to {row.revision}. This server speaks v1 as of June 2021, where {row.june} answers "
                f"it, and v3, where {row.v3} does."
            )
    return f"{path} belongs to {V2}. This server speaks v1 and v3." if path.startswith("/v2") else ""
