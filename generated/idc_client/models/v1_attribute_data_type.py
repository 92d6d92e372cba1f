from enum import StrEnum


class V1AttributeDataType(StrEnum):
    CATEGORICAL_NUMBER = "Categorical Number"
    CATEGORICAL_STRING = "Categorical String"
    CONTINUOUS_NUMERIC = "Continuous Numeric"
    DATE = "Date"
    STRING = "String"
    TEXT = "Text"

    def __str__(self) -> str:
        return str(self.value)
