"""Pages and their tokens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from idc_contract.relations.relation import holds, same
from idc_contract.relations.v1.drawing import exactly, one, patients, some, spans, values
from idc_contract.relations.v1.questions import (
    COLUMNS,
    DEFAULT_SIZE,
    DICOM,
    DICOM_ORDER,
    FIELDS,
    PAGED,
    Question,
    ascending,
    distinct,
    manifest,
    page,
    query,
    relation,
    rows_of,
    spec,
    total,
    walk,
)
from idc_contract.relations.v1.saved import saved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from idc_contract.relations.relation import Draw
    from idc_contract.service import Service

BAD_SIZES = ("0", "-1", "50001", "1.5", "ten", "", " ", "1e3", "9" * 30)
MOST_PAGES = 12
SERIES = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")


def _small(service: Service, draw: Draw) -> dict[str, list[str]]:
    return {"PatientID": exactly(one(draw, patients(service)))}


@relation(examples=5)
def pages_of_any_size_make_the_same_whole(service: Service, draw: Draw) -> None:
    """Small pages of a manifest or a query have together the same rows as one large page."""
    filters = _small(service, draw)
    if draw(st.booleans()):
        question = manifest(filters, some(draw, list(COLUMNS), 4))
    else:
        question = query(filters, some(draw, FIELDS, 5))
    whole = rows_of(service, question)
    same(rows_of(service, question, spans(len(whole), draw)), whole, "pages are the whole")


@relation(examples=3)
def a_walk_ends_with_a_full_page(service: Service, draw: Draw) -> None:
    """If the last page is as full as the others, it is the last."""
    filters = _small(service, draw)
    for question in (manifest(filters, ["GCS_URL"]), query(filters, ["SeriesInstanceUID"])):
        whole = rows_of(service, question)
        exact = [size for size in range(1, len(whole) // 2 + 1) if len(whole) % size == 0]
        if exact and len(whole) // exact[-1] <= MOST_PAGES:
            same(rows_of(service, question, [exact[-1]]), whole, "pages of equal size are the whole")


@relation(examples=3)
def pages_of_instances_make_the_same_whole(service: Service, draw: Draw) -> None:
    """If each row is an instance, pages of any size have together all rows, in manifests and in queries."""
    filters = _small(service, draw)
    column = draw(st.sampled_from(["SOPInstanceUID", "CRDC_Instance_GUID", "GCS_URL"]))
    for question in (manifest(filters, ["Patient_ID", column]), query(filters, ["Modality", "SOPInstanceUID"])):
        whole = rows_of(service, question)
        same(rows_of(service, question, spans(len(whole), draw)), whole, "pages of instances are the whole")


@relation(examples=3, needs={"write"})
def pages_of_a_saved_cohort_make_the_same_whole(service: Service, draw: Draw) -> None:
    """Small pages of a saved cohort have together the same rows as one large page."""
    with saved(service, spec(_small(service, draw))) as number:
        for question in (
            manifest(None, some(draw, list(COLUMNS), 4), cohort=number),
            query(None, some(draw, FIELDS, 4), cohort=number),
        ):
            whole = rows_of(service, question)
            same(rows_of(service, question, spans(len(whole), draw)), whole, "pages of a cohort are the whole")


@relation(examples=2, needs={"hurried"})
def answers_that_come_later_are_the_same(service: Service, draw: Draw) -> None:
    """A query that is answered with 202 first has in the end the rows of one that is answered at once."""
    assert service.hurried is not None
    new = f"no such value {draw(st.integers(0, 2**63))}"  # no answer to it is kept
    filters = {"PatientID": [one(draw, patients(service)), new]}
    for question in (manifest(filters, some(draw, list(COLUMNS), 4)), query(filters, some(draw, FIELDS, 5))):
        found, expected = (
            [(each.rows, each.total) for each in walk(asked, question, [7, 50])] for asked in (service.hurried, service)
        )
        same(found, expected, "pages that come later")


@relation(examples=2)
def rows_of_a_large_selection_ascend_from_page_to_page(service: Service, draw: Draw) -> None:
    """The first pages without filters ascend, repeat no row, and have the same totalFound."""
    column = draw(st.sampled_from([["SeriesInstanceUID"], ["GCS_URL"], ["Collection_ID", "Patient_ID"]]))
    for question in (manifest({}, column), query({}, ["Modality", "StudyDate", "SeriesInstanceUID"])):
        pages = [page(service, question, 40)]
        for size in (1, 300, 17):
            if pages[-1].token:
                pages.append(page(service, question, size, pages[-1].token))
        rows = [row for each in pages for row in each.rows]
        holds(ascending(rows, question.order), "rows of everything ascend", f"{question.order}: {rows[:3]}")
        holds(len(distinct(rows)) == len(rows), "no row of everything comes twice", f"{question.operation} {column}")
        holds(len({each.total for each in pages}) == 1, "totalFound of everything stays", f"{column}")


@relation(examples=2)
def the_metadata_of_all_instances_comes_in_pages(service: Service, draw: Draw) -> None:
    """Pages of /dicomMetadata of any size begin with the same rows, in the order documented, none twice."""
    whole = page(service, DICOM, 60)
    rows, pages, token = list[Any](), list[Any](), None
    while len(rows) < min(40, len(whole.rows)):
        pages.append(page(service, DICOM, draw(st.integers(4, 30)), token))
        rows += pages[-1].rows
        token = pages[-1].token
        holds(token or len(rows) == whole.total, "metadata goes on", f"no token after {len(rows)} of {whole.total}")
    common = min(len(rows), len(whole.rows))
    same(rows[:common], whole.rows[:common], "pages of metadata are those of the whole")
    holds(ascending(rows, DICOM_ORDER), "metadata ascends", f"by {DICOM_ORDER}")
    holds(len({row["SOPInstanceUID"] for row in rows}) == len(rows), "no instance comes twice", f"{len(rows)} rows")
    same([each.total for each in pages], [whole.total] * len(pages), "totalFound of the metadata stays")


@relation()
def the_metadata_is_of_every_instance(service: Service, draw: Draw) -> None:
    """/dicomMetadata has as many rows as there are instances, as a manifest and a query without filters have."""
    found = page(service, DICOM, 1).total
    for column in ("SOPInstanceUID", "CRDC_Instance_GUID", "GCS_URL"):
        same(found, total(service, {}, column), f"instances are those with a {column}")
    same(page(service, query({}, ["SOPInstanceUID"]), 1).total, found, "a query of everything has all instances")


@relation()
def a_page_has_a_thousand_rows_by_default(service: Service, draw: Draw) -> None:
    """Without page_size a page has at most 1000 rows, the first rows of a larger page."""
    for question in (manifest({}, ["StudyInstanceUID"]), query({}, ["StudyInstanceUID", "Modality"])):
        unsized, sized = page(service, question), page(service, question, draw(st.integers(1001, 1100)))
        common = min(len(unsized.rows), len(sized.rows), DEFAULT_SIZE)
        same(unsized.rows[:common], sized.rows[:common], "the default page is the beginning")
        if unsized.total > len(unsized.rows):
            beyond = page(service, question, None, unsized.token).rows
            same([*unsized.rows, *beyond][: len(sized.rows)], sized.rows[: len(unsized.rows) + len(beyond)],
                 "the page after the default one goes on")  # fmt: skip


@relation(needs={"mistakes"})
def the_bounds_of_page_size_are_good_and_beyond_is_refused(service: Service, draw: Draw) -> None:
    """A page_size from 1 to 50000 is accepted, anything else is a 400, on first pages and on later ones."""
    small = {"PatientID": exactly(patients(service)[0])}
    for question in (manifest(small, ["SeriesInstanceUID"]), query(small, ["SeriesInstanceUID"]), DICOM):
        first = page(service, question, 1)
        same(len(first.rows), 1, "a page of one row")
        if question is not DICOM:
            same(len(rows_of(service, question, (50_000,))), first.total, "a page of up to 50000 rows")
        for size in BAD_SIZES:
            for start in (question.flags, (("next_page", first.token),)):
                _refused(service, question, [*start, ("page_size", size)])


def _refused(service: Service, question: Question, parameters: list[tuple[str, Any]]) -> dict[str, Any]:
    reported = service.call(
        question.operation, question.body, query=parameters, user=question.user, status=400, **question.path
    )
    holds(reported["code"] == 400, "an error's code is its status", f"{reported}")
    return dict(reported)


# --- tokens ------------------------------------------------------------------------------------------------------


@contextmanager
def _questions(service: Service, filters: dict[str, list[str]]) -> Iterator[dict[str, Question]]:
    """A query with several pages for each paged operation, by name."""
    requested = {
        "previewManifest": manifest(filters, ["SeriesInstanceUID"]),
        "previewQuery": query(filters, SERIES),
        "getDicomMetadata": DICOM,
    }
    if not (service.write and service.users):
        yield requested
        return
    with saved(service, spec(filters)) as number, saved(service, spec(filters)) as other:
        requested |= {
            "getCohortManifest": manifest(None, ["SeriesInstanceUID"], cohort=number),
            "queryCohort": query(None, SERIES, cohort=number),
            "getCohortManifest of another": manifest(None, ["SeriesInstanceUID"], cohort=other),
            "queryCohort of another": query(None, SERIES, cohort=other),
        }
        if len(service.users) < 2:
            yield requested
            return
        with saved(service, spec(filters), user=1) as foreign:
            requested |= {
                "getCohortManifest of another user": manifest(None, ["SeriesInstanceUID"], cohort=foreign, user=1),
                "queryCohort of another user": query(None, SERIES, cohort=foreign, user=1),
            }
            yield requested


@relation()
def a_token_gives_the_same_rows_each_time(service: Service, draw: Draw) -> None:
    """A token can be used again, with the same rows; all other parameters except page_size are ignored."""
    with _questions(service, _small(service, draw)) as requested:
        for name, question in sorted(requested.items()):
            first = page(service, question, 1)
            if not first.token:
                continue
            again = page(service, question, 1, first.token)
            for more in ([], [("SOPInstanceUID", "True")], [("sql", "True"), ("no_such", "1")], [("GCS_URL", "true")]):
                repeated = page(service, question, 1, first.token, more)
                same(repeated.rows, again.rows, f"a token of {name} gives the same rows with {more}")
                same(bool(repeated.token), bool(again.token), f"a token of {name} leads as far with {more}")
            longer = page(service, question, 2, first.token).rows
            same(longer[:1], again.rows, f"a token of {name} begins with the same row")


@relation(needs={"mistakes"})
def a_token_is_valid_only_for_its_own_query(service: Service, draw: Draw) -> None:
    """A token for another operation, another cohort or another user is a 400."""
    with _questions(service, _small(service, draw)) as requested:
        tokens = {name: page(service, question, 1).token for name, question in sorted(requested.items())}
        for name, question in sorted(requested.items()):
            for other, token in sorted(tokens.items()):
                if other != name and token:
                    _refused(service, question, [("next_page", token)])


@relation(examples=2)
def a_token_continues_its_own_query(service: Service, draw: Draw) -> None:
    """With another valid body a token continues the query that it was issued for, or is refused."""
    filters, other = _small(service, draw), {"collection_id": exactly(one(draw, values(service, "collection_id")))}
    for question, changed in (
        (manifest(filters, ["SeriesInstanceUID"]), manifest(other, ["SeriesInstanceUID"])),
        (query(filters, ["SeriesInstanceUID"]), query(other, ["Modality"])),
    ):
        first = page(service, question, 1)
        again = page(service, question, 3, first.token).rows
        answer = service.call(
            question.operation,
            changed.body,
            query=[("page_size", 3), ("next_page", first.token)],
            status=(200, 202, 400),
        )
        if answer["code"] == 200:
            results = answer.get("manifest") or answer["query_results"]
            same(results.get("json_manifest", results.get("json")), again, "a token keeps its question")
            same(results["totalFound"], first.total, "a token keeps its total")


@relation(examples=2, needs={"mistakes"})
def a_token_that_was_not_given_is_refused(service: Service, draw: Draw) -> None:
    """An invalid, empty, shortened or modified token is a 400."""
    with _questions(service, _small(service, draw)) as requested:
        for name in PAGED:
            if (question := requested.get(name)) is None:
                continue
            token = page(service, question, 1).token
            at = draw(st.integers(10, len(token) - 10))
            changed = "A" if token[at] != "A" else "B"
            for bad in (
                "", "x", "0", "None", "\u00e9", token[: len(token) // 2], token[4:],
                token[:at] + changed + token[at + 1 :], token[:at] + token[at + 1 :], token.swapcase(), "x" + token,
            ):  # fmt: skip
                _refused(service, question, [("next_page", bad)])


@relation(needs={"mistakes"})
def a_later_page_wants_a_good_body_too(service: Service, draw: Draw) -> None:
    """The body is required and checked, also with a token."""
    filters = _small(service, draw)
    for question in (manifest(filters, ["SeriesInstanceUID"]), query(filters, SERIES)):
        token = page(service, question, 1).token
        for raw in (b"", b"{}", b"nonsense", b'{"name": "n", "description": "", "filters": {"nonsense": ["x"]}}'):
            service.call(question.operation, raw=raw, query=[("next_page", token)], status=400)


@relation(examples=2)
def a_selection_of_nothing_is_one_empty_page(service: Service, draw: Draw) -> None:
    """A selection without matches has no rows, a totalFound of 0 and no next page."""
    filters = {draw(st.sampled_from(["PatientID", "Modality", "collection_id"])): [NOTHING_LIKE_IT]}
    for question in (manifest(filters, ["SeriesInstanceUID"]), query(filters, ["PatientID"])):
        pages = walk(service, question, [5])
        same([len(pages), pages[0].total, pages[0].rows, pages[0].token], [1, 0, [], ""], "nothing is one empty page")


NOTHING_LIKE_IT = "no such thing anywhere"
