from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V3Collection")


@_attrs_define
class V3Collection:
    """
    Attributes:
        collection_id (str):
        collection_name (None | str):
        cancer_types (None | str):
        tumor_locations (None | str):
        species (None | str):
        subjects (int | None):
        supporting_data (None | str):
        description (None | str):
    """

    collection_id: str
    collection_name: None | str
    cancer_types: None | str
    tumor_locations: None | str
    species: None | str
    subjects: int | None
    supporting_data: None | str
    description: None | str

    def to_dict(self) -> dict[str, Any]:
        collection_id = self.collection_id

        collection_name: None | str
        collection_name = self.collection_name

        cancer_types: None | str
        cancer_types = self.cancer_types

        tumor_locations: None | str
        tumor_locations = self.tumor_locations

        species: None | str
        species = self.species

        subjects: int | None
        subjects = self.subjects

        supporting_data: None | str
        supporting_data = self.supporting_data

        description: None | str
        description = self.description

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "collection_id": collection_id,
                "collection_name": collection_name,
                "cancer_types": cancer_types,
                "tumor_locations": tumor_locations,
                "species": species,
                "subjects": subjects,
                "supporting_data": supporting_data,
                "description": description,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        collection_id = d.pop("collection_id")

        def _parse_collection_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collection_name = _parse_collection_name(d.pop("collection_name"))

        def _parse_cancer_types(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cancer_types = _parse_cancer_types(d.pop("cancer_types"))

        def _parse_tumor_locations(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tumor_locations = _parse_tumor_locations(d.pop("tumor_locations"))

        def _parse_species(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        species = _parse_species(d.pop("species"))

        def _parse_subjects(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        subjects = _parse_subjects(d.pop("subjects"))

        def _parse_supporting_data(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        supporting_data = _parse_supporting_data(d.pop("supporting_data"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        v3_collection = cls(
            collection_id=collection_id,
            collection_name=collection_name,
            cancer_types=cancer_types,
            tumor_locations=tumor_locations,
            species=species,
            subjects=subjects,
            supporting_data=supporting_data,
            description=description,
        )

        return v3_collection
