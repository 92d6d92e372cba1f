"""The check that the packages of the extra ``drift`` are installed.

Law: without them the command says so in one sentence and exits with code 2, never with a traceback and the code 1.
"""

from __future__ import annotations

import sys

try:  # what every comparison needs; what only generated code needs is checked there
    import yaml  # noqa: F401 - imported to see whether it is installed, and not used here
except ImportError:
    sys.stderr.write("idc-drift: could not check: PyYAML is not installed; install idc-client[drift]\n")
    raise SystemExit(2) from None
