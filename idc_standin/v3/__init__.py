"""The v3 API over the newest data release.

Law: everything that only v3 needs is here, and nothing of v1 is imported: deleting this folder removes v3.
"""
