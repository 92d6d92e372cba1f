from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3NumberRangeApplied")


@_attrs_define
class V3NumberRangeApplied:
    """
    Attributes:
        gte (float | None):
        lte (float | None):
    """

    gte: float | None
    lte: float | None

    def to_dict(self) -> dict[str, Any]:
        gte: float | None
        gte = self.gte

        lte: float | None
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

        def _parse_gte(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        gte = _parse_gte(d.pop("gte"))

        def _parse_lte(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        lte = _parse_lte(d.pop("lte"))

        v3_number_range_applied = cls(
            gte=gte,
            lte=lte,
        )

        return v3_number_range_applied
