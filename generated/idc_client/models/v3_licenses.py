from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_filters_applied import V3FiltersApplied
    from ..models.v3_license import V3License


T = TypeVar("T", bound="V3Licenses")


@_attrs_define
class V3Licenses:
    """
    Attributes:
        licenses (list[V3License]):
        filters_applied (V3FiltersApplied): The predicates that selected, in the order sent. Not what was sent: lists
            without values and ranges without
            a bound are left out, numbers are doubles and dates have dashes. Empty if the answer is for the whole archive.
        warnings (list[str]): What a person should know of the answer, in this order: each list without values and each
            range without a bound
            that was left out; that nothing is left and the answer is for the whole archive; and, in counts of nothing,
            values that occur in another letter case. Empty if there is nothing to say.
    """

    licenses: list[V3License]
    filters_applied: V3FiltersApplied
    warnings: list[str]

    def to_dict(self) -> dict[str, Any]:
        licenses = []
        for licenses_item_data in self.licenses:
            licenses_item = licenses_item_data.to_dict()
            licenses.append(licenses_item)

        filters_applied = self.filters_applied.to_dict()

        warnings = self.warnings

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "licenses": licenses,
                "filters_applied": filters_applied,
                "warnings": warnings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_filters_applied import V3FiltersApplied  # noqa: PLC0415
        from ..models.v3_license import V3License  # noqa: PLC0415

        d = dict(src_dict)
        licenses = []
        _licenses = d.pop("licenses")
        for licenses_item_data in _licenses:
            licenses_item = V3License.from_dict(licenses_item_data)

            licenses.append(licenses_item)

        filters_applied = V3FiltersApplied.from_dict(d.pop("filters_applied"))

        warnings = cast(list[str], d.pop("warnings"))

        v3_licenses = cls(
            licenses=licenses,
            filters_applied=filters_applied,
            warnings=warnings,
        )

        return v3_licenses
