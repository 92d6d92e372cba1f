from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.v3_viewer import V3Viewer

T = TypeVar("T", bound="V3ViewerUrl")


@_attrs_define
class V3ViewerUrl:
    """
    Attributes:
        viewer_url (str):
        viewer (V3Viewer):
        study_instance_uid (None | str):
        series_instance_uid (None | str):
    """

    viewer_url: str
    viewer: V3Viewer
    study_instance_uid: None | str
    series_instance_uid: None | str

    def to_dict(self) -> dict[str, Any]:
        viewer_url = self.viewer_url

        viewer = self.viewer.value

        study_instance_uid: None | str
        study_instance_uid = self.study_instance_uid

        series_instance_uid: None | str
        series_instance_uid = self.series_instance_uid

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "viewer_url": viewer_url,
                "viewer": viewer,
                "study_instance_uid": study_instance_uid,
                "series_instance_uid": series_instance_uid,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        viewer_url = d.pop("viewer_url")

        viewer = V3Viewer(d.pop("viewer"))

        def _parse_study_instance_uid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        study_instance_uid = _parse_study_instance_uid(d.pop("study_instance_uid"))

        def _parse_series_instance_uid(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        series_instance_uid = _parse_series_instance_uid(d.pop("series_instance_uid"))

        v3_viewer_url = cls(
            viewer_url=viewer_url,
            viewer=viewer,
            study_instance_uid=study_instance_uid,
            series_instance_uid=series_instance_uid,
        )

        return v3_viewer_url
