from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_counts import V3Counts
    from ..models.v3_download import V3Download
    from ..models.v3_manifest_row import V3ManifestRow


T = TypeVar("T", bound="V3ManifestPage")


@_attrs_define
class V3ManifestPage:
    """
    Attributes:
        counts (V3Counts):
        page (int): As it was asked for, if not below 0; without rows it may be of any size.
        page_size (int):
        returned (int):
        total_series (int):
        series (list[V3ManifestRow]):
        download (V3Download):
    """

    counts: V3Counts
    page: int
    page_size: int
    returned: int
    total_series: int
    series: list[V3ManifestRow]
    download: V3Download

    def to_dict(self) -> dict[str, Any]:
        counts = self.counts.to_dict()

        page = self.page

        page_size = self.page_size

        returned = self.returned

        total_series = self.total_series

        series = []
        for series_item_data in self.series:
            series_item = series_item_data.to_dict()
            series.append(series_item)

        download = self.download.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "counts": counts,
                "page": page,
                "page_size": page_size,
                "returned": returned,
                "total_series": total_series,
                "series": series,
                "download": download,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_counts import V3Counts  # noqa: PLC0415
        from ..models.v3_download import V3Download  # noqa: PLC0415
        from ..models.v3_manifest_row import V3ManifestRow  # noqa: PLC0415

        d = dict(src_dict)
        counts = V3Counts.from_dict(d.pop("counts"))

        page = d.pop("page")

        page_size = d.pop("page_size")

        returned = d.pop("returned")

        total_series = d.pop("total_series")

        series = []
        _series = d.pop("series")
        for series_item_data in _series:
            series_item = V3ManifestRow.from_dict(series_item_data)

            series.append(series_item)

        download = V3Download.from_dict(d.pop("download"))

        v3_manifest_page = cls(
            counts=counts,
            page=page,
            page_size=page_size,
            returned=returned,
            total_series=total_series,
            series=series,
            download=download,
        )

        return v3_manifest_page
