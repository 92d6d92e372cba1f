from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1PendingObjects")


@_attrs_define
class V1PendingObjects:
    """
    Attributes:
        total_found (Literal[0]):
        rows_returned (Literal[0]):
        collections (list[str]):
    """

    total_found: Literal[0]
    rows_returned: Literal[0]
    collections: list[str]

    def to_dict(self) -> dict[str, Any]:
        total_found = self.total_found

        rows_returned = self.rows_returned

        collections = self.collections

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "totalFound": total_found,
                "rowsReturned": rows_returned,
                "collections": collections,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_found = cast(Literal[0], d.pop("totalFound"))
        if total_found != 0:
            raise ValueError(f"totalFound must match const 0, got '{total_found}'")

        rows_returned = cast(Literal[0], d.pop("rowsReturned"))
        if rows_returned != 0:
            raise ValueError(f"rowsReturned must match const 0, got '{rows_returned}'")

        collections = cast(list[str], d.pop("collections"))

        v1_pending_objects = cls(
            total_found=total_found,
            rows_returned=rows_returned,
            collections=collections,
        )

        return v1_pending_objects
