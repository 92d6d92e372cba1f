from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v1_filter_set import V1FilterSet


T = TypeVar("T", bound="V1CohortEcho")


@_attrs_define
class V1CohortEcho:
    """
    Attributes:
        name (str):
        description (None | str):
        filter_set (V1FilterSet):
        sql (str): BigQuery SQL if it was asked for, else empty.
        cohort_id (int | Unset):
    """

    name: str
    description: None | str
    filter_set: V1FilterSet
    sql: str
    cohort_id: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description: None | str
        description = self.description

        filter_set = self.filter_set.to_dict()

        sql = self.sql

        cohort_id = self.cohort_id

        field_dict: dict[str, Any] = {}

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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
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

        v1_cohort_echo = cls(
            name=name,
            description=description,
            filter_set=filter_set,
            sql=sql,
            cohort_id=cohort_id,
        )

        return v1_cohort_echo
