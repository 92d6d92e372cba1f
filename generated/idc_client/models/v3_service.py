from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3Service")


@_attrs_define
class V3Service:
    """
    Attributes:
        name (str):
        server_version (str):
        docs (str):
        openapi (str):
        version_endpoint (str):
    """

    name: str
    server_version: str
    docs: str
    openapi: str
    version_endpoint: str

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        server_version = self.server_version

        docs = self.docs

        openapi = self.openapi

        version_endpoint = self.version_endpoint

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "server_version": server_version,
                "docs": docs,
                "openapi": openapi,
                "version_endpoint": version_endpoint,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        server_version = d.pop("server_version")

        docs = d.pop("docs")

        openapi = d.pop("openapi")

        version_endpoint = d.pop("version_endpoint")

        v3_service = cls(
            name=name,
            server_version=server_version,
            docs=docs,
            openapi=openapi,
            version_endpoint=version_endpoint,
        )

        return v3_service
