"""The comparison of two OpenAPI documents: the changes, and the clients that they break."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("idc-client")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
