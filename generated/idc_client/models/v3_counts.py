from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

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
    """

    patients: int
    studies: int
    series: int
    instances: int
    size_tb: float

    def to_dict(self) -> dict[str, Any]:
        patients = self.patients

        studies = self.studies

        series = self.series

        instances = self.instances

        size_tb = self.size_tb

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "patients": patients,
                "studies": studies,
                "series": series,
                "instances": instances,
                "size_TB": size_tb,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        patients = d.pop("patients")

        studies = d.pop("studies")

        series = d.pop("series")

        instances = d.pop("instances")

        size_tb = d.pop("size_TB")

        v3_counts = cls(
            patients=patients,
            studies=studies,
            series=series,
            instances=instances,
            size_tb=size_tb,
        )

        return v3_counts
