from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..models.v1_gateway_error_detail_detail import V1GatewayErrorDetailDetail

T = TypeVar("T", bound="V1GatewayErrorDetail")


@_attrs_define
class V1GatewayErrorDetail:
    """
    Attributes:
        type_ (Literal['type.googleapis.com/google.rpc.DebugInfo']):
        stack_entries (list[str]):
        detail (V1GatewayErrorDetailDetail):
    """

    type_: Literal["type.googleapis.com/google.rpc.DebugInfo"]
    stack_entries: list[str]
    detail: V1GatewayErrorDetailDetail

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        stack_entries = self.stack_entries

        detail = self.detail.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "@type": type_,
                "stackEntries": stack_entries,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = cast(
            Literal["type.googleapis.com/google.rpc.DebugInfo"], d.pop("@type")
        )
        if type_ != "type.googleapis.com/google.rpc.DebugInfo":
            raise ValueError(
                f"@type must match const 'type.googleapis.com/google.rpc.DebugInfo', got '{type_}'"
            )

        stack_entries = cast(list[str], d.pop("stackEntries"))

        detail = V1GatewayErrorDetailDetail(d.pop("detail"))

        v1_gateway_error_detail = cls(
            type_=type_,
            stack_entries=stack_entries,
            detail=detail,
        )

        return v1_gateway_error_detail
