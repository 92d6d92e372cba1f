from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_error_detail import V3ErrorDetail


T = TypeVar("T", bound="V3Error")


@_attrs_define
class V3Error:
    """The service's error envelope.

    Attributes:
        error (V3ErrorDetail):
    """

    error: V3ErrorDetail

    def to_dict(self) -> dict[str, Any]:
        error = self.error.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_error_detail import V3ErrorDetail  # noqa: PLC0415

        d = dict(src_dict)
        error = V3ErrorDetail.from_dict(d.pop("error"))

        v3_error = cls(
            error=error,
        )

        return v3_error
