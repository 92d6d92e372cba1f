"""A series of requests that shows that each fault changes some answer.

Law: this is no test of a service. It knows what the faults do; the suite must not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from idc_contract.calls import JSON, Request, dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.calls import Answer, Headers
    from idc_contract.service import Service

MOST_PAGES = 8
TOKEN = re.compile(r"gAAAA[\w=-]{40,}")
NOW = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d [\d:]{8} GMT")
Shown = tuple[int, "Headers", bytes]


def shown(answer: Answer) -> Shown:
    """The parts of an answer that are the same in every run."""
    body = NOW.sub("NOW", TOKEN.sub("TOKEN", answer.body.decode("utf-8", "surrogateescape")))
    length = str(len(answer.body)) == answer.header("content-length")
    headers = tuple(sorted(pair for pair in answer.headers if pair[0] != "content-length"))
    return answer.status, (*headers, ("length", str(length))), body.encode("utf-8", "surrogateescape")


def probe(service: Service, generation: str) -> Iterator[Shown]:
    """All answers of the series."""
    requested = Asked(service)
    for answer in http(requested, generation):
        yield shown(answer)
    for answer in {"v1": v1, "v3": v3}[generation](requested):
        yield shown(answer)


class Asked:
    """A short way to send requests."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __call__(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        user: int | None = None,
        key: str = "",
        kind: str = "",
        more: Headers = (),
        **query: Any,
    ) -> Answer:
        """An answer; ``user``: the user whose token is sent, ``key``: a header to send instead, ``more``: headers."""
        headers: list[tuple[str, str]] = [*more]
        if user is not None or key:
            headers.append(("authorization", key or f"Bearer {self.service.users[user or 0].token}"))
        content = body if isinstance(body, bytes) else b"" if body is None else dumps(body)
        headers += [("content-type", kind)] if kind else JSON if content else ()
        target += "?" + urlencode(query) if query else ""
        return self.service.send(Request(method, target, tuple(headers), content))


# --- both ----------------------------------------------------------------------------------------------------------


def http(call: Asked, generation: str) -> Iterator[Answer]:
    """The requests of HTTP, of either generation."""
    read, post = {
        "v1": ("/v1/versions", "/v1/cohorts/preview/manifest?Patient_ID=True"),
        "v3": ("/v3/stats", "/v3/cohort/counts"),
    }[generation]
    for method in ("HEAD", "OPTIONS"):
        yield call(method, read)
    elsewhere = ("origin", "https://elsewhere.example.org")
    for headers in (("if-none-match", '"x"'), ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
                    ("accept-encoding", "gzip"), ("accept-encoding", "identity"), ("range", "bytes=2-9"),
                    elsewhere):  # fmt: skip
        yield call("GET", read, more=(headers,))
    yield call("GET", read, key="Bearer nonsense")
    yield call("GET", f"{read}/", more=(("x-forwarded-host", "elsewhere.example.org"),))
    filters: dict[str, Any] = {"Modality": ["MR"], "PatientID": ["e\u0301"]}
    filters["Modality"] += [f"no such {number}" for number in range(1500)]
    body = spec(filters) if generation == "v1" else {"filters": {"terms": filters}}
    yield call("POST", post, body, kind="application/json; charset=utf-8")
    yield call("POST", post, dumps(body) + b" " * 70_000)
    yield call("POST", post, b"{}")
    yield call("POST", post, b"[")
    yield call("POST", post, b"[", more=(elsewhere,))
    if generation == "v1":
        for target in ("/v1/users/account_details", "/v1/cohorts"):
            users = [Request("GET", target, user.headers) for user in call.service.users[:2]]
            for one in users:  # one after another: a user's number is that of the first request
                call("GET", target, more=one.headers)
            yield from call.service.together(users)
            for one in users:
                yield call("GET", target, more=one.headers)
                yield call("GET", target, more=(*one.headers, ("if-none-match", f'"{target}"')))


# --- v1 ------------------------------------------------------------------------------------------------------------

NOTEBOOK = {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]}
FILTERS: list[dict[str, Any]] = [
    NOTEBOOK,
    {"collection_id": ["tcga_read"], "Modality": ["CT"]},
    {"Modality": ["ct"]},
    {"BodyPartExamined": ["RECT%"], "Modality": ["CT"]},
    {"BodyPartExamined": ["RECT%", "BRAIN"]},
    {"BodyPartExamined": ["RECTU_"]},
    {"BodyPartExamined": ["RECTUM "]},
    {"BodyPartExamined": ["REC"]},
    {"StudyDescription": ["None", "p4"]},
    {"Modality": ["no such"]},
    {"collection_id": ["tcga_read", "rider_pilot"], "Modality": [f"X{n}" for n in range(10)] + ["CT"]},
    {"collection_id": ["TCGA_READ"], "Modality": ["CT"], "PatientID": ["TCGA%"], "tcia_species": ["Mouse"]},
    {"age_at_diagnosis_btw": [50, 50]},
    {"PatientID": ["o'neill"]},
    {"SeriesDescription": ["_" * 41 + "%"]},
]
NODULES: list[dict[str, Any]] = [
    {"collection_id": ["LIDC_IDRI"], "Spiculation": ["4 Out of 5", "no such"]},
    {"Texture": ["Non-solid pulmonary nodule"], "Malignancy": ["5 out of 5 (Highly Suspicious for Cancer)"]},
    {"Margin": ["Indistinct margin"]},
    {"Calcification": ["Popcorn calcification sign"]},
    {"Internal_structure": ["None"]},
]
CHARACTERISTICS = ["PatientID", "SOPInstanceUID", "Modality", "Internal", "Calcification", "Margin", "Spiculation"]
CHARACTERISTICS += ["Texture", "Subtlety", "Malignancy"]
FIELDS = ["PatientID", "StudyDate", "StudyDescription", "SeriesDescription", "SeriesNumber", "Modality"]
FLAGS = dict.fromkeys(("Patient_ID", "StudyInstanceUID", "SeriesInstanceUID"), "True")
GUIDS = dict.fromkeys(("Patient_ID", "CRDC_Study_GUID", "CRDC_Series_GUID", "CRDC_Instance_GUID", "GCS_URL"), "True")


def spec(filters: dict[str, Any], name: str = "a & b", description: str = " of both ") -> dict[str, Any]:
    """The body of a cohort."""
    return {"name": name, "description": description, "filters": filters}


def walk(call: Asked, method: str, target: str, body: Any = None, **given: Any) -> Iterator[Answer]:
    """Pages, all or the first ones."""
    query: dict[str, Any] = given
    for _ in range(MOST_PAGES):
        answer = call(method, target, body, **query)
        yield answer
        token = TOKEN.search(answer.text) or re.search(r'"next_page":"([^"]+)"', answer.text)
        if answer.status != 200 or token is None:
            return
        named = re.search(r'"next_page":"([^"]*)"', answer.text)
        if not named or not named[1]:
            return
        query = {"page_size": given.get("page_size", 7), "next_page": named[1], "user": given.get("user")}


def v1(call: Asked) -> Iterator[Answer]:
    """The requests of v1."""
    yield from _v1_catalogues(call)
    preview, query = "/v1/cohorts/preview/manifest", "/v1/cohorts/preview/query"
    for filters in FILTERS:
        yield call("POST", preview, spec(filters), **FLAGS)
        yield call("POST", query, {"cohort_def": spec(filters), "queryFields": {"fields": FIELDS}}, page_size=50)
    for filters in NODULES:
        requested = {"cohort_def": spec(filters), "queryFields": {"fields": CHARACTERISTICS}}
        yield call("POST", query, requested, page_size=50)
    yield call("POST", preview, spec(NOTEBOOK), **GUIDS, sql="True")
    ranges = {"bmi_btw": [-1, 99.5], "age_at_diagnosis_gte": [-4], "StudyDate": ["2001%", "None"]}
    for fields in (FIELDS, CHARACTERISTICS):
        requested = {"cohort_def": spec(ranges), "queryFields": {"fields": fields}}
        yield call("POST", query, requested, sql="True")
    yield call("POST", preview, spec({"Modality": ["no such"]}), **GUIDS)
    many = spec({"PatientID": [f"no such patient {number}" for number in range(400)]})
    yield call("POST", preview, many, Patient_ID="True", sql="True")
    yield from walk(call, "POST", preview, spec(NOTEBOOK), SeriesInstanceUID="True", page_size=13)
    yield call("POST", preview, spec({}), Patient_ID="True", page_size=3000)
    yield call("POST", preview, spec({}), Collection_ID="True", page_size=50000)
    yield from walk(call, "POST", preview, spec(NOTEBOOK), **FLAGS, page_size=5)
    yield from walk(call, "POST", preview, spec({"Modality": ["CT"]}), Patient_ID="True", page_size=11)
    requested = {"cohort_def": spec(NOTEBOOK), "queryFields": {"fields": FIELDS}}
    pages = list(walk(call, "POST", query, requested, page_size=4))
    yield from pages
    yield from walk(call, "GET", "/v1/dicomMetadata", page_size=60)
    for _ in range(2):
        yield call("POST", query, requested)
    token = re.search(r'"next_page":"([^"]*)"', call("POST", preview, spec(NOTEBOOK), **FLAGS, page_size=5).text)
    beside = {"next_page": token[1] if token else ""}
    yield call("POST", preview, spec(NOTEBOOK), **beside, Patient_ID="True")
    yield call("POST", preview, {"nothing": 1}, **beside)
    yield call("POST", query, requested, **beside)
    yield from _v1_odd(call, preview, query)
    yield from _v1_users(call)


def _v1_catalogues(call: Asked) -> Iterator[Answer]:
    for name in ("about", "versions", "collections", "analysis_results", "attributes"):
        yield call("GET", f"/v1/{name}")
        yield call("GET", f"/v1/{name}/", idc_data_version="1.0")
        yield call("GET", f"/v1/{name}", idc_data_version="9.0")
        yield call("PUT", f"/v1/{name}")
    yield call("GET", "/v1/attributes", data_source="idc-dev-etl.idc_v2.dicom_pivot_v2")
    yield call("GET", "/v1/nothing")


def _v1_odd(call: Asked, preview: str, query: str) -> Iterator[Answer]:
    for size in ("0", "many", "50001"):
        yield call("POST", preview, spec(NOTEBOOK), **FLAGS, page_size=size)
    yield call("POST", preview, spec(NOTEBOOK), Patient_ID="True", Source_DOI="yes")
    for token in ("", "gAAAAAB"):
        yield call("POST", preview, spec(NOTEBOOK), **FLAGS, next_page=token)
    yield call("POST", preview, spec({"Modality": ["CT"], "nothing": ["x"]}), **FLAGS)
    yield call("POST", preview, {"name": "a", "filters": {}}, **FLAGS)
    yield call("POST", preview, spec({"age_at_diagnosis_gte": ["50"]}), **FLAGS)
    yield call("POST", preview, spec(NOTEBOOK), **FLAGS, kind="text/plain")
    yield call("POST", preview, spec(NOTEBOOK, "Übersicht"), **FLAGS)
    fields = {"fields": ["Modality", "Modality"]}
    yield call("POST", query, {"cohort_def": spec(NOTEBOOK), "queryFields": fields})


def _v1_users(call: Asked) -> Iterator[Answer]:
    key = f"Bearer {call.service.users[0].token}"
    for user in (0, 1):
        yield call("GET", "/v1/users/account_details", user=user)
    forged = key[: key.rindex(".") + 1] + "A" * 300
    for bad in ("", "Bearer nonsense", forged, key.replace("Bearer", "Basic")):
        yield call("GET", "/v1/cohorts", key=bad)
    odd = {"collection_id": ["TCGA-READ"], "Modality": ["CT", "MR"]}
    saved = [spec(odd), spec(odd), spec(NOTEBOOK, "x" * 250, ""), spec(odd, "d"), spec(odd, "e"), spec(odd, "f")]
    saved += [spec({"age_at_diagnosis_gte": [50]}, "ranged")]
    ids = []
    for one in saved:
        answer = call("POST", "/v1/cohorts", one, user=0)
        yield answer
        found = re.search(r'"cohort_id":(\d+)', answer.text)
        ids.append(int(found[1]) if found else 0)
    yield call("POST", "/v1/cohorts", {"name": "a"}, user=0)
    yield call("POST", "/v1/cohorts", spec(odd, "of Eve", "long " * 60), user=1)
    for user in (0, 1):
        yield call("GET", "/v1/cohorts", user=user)
    for user in (0, 1):
        yield from walk(call, "GET", f"/v1/cohorts/{ids[0]}/manifest", user=user, page_size=2, **FLAGS)
        yield call("POST", f"/v1/cohorts/{ids[0]}/query", {"fields": FIELDS}, user=user)
        yield call("GET", "/v1/cohorts/999999/manifest", user=user, **FLAGS)
    page = call("GET", f"/v1/cohorts/{ids[0]}/manifest", user=0, page_size=1, **FLAGS)
    token = re.search(r'"next_page":"([^"]*)"', page.text)
    yield call("GET", f"/v1/cohorts/{ids[2]}/manifest", user=0, next_page=token[1] if token else "")
    yield call("DELETE", f"/v1/cohorts/{ids[0]}", user=1)
    yield call("DELETE", "/v1/cohorts", {"cohorts": [ids[3], ids[2]]}, user=1)
    for _ in range(2):
        yield call("DELETE", f"/v1/cohorts/{ids[0]}", user=0)
    yield call("DELETE", "/v1/cohorts", {"cohorts": [ids[4], ids[3]]}, user=0)
    for one in (ids[0], ids[3]):
        yield call("GET", f"/v1/cohorts/{one}/manifest", user=0, **FLAGS)
        yield call("POST", f"/v1/cohorts/{one}/query", {"fields": FIELDS}, user=0)
    yield call("GET", "/v1/cohorts", user=0)


# --- v3 ------------------------------------------------------------------------------------------------------------

RIDER = {"terms": {"collection_id": ["rider_pilot"]}}
SELECTIONS: list[dict[str, Any]] = [
    RIDER,
    {"terms": {"collection_id": ["rider_pilot", "tcga_read"], "Modality": ["CT", "SR"]}},
    {"terms": {"Manufacturer": ["SIEMENS"], "collection_id": ["tcga_read"]}},
    {"terms": {"collection_id": ["TCGA_READ"]}},
    {"terms": {"collection_id": [" tcga_read"]}},
    {"terms": {"collection_id": ["tcga-read"]}},
    {"terms": {"collection_id": ["tcga_rea"]}},
    {"terms": {"collection_id": ["tcga_rea%"]}},
    {"terms": {"collection_id": ["tcga_read", "tcga_read"]}},
    {"terms": {"collection_id": ["tcga_read"], "Modality": []}},
    {"terms": {"collection_id": ["tcga_read"], "Modality": [""]}},
    {"terms": {"collection_id": ["tcga_read"], "Modality": [f"X{n}" for n in range(101)] + ["CT"]}},
    {"terms": {"collection_id": ["Übersicht"]}},
    {"terms": {"collection_id": ["rider_pilot"]}, "ranges": {"instanceCount": {"gte": 1, "lte": 2}}},
    {"terms": RIDER["terms"], "ranges": {"instanceCount": {"gte": 2}, "series_size_MB": {"gte": 1.9}}},
    {"terms": RIDER["terms"], "ranges": {"instanceCount": {"gte": 3, "lte": 1}}},
    {"terms": RIDER["terms"], "ranges": {"instanceCount": {"lte": 0}}},
    {"terms": RIDER["terms"], "ranges": {"StudyDate": {"gte": None, "lte": "2001-12-31"}}},
    {"terms": {"collection_id": ["tcga_read"]}, "ranges": {"StudyDate": {"gte": "1990-01-01", "lte": "1997-11-21"}}},
    {"terms": RIDER["terms"], "ranges": {"StudyDate": {"lte": "2000-05-20"}}},
    {"ranges": {"Modality": {"gte": "A"}}},
    {"terms": {"instanceCount": ["1"]}},
    {"terms": {"nothing": ["1"]}},
    {"terms": None},
    {"terms": {"Modality": "CT"}},
    {"terms": {"Modality": [7]}},
]
BOUNDS: tuple[tuple[Any, ...], ...] = (
    ("instanceCount", "1.5", 1.5, 2, "2", "1e1", " 2 ", "1_0", "\u0663", True, "9223372036854775808", 10**20, -0.0),
    ("instanceCount", "abc", "", "0x10", "1,5", float("nan"), "inf", "nan", "1e400", "v24"),
    ("series_size_MB", 0.123456),
    ("StudyDate", "200005-20", "2000-5-20", "\u0662000-05-20"),
    ("StudyDate", "20000520", "2000-05-20", " 20000520\n", "2000", "2000-05", "2000-0520", "2000-02-30", "20010229"),
    ("StudyDate", 20000520, True, "", "01/31/2001", "2000-05-20T00:00:00", "0000-01-01"),
)
BODIES: list[dict[str, Any]] = [
    {},
    RIDER,
    {"ranges": {"StudyDate": {}}},
    RIDER | {"filters": RIDER},
    {"filters": {}},
    {"filters": {"terms": {"Modality": [], "PatientSex": []}, "ranges": {"StudyDate": {}}}},
    {"filters": {"terms": {}, "ranges": {"instanceCount": {"gte": None}}}},
    {"filters": RIDER, "nothing": 1, "more": 2},
    {"filters": RIDER | {"Terms": {}}},
    {"filters": RIDER, "page": 0},
    {"filters": {"terms": {"nothing": []}, "x": 1}},
    {"filters": RIDER | {"ranges": {"instanceCount": {"gt": 1}}}},
    {"filters": {"terms": {"Modality": ["CT", "AA", "CT"], "PatientSex": [], "collection_id": ["rider_pilot"]}}},
    {"filters": {"terms": {"Modality": ["ct"], "PatientSex": ["m"], "collection_id": ["rider_pilot"]}}},
    {"filters": {"terms": {"Modality": ["MR"], "collection_id": ["rider_pilot"], "PatientSex": ["f", "F"]}}},
    {"filters": {"terms": {"collection_id": ["Rider_Pilot"], "Manufacturer": []}, "ranges": {"SeriesDate": {}}}},
    {"filters": {**RIDER, "ranges": {"StudyDate": {"gte": "19990101", "lte": "20500101"}, "instanceCount": {}}}},
    {"filters": {**RIDER, "ranges": {"instanceCount": {"gte": 1, "lte": 3}, "StudyDate": {"lte": "2050-01-01"}}}},
    {"filters": {"terms": {"first": [], "second": []}, "ranges": {"StudyDate": {"gte": "2000"}}}},
    {"filters": {**RIDER, "ranges": {"StudyDate": {"lte": "2000", "gte": "1999"}, "third": {}}}},
    {"filters": {**RIDER, "ranges": {"third": {}, "fourth": {}}}},
]
SQL = (
    "SELECT 9007199254740993 AS Big, 'x--y /* z */' AS text, DATE '2001-02-03' AS day, true AS yes, 0.123456 AS f",
    "SELECT TIMESTAMP '2001-02-03 04:05:06' AS moment, NULL AS nothing, 'NaN'::DOUBLE AS nan, [1, 2] AS list",
    "select ' blank ' AS b, 'é' AS a FROM range(3);",
    "WITH numbers AS (SELECT * FROM range(7)) SELECT * FROM numbers ORDER BY 1",
    "SELECT 'please DROP it' AS t WHERE false",
    "DROP TABLE index",
    "SET threads = 1",
    "SELECT 1 AS a; SELECT 2",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT nothing FROM index",
    "",
    "SELECT -7 AS n, 'e\u0301' AS d, '' AS e",
    f"SELECT 1 AS n{' ' * 9000}, 2 AS m",
    "SELECT v FROM (VALUES (2), (NULL), (1)) AS t(v) ORDER BY v",
)


def v3(call: Asked) -> Iterator[Answer]:
    """The requests of v3."""
    for name in ("", "/health", "/version", "/stats", "/collections", "/analysis_results", "/attributes", "/tables"):
        yield call("GET", f"/v3{name}")
    for version in ("", "?version=3", "?version=12", "?version=20", "?version=0", "?version=26"):
        yield call("GET", f"/v3/releases/changes{version}")
    for name in ("index", "collections_index", "idc_index", "nothing"):
        yield call("GET", f"/v3/tables/{name}")
    for name in ("rider_pilot", "RIDER_PILOT", "nlst", "nothing", "prostatex"):
        yield call("GET", f"/v3/collections/{name}")
    for method, target in (
        ("HEAD", "/v3/stats"),
        ("DELETE", "/v3/stats"),
        ("GET", "/v3/stats/"),
        ("GET", "/v3/nothing"),
    ):
        yield call(method, target)
    yield call.service.send(Request("GET", "/v3/health", (("origin", "https://example.org"),)))
    yield call("GET", "/v3/clinical/tables")
    yield call("GET", "/v3/clinical/tables", collection_id="tcga_read")
    yield call("GET", "/v3/clinical/tables/nlst_canc/rows", max_rows=2)
    for column in ("Modality", "instanceCount", "PatientSex", "collection_id"):
        for limit in (3, 100, 0):
            yield call("GET", f"/v3/attributes/{column}/values", limit=limit)
    yield call("GET", "/v3/attributes/license_short_name/values", limit=5)
    yield from _v3_manifests(call)
    for filters in SELECTIONS:
        yield call("POST", "/v3/cohort/counts", {"filters": filters})
        yield call("POST", "/v3/licenses", {"filters": filters})
        yield call("POST", "/v3/cohort/manifest", {"filters": filters, "page_size": 20})
        yield call("POST", "/v3/cohort/manifest.txt", {"filters": filters, "source": "gcs"})
    yield from _v3_requests(call)
    yield call("POST", "/v3/cohort/counts", b"{")
    yield from _v3_tools(call)


def _v3_requests(call: Asked) -> Iterator[Answer]:
    """Requests that b2 read differently: bounds, empty filters, misplaced members."""
    taking = ("cohort/counts", "licenses", "citations", "cohort/manifest", "cohort/manifest.txt")
    for name, *bounds in BOUNDS:
        for bound in bounds:
            for side in ("gte", "lte"):
                filters = {"terms": RIDER["terms"], "ranges": {name: {side: bound}}}
                yield call("POST", "/v3/cohort/counts", {"filters": filters})
    for path in taking:
        for body in BODIES:
            yield call("POST", f"/v3/{path}", body)
    for own in ({"include_rows": False}, {"page": 9}, {"page_size": 1}, {"page": 2**63}):
        yield call("POST", "/v3/cohort/manifest", {"filters": {"terms": {"Modality": []}}, **own})
    for own in ({"limit": 0}, {"limit": 2}, {"source": "gcs"}):
        yield call("POST", "/v3/cohort/manifest.txt", {"filters": {"ranges": {"StudyDate": {}}}, **own})
    yield call("POST", "/v3/citations", {"filters": {"terms": {"nothing": []}}, "citation_format": "mla"})
    yield call("POST", "/v3/cohort/manifest.txt", {"filters": {"terms": {"nothing": []}}, "source": "azure"})
    yield call("POST", "/v3/cohort/manifest", {"page": 2**63})
    yield call("POST", "/v3/sql", {"sql": "SELECT 1 AS a", "nothing": 1})


def _v3_manifests(call: Asked) -> Iterator[Answer]:
    manifest, text = "/v3/cohort/manifest", "/v3/cohort/manifest.txt"
    for page in (0, 1, 3, 7, 8, 15, 99):
        yield call("POST", manifest, {"filters": RIDER, "page": page, "page_size": 50})
    for page in (0, 1, 2):
        yield call(
            "POST", manifest, {"filters": {"terms": {"collection_id": ["nlst"]}}, "page": page, "page_size": 5000}
        )
    yield call("POST", manifest, {"filters": {"terms": {"Modality": ["CT", "MR"]}}, "page_size": 2000})
    yield call("POST", manifest, {"filters": {"terms": {"collection_id": ["prostatex"]}}, "page_size": 900})
    described = {"terms": {"SeriesInstanceUID": _odd_series(call)}}
    yield call("POST", manifest, {"filters": described})
    yield call("POST", manifest, {"filters": RIDER, "include_rows": False})
    yield call("POST", manifest, RIDER)
    for _ in range(32):
        answer = call("POST", manifest, {"filters": RIDER, "page_size": 2})
    yield answer
    yield call("GET", "/v3/version")
    for source in ("aws", "gcs", "azure"):
        yield call("POST", text, {"filters": RIDER, "source": source})
    for limit in (0, 5, None, 2**63):
        yield call("POST", text, {"filters": {"terms": {"collection_id": ["tcga_read"]}}, "limit": limit})
    for bucket in ("idc-open-data-cr", "idc-open-data-two"):
        uids = [row["SeriesInstanceUID"] for row in _rows(call, f"aws_bucket = '{bucket}'")]
        yield call("POST", text, {"filters": {"terms": {"SeriesInstanceUID": uids}}, "source": "gcs"})
        yield call("POST", manifest, {"filters": {"terms": {"SeriesInstanceUID": uids}}})


def _rows(call: Asked, where: str) -> list[dict[str, Any]]:
    sql = f"SELECT * FROM index WHERE {where} ORDER BY SeriesInstanceUID"
    answer = call("POST", "/v3/sql", {"sql": sql, "max_rows": 3})
    try:
        return list(answer.json()["rows"])
    except (ValueError, KeyError):
        return []


def _odd_series(call: Asked) -> list[str]:
    """Series with control characters, without a description, of many instances."""
    odd = ("contains(SeriesDescription, chr(1))", "SeriesDescription IS NULL", "instanceCount > 600")
    return [str(row.get("SeriesInstanceUID")) for where in odd for row in _rows(call, where)]


def _v3_tools(call: Asked) -> Iterator[Answer]:
    for sql in SQL:
        for most in (3, 7, None):
            yield call("POST", "/v3/sql", {"sql": sql, "max_rows": most})
    yield call("POST", "/v3/sql", {})
    for modality in ("SM", "CT"):
        row = _rows(call, f"Modality = '{modality}'")[0]
        uids = {"series_instance_uid": row["SeriesInstanceUID"]}
        yield call("GET", "/v3/viewer-url", **uids)
        yield call("GET", "/v3/viewer-url", **uids, study_instance_uid=row["StudyInstanceUID"])
        for viewer in ("ohif_v2", "slim", "none"):
            yield call("GET", "/v3/viewer-url", **uids, viewer=viewer)
    yield call("GET", "/v3/viewer-url", study_instance_uid="1.2")
    yield call("GET", "/v3/viewer-url")
    for style in ("bibtex", "apa", "none"):
        yield call("POST", "/v3/citations", {"filters": RIDER, "citation_format": style})
