from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_manifest_row import V1ManifestRow


T = TypeVar("T", bound="V1Manifest")


@_attrs_define
class V1Manifest:
    """
    Attributes:
        json_manifest (list[V1ManifestRow]):
        rows_returned (int):
        total_found (int):
    """

    json_manifest: list[V1ManifestRow]
    rows_returned: int
    total_found: int

    def to_dict(self) -> dict[str, Any]:
        json_manifest = []
        for json_manifest_item_data in self.json_manifest:
            json_manifest_item = json_manifest_item_data.to_dict()
            json_manifest.append(json_manifest_item)

        rows_returned = self.rows_returned

        total_found = self.total_found

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "json_manifest": json_manifest,
                "rowsReturned": rows_returned,
                "totalFound": total_found,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_manifest_row import V1ManifestRow  # noqa: PLC0415

        d = dict(src_dict)
        json_manifest = []
        _json_manifest = d.pop("json_manifest")
        for json_manifest_item_data in _json_manifest:
            json_manifest_item = V1ManifestRow.from_dict(json_manifest_item_data)

            json_manifest.append(json_manifest_item)

        rows_returned = d.pop("rowsReturned")

        total_found = d.pop("totalFound")

        v1_manifest = cls(
            json_manifest=json_manifest,
            rows_returned=rows_returned,
            total_found=total_found,
        )

        return v1_manifest
