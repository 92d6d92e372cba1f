"""The calls of the gate with the pydantic models of datamodel-code-generator; httpx sends them."""

import json
import sys

import foreign_models as models
import httpx

base, asked = sys.argv[1], json.loads(sys.argv[2])


def post(path, body, answer, **query):
    """One call: the body is checked by its model, and the answer is read by its own."""
    sent = httpx.post(base + path, content=body.model_dump_json(exclude_unset=True), params=query, headers=JSON)
    sent.raise_for_status()
    return answer.model_validate_json(sent.content)


JSON = {"Content-Type": "application/json"}
cohort = models.V1CohortSpec.model_validate(asked["cohort"])
path = "/v1/cohorts/preview/manifest"
first = post(path, cohort, models.V1ManifestPage, SeriesInstanceUID="True", page_size=20)
second = post(path, cohort, models.V1ManifestPage, page_size=20, next_page=first.next_page.root)
mixed = models.V1CohortSpec.model_validate(asked["mixed"])
mixed = post(path, mixed, models.V1ManifestPage, SeriesInstanceUID="True")
wanted = models.V3SelectionRequest.model_validate({"filters": asked["counted"]})
counts = post("/v3/cohort/counts", wanted, models.V3Counts)
wanted = models.V3ManifestRequest.model_validate({"filters": asked["listed"]})
page = post("/v3/cohort/manifest", wanted, models.V3ManifestPage)
wanted = models.V3CitationsRequest.model_validate({"filters": asked["listed"]})
cited = post("/v3/citations", wanted, models.V3Citations)
rows = [*first.manifest.json_manifest, *second.manifest.json_manifest]
print(json.dumps({
    "v1": {
        "found": first.manifest.totalFound.root,
        "series": len({row.SeriesInstanceUID for row in rows}),
        "cohort": first.cohort.name,
        "later": second.cohort.root,
        "mixed": mixed.cohort.filterSet.filters.model_dump(mode="json"),
    },
    "v3": {
        "series": counts.series.root,
        "listed": [row.SeriesInstanceUID for row in page.series],
        "acknowledgment": cited.idc_acknowledgment,
    },
}))  # fmt: skip
