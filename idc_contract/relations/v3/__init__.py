"""The relations of v3, in the order of the modules: the same in every process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idc_contract.relations import http
from idc_contract.relations.v3 import (
    applied,
    bounds,
    catalogues,
    cohorts,
    corners,
    releases,
    requests,
    tools,
    warnings,
)
from idc_contract.relations.v3.truth import relation

if TYPE_CHECKING:
    from idc_contract.relations.relation import Relation

relation.all += http.of("v3")
RELATIONS: list[Relation] = relation.all
__all__ = [
    "RELATIONS",
    "applied",
    "bounds",
    "catalogues",
    "cohorts",
    "corners",
    "releases",
    "requests",
    "tools",
    "warnings",
]
