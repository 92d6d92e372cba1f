from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_date_range import V3DateRange
    from ..models.v3_number_range import V3NumberRange


T = TypeVar("T", bound="V3Ranges")


@_attrs_define
class V3Ranges:
    """Bounds by attribute. Another name is refused (400), also without a bound.

    Attributes:
        instance_count (V3NumberRange | Unset): Both bounds are included; null is no bound.
        series_size_mb (V3NumberRange | Unset): Both bounds are included; null is no bound.
        series_init_idc_version (V3NumberRange | Unset): Both bounds are included; null is no bound.
        series_revised_idc_version (V3NumberRange | Unset): Both bounds are included; null is no bound.
        study_date (V3DateRange | Unset): Both bounds are included; null is no bound.
        series_date (V3DateRange | Unset): Both bounds are included; null is no bound.
    """

    instance_count: V3NumberRange | Unset = UNSET
    series_size_mb: V3NumberRange | Unset = UNSET
    series_init_idc_version: V3NumberRange | Unset = UNSET
    series_revised_idc_version: V3NumberRange | Unset = UNSET
    study_date: V3DateRange | Unset = UNSET
    series_date: V3DateRange | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        instance_count: dict[str, Any] | Unset = UNSET
        if not isinstance(self.instance_count, Unset):
            instance_count = self.instance_count.to_dict()

        series_size_mb: dict[str, Any] | Unset = UNSET
        if not isinstance(self.series_size_mb, Unset):
            series_size_mb = self.series_size_mb.to_dict()

        series_init_idc_version: dict[str, Any] | Unset = UNSET
        if not isinstance(self.series_init_idc_version, Unset):
            series_init_idc_version = self.series_init_idc_version.to_dict()

        series_revised_idc_version: dict[str, Any] | Unset = UNSET
        if not isinstance(self.series_revised_idc_version, Unset):
            series_revised_idc_version = self.series_revised_idc_version.to_dict()

        study_date: dict[str, Any] | Unset = UNSET
        if not isinstance(self.study_date, Unset):
            study_date = self.study_date.to_dict()

        series_date: dict[str, Any] | Unset = UNSET
        if not isinstance(self.series_date, Unset):
            series_date = self.series_date.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if instance_count is not UNSET:
            field_dict["instanceCount"] = instance_count
        if series_size_mb is not UNSET:
            field_dict["series_size_MB"] = series_size_mb
        if series_init_idc_version is not UNSET:
            field_dict["series_init_idc_version"] = series_init_idc_version
        if series_revised_idc_version is not UNSET:
            field_dict["series_revised_idc_version"] = series_revised_idc_version
        if study_date is not UNSET:
            field_dict["StudyDate"] = study_date
        if series_date is not UNSET:
            field_dict["SeriesDate"] = series_date

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_date_range import V3DateRange  # noqa: PLC0415
        from ..models.v3_number_range import V3NumberRange  # noqa: PLC0415

        d = dict(src_dict)
        _instance_count = d.pop("instanceCount", UNSET)
        instance_count: V3NumberRange | Unset
        if isinstance(_instance_count, Unset):
            instance_count = UNSET
        else:
            instance_count = V3NumberRange.from_dict(_instance_count)

        _series_size_mb = d.pop("series_size_MB", UNSET)
        series_size_mb: V3NumberRange | Unset
        if isinstance(_series_size_mb, Unset):
            series_size_mb = UNSET
        else:
            series_size_mb = V3NumberRange.from_dict(_series_size_mb)

        _series_init_idc_version = d.pop("series_init_idc_version", UNSET)
        series_init_idc_version: V3NumberRange | Unset
        if isinstance(_series_init_idc_version, Unset):
            series_init_idc_version = UNSET
        else:
            series_init_idc_version = V3NumberRange.from_dict(_series_init_idc_version)

        _series_revised_idc_version = d.pop("series_revised_idc_version", UNSET)
        series_revised_idc_version: V3NumberRange | Unset
        if isinstance(_series_revised_idc_version, Unset):
            series_revised_idc_version = UNSET
        else:
            series_revised_idc_version = V3NumberRange.from_dict(
                _series_revised_idc_version
            )

        _study_date = d.pop("StudyDate", UNSET)
        study_date: V3DateRange | Unset
        if isinstance(_study_date, Unset):
            study_date = UNSET
        else:
            study_date = V3DateRange.from_dict(_study_date)

        _series_date = d.pop("SeriesDate", UNSET)
        series_date: V3DateRange | Unset
        if isinstance(_series_date, Unset):
            series_date = UNSET
        else:
            series_date = V3DateRange.from_dict(_series_date)

        v3_ranges = cls(
            instance_count=instance_count,
            series_size_mb=series_size_mb,
            series_init_idc_version=series_init_idc_version,
            series_revised_idc_version=series_revised_idc_version,
            study_date=study_date,
            series_date=series_date,
        )

        return v3_ranges
