"""Questions of every kind with their right answers, worked out from the public index or taken from the quiet server.

Law: an answer is right when the oracle says so, or, where the oracle says nothing of it, when it is what the server
answered before the load; then every answer under load must be the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.standin import v3_oracle
from tests.torture import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.torture.record import Record

    Check = Callable[[Any], bool]

COLLECTIONS = (
    "rider_pilot",
    "tcga_luad",
    "tcga_kirc",
    "lidc_idri",
    "qin_headneck",
    "acrin_nsclc_fdg_pet",
    "cptac_lscc",
    "upenn_gbm",
)
MODALITIES = ("CT", "MR", "PT", "SM", "SEG", "US")
ATTRIBUTES = ("Modality", "collection_id", "license_short_name", "Manufacturer", "PatientSex", "BodyPartExamined")
ORDER = "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID"
STATEMENTS = (  # `{t}` is the table of all series, here and there
    "SELECT Modality, count(*) AS n FROM {t} GROUP BY 1 ORDER BY 2 DESC, 1",
    "SELECT collection_id, count(DISTINCT PatientID) AS n FROM {t} GROUP BY 1 ORDER BY 1",
    "SELECT max(instanceCount) AS most, min(instanceCount) AS least FROM {t} WHERE Modality = 'CT'",
    "SELECT SeriesInstanceUID AS uid FROM {t} WHERE collection_id = 'rider_pilot' ORDER BY 1 LIMIT 20",
    "SELECT count(*) AS n FROM {t} a WHERE a.PatientID IN (SELECT PatientID FROM {t} WHERE Modality = 'SEG')",
    "WITH a AS (SELECT PatientID AS p, count(*) AS n FROM {t} GROUP BY 1) "
    "SELECT p, n FROM a ORDER BY n DESC, p LIMIT 10",
    "SELECT substr(SeriesDescription, 1, 3) AS s, count(*) AS n FROM {t} WHERE Modality = 'PT' "
    "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 15",
    "SELECT 1 AS a",
)
GETS = (
    "/v3/version",
    "/v3/stats",
    "/v3/collections",
    "/v3/collections/nlst",
    "/v3/analysis_results",
    "/v3/attributes",
    "/v3/tables",
    "/v3/tables/index",
    "/v1/about",
    "/v1/versions",
    "/v1/collections",
    "/v1/attributes",
    "/v1/analysis_results",
    "/v3/collections/none",
    "/v1/nothing",
    "/v3/clinical/tables",
)


@dataclass(slots=True)
class Question:
    """A request; ``weight`` says how often it is asked, ``right`` is its answer once the quiet server has given it."""

    kind: str
    method: str
    path: str
    content: Any = None
    weight: float = 1.0
    check: Check | None = None
    status: int = 200
    right: str = ""

    def line(self) -> dict[str, Any]:
        """For the processes that ask."""
        return {
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "content": self.content,
            "weight": self.weight,
            "status": self.status,
            "right": self.right,
        }


def questions() -> list[Question]:
    """All questions, not yet asked."""
    found = [*_counts(), *_pages(), *_lists(), *_values(), *_statements(), *_previews()]
    for path in GETS:
        status = 404 if path in GETS[-3:] else 200
        found.append(Question(path.split("/")[1], "GET", path, weight=0.5, status=status))
    found.append(Question("health", "GET", "/v3/health", weight=4, check=lambda body: bool(body == {"status": "ok"})))
    return found


def ask_quietly(address: wire.Address, asked: list[Question], record: Record) -> None:
    """Ask each once, and compare the answer with the oracle's; the answers are kept."""
    for one in asked:
        answer = wire.call(
            address,
            one.method,
            one.path,
            json.dumps(one.content).encode() if one.content is not None else None,
            {"Content-Type": wire.JSON},
        )
        record.check(f"{one.method} {one.path}", answer, {one.status}, sent=json.dumps(one.content))
        one.right = wire.steady(answer.text)
        content = answer.json() if "json" in answer.headers.get("content-type", "") else answer.text
        if answer.status == one.status and one.check is not None and not one.check(content):
            record.finding(
                f"{one.method} {one.path} {one.content or ''}", f"the quiet answer is not the oracle's: {answer.text}"
            )


def _filters() -> list[dict[str, Any]]:
    found = [{"terms": {"collection_id": [one]}} for one in COLLECTIONS]
    found += [
        {"terms": {"collection_id": [one], "Modality": [two]}} for one, two in product(COLLECTIONS[:5], MODALITIES[:3])
    ]
    found += [{"terms": {"Modality": [one]}} for one in MODALITIES]
    found += [
        {"terms": {"Modality": ["MR"]}, "ranges": {"StudyDate": {"gte": f"{year}-01-01", "lte": f"{year + 2}-12-31"}}}
        for year in range(1996, 2012, 3)
    ]
    found += [{"terms": {"Modality": ["none like this"]}}]
    return found


def _counts() -> Iterator[Question]:
    for filters in _filters():
        left = v3_oracle.applied(filters)
        counts = v3_oracle.counts(left)
        yield Question("counts", "POST", "/v3/cohort/counts", {"filters": filters}, 2, _holds(counts))
    for filters in _filters()[:12]:
        right = v3_oracle.licenses(v3_oracle.applied(filters))
        yield Question("licenses", "POST", "/v3/licenses", {"filters": filters}, 1, _holds({"licenses": right}))


def _holds(right: dict[str, Any]) -> Check:
    return lambda body: isinstance(body, dict) and all(body.get(name) == value for name, value in right.items())


def _pages() -> Iterator[Question]:
    for filters, (page, size) in product(_filters()[:14], ((0, 100), (1, 50), (7, 20), (0, 1_000))):
        where = v3_oracle.condition(v3_oracle.applied(filters))
        total = v3_oracle.column(f"SELECT count(*) FROM series WHERE {where}")[0]
        right = v3_oracle.column(
            f"SELECT SeriesInstanceUID FROM series WHERE {where} ORDER BY {ORDER} LIMIT {size} OFFSET {page * size}"
        )
        yield Question(
            "page",
            "POST",
            "/v3/cohort/manifest",
            {"filters": filters, "page": page, "page_size": size},
            0.3 if size > 500 else 1,
            _page_of(right, total),
        )


def _page_of(right: list[str], total: int) -> Check:
    return lambda body: [row["SeriesInstanceUID"] for row in body["series"]] == right and body["total_series"] == total


def _lists() -> Iterator[Question]:
    for filters, source in product(_filters()[:5], ("aws", "gcs")):
        where = v3_oracle.condition(v3_oracle.applied(filters))
        urls = v3_oracle.column(f"SELECT series_aws_url FROM series WHERE {where} ORDER BY 1 LIMIT 300")
        yield Question(
            "list",
            "POST",
            "/v3/cohort/manifest.txt",
            {"filters": filters, "limit": 300, "source": source},
            0.5,
            _lines_of(urls) if source == "aws" else None,
        )


def _lines_of(urls: list[str]) -> Check:
    return lambda text: text.splitlines() == urls


def _values() -> Iterator[Question]:
    for name in ATTRIBUTES:
        right = v3_oracle.rows(
            f'SELECT "{name}" AS value, count(*) AS n FROM series WHERE "{name}" IS NOT NULL '
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20"
        )
        yield Question(
            "values",
            "GET",
            f"/v3/attributes/{name}/values?limit=20",
            None,
            1,
            _values_of([str(row["value"]) for row in right]),
        )


def _values_of(right: list[str]) -> Check:
    return lambda body: [str(one["value"]) for one in body["values"]] == right


def _statements() -> Iterator[Question]:
    for text in STATEMENTS:
        right = v3_oracle.rows(text.format(t="series"))
        yield Question(
            "sql",
            "POST",
            "/v3/sql",
            {"sql": text.format(t="index")},
            0.5,
            _holds({"rows": right, "row_count": len(right)}),
        )


def _previews() -> Iterator[Question]:
    for name, column in product(COLLECTIONS[:6], ("PatientID", "SeriesInstanceUID")):
        switch = {"PatientID": "Patient_ID", "SeriesInstanceUID": "SeriesInstanceUID"}[column]
        spec = {"name": "n", "description": "", "filters": {"collection_id": [name]}}
        right = v3_oracle.column(f"SELECT DISTINCT {column} FROM series WHERE collection_id = $1 ORDER BY 1", [name])
        yield Question(
            "preview",
            "POST",
            f"/v1/cohorts/preview/manifest?{switch}=True&page_size=200",
            spec,
            1,
            _manifest_of(right, switch),
        )
        fields = {"cohort_def": spec, "queryFields": {"fields": [column, "Modality"]}}
        yield Question("query", "POST", "/v1/cohorts/preview/query?page_size=100", fields, 0.7)
    yield Question(
        "page token",
        "POST",
        f"/v1/cohorts/preview/manifest?next_page={quote('nothing')}",
        {"name": "n", "description": "", "filters": {}},
        0.2,
        status=400,
    )


def _manifest_of(right: list[str], switch: str) -> Check:
    def check(body: Any) -> bool:
        found = body["manifest"]
        return [row[switch] for row in found["json_manifest"]] == right[:200] and found["totalFound"] == len(right)

    return check
