"""The files that manifests are: what a line of each format is, and which series a file names. No client, no request."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from . import _arrow
from ._files import beside
from ._receipt import Receipt
from .errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Format: TypeAlias = Literal["csv", "idc", "jsonl", "parquet", "s5cmd"]
#: What an address becomes. `s5cmd run` reads commands; `idc download-from-manifest` what the service itself serves.
LINES: Mapping[str, str] = {"idc": "{}\n", "s5cmd": "cp {} .\n"}
#: The formats that hold whole rows.
TABLES = ("csv", "jsonl", "parquet")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"s3://[^/\s]+/([0-9a-f-]{36})/\*")


def sidecar(path: Path) -> Path:
    """Name the file beside a manifest that describes it."""
    return beside(path, ".json")


def digest(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def proven(path: Path) -> Receipt:
    """Read what is said of a manifest, having seen that it is said of this one.

    Raises:
        ManifestError: one of the two is missing, or they do not belong together.
    """
    beside_it = sidecar(path)
    try:
        receipt = Receipt.from_json(beside_it, beside_it.read_bytes())
        found = digest(path)
    except OSError as error:
        raise ManifestError(f"{error.filename} cannot be read: {error.strerror}") from None
    if found != receipt.sha256:
        raise ManifestError(f"{path} is not what {beside_it.name} describes: it was changed, so write it anew")
    return receipt


def series_of(path: Path, receipt: Receipt) -> set[str]:
    """List the series that a manifest names, by `crdc_series_uuid`.

    Raises:
        ManifestError: it does not name as many as it is said to.
    """
    found: set[Any] = set(_uuids(path, receipt.format))
    if not all(isinstance(uuid, str) and _UUID.fullmatch(uuid) for uuid in found):
        raise ManifestError(f"{path} names what is no series")
    if len(found) != receipt.series:
        raise ManifestError(f"{path} names {len(found)} series, but {sidecar(path).name} says {receipt.series}")
    return found


def _uuids(path: Path, format: str) -> Iterator[str]:
    if format == "parquet":
        pq = _arrow.imported("pyarrow.parquet")
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["crdc_series_uuid"]):
                yield from batch.column(0).to_pylist()
        return
    with open(path, encoding="utf-8", newline="") as file:
        if format == "csv":
            yield from (row["crdc_series_uuid"] for row in csv.DictReader(file))
        elif format == "jsonl":
            yield from (json.loads(line)["crdc_series_uuid"] for line in file)
        else:
            yield from (found[1] for line in file if (found := _ADDRESS.search(line)))
