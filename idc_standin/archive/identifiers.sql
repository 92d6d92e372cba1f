-- Identifiers that the public index lacks, derived from those it has.
--
-- Three properties matter. They are deterministic: the same series gives the same identifiers on every machine. They
-- keep order: instance k of a series comes before instance k+1, and the instances of two series never interleave, so
-- the page at any depth of 58.8 million instances is found from the order of the series alone. And they cannot be
-- taken for real ones: the UUIDs are of version 8 (RFC 9562, "vendor-specific"), where every real one is of version
-- 4, and the UIDs are UUID-derived ones under 2.25 (DICOM PS3.5, B.2).
--
-- Twenty bits count the instances of a series; the largest has 91,980.

-- Instance k of a series revision: the revision's own UUID with the version and the last five digits replaced.
CREATE OR REPLACE MACRO instance_uuid(series_uuid, k) AS
    left(series_uuid, 14) || '8' || substr(series_uuid, 16, 16) || printf('%05x', k);

CREATE OR REPLACE MACRO gcs_url(series_uuid, k) AS
    'gs://idc-standin/' || instance_uuid(series_uuid, k) || '.dcm';

-- The same for SOP Instance UIDs, which outlive revisions and so hang on the SeriesInstanceUID. The first digit 8
-- makes every number 39 decimal digits long, so that text order is number order.
-- (The digest is written out each time and computed once; a sub-select to name it would be joined to every row.)
CREATE OR REPLACE MACRO sop_base(series_uid) AS  -- of instance 0, in hexadecimal
    '8' || substr(md5(series_uid), 2, 11) || '8' || substr(md5(series_uid), 14, 3)
    || '8' || substr(md5(series_uid), 18, 10) || '00000';

-- By way of BIGNUM, which is made text forty times sooner than UHUGEINT is.
CREATE OR REPLACE MACRO sop_uid(series_uid, k) AS
    '2.25.' || (('0x' || sop_base(series_uid))::UHUGEINT + k::UHUGEINT)::BIGNUM::VARCHAR;

CREATE OR REPLACE MACRO study_uuid(study_uid) AS
    left(md5(study_uid), 8) || '-' || substr(md5(study_uid), 9, 4) || '-8' || substr(md5(study_uid), 14, 3)
    || '-8' || substr(md5(study_uid), 18, 3) || '-' || right(md5(study_uid), 12);

-- A bucket that nobody can mistake for a real one.
CREATE OR REPLACE MACRO gcs_bucket() AS 'idc-standin';
