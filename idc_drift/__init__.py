"""The comparison of two OpenAPI documents: the changes, and the clients that they break."""

__version__: str

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """The version; to look it up takes memory and time that a comparison does not need."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("idc-client")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"
