from enum import StrEnum


class V1DataSourceDataType(StrEnum):
    CLINICAL_BIOSPECIMEN_AND_MUTATION_DATA = "Clinical, Biospecimen, and Mutation Data"
    DERIVED_DATA = "Derived Data"
    IMAGE_DATA = "Image Data"

    def __str__(self) -> str:
        return str(self.value)
