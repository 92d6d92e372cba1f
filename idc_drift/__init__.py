"""What moved between two OpenAPI documents, what it breaks, and for whom."""

__version__ = "0.1.0"
