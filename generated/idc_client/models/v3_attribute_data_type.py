from enum import StrEnum


class V3AttributeDataType(StrEnum):
    FLOAT = "FLOAT"
    INTEGER = "INTEGER"
    STRING = "STRING"

    def __str__(self) -> str:
        return str(self.value)
