"""The model of the API that a document describes, the same for every version of the specification."""
