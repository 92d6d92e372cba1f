"""The faults of v3."""

from tests.contract.faults import v3_catalogues, v3_filters, v3_pages, v3_sql, v3_wire  # noqa: F401  they register
from tests.contract.faults.fault import FAULTS as _ALL

FAULTS = {name: fault for name, fault in _ALL.items() if fault.generation == "v3"}
