from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.v1_filters import V1Filters


T = TypeVar("T", bound="V1CohortSpec")


@_attrs_define
class V1CohortSpec:
    """What makes a cohort. Send all three; members that are not named here are ignored.

    Attributes:
        name (str):
        description (str):
        filters (V1Filters): Attribute names with the values wanted: AND across attributes, OR among the values of one.
            `{}` selects the
            whole archive.

            Text is compared without regard to case. A single value is a pattern (`%` any text, `_` any one character);
            several are taken as they are. `None` means that the attribute has no value. `collection_id` may be written
            `TCGA-LUAD` or `tcga_luad`. Numbers are compared as numbers; `_btw` takes the low bound first and includes
            both.
    """

    name: str
    description: str
    filters: V1Filters
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        filters = self.filters.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "description": description,
                "filters": filters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_filters import V1Filters  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        description = d.pop("description")

        filters = V1Filters.from_dict(d.pop("filters"))

        v1_cohort_spec = cls(
            name=name,
            description=description,
            filters=filters,
        )

        v1_cohort_spec.additional_properties = d
        return v1_cohort_spec

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
