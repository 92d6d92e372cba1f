from enum import StrEnum


class V1CohortPermission(StrEnum):
    OWNER = "OWNER"
    READER = "READER"

    def __str__(self) -> str:
        return str(self.value)
