from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_cohort_deletion import V1CohortDeletion


T = TypeVar("T", bound="V1CohortsDeleted")


@_attrs_define
class V1CohortsDeleted:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        cohorts (list[V1CohortDeletion]):
    """

    code: Literal[200]
    cohorts: list[V1CohortDeletion]

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        cohorts = []
        for cohorts_item_data in self.cohorts:
            cohorts_item = cohorts_item_data.to_dict()
            cohorts.append(cohorts_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "cohorts": cohorts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_cohort_deletion import V1CohortDeletion  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        cohorts = []
        _cohorts = d.pop("cohorts")
        for cohorts_item_data in _cohorts:
            cohorts_item = V1CohortDeletion.from_dict(cohorts_item_data)

            cohorts.append(cohorts_item)

        v1_cohorts_deleted = cls(
            code=code,
            cohorts=cohorts,
        )

        return v1_cohorts_deleted
