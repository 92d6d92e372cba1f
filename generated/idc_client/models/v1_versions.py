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
    from ..models.v1_version import V1Version


T = TypeVar("T", bound="V1Versions")


@_attrs_define
class V1Versions:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        versions (list[V1Version]):
    """

    code: Literal[200]
    versions: list[V1Version]

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        versions = []
        for versions_item_data in self.versions:
            versions_item = versions_item_data.to_dict()
            versions.append(versions_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "versions": versions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_version import V1Version  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        versions = []
        _versions = d.pop("versions")
        for versions_item_data in _versions:
            versions_item = V1Version.from_dict(versions_item_data)

            versions.append(versions_item)

        v1_versions = cls(
            code=code,
            versions=versions,
        )

        return v1_versions
