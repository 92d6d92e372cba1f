"""The comparison of two OpenAPI documents: the changes, and the clients that they break."""

__version__ = "0.1.0"
