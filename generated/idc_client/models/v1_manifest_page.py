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
    from ..models.v1_cohort_echo import V1CohortEcho
    from ..models.v1_manifest import V1Manifest
    from ..models.v1_no_cohort import V1NoCohort


T = TypeVar("T", bound="V1ManifestPage")


@_attrs_define
class V1ManifestPage:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        cohort (V1CohortEcho | V1NoCohort):
        manifest (V1Manifest):
        next_page (str): Opaque token of the next page; empty at the end of the data.
    """

    code: Literal[200]
    cohort: V1CohortEcho | V1NoCohort
    manifest: V1Manifest
    next_page: str

    def to_dict(self) -> dict[str, Any]:
        from ..models.v1_cohort_echo import V1CohortEcho  # noqa: PLC0415

        code = self.code

        cohort: dict[str, Any]
        if isinstance(self.cohort, V1CohortEcho):
            cohort = self.cohort.to_dict()
        else:
            cohort = self.cohort.to_dict()

        manifest = self.manifest.to_dict()

        next_page = self.next_page

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "cohort": cohort,
                "manifest": manifest,
                "next_page": next_page,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_cohort_echo import V1CohortEcho  # noqa: PLC0415
        from ..models.v1_manifest import V1Manifest  # noqa: PLC0415
        from ..models.v1_no_cohort import V1NoCohort  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

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

        manifest = V1Manifest.from_dict(d.pop("manifest"))

        next_page = d.pop("next_page")

        v1_manifest_page = cls(
            code=code,
            cohort=cohort,
            manifest=manifest,
            next_page=next_page,
        )

        return v1_manifest_page
