"""Pages that are decoded from their bytes: the same result as on the general path, or else left to it."""

import copy
import gc
import json
import operator
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pyarrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from idc_client.models import V1ManifestRow, V3ManifestRow

from idc_ext import ContractError, Page, PagingError, connect, v1, v3
from idc_ext._tables import arrow
from idc_ext._tables.columns import Columns
from idc_ext._tables.records import DecodedRows, JsonRows
from idc_ext.v1 import _filters
from idc_ext.v1._pages import parse_page, parse_page_bytes
from idc_ext.v3._pages import MANIFEST_COLUMNS, parse_manifest_page, parse_manifest_page_bytes
from tests.support.standin_process import NOWHERE
from tests.support.v1_service import SPEC, query_page
from tests.support.v1_service import manifest_page as v1_manifest
from tests.support.v3_service import RIDER, client, manifest_service, page_of, row

ROWS = [row(n) for n in range(6)]
ASKED = Columns.of(V1ManifestRow, only=["Patient_ID", "GCS_URL"])
QUERIED = Columns.texts(["PatientID", "Modality"])
OPEN = Columns.of(V1ManifestRow, open_ended=True)


def long_way(content: bytes, parse: Callable[[int, Any], Any]) -> Any:
    """What comes of the bytes by way of JSON: a page, or an error."""
    try:
        return parse(200, json.loads(content))
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        return error


def seen(one: Page[Any]) -> Any:
    """All that a page shows, types of numbers included."""
    rows = [made if isinstance(made, dict) else made.to_dict() for made in one.rows]
    ordered = [sorted(record.items()) for record in one.records]
    also = (one.total, one.next_token, sorted(one.info.items()), one.offset, one.ends, list(one.upcoming))
    return repr(([sorted(made.items()) for made in rows], ordered, also))


def agree(content: bytes, decode_bytes: Callable[[bytes], Any], parse: Callable[[int, Any], Any]) -> bool:
    """Compare the two paths; say whether the fast one accepted the bytes."""
    taken = decode_bytes(content)
    if taken is not None:
        expected = long_way(content, parse)
        assert isinstance(expected, Page), expected
        assert seen(taken) == seen(expected)
    return taken is not None


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
VALUES = ANY | st.sampled_from([0, 1.0, -0.0, 2**63, 2**64, 10**30, 1e308, "", "1.2", "ä", "\x00", "😀"])
HOW = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.none() | st.just(1)})


@st.composite
def bodies(draw: st.DrawFn, body: dict[str, Any], holders: list[Callable[[Any], Any]]) -> bytes:
    """Bodies with members changed, left out, added or there twice, and then a few bytes changed."""
    body = copy.deepcopy(body)
    places = [holder(body) for holder in holders]
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.sampled_from(places))
        name = draw(st.sampled_from([*place, "more"]))
        if draw(st.booleans()):
            place.pop(name, None)
        else:
            place[name] = draw(VALUES)
    text = json.dumps(body, **draw(HOW))
    if draw(st.booleans()):  # a member twice, and the same member written otherwise
        text = text.replace('"Modality": ', '"Modality": 7, "Modalit\\u0079": ', 1).replace("{", '{"page": 0, ', 1)
    content = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(draw(st.integers(0, 1))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2)
            | st.sampled_from([b"NaN", b"1e999", b"0", b"\\", b'"', b"\xed\xa0\x80", b" ", b"null"])
        )
    return bytes(content)


V3_HOLDERS: list[Callable[[Any], Any]] = [lambda body: body, *(lambda body, n=n: body["series"][n] for n in range(3))]
V1_HOLDERS: list[Callable[[Any], Any]] = [
    lambda body: body,
    lambda body: body["manifest"],
    lambda body: body["manifest"]["json_manifest"][0],
]
QUERY_HOLDERS: list[Callable[[Any], Any]] = [
    lambda body: body,
    lambda body: body["query_results"],
    lambda body: body["query_results"]["json"][0],
]


@given(bodies(page_of(ROWS, 0, 3), V3_HOLDERS))
@example(json.dumps(page_of(ROWS, 0, 3)).encode())
@example(json.dumps(page_of([{**ROWS[0], "series_size_MB": 10**400}], 0, 3)).encode())
@example(json.dumps(page_of([{**ROWS[0], "SeriesDescription": "\ud800"}], 0, 3)).encode())
@example(json.dumps(page_of(ROWS, 0, 3)).replace("0.5", "NaN").encode())
@example(json.dumps(page_of(ROWS, 0, 3)).replace("0.5", "5").encode())
@example(json.dumps(page_of(ROWS, 0, 3)).replace(": 1,", ": 1.0,").encode())
@example(json.dumps(page_of(ROWS, 0, 3)).encode("utf-16"))
@example(json.dumps(page_of(ROWS, 0, 3)).encode("utf-8-sig"))
@example(json.dumps(page_of(ROWS, 0, 0)).encode())
@example(b"[" * 100_000)
def test_any_bytes_make_the_page_of_a_manifest_that_the_long_way_makes_of_them(content: bytes) -> None:
    agree(content, parse_manifest_page_bytes, parse_manifest_page)


@given(bodies(v1_manifest({"Patient_ID": "p", "GCS_URL": None}, {"Patient_ID": "q", "GCS_URL": "g"}), V1_HOLDERS))
def test_any_bytes_make_the_page_of_v1s_manifest_that_the_long_way_makes_of_them(content: bytes) -> None:
    agree(
        content, lambda one: parse_page_bytes("manifest", ASKED, one), lambda *one: parse_page("manifest", ASKED, *one)
    )


@pytest.mark.parametrize("columns", [QUERIED, OPEN])
@given(bodies(query_page({"PatientID": "p", "Modality": ["CT"]}, {"PatientID": None, "Modality": "a"}), QUERY_HOLDERS))
def test_any_bytes_make_the_page_of_a_query_that_the_long_way_makes_of_them(columns: Columns, content: bytes) -> None:
    agree(
        content,
        lambda one: parse_page_bytes("query_results", columns, one),
        lambda *one: parse_page("query_results", columns, *one),
    )


@given(order=st.lists(st.integers(0, 5), max_size=6))
def test_rows_twice_or_out_of_order_are_not_taken_and_all_others_are(order: list[int]) -> None:
    rows = [ROWS[n] for n in order]
    content = json.dumps(page_of(rows, 0, 10)).encode()
    assert agree(content, parse_manifest_page_bytes, parse_manifest_page) == (order == sorted(set(order)))


def test_two_rows_of_the_same_identifiers_are_refused_however_much_else_ascends() -> None:
    content = json.dumps(page_of([{**ROWS[0], "Modality": "CT"}, {**ROWS[0], "Modality": "MR"}], 0, 10)).encode()
    assert parse_manifest_page_bytes(content) is None
    assert "out of order" in str(long_way(content, parse_manifest_page))


def test_what_fits_the_document_is_decoded_straight() -> None:
    found = [
        parse_manifest_page_bytes(json.dumps(page_of(ROWS, 0, 3)).encode()),
        parse_page_bytes("manifest", ASKED, json.dumps(v1_manifest({"Patient_ID": "p", "GCS_URL": None})).encode()),
        parse_page_bytes(
            "query_results", QUERIED, json.dumps(query_page({"PatientID": "p", "Modality": ["CT"]})).encode()
        ),
    ]
    assert [type(one.content) for one in found if one] == [DecodedRows, DecodedRows, JsonRows]


@pytest.mark.parametrize("more", [{"series": {"more": 1}}, {"body": {"more": 1}}])
def test_a_member_that_the_document_does_not_know_is_kept_as_ever(more: dict[str, Any]) -> None:
    rows = [{**one, **more.get("series", {})} for one in ROWS]

    def answer(path: str, body: Any) -> Any:
        said = manifest_service(rows)(path, body)
        return {**said, **more.get("body", {})} if "series" in said else said

    walk = v3.manifest(client(answer), RIDER, page_size=4)
    assert [one for page in walk.pages() for one in page.records] == rows
    assert all(page.info.get("more") == more.get("body", {}).get("more") for page in walk.pages())
    assert [one.to_dict() for one in walk] == ROWS
    assert walk.to_arrow().to_pylist() == ROWS


@pytest.mark.parametrize(
    "change", [{"Modality": 7}, {"instanceCount": 1.5}, {"instanceCount": True}, {"SeriesInstanceUID": None}]
)
def test_a_value_that_the_document_does_not_allow_is_the_same_error_as_ever(change: dict[str, Any]) -> None:
    rows = [*ROWS[:2], {**ROWS[2], **change}]
    walk = v3.manifest(client(manifest_service(rows)), RIDER)
    for use in (list, lambda one: one.to_arrow(), lambda one: next(one.pages())):
        with pytest.raises(ContractError, match="a body that does not fit the document"):
            use(walk)


def test_a_missing_member_is_the_same_error_as_ever() -> None:
    rows = [{name: value for name, value in one.items() if name != "aws_bucket"} for one in ROWS]
    with pytest.raises(ContractError, match="aws_bucket"):
        list(v3.manifest(client(manifest_service(rows)), RIDER))


# The columns:


def batch_at_once(columns: Columns, page: Page[Any]) -> Any:
    """The batch of all rows of a page at once, from dictionaries by wire name; or the text of the error."""
    kinds = arrow.schema(columns)
    try:
        rows = [tuple(record[name] for name in columns.names) for record in page.records]
        return pyarrow.RecordBatch.from_struct_array(pyarrow.array(rows, pyarrow.struct(list(kinds))))
    except (OverflowError, TypeError, ValueError) as error:
        return f"a value does not fit its column: {error}"[:300]


def batch_in_pieces(columns: Columns, page: Page[Any], piece: int) -> Any:
    """The batch that is made piece by piece; or the text of the error."""
    try:
        return arrow.batch(columns, page.content, piece=piece)
    except ContractError as error:
        return str(error)


LARGE = [{**row(n), "instanceCount": number} for n, number in enumerate([1, 2**63 - 1, 2**63, 3, 2**70])]


@pytest.mark.parametrize("piece", [1, 2, 1_000])
@given(bodies(page_of(ROWS, 0, 6), V3_HOLDERS))
@example(json.dumps(page_of(ROWS, 0, 6)).encode())
@example(json.dumps(page_of([], 0, 6)).encode())
@example(json.dumps(page_of(LARGE, 0, 6)).encode())
@example(json.dumps(page_of([{**one, "SeriesDescription": None} for one in ROWS[:3]] + ROWS[3:], 0, 6)).encode())
@example(json.dumps(page_of([{**one, "PatientID": "\x00ä😀"} for one in ROWS], 0, 6)).encode())
@example(json.dumps(page_of([{**ROWS[0], "SeriesDescription": "\ud800"}], 0, 6)).encode())
def test_any_bytes_make_the_columns_that_all_rows_at_once_make_by_the_long_way(piece: int, content: bytes) -> None:
    long = long_way(content, parse_manifest_page)
    short = parse_manifest_page_bytes(content)
    for page in (long, short):
        if isinstance(page, Page):
            found = batch_in_pieces(MANIFEST_COLUMNS, page, piece)
            expected = batch_at_once(MANIFEST_COLUMNS, long)
            if isinstance(expected, str):
                assert found == expected
            else:
                assert found.serialize().equals(expected.serialize())


# The rows:


def made() -> V3ManifestRow:
    (found,) = parse_manifest_page_bytes(json.dumps(page_of(ROWS[:1], 0, 3)).encode()).rows  # type: ignore[union-attr] # it fits
    return found


def test_a_row_is_of_the_generated_model_to_all_who_ask() -> None:
    one, plain = made(), V3ManifestRow.from_dict(ROWS[0])
    assert isinstance(one, V3ManifestRow)
    assert one == plain
    assert plain == one
    assert (one != plain) is False
    assert one == made()
    assert one != V3ManifestRow.from_dict(ROWS[1])
    assert repr(one) == repr(plain)
    assert one.to_dict() == ROWS[0]
    assert attrs.asdict(one) == attrs.asdict(plain)
    assert attrs.evolve(one, patient_id="q") == attrs.evolve(plain, patient_id="q")
    assert one.from_dict(ROWS[1]) == V3ManifestRow.from_dict(ROWS[1])
    match one:
        case V3ManifestRow(collection_id="rider_pilot", patient_id=patient):
            assert patient == plain.patient_id
        case _:
            pytest.fail("it does not match")
    for copied in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):  # noqa: S301 - our own
        assert copied == plain
        assert isinstance(copied, V3ManifestRow)


def test_a_row_can_be_changed_as_ever_and_has_no_other_attributes() -> None:
    one = made()
    one.patient_id = "q"
    assert one.to_dict() == {**ROWS[0], "PatientID": "q"}
    assert [found for found in (one,) if found.patient_id == "q"]
    with pytest.raises(AttributeError):
        one.more = 1  # type: ignore[attr-defined] # that is the mistake
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


@given(st.lists(st.sampled_from(sorted(_filters._MANIFEST_COLUMNS)), min_size=1, unique=True))
def test_columns_that_were_not_asked_for_are_unset_as_ever(names: list[str]) -> None:
    record = dict.fromkeys(names, "v")
    columns = Columns.of(V1ManifestRow, only=names)
    found = parse_page_bytes("manifest", columns, json.dumps(v1_manifest(record)).encode())
    assert found is not None
    assert found.rows == [V1ManifestRow.from_dict(record)]
    assert repr(found.rows) == repr([V1ManifestRow.from_dict(record)])
    assert found.records == [record]


def test_rows_leave_nothing_to_the_garbage_collector() -> None:
    found = parse_manifest_page_bytes(json.dumps(page_of(ROWS, 0, 3)).encode())
    assert found is not None
    assert not any(map(gc.is_tracked, found.rows))


def test_records_and_rows_of_a_page_are_the_same_whichever_is_looked_at_first() -> None:
    first, second = (next(v3.manifest(client(manifest_service(ROWS)), RIDER).pages()) for _ in range(2))
    assert first.records == ROWS
    assert list(map(operator.methodcaller("to_dict"), first.rows)) == ROWS
    assert second.rows == first.rows
    assert second.records == first.records


def test_a_manifest_of_v1_is_typed_rows_by_either_way() -> None:
    for more in ({}, {"Collection_ID": "beyond what was asked for"}, {"more": 1}):
        record = {"Patient_ID": "p", "GCS_URL": None, **more}
        idc = connect(
            NOWHERE, transport=httpx.MockTransport(lambda _, r=record: httpx.Response(200, json=v1_manifest(r)))
        )
        (found,) = v1.preview_manifest(idc, SPEC, fields=["Patient_ID", "GCS_URL"])
        assert isinstance(found, V1ManifestRow)
        assert found == V1ManifestRow.from_dict(record)


def test_a_page_that_was_decoded_fast_is_still_compared_with_the_others() -> None:
    with pytest.raises(PagingError, match="second time or out of order"):
        list(v3.manifest(client(lambda path, body: manifest_service(ROWS)(path, body) if "page" not in body else
                                {**page_of(ROWS, 0, 3), "page": body["page"]}), RIDER, page_size=3))  # fmt: skip
