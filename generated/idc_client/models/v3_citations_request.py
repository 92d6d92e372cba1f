from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.v3_citations_request_citation_format import (
    V3CitationsRequestCitationFormat,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3CitationsRequest")


@_attrs_define
class V3CitationsRequest:
    """
    Attributes:
        filters (V3Filters | Unset): Attribute names with the values or bounds wanted: AND across attributes, OR among
            the values of one. Values are
            compared exactly, with regard to case. A value that does not occur is no error. A list without values and a
            range without a bound mean no constraint: they are left out, and `warnings` says so. Members that are not named
            here are refused (422).
        citation_format (V3CitationsRequestCitationFormat | Unset):  Default: V3CitationsRequestCitationFormat.APA.
    """

    filters: V3Filters | Unset = UNSET
    citation_format: V3CitationsRequestCitationFormat | Unset = (
        V3CitationsRequestCitationFormat.APA
    )

    def to_dict(self) -> dict[str, Any]:
        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        citation_format: str | Unset = UNSET
        if not isinstance(self.citation_format, Unset):
            citation_format = self.citation_format.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if filters is not UNSET:
            field_dict["filters"] = filters
        if citation_format is not UNSET:
            field_dict["citation_format"] = citation_format

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_filters import V3Filters  # noqa: PLC0415

        d = dict(src_dict)
        _filters = d.pop("filters", UNSET)
        filters: V3Filters | Unset
        if isinstance(_filters, Unset):
            filters = UNSET
        else:
            filters = V3Filters.from_dict(_filters)

        _citation_format = d.pop("citation_format", UNSET)
        citation_format: V3CitationsRequestCitationFormat | Unset
        if isinstance(_citation_format, Unset):
            citation_format = UNSET
        else:
            citation_format = V3CitationsRequestCitationFormat(_citation_format)

        v3_citations_request = cls(
            filters=filters,
            citation_format=citation_format,
        )

        return v3_citations_request
