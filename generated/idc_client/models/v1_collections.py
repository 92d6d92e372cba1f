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
    from ..models.v1_collection import V1Collection


T = TypeVar("T", bound="V1Collections")


@_attrs_define
class V1Collections:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        collections (list[V1Collection]):
    """

    code: Literal[200]
    collections: list[V1Collection]

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        collections = []
        for collections_item_data in self.collections:
            collections_item = collections_item_data.to_dict()
            collections.append(collections_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "collections": collections,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_collection import V1Collection  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        collections = []
        _collections = d.pop("collections")
        for collections_item_data in _collections:
            collections_item = V1Collection.from_dict(collections_item_data)

            collections.append(collections_item)

        v1_collections = cls(
            code=code,
            collections=collections,
        )

        return v1_collections
