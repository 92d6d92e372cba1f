from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v1_filter_echo import V1FilterEcho
    from ..models.v1_filter_set import V1FilterSet


T = TypeVar("T", bound="V1QueryCohortEcho")


@_attrs_define
class V1QueryCohortEcho:
    """
    Attributes:
        name (str):
        description (None | str):
        filter_set (V1FilterSet):
        sql (str): BigQuery SQL if it was asked for, else empty.
        cohort_id (int | Unset):
        filters (V1FilterEcho | Unset): The filters as the service understood them. Previews give `collection_id` in its
            normal form, saved cohorts as it was sent; saved numbers may come back as text.
    """

    name: str
    description: None | str
    filter_set: V1FilterSet
    sql: str
    cohort_id: int | Unset = UNSET
    filters: V1FilterEcho | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description: None | str
        description = self.description

        filter_set = self.filter_set.to_dict()

        sql = self.sql

        cohort_id = self.cohort_id

        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "description": description,
                "filterSet": filter_set,
                "sql": sql,
            }
        )
        if cohort_id is not UNSET:
            field_dict["cohort_id"] = cohort_id
        if filters is not UNSET:
            field_dict["filters"] = filters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_filter_echo import V1FilterEcho  # noqa: PLC0415
        from ..models.v1_filter_set import V1FilterSet  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        filter_set = V1FilterSet.from_dict(d.pop("filterSet"))

        sql = d.pop("sql")

        cohort_id = d.pop("cohort_id", UNSET)

        _filters = d.pop("filters", UNSET)
        filters: V1FilterEcho | Unset
        if isinstance(_filters, Unset):
            filters = UNSET
        else:
            filters = V1FilterEcho.from_dict(_filters)

        v1_query_cohort_echo = cls(
            name=name,
            description=description,
            filter_set=filter_set,
            sql=sql,
            cohort_id=cohort_id,
            filters=filters,
        )

        v1_query_cohort_echo.additional_properties = d
        return v1_query_cohort_echo

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
