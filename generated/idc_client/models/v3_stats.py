from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3Stats")


@_attrs_define
class V3Stats:
    """
    Attributes:
        idc_version (str):
        collections (int):
        analysis_results (int):
        patients (int):
        studies (int):
        series (int):
        instances (int):
        size_tb (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
    """

    idc_version: str
    collections: int
    analysis_results: int
    patients: int
    studies: int
    series: int
    instances: int
    size_tb: float

    def to_dict(self) -> dict[str, Any]:
        idc_version = self.idc_version

        collections = self.collections

        analysis_results = self.analysis_results

        patients = self.patients

        studies = self.studies

        series = self.series

        instances = self.instances

        size_tb = self.size_tb

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "idc_version": idc_version,
                "collections": collections,
                "analysis_results": analysis_results,
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
        idc_version = d.pop("idc_version")

        collections = d.pop("collections")

        analysis_results = d.pop("analysis_results")

        patients = d.pop("patients")

        studies = d.pop("studies")

        series = d.pop("series")

        instances = d.pop("instances")

        size_tb = d.pop("size_TB")

        v3_stats = cls(
            idc_version=idc_version,
            collections=collections,
            analysis_results=analysis_results,
            patients=patients,
            studies=studies,
            series=series,
            instances=instances,
            size_tb=size_tb,
        )

        return v3_stats
