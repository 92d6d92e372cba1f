from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.v3_license import V3License


T = TypeVar("T", bound="V3CollectionDetail")


@_attrs_define
class V3CollectionDetail:
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
        patients (int):
        studies (int):
        series (int):
        instances (int):
        size_tb (float): In units of 10^12 bytes, rounded to three decimals; small selections read 0.
        modalities (list[str]):
        licenses (list[V3License]):
    """

    collection_id: str
    collection_name: None | str
    cancer_types: None | str
    tumor_locations: None | str
    species: None | str
    subjects: int | None
    supporting_data: None | str
    description: None | str
    patients: int
    studies: int
    series: int
    instances: int
    size_tb: float
    modalities: list[str]
    licenses: list[V3License]

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

        patients = self.patients

        studies = self.studies

        series = self.series

        instances = self.instances

        size_tb = self.size_tb

        modalities = self.modalities

        licenses = []
        for licenses_item_data in self.licenses:
            licenses_item = licenses_item_data.to_dict()
            licenses.append(licenses_item)

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
                "patients": patients,
                "studies": studies,
                "series": series,
                "instances": instances,
                "size_TB": size_tb,
                "modalities": modalities,
                "licenses": licenses,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v3_license import V3License  # noqa: PLC0415

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

        patients = d.pop("patients")

        studies = d.pop("studies")

        series = d.pop("series")

        instances = d.pop("instances")

        size_tb = d.pop("size_TB")

        modalities = cast(list[str], d.pop("modalities"))

        licenses = []
        _licenses = d.pop("licenses")
        for licenses_item_data in _licenses:
            licenses_item = V3License.from_dict(licenses_item_data)

            licenses.append(licenses_item)

        v3_collection_detail = cls(
            collection_id=collection_id,
            collection_name=collection_name,
            cancer_types=cancer_types,
            tumor_locations=tumor_locations,
            species=species,
            subjects=subjects,
            supporting_data=supporting_data,
            description=description,
            patients=patients,
            studies=studies,
            series=series,
            instances=instances,
            size_tb=size_tb,
            modalities=modalities,
            licenses=licenses,
        )

        return v3_collection_detail
