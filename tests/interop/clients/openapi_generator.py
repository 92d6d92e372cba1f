"""The calls of the gate with openapi-generator's Python client."""

import json
import sys

from foreign_client import (
    ApiClient,
    Configuration,
    V1Api,
    V1CohortSpec,
    V1Flag,
    V3Api,
    V3CitationsRequest,
    V3ManifestRequest,
    V3SelectionRequest,
)

base, asked = sys.argv[1], json.loads(sys.argv[2])
with ApiClient(Configuration(host=base)) as client:
    v1, v3 = V1Api(client), V3Api(client)
    cohort = V1CohortSpec.from_dict(asked["cohort"])
    first = v1.preview_manifest(cohort, series_instance_uid=V1Flag.TRUE, page_size=20)
    second = v1.preview_manifest(cohort, page_size=20, next_page=first.next_page)
    mixed = v1.preview_manifest(V1CohortSpec.from_dict(asked["mixed"]), series_instance_uid=V1Flag.TRUE)
    counts = v3.count_cohort(V3SelectionRequest.from_dict({"filters": asked["counted"]}))
    page = v3.get_manifest(V3ManifestRequest.from_dict({"filters": asked["listed"]}))
    cited = v3.get_citations(V3CitationsRequest.from_dict({"filters": asked["listed"]}))
rows = [*first.manifest.json_manifest, *second.manifest.json_manifest]
print(json.dumps({
    "v1": {
        "found": first.manifest.total_found,
        "series": len({row.series_instance_uid for row in rows}),
        "cohort": first.cohort.actual_instance.name,
        "later": second.cohort.actual_instance,
        "mixed": mixed.cohort.actual_instance.to_dict()["filterSet"]["filters"],
    },
    "v3": {
        "series": counts.series,
        "listed": [row.series_instance_uid for row in page.series],
        "acknowledgment": cited.idc_acknowledgment and cited.idc_acknowledgment.actual_instance,
    },
}))  # fmt: skip
