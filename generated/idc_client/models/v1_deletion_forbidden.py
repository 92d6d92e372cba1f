from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1DeletionForbidden")


@_attrs_define
class V1DeletionForbidden:
    """The caller does not own the cohort.

    Attributes:
        message (str):
        delete_permission (bool):
    """

    message: str
    delete_permission: bool

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        delete_permission = self.delete_permission

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "message": message,
                "delete_permission": delete_permission,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        message = d.pop("message")

        delete_permission = d.pop("delete_permission")

        v1_deletion_forbidden = cls(
            message=message,
            delete_permission=delete_permission,
        )

        return v1_deletion_forbidden
