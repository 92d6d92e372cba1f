from enum import StrEnum


class V3ErrorDetailCode(StrEnum):
    IDC_API_ERROR = "idc_api_error"
    INVALID_QUERY = "invalid_query"
    NOT_FOUND = "not_found"
    QUERY_TIMEOUT = "query_timeout"
    RESULT_TOO_LARGE = "result_too_large"

    def __str__(self) -> str:
        return str(self.value)
