"""The v1 API of June 2021 over any data release.

Law: holds everything that v1 alone needs, and imports nothing of v3: deleting this folder retires v1.
"""
