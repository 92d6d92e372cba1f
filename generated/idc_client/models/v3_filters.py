from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_ranges import V3Ranges
    from ..models.v3_terms import V3Terms


T = TypeVar("T", bound="V3Filters")


@_attrs_define
class V3Filters:
    """Attribute names with the values wanted: AND across attributes, OR among the values of one. `{}` selects the
    whole archive. Values are compared exactly, with regard to case. A value that does not occur, a list without
    values or a range without a bound is no error; the last two mean no constraint. Members that are not named
    here are ignored, so a misplaced filter quietly selects everything.

        Attributes:
            terms (V3Terms | Unset):
            ranges (V3Ranges | Unset):
    """

    terms: V3Terms | Unset = UNSET
    ranges: V3Ranges | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        terms: dict[str, Any] | Unset = UNSET
        if not isinstance(self.terms, Unset):
            terms = self.terms.to_dict()

        ranges: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ranges, Unset):
            ranges = self.ranges.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if terms is not UNSET:
            field_dict["terms"] = terms
        if ranges is not UNSET:
            field_dict["ranges"] = ranges

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_ranges import V3Ranges  # noqa: PLC0415
        from ..models.v3_terms import V3Terms  # noqa: PLC0415

        d = dict(src_dict)
        _terms = d.pop("terms", UNSET)
        terms: V3Terms | Unset
        if isinstance(_terms, Unset):
            terms = UNSET
        else:
            terms = V3Terms.from_dict(_terms)

        _ranges = d.pop("ranges", UNSET)
        ranges: V3Ranges | Unset
        if isinstance(_ranges, Unset):
            ranges = UNSET
        else:
            ranges = V3Ranges.from_dict(_ranges)

        v3_filters = cls(
            terms=terms,
            ranges=ranges,
        )

        v3_filters.additional_properties = d
        return v3_filters

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
