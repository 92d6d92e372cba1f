from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3SelectionRequest")


@_attrs_define
class V3SelectionRequest:
    """
    Attributes:
        filters (V3Filters | Unset): Attribute names with the values or bounds wanted: AND across attributes, OR among
            the values of one. Values are
            compared exactly, with regard to case. A value that does not occur is no error. A list without values and a
            range without a bound mean no constraint: they are left out, and `warnings` says so. Members that are not named
            here are refused (422).
    """

    filters: V3Filters | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if filters is not UNSET:
            field_dict["filters"] = filters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_filters import V3Filters  # noqa: PLC0415

        d = dict(src_dict)
        _filters = d.pop("filters", UNSET)
        filters: V3Filters | Unset
        if isinstance(_filters, Unset):
            filters = UNSET
        else:
            filters = V3Filters.from_dict(_filters)

        v3_selection_request = cls(
            filters=filters,
        )

        return v3_selection_request
