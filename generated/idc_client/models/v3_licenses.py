from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_license import V3License


T = TypeVar("T", bound="V3Licenses")


@_attrs_define
class V3Licenses:
    """
    Attributes:
        licenses (list[V3License]):
    """

    licenses: list[V3License]

    def to_dict(self) -> dict[str, Any]:
        licenses = []
        for licenses_item_data in self.licenses:
            licenses_item = licenses_item_data.to_dict()
            licenses.append(licenses_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "licenses": licenses,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_license import V3License  # noqa: PLC0415

        d = dict(src_dict)
        licenses = []
        _licenses = d.pop("licenses")
        for licenses_item_data in _licenses:
            licenses_item = V3License.from_dict(licenses_item_data)

            licenses.append(licenses_item)

        v3_licenses = cls(
            licenses=licenses,
        )

        return v3_licenses
