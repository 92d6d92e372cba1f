"""Contains all the data models used in inputs/outputs"""

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
)
