"""Pages of whole numbers: a paged request that no generation of the API has, for tests of the walk alone."""

from typing import Any

import attrs

from idc_ext import Page
from idc_ext._http.calls import Call
from idc_ext._paging.page import Pending

FIRST = Call("POST", "/rows", {"a": "b"}, {"body": 1})


def resume(token: str) -> Call:
    return attrs.evolve(FIRST, params={"token": token})


def parse(status: int, body: Any) -> Page[int] | Pending:
    if status == 202:
        return Pending(body["token"])
    return Page(body["rows"], body.get("total"), body["token"], {"echo": body.get("echo")})
