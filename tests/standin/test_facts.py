"""Facts about patients and series, from a user's folder: ranges, nulls, and patients that are excluded."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_standin.archive.facts import facts as facts_of
from idc_standin.archive.facts import read
from idc_standin.errors import StandinError
from idc_standin.v1.query import Query, conditions
from idc_standin.v1.store import Store
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.standin.oracle import Release
from tests.standin.v1_requests import write_facts

Facts = dict[tuple[str, str], str]
AGES = ["10", "20", "30.5", "45", "45", "60", "-7", "0", "1e2", "", "[Not Available]", "30.50"]
RACES = [
    "ASIAN",
    "WHITE",
    "",
    "Asian",
    "NOT REPORTED",
    "None",
    "WHITE",
    "black or african american",
    "A_IAN",
    "A%",
    "",
    "é",
]
INCLUDED = Path(str(files("idc_standin"))) / "facts" / "attributes.csv"
NODULES = {
    "Calcification", "Internal_structure", "Lobular_Pattern", "Malignancy", "Margin", "Sphericity", "Spiculation",
    "Subtlety_score", "Texture",
}  # fmt: skip
OPERATORS: dict[str, Callable[[float, list[float]], bool]] = {
    "": lambda x, v: x == v[0],
    "_lt": lambda x, v: x < v[0],
    "_lte": lambda x, v: x <= v[0],
    "_gt": lambda x, v: x > v[0],
    "_gte": lambda x, v: x >= v[0],
    "_btw": lambda x, v: v[0] <= x <= v[1],
}


@pytest.fixture(scope="module")
def patients(second: Release) -> list[str]:
    """Twelve patients of TCGA who have facts, and after them a dozen who have none."""
    everyone = sorted({row["PatientID"] for row in second.rows if row["collection_id"] in {"tcga_kirc", "tcga_luad"}})
    return everyone[:24]


@pytest.fixture(scope="module")
def nodules(second: Release) -> list[str]:
    """Three series of LIDC-IDRI."""
    return sorted(row["SeriesInstanceUID"] for row in second.rows if row["collection_id"] == "lidc_idri")[:3]


@pytest.fixture(scope="module")
def facts(patients: list[str], nodules: list[str]) -> dict[str, dict[str, str]]:
    """Attribute -> patient or series -> recorded value."""
    return {
        "age_at_diagnosis": dict(zip(patients, AGES, strict=False)),
        "race": dict(zip(patients, RACES, strict=False)),
        "Spiculation": dict(zip(nodules, ["4 Out of 5", "5 out of 5 (Marked spiculation)", ""], strict=True)),
        "bmi": {patients[20]: "22.5"},
    }


@pytest.fixture(scope="module")
def folder(facts: dict[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = []
    for attribute, reported in facts.items():
        column = "SeriesInstanceUID" if attribute == "Spiculation" else "PatientID"
        rows += [{column: key, "attribute": attribute, "value": value} for key, value in reported.items()]
    made = write_facts(tmp_path_factory.mktemp("facts"), rows)
    (made / "nodules.csv").write_text("SeriesInstanceUID\n", encoding="utf-8")  # none: these facts are all there are
    return made


@pytest.fixture(scope="module")
def informed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A stand-in as of 2.0 with these facts."""
    state = tmp_path_factory.mktemp("informed")
    with (
        serving("--as-of", "2.0", "--facts", str(folder), "--state", str(state), "--check-answers") as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield client


def selected(client: httpx.Client, filters: dict[str, Any], column: str = "Patient_ID") -> list[str]:
    body = {"name": "n", "description": "", "filters": filters}
    response = client.post("/v1/cohorts/preview/manifest", params={column: "True", "page_size": 50_000}, json=body)
    assert response.status_code == 200, response.text
    return [row[column] for row in response.json()["manifest"]["json_manifest"]]


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


near = st.sampled_from([-7, 0, 10, 20, 30.5, 45, 60, 100])
bound = st.one_of(
    near, near.map(lambda x: x + 0.5), near.map(lambda x: x - 1e-9), st.floats(-1e3, 1e3), st.integers(-50, 150)
)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(operator=st.sampled_from(sorted(OPERATORS)), low=bound, high=bound)
def test_ranges_select_the_patients_whose_recorded_number_is_in_them_and_no_others(
    informed: httpx.Client, facts: dict[str, dict[str, str]], operator: str, low: float, high: float
) -> None:
    values = [low, high] if operator == "_btw" else [low]
    reported = facts["age_at_diagnosis"]
    expected = sorted(patient for patient, text in reported.items() if OPERATORS[operator](number(text), values))
    assert selected(informed, {"age_at_diagnosis" + operator: values}) == expected


@settings(deadline=None, max_examples=40, derandomize=True)
@given(
    values=st.lists(
        st.sampled_from([*filter(None, RACES), "asian", "None", "%", "a_ian", "%I%"]),
        min_size=1,
        max_size=3,
        unique=True,
    )
)
def test_text_facts_select_by_value_and_none_selects_facts_recorded_as_empty(
    informed: httpx.Client, facts: dict[str, dict[str, str]], values: list[str]
) -> None:
    from tests.standin.oracle import admitted

    test = admitted("race", tuple(values))
    expected = sorted(patient for patient, text in facts["race"].items() if test(text or None))
    assert selected(informed, {"race": values}) == expected


def test_ranges_and_text_are_both_required(informed: httpx.Client, patients: list[str]) -> None:
    assert selected(informed, {"race": ["WHITE"], "age_at_diagnosis_lt": [21]}) == sorted([patients[1], patients[6]])
    assert selected(informed, {"age_at_diagnosis_gte": [20], "age_at_diagnosis_lt": [45]}) == sorted(
        [patients[1], patients[2], patients[11]]
    )


def test_a_low_bound_above_the_high_one_selects_no_patient(informed: httpx.Client) -> None:
    assert selected(informed, {"age_at_diagnosis_btw": [60, 10]}) == []


@pytest.mark.parametrize(
    "filters", [{"gender": ["%"]}, {"gender": ["None"]}, {"height_gte": [-1e9]}, {"Margin": ["x", "y"]}]
)
def test_attributes_without_data_select_nothing(informed: httpx.Client, filters: dict[str, Any]) -> None:
    assert selected(informed, filters) == []


def test_facts_of_series_select_these_series(informed: httpx.Client, nodules: list[str]) -> None:
    spiculated = {"Spiculation": ["4 Out of 5", "5 out of 5 (Marked spiculation)"]}
    assert selected(informed, spiculated, "SeriesInstanceUID") == nodules[:2]
    assert selected(informed, {"Spiculation": ["None"]}, "SeriesInstanceUID") == nodules[2:]
    assert selected(informed, {"Spiculation": ["%"], "race": ["%"]}, "SeriesInstanceUID") == []


def test_facts_of_series_can_be_read_back(
    informed: httpx.Client, second: Release, nodules: list[str], facts: dict[str, dict[str, str]]
) -> None:
    fields = ["Spiculation", "SeriesInstanceUID", "Margin"]
    cohort = {"name": "n", "description": "", "filters": {"collection_id": ["LIDC-IDRI"]}}
    body = {"cohort_def": cohort, "queryFields": {"fields": fields}}
    response = informed.post("/v1/cohorts/preview/query", params={"page_size": 50_000}, json=body)
    rows = [
        (row["Spiculation"], row["SeriesInstanceUID"], row["Margin"])
        for row in response.json()["query_results"]["json"]
    ]
    series = [row["SeriesInstanceUID"] for row in second.matching({"collection_id": ["lidc_idri"]})]
    reported = facts["Spiculation"]
    expected = [(reported.get(uid) or None, uid, None) for uid in series]
    assert rows == sorted(expected, key=lambda row: (row[0] is not None, row[0] or "", row[1]))
    body["queryFields"] = {"fields": ["Spiculation"]}
    rows = informed.post("/v1/cohorts/preview/query", json=body).json()["query_results"]["json"]
    assert [row["Spiculation"] for row in rows] == [None, *sorted(filter(None, reported.values()))]


def test_only_attributes_with_facts_or_columns_are_active(
    informed: httpx.Client, facts: dict[str, dict[str, str]]
) -> None:
    sources = informed.get("/v1/attributes").json()["data_sources"]
    active = {a["name"] for source in sources for a in source["attributes"] if a["active"]}
    for attribute in facts:
        assert attribute in active
    assert {"bmi_lt", "age_at_diagnosis_btw"} <= active
    assert active.isdisjoint({"gender", "height", "height_gt", "Margin", "SliceThickness", "gcs_generation"})


# --- the store alone, with folders that are not as they should be ------------------------------------------------


def store_with(archive_file: Path, folder: Path) -> Store:
    return Store(archive_file, 2, folder)


def find(store: Store, filters: dict[str, Any], *columns: str) -> list[Any]:
    query = Query(2, conditions(filters), columns, columns)
    found = store.find(query)
    return store.rows(found, columns, 0, found.total)


def test_a_recorded_fact_that_is_also_true_by_definition_does_not_double_rows(
    archive_file: Path, tmp_path: Path, patients: list[str]
) -> None:
    rows = [{"PatientID": patients[0], "attribute": "disease_code", "value": "KIRC"}]
    store = store_with(archive_file, write_facts(tmp_path, rows))
    try:
        filters = {"PatientID": [patients[0]]}
        expected = find(store, filters, "SOPInstanceUID")
        assert find(store, {**filters, "disease_code": ["KIRC", "LUAD"]}, "SOPInstanceUID") == expected
    finally:
        store.close()


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-Infinity", "1_000"])
def test_text_that_only_python_takes_for_a_number_is_not_in_any_range(
    archive_file: Path, tmp_path: Path, patients: list[str], value: str
) -> None:
    rows = [{"PatientID": patients[0], "attribute": "bmi", "value": value}]
    store = store_with(archive_file, write_facts(tmp_path, rows))
    try:
        assert find(store, {"bmi_gt": [100]}, "PatientID") == []
        assert find(store, {"bmi_lt": [100]}, "PatientID") == []
    finally:
        store.close()


def test_facts_that_contradict_each_other_are_refused(archive_file: Path, tmp_path: Path) -> None:
    rows = [{"PatientID": "P", "attribute": "race", "value": value} for value in ("ASIAN", "WHITE")]
    with pytest.raises(StandinError, match="race of P"):
        store_with(archive_file, write_facts(tmp_path, rows))


def test_facts_about_an_unknown_attribute_are_refused(archive_file: Path, tmp_path: Path) -> None:
    with pytest.raises(StandinError, match="shoe_size"):
        store_with(archive_file, write_facts(tmp_path, [{"PatientID": "P", "attribute": "shoe_size", "value": "9"}]))


@pytest.mark.parametrize(
    "text",
    [
        "PatientID,attribute\nP,race\n",
        "PatientID,attribute,value\nP,race\n",
        "nonsense\n1\n",
        "PatientID;attribute;value\nP;race;X\n",
    ],
    ids=["no value column", "a short row", "other columns", "semicolons"],
)
def test_a_facts_table_that_lacks_columns_is_refused_in_a_sentence(
    archive_file: Path, tmp_path: Path, text: str
) -> None:
    write_facts(tmp_path, [])
    (tmp_path / "clinical.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StandinError):
        store_with(archive_file, tmp_path).close()


NODULE = "1.2.276.0.7230010.3.1.3.0.10038.1553293366.78521"  # of spiculation 2 of 5 in the table included


def test_a_users_table_of_attributes_may_lack_those_of_the_nodules(archive_file: Path, tmp_path: Path) -> None:
    header, *rows = INCLUDED.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if not row.startswith(("Spiculation,", "Margin,"))]
    (tmp_path / "attributes.csv").write_text("\n".join([header, *kept, ""]), encoding="utf-8")
    store_with(archive_file, tmp_path).close()
    recorded = set(facts_of(read(tmp_path)).attributes)
    assert recorded & NODULES == NODULES - {"Spiculation", "Margin"}


def test_a_users_table_of_nodules_replaces_the_included_one(archive_file: Path, tmp_path: Path) -> None:
    (tmp_path / "nodules.csv").write_text(f"SeriesInstanceUID,Spiculation,Margin\n{NODULE},5,\n", encoding="utf-8")
    store = store_with(archive_file, tmp_path)
    try:
        assert find(store, {"Spiculation": ["%"]}, "SeriesInstanceUID", "Spiculation", "Margin") == [
            (NODULE, "5 out of 5 (Marked spiculation)", None)
        ]
        assert [store.archive.backed(name) for name in ("Spiculation", "Margin", "Texture")] == [True, False, False]
    finally:
        store.close()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("nodules", "SeriesInstanceUID,Spiculation\n1.2,9\n", "Spiculation '9' of '1.2'"),
        ("nodules", "SeriesInstanceUID,spiculation\n1.2,1\n", "column 'spiculation'"),
        ("nodules", "SeriesInstanceUID,Spiculation\n1.2,1\n1.2,1\n", "two rows of the series '1.2'"),
        ("nodules", "SeriesInstanceUID,Spiculation\n,1\n", "without a SeriesInstanceUID"),
        ("nodules", "Series,Spiculation\n1.2,1\n", "no column 'SeriesInstanceUID'"),
        ("nodule_texts", "attribute,value,text\nSpiculation,1,a\nSpiculation,1,b\n", "listed twice"),
        ("nodule_texts", "attribute,value,text\nSpiculation,,a\n", "is empty"),
        ("nodule_texts", "attribute,value,text\nshoe_size,1,a\n", "no such attribute"),
        ("nodule_texts", "attribute,value,text\nbmi,1,a\n", "no such attribute of text"),
        ("nodule_texts", "attribute,value,text\nSpiculation,1,a\n", "nodule_texts.csv has no values"),
        ("clinical", f"SeriesInstanceUID,attribute,value\n{NODULE},Spiculation,x\n", "which has '2 out of 5'"),
        ("clinical", "PatientID,attribute,value\nP,Spiculation,x\n", "has the key PatientID"),
    ],
)
def test_tables_that_cannot_be_right_beside_those_of_nodules_are_refused(
    archive_file: Path, tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StandinError, match=re.escape(sentence)):
        store_with(archive_file, tmp_path).close()


def test_a_fact_that_a_table_of_nodules_has_too_does_not_double_rows(archive_file: Path, tmp_path: Path) -> None:
    text = f"SeriesInstanceUID,attribute,value\n{NODULE},Spiculation,2 out of 5\n"
    (tmp_path / "clinical.csv").write_text(text, encoding="utf-8")
    store = store_with(archive_file, tmp_path)
    try:
        assert len(find(store, {"SeriesInstanceUID": [NODULE]}, "SOPInstanceUID", "Spiculation")) == 1
    finally:
        store.close()


def test_a_facts_table_saved_by_a_spreadsheet_with_a_byte_order_mark_is_read(
    archive_file: Path, tmp_path: Path, patients: list[str]
) -> None:
    write_facts(tmp_path, [{"PatientID": patients[0], "attribute": "race", "value": "ASIAN"}])
    table = tmp_path / "clinical.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    store = store_with(archive_file, tmp_path)
    try:
        assert find(store, {"race": ["ASIAN"]}, "PatientID") == [(patients[0],)]
    finally:
        store.close()
