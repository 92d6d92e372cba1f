"""Catalogues of the archive, the account, and the greeting."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from idc_contract.document.openapi import target
from idc_contract.oracle.v1_archive import membership, truth
from idc_contract.oracle.v1_facts import COLLECTIONS, DATES, SOURCES, TCGA_PRAD
from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import active, one
from idc_contract.relations.v1.questions import manifest, relation, rows_of, total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

GREETING = re.compile(r"Welcome to the NCI IDC API, Version 1( \([^()]+\))?")
LINKS = re.compile(r"SwaggerUI interface available at <[^<>]+>\. .*[^.]\.", re.DOTALL)
SUFFIXES = ("_lt", "_lte", "_btw", "_gte", "_gt")
NAMES: list[str] = target("#/components/schemas/V1AttributeName")["enum"]
NUMERIC = frozenset(name.removesuffix("_btw") for name in NAMES if name.endswith("_btw"))
CATALOGUES = {
    "listCollections": "collections",
    "listAnalysisResults": "analysisResults",
    "listAttributes": "data_sources",
}
RESULTS = """
SELECT a.analysis_result_title, a.source_DOI, a.modalities, a.updated,
       string_agg(DISTINCT r.collection_id, ', ' ORDER BY r.collection_id), count(DISTINCT r.PatientID),
       (SELECT list_transform(list(DISTINCT v ORDER BY v), lambda v: v || '.0')
        FROM v1_revisions o JOIN index j USING (SeriesInstanceUID),
        range(1, $release + 1) AS n(v)
        WHERE j.analysis_result_id = a.analysis_result_id AND v BETWEEN o.since AND o.until)
FROM v1_revisions r JOIN index i USING (SeriesInstanceUID)
JOIN analysis_results_index a ON a.analysis_result_id = i.analysis_result_id
WHERE $release BETWEEN r.since AND r.until
GROUP BY ALL ORDER BY a.source_DOI
"""


def _number(version: str) -> int:
    return int(version.partition(".")[0])


@relation()
def the_greeting_is_the_one_of_the_notebook(service: Service, draw: Draw) -> None:
    """/about has the greeting that the notebook shows, and the address of the documentation."""
    reported = service.call("getAbout")
    holds(GREETING.fullmatch(reported["message"]), "the greeting", reported["message"])
    holds(LINKS.fullmatch(reported["documentation"]), "the links", reported["documentation"])


@relation()
def versions_are_numbered_from_1_and_one_is_active(service: Service, draw: Draw) -> None:
    """Data versions and their dates ascend from 1.0 without gaps; the first two have their known values."""
    reported = service.call("listVersions")["versions"]
    same(
        [v["idc_data_version"] for v in reported], [f"{n}.0" for n in range(1, len(reported) + 1)], "names of versions"
    )
    dates = [v["date_active"] for v in reported]
    holds(dates == sorted(dates), "dates of versions ascend", f"{dates}")
    now = active(service)
    same(now, reported[-1]["idc_data_version"], "the newest version is active")
    for version in reported:
        name = version["idc_data_version"]
        if name in DATES:
            same(version["date_active"], DATES[name], f"the date of version {name}")
            expected = [{"name": source.format(_number(name)), "data_type": kind} for source, kind in SOURCES]
            same(version["data_sources"], expected, f"the data sources of version {name}")
        elif service.index is not None:
            sql = "SELECT CAST(version_timestamp AS DATE)::VARCHAR FROM version_metadata_index WHERE idc_version = ?"
            same(version["date_active"], service.index.value(sql, [_number(name)]), f"the date of version {name}")
        sources = service.call("listAttributes", query={"idc_data_version": name})["data_sources"]
        same([s["data_source"] for s in sources], [s["name"] for s in version["data_sources"]], f"sources of {name}")


@relation()
def catalogues_are_of_the_version_asked_for(service: Service, draw: Draw) -> None:
    """No version, an empty one and the active one have the same answer; an unknown version or parameter is a 400."""
    now = active(service)
    service.call("listVersions", query={"no_such": "1"}, status=(200, 400))
    for operation, member in CATALOGUES.items():
        whole = service.call(operation)
        holds(whole[member], "a catalogue lists something", operation)
        for version in (now, ""):
            same(service.call(operation, query={"idc_data_version": version}), whole, f"{operation} of {version!r}")
        for version in (f"{_number(now) + 1}.0", "0.0", "1", "x", "1.0 "):
            _refused(service, operation, {"idc_data_version": version})
        for name in ("program", "Idc_data_version", "page_size"):
            _refused(service, operation, {name: "1"})
    for source in ("x", "x.y.z", SOURCES[0][0].upper()):
        _refused(service, "listAttributes", {"data_source": source})


def _refused(service: Service, operation: str, query: Mapping[str, str]) -> None:
    reported = service.call(operation, query=query, status=400)
    same(reported["code"], 400, f"the code of {operation} {query}")


# --- attributes --------------------------------------------------------------------------------------------------


@relation()
def attributes_are_those_that_filters_may_name(service: Service, draw: Draw) -> None:
    """Attributes are all names that filters may use; each number is followed by its five range forms."""
    for version in service.call("listVersions")["versions"][-2:]:
        name = version["idc_data_version"]
        reported = service.call("listAttributes", query={"idc_data_version": name})
        same(reported["idc_data_version"], name, "the version of attributes")
        same(
            sorted({a["name"] for s in reported["data_sources"] for a in s["attributes"]}), sorted(NAMES), "attributes"
        )
        for source in reported["data_sources"]:
            _attributes(source["attributes"], source["data_source"])
            part = {"idc_data_version": name, "data_source": source["data_source"]}
            expected = {**reported, "data_sources": [source]}
            same(service.call("listAttributes", query=part), expected, f"attributes of {source['data_source']}")


def _attributes(listed: list[dict[str, Any]], source: str) -> None:
    names = [attribute["name"] for attribute in listed]
    holds(len(set(names)) == len(names), "an attribute is listed once", f"{source}: {len(names)}")
    for number, attribute in enumerate(listed):
        name = attribute["name"]
        ranged = name.endswith(SUFFIXES) and name.rpartition("_")[0] in NUMERIC
        numeric = attribute["data_type"] == "Continuous Numeric"
        same(numeric, ranged or name in NUMERIC, f"{name} is a number")
        if name in NUMERIC:
            forms = [{**attribute, "name": name + suffix} for suffix in SUFFIXES]
            same(listed[number + 1 : number + 6], forms, f"{name} is followed by its ranges")
        if name in {"Modality", "program_name"}:
            expected = {"name": name, "active": True, "data_type": "Categorical String", "units": None}
            same(attribute, expected, f"what is known of {name}")
        if name in {"SOPInstanceUID", "PatientID", "collection_id", "StudyInstanceUID", "SeriesInstanceUID"}:
            same([attribute["active"], attribute["units"]], [True, None], f"what is known of {name}")
            holds(not numeric, "identifiers are text", f"{name}: {attribute['data_type']}")


# --- collections and analysis results ----------------------------------------------------------------------------


@relation()
def the_collections_of_version_1_are_those_of_2021(service: Service, draw: Draw) -> None:
    """Data version 1.0 has 25 collections, with the values that the notebook shows."""
    reported = service.call("listCollections", query={"idc_data_version": "1.0"})["collections"]
    names = ("collection_id", "subject_count", "location", "doi")
    expected = [dict(zip(names, (a, b, c, f"10.7937/K9/TCIA.{d}"), strict=True)) for a, b, c, d in COLLECTIONS]
    same([{name: row[name] for name in names} for row in reported], expected, "collections of version 1.0")
    common = {"active": True, "species": "Human", "date_updated": "2021-03-30", "idc_data_versions": ["1.0"]}
    for row in reported:
        same({name: row[name] for name in common}, common, f"what is known of {row['collection_id']}")
    rows = {row["collection_id"]: row for row in reported}
    same({name: rows["tcga_prad"][name] for name in TCGA_PRAD}, TCGA_PRAD, "tcga_prad")
    same([rows["ispy1"]["image_types"], rows["lidc_idri"]["image_types"], rows["lidc_idri"]["cancer_type"]],
         ["MR, SEG", "CT, CR, DX", "Lung Cancer"], "image types")  # fmt: skip


@relation(examples=2)
def collections_are_those_that_have_images(service: Service, draw: Draw) -> None:
    """The active collections are those of a manifest without filters; each has as many subjects as patients."""
    now = active(service)
    reported = service.call("listCollections")["collections"]
    names = [row["collection_id"] for row in reported]
    holds(len(set(names)) == len(names), "a collection is listed once", f"{len(names)}")
    for row in reported:
        versions = row["idc_data_versions"]
        holds(
            versions == sorted(set(versions), key=_number), "versions of a collection ascend", f"{row['collection_id']}"
        )
        holds(
            not row["active"] or now in versions, "a collection has the version", f"{row['collection_id']}: {versions}"
        )
        holds(all(_number(v) <= _number(now) for v in versions), "no later version", f"{row['collection_id']}")
    if now == "1.0":
        return  # of that version the service lists what it listed then
    live = sorted(row["collection_id"] for row in reported if row["active"])
    same(live, [row["Collection_ID"] for row in rows_of(service, manifest({}, ["Collection_ID"]))], "collections")
    row = one(draw, [row for row in reported if row["active"]])
    filters = {"collection_id": [row["collection_id"], "no such"]}
    same(row["subject_count"], total(service, filters, "Patient_ID"), f"subjects of {row['collection_id']}")
    modalities = [part.strip() for part in (row["image_types"] or "").split(",")]
    counts = {name: total(service, {**filters, "Modality": [name, "no such"]}) for name in modalities}
    same(sum(counts.values()), total(service, filters), f"series of {row['collection_id']} by its image types {counts}")


@relation(needs={"index"})
def collections_are_described_as_in_the_index(service: Service, draw: Draw) -> None:
    """A collection is described as in the index, for each version since 2.0."""
    assert service.index is not None
    newest = _number(active(service))
    described = {row["collection_id"]: row for row in service.index.records("SELECT * FROM collections_index")}
    for release in sorted({2, newest}):
        if not 2 <= release <= newest:
            continue
        known, held = truth(service.index, f"{release}.0"), membership(service.index, release)
        counted = known.rows(
            "collection_id, count(DISTINCT PatientID), string_agg(DISTINCT Modality, ', ' ORDER BY Modality)",
            tail="GROUP BY 1",
        )
        seen = {name: (subjects, modalities) for name, subjects, modalities in counted}
        reported = service.call("listCollections", query={"idc_data_version": f"{release}.0"})["collections"]
        same(sorted(row["collection_id"] for row in reported), sorted(seen), f"collections of {release}.0")
        for row in reported:
            name = row["collection_id"]
            say = described.get(name, {})
            expected = {
                "active": True, "collection_id": name, "cancer_type": say.get("cancer_types"),
                "location": say.get("tumor_locations"), "date_updated": say.get("updated"), "doi": _doi(say),
                "description": say.get("description"), "species": say.get("species"), "image_types": seen[name][1],
                "supporting_data": say.get("supporting_data"), "subject_count": seen[name][0],
                "idc_data_versions": held[name],
            }  # fmt: skip
            same(row, expected, f"the collection {name}")


def _doi(described: Mapping[str, Any]) -> str | None:
    sources = described.get("sources") or []
    original = [source for source in sources if source["source_type"] == "original_data"]
    first = (original or sources or [{"source_doi": None}])[0]["source_doi"]
    return None if first is None else str(first)


@relation(needs={"index"})
def analysis_results_are_those_of_the_index(service: Service, draw: Draw) -> None:
    """The analysis results of a version are those with series in it, described as in the index."""
    assert service.index is not None
    newest = _number(active(service))
    truth(service.index, f"{newest}.0")
    for release in sorted({1, newest}):
        rows = service.index.rows(RESULTS, {"release": release})
        names = ("description", "doi", "analysisArtifacts", "date_updated", "collections", "subject_count",
                 "idc_data_versions")  # fmt: skip
        expected = [{**dict(zip(names, row, strict=True)), "active": True} for row in rows]
        reported = service.call("listAnalysisResults", query={"idc_data_version": f"{release}.0"})["analysisResults"]
        found = [
            {name: row[name] for name in expected[0]} for row in sorted(reported, key=lambda row: row["doi"] or "")
        ]
        same(found, expected, f"analysis results of {release}.0")


@relation()
def analysis_results_are_named_once(service: Service, draw: Draw) -> None:
    """An analysis result is listed once, with no version after the requested one, and is the same in each version."""
    versions = [v["idc_data_version"] for v in service.call("listVersions")["versions"]]
    seen: dict[str, Any] = {}
    for version in versions[-3:]:
        reported = service.call("listAnalysisResults", query={"idc_data_version": version})["analysisResults"]
        holds(len({row["doi"] for row in reported}) == len(reported), "an analysis result is listed once", f"{version}")
        for row in reported:
            named_versions = row["idc_data_versions"]
            holds(
                named_versions[-1:] == [version] and named_versions == [v for v in versions if v in named_versions],
                "versions of a result",
                f"{row}",
            )
            fixed = {name: row[name] for name in ("description", "date_updated", "analysisArtifacts")}
            same(seen.setdefault(row["doi"], fixed), fixed, f"the analysis result {row['doi']}")


# --- the account -------------------------------------------------------------------------------------------------


@relation()
def an_account_is_that_of_the_token(service: Service, draw: Draw) -> None:
    """The account has the e-mail address of the token, a constant id, and plausible dates."""
    ids = set()
    for number, user in enumerate(service.users):
        reported = service.call("getAccountDetails", user=number)["user_details"]
        again = service.call("getAccountDetails", user=number)["user_details"]
        same(reported["email"], user.email, "the e-mail address of an account")
        same(
            [again[name] for name in ("id", "date_joined")], [reported[name] for name in ("id", "date_joined")], "again"
        )
        ids.add(reported["id"])
        dates = [parsedate_to_datetime(reported[name]) for name in ("date_joined", "last_login")]
        for name, date in zip(("date_joined", "last_login"), dates, strict=True):
            same(format_datetime(date.replace(tzinfo=UTC), usegmt=True), reported[name], f"{name} is a date")
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        holds(dates[0] <= dates[1] <= tomorrow, "a login is after joining", f"{reported}")
    same(len(ids), len(service.users), "users have ids of their own")
