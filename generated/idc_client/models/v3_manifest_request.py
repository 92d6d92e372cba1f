from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3ManifestRequest")


@_attrs_define
class V3ManifestRequest:
    """
    Attributes:
        filters (V3Filters | Unset): Attribute names with the values wanted: AND across attributes, OR among the values
            of one. `{}` selects the
            whole archive. Values are compared exactly, with regard to case. A value that does not occur, a list without
            values or a range without a bound is no error; the last two mean no constraint. Members that are not named
            here are ignored, so a misplaced filter quietly selects everything.
        page (int | Unset):  Default: 0.
        page_size (int | None | Unset): 100 if null or left out.
        include_rows (bool | Unset):  Default: True.
    """

    filters: V3Filters | Unset = UNSET
    page: int | Unset = 0
    page_size: int | None | Unset = UNSET
    include_rows: bool | Unset = True
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        page = self.page

        page_size: int | None | Unset
        if isinstance(self.page_size, Unset):
            page_size = UNSET
        else:
            page_size = self.page_size

        include_rows = self.include_rows

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if filters is not UNSET:
            field_dict["filters"] = filters
        if page is not UNSET:
            field_dict["page"] = page
        if page_size is not UNSET:
            field_dict["page_size"] = page_size
        if include_rows is not UNSET:
            field_dict["include_rows"] = include_rows

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

        page = d.pop("page", UNSET)

        def _parse_page_size(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        page_size = _parse_page_size(d.pop("page_size", UNSET))

        include_rows = d.pop("include_rows", UNSET)

        v3_manifest_request = cls(
            filters=filters,
            page=page,
            page_size=page_size,
            include_rows=include_rows,
        )

        v3_manifest_request.additional_properties = d
        return v3_manifest_request

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
