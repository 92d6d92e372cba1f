"""openapi.yaml: where it is, its bytes, their digest, and which release of upstream's server it describes.

Law: the standard library alone. The client needs three lines of 130 kB, and no YAML parser is installed with it.
"""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

#: `info.x-idc-upstream` in the one form that a YAML parser reads alike: `info` begins at the first column and goes on
#: as long as lines are indented; the three values end with their lines. Any other form is refused, and never misread.
_UPSTREAM = re.compile(
    r"^info:\n"
    r"(?:(?: .*|\#.*|)\n)*?"
    r"  x-idc-upstream:\n"
    r"    api_version: (?P<api_version>[0-9]+\.[0-9]+\.[0-9]+[a-z0-9.]*)\n"
    r"    idc_version: (?P<idc_version>v[1-9][0-9]*)\n"
    r'    date: "(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"\n'
    r"(?!(?: *(?:\#.*)?\n)*   )",  # nothing more of the mapping, which could say a key again
    re.MULTILINE,
)


class Upstream(NamedTuple):
    """A release of upstream's v3 server.

    Attributes:
        api_version: As the server's own `GET /v3/version` says it, such as `3.0.0b5`.
        idc_version: The newest data release that was there, as the same answer says it, such as `v25`.
        date: The day of the release, `YYYY-MM-DD`.
    """

    api_version: str
    idc_version: str
    date: str


def path() -> Path:
    """Give the file: beside this module in an installed package, at the top of a source tree."""
    here = Path(__file__)
    packaged = here.with_name("openapi.yaml")
    return packaged if packaged.is_file() else here.parents[1] / "openapi.yaml"


def content() -> bytes:
    """Read the file.

    Raises:
        OSError: it is not there (an installation without the package's data).
    """
    return path().read_bytes()


@functools.cache
def digest() -> str:
    """Give the SHA-256 of the file in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    return hashlib.sha256(content()).hexdigest()


@functools.cache
def upstream() -> Upstream:
    """Give the release of upstream's server that the document describes (`info.x-idc-upstream`).

    Raises:
        OSError: the file cannot be read. ValueError: it does not name the release in the form that is read here.
    """
    return read_upstream(content().decode("utf-8"))


def read_upstream(text: str) -> Upstream:
    """Read the release from the text of the document.

    Raises:
        ValueError: it is not there in the form that is read here.
    """
    found = _UPSTREAM.search(text.replace("\r\n", "\n"))
    if found is None:
        raise ValueError(
            "openapi.yaml does not name upstream's release in info.x-idc-upstream (api_version, idc_version, date)"
        )
    return Upstream(found["api_version"], found["idc_version"], found["date"])
