"""The calls of the gate with the msgspec structs of datamodel-code-generator; httpx sends them.

v1's rows come from a query: msgspec has no union of a struct and a map, which the cohort of a manifest's page is.
"""

import json
import sys

import foreign_models as models
import httpx
import msgspec

base, asked = sys.argv[1], json.loads(sys.argv[2])


def post(path, body, answer, **query):
    """One call: the body is checked by its struct, and the answer is read by its own."""
    sent = httpx.post(base + path, content=msgspec.json.encode(body), params=query, headers=JSON)
    sent.raise_for_status()
    return msgspec.json.decode(sent.content, type=answer)


JSON = {"Content-Type": "application/json"}
asked_rows = {"cohort_def": asked["cohort"], "queryFields": {"fields": ["SeriesInstanceUID"]}}
query = msgspec.convert(asked_rows, models.V1QueryPreviewSpec)
first = post("/v1/cohorts/preview/query", query, models.V1QueryPage, page_size=20)
second = post("/v1/cohorts/preview/query", query, models.V1QueryPage, page_size=20, next_page=first.next_page)
asked_rows = {"cohort_def": asked["mixed"], "queryFields": {"fields": ["Modality"]}}
mixed = post("/v1/cohorts/preview/query", msgspec.convert(asked_rows, models.V1QueryPreviewSpec), models.V1QueryPage)
wanted = msgspec.convert({"filters": asked["counted"]}, models.V3SelectionRequest)
counts = post("/v3/cohort/counts", wanted, models.V3Counts)
wanted = msgspec.convert({"filters": asked["listed"]}, models.V3ManifestRequest)
page = post("/v3/cohort/manifest", wanted, models.V3ManifestPage)
wanted = msgspec.convert({"filters": asked["listed"]}, models.V3CitationsRequest)
cited = post("/v3/citations", wanted, models.V3Citations)
rows = [*first.query_results.json, *second.query_results.json]
print(json.dumps({
    "v1": {
        "found": first.query_results.totalFound,
        "series": len({row[models.V1QueryField.SeriesInstanceUID] for row in rows}),
        "cohort": first.cohort_def.name,
        "later": second.cohort,
        "mixed": msgspec.to_builtins(mixed.cohort_def.filterSet.filters),
    },
    "v3": {
        "series": counts.series,
        "listed": [row.SeriesInstanceUID for row in page.series],
        "acknowledgment": cited.idc_acknowledgment,
    },
}))  # fmt: skip
