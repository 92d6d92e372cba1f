"""What is written beside a manifest: what was asked, of which data, and what came. Its form as JSON. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import asdict, fields_dict, frozen

from .errors import ManifestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Of the file. Another one is refused.
VERSION = 1


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
        citations: The citations that doi.org gave, IDC's own last; None if they were not asked for.
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
        return json.dumps({"idc_ext_manifest": VERSION, **asdict(self)}, indent=1, ensure_ascii=False).encode() + b"\n"

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
        if version != VERSION:
            raise ManifestError(f"{path} was written by another release of idc_ext (version {version!r:.20})")
        return cls(**known)
