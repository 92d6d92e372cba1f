from enum import StrEnum


class V3CollectionChangeStatus(StrEnum):
    NEW = "new"
    REMOVED = "removed"
    UPDATED = "updated"

    def __str__(self) -> str:
        return str(self.value)
