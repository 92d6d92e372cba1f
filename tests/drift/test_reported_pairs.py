"""Pairs of documents that users of such tools reported as judged wrongly are judged as the table says."""

from __future__ import annotations

from typing import Any

import pytest

from idc_drift.changes.change import LEVELS
from idc_drift.compare.documents import compare
from idc_drift.documents.document import Document
from idc_drift.documents.parsing import parse

from . import sample_documents

ROWS: list[dict[str, Any]] = parse((sample_documents.PAIRS / "reported.yaml").read_text()).value


def _document(text: str) -> Document:
    return Document("memory", text, parse(text))


def _gravest(base: Document, revision: Document) -> str:
    found = {change.level for change in compare(base, revision) if not change.documentation_only}
    return next((level for level in LEVELS if level in found), "none")


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_reported_pair_has_the_level_that_is_right(row: dict[str, Any]) -> None:
    assert _gravest(_document(row["base"]), _document(row["revision"])) in row["right"].split("/")


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_reported_document_does_not_differ_from_itself(row: dict[str, Any]) -> None:
    for text in (row["base"], row["revision"]):
        assert compare(_document(text), _document(text)) == []
