from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_filter_set import V1FilterSet


T = TypeVar("T", bound="V1CohortProperties")


@_attrs_define
class V1CohortProperties:
    """
    Attributes:
        cohort_id (int):
        name (str):
        description (None | str):
        filter_set (V1FilterSet):
    """

    cohort_id: int
    name: str
    description: None | str
    filter_set: V1FilterSet

    def to_dict(self) -> dict[str, Any]:
        cohort_id = self.cohort_id

        name = self.name

        description: None | str
        description = self.description

        filter_set = self.filter_set.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cohort_id": cohort_id,
                "name": name,
                "description": description,
                "filterSet": filter_set,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_filter_set import V1FilterSet  # noqa: PLC0415

        d = dict(src_dict)
        cohort_id = d.pop("cohort_id")

        name = d.pop("name")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        filter_set = V1FilterSet.from_dict(d.pop("filterSet"))

        v1_cohort_properties = cls(
            cohort_id=cohort_id,
            name=name,
            description=description,
            filter_set=filter_set,
        )

        return v1_cohort_properties
