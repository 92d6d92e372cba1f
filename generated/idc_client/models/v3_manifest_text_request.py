from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.v3_manifest_text_request_source import V3ManifestTextRequestSource
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v3_filters import V3Filters


T = TypeVar("T", bound="V3ManifestTextRequest")


@_attrs_define
class V3ManifestTextRequest:
    """
    Attributes:
        filters (V3Filters): Attribute names with the values or bounds wanted: AND across attributes, OR among the
            values of one. Values are
            compared exactly, with regard to case. A value that does not occur is no error. A list without values and a
            range without a bound mean no constraint: they are left out, and `warnings` says so. Members that are not named
            here are refused (422).
        source (V3ManifestTextRequestSource | Unset):  Default: V3ManifestTextRequestSource.AWS.
        limit (int | None | Unset): The most lines; 100,000 if null or left out.
    """

    filters: V3Filters
    source: V3ManifestTextRequestSource | Unset = V3ManifestTextRequestSource.AWS
    limit: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
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

        field_dict.update(
            {
                "filters": filters,
            }
        )
        if source is not UNSET:
            field_dict["source"] = source
        if limit is not UNSET:
            field_dict["limit"] = limit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_filters import V3Filters  # noqa: PLC0415

        d = dict(src_dict)
        filters = V3Filters.from_dict(d.pop("filters"))

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

        return v3_manifest_text_request
