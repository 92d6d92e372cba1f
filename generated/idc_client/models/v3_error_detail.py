from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.v3_error_detail_code import V3ErrorDetailCode

T = TypeVar("T", bound="V3ErrorDetail")


@_attrs_define
class V3ErrorDetail:
    """
    Attributes:
        code (V3ErrorDetailCode):
        message (str):
    """

    code: V3ErrorDetailCode
    message: str

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        message = self.message

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "message": message,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = V3ErrorDetailCode(d.pop("code"))

        message = d.pop("message")

        v3_error_detail = cls(
            code=code,
            message=message,
        )

        return v3_error_detail
