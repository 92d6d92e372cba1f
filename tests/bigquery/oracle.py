"""IDC's public BigQuery tables, as far as they follow from the public index: in DuckDB, for a few collections.

Law: nothing here comes from idc_ext. A series of n instances becomes n rows, which the index's own definition
(`idc_index.sql`) would make the same row of `index` of again; a test asks it that.
"""

from __future__ import annotations

import re
from typing import Any

import duckdb
import sqlglot

from idc_contract.oracle.index import FILES

#: Small collections of many modalities, with derived series, several releases, slides and missing values.
COLLECTIONS = (
    "pseudo_phi_dicom_data", "rider_pilot", "cmb_aml", "cmb_gec", "cmb_mel", "cmb_pca", "tcga_read", "qin_breast",
    "breast_diagnosis",
)  # fmt: skip
#: Series of more instances are left out: they would only make it slow.
MOST_INSTANCES = 60

CREATE_TABLES = """
ATTACH ':memory:' AS "bigquery-public-data";
CREATE SCHEMA "bigquery-public-data".idc_v25;
CREATE SCHEMA "bigquery-public-data".idc_current;
CREATE TABLE index AS
  SELECT * FROM read_parquet('{files}/idc_index.parquet')
  WHERE collection_id IN {collections} AND instanceCount <= {most};
CREATE TABLE "bigquery-public-data".idc_v25.dicom_all AS
  SELECT * EXCLUDE (TransferSyntaxUID, PhotometricInterpretation, PixelRepresentation, StudyDate, SeriesDate, k),
    SeriesInstanceUID || '.' || k AS SOPInstanceUID,
    CAST(StudyDate AS DATE) AS StudyDate, CAST(SeriesDate AS DATE) AS SeriesDate,
    list_extract(string_split(TransferSyntaxUID, ','),
      1 + k % len(string_split(TransferSyntaxUID, ','))) AS TransferSyntaxUID,
    list_extract(string_split(PhotometricInterpretation, ','),
      1 + k % len(string_split(PhotometricInterpretation, ','))) AS PhotometricInterpretation,
    CAST(list_extract(string_split(PixelRepresentation, ','),
      1 + k % len(string_split(PixelRepresentation, ','))) AS BIGINT) AS PixelRepresentation,
    CASE WHEN k = 0 THEN CAST(round(series_size_MB * 1000000) AS BIGINT) ELSE 0 END AS instance_size
  FROM (SELECT * EXCLUDE (instanceCount, sop_class_name, transfer_syntax_name, BodyPartExamined,
          series_init_idc_version, series_revised_idc_version, series_aws_url),
      rtrim(series_aws_url, '*') AS series_aws_url, unnest(range(instanceCount)) AS k FROM index);
CREATE TABLE "bigquery-public-data".idc_v25.dicom_metadata_curated AS
  SELECT SOPInstanceUID, BodyPartExamined
  FROM "bigquery-public-data".idc_v25.dicom_all JOIN index USING (SeriesInstanceUID);
CREATE TABLE "bigquery-public-data".idc_v25.auxiliary_metadata AS
  SELECT SeriesInstanceUID, series_init_idc_version, series_revised_idc_version
  FROM "bigquery-public-data".idc_v25.dicom_all JOIN index USING (SeriesInstanceUID);
CREATE VIEW "bigquery-public-data".idc_current.dicom_all AS FROM "bigquery-public-data".idc_v25.dicom_all;
"""


class Tables:
    """The tables, and the rows of `index` that they are made of."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("SET enable_progress_bar = false")
        files = str(FILES).replace("'", "''")
        self.connection.execute(CREATE_TABLES.format(files=files, collections=COLLECTIONS, most=MOST_INSTANCES))

    def rows_of_bigquery_sql(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a statement in BigQuery's SQL, as sqlglot reads it."""
        (translated,) = sqlglot.transpile(statement, read="bigquery", write="duckdb")
        return self.rows(translated)

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a statement in DuckDB's SQL."""
        found = self.connection.execute(statement)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def upstream_index_statement() -> str:
    """The statement by which IDC makes the index."""
    return re.sub(r"^\s*#.*$", "", (FILES / "idc_index.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
