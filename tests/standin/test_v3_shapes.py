"""The table of request bodies: every row for each of the five operations that take filters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.standin.v3_requests import POSTS, post, problem, problems, refusal

if TYPE_CHECKING:
    import httpx

EACH = pytest.mark.parametrize("path", POSTS)
BARE = [
    ('{"terms": {"Modality": ["CT"]}}', ["terms"]),
    ('{"terms": null}', ["terms"]),
    ('{"ranges": 5}', ["ranges"]),
    ('{"ranges": {}, "terms": {}}', ["terms", "ranges"]),
    ('{"terms": {}, "filters": {"terms": {"Modality": ["CT"]}}}', ["terms"]),
    ('{"terms": {}, "filters": 7, "page": null, "source": 1, "nonsense": 2}', ["terms"]),
]
MODEL, EXTRA = "model_attributes_type", "extra_forbidden"


def two(where: list[Any], sent: Any) -> list[dict[str, Any]]:
    """A bound that is neither a number nor text is two problems."""
    return [problem("float_type", [*where, "float"], sent), problem("string_type", [*where, "str"], sent)]


HUGE = int("9" * 400)
IN = ["filters", "ranges", "instanceCount"]
WRONG: list[tuple[str, list[dict[str, Any]]]] = [
    # unknown names, at every level; they are case-sensitive
    ('{"nonsense": 1}', [problem(EXTRA, ["nonsense"], 1)]),
    ('{"Filters": {"terms": {}}}', [problem(EXTRA, ["Filters"], {"terms": {}})]),
    ('{"b": 1, "a": null}', [problem(EXTRA, ["b"], 1), problem(EXTRA, ["a"], None)]),
    ('{"filters": {"term": {}}}', [problem(EXTRA, ["filters", "term"], {})]),
    ('{"filters": {"Ranges": {}}}', [problem(EXTRA, ["filters", "Ranges"], {})]),
    ('{"filters": {"filters": {}}}', [problem(EXTRA, ["filters", "filters"], {})]),
    ('{"filters": {"ranges": {"instanceCount": {"gt": 1}}}}', [problem(EXTRA, [*IN, "gt"], 1)]),
    (
        '{"filters": {"ranges": {"nonsense": {"GTE": 1}}}}',
        [problem(EXTRA, ["filters", "ranges", "nonsense", "GTE"], 1)],
    ),
    # filters
    ('{"filters": null}', [problem(MODEL, ["filters"], None)]),
    ('{"filters": []}', [problem(MODEL, ["filters"], [])]),
    ('{"filters": "Modality"}', [problem(MODEL, ["filters"], "Modality")]),
    # terms and ranges
    ('{"filters": {"terms": null}}', [problem("dict_type", ["filters", "terms"], None)]),
    ('{"filters": {"terms": [1]}}', [problem("dict_type", ["filters", "terms"], [1])]),
    ('{"filters": {"ranges": null}}', [problem("dict_type", ["filters", "ranges"], None)]),
    ('{"filters": {"ranges": []}}', [problem("dict_type", ["filters", "ranges"], [])]),
    # the values of a term
    ('{"filters": {"terms": {"Modality": null}}}', [problem("list_type", ["filters", "terms", "Modality"], None)]),
    ('{"filters": {"terms": {"Modality": "CT"}}}', [problem("list_type", ["filters", "terms", "Modality"], "CT")]),
    (
        '{"filters": {"terms": {"Modality": ["CT", null, 3]}}}',
        [
            problem("string_type", ["filters", "terms", "Modality", 1], None),
            problem("string_type", ["filters", "terms", "Modality", 2], 3),
        ],
    ),
    # a range and its bounds
    ('{"filters": {"ranges": {"instanceCount": null}}}', [problem(MODEL, IN, None)]),
    ('{"filters": {"ranges": {"instanceCount": [1, 2]}}}', [problem(MODEL, IN, [1, 2])]),
    ('{"filters": {"ranges": {"instanceCount": {"gte": [1]}}}}', two([*IN, "gte"], [1])),
    ('{"filters": {"ranges": {"instanceCount": {"lte": {}}}}}', two([*IN, "lte"], {})),
    (f'{{"filters": {{"ranges": {{"instanceCount": {{"gte": {HUGE}}}}}}}}}', two([*IN, "gte"], HUGE)),
    # a repeated name: the last one counts
    ('{"filters": {"terms": {}}, "filters": {"x": 1}}', [problem(EXTRA, ["filters", "x"], 1)]),
    # several: members in the order of the model, then what is unknown in the order sent
    (
        '{"z": 0, "filters": {"y": 1, "ranges": {"b": {"gt": 2, "lte": []}, "a": 3}, "x": 4, "terms": 5}, "w": 6}',
        [
            problem("dict_type", ["filters", "terms"], 5),
            *two(["filters", "ranges", "b", "lte"], []),
            problem(EXTRA, ["filters", "ranges", "b", "gt"], 2),
            problem(MODEL, ["filters", "ranges", "a"], 3),
            problem(EXTRA, ["filters", "y"], 1),
            problem(EXTRA, ["filters", "x"], 4),
            problem(EXTRA, ["z"], 0),
            problem(EXTRA, ["w"], 6),
        ],
    ),
]
NO_OBJECT: list[tuple[str, list[dict[str, Any]]]] = [
    ("null", [problem(MODEL, [], None)]),
    ("[]", [problem(MODEL, [], [])]),
    ('"x"', [problem(MODEL, [], "x")]),
    ("7", [problem(MODEL, [], 7)]),
    ("", [problem("missing", [], None)]),
    ("{", [problem("json_invalid", [1], {}, ctx={"error": "Expecting property name enclosed in double quotes"})]),
    ("[1", [problem("json_invalid", [2], {}, ctx={"error": "Expecting ',' delimiter"})]),
]
OWN: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("cohort/manifest", '{"page": null}', [problem("int_type", ["page"], None)]),
    ("cohort/manifest", '{"page": 1.5}', [problem("int_from_float", ["page"], 1.5)]),
    ("cohort/manifest", '{"page_size": "x"}', [problem("int_parsing", ["page_size"], "x")]),
    ("cohort/manifest", '{"include_rows": 7}', [problem("bool_parsing", ["include_rows"], 7)]),
    (
        "cohort/manifest",
        '{"x": 1, "include_rows": null, "page": "", "filters": 2}',
        [
            problem(MODEL, ["filters"], 2),
            problem("int_parsing", ["page"], ""),
            problem("bool_type", ["include_rows"], None),
            problem(EXTRA, ["x"], 1),
        ],
    ),
    ("cohort/manifest.txt", '{"source": null}', [problem("string_type", ["source"], None)]),
    (
        "cohort/manifest.txt",
        '{"limit": "1.5", "page": 0}',
        [problem("int_parsing", ["limit"], "1.5"), problem(EXTRA, ["page"], 0)],
    ),
    ("citations", '{"citation_format": 1}', [problem("string_type", ["citation_format"], 1)]),
    ("cohort/counts", '{"page": 1}', [problem(EXTRA, ["page"], 1)]),
    ("licenses", '{"citation_format": "apa"}', [problem(EXTRA, ["citation_format"], "apa")]),
    ("sql", "{}", [problem("missing", ["sql"], {})]),
]


@EACH
@pytest.mark.parametrize(("body", "stray"), BARE)
def test_filters_at_the_top_of_a_body_are_one_problem_and_nothing_else_is_looked_at(
    http: httpx.Client, path: str, body: str, stray: list[str]
) -> None:
    answer = post(http, path, body)
    assert problems(answer) == [problem("value_error", [], json.loads(body), ctx={"error": {}})]
    sentence = answer.json()["detail"][0]["msg"]
    places = [sentence.find(f"'{name}'") for name in stray]
    assert -1 not in places
    assert places == sorted(places)
    assert all(f"'{name}'" not in sentence for name in {"terms", "ranges", "nonsense"}.difference(stray))


@EACH
@pytest.mark.parametrize(("body", "expected"), WRONG)
def test_a_wrong_shape_is_named_at_its_place_in_the_order_of_the_model(
    http: httpx.Client, path: str, body: str, expected: list[dict[str, Any]]
) -> None:
    answer = post(http, path, body)
    assert problems(answer) == expected
    for entry in answer.json()["detail"]:
        assert list(entry) == ["type", "loc", "msg", "input"]
        assert entry["type"] != EXTRA or entry["msg"] == "Extra inputs are not permitted"


@EACH
@pytest.mark.parametrize(("body", "expected"), NO_OBJECT)
def test_a_body_that_is_no_object_is_a_422(
    http: httpx.Client, path: str, body: str, expected: list[dict[str, Any]]
) -> None:
    assert problems(post(http, path, body)) == expected


@EACH
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_declared_as_json_is_text(http: httpx.Client, path: str, content_type: str | None) -> None:
    assert problems(post(http, path, '{"filters": {}}', content_type)) == [problem(MODEL, [], '{"filters": {}}')]
    assert problems(post(http, path, b"\xff{}", content_type)) == [problem(MODEL, [], "\\xff{}")]


@EACH
@pytest.mark.parametrize("body", ["[" * 100_000, '{"x": ' + "9" * 5000 + "}", b'{"x": "\xff"}'])
def test_a_body_that_cannot_be_read_is_a_400_of_text(http: httpx.Client, path: str, body: str | bytes) -> None:
    answer = post(http, path, body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]
    assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize("depth", [100, 120, 300, 500, 700, 900, 950, 1000])
@pytest.mark.parametrize("form", ["{}", '{{"nonsense": {}}}', '{{"filters": {{"terms": {}}}}}'])
def test_no_depth_of_nesting_is_too_much_for_the_server(http: httpx.Client, form: str, depth: int) -> None:
    answer = post(http, "cohort/counts", form.format("[" * depth + "]" * depth))
    assert answer.status_code == (422 if depth <= 120 else 400), answer.text
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize(("path", "body", "expected"), OWN)
def test_members_of_an_operations_own_are_read_after_its_filters(
    http: httpx.Client, path: str, body: str, expected: list[dict[str, Any]]
) -> None:
    assert problems(post(http, path, body)) == expected


@pytest.mark.parametrize(
    ("body", "bytes_of_it"),
    [
        ('{"x": 1e-6}', b'"input":1e-06}'),
        ('{"x": 0.00001}', b'"input":1e-05}'),
        ('{"x": 1e16}', b'"input":1e+16}'),
        ('{"x": 1e15}', b'"input":1000000000000000.0}'),
        ('{"x": -0.0}', b'"input":-0.0}'),
        ('{"x": 1' + "0" * 30 + ', "y": "\u00e9"}', '"input":"\u00e9"}'.encode()),
        ('{"x": NaN}', b'"input":null}'),
        ('{"terms": NaN}', b'"input":{"terms":null},'),
        ('{"ranges": {"x": {"gte": 1e400}}}', b'"input":{"ranges":{"x":{"gte":null}}},'),
        ('{"terms": "\\ud800"}', b'"input":{"terms":"\\\\ud800"},'),
    ],
)
def test_an_echo_has_the_bytes_of_the_framework_and_says_null_or_an_escape_for_what_json_has_no_form_for(
    http: httpx.Client, body: str, bytes_of_it: bytes
) -> None:
    answer = post(http, "cohort/counts", body)
    assert answer.status_code == 422
    assert bytes_of_it in answer.content


@EACH
def test_half_of_a_surrogate_pair_is_refused_with_400(http: httpx.Client, path: str) -> None:
    assert "surrogate" in refusal(post(http, path, '{"filters": {"terms": {"Modality": ["\\ud800"]}}}'))
    assert "\\ud800" in refusal(post(http, path, '{"filters": {"terms": {"\\ud800": ["CT"]}}}'))
    assert "\\udc00" in refusal(post(http, path, '{"filters": {"ranges": {"StudyDate": {"gte": "\\udc00"}}}}'))


def test_the_body_of_sql_stays_open(http: httpx.Client) -> None:
    answer = post(http, "sql", '{"sql": "SELECT 1 AS one", "terms": {}, "nonsense": 1}')
    assert (answer.status_code, answer.json()["rows"]) == (200, [{"one": 1}])


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"])
def test_json_may_be_declared_in_several_ways(http: httpx.Client, content_type: str) -> None:
    answer = post(http, "cohort/counts", "\ufeff" + '{"filters": {"terms": {"Modality": ["CT"]}}}', content_type)
    assert answer.json()["filters_applied"] == {"terms": {"Modality": ["CT"]}, "ranges": {}}
