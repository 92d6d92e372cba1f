from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="V1Collection")


@_attrs_define
class V1Collection:
    """
    Attributes:
        active (bool):
        cancer_type (None | str):
        collection_id (None | str):
        date_updated (datetime.date | None):
        description (None | str): An HTML fragment, not always well formed. Escape it before showing it.
        doi (None | str): A DOI, in which letter case has no meaning: collections of data version 1.0 have it as it was
            written then, in capitals, everything else as it is written today, in small letters.
        idc_data_versions (list[str]): The data versions that hold it, up to the one that was asked for.
        image_types (None | str):
        location (None | str):
        species (None | str):
        subject_count (int | None):
        supporting_data (None | str):
    """

    active: bool
    cancer_type: None | str
    collection_id: None | str
    date_updated: datetime.date | None
    description: None | str
    doi: None | str
    idc_data_versions: list[str]
    image_types: None | str
    location: None | str
    species: None | str
    subject_count: int | None
    supporting_data: None | str

    def to_dict(self) -> dict[str, Any]:
        active = self.active

        cancer_type: None | str
        cancer_type = self.cancer_type

        collection_id: None | str
        collection_id = self.collection_id

        date_updated: None | str
        if isinstance(self.date_updated, datetime.date):
            date_updated = self.date_updated.isoformat()
        else:
            date_updated = self.date_updated

        description: None | str
        description = self.description

        doi: None | str
        doi = self.doi

        idc_data_versions = self.idc_data_versions

        image_types: None | str
        image_types = self.image_types

        location: None | str
        location = self.location

        species: None | str
        species = self.species

        subject_count: int | None
        subject_count = self.subject_count

        supporting_data: None | str
        supporting_data = self.supporting_data

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "active": active,
                "cancer_type": cancer_type,
                "collection_id": collection_id,
                "date_updated": date_updated,
                "description": description,
                "doi": doi,
                "idc_data_versions": idc_data_versions,
                "image_types": image_types,
                "location": location,
                "species": species,
                "subject_count": subject_count,
                "supporting_data": supporting_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        active = d.pop("active")

        def _parse_cancer_type(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        cancer_type = _parse_cancer_type(d.pop("cancer_type"))

        def _parse_collection_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        collection_id = _parse_collection_id(d.pop("collection_id"))

        def _parse_date_updated(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                date_updated_type_0 = datetime.date.fromisoformat(data)

                return date_updated_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        date_updated = _parse_date_updated(d.pop("date_updated"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        def _parse_doi(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        doi = _parse_doi(d.pop("doi"))

        idc_data_versions = cast(list[str], d.pop("idc_data_versions"))

        def _parse_image_types(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        image_types = _parse_image_types(d.pop("image_types"))

        def _parse_location(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        location = _parse_location(d.pop("location"))

        def _parse_species(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        species = _parse_species(d.pop("species"))

        def _parse_subject_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        subject_count = _parse_subject_count(d.pop("subject_count"))

        def _parse_supporting_data(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        supporting_data = _parse_supporting_data(d.pop("supporting_data"))

        v1_collection = cls(
            active=active,
            cancer_type=cancer_type,
            collection_id=collection_id,
            date_updated=date_updated,
            description=description,
            doi=doi,
            idc_data_versions=idc_data_versions,
            image_types=image_types,
            location=location,
            species=species,
            subject_count=subject_count,
            supporting_data=supporting_data,
        )

        return v1_collection
