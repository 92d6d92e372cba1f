from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_ranges import V3Ranges
    from ..models.v3_terms import V3Terms


T = TypeVar("T", bound="V3Filters")


@_attrs_define
class V3Filters:
    """Attribute names with the values or bounds wanted: AND across attributes, OR among the values of one. Values are
    compared exactly, with regard to case. A value that does not occur is no error. A list without values and a
    range without a bound mean no constraint: they are left out, and `warnings` says so. Members that are not named
    here are refused (422).

        Attributes:
            terms (V3Terms | Unset): Values by attribute. Another name is refused (400), also without values.
            ranges (V3Ranges | Unset): Bounds by attribute. Another name is refused (400), also without a bound.
    """

    terms: V3Terms | Unset = UNSET
    ranges: V3Ranges | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        terms: dict[str, Any] | Unset = UNSET
        if not isinstance(self.terms, Unset):
            terms = self.terms.to_dict()

        ranges: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ranges, Unset):
            ranges = self.ranges.to_dict()

        field_dict: dict[str, Any] = {}

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

        return v3_filters
