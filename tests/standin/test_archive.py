"""The archive file against the index it was built from, and the identifiers it derives."""

from __future__ import annotations

import re
import statistics
import uuid
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin import archive
from idc_standin.v1.query import Query
from tests.standin import oracle
from tests.standin.oracle import NEWEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from idc_standin.v1.store import Store
    from tests.standin.oracle import Release

UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
HELD = "SELECT {what} FROM built.series WHERE $release BETWEEN first_release AND last_release"
OUGHT = (  # DISTINCT, because the index lists 48 revisions twice
    "SELECT {what} FROM (SELECT DISTINCT collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, "
    "crdc_series_uuid, Modality FROM revisions WHERE $release BETWEEN since AND until)"
)
series_uuids = st.uuids(version=4).map(str)
series_uids = st.from_regex(r"1\.[1-9][0-9]{0,9}(\.[1-9][0-9]{0,12}){1,4}", fullmatch=True)
ks = st.integers(0, 2**20 - 1)


@pytest.fixture(scope="module")
def both(archive_file: Path) -> duckdb.DuckDBPyConnection:
    """The index's own files and, as ``built``, the archive."""
    cursor = oracle.index().cursor()
    cursor.execute(f"ATTACH IF NOT EXISTS '{archive_file}' AS built (READ_ONLY)")
    return cursor


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the derived identifiers and nothing else."""
    with duckdb.connect() as connection:
        connection.execute(archive.macros())
        yield connection


def one(connection: duckdb.DuckDBPyConnection, text: str, **parameters: Any) -> Any:
    row = connection.execute(text, parameters).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


@pytest.mark.parametrize("release", [1, 2, 23, NEWEST])
def test_the_archive_holds_the_series_that_the_index_says_a_release_had(
    both: duckdb.DuckDBPyConnection, release: int
) -> None:
    columns = "collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, crdc_series_uuid, Modality"
    what = f"count(*), count(DISTINCT collection_id), count(DISTINCT PatientID), sum(hash(row({columns})))"
    held, expected = (one(both, text.format(what=what), release=release) for text in (HELD, OUGHT))
    assert held == expected


def test_a_series_is_only_once_in_a_release(both: duckdb.DuckDBPyConnection) -> None:
    for identifier in ("SeriesInstanceUID", "crdc_series_uuid"):
        twice = both.execute(
            f"""
            SELECT collection_id, {identifier}, first_release, last_release, next FROM (
                SELECT *, lead(first_release) OVER (PARTITION BY {identifier} ORDER BY first_release, last_release)
                    AS next FROM built.series)
            WHERE next <= last_release
            """
        ).fetchall()
        assert twice == [], f"{len(twice)} revisions overlap with another one of the same {identifier}"


def test_the_newest_release_has_1044191_series_and_58784975_instances(newest: Store) -> None:
    assert newest.find(Query(NEWEST, (), ("SeriesInstanceUID",), ("SeriesInstanceUID",))).total == 1_044_191
    assert newest.find(Query(NEWEST, (), ("gcs_url",), ("gcs_url",))).total == 58_784_975


@pytest.mark.parametrize("release", [1, 2, 13, NEWEST])
def test_series_that_were_not_replaced_since_have_the_instances_of_the_index(
    both: duckdb.DuckDBPyConnection, release: int
) -> None:
    text = """
        SELECT count(*), count(*) FILTER (built.series.instanceCount IS DISTINCT FROM today.instanceCount)
        FROM today LEFT JOIN built.series USING (crdc_series_uuid)
        WHERE today.series_revised_idc_version <= $release
          AND coalesce($release BETWEEN first_release AND last_release, true)
    """
    unreplaced, wrong = one(both, text, release=release)
    assert (unreplaced > 0, wrong) == (True, 0)


def test_replaced_revisions_have_the_derived_count_of_instances_that_the_docstring_gives(
    both: duckdb.DuckDBPyConnection,
) -> None:
    sizes: dict[str, list[float]] = {}
    today = {}
    for uid, modality, count, size in both.execute(
        "SELECT SeriesInstanceUID, Modality, instanceCount, series_size_MB FROM today"
    ).fetchall():
        today[uid] = (count, size)
        sizes.setdefault(modality, []).append(size / count)
    typical = {modality: statistics.median(values) for modality, values in sizes.items()}
    rows = both.execute(
        """
        SELECT b.SeriesInstanceUID, b.Modality, b.series_size_MB, s.instanceCount
        FROM before b JOIN built.series s ON s.crdc_series_uuid = b.crdc_series_uuid
             AND s.first_release = b.min_idc_version AND s.last_release = b.max_idc_version
        """
    ).fetchall()
    assert len(rows) == one(both, "SELECT count(*) FROM before")
    for uid, modality, size, held in rows:
        count, size_today = today.get(uid, (0, 0.0))
        if size_today and abs(size / size_today - 1) <= 0.05:
            expected = float(count)
        elif size_today:
            expected = count * size / size_today
        elif typical.get(modality):
            expected = size / typical[modality]
        else:
            expected = 1.0
        assert abs(held - max(1.0, min(expected, 2**20 - 1))) <= 0.5 + 1e-6, uid


@pytest.mark.parametrize("column", ["sop_rank", "guid_rank"])
def test_the_ranks_of_series_are_in_the_text_order_of_their_identifiers(
    both: duckdb.DuckDBPyConnection, column: str
) -> None:
    derive = {
        "sop_rank": ("SeriesInstanceUID", oracle.sop_uid),
        "guid_rank": ("crdc_series_uuid", oracle.instance_uuid),
    }
    source, identifier = derive[column]
    text = HELD.format(what=f"{source}, instanceCount") + f" ORDER BY {column}"
    series = both.execute(text, {"release": 2}).fetchall()
    ends = [identifier(key, k) for key, count in series for k in (0, count - 1)]
    assert all(a <= b for a, b in pairwise(ends))
    assert len(set(ends[::2])) == len(series)


def test_the_study_identifiers_of_the_archive_are_distinct(both: duckdb.DuckDBPyConnection) -> None:
    studies = [row[0] for row in both.execute("SELECT DISTINCT StudyInstanceUID FROM revisions").fetchall()]
    assert len({oracle.study_uuid(study) for study in studies}) == len(studies)


def test_derived_identifiers_of_one_series_are_these_on_every_machine(macros: duckdb.DuckDBPyConnection) -> None:
    series, uid, study = "099a1844-dc1c-44bd-91f8-e6f1860cbfce", "1.2.3", "1.2.840.1"
    row = one(
        macros,
        "SELECT instance_uuid($series, 0), instance_uuid($series, 91979), gcs_url($series, 1), sop_uid($uid, 0), "
        "sop_uid($uid, 1), study_uuid($study)",
        series=series, uid=uid, study=study,
    )  # fmt: skip
    assert row == (
        "099a1844-dc1c-84bd-91f8-e6f186000000",
        "099a1844-dc1c-84bd-91f8-e6f18601674b",
        "gs://idc-standin/099a1844-dc1c-84bd-91f8-e6f186000001.dcm",
        "2.25.171350230759348509687831302893759102976",  # 0x80e8daa258ac8b6f84c86f89e0c00000, of MD5 b0e8daa258ac...
        "2.25.171350230759348509687831302893759102977",
        "93157406-66fa-8876-8e4e-9fa59c0d73dc",
    )


@settings(deadline=None, max_examples=40)
@given(series=series_uuids, uid=series_uids, study=series_uids, k=ks)
def test_derived_identifiers_are_valid_marked_as_made_up_and_as_worked_out_by_hand(
    macros: duckdb.DuckDBPyConnection, series: str, uid: str, study: str, k: int
) -> None:
    instance, sop, guid, url = one(
        macros,
        "SELECT instance_uuid($series, $k), sop_uid($uid, $k), study_uuid($study), gcs_url($series, $k)",
        series=series, uid=uid, study=study, k=k,
    )  # fmt: skip
    assert (instance, sop, guid) == (
        oracle.instance_uuid(series, k),
        oracle.sop_uid(uid, k),
        oracle.study_uuid(study),
    )
    for text in (instance, guid, str(uuid.UUID(int=int(sop.removeprefix("2.25."))))):
        assert uuid.UUID(text).version == 8
        assert uuid.UUID(text).variant == uuid.RFC_4122
        assert str(uuid.UUID(text)) == text
    assert sop.startswith("2.25.")
    assert UID.fullmatch(sop)
    assert len(sop) <= 64
    assert url == f"gs://idc-standin/{instance}.dcm"


@settings(deadline=None, max_examples=40)
@given(uuids=st.tuples(series_uuids, series_uuids), uids=st.tuples(series_uids, series_uids), at=st.tuples(ks, ks))
def test_instances_keep_the_order_of_their_series_and_then_of_their_numbers(
    macros: duckdb.DuckDBPyConnection, uuids: tuple[str, str], uids: tuple[str, str], at: tuple[int, int]
) -> None:
    (a, b), (j, k) = uuids, at
    first, second = one(macros, "SELECT instance_uuid($a, $j), instance_uuid($b, $k)", a=a, j=j, b=b, k=k)
    if a[:14] + a[15:31] != b[:14] + b[15:31]:  # else the two series share all that is kept of them
        assert (first < second) == (a < b)
    within = one(macros, "SELECT instance_uuid($a, $j), instance_uuid($a, $k)", a=a, j=j, k=k)
    assert (within[0] < within[1]) == (j < k)
    text = "SELECT sop_uid($a, $j), sop_uid($a, $k), sop_uid($b, 0), sop_uid($b, 1048575)"
    sops = one(macros, text, a=uids[0], j=j, b=uids[1], k=k)
    assert (sops[0] < sops[1]) == (j < k)
    if uids[0] != uids[1]:
        assert (sops[0] < sops[2]) == (sops[1] < sops[3]), "the instances of two series interleave"


def test_real_identifiers_of_the_archive_are_valid_and_expand_to_distinct_ones(second: Release) -> None:
    for row in second.rows:
        assert UID.fullmatch(row["SeriesInstanceUID"])
        assert uuid.UUID(row["crdc_series_uuid"]).version == 4
    for number in (0, 1):
        for derive, source in ((oracle.sop_uid, "SeriesInstanceUID"), (oracle.instance_uuid, "crdc_series_uuid")):
            assert len({derive(row[source], number) for row in second.rows}) == len(second.rows)
