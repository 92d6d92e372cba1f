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
    from ..models.v1_user import V1User


T = TypeVar("T", bound="V1AccountDetails")


@_attrs_define
class V1AccountDetails:
    """
    Attributes:
        code (Literal[200]): The status, repeated in the body.
        user_details (V1User): More members (names, picture) may come from the identity provider.
    """

    code: Literal[200]
    user_details: V1User

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        user_details = self.user_details.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "user_details": user_details,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v1_user import V1User  # noqa: PLC0415

        d = dict(src_dict)
        code = cast(Literal[200], d.pop("code"))
        if code != 200:
            raise ValueError(f"code must match const 200, got '{code}'")

        user_details = V1User.from_dict(d.pop("user_details"))

        v1_account_details = cls(
            code=code,
            user_details=user_details,
        )

        return v1_account_details
