"""Where a file of the archive is on Google Cloud Storage, which is not the bucket that the index names."""

from __future__ import annotations

BUCKETS = {"idc-open-data-two": "idc-open-idc1", "idc-open-data-cr": "idc-open-cr"}  # AWS -> Google Cloud Storage


def on_google(address: str, scheme: str) -> str:
    """The address on Google Cloud Storage of what has an address on S3, with a scheme (``gs`` or ``s3``)."""
    bucket, _, rest = address.removeprefix("s3://").partition("/")
    return f"{scheme}://{BUCKETS.get(bucket, bucket)}/{rest}"
