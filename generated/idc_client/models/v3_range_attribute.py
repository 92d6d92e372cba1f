from enum import StrEnum


class V3RangeAttribute(StrEnum):
    INSTANCECOUNT = "instanceCount"
    SERIESDATE = "SeriesDate"
    SERIES_INIT_IDC_VERSION = "series_init_idc_version"
    SERIES_REVISED_IDC_VERSION = "series_revised_idc_version"
    SERIES_SIZE_MB = "series_size_MB"
    STUDYDATE = "StudyDate"

    def __str__(self) -> str:
        return str(self.value)
