"""All relations of v1: those of a service that answers it, and those of one that has retired it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idc_contract.relations import http
from idc_contract.relations.v1 import (
    catalogues,
    cohorts,
    corners,
    echo,
    filters,
    model,
    nodules,
    pages,
    requests,
    rows,
    truth,
)
from idc_contract.relations.v1.questions import relation

if TYPE_CHECKING:
    from idc_contract.relations.relation import Relation

MODULES = (
    catalogues,
    requests,
    echo,
    pages,
    rows,
    filters,
    truth,
    nodules,
    cohorts,
    model,
    corners,
)
relation.all += http.of("v1")
RELATIONS: list[Relation] = relation.all
RETIRED: list[Relation] = requests.retired.all
"""To be held where /v1/about answers 410."""
