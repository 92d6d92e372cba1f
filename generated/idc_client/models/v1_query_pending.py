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
    from ..models.v1_pending_info import V1PendingInfo


T = TypeVar("T", bound="V1QueryPending")


@_attrs_define
class V1QueryPending:
    """
    Attributes:
        code (Literal[202]):
        message (str):
        query_info (V1PendingInfo):
    """

    code: Literal[202]
    message: str
    query_info: V1PendingInfo

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        query_info = self.query_info.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "message": message,
                "query_info": query_info,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_pending_info import V1PendingInfo  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[202], d.pop("code"))
        if code != 202:
            raise ValueError(f"code must match const 202, got '{code}'")

        message = d.pop("message")

        query_info = V1PendingInfo.from_dict(d.pop("query_info"))

        v1_query_pending = cls(
            code=code,
            message=message,
            query_info=query_info,
        )

        return v1_query_pending
