"""A document as the API it describes, the same model for every version of the specification."""
