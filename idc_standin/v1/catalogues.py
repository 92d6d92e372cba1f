"""Catalogues of the archive: versions, collections, analysis results, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from idc_standin.contract import nearest
from idc_standin.v1.request import Refusal, Request, Service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Catalogues(Service):
    """Operations that describe the archive."""

    def get_about(self, request: Request) -> dict[str, Any]:
        """Greeting, the derived identifiers of this archive, and the source of its nodules."""
        return {
            "code": 200,
            "message": "Welcome to the NCI IDC API, Version 1 (a stand-in on this machine, not the public service)",
            "documentation": (
                "SwaggerUI interface available at </v1/swagger/>. The series, studies, patients and collections are "
                "those of the public index. The characteristics of nodules (Spiculation, Malignancy ...) are those of "
                "LIDC-IDRI (doi:10.7937/K9/TCIA.2015.LO9QL9SX) in its DICOM encoding "
                f"(doi:10.7937/TCIA.2018.h7umfurq), CC BY 3.0. {self._sparse()}"
                "SOPInstanceUIDs (2.25...), CRDC study and instance GUIDs (UUID version 8) and GCS "
                "URLs (gs://idc-standin/) are derived identifiers: they exist nowhere else."
            ),
        }

    def list_versions(self, request: Request) -> dict[str, Any]:
        """The data releases up to the active one."""
        return {
            "code": 200,
            "versions": [
                {
                    "idc_data_version": f"{release}.0",
                    "date_active": date,
                    "active": release == self.store.active,
                    "data_sources": [
                        {"name": name, "data_type": row["data_type"]} for name, row in self._data_sources(release)
                    ],
                }
                for release, date in self.store.versions()
            ],
        }

    def list_collections(self, request: Request) -> dict[str, Any]:
        """Collections as recorded for the version, else as the index has them."""
        _, version = self._catalogue_parameters(request)
        release = self.versions[version]
        indexed = {row["collection_id"]: row for row in self.store.collections(release)}
        recorded = [row for row in self.store.tables["collections"] if row["idc_data_version"] == version]
        if recorded:
            return {
                "code": 200,
                "collections": [_recorded(row, indexed.get(row["collection_id"], {})) for row in recorded],
            }
        return {"code": 200, "collections": [self._collection(row, release) for row in indexed.values()]}

    def _collection(self, row: Mapping[str, Any], release: int) -> dict[str, Any]:
        return {
            "active": True,
            "cancer_type": row["cancer_types"],
            "collection_id": row["collection_id"],
            "date_updated": row["updated"],
            "description": row["description"],
            "doi": row["doi"],
            "idc_data_versions": self._membership(row["releases"], release),
            "image_types": row["modalities"],
            "location": row["tumor_locations"],
            "species": row["species"],
            "subject_count": row["subjects"],
            "supporting_data": row["supporting_data"],
        }

    def _membership(self, releases: Sequence[int], upto: int) -> list[str]:
        """The versions that hold a thing, up to the one that was requested."""
        if "collections-claim-both" in self.quirks:
            return ["1.0", "2.0"]
        return [f"{release}.0" for release in releases if release <= upto]

    def list_analysis_results(self, request: Request) -> dict[str, Any]:
        """Analysis results that have series in the version."""
        _, version = self._catalogue_parameters(request)
        return {
            "code": 200,
            "analysisResults": [
                {
                    "active": True,
                    "analysisArtifacts": row["modalities"],
                    "cancer_type": None,
                    "collections": row["collections"],
                    "date_updated": row["updated"],
                    "description": row["analysis_result_title"],
                    "doi": row["source_DOI"],
                    "idc_data_versions": self._membership(row["releases"], self.versions[version]),
                    "location": None,
                    "subject_count": row["subjects"],
                }
                for row in self.store.analysis_results(self.versions[version])
            ],
        }

    def list_attributes(self, request: Request) -> dict[str, Any]:
        """Filter attributes by data source; `active` means that the archive has data of the attribute."""
        given, version = self._catalogue_parameters(request)
        sources = self._data_sources(self.versions[version])
        if wanted := given.get("data_source", ""):
            sources = [source for source in sources if source[0] == wanted]
            if not sources:
                message = f"The  data source, {wanted}, is not part of the specified version {version}"
                raise Refusal(400, message)
        return {
            "code": 200,
            "idc_data_version": version,
            "data_sources": [
                {"data_source": name, "attributes": self._attributes(row["data_source"])} for name, row in sources
            ],
        }

    def _sparse(self) -> str:
        """A sentence about the attributes of patients that are active and of which few patients have a value."""
        known = [f"{name} of {number}" for name, number in self.store.sparse.items()]
        return f"Of these attributes few patients have a value: {', '.join(known)}. " if known else ""

    def _attributes(self, data_source: str) -> list[dict[str, Any]]:
        suffixes = {"Continuous Numeric": ("", "_lt", "_lte", "_btw", "_gte", "_gt")}
        return [
            {
                "name": row["name"] + suffix,
                "data_type": row["data_type"],
                "active": self.store.archive.backed(row["name"]),
                "units": row["units"] or None,
            }
            for row in self.store.tables["attributes"]
            if row["data_source"] == data_source
            for suffix in suffixes.get(row["data_type"], ("",))
        ]

    def _data_sources(self, release: int) -> list[tuple[str, dict[str, str]]]:
        return [(row["name"].format(release=release), row) for row in self.store.tables["data_sources"]]

    def _catalogue_parameters(self, request: Request) -> tuple[dict[str, str], str]:
        given = dict(request.query)
        for name in given:
            if name not in request.operation.parameters:
                raise Refusal(400, f"Invalid argument {name}.{nearest(name, request.operation.parameters)}")
            self._given_once(request, name)
        version = given.get("idc_data_version") or self.active
        if version not in self.versions:
            raise Refusal(400, f"Invalid IDC version {version}: there are 1.0 to {self.active}.")
        return given, version


def _recorded(row: Mapping[str, str], indexed: Mapping[str, Any]) -> dict[str, Any]:
    """A collection as recorded at that time; values that the record lacks are those of the index."""
    return {
        "active": True,
        "cancer_type": row["cancer_type"] or indexed.get("cancer_types"),
        "collection_id": row["collection_id"],
        "date_updated": row["date_updated"] or None,
        "description": indexed.get("description"),
        "doi": row["doi"] or None,
        "idc_data_versions": [row["idc_data_version"]],
        "image_types": row["image_types"] or indexed.get("modalities"),
        "location": row["location"] or None,
        "species": row["species"] or None,
        "subject_count": int(row["subject_count"]),
        "supporting_data": row["supporting_data"] or indexed.get("supporting_data"),
    }
