from enum import StrEnum


class V3ManifestTextRequestSource(StrEnum):
    AWS = "aws"
    GCS = "gcs"

    def __str__(self) -> str:
        return str(self.value)
