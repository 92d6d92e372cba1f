from enum import StrEnum


class V3AttributeKind(StrEnum):
    RANGE = "range"
    TERM = "term"

    def __str__(self) -> str:
        return str(self.value)
