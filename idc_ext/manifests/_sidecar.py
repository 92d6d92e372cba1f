"""Files of a manifest: its lines, with one series each, and its sidecar, the JSON file that describes it.

Law: no client, no request.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from attrs import asdict, fields_dict, frozen

from .._atomic import path_beside
from .._files import open_regular, pieces_of, read_regular
from .._http import deadline
from .._tables.optional import import_optional
from ..errors import DeadlineExceeded, ManifestError

#: The version of the sidecar format. Others are refused.
SIDECAR_VERSION = 1
#: In bytes: the most that a sidecar may have. Filters may name very many series.
MOST_BYTES = 64 * 1_048_576


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
            _check_shape(members)
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


def _check_shape(members: Mapping[str, Any]) -> None:
    """Check the members of a sidecar; raises ValueError."""
    import msgspec

    try:
        filters = msgspec.convert(members, _shape()).filters
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    if bool(filters.terms or filters.ranges) == members["all_of_idc"]:
        raise ValueError("all_of_idc is not what the filters say")


@functools.cache
def _shape() -> Any:
    """Make the type of a sidecar, for msgspec."""
    import msgspec

    count = Annotated[int, msgspec.Meta(ge=0)]
    digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    bounds = dict[Literal["gte", "lte"], str | int | float | None]
    filters = msgspec.defstruct(
        "SidecarFilters",
        [("terms", dict[str, list[str]], {}), ("ranges", dict[str, bounds], {})],
        forbid_unknown_fields=True,
    )
    licenses = msgspec.defstruct(
        "SidecarLicense", [("license_short_name", str | None), ("series", count), ("collections", list[str])]
    )
    return msgspec.defstruct(
        "Sidecar",
        [
            *((name, str) for name in ("manifest", "base_url", "index_version", "api_version", "written")),
            *((name, count) for name in ("patients", "studies", "series", "instances", "size")),
            ("format", Literal["csv", "idc", "jsonl", "parquet", "s5cmd"]),
            ("source", Literal["aws", "gcs"]),
            ("filters", filters),
            ("all_of_idc", bool),
            ("data_release", Annotated[str, msgspec.Meta(pattern="^v[1-9][0-9]*$")]),
            ("build", str | None),
            ("document_sha256", digest | None),
            ("sha256", digest),
            ("licenses", list[licenses]),  # type: ignore[valid-type] # as above
            ("dois", list[str]),
            ("citations", list[str | dict[str, Any]] | None),
            ("unresolved", list[str] | None),
        ],
    )


Format: TypeAlias = Literal["csv", "idc", "jsonl", "parquet", "s5cmd"]
#: Format -> a line with an address. `s5cmd run` reads commands, `idc download-from-manifest` the addresses alone.
LINE_TEMPLATES: Mapping[str, str] = {"idc": "{}\n", "s5cmd": "cp {} .\n"}
#: The formats with all columns of the rows.
ROW_FORMATS = ("csv", "jsonl", "parquet")
#: Suffix of a manifest -> its format. Without a suffix, it is s5cmd.
FORMAT_OF_SUFFIX: Mapping[str, Format] = {
    **{".s5cmd": "s5cmd", ".txt": "idc", "": "s5cmd"},
    **{".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"},
}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"s3://[^/\s]+/([0-9a-f-]{36})/\*")


def sidecar_path(path: Path) -> Path:
    """Give the path of the sidecar of a manifest; raises ManifestError for a folder without a name."""
    if not path.name:
        raise ManifestError(f"{path} is a folder: a manifest is a file, with its sidecar (.json) beside it")
    return path_beside(path, ".json")


def sha256_of_file(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        for piece in pieces_of(file):
            deadline.seconds_left(f"comparing {path} with its sidecar")
            digest.update(piece)
    return digest.hexdigest()


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
        sidecar = Receipt.from_json(file, read_regular(file, MOST_BYTES))
        found = sha256_of_file(path)
    except DeadlineExceeded:  # an OSError, too
        raise
    except OSError as error:
        if not path.exists():
            raise ManifestError(f"there is no manifest {path}") from None
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
    try:
        found: set[Any] = set(_series_uuids(path, sidecar.format))
    except (ValueError, TypeError, LookupError, RecursionError, csv.Error):
        raise ManifestError(f"{path} is not of the format {sidecar.format}, which its sidecar names") from None
    if not all(isinstance(uuid, str) and _UUID.fullmatch(uuid) for uuid in found):
        raise ManifestError(f"{path} has a line without a series UUID")
    if len(found) != sidecar.series:
        raise ManifestError(f"{path} names {len(found)} series, but {sidecar_path(path).name} says {sidecar.series}")
    return found


def _series_uuids(path: Path, format: str) -> Iterator[str]:
    if format == "parquet":
        pq = import_optional("pyarrow.parquet")
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["crdc_series_uuid"]):
                yield from batch.column(0).to_pylist()
        return
    with io.TextIOWrapper(open_regular(path), encoding="utf-8", newline="") as file:
        if format == "csv":
            yield from (row["crdc_series_uuid"] for row in csv.DictReader(file))
        elif format == "jsonl":
            yield from (json.loads(line)["crdc_series_uuid"] for line in file)
        else:
            yield from (found[1] for line in file if (found := _ADDRESS.search(line)))
