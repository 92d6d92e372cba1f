from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from idc_drift.changes import accepted, rules
from idc_drift.changes.change import Change, Place

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.date(2027, 1, 15)
IDS = {"GET /a": "getA", "GET /b": "getB"}


def change(rule: str = "response-property-removed", **more: Any) -> Change:
    places = more.pop("places", (Place("GET /a", "/components/schemas/A/properties/n"),))
    return Change(rule, "breaking", "Something moved.", places, more.pop("where", "200 application/json /n"), **more)


def rows(tmp_path: Path, text: str) -> list[accepted.Entry]:
    (tmp_path / "accepted.yaml").write_text(text)
    return accepted.load(tmp_path / "accepted.yaml")


def reasons(entries: list[accepted.Entry], *changes: Change) -> list[str | None]:
    findings, _ = accepted.apply(entries, changes, IDS, TODAY)
    return [f.accepted for f in findings if f.change.rule != "accepted-entry-stale"]


def stale(entries: list[accepted.Entry], *changes: Change) -> list[str]:
    findings, _ = accepted.apply(entries, changes, IDS, TODAY)
    return [f.change.message for f in findings if f.change.rule == "accepted-entry-stale"]


@pytest.mark.parametrize(("alias", "name"), rules.ALIASES.items())
def test_a_row_accepts_a_rule_by_its_alias_and_by_the_name_in_reports(tmp_path: Path, alias: str, name: str) -> None:
    found = change(name)
    assert reasons(rows(tmp_path, f"[{{rule: {alias}, reason: r}}]"), found) == ["r"]
    assert reasons(rows(tmp_path, f"[{{rule: {name}, reason: r}}]"), found) == ["r"]
    assert reasons(rows(tmp_path, f"[{{rule: {alias[:-1]}*, reason: r}}]"), found) == [None]


def test_a_stale_row_is_reported_with_the_alias_that_it_uses(tmp_path: Path) -> None:
    row = "[{id: x, rule: [required-parameter-default-changed, response-property-removed], reason: r}]"
    assert stale(rows(tmp_path, row), change()) == [
        "The accepted row x contains names that match no difference; remove rule required-parameter-default-changed."
    ]


@pytest.mark.parametrize(
    ("row", "taken"),
    [
        ("rule: response-property-removed", True),
        ("rule: [x, response-property-removed]", True),
        ("rule: response-*", True),
        ("rule: request-*", False),
        ("rule: response-property", False),
        ("rule: '*', operations: all", True),
        ("rule: '*', operations: getA", True),
        ("rule: '*', operations: GET /a", True),
        ("rule: '*', operations: [getB, POST /a]", False),
        ("rule: '*', operations: GET /*", True),
        ("rule: '*', where: 200 application/json /n", True),
        ("rule: '*', where: '** /n'", True),
        ("rule: '*', where: '* /n'", False),
        ("rule: '*', where: '** /m'", False),
        ("rule: '*', pointer: /components/schemas/A/properties/n", True),
        ("rule: '*', pointer: /components/schemas/A/**", True),
        ("rule: '*', pointer: /components/schemas/A/*", False),
        ("rule: '*', pointer: /components/schemas/*/properties/n", True),
        ("rule: '*', before: '\"integer\"', after: '\"string\"'", True),
        ("rule: '*', before: '\"integer\"', after: '\"number\"'", False),
        ("rule: '*', after: ''", False),
    ],
)
def test_a_row_takes_what_it_names_and_nothing_else(tmp_path: Path, row: str, taken: bool) -> None:
    entries = rows(tmp_path, "- {" + row + ", reason: known}")
    assert reasons(entries, change(before='"integer"', after='"string"')) == ["known" if taken else None]


def test_brackets_and_question_marks_of_a_path_are_themselves(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {rule: '*', operations: 'GET /a[x]?{id}', reason: known}")
    taken, other = (change(places=(Place(op, ""),)) for op in ("GET /a[x]?{id}", "GET /ax{id}"))
    assert reasons(entries, taken, other) == ["known", None]


def test_a_change_taken_at_some_of_its_places_stands_at_the_others(tmp_path: Path) -> None:
    places = (Place("GET /a", "/x"), Place("GET /b", "/x"), Place("GET /c", "/x"))
    entries = rows(tmp_path, "- {rule: '*', operations: [getA, GET /c], reason: known}")
    findings, _ = accepted.apply(entries, [change(places=places)], IDS, TODAY)
    assert [(f.accepted, [p.operation for p in f.change.places]) for f in findings] == [
        ("known", ["GET /a", "GET /c"]),
        (None, ["GET /b"]),
    ]


def test_the_first_row_that_matches_gives_the_reason(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {rule: '*', reason: first}\n- {rule: response-*, reason: second}")
    assert reasons(entries, change()) == ["first"]
    assert stale(entries, change()) == []


def test_a_row_that_matches_nothing_is_a_warning(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {id: gone, rule: nothing, reason: was there once}")
    findings, _ = accepted.apply(entries, [], IDS, TODAY)
    assert [(f.change.rule, f.change.level, f.accepted) for f in findings] == [
        ("accepted-entry-stale", "warning", None)
    ]
    assert stale(entries) == [
        "The accepted row gone matches no difference; delete it. "
        "There is no rule `nothing`; did you mean `not-changed`?"
    ]


def test_a_rule_that_does_not_exist_is_said_with_the_most_similar_one(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {id: typo, rule: respnse-type-changed, reason: known}")
    assert stale(entries, change()) == [
        "The accepted row typo matches no difference; delete it. "
        "There is no rule `respnse-type-changed`; did you mean `response-type-changed`?"
    ]
    entries = rows(tmp_path, "- {id: glob, rule: respnse-*, reason: known}\n- {id: fine, rule: request-*, reason: x}")
    assert [("There is no rule" in message) for message in stale(entries, change())] == [True, False]


def test_a_fingerprint_accepts_one_change(tmp_path: Path) -> None:
    one, other = change(), change(where="other")
    entries = rows(tmp_path, f"- {{rule: '*', fingerprint: '{one.fingerprint}', reason: known}}")
    assert [reasons(entries, each) for each in (one, other)] == [["known"], [None]]


def test_a_row_with_a_fingerprint_of_an_earlier_release_says_so_with_the_new_one(tmp_path: Path) -> None:
    old = "- {id: old, rule: response-property-removed, fingerprint: '0123456789abcdef', reason: known}"
    said = "The accepted row old matches no difference; delete it. Fingerprints can change with an update of idc-drift"
    assert stale(rows(tmp_path, old), change()) == [f"{said}; write {change().fingerprint}, if that is meant."]
    assert stale(rows(tmp_path, old), change("response-type-changed")) == [f"{said}."]
    assert reasons(rows(tmp_path, old), change()) == [None]


def test_a_name_in_a_row_that_matches_nothing_is_a_warning(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {id: some, rule: [response-*, gone], operations: [getA, getB], reason: known}")
    assert stale(entries, change()) == [
        "The accepted row some contains names that match no difference; remove rule gone, operations getB. "
        "There is no rule `gone`; `idc-drift explain` lists all rules."
    ]


@pytest.mark.parametrize("at", ["A", "A/n/enum", "A/m", "A/n/**", "B"])
def test_a_row_that_matches_nothing_is_reported_with_the_nearest_open_finding_of_its_rule(
    tmp_path: Path, at: str
) -> None:
    entries = rows(tmp_path, f"- {{id: far, rule: response-property-removed, at: '{at}', reason: known}}")
    other = change("response-type-changed", places=(Place("GET /a", "/components/schemas/A/properties/m"),))
    assert stale(entries, change(), other) == [
        "The accepted row far matches no difference; delete it. "
        "An open finding of the rule is at `A/n`; did you mean that?"
    ]


def test_a_row_is_stale_beside_an_open_finding_of_another_rule_at_its_address(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {id: other, rule: response-type-changed, at: A/n, reason: known}")
    assert stale(entries, change()) == ["The accepted row other matches no difference; delete it."]


def test_each_address_that_matches_nothing_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {id: some, rule: path-removed, at: [paths/~1kept, /gone], reason: known}")
    found = [change("path-removed", places=(Place("", f"/paths/~1{name}"),)) for name in ("kept", "gone", "other")]
    assert stale(entries, *found) == [
        "The accepted row some contains names that match no difference; remove at /gone. "
        "An open finding of the rule is at `paths/~1gone`; did you mean that?"
    ]


def test_a_row_holds_through_its_day_and_not_beyond(tmp_path: Path) -> None:
    entries = rows(
        tmp_path,
        "- {id: last, rule: '*', reason: today, expires: 2027-01-15}\n"
        "- {id: over, rule: '*', reason: yesterday, expires: 2027-01-14}",
    )
    assert reasons(entries, change()) == ["today"]
    assert reasons(entries[1:], change()) == [None]
    assert stale(entries[1:]) == []
    _, notes = accepted.apply(entries, [], IDS, TODAY)
    assert notes == ["The accepted row over expired on 2027-01-14 and accepts nothing."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule: x", "must contain a list"),
        ("- x", "a row must be a mapping"),
        ("- {rule: x}", "needs a reason"),
        ("- {rule: x, reason: ' '}", "needs a reason"),
        ("- {reason: x}", "needs a rule"),
        ("- {rule: x, reason: y, schemas: [A]}", "unknown key schemas"),
        ("- {rule: x, reason: y, expires: soon}", "expires must be a date"),
        ("- {rule: x, reason: y, operations: [1]}", "operations must be a string"),
        ("- {rule: [], reason: y}", "rule must be a string"),
        ("- {rule: [", "is not YAML"),
        ("- rule: x\n  rule: y\n  reason: z", "The key 'rule' occurs twice"),
        ("[" * 5000, "is not YAML: it is nested too deeply"),
        ("- !!python/object/apply:os.system [false]", "is not YAML"),
    ],
)
def test_a_file_that_is_not_understood_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(accepted.InvalidAcceptedFile, match=said):
        rows(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(accepted.InvalidAcceptedFile, match="cannot be read: No such file"):
        accepted.load(tmp_path / "none.yaml")


def test_an_empty_file_accepts_nothing(tmp_path: Path) -> None:
    assert rows(tmp_path, "# nothing yet\n") == []


def test_operation_ids_are_read_from_odd_documents_too() -> None:
    content = {"paths": {"/a": {"get": {"operationId": "getA"}, "x": 1, "post": {}}, "/b": None, "/c": {"get": None}}}
    assert accepted.operation_ids(content) == {"GET /a": "getA"}
    assert accepted.operation_ids({"paths": []}) == {}
    assert accepted.operation_ids(None) == {}


@pytest.mark.parametrize(
    ("pointer", "address"),
    [
        ("/components/schemas/V3Count/minimum", "V3Count/minimum"),
        ("/components/schemas/Row/properties/Modality/pattern", "Row/Modality/pattern"),
        ("/components/schemas/Row/properties/properties/type", "Row/properties/type"),
        ("/components/schemas/Row/properties/a/properties/b/items/enum", "Row/a/b/items/enum"),
        ("/components/schemas/Row/properties", "Row/properties"),
        ("/components/responses/NotFound", "responses/NotFound"),
        ("/paths/~1a/get/responses/200/links/next", "getA/responses/200/links/next"),
        ("/paths/~1c~1{id}/put/parameters/0/schema/type", "PUT /c/{id}/parameters/0/schema/type"),
        ("/paths/~1a", "paths/~1a"),
        ("", ""),
    ],
)
def test_a_place_has_a_short_address(pointer: str, address: str) -> None:
    assert accepted.address(change(), Place("GET /a", pointer), IDS) == address


def test_a_property_that_became_required_is_addressed_itself() -> None:
    place = Place("GET /a", "/components/schemas/Row/required")
    moved = change("response-property-became-optional", where="200 application/json /rows/*/Modality")
    assert accepted.address(moved, place, IDS) == "Row/Modality"
    assert accepted.address(change("response-type-changed"), place, IDS) == "Row/required"


def test_addresses_may_be_written_by_their_beginning(tmp_path: Path) -> None:
    entries = rows(tmp_path, "- {rule: '*', at: {A: [n, m], B: [n]}, reason: known}")
    assert entries[0].patterns["at"] == ("A/n", "A/m", "B/n")
    assert reasons(entries, change()) == ["known"]


def test_a_row_for_a_part_accepts_no_other_part_of_the_same_cause(tmp_path: Path) -> None:
    pointer, parts = "/components/schemas/A/properties/n", ("200 application/json /n", "404 application/json /n")
    found = change(places=tuple(Place("GET /a", pointer, where=part) for part in parts), where=parts[0])
    row = "- {{rule: '*', where: '{}', reason: known}}\n"
    assert [reasons(rows(tmp_path, row.format(part)), found) for part in parts] == [["known", None], [None, "known"]]
    both = rows(tmp_path, "".join(map(row.format, parts)))
    assert set(reasons(both, found)) == {"known"}
    assert stale(both, found) == []


def test_a_fingerprint_accepts_no_other_value_at_the_same_place(tmp_path: Path) -> None:
    one, other = change(before="10", after="9"), change(before="10", after="5")
    entries = rows(tmp_path, f"- {{rule: '*', fingerprint: '{one.fingerprint}', reason: known}}")
    assert (reasons(entries, one), reasons(entries, other)) == (["known"], [None])


def test_a_parameter_of_a_path_is_at_its_path() -> None:
    place = Place("GET /a", "/paths/~1a/parameters/0/schema/maximum")
    assert accepted.address(change(), place, IDS) == "/a/parameters/0/schema/maximum"
