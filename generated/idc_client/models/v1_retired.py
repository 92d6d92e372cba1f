from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1Retired")


@_attrs_define
class V1Retired:
    """
    Attributes:
        code (Literal[410]):
        message (str):
        documentation (str):
    """

    code: Literal[410]
    message: str
    documentation: str

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        documentation = self.documentation

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "message": message,
                "documentation": documentation,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = cast(Literal[410], d.pop("code"))
        if code != 410:
            raise ValueError(f"code must match const 410, got '{code}'")

        message = d.pop("message")

        documentation = d.pop("documentation")

        v1_retired = cls(
            code=code,
            message=message,
            documentation=documentation,
        )

        return v1_retired
