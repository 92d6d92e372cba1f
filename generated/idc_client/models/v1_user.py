from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="V1User")


@_attrs_define
class V1User:
    """More members (names, picture) may come from the identity provider.

    Attributes:
        email (str):
        id (int):
        date_joined (str): HTTP date.
        last_login (str): HTTP date.
        first_name (str | Unset):
        last_name (str | Unset):
        username (str | Unset):
    """

    email: str
    id: int
    date_joined: str
    last_login: str
    first_name: str | Unset = UNSET
    last_name: str | Unset = UNSET
    username: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        id = self.id

        date_joined = self.date_joined

        last_login = self.last_login

        first_name = self.first_name

        last_name = self.last_name

        username = self.username

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "email": email,
                "id": id,
                "date_joined": date_joined,
                "last_login": last_login,
            }
        )
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if username is not UNSET:
            field_dict["username"] = username

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        id = d.pop("id")

        date_joined = d.pop("date_joined")

        last_login = d.pop("last_login")

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        username = d.pop("username", UNSET)

        v1_user = cls(
            email=email,
            id=id,
            date_joined=date_joined,
            last_login=last_login,
            first_name=first_name,
            last_name=last_name,
            username=username,
        )

        v1_user.additional_properties = d
        return v1_user

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
