from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_deleted_filters import V1DeletedFilters


T = TypeVar("T", bound="V1DeletionDone")


@_attrs_define
class V1DeletionDone:
    """
    Attributes:
        notes (str):
        data (V1DeletedFilters):
    """

    notes: str
    data: V1DeletedFilters

    def to_dict(self) -> dict[str, Any]:
        notes = self.notes

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "notes": notes,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_deleted_filters import V1DeletedFilters  # noqa: PLC0415

        d = dict(src_dict)
        notes = d.pop("notes")

        data = V1DeletedFilters.from_dict(d.pop("data"))

        v1_deletion_done = cls(
            notes=notes,
            data=data,
        )

        return v1_deletion_done
