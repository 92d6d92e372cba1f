"""Law: what holds of HTTP for every service and both generations; what differs between these is data, in apis.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from idc_contract.relations.http import answers, bodies, document, users
from idc_contract.relations.http.apis import APIS, relation

if TYPE_CHECKING:
    from idc_contract.relations.relation import Generation, Relation

MODULES = (answers, bodies, document, users)


def of(generation: Generation) -> list[Relation]:
    """The relations of HTTP for one generation."""
    return relation.of(APIS[generation])
