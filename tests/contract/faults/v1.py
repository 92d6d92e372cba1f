"""The faults of v1."""

from tests.contract.faults import (  # noqa: F401  they register
    http,
    v1_catalogues,
    v1_filters,
    v1_nodules,
    v1_pages,
    v1_sql,
    v1_users,
    v1_wire,
)
from tests.contract.faults.fault import FAULTS as _ALL

FAULTS = {name: fault for name, fault in _ALL.items() if fault.generation == "v1"}
