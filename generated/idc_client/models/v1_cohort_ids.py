from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1CohortIds")


@_attrs_define
class V1CohortIds:
    """
    Attributes:
        cohorts (list[int]):
    """

    cohorts: list[int]

    def to_dict(self) -> dict[str, Any]:
        cohorts = self.cohorts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cohorts": cohorts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cohorts = cast(list[int], d.pop("cohorts"))

        v1_cohort_ids = cls(
            cohorts=cohorts,
        )

        return v1_cohort_ids
