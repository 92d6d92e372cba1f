"""The IDC API on this machine: openapi.yaml answered from the real public index, without a network."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("idc-client")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
