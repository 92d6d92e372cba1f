"""Contains all the data models used in inputs/outputs; each is imported when it is first used"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .v1_about import V1About
    from .v1_account_details import V1AccountDetails
    from .v1_analysis_result import V1AnalysisResult
    from .v1_analysis_results import V1AnalysisResults
    from .v1_attribute import V1Attribute
    from .v1_attribute_data_type import V1AttributeDataType
    from .v1_attribute_name import V1AttributeName
    from .v1_attribute_source import V1AttributeSource
    from .v1_attributes import V1Attributes
    from .v1_cohort import V1Cohort
    from .v1_cohort_created import V1CohortCreated
    from .v1_cohort_deletion import V1CohortDeletion
    from .v1_cohort_echo import V1CohortEcho
    from .v1_cohort_ids import V1CohortIds
    from .v1_cohort_list import V1CohortList
    from .v1_cohort_permission import V1CohortPermission
    from .v1_cohort_properties import V1CohortProperties
    from .v1_cohort_spec import V1CohortSpec
    from .v1_cohorts_deleted import V1CohortsDeleted
    from .v1_collection import V1Collection
    from .v1_collections import V1Collections
    from .v1_data_source import V1DataSource
    from .v1_data_source_data_type import V1DataSourceDataType
    from .v1_deleted_filter import V1DeletedFilter
    from .v1_deleted_filter_set import V1DeletedFilterSet
    from .v1_deleted_filters import V1DeletedFilters
    from .v1_deletion_done import V1DeletionDone
    from .v1_deletion_forbidden import V1DeletionForbidden
    from .v1_deletion_refused import V1DeletionRefused
    from .v1_dicom_metadata_page import V1DicomMetadataPage
    from .v1_dicom_metadata_results import V1DicomMetadataResults
    from .v1_dicom_metadata_row import V1DicomMetadataRow
    from .v1_error import V1Error
    from .v1_filter_echo import V1FilterEcho
    from .v1_filter_set import V1FilterSet
    from .v1_filters import V1Filters
    from .v1_flag import V1Flag
    from .v1_gateway_error import V1GatewayError
    from .v1_gateway_error_detail import V1GatewayErrorDetail
    from .v1_gateway_error_detail_detail import V1GatewayErrorDetailDetail
    from .v1_manifest import V1Manifest
    from .v1_manifest_page import V1ManifestPage
    from .v1_manifest_pending import V1ManifestPending
    from .v1_manifest_row import V1ManifestRow
    from .v1_no_cohort import V1NoCohort
    from .v1_pending_info import V1PendingInfo
    from .v1_pending_objects import V1PendingObjects
    from .v1_query_cohort_echo import V1QueryCohortEcho
    from .v1_query_field import V1QueryField
    from .v1_query_fields import V1QueryFields
    from .v1_query_page import V1QueryPage
    from .v1_query_pending import V1QueryPending
    from .v1_query_preview_spec import V1QueryPreviewSpec
    from .v1_query_results import V1QueryResults
    from .v1_query_row import V1QueryRow
    from .v1_retired import V1Retired
    from .v1_user import V1User
    from .v1_version import V1Version
    from .v1_versions import V1Versions
    from .v3_analysis_result import V3AnalysisResult
    from .v3_analysis_result_change import V3AnalysisResultChange
    from .v3_attribute import V3Attribute
    from .v3_attribute_data_type import V3AttributeDataType
    from .v3_attribute_kind import V3AttributeKind
    from .v3_attribute_value import V3AttributeValue
    from .v3_attribute_values import V3AttributeValues
    from .v3_citation_type_1 import V3CitationType1
    from .v3_citations import V3Citations
    from .v3_citations_format import V3CitationsFormat
    from .v3_citations_idc_acknowledgment_type_1 import (
        V3CitationsIdcAcknowledgmentType1,
    )
    from .v3_citations_request import V3CitationsRequest
    from .v3_citations_request_citation_format import V3CitationsRequestCitationFormat
    from .v3_clinical_table_info import V3ClinicalTableInfo
    from .v3_clinical_tables import V3ClinicalTables
    from .v3_collection import V3Collection
    from .v3_collection_change import V3CollectionChange
    from .v3_collection_change_status import V3CollectionChangeStatus
    from .v3_collection_detail import V3CollectionDetail
    from .v3_column import V3Column
    from .v3_counts import V3Counts
    from .v3_date_range import V3DateRange
    from .v3_date_range_applied import V3DateRangeApplied
    from .v3_download import V3Download
    from .v3_error import V3Error
    from .v3_error_detail import V3ErrorDetail
    from .v3_error_detail_code import V3ErrorDetailCode
    from .v3_filters import V3Filters
    from .v3_filters_applied import V3FiltersApplied
    from .v3_health import V3Health
    from .v3_index_column import V3IndexColumn
    from .v3_license import V3License
    from .v3_licenses import V3Licenses
    from .v3_manifest_page import V3ManifestPage
    from .v3_manifest_request import V3ManifestRequest
    from .v3_manifest_row import V3ManifestRow
    from .v3_manifest_text_request import V3ManifestTextRequest
    from .v3_manifest_text_request_source import V3ManifestTextRequestSource
    from .v3_number_range import V3NumberRange
    from .v3_number_range_applied import V3NumberRangeApplied
    from .v3_range_attribute import V3RangeAttribute
    from .v3_ranges import V3Ranges
    from .v3_ranges_applied import V3RangesApplied
    from .v3_release_changes import V3ReleaseChanges
    from .v3_router_error import V3RouterError
    from .v3_selection_request import V3SelectionRequest
    from .v3_service import V3Service
    from .v3_sql_request import V3SqlRequest
    from .v3_sql_result import V3SqlResult
    from .v3_sql_row import V3SqlRow
    from .v3_stats import V3Stats
    from .v3_table_info import V3TableInfo
    from .v3_table_schema import V3TableSchema
    from .v3_tables import V3Tables
    from .v3_term_attribute import V3TermAttribute
    from .v3_terms import V3Terms
    from .v3_terms_applied import V3TermsApplied
    from .v3_validation_error import V3ValidationError
    from .v3_validation_error_ctx import V3ValidationErrorCtx
    from .v3_validation_errors import V3ValidationErrors
    from .v3_version import V3Version
    from .v3_viewer import V3Viewer
    from .v3_viewer_url import V3ViewerUrl

__all__ = (
    "V1About",
    "V1AccountDetails",
    "V1AnalysisResult",
    "V1AnalysisResults",
    "V1Attribute",
    "V1AttributeDataType",
    "V1AttributeName",
    "V1Attributes",
    "V1AttributeSource",
    "V1Cohort",
    "V1CohortCreated",
    "V1CohortDeletion",
    "V1CohortEcho",
    "V1CohortIds",
    "V1CohortList",
    "V1CohortPermission",
    "V1CohortProperties",
    "V1CohortsDeleted",
    "V1CohortSpec",
    "V1Collection",
    "V1Collections",
    "V1DataSource",
    "V1DataSourceDataType",
    "V1DeletedFilter",
    "V1DeletedFilters",
    "V1DeletedFilterSet",
    "V1DeletionDone",
    "V1DeletionForbidden",
    "V1DeletionRefused",
    "V1DicomMetadataPage",
    "V1DicomMetadataResults",
    "V1DicomMetadataRow",
    "V1Error",
    "V1FilterEcho",
    "V1Filters",
    "V1FilterSet",
    "V1Flag",
    "V1GatewayError",
    "V1GatewayErrorDetail",
    "V1GatewayErrorDetailDetail",
    "V1Manifest",
    "V1ManifestPage",
    "V1ManifestPending",
    "V1ManifestRow",
    "V1NoCohort",
    "V1PendingInfo",
    "V1PendingObjects",
    "V1QueryCohortEcho",
    "V1QueryField",
    "V1QueryFields",
    "V1QueryPage",
    "V1QueryPending",
    "V1QueryPreviewSpec",
    "V1QueryResults",
    "V1QueryRow",
    "V1Retired",
    "V1User",
    "V1Version",
    "V1Versions",
    "V3AnalysisResult",
    "V3AnalysisResultChange",
    "V3Attribute",
    "V3AttributeDataType",
    "V3AttributeKind",
    "V3AttributeValue",
    "V3AttributeValues",
    "V3Citations",
    "V3CitationsFormat",
    "V3CitationsIdcAcknowledgmentType1",
    "V3CitationsRequest",
    "V3CitationsRequestCitationFormat",
    "V3CitationType1",
    "V3ClinicalTableInfo",
    "V3ClinicalTables",
    "V3Collection",
    "V3CollectionChange",
    "V3CollectionChangeStatus",
    "V3CollectionDetail",
    "V3Column",
    "V3Counts",
    "V3DateRange",
    "V3DateRangeApplied",
    "V3Download",
    "V3Error",
    "V3ErrorDetail",
    "V3ErrorDetailCode",
    "V3Filters",
    "V3FiltersApplied",
    "V3Health",
    "V3IndexColumn",
    "V3License",
    "V3Licenses",
    "V3ManifestPage",
    "V3ManifestRequest",
    "V3ManifestRow",
    "V3ManifestTextRequest",
    "V3ManifestTextRequestSource",
    "V3NumberRange",
    "V3NumberRangeApplied",
    "V3RangeAttribute",
    "V3Ranges",
    "V3RangesApplied",
    "V3ReleaseChanges",
    "V3RouterError",
    "V3SelectionRequest",
    "V3Service",
    "V3SqlRequest",
    "V3SqlResult",
    "V3SqlRow",
    "V3Stats",
    "V3TableInfo",
    "V3Tables",
    "V3TableSchema",
    "V3TermAttribute",
    "V3Terms",
    "V3TermsApplied",
    "V3ValidationError",
    "V3ValidationErrorCtx",
    "V3ValidationErrors",
    "V3Version",
    "V3Viewer",
    "V3ViewerUrl",
)

_MODULES = {
    "V1About": ".v1_about",
    "V1AccountDetails": ".v1_account_details",
    "V1AnalysisResult": ".v1_analysis_result",
    "V1AnalysisResults": ".v1_analysis_results",
    "V1Attribute": ".v1_attribute",
    "V1AttributeDataType": ".v1_attribute_data_type",
    "V1AttributeName": ".v1_attribute_name",
    "V1AttributeSource": ".v1_attribute_source",
    "V1Attributes": ".v1_attributes",
    "V1Cohort": ".v1_cohort",
    "V1CohortCreated": ".v1_cohort_created",
    "V1CohortDeletion": ".v1_cohort_deletion",
    "V1CohortEcho": ".v1_cohort_echo",
    "V1CohortIds": ".v1_cohort_ids",
    "V1CohortList": ".v1_cohort_list",
    "V1CohortPermission": ".v1_cohort_permission",
    "V1CohortProperties": ".v1_cohort_properties",
    "V1CohortSpec": ".v1_cohort_spec",
    "V1CohortsDeleted": ".v1_cohorts_deleted",
    "V1Collection": ".v1_collection",
    "V1Collections": ".v1_collections",
    "V1DataSource": ".v1_data_source",
    "V1DataSourceDataType": ".v1_data_source_data_type",
    "V1DeletedFilter": ".v1_deleted_filter",
    "V1DeletedFilterSet": ".v1_deleted_filter_set",
    "V1DeletedFilters": ".v1_deleted_filters",
    "V1DeletionDone": ".v1_deletion_done",
    "V1DeletionForbidden": ".v1_deletion_forbidden",
    "V1DeletionRefused": ".v1_deletion_refused",
    "V1DicomMetadataPage": ".v1_dicom_metadata_page",
    "V1DicomMetadataResults": ".v1_dicom_metadata_results",
    "V1DicomMetadataRow": ".v1_dicom_metadata_row",
    "V1Error": ".v1_error",
    "V1FilterEcho": ".v1_filter_echo",
    "V1FilterSet": ".v1_filter_set",
    "V1Filters": ".v1_filters",
    "V1Flag": ".v1_flag",
    "V1GatewayError": ".v1_gateway_error",
    "V1GatewayErrorDetail": ".v1_gateway_error_detail",
    "V1GatewayErrorDetailDetail": ".v1_gateway_error_detail_detail",
    "V1Manifest": ".v1_manifest",
    "V1ManifestPage": ".v1_manifest_page",
    "V1ManifestPending": ".v1_manifest_pending",
    "V1ManifestRow": ".v1_manifest_row",
    "V1NoCohort": ".v1_no_cohort",
    "V1PendingInfo": ".v1_pending_info",
    "V1PendingObjects": ".v1_pending_objects",
    "V1QueryCohortEcho": ".v1_query_cohort_echo",
    "V1QueryField": ".v1_query_field",
    "V1QueryFields": ".v1_query_fields",
    "V1QueryPage": ".v1_query_page",
    "V1QueryPending": ".v1_query_pending",
    "V1QueryPreviewSpec": ".v1_query_preview_spec",
    "V1QueryResults": ".v1_query_results",
    "V1QueryRow": ".v1_query_row",
    "V1Retired": ".v1_retired",
    "V1User": ".v1_user",
    "V1Version": ".v1_version",
    "V1Versions": ".v1_versions",
    "V3AnalysisResult": ".v3_analysis_result",
    "V3AnalysisResultChange": ".v3_analysis_result_change",
    "V3Attribute": ".v3_attribute",
    "V3AttributeDataType": ".v3_attribute_data_type",
    "V3AttributeKind": ".v3_attribute_kind",
    "V3AttributeValue": ".v3_attribute_value",
    "V3AttributeValues": ".v3_attribute_values",
    "V3CitationType1": ".v3_citation_type_1",
    "V3Citations": ".v3_citations",
    "V3CitationsFormat": ".v3_citations_format",
    "V3CitationsIdcAcknowledgmentType1": ".v3_citations_idc_acknowledgment_type_1",
    "V3CitationsRequest": ".v3_citations_request",
    "V3CitationsRequestCitationFormat": ".v3_citations_request_citation_format",
    "V3ClinicalTableInfo": ".v3_clinical_table_info",
    "V3ClinicalTables": ".v3_clinical_tables",
    "V3Collection": ".v3_collection",
    "V3CollectionChange": ".v3_collection_change",
    "V3CollectionChangeStatus": ".v3_collection_change_status",
    "V3CollectionDetail": ".v3_collection_detail",
    "V3Column": ".v3_column",
    "V3Counts": ".v3_counts",
    "V3DateRange": ".v3_date_range",
    "V3DateRangeApplied": ".v3_date_range_applied",
    "V3Download": ".v3_download",
    "V3Error": ".v3_error",
    "V3ErrorDetail": ".v3_error_detail",
    "V3ErrorDetailCode": ".v3_error_detail_code",
    "V3Filters": ".v3_filters",
    "V3FiltersApplied": ".v3_filters_applied",
    "V3Health": ".v3_health",
    "V3IndexColumn": ".v3_index_column",
    "V3License": ".v3_license",
    "V3Licenses": ".v3_licenses",
    "V3ManifestPage": ".v3_manifest_page",
    "V3ManifestRequest": ".v3_manifest_request",
    "V3ManifestRow": ".v3_manifest_row",
    "V3ManifestTextRequest": ".v3_manifest_text_request",
    "V3ManifestTextRequestSource": ".v3_manifest_text_request_source",
    "V3NumberRange": ".v3_number_range",
    "V3NumberRangeApplied": ".v3_number_range_applied",
    "V3RangeAttribute": ".v3_range_attribute",
    "V3Ranges": ".v3_ranges",
    "V3RangesApplied": ".v3_ranges_applied",
    "V3ReleaseChanges": ".v3_release_changes",
    "V3RouterError": ".v3_router_error",
    "V3SelectionRequest": ".v3_selection_request",
    "V3Service": ".v3_service",
    "V3SqlRequest": ".v3_sql_request",
    "V3SqlResult": ".v3_sql_result",
    "V3SqlRow": ".v3_sql_row",
    "V3Stats": ".v3_stats",
    "V3TableInfo": ".v3_table_info",
    "V3TableSchema": ".v3_table_schema",
    "V3Tables": ".v3_tables",
    "V3TermAttribute": ".v3_term_attribute",
    "V3Terms": ".v3_terms",
    "V3TermsApplied": ".v3_terms_applied",
    "V3ValidationError": ".v3_validation_error",
    "V3ValidationErrorCtx": ".v3_validation_error_ctx",
    "V3ValidationErrors": ".v3_validation_errors",
    "V3Version": ".v3_version",
    "V3Viewer": ".v3_viewer",
    "V3ViewerUrl": ".v3_viewer_url",
}

if not TYPE_CHECKING:  # so that type checkers refuse other names

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            found = getattr(import_module(_MODULES[name], __name__), name)
            globals()[name] = found
            return found
        if f".{name}" in _MODULES.values():
            return import_module(f".{name}", __name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES})
