from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v1_gateway_error_detail import V1GatewayErrorDetail


T = TypeVar("T", bound="V1GatewayError")


@_attrs_define
class V1GatewayError:
    """The gateway's error envelope. `code` is a gRPC status code, not the HTTP status.

    Attributes:
        code (int):
        message (str):
        details (list[V1GatewayErrorDetail]):
    """

    code: int
    message: str
    details: list[V1GatewayErrorDetail]

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        details = []
        for details_item_data in self.details:
            details_item = details_item_data.to_dict()
            details.append(details_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "message": message,
                "details": details,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_gateway_error_detail import V1GatewayErrorDetail  # noqa: PLC0415

        d = dict(src_dict)
        code = d.pop("code")

        message = d.pop("message")

        details = []
        _details = d.pop("details")
        for details_item_data in _details:
            details_item = V1GatewayErrorDetail.from_dict(details_item_data)

            details.append(details_item)

        v1_gateway_error = cls(
            code=code,
            message=message,
            details=details,
        )

        return v1_gateway_error
