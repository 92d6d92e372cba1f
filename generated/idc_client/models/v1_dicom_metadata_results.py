from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_dicom_metadata_row import V1DicomMetadataRow


T = TypeVar("T", bound="V1DicomMetadataResults")


@_attrs_define
class V1DicomMetadataResults:
    """
    Attributes:
        json (list[V1DicomMetadataRow]):
        rows_returned (int):
        total_found (int):
    """

    json: list[V1DicomMetadataRow]
    rows_returned: int
    total_found: int

    def to_dict(self) -> dict[str, Any]:
        json = []
        for json_item_data in self.json:
            json_item = json_item_data.to_dict()
            json.append(json_item)

        rows_returned = self.rows_returned

        total_found = self.total_found

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "json": json,
                "rowsReturned": rows_returned,
                "totalFound": total_found,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_dicom_metadata_row import V1DicomMetadataRow  # noqa: PLC0415

        d = dict(src_dict)
        json = []
        _json = d.pop("json")
        for json_item_data in _json:
            json_item = V1DicomMetadataRow.from_dict(json_item_data)

            json.append(json_item)

        rows_returned = d.pop("rowsReturned")

        total_found = d.pop("totalFound")

        v1_dicom_metadata_results = cls(
            json=json,
            rows_returned=rows_returned,
            total_found=total_found,
        )

        return v1_dicom_metadata_results
