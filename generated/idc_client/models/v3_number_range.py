from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="V3NumberRange")


@_attrs_define
class V3NumberRange:
    """Both bounds are included; null is no bound.

    Attributes:
        gte (float | None | str | Unset): A number, or text of one, compared as a double. Text is read as Python's
            `float` reads it: more forms than are
            given here are understood, but neither NaN nor the infinities.
        lte (float | None | str | Unset): A number, or text of one, compared as a double. Text is read as Python's
            `float` reads it: more forms than are
            given here are understood, but neither NaN nor the infinities.
    """

    gte: float | None | str | Unset = UNSET
    lte: float | None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        gte: float | None | str | Unset
        if isinstance(self.gte, Unset):
            gte = UNSET
        else:
            gte = self.gte

        lte: float | None | str | Unset
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

        def _parse_gte(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        gte = _parse_gte(d.pop("gte", UNSET))

        def _parse_lte(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | str | Unset, data)

        lte = _parse_lte(d.pop("lte", UNSET))

        v3_number_range = cls(
            gte=gte,
            lte=lte,
        )

        return v3_number_range
