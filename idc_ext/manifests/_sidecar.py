"""Files of a manifest: its lines, with one series each, and its sidecar, the JSON file that describes it.

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

from .._atomic import path_beside
from .._tables import arrow
from ..errors import ManifestError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping


#: The version of the sidecar format. Others are refused.
SIDECAR_VERSION = 1


@frozen
class LicenseCount:
    """The number of series under a licence, and their collections; None as a name means that the index has no name."""

    license_short_name: str | None
    series: int
    collections: tuple[str, ...]


@frozen
class Receipt:
    """The sidecar of a manifest: what was selected, from which data release, and what the manifest holds.

    Attributes:
        manifest: The file name of the manifest.
        format: The format: s5cmd, idc, csv, jsonl or parquet.
        source: The cloud of the addresses: aws or gcs.
        filters: The filters as they were sent: `terms` and `ranges`.
        all_of_idc: Whether the whole archive was selected.
        base_url: The address of the server.
        data_release: The data release, such as `v25`.
        index_version: The version of the index package of the server, such as `25.0.5`.
        api_version: The version of the server's software.
        build: The build of the server; None if it does not report one.
        document_sha256: The SHA-256 of the openapi.yaml that the client was made from; None in older sidecars.
        sha256: The SHA-256 of the manifest.
        written: When the manifest was written, in UTC (ISO 8601).
        patients, studies, series, instances: The counts of the selection.
        size: The sum of the sizes of the series in bytes, each rounded to 0.01 MB (1 MB is 10**6 bytes).
        licenses: The licences, the most frequent first.
        dois: The DOIs of the data, sorted.
        citations: The citations that the service gave, that of IDC last; None if they were not requested.
        unresolved: The DOIs without a citation; None if citations were not requested.
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
        """Give the content of the sidecar file."""
        return (
            json.dumps({"idc_ext_manifest": SIDECAR_VERSION, **asdict(self)}, indent=1, ensure_ascii=False).encode()
            + b"\n"
        )

    @classmethod
    def from_json(cls, path: Path, content: bytes) -> Receipt:
        """Read a sidecar.

        Raises:
            ManifestError: it is not a sidecar, or of another version.
        """
        try:
            members = json.loads(content)
            version = members.pop("idc_ext_manifest")
            if version != SIDECAR_VERSION:  # first: another version may have other members
                raise ManifestError(f"{path} was written by another release of idc_ext (version {version!r:.20})")
            known = {name: members[name] for name in fields_dict(cls)}
            known["licenses"] = tuple(
                LicenseCount(one["license_short_name"], one["series"], tuple(one["collections"]))
                for one in members["licenses"]
            )
            for name in ("dois", "citations", "unresolved"):
                known[name] = None if members[name] is None else tuple(members[name])
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise ManifestError(f"{path} is not the sidecar of a manifest, or it is damaged") from None
        return cls(**known)


Format: TypeAlias = Literal["csv", "idc", "jsonl", "parquet", "s5cmd"]
#: Format -> a line with an address. `s5cmd run` reads commands, `idc download-from-manifest` the addresses alone.
LINE_TEMPLATES: Mapping[str, str] = {"idc": "{}\n", "s5cmd": "cp {} .\n"}
#: The formats with all columns of the rows.
ROW_FORMATS = ("csv", "jsonl", "parquet")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"s3://[^/\s]+/([0-9a-f-]{36})/\*")


def sidecar_path(path: Path) -> Path:
    """Give the path of the sidecar of a manifest; raises ManifestError for a folder without a name."""
    if not path.name:
        raise ManifestError(f"{path} is a folder: a manifest is a file, with its sidecar (.json) beside it")
    return path_beside(path, ".json")


def sha256_of_file(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: str | os.PathLike[str]) -> Receipt:
    """Read the sidecar of a manifest, after checking that the manifest is unchanged.

    Raises:
        ManifestError: one of the two is missing or damaged, or they do not match.
    """
    return read_checked_sidecar(Path(path))


def read_checked_sidecar(path: Path) -> Receipt:
    """Read the sidecar of a manifest and check the digest of the manifest.

    Raises:
        ManifestError: one of the two is missing or damaged, or they do not match.
    """
    file = sidecar_path(path)
    try:
        sidecar = Receipt.from_json(file, file.read_bytes())
        found = sha256_of_file(path)
    except OSError as error:
        raise ManifestError(
            f"{error.filename} cannot be read: {error.strerror}; a manifest and its sidecar (.json) belong together"
        ) from None
    if found != sidecar.sha256:
        raise ManifestError(f"{path} was changed: its SHA-256 is not that in {file.name}; write it again")
    return sidecar


def series_of_manifest(path: Path, sidecar: Receipt) -> set[str]:
    """List the series that a manifest names, by `crdc_series_uuid`.

    Raises:
        ManifestError: the number of series is not that of the sidecar.
    """
    found: set[Any] = set(_series_uuids(path, sidecar.format))
    if not all(isinstance(uuid, str) and _UUID.fullmatch(uuid) for uuid in found):
        raise ManifestError(f"{path} has a line without a series UUID")
    if len(found) != sidecar.series:
        raise ManifestError(f"{path} names {len(found)} series, but {sidecar_path(path).name} says {sidecar.series}")
    return found


def _series_uuids(path: Path, format: str) -> Iterator[str]:
    if format == "parquet":
        pq = arrow.import_optional("pyarrow.parquet")
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
