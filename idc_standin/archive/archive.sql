-- The archive file of the stand-in, from the tables of the public index: build.py says what and why.

CREATE TEMP TABLE revisions AS
WITH current_series AS (
    SELECT *, series_revised_idc_version AS first_release, 32767 AS last_release FROM read_parquet($current)
),
instance_size AS (
    SELECT Modality, median(series_size_MB / instanceCount) AS megabytes FROM current_series GROUP BY Modality
),
replaced AS (
    SELECT
        old.collection_id, old.PatientID, old.StudyInstanceUID, old.SeriesInstanceUID, old.Modality,
        old.crdc_series_uuid, old.min_idc_version AS first_release, old.max_idc_version AS last_release,
        old.aws_bucket, old.series_aws_url, old.series_size_MB,
        new.* EXCLUDE (collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID, Modality, crdc_series_uuid,
                       first_release, last_release, instanceCount, aws_bucket, series_aws_url, series_size_MB),
        greatest(1, least(1048575, round(CASE
            WHEN abs(old.series_size_MB / new.series_size_MB - 1) <= 0.05 THEN new.instanceCount
            WHEN new.series_size_MB > 0 THEN new.instanceCount * old.series_size_MB / new.series_size_MB
            WHEN instance_size.megabytes > 0 THEN old.series_size_MB / instance_size.megabytes
            ELSE 1 END)))::BIGINT AS instanceCount
    FROM read_parquet($replaced) AS old
    LEFT JOIN current_series AS new USING (SeriesInstanceUID)
    LEFT JOIN instance_size ON instance_size.Modality = old.Modality
)
SELECT * FROM current_series
UNION ALL BY NAME
SELECT * FROM replaced AS old WHERE NOT EXISTS (  -- 48 revisions are listed twice, once within the other's span
    SELECT 1 FROM replaced AS wider
    WHERE wider.crdc_series_uuid = old.crdc_series_uuid
      AND wider.first_release <= old.first_release AND wider.last_release >= old.last_release
      AND (wider.first_release, wider.last_release) <> (old.first_release, old.last_release));

-- Every number is made of its keys alone: whole rows would be sorted once for each of them.
CREATE TEMP TABLE numbered AS
SELECT * FROM (
    SELECT rowid AS row, (row_number() OVER (ORDER BY collection_id, PatientID, StudyInstanceUID, SeriesInstanceUID,
                          first_release, crdc_series_uuid) - 1)::INTEGER AS rn FROM revisions
)
JOIN (SELECT rowid AS row, row_number() OVER (ORDER BY crdc_series_uuid, first_release)::INTEGER AS guid_rank
      FROM revisions) USING (row)
JOIN (SELECT rowid AS row, row_number() OVER (ORDER BY sop_base(SeriesInstanceUID), first_release)::INTEGER AS sop_rank
      FROM revisions) USING (row)
-- In place of texts, for what is only counted or compared.
JOIN (SELECT rowid AS row, row_number() OVER (ORDER BY series_aws_url)::INTEGER AS url_rank
      FROM revisions) USING (row)
JOIN (SELECT rowid AS row, dense_rank() OVER (ORDER BY PatientID)::INTEGER AS patient_number
      FROM revisions) USING (row)
JOIN (SELECT rowid AS row, dense_rank() OVER (ORDER BY StudyInstanceUID)::INTEGER AS study_number
      FROM revisions) USING (row);

CREATE TABLE archive.series AS
SELECT
    rn, guid_rank, sop_rank, url_rank, patient_number, study_number,
    ('0x' || left(sop_base(SeriesInstanceUID), 12))::BIGINT AS sop_head,  -- so that a UID need not be sought by hashing
    first_release::SMALLINT AS first_release,
    last_release::SMALLINT AS last_release,
    instanceCount::INTEGER AS instanceCount,
    revisions.* EXCLUDE (first_release, last_release, instanceCount),
    collections.program_id AS Program, collections.species AS tcia_species,
    collections.tumor_locations AS tcia_tumorLocation
FROM revisions JOIN numbered ON revisions.rowid = numbered.row
LEFT JOIN read_parquet($collections) AS collections USING (collection_id)
ORDER BY rn;

CREATE TABLE archive.releases AS
SELECT idc_version::SMALLINT AS release, version_timestamp::DATE AS date_active
FROM read_parquet($releases) ORDER BY 1;

CREATE TABLE archive.collections AS
SELECT * EXCLUDE (sources, status),
       coalesce(list_filter(sources, lambda s: s.source_type = 'original_data')[1].source_doi,
                sources[1].source_doi) AS doi
FROM read_parquet($collections);

CREATE TABLE archive.analysis_results AS
SELECT * EXCLUDE (citation, provenance) FROM read_parquet($analysis_results);

CREATE TABLE published.index AS FROM read_parquet($current);
CREATE TABLE published.collections_index AS FROM read_parquet($collections);
CREATE TABLE published.analysis_results_index AS FROM read_parquet($analysis_results);
CREATE TABLE published.version_metadata_index AS FROM read_parquet($releases);
CREATE TABLE published.prior_versions_index AS FROM read_parquet($replaced);
