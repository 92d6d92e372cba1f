from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_cohort_echo import V1CohortEcho
    from ..models.v1_no_cohort import V1NoCohort
    from ..models.v1_pending_objects import V1PendingObjects


T = TypeVar("T", bound="V1PendingInfo")


@_attrs_define
class V1PendingInfo:
    """
    Attributes:
        cohort (V1CohortEcho | V1NoCohort):
        next_page (str):
        cohort_objects (V1PendingObjects):
    """

    cohort: V1CohortEcho | V1NoCohort
    next_page: str
    cohort_objects: V1PendingObjects

    def to_dict(self) -> dict[str, Any]:
        from ..models.v1_cohort_echo import V1CohortEcho  # noqa: PLC0415

        cohort: dict[str, Any]
        if isinstance(self.cohort, V1CohortEcho):
            cohort = self.cohort.to_dict()
        else:
            cohort = self.cohort.to_dict()

        next_page = self.next_page

        cohort_objects = self.cohort_objects.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cohort": cohort,
                "next_page": next_page,
                "cohortObjects": cohort_objects,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_cohort_echo import V1CohortEcho  # noqa: PLC0415
        from ..models.v1_no_cohort import V1NoCohort  # noqa: PLC0415
        from ..models.v1_pending_objects import V1PendingObjects  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_cohort(data: object) -> V1CohortEcho | V1NoCohort:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cohort_type_0 = V1CohortEcho.from_dict(data)

                return cohort_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            cohort_type_1 = V1NoCohort.from_dict(data)

            return cohort_type_1

        cohort = _parse_cohort(d.pop("cohort"))

        next_page = d.pop("next_page")

        cohort_objects = V1PendingObjects.from_dict(d.pop("cohortObjects"))

        v1_pending_info = cls(
            cohort=cohort,
            next_page=next_page,
            cohort_objects=cohort_objects,
        )

        return v1_pending_info
