from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3DateRangeApplied")


@_attrs_define
class V3DateRangeApplied:
    """
    Attributes:
        gte (None | str):
        lte (None | str):
    """

    gte: None | str
    lte: None | str

    def to_dict(self) -> dict[str, Any]:
        gte: None | str
        gte = self.gte

        lte: None | str
        lte = self.lte

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "gte": gte,
                "lte": lte,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_gte(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gte = _parse_gte(d.pop("gte"))

        def _parse_lte(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        lte = _parse_lte(d.pop("lte"))

        v3_date_range_applied = cls(
            gte=gte,
            lte=lte,
        )

        return v3_date_range_applied
