"""Contract tests: does a service do what openapi.yaml says? Run as `idc-contract`, or by pytest."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("idc-client")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
