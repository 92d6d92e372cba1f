from enum import StrEnum


class V1GatewayErrorDetailDetail(StrEnum):
    AUTH = "auth"
    SERVICE_CONTROL = "service_control"

    def __str__(self) -> str:
        return str(self.value)
