"""The v3 API over the newest data release.

Law: holds everything that v3 alone needs, and imports nothing of v1: deleting this folder retires v3.
"""
