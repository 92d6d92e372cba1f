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

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v1_dicom_metadata_results import V1DicomMetadataResults
    from ..models.v1_no_cohort import V1NoCohort


T = TypeVar("T", bound="V1DicomMetadataPage")


@_attrs_define
class V1DicomMetadataPage:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        query_results (V1DicomMetadataResults):
        next_page (str): Opaque token of the next page; empty at the end of the data.
        cohort (V1NoCohort | Unset): What later pages carry in place of the cohort.
    """

    code: Literal[200]
    query_results: V1DicomMetadataResults
    next_page: str
    cohort: V1NoCohort | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        query_results = self.query_results.to_dict()

        next_page = self.next_page

        cohort: dict[str, Any] | Unset = UNSET
        if not isinstance(self.cohort, Unset):
            cohort = self.cohort.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "query_results": query_results,
                "next_page": next_page,
            }
        )
        if cohort is not UNSET:
            field_dict["cohort"] = cohort

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_dicom_metadata_results import V1DicomMetadataResults  # noqa: PLC0415
        from ..models.v1_no_cohort import V1NoCohort  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        query_results = V1DicomMetadataResults.from_dict(d.pop("query_results"))

        next_page = d.pop("next_page")

        _cohort = d.pop("cohort", UNSET)
        cohort: V1NoCohort | Unset
        if isinstance(_cohort, Unset):
            cohort = UNSET
        else:
            cohort = V1NoCohort.from_dict(_cohort)

        v1_dicom_metadata_page = cls(
            code=code,
            query_results=query_results,
            next_page=next_page,
            cohort=cohort,
        )

        return v1_dicom_metadata_page
