from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_filters_applied import V3FiltersApplied


T = TypeVar("T", bound="V3Counts")


@_attrs_define
class V3Counts:
    """
    Attributes:
        patients (int):
        studies (int):
        series (int):
        instances (int):
        size_tb (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        filters_applied (V3FiltersApplied): The predicates that selected, in the order sent. Not what was sent: lists
            without values and ranges without
            a bound are left out, numbers are doubles and dates have dashes. Empty if the answer is for the whole archive.
        warnings (list[str]): What a person should know of the answer, in this order: each list without values and each
            range without a bound
            that was left out; that nothing is left and the answer is for the whole archive; and, in counts of nothing,
            values that occur in another letter case. Empty if there is nothing to say.
    """

    patients: int
    studies: int
    series: int
    instances: int
    size_tb: float
    filters_applied: V3FiltersApplied
    warnings: list[str]

    def to_dict(self) -> dict[str, Any]:
        patients = self.patients

        studies = self.studies

        series = self.series

        instances = self.instances

        size_tb = self.size_tb

        filters_applied = self.filters_applied.to_dict()

        warnings = self.warnings

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "patients": patients,
                "studies": studies,
                "series": series,
                "instances": instances,
                "size_TB": size_tb,
                "filters_applied": filters_applied,
                "warnings": warnings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_filters_applied import V3FiltersApplied  # noqa: PLC0415

        d = dict(src_dict)
        patients = d.pop("patients")

        studies = d.pop("studies")

        series = d.pop("series")

        instances = d.pop("instances")

        size_tb = d.pop("size_TB")

        filters_applied = V3FiltersApplied.from_dict(d.pop("filters_applied"))

        warnings = cast(list[str], d.pop("warnings"))

        v3_counts = cls(
            patients=patients,
            studies=studies,
            series=series,
            instances=instances,
            size_tb=size_tb,
            filters_applied=filters_applied,
            warnings=warnings,
        )

        return v3_counts
