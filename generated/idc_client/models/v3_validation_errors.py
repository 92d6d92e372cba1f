from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_validation_error import V3ValidationError


T = TypeVar("T", bound="V3ValidationErrors")


@_attrs_define
class V3ValidationErrors:
    """
    Attributes:
        detail (list[V3ValidationError]):
    """

    detail: list[V3ValidationError]

    def to_dict(self) -> dict[str, Any]:
        detail = []
        for detail_item_data in self.detail:
            detail_item = detail_item_data.to_dict()
            detail.append(detail_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_validation_error import V3ValidationError  # noqa: PLC0415

        d = dict(src_dict)
        detail = []
        _detail = d.pop("detail")
        for detail_item_data in _detail:
            detail_item = V3ValidationError.from_dict(detail_item_data)

            detail.append(detail_item)

        v3_validation_errors = cls(
            detail=detail,
        )

        return v3_validation_errors
