"""The faults of v3."""

from tests.contract.faults import (  # noqa: F401  they register
    clinical,
    http,
    v3_applied,
    v3_bounds,
    v3_catalogues,
    v3_filters,
    v3_pages,
    v3_releases,
    v3_requests,
    v3_sql,
    v3_warnings,
    v3_wire,
)
from tests.contract.faults.fault import FAULTS as _ALL

FAULTS = {name: fault for name, fault in _ALL.items() if fault.generation == "v3"}
