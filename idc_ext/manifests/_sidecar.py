"""The files that a manifest is: its lines and the series that they name, and the sidecar that says what it is of.

Law: no client, no request.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import asdict, fields_dict, frozen

from .._atomic import beside
from .._tables import arrow
from ..errors import ManifestError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping


#: Of the file. Another one is refused.
SIDECAR_VERSION = 1


@frozen
class LicenseCount:
    """How many series are under a licence; None is one that the index does not name."""

    license_short_name: str | None
    series: int
    collections: tuple[str, ...]


@frozen
class Receipt:
    """What the sidecar of a manifest says.

    Attributes:
        manifest: The name of the file.
        format: s5cmd, idc, csv, jsonl or parquet.
        source: Whose buckets the addresses are of: aws or gcs.
        filters: As they travel: `terms` and `ranges`.
        all_of_idc: Whether the whole archive was meant.
        base_url: The server.
        data_release: The release of the data, such as `v25`.
        index_version: The package that the server has it from, such as `25.0.5`.
        api_version: Of the server's software.
        build: The build of the server; None if it does not say.
        document_sha256: The digest of the openapi.yaml that the client was made from; None in older ones, where it was
            not packaged.
        sha256: The digest of the manifest.
        written: When, in UTC.
        patients, studies, series, instances: Their numbers.
        size: The sum of the sizes of the series in bytes; they are given to 0.01 MB each (1 MB is 10**6 bytes).
        licenses: The licences, the one of most series first.
        dois: What the data is to be cited by, ascending.
        citations: The citations that the service gave, IDC's own last; None if they were not asked for.
        unresolved: Those of the DOIs that it gave no citation for; None if they were not asked for.
    """

    manifest: str
    format: str
    source: str
    filters: Mapping[str, Any]
    all_of_idc: bool
    base_url: str
    data_release: str
    index_version: str
    api_version: str
    build: str | None
    document_sha256: str | None
    sha256: str
    written: str
    patients: int
    studies: int
    series: int
    instances: int
    size: int
    licenses: tuple[LicenseCount, ...]
    dois: tuple[str, ...]
    citations: tuple[Any, ...] | None
    unresolved: tuple[str, ...] | None

    def to_json(self) -> bytes:
        """Give the sidecar."""
        return (
            json.dumps({"idc_ext_manifest": SIDECAR_VERSION, **asdict(self)}, indent=1, ensure_ascii=False).encode()
            + b"\n"
        )

    @classmethod
    def from_json(cls, path: Path, content: bytes) -> Receipt:
        """Read a sidecar.

        Raises:
            ManifestError: it is none, or one of another version.
        """
        try:
            said = json.loads(content)
            version = said.pop("idc_ext_manifest")
            known = {name: said[name] for name in fields_dict(cls)}
            known["licenses"] = tuple(
                LicenseCount(one["license_short_name"], one["series"], tuple(one["collections"]))
                for one in said["licenses"]
            )
            for name in ("dois", "citations", "unresolved"):
                known[name] = None if said[name] is None else tuple(said[name])
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise ManifestError(f"{path} does not describe a manifest, or is damaged") from None
        if version != SIDECAR_VERSION:
            raise ManifestError(f"{path} was written by another release of idc_ext (version {version!r:.20})")
        return cls(**known)


Format: TypeAlias = Literal["csv", "idc", "jsonl", "parquet", "s5cmd"]
#: What an address becomes. `s5cmd run` reads commands; `idc download-from-manifest` what the service itself serves.
LINE_TEMPLATES: Mapping[str, str] = {"idc": "{}\n", "s5cmd": "cp {} .\n"}
#: The formats that hold whole rows.
ROW_FORMATS = ("csv", "jsonl", "parquet")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"s3://[^/\s]+/([0-9a-f-]{36})/\*")


def sidecar_path(path: Path) -> Path:
    """Name the file beside a manifest that describes it."""
    return beside(path, ".json")


def sha256_of_file(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: str | os.PathLike[str]) -> Receipt:
    """Read what is said of a manifest, having seen that it is the manifest it is said of.

    Raises:
        ManifestError: one of the two is missing or damaged, or they do not belong together.
    """
    return read_checked_sidecar(Path(path))


def read_checked_sidecar(path: Path) -> Receipt:
    """Read what is said of a manifest, having seen that it is said of this one.

    Raises:
        ManifestError: one of the two is missing, or they do not belong together.
    """
    beside_it = sidecar_path(path)
    try:
        receipt = Receipt.from_json(beside_it, beside_it.read_bytes())
        found = sha256_of_file(path)
    except OSError as error:
        raise ManifestError(f"{error.filename} cannot be read: {error.strerror}") from None
    if found != receipt.sha256:
        raise ManifestError(f"{path} is not what {beside_it.name} describes: it was changed, so write it anew")
    return receipt


def series_of_manifest(path: Path, receipt: Receipt) -> set[str]:
    """List the series that a manifest names, by `crdc_series_uuid`.

    Raises:
        ManifestError: it does not name as many as it is said to.
    """
    found: set[Any] = set(_series_uuids(path, receipt.format))
    if not all(isinstance(uuid, str) and _UUID.fullmatch(uuid) for uuid in found):
        raise ManifestError(f"{path} names what is no series")
    if len(found) != receipt.series:
        raise ManifestError(f"{path} names {len(found)} series, but {sidecar_path(path).name} says {receipt.series}")
    return found


def _series_uuids(path: Path, format: str) -> Iterator[str]:
    if format == "parquet":
        pq = arrow.imported("pyarrow.parquet")
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
