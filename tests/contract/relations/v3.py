"""The relations of v3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.relations import (
    v3_applied,
    v3_bounds,
    v3_catalogues,
    v3_cohorts,
    v3_corners,
    v3_releases,
    v3_requests,
    v3_tools,
    v3_warnings,
)
from tests.contract.relations.v3_truth import relation

if TYPE_CHECKING:
    from tests.contract.relation import Relation

RELATIONS: list[Relation] = relation.all
__all__ = [
    "RELATIONS",
    "v3_applied",
    "v3_bounds",
    "v3_catalogues",
    "v3_cohorts",
    "v3_corners",
    "v3_releases",
    "v3_requests",
    "v3_tools",
    "v3_warnings",
]
