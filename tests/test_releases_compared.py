"""Which of two releases is newer, and the sentence that says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

import idc_openapi
from idc_ext._suggest import release_notice
from idc_openapi import apart, compare_releases, describe_release_difference, steps

CONTRACT = idc_openapi.upstream().api_version
IN_ORDER = ["3.0.0.dev1", "3.0.0a1", "3.0.0b2", "3.0.0b5", "3.0.0b7", "3.0.0b10", "3.0.0rc1", "3.0.0", "3.0.1", "3.10"]
PARTS = ("0", "1", "3", "10", ".", "-", "_", "v", "a", "b", "c", "rc", "beta", "pre", "post", "dev", "r", "+", " ", "x")
TEXTS = st.one_of(
    st.from_regex(r"[0-3](\.[0-3]){0,3}((a|b|rc|c|alpha)[0-3]?)?((\.post|-)[0-3])?(\.?dev[0-3]?)?", fullmatch=True),
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
)


def known(text: str) -> Version | None:
    """What the reference implementation of PEP 440 reads, without the local part; None if it is no version."""
    try:
        found = Version(text)
    except InvalidVersion:
        return None
    return Version(found.public)


@given(TEXTS, TEXTS.filter(bool))
def test_releases_are_ordered_as_pep_440_orders_versions(service: str, contract: str) -> None:
    one, other = known(service), known(contract)
    if service.strip() == contract.strip():
        assert compare_releases(service, contract) == "same"
    elif one is None or other is None:
        assert compare_releases(service, contract) == "incomparable"
    else:
        assert compare_releases(service, contract) == ("same" if one == other else "newer" if one > other else "older")


def test_betas_come_before_candidates_and_those_before_the_release() -> None:
    for place, release in enumerate(IN_ORDER):
        assert {compare_releases(other, release) for other in IN_ORDER[:place]} <= {"older"}
        assert {compare_releases(other, release) for other in IN_ORDER[place + 1 :]} <= {"newer"}


@pytest.mark.parametrize("text", ["", "banana", "3.0.0b5 (build 1)", "\u0663.0", "1" * 65, "3.0.0\x00", "1!3.0.0"])
def test_what_is_no_version_is_neither_newer_nor_older(text: str) -> None:
    assert compare_releases(text) == "incomparable"
    said = describe_release_difference(text) or ""
    assert "which is not a version" in said
    assert len(said) < 160
    assert said.isprintable()


def test_the_sentence_names_both_releases_and_where_to_look() -> None:
    assert (
        release_notice("99.0.0b7")
        == f"the service is 99.0.0b7, this client was made for {CONTRACT}; see idc-ext doctor"
    )
    assert (
        describe_release_difference("3.0.0b7\n", "3.0.0b5")
        == "the service is 3.0.0b7, two releases on, this client was made for 3.0.0b5"
    )


@pytest.mark.parametrize("text", [CONTRACT, f"v{CONTRACT}", f"{CONTRACT}+local.1"])
def test_there_is_nothing_to_say_of_the_same_release(text: str) -> None:
    assert release_notice(text) is None


@pytest.mark.parametrize(
    ("service", "contract", "count", "words"),
    [
        ("3.0.0b7", "3.0.0b5", 2, "two releases on"),
        ("3.0.0b6", "3.0.0b5", 1, "one release on"),
        ("3.0.0b4", "3.0.0b5", -1, "one release behind"),
        ("v27", "v25", 2, "two releases on"),
        ("v12", "v25", -13, "13 releases behind"),
        ("3.0.2", "3.0.1", 1, "one release on"),
        ("3.0.0b5", "3.0.0b5", 0, "the same"),
        ("3.0.0", "3.0.0b5", None, "newer"),
        ("3.1.0b1", "3.0.0b5", None, "newer"),
        ("3.0.0rc1", "3.0.0b5", None, "newer"),
        ("3.0.0b7.dev1", "3.0.0b5", None, "newer"),
        ("3.0.0b5.post1", "3.0.0b5", None, "newer"),
        ("2.9", "3.0.0", None, "older"),
        ("banana", "3.0.0b5", None, "no version to compare"),
        ("9" * 65, "3", None, "no version to compare"),
    ],
)
def test_releases_are_counted_where_the_versions_allow_it(
    service: str, contract: str, count: int | None, words: str
) -> None:
    assert (steps(service, contract), apart(service, contract)) == (count, words)


@given(TEXTS.filter(bool), TEXTS.filter(bool))
def test_a_count_agrees_with_the_order(service: str, contract: str) -> None:
    count = steps(service, contract)
    if count is not None:
        assert compare_releases(service, contract) == ("same" if count == 0 else "newer" if count > 0 else "older")
