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
    from ..models.v1_cohort_properties import V1CohortProperties
    from ..models.v1_error import V1Error


T = TypeVar("T", bound="V1CohortCreated")


@_attrs_define
class V1CohortCreated:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        cohort_properties (V1CohortProperties | V1Error):
    """

    code: Literal[200]
    cohort_properties: V1CohortProperties | V1Error

    def to_dict(self) -> dict[str, Any]:
        from ..models.v1_cohort_properties import V1CohortProperties  # noqa: PLC0415

        code = self.code

        cohort_properties: dict[str, Any]
        if isinstance(self.cohort_properties, V1CohortProperties):
            cohort_properties = self.cohort_properties.to_dict()
        else:
            cohort_properties = self.cohort_properties.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "cohort_properties": cohort_properties,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_cohort_properties import V1CohortProperties  # noqa: PLC0415
        from ..models.v1_error import V1Error  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        def _parse_cohort_properties(data: object) -> V1CohortProperties | V1Error:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cohort_properties_type_0 = V1CohortProperties.from_dict(data)

                return cohort_properties_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            cohort_properties_type_1 = V1Error.from_dict(data)

            return cohort_properties_type_1

        cohort_properties = _parse_cohort_properties(d.pop("cohort_properties"))

        v1_cohort_created = cls(
            code=code,
            cohort_properties=cohort_properties,
        )

        return v1_cohort_created
