from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_ranges_applied import V3RangesApplied
    from ..models.v3_terms_applied import V3TermsApplied


T = TypeVar("T", bound="V3FiltersApplied")


@_attrs_define
class V3FiltersApplied:
    """The predicates that selected, in the order sent. Not what was sent: lists without values and ranges without
    a bound are left out, numbers are doubles and dates have dashes. Empty if the answer is for the whole archive.

        Attributes:
            terms (V3TermsApplied): Values by attribute, as they were sent.
            ranges (V3RangesApplied): Bounds by attribute, both of them.
    """

    terms: V3TermsApplied
    ranges: V3RangesApplied

    def to_dict(self) -> dict[str, Any]:
        terms = self.terms.to_dict()

        ranges = self.ranges.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "terms": terms,
                "ranges": ranges,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_ranges_applied import V3RangesApplied  # noqa: PLC0415
        from ..models.v3_terms_applied import V3TermsApplied  # noqa: PLC0415

        d = dict(src_dict)
        terms = V3TermsApplied.from_dict(d.pop("terms"))

        ranges = V3RangesApplied.from_dict(d.pop("ranges"))

        v3_filters_applied = cls(
            terms=terms,
            ranges=ranges,
        )

        return v3_filters_applied
