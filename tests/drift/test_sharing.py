"""Two documents that share the objects of what is the same are compared as if each had its own."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from idc_drift.__main__ import main
from idc_drift.documents.document import Document
from idc_drift.documents.parsing import parse
from tests.drift.written_documents import CASES, DOCUMENTS, WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _document(text: str) -> Document:
    return Document("a", text, parse(text))


def _containers(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        yield pointer, value
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _containers(inner, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.sampled_from(sorted(WRITERS)), st.booleans())
def test_what_is_shared_changes_neither_values_nor_places(old: Any, new: Any, form: str, halved: bool) -> None:
    new = {**old, **new} if halved else new
    base, revision, alone = (_document(WRITERS[form](value)) for value in (old, new, new))
    revision.share(base)
    assert repr(revision.content) == repr(alone.content)
    places = [pointer for pointer, _ in _containers(alone.content)]
    assert [revision.position(place) for place in places] == [alone.position(place) for place in places]
    assert repr(base.content) == repr(_document(WRITERS[form](old)).content)


def test_only_what_is_the_same_in_every_detail_is_shared() -> None:
    base = _document('{"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": [{}], "d": {"x": 0.0}, "e": {"x": 1}}')
    revision = _document('{"a": {"x": 1}, "b": {"y": 2, "x": 1}, "c": [{}, {}], "d": {"x": -0.0}, "e": {"x": true}}')
    revision.share(base)
    shared = {place for place, value in _containers(revision.content) if base.value_at(place) is value}
    assert shared == {"/a", "/c/0"}


@pytest.mark.parametrize("aliased", [0, 1])
def test_a_document_with_aliases_keeps_its_own_objects(aliased: int) -> None:
    texts = ["a: {x: 1}\nb: {x: 1}\n", "a: &a {x: 1}\nb: *a\n"]
    base, revision = _document(texts[aliased]), _document(texts[1 - aliased])
    revision.share(base)
    assert all(base.value_at(place) is not value for place, value in _containers(revision.content))
    assert [revision.position(place) for place in ("/a/x", "/b/x")] == [
        _document(texts[1 - aliased]).position(place) for place in ("/a/x", "/b/x")
    ]


def test_a_place_in_a_long_text_is_found_without_a_copy_of_the_text() -> None:
    text = json.dumps({f"key {number}": "text " * 60 for number in range(5_000)}, indent=2)
    document = _document(text)
    tracemalloc.start()
    try:
        assert document.position("/key 4999") == (5001, 3)
        assert tracemalloc.get_traced_memory()[1] < len(text) / 2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_report_does_not_tell_whether_objects_were_shared(
    tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
    for name, content in zip("ab", CASES[case], strict=True):
        (tmp_path / name).write_text(yaml.safe_dump({**head, **content}, sort_keys=False))
    monkeypatch.chdir(tmp_path)
    codes = [main(["a", "b", "--format", "json", "-o", "shared"])]
    monkeypatch.setattr(Document, "share", lambda self, other: None)
    codes.append(main(["a", "b", "--format", "json", "-o", "alone"]))
    assert codes[0] == codes[1]
    assert json.loads((tmp_path / "shared").read_text()) == json.loads((tmp_path / "alone").read_text())
