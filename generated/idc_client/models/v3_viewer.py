from enum import StrEnum


class V3Viewer(StrEnum):
    OHIF_V2 = "ohif_v2"
    OHIF_V3 = "ohif_v3"
    SLIM = "slim"

    def __str__(self) -> str:
        return str(self.value)
