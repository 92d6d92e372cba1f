from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="V3DateRange")


@_attrs_define
class V3DateRange:
    """Both bounds are included; null is no bound.

    Attributes:
        gte (None | str | Unset): A day of the calendar, `YYYY-MM-DD` or `YYYYMMDD`; white space around it is cut.
        lte (None | str | Unset): A day of the calendar, `YYYY-MM-DD` or `YYYYMMDD`; white space around it is cut.
    """

    gte: None | str | Unset = UNSET
    lte: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        gte: None | str | Unset
        if isinstance(self.gte, Unset):
            gte = UNSET
        else:
            gte = self.gte

        lte: None | str | Unset
        if isinstance(self.lte, Unset):
            lte = UNSET
        else:
            lte = self.lte

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if gte is not UNSET:
            field_dict["gte"] = gte
        if lte is not UNSET:
            field_dict["lte"] = lte

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_gte(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        gte = _parse_gte(d.pop("gte", UNSET))

        def _parse_lte(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        lte = _parse_lte(d.pop("lte", UNSET))

        v3_date_range = cls(
            gte=gte,
            lte=lte,
        )

        return v3_date_range
