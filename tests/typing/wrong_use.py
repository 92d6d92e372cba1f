"""What a type checker must refuse: an ignore below that is not needed is an error. Never run."""

from idc_ext import connect, v1

idc = connect()
spec = v1.cohort("n", "", {"Modality": ["CT"]})

v1.cohort("n", "", {"Modality": None})  # type: ignore[dict-item] # values are lists
v1.cohort("n", {"Modality": ["CT"]})  # type: ignore[call-arg, arg-type] # the description is missing
v1.preview_manifest(idc, spec, ["GCS_URL"])  # type: ignore[call-arg] # fields is named
v1.manifest(idc, "146", fields=["GCS_URL"])  # type: ignore[arg-type] # identifiers are numbers
v1.create_cohort(idc, {"Modality": ["CT"]})  # type: ignore[arg-type] # filters are no cohort
len(v1.dicom_metadata(idc))  # type: ignore[arg-type] # nothing has been sent, so nothing has been counted
connect("http://127.0.0.1:8021", "~/.idc_credentials")  # type: ignore[call-arg] # credentials is named
