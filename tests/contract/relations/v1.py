"""All relations of v1: those of a service that answers it, and those of one that has retired it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.relations import (
    v1_catalogues,
    v1_cohorts,
    v1_corners,
    v1_echo,
    v1_filters,
    v1_model,
    v1_nodules,
    v1_pages,
    v1_requests,
    v1_rows,
    v1_truth,
)
from tests.contract.relations._v1 import relation

if TYPE_CHECKING:
    from tests.contract.relation import Relation

MODULES = (
    v1_catalogues,
    v1_requests,
    v1_echo,
    v1_pages,
    v1_rows,
    v1_filters,
    v1_truth,
    v1_nodules,
    v1_cohorts,
    v1_model,
    v1_corners,
)
RELATIONS: list[Relation] = relation.all
RETIRED: list[Relation] = v1_requests.retired.all
"""To be held where /v1/about answers 410."""
