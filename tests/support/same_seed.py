"""A program that runs a part of the contract suite on the stand-in and prints the fingerprint of its requests.

With the argument `reversed`, rows of statements without ORDER BY come in reverse, as another engine might give them.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any

from idc_contract.calls import InProcess
from idc_contract.layers import suite
from idc_contract.local_standin import standin
from idc_contract.oracle.index import Index, installed
from idc_contract.service import Service

RELATIONS = frozenset(
    {
        "a page is the slice of the ordered series",
        "counts are those of the series that meet the filters",
        "a filter selects the values that it means",
        "a saved cohort selects what its preview does",
    }
)
OPERATIONS = frozenset({"getViewerUrl", "listAttributes"})


def turn_rows() -> None:
    """Reverse what no statement ordered, and refuse statements that leave to chance which rows there are."""
    really = Index.rows

    def rows(self: Index, sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        if "LIMIT" in sql and "ORDER BY" not in sql:
            raise AssertionError(f"which rows there are depends on chance: {sql}")
        found = really(self, sql, parameters)
        return found if "ORDER BY" in sql else found[::-1]

    def records(self: Index, sql: str, parameters: Any = ()) -> list[dict[str, Any]]:
        names = [column[0] for column in self.connection.execute(f"SELECT * FROM ({sql}) LIMIT 0").description]
        return [dict(zip(names, row, strict=True)) for row in rows(self, sql, parameters)]

    Index.rows, Index.records = rows, records  # type: ignore[method-assign, assignment]


def main() -> int:
    """Run it."""
    if sys.argv[1:] == ["reversed"]:
        turn_rows()
    with standin() as (app, users), closing(InProcess(app)) as caller:
        service = Service(caller, users, index=installed(), write=True)
        suite.run(service, suite.Plan(("v1", "v3"), share=0.1, examples=2, only=RELATIONS | OPERATIONS))
        if service.too_late:
            raise AssertionError(service.too_late[0])
        print(f"{service.noted} requests, {service.fingerprint}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
