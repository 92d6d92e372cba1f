from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.v1_cohort_spec import V1CohortSpec
    from ..models.v1_query_fields import V1QueryFields


T = TypeVar("T", bound="V1QueryPreviewSpec")


@_attrs_define
class V1QueryPreviewSpec:
    """
    Attributes:
        cohort_def (V1CohortSpec): What makes a cohort. Send all three; members that are not named here are ignored.
        query_fields (V1QueryFields):
    """

    cohort_def: V1CohortSpec
    query_fields: V1QueryFields
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cohort_def = self.cohort_def.to_dict()

        query_fields = self.query_fields.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cohort_def": cohort_def,
                "queryFields": query_fields,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_cohort_spec import V1CohortSpec  # noqa: PLC0415
        from ..models.v1_query_fields import V1QueryFields  # noqa: PLC0415

        d = dict(src_dict)
        cohort_def = V1CohortSpec.from_dict(d.pop("cohort_def"))

        query_fields = V1QueryFields.from_dict(d.pop("queryFields"))

        v1_query_preview_spec = cls(
            cohort_def=cohort_def,
            query_fields=query_fields,
        )

        v1_query_preview_spec.additional_properties = d
        return v1_query_preview_spec

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
