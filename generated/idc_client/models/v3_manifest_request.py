from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3ManifestRequest")


@_attrs_define
class V3ManifestRequest:
    """
    Attributes:
        filters (V3Filters): Attribute names with the values or bounds wanted: AND across attributes, OR among the
            values of one. Values are
            compared exactly, with regard to case. A value that does not occur is no error. A list without values and a
            range without a bound mean no constraint: they are left out, and `warnings` says so. Members that are not named
            here are refused (422).
        page (int | Unset):  Default: 0.
        page_size (int | None | Unset): 100 if null or left out.
        include_rows (bool | Unset):  Default: True.
    """

    filters: V3Filters
    page: int | Unset = 0
    page_size: int | None | Unset = UNSET
    include_rows: bool | Unset = True

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        page = self.page

        page_size: int | None | Unset
        if isinstance(self.page_size, Unset):
            page_size = UNSET
        else:
            page_size = self.page_size

        include_rows = self.include_rows

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filters": filters,
            }
        )
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
        filters = V3Filters.from_dict(d.pop("filters"))

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

        return v3_manifest_request
