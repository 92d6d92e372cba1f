"""What a type checker must refuse: an ignore below that is not needed is an error. Never run."""

import idc_client.models

import idc_ext
import idc_ext.v3
from idc_ext import aio, auth, connect, deadline, v1, v3

idc = connect()
spec = v1.cohort("n", "", {"Modality": ["CT"]})

v1.cohort("n", "", {"Modality": None})  # type: ignore[dict-item] # values are lists
v1.cohort("n", {"Modality": ["CT"]})  # type: ignore[call-arg, arg-type] # the description is missing
v1.preview_manifest(idc, spec, ["GCS_URL"])  # type: ignore[call-arg] # fields is named
v1.manifest(idc, "146", fields=["GCS_URL"])  # type: ignore[arg-type] # identifiers are numbers
v1.create_cohort(idc, {"Modality": ["CT"]})  # type: ignore[arg-type] # filters are no cohort
len(v1.dicom_metadata(idc))  # type: ignore[arg-type] # nothing has been sent, so nothing has been counted
connect(retries="3")  # type: ignore[arg-type] # a number, or Retries
deadline("30")  # type: ignore[arg-type] # seconds
connect(dedline=3)  # type: ignore[call-arg] # a misspelled argument
connect("http://127.0.0.1:8021", "~/.idc_credentials")  # type: ignore[call-arg] # credentials is named

v3.manifest(idc, {"Modality": None})  # type: ignore[dict-item] # leave an attribute out to allow any value
v3.manifest(idc, {"Modality": {"CT", "MR"}})  # type: ignore[dict-item] # values are a list
v3.manifest(idc, {"instanceCount": 5})  # type: ignore[dict-item] # a range has bounds
v3.manifest(idc, [("Modality", ["CT"])])  # type: ignore[arg-type] # filters are a mapping
v3.manifest(idc)  # type: ignore[call-arg] # the whole archive needs all_of_idc=True
v3.manifest(idc, {}, True)  # type: ignore[call-arg] # all_of_idc is named
v3.manifest(idc, spec)  # type: ignore[arg-type] # a cohort of v1 is translated first
len(v3.manifest(idc, {"Modality": "CT"}))  # type: ignore[arg-type] # nothing has been sent
len(v3.manifest_lines(idc, {"Modality": "CT"}))  # type: ignore[arg-type] # nothing has been sent
v3.manifest_lines(idc, {"Modality": "CT"}, source="azure")  # type: ignore[arg-type] # aws or gcs
v3.citations(idc, {"Modality": "CT"}, style="mla")  # type: ignore[arg-type] # one of four
v3.viewer_url(idc, "1.2.3")  # type: ignore[call-arg] # of a series or a study
v3.viewer_url(idc, study="1.2.3", viewer="ohif")  # type: ignore[arg-type] # one of three
v3.sql(idc, "SELECT 1", 7)  # type: ignore[call-arg] # max_rows is named
v3.sql(idc, "SELECT 1", max_rows="many")  # type: ignore[arg-type] # a number
v3.counts(idc, v3.from_v1({"Modality": ["CT"]}))  # type: ignore[arg-type] # .whole() checks that all was translated
v3.where(Modality="CT").terms = {}  # type: ignore[misc] # filters cannot be changed
v3.where(Modalty="CT")  # type: ignore[call-arg] # a misspelled attribute
v3.where(Modality=("CT", 5))  # type: ignore[arg-type] # values are texts
v3.where(StudyDate="2001")  # type: ignore[arg-type] # a range has bounds
v3.where(all_of_idc="yes")  # type: ignore[arg-type] # true or false
v3.cuonts(idc, {})  # type: ignore[attr-defined] # no package offers names beyond its own, lazy as they are
idc_ext.conect()  # type: ignore[attr-defined]
idc_ext.v3.stat(idc)  # type: ignore[attr-defined]
aio.nope()  # type: ignore[attr-defined]
auth.logon("s")  # type: ignore[attr-defined]
idc_client.models.V3Count()  # type: ignore[attr-defined]
for row in v3.manifest(idc, {"Modality": "CT"}):
    print(row.SeriesInstanceUID)  # type: ignore[attr-defined] # Python names in Python
