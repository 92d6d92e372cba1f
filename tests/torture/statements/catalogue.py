"""All hostile statements, by kind, with the places of a server filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.torture.statements import engine, outside, resources, text
from tests.torture.statements.kind import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.torture.statements.kind import Kind, Statement


def kinds(places: Mapping[str, str]) -> list[Kind]:
    """The kinds; `{root}` and other names of places are replaced by these."""
    return [
        placed(one, places) for one in (*text.kinds(), *engine.kinds(), *outside.kinds(), *resources.kinds(), *fixed())
    ]


def placed(kind: Kind, places: Mapping[str, str]) -> Kind:
    """The kind with places filled in."""
    return replace(kind, statements=[_placed(statement, places) for statement in kind.statements])


def _placed(statement: Statement, places: Mapping[str, str]) -> Statement:
    sql = statement.sql
    for name, place in places.items():
        sql = sql.replace(f"{{{name}}}", place)
    return replace(statement, sql=sql)
