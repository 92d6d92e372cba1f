"""Manifests and metadata queries, of saved cohorts and of previews, and the metadata of every instance."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from idc_standin.v1.pages import Page, Pages, Pending, Plan, Subject
from idc_standin.v1.query import Query, conditions, normalised
from idc_standin.v1.request import BAD_FILTERS, NO_COLUMN, Refusal, Request, checked
from idc_standin.v1.saved_cohorts import properties

MANIFEST_COLUMNS = {  # in the order that decides the sorting
    "Collection_ID": "collection_id",
    "Patient_ID": "PatientID",
    "StudyInstanceUID": "StudyInstanceUID",
    "SeriesInstanceUID": "SeriesInstanceUID",
    "SOPInstanceUID": "SOPInstanceUID",
    "Source_DOI": "source_DOI",
    "CRDC_Study_GUID": "crdc_study_uuid",
    "CRDC_Series_GUID": "crdc_series_uuid",
    "CRDC_Instance_GUID": "crdc_instance_uuid",
    "GCS_URL": "gcs_url",
}
CUT_OFF = {
    "Internal": "Internal_structure",
    "Lobular": "Lobular_Pattern",
    "Subtlety": "Subtlety_score",
    "Surface_area_of": "Surface_area_of_mesh",
    "Total_Lesion": "Total_Lesion_Glycolysis",
    "Standardized_Added_Metabolic": "Standardized_Added_Metabolic_Activity",
}
DICOM_ORDER = ("collection_id", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
DICOM_MORE = ("Program", "SeriesDescription", "SeriesNumber", "StudyDate", "StudyDescription", "tcia_species")
UPSTREAM_LT = re.compile(r"_t|_g")  # see lt-means-lte in deviations.yaml


class Manifests(Pages):
    """Operations that list rows."""

    def preview_manifest(self, request: Request) -> dict[str, Any]:
        """Manifest of a cohort that is not saved."""
        spec = self._body(request, BAD_FILTERS)
        return self._manifest(request, _preview(checked(spec), self.store.active))

    def get_cohort_manifest(self, request: Request) -> dict[str, Any]:
        """Manifest of a saved cohort."""
        return self._manifest(request, self._saved(request))

    def preview_query(self, request: Request) -> dict[str, Any]:
        """Chosen metadata of a cohort that is not saved."""
        body = self._body(request, BAD_FILTERS)
        spec = checked(body["cohort_def"])
        subject = _preview(spec, self.store.active, filters=spec["filters"])
        return self._metadata(request, subject, body["queryFields"]["fields"])

    def query_cohort(self, request: Request) -> dict[str, Any]:
        """Chosen metadata of a saved cohort."""
        body = self._body(request, BAD_FILTERS)
        return self._metadata(request, self._saved(request), body["fields"])

    def get_dicom_metadata(self, request: Request) -> dict[str, Any]:
        """Fixed columns of every instance: those that the document requires, and the others that the index has."""
        schema = self.contract.document["components"]["schemas"]["V1DicomMetadataRow"]
        names = (*schema["required"], *DICOM_MORE)
        sources = tuple("source_DOI" if name == "Source_DOI" else name for name in names)
        lists = frozenset(name for name, member in schema["properties"].items() if member.get("type") == "array")

        def chosen() -> tuple[str, ...]:
            self._parameters(request)
            return ()  # the columns are fixed

        def plan(release: int, _: tuple[str, ...]) -> Plan:
            return Plan(Query(release, (), sources, DICOM_ORDER), names)

        page = self._page(request, None, chosen, plan)
        if isinstance(page, Pending):
            return page.body("query_info")
        results = page.results("json", lists)
        return {"code": 200, "query_results": results, "next_page": page.token} | ({} if page.first else {"cohort": {}})

    def _manifest(self, request: Request, subject: Subject) -> dict[str, Any]:
        def chosen() -> tuple[str, ...]:
            given = self._parameters(request)
            names = tuple(name for name in MANIFEST_COLUMNS if given.get(name) == "True")
            if not names:
                columns = ", ".join(MANIFEST_COLUMNS)
                raise Refusal(400, f"{NO_COLUMN}: no column was chosen; set at least one of {columns} to True.")
            return names

        def plan(release: int, names: tuple[str, ...]) -> Plan:
            sources = tuple(MANIFEST_COLUMNS[name] for name in names)
            return Plan(self._query(release, subject, sources, (sources[-1], *sources[:-1])), names)

        page = self._page(request, subject, chosen, plan)
        if isinstance(page, Pending):
            return page.body("manifest_info")
        cohort = subject.echo | {"sql": self._sql(request, page)} if page.first else {}
        return {"code": 200, "cohort": cohort, "manifest": page.results("json_manifest"), "next_page": page.token}

    def _metadata(self, request: Request, subject: Subject, fields: list[str]) -> dict[str, Any]:
        def chosen() -> tuple[str, ...]:
            self._parameters(request)
            return ()  # the fields are in the body

        def plan(release: int, _: tuple[str, ...]) -> Plan:
            sources = tuple(CUT_OFF.get(name, name) for name in fields)
            return Plan(self._query(release, subject, sources, sources), tuple(fields))

        page = self._page(request, subject, chosen, plan)
        if isinstance(page, Pending):
            return page.body("query_info")
        if page.token and request.operation.id == "previewQuery" and "preview-query-second-page" in self.quirks:
            raise Refusal(500, "Encountered an error while attempting to get metadata.")
        cohort = {"cohort_def": subject.echo | {"sql": self._sql(request, page)}} if page.first else {"cohort": {}}
        return {"code": 200, **cohort, "query_results": page.results("json"), "next_page": page.token}

    def _query(self, release: int, subject: Subject, columns: tuple[str, ...], order: tuple[str, ...]) -> Query:
        wanted = conditions(subject.filters)
        if "lt-means-lte" in self.quirks:
            wanted = tuple(
                replace(c, operator="lte") if c.operator == "lt" and not UPSTREAM_LT.search(c.attribute) else c
                for c in wanted
            )
        return Query(release, wanted, columns, order)

    def _sql(self, request: Request, page: Page) -> str:
        return self.store.bigquery(page.plan.query) if dict(request.query).get("sql") == "True" else ""

    def _saved(self, request: Request) -> Subject:
        account, cohort_id = self._account(request), request.path["cohort_id"]
        cohort = self.cohorts.get(cohort_id)
        if cohort is None:
            raise Refusal(400, f"A cohort with the ID {cohort_id} was not found.")
        if cohort.owner != account.id or cohort.deleted:
            message = f"{account.email} isn't the owner of cohort ID {cohort_id}, or the cohort has been deleted."
            raise Refusal(403, message)
        if cohort.release > self.store.active:
            message = f"Cohort {cohort_id} is of data version {cohort.release}.0; this server has 1.0 to {self.active}."
            raise Refusal(400, message)
        return Subject(cohort.release, cohort.filters, properties(cohort))


def _preview(spec: dict[str, Any], release: int, **more: Any) -> Subject:
    filters = normalised(spec["filters"])
    filter_set = {"idc_data_version": f"{release}.0", "filters": filters}
    echo = {"name": spec["name"], "description": spec["description"], "filterSet": filter_set, **more}
    return Subject(release, spec["filters"], echo)
