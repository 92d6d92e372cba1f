from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_deletion_done import V1DeletionDone
    from ..models.v1_deletion_forbidden import V1DeletionForbidden
    from ..models.v1_deletion_refused import V1DeletionRefused


T = TypeVar("T", bound="V1CohortDeletion")


@_attrs_define
class V1CohortDeletion:
    """
    Attributes:
        cohort_id (int):
        result (V1DeletionDone | V1DeletionForbidden | V1DeletionRefused):
    """

    cohort_id: int
    result: V1DeletionDone | V1DeletionForbidden | V1DeletionRefused

    def to_dict(self) -> dict[str, Any]:
        from ..models.v1_deletion_done import V1DeletionDone  # noqa: PLC0415
        from ..models.v1_deletion_forbidden import V1DeletionForbidden  # noqa: PLC0415

        cohort_id = self.cohort_id

        result: dict[str, Any]
        if isinstance(self.result, V1DeletionDone):
            result = self.result.to_dict()
        elif isinstance(self.result, V1DeletionForbidden):
            result = self.result.to_dict()
        else:
            result = self.result.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cohort_id": cohort_id,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_deletion_done import V1DeletionDone  # noqa: PLC0415
        from ..models.v1_deletion_forbidden import V1DeletionForbidden  # noqa: PLC0415
        from ..models.v1_deletion_refused import V1DeletionRefused  # noqa: PLC0415

        d = dict(src_dict)
        cohort_id = d.pop("cohort_id")

        def _parse_result(
            data: object,
        ) -> V1DeletionDone | V1DeletionForbidden | V1DeletionRefused:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_0 = V1DeletionDone.from_dict(data)

                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_1 = V1DeletionForbidden.from_dict(data)

                return result_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            result_type_2 = V1DeletionRefused.from_dict(data)

            return result_type_2

        result = _parse_result(d.pop("result"))

        v1_cohort_deletion = cls(
            cohort_id=cohort_id,
            result=result,
        )

        return v1_cohort_deletion
