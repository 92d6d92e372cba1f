"""Manifests: complete or absent, described by a sidecar, compared with current and earlier data."""

import asyncio
import csv
import datetime
import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import idc_openapi
from idc_contract.oracle.index import Index, installed
from idc_ext import (
    ContractError,
    DataReleaseChanged,
    InvalidFilter,
    LicenseRefused,
    ManifestError,
    Progress,
    ServerError,
    TruncatedResult,
    aio,
    connect,
    manifests,
    v3,
)
from idc_ext.manifests._compare import compare_series
from tests.support.applied_filters import with_filters_echo
from tests.support.standin_process import NOWHERE
from tests.support.v3_service import VERSION, client, counts_body, manifest_service, row

RIDER = {"collection_id": "rider_pilot"}
FORMATS = ["csv", "idc", "jsonl", "parquet", "s5cmd"]
Answer = Callable[[str, Any], Any]


@pytest.fixture(scope="module")
def index() -> Index:
    return installed()


def sql_answer(rows: list[dict[str, Any]], columns: list[str]) -> dict[str, Any]:
    """An answer of POST /v3/sql."""
    return {"columns": columns, "rows": rows, "row_count": len(rows), "truncated": False, "max_rows": 10_000}


def license_answer(series: int, licence: str | None) -> dict[str, Any]:
    """An SQL answer with one collection under one licence."""
    part = {"collection": "c", "license": licence, "doi": None, "series": series, "size": None}
    return sql_answer([part], [*part])


def answers_of_service(rows: list[dict[str, Any]], **other: Any) -> Answer:
    """A correct service with these rows; `other` replaces answers, by the last part of their path."""

    def answer(path: str, body: Any) -> Any:
        name = path.rpartition("/")[2].replace(".", "_")
        if name == "sql" and "SELECT DISTINCT source_DOI" in body["sql"]:
            return sql_answer([], ["source_DOI"])
        if name in other:
            return other[name](body) if callable(other[name]) else other[name]
        if name == "counts":
            return counts_body(len(rows))
        if name == "manifest_txt":
            lines = sorted(one["series_aws_url"] for one in rows)[: body["limit"]]
            return httpx.Response(200, text="".join(f"{line}\n" for line in lines))
        if name == "sql":
            return license_answer(len(rows), "CC BY 4.0")
        if name == "citations":
            return {"format": "apa", "citations": [], "idc_acknowledgment": None, "recommendation": ""}
        return manifest_service(rows)(path, body)

    return answer


ROWS = [row(n) for n in range(12)]


def series_uuids_of_file(path: Path, form: str) -> list[str]:
    """The series UUIDs in a manifest, read without the code under test."""
    if form == "parquet":
        return list(pyarrow.parquet.read_table(path).to_pandas()["crdc_series_uuid"])
    text = path.read_text()
    if form == "csv":
        return [one[9] for one in csv.reader(text.splitlines())][1:]
    if form == "jsonl":
        return [json.loads(line)["crdc_series_uuid"] for line in text.splitlines()]
    pattern = {"s5cmd": r"cp s3://idc-open-data[a-z-]*/(\S+)/\* \.", "idc": r"s3://idc-open-data[a-z-]*/(\S+)/\*"}[form]
    found = [re.fullmatch(pattern, line) for line in text.splitlines()]
    return [one[1] for one in found if one]


# Writing:


@pytest.mark.parametrize("form", FORMATS)
def test_a_manifest_names_the_series_of_the_index_and_says_so_beside_itself(
    standin: str, index: Index, tmp_path: Path, form: Any
) -> None:
    path, progress = tmp_path / f"manifest.{form}", list[Progress]()
    with connect(standin) as idc:
        before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        sidecar = manifests.write(idc, RIDER, path, format=form, progress=progress.append)
    where = "FROM index WHERE collection_id = 'rider_pilot'"
    assert sorted(series_uuids_of_file(path, form)) == [
        one for (one,) in index.rows(f"SELECT crdc_series_uuid {where} ORDER BY 1")
    ]
    numbers = index.rows(
        "SELECT count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*), sum(instanceCount)::BIGINT, "
        f"round(sum(series_size_MB) * 100)::BIGINT * 10000 {where}"
    )
    found = (sidecar.patients, sidecar.studies, sidecar.series, sidecar.instances, sidecar.size)
    assert [found] == numbers
    licences = index.rows(f"SELECT license_short_name, count(*) {where} GROUP BY 1 ORDER BY 2 DESC")
    assert [(one.license_short_name, one.series) for one in sidecar.licenses] == licences
    assert [one.collections for one in sidecar.licenses] == [("rider_pilot",)] * len(licences)
    assert list(sidecar.dois) == [one for (one,) in index.rows(f"SELECT DISTINCT source_DOI {where} ORDER BY 1")]
    assert sidecar.unresolved == sidecar.dois  # no response from doi.org here
    assert sidecar.citations == ()
    assert sidecar.filters == {"terms": {"collection_id": ["rider_pilot"]}}
    assert (sidecar.data_release, sidecar.index_version) == (f"v{index.release}", index.version)
    assert (sidecar.base_url, sidecar.format, sidecar.manifest) == (standin, form, path.name)
    assert sidecar.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sidecar.document_sha256 == hashlib.sha256(idc_openapi.content()).hexdigest()
    assert before <= datetime.datetime.fromisoformat(sidecar.written) <= datetime.datetime.now(datetime.UTC)
    assert manifests.read(path) == sidecar
    assert (progress[-1].rows, progress[-1].total) == (774, 774)
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name, f"{path.name}.json"]


def test_addresses_may_be_those_of_google(standin: str, tmp_path: Path) -> None:
    with connect(standin) as idc:
        manifests.write(idc, {"collection_id": "acrin_nsclc_fdg_pet"}, tmp_path / "a", cite=None)
        sidecar = manifests.write(
            idc, {"collection_id": "acrin_nsclc_fdg_pet"}, tmp_path / "g", source="gcs", cite=None
        )
        assert len(manifests.verify(idc, tmp_path / "g")) == 0
    assert "idc-open-data-two" in (tmp_path / "a").read_text()
    assert "idc-open-idc1" in (tmp_path / "g").read_text()
    assert (sidecar.source, sidecar.citations, sidecar.unresolved) == ("gcs", None, None)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("there", [0, 1, 11, 13])
def test_another_number_of_series_than_was_counted_is_no_manifest(tmp_path: Path, form: Any, there: int) -> None:
    rows = [row(n) for n in range(there)]
    path = tmp_path / "manifest"
    path.write_text("before")
    idc = client(answers_of_service(rows, counts=counts_body(12), sql=license_answer(12, "CC BY 4.0")))
    with pytest.raises(TruncatedResult, match="12"):
        manifests.write(idc, {"Modality": "CT"}, path, format=form)
    assert [one.name for one in tmp_path.iterdir()] == ["manifest"]
    assert path.read_text() == "before"


@pytest.mark.parametrize("form", FORMATS)
def test_a_release_that_changes_meanwhile_leaves_what_was_there(tmp_path: Path, form: Any) -> None:
    version_requests = []

    def version(_: Any) -> Any:
        version_requests.append(1)
        # A walk over rows requests the version twice for itself.
        return (
            {**VERSION, "idc_version": "v26"}
            if len(version_requests) > (1 if form in ("idc", "s5cmd") else 3)
            else VERSION
        )

    path = tmp_path / "manifest"
    path.write_text("before")
    with pytest.raises(DataReleaseChanged, match=r"from v25 .* to v26"):
        manifests.write(client(answers_of_service(ROWS, version=version)), {"Modality": "CT"}, path, format=form)
    assert [one.name for one in tmp_path.iterdir()] == ["manifest"]
    assert path.read_text() == "before"


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("m", b"cp s3://"),
        ("m.S5CMD", b"cp s3://"),
        ("m.txt", b"s3://"),
        ("m.csv", b"collection_id,"),
        ("m.ndjson", b"{"),
    ],
)
def test_the_suffix_of_the_file_chooses_the_format(tmp_path: Path, name: str, begin: bytes) -> None:
    manifests.write(client(answers_of_service(ROWS)), {"Modality": "CT"}, tmp_path / name, cite=None)
    assert (tmp_path / name).read_bytes().startswith(begin)


async def test_a_suffix_that_tells_no_format_needs_one(tmp_path: Path) -> None:
    idc = client(lambda *_: pytest.fail("something was sent"))
    with pytest.raises(ValueError, match=r"cannot tell a format from '.xlsx'; choose one with format=: csv, "):
        await aio.manifests.write(idc, {"Modality": "CT"}, tmp_path / "m.xlsx")
    manifests.write(client(answers_of_service(ROWS)), {"Modality": "CT"}, tmp_path / "m.xlsx", format="csv", cite=None)


def test_changes_as_text_are_counted_and_the_first_are_named() -> None:
    found = manifests.Changes(
        "v24", "v25", (9, 8), tuple(manifests.Change("removed", "nlst", f"1.{n}", "a", None) for n in range(7))
    )
    assert str(found).splitlines() == [
        "v24 to v25: 0 added, 7 removed, 0 revised; 9 series in v24, 8 in v25",
        *(f"  removed 1.{n} (nlst)" for n in range(5)),
        "  and 2 more",
    ]
    assert repr(found) == f"<Changes {found}>"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"format": "xml"}, "not a format of manifests"),
        ({"format": "csv", "source": "gcs"}, "choose the format s5cmd or idc"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_sent(tmp_path: Path, more: Any, message: str) -> None:
    idc = client(lambda *_: pytest.fail("something was sent"))
    with pytest.raises(ValueError, match=message):
        manifests.write(idc, {"Modality": "CT"}, tmp_path / "manifest", **more)
    with pytest.raises(InvalidFilter, match="all_of_idc"):
        manifests.write(idc, {}, tmp_path / "manifest")


def test_a_manifest_does_not_take_the_place_of_a_folder_and_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        manifests.write(client(lambda *_: pytest.fail("something was sent")), RIDER, tmp_path / "folder")
    (tmp_path / "link").symlink_to("folder/manifest")
    sidecar = manifests.write(client(answers_of_service(ROWS)), {"Modality": "CT"}, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert manifests.read(tmp_path / "link") == sidecar
    assert [one.name for one in (tmp_path / "folder").iterdir()] == ["manifest"]


def test_a_selection_of_nothing_is_an_empty_manifest_that_says_so(standin: str, tmp_path: Path) -> None:
    with connect(standin) as idc:
        with pytest.warns(UserWarning, match="the selection is empty, and .*manifest lists no series") as warned:
            sidecar = manifests.write(idc, {**RIDER, "Modality": "US"}, tmp_path / "manifest")
        assert [one.filename for one in warned] == [__file__]
        assert len(manifests.verify(idc, tmp_path / "manifest")) == 0
    assert (sidecar.series, sidecar.size, sidecar.licenses, sidecar.citations) == (0, 0, (), None)
    assert (tmp_path / "manifest").read_bytes() == b""


# Licences:


def test_what_is_not_for_commercial_use_is_listed_and_nothing_is_written(
    standin: str, index: Index, tmp_path: Path
) -> None:
    expected = index.rows(
        "SELECT collection_id, license_short_name, count(*) FROM index WHERE PatientSex = 'F' AND "
        "(license_short_name NOT IN ('CC BY 3.0', 'CC BY 4.0') OR license_short_name IS NULL) GROUP BY ALL"
    )
    with connect(standin) as idc:
        with pytest.raises(LicenseRefused, match=r"breast_cancer_screening_dbt.*license_short_name") as caught:
            manifests.write(idc, {"PatientSex": "F"}, tmp_path / "manifest", require_commercial=True)
        assert sorted(caught.value.offenders) == sorted(expected)
        assert [*tmp_path.iterdir()] == []
        allowed = {
            "PatientSex": "F",
            "collection_id": "rider_pilot",
            "license_short_name": sorted(manifests.COMMERCIAL),
        }
        sidecar = manifests.write(idc, allowed, tmp_path / "manifest", require_commercial=True)
        assert {one.license_short_name for one in sidecar.licenses} <= manifests.COMMERCIAL
        assert manifests.check_licenses(idc, allowed) == sidecar.licenses


def test_a_licence_that_is_not_named_is_none_that_allows_anything(tmp_path: Path) -> None:
    idc = client(answers_of_service(ROWS, sql=license_answer(12, None)))
    with pytest.raises(LicenseRefused, match="no licence, 12 series"):
        manifests.write(idc, {"Modality": "CT"}, tmp_path / "manifest", require_commercial=True)


# Verifying:


def test_a_manifest_or_what_is_beside_it_that_was_changed_is_not_taken(tmp_path: Path) -> None:
    idc, path = client(answers_of_service(ROWS)), tmp_path / "manifest"
    with pytest.raises(ManifestError, match=r"there is no manifest .*manifest$"):
        manifests.read(path)
    manifests.write(idc, {"Modality": "CT"}, path)
    beside, content = tmp_path / "manifest.json", path.read_bytes()
    for changed in (content[:-1], content + b"\n", b""):
        path.write_bytes(changed)
        with pytest.raises(ManifestError, match="was changed"):
            manifests.verify(idc, path)
    path.write_bytes(content)
    content_of_sidecar = beside.read_text()
    for other in ("", "[]", "{}", content_of_sidecar[:-9], "[" * 100_000, '{"idc_ext_manifest": 1}'):
        beside.write_text(other)
        with pytest.raises(ManifestError, match="damaged"):
            manifests.read(path)
    for member, value in (
        ("filters", None), ("filters", "x"), ("filters", [1]), ("filters", {"terms": 5}),
        ("filters", {"terms": {"a": "b"}}),
        ("filters", {"ranges": {"a": [1, 2]}}), ("filters", {"other": {}}), ("filters", {}), ("all_of_idc", True),
        ("all_of_idc", "no"), ("format", "xml"), ("format", {}), ("source", None), ("data_release", None),
        ("data_release", -1), ("data_release", ""), ("data_release", {}), ("series", -1), ("series", True),
        ("sha256", "x"),
        ("licenses", [{}]), ("dois", "10.1/x"), ("citations", 5), ("unresolved", [None]),
    ):  # fmt: skip
        beside.write_text(json.dumps({**json.loads(content_of_sidecar), member: value}))
        with pytest.raises(ManifestError, match="is not the sidecar of a manifest, or it is damaged"):
            manifests.read(path)
    beside.write_text(content_of_sidecar.replace('"idc_ext_manifest": 1', '"idc_ext_manifest": 2'))
    with pytest.raises(ManifestError, match="another release of idc_ext"):
        manifests.read(path)
    beside.write_text(content_of_sidecar.replace('"series": 12', '"series": 11'))
    with pytest.raises(ManifestError, match="names 12 series"):
        manifests.verify(idc, path)


def with_files(one: dict[str, Any], uuid: str) -> dict[str, Any]:
    return {**one, "crdc_series_uuid": uuid, "series_aws_url": f"s3://b/{uuid}/*"}


def revised_uuid(n: int) -> str:
    return f"11111111-0000-0000-0000-{n:012}"


@pytest.mark.filterwarnings("ignore:the selection is empty")
@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=20)
@given(data=st.data())
def test_what_was_added_removed_and_revised_is_said_of_any_two_selections(
    tmp_path_factory: pytest.TempPathFactory, form: Any, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("manifest") / "manifest"
    before = data.draw(st.sets(st.integers(0, 12)))
    after = data.draw(st.sets(st.integers(0, 12)))
    revised = data.draw(st.sets(st.sampled_from(sorted(before & after)))) if before & after else set()
    now = [with_files(row(n), revised_uuid(n)) if n in revised else row(n) for n in sorted(after)]
    manifests.write(client(answers_of_service([row(n) for n in sorted(before)])), {"Modality": "CT"}, path, format=form)

    def known(body: Any) -> Any:
        """The series of earlier files."""
        found = [
            {"uuid": uuid, "series": f"1.{int(uuid[-12:]):04}", "collection": "rider_pilot"}
            for uuid in dict.fromkeys(re.findall(r"'([0-9a-f-]{36})'", body["sql"]))
        ]
        return sql_answer(found, ["uuid", "series", "collection"])

    changes = manifests.verify(client(answers_of_service(now, sql=known)), path)
    assert {one.SeriesInstanceUID for one in changes.added} == {f"1.{n:04}" for n in after - before}
    assert {one.SeriesInstanceUID for one in changes.removed} == {f"1.{n:04}" for n in before - after}
    assert {(one.SeriesInstanceUID, one.before, one.after) for one in changes.revised} == {
        (f"1.{n:04}", row(n)["crdc_series_uuid"], revised_uuid(n)) for n in revised
    }
    assert changes.series == (len(before), len(after))
    assert bool(changes) == bool(before ^ after or revised)
    assert len(changes) == len(changes.added) + len(changes.removed) + len(changes.revised)


async def test_a_cancelled_task_leaves_the_manifest_as_it_was(tmp_path: Path) -> None:
    path, answer, waiting = tmp_path / "manifest", answers_of_service(ROWS), asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(".txt"):
            waiting.set()
            await asyncio.sleep(60)
        body = json.loads(request.content) if request.content else dict(request.url.params)
        return httpx.Response(200, json=with_filters_echo(body, answer(request.url.path, body)))

    await asyncio.to_thread(path.write_text, "before")
    async with connect(NOWHERE, transport=httpx.MockTransport(handle)) as idc:
        task = asyncio.create_task(aio.manifests.write(idc, RIDER, path, cite=None))
        await waiting.wait()
        assert len(os.listdir(tmp_path)) == 2  # a draft is beside it
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert os.listdir(tmp_path) == ["manifest"]


def test_citations_that_fail_name_the_way_without_them_and_leave_no_file(tmp_path: Path) -> None:
    failing = client(answers_of_service(ROWS, citations=httpx.Response(500, text="no")))
    with pytest.raises(ServerError) as caught:
        manifests.write(failing, RIDER, tmp_path / "manifest")
    assert "cite=None writes the manifest without them" in caught.value.__notes__[0]
    assert list(tmp_path.iterdir()) == []


def test_files_that_no_release_knows_are_removed_series_without_a_name() -> None:
    found = compare_series({"a": (None, None), "b": ("1", "c")}, {"d": ("1", "c"), "e": ("2", "c")})
    assert [(one.kind, one.SeriesInstanceUID, one.before, one.after) for one in found] == [
        ("removed", None, "a", None), ("revised", "1", "b", "d"), ("added", "2", None, "e"),
    ]  # fmt: skip


def test_files_of_an_earlier_release_are_looked_up_in_the_real_past(standin: str, index: Index, tmp_path: Path) -> None:
    """A manifest as of release 20 is compared with the current data."""
    where = "collection_id IN ('rider_pilot', 'nsclc_radiomics')"
    old = series_in_release(index, 20, where)
    rows = [with_files(row(n), uuid) for n, (_, uuid) in enumerate(old)]
    filters = {"collection_id": ["rider_pilot", "nsclc_radiomics"]}
    manifests.write(client(answers_of_service(rows)), filters, tmp_path / "manifest", cite=None)
    with connect(standin) as idc:
        found = manifests.verify(idc, tmp_path / "manifest")
        assert found.to_release == f"v{index.release}"
        assert [(one.kind, one.SeriesInstanceUID, one.before, one.after) for one in found] == expected_changes(
            old, series_in_release(index, index.release, where)
        )
        assert list(manifests.diff(idc, filters, 20, index.release)) == list(found)


# Between releases:


def series_in_release(index: Index, release: int, where: str) -> list[tuple[str, str]]:
    """The series of a selection in a release, with their UUIDs, whatever buckets their files were in."""
    return index.rows(
        "SELECT SeriesInstanceUID, crdc_series_uuid FROM index "
        f"WHERE series_revised_idc_version <= {release} AND {where} "
        "UNION SELECT SeriesInstanceUID, crdc_series_uuid FROM prior_versions_index "
        f"WHERE {release} BETWEEN min_idc_version AND max_idc_version AND {where} ORDER BY ALL"
    )


def expected_changes(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    before, after = dict(old), dict(new)
    found = [("added", uid, None, uuid) for uid, uuid in new if uid not in before]
    found += [("removed", uid, uuid, None) for uid, uuid in old if uid not in after]
    found += [("revised", uid, uuid, after[uid]) for uid, uuid in old if after.get(uid, uuid) != uuid]
    return sorted(found, key=lambda one: one[1])


@pytest.mark.parametrize(
    ("filters", "where", "releases"),
    [
        ({"Modality": ["CT"]}, "Modality = 'CT'", (20, 24)),
        ({"collection_id": "nsclc_radiomics"}, "collection_id = 'nsclc_radiomics'", (1, 25)),
        ({"Modality": ["SM", "SEG"]}, "Modality IN ('SM', 'SEG')", (14, 11)),
        ({"collection_id": "rider_pilot", "series_size_MB": (1, 20.5)},
         "collection_id = 'rider_pilot' AND series_size_MB BETWEEN 1 AND 20.5", (2, 25)),
        ({"Modality": ["MR"]}, "Modality = 'MR'", (9, 9)),
        # Files of 48 series were in two buckets as of release 23, and have two rows there.
        ({"collection_id": "tcga_brca"}, "collection_id = 'tcga_brca'", (22, 23)),
        ({"collection_id": "tcga_brca"}, "collection_id = 'tcga_brca'", (23, 25)),
        ({"collection_id": "it's -- not /* there"}, "false", (1, 25)),
    ],
)  # fmt: skip
def test_what_became_of_a_selection_between_two_releases_is_what_the_index_says(
    standin: str, index: Index, filters: Any, where: str, releases: tuple[int, int]
) -> None:
    with connect(standin) as idc:
        found = manifests.diff(idc, filters, *releases)
    old, new = (series_in_release(index, release, where) for release in releases)
    assert [(one.kind, one.SeriesInstanceUID, one.before, one.after) for one in found] == expected_changes(old, new)
    assert found.series == (len(old), len(new))
    assert (found.from_release, found.to_release) == tuple(f"v{release}" for release in releases)
    assert found.to_arrow().num_rows == len(found)


@pytest.mark.parametrize(
    ("filters", "releases", "message"),
    [
        ({"PatientSex": "F", "Modality": "CT"}, (1, 2), "PatientSex is not available for earlier releases"),
        ({"Modality": "CT"}, (0, 2), "0 is not a data release"),
        ({"Modality": "CT"}, (1, 99), "99 is not a data release; the service has 1 to "),
        ({"Modality": "CT"}, (True, 2), "True is not a data release"),
        ({}, (1, 2), "all_of_idc"),
    ],
)
def test_what_cannot_be_compared_is_refused(standin: str, filters: Any, releases: Any, message: str) -> None:
    with connect(standin) as idc, pytest.raises(InvalidFilter, match=message):
        manifests.diff(idc, filters, *releases)


def test_a_release_may_be_named_as_the_command_line_takes_it(standin: str) -> None:
    with connect(standin) as idc:
        assert manifests.diff(idc, RIDER, "v23", "24") == manifests.diff(idc, RIDER, 23, 24)


def test_the_history_of_the_whole_archive_and_of_a_collection_counts_each_series_once(
    standin: str, index: Index
) -> None:
    with connect(standin) as idc:
        whole = manifests.history(idc, {}, all_of_idc=True)
        assert whole["series"] == v3.releases(idc)["series"]
        found = manifests.history(idc, {"collection_id": "tcga_brca"})
    releases = range(1, index.release + 1)
    assert found["idc_version"] == [f"v{release}" for release in releases]
    due = [series_in_release(index, release, "collection_id = 'tcga_brca'") for release in releases]
    assert found["series"] == [len({uid for uid, _ in one}) for one in due]


def test_changes_that_do_not_lead_from_one_number_of_series_to_the_other_are_an_error() -> None:
    def sql(body: Any) -> Any:
        if "at0" in body["sql"]:
            return sql_answer([{"at0": 5, "at1": 7}], ["at0", "at1"])
        row = {"series": "1.2", "collection": "c", "before": None, "after": "u"}
        return sql_answer([row], [*row])

    with pytest.raises(ContractError, match="the changes from v3 to v4 lead to 6 series, and v4 has 7"):
        manifests.diff(client(answers_of_service([], sql=sql)), {"Modality": "CT"}, 3, 4)


def test_a_release_that_changes_while_others_are_compared_is_an_error() -> None:
    versions = iter([VERSION, {**VERSION, "idc_index_data_version": "25.0.6"}])
    empty = {
        "columns": ["at0", "at1"],
        "rows": [{"at0": 0, "at1": 0}],
        "row_count": 1,
        "truncated": False,
        "max_rows": 5,
    }
    with pytest.raises(DataReleaseChanged, match=r"25\.0\.5.* to .*25\.0\.6"):
        manifests.diff(
            client(answers_of_service([], version=lambda _: next(versions), sql=empty)), {"Modality": "CT"}, 3, 3
        )


def test_the_public_names_of_the_module_are_sorted_and_all_there() -> None:
    assert manifests.__all__ == sorted(manifests.__all__, key=lambda name: (not name.isupper(), name))
    assert all(getattr(manifests, name).__doc__ for name in manifests.__all__ if name not in ("COMMERCIAL", "Format"))
