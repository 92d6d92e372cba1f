from enum import StrEnum


class V3CitationsFormat(StrEnum):
    APA = "apa"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    TURTLE = "turtle"

    def __str__(self) -> str:
        return str(self.value)
