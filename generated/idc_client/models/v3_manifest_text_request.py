from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v3_manifest_text_request_source import V3ManifestTextRequestSource
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3ManifestTextRequest")


@_attrs_define
class V3ManifestTextRequest:
    """
    Attributes:
        filters (V3Filters | Unset): Attribute names with the values wanted: AND across attributes, OR among the values
            of one. `{}` selects the
            whole archive. Values are compared exactly, with regard to case. A value that does not occur, a list without
            values or a range without a bound is no error; the last two mean no constraint. Members that are not named
            here are ignored, so a misplaced filter quietly selects everything.
        source (V3ManifestTextRequestSource | Unset):  Default: V3ManifestTextRequestSource.AWS.
        limit (int | None | Unset): The most lines; 100,000 if null or left out.
    """

    filters: V3Filters | Unset = UNSET
    source: V3ManifestTextRequestSource | Unset = V3ManifestTextRequestSource.AWS
    limit: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        source: str | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.value

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if filters is not UNSET:
            field_dict["filters"] = filters
        if source is not UNSET:
            field_dict["source"] = source
        if limit is not UNSET:
            field_dict["limit"] = limit

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

        _source = d.pop("source", UNSET)
        source: V3ManifestTextRequestSource | Unset
        if isinstance(_source, Unset):
            source = UNSET
        else:
            source = V3ManifestTextRequestSource(_source)

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        v3_manifest_text_request = cls(
            filters=filters,
            source=source,
            limit=limit,
        )

        v3_manifest_text_request.additional_properties = d
        return v3_manifest_text_request

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
