"""Logging in and resolving as a user writes them. This file is type-checked and never run."""

from datetime import datetime
from pathlib import Path
from typing import assert_type

from idc_ext import (
    CredentialsError,
    CredentialsExpired,
    CredentialsInsecure,
    CredentialsInvalid,
    CredentialsNotFound,
    InvalidGUID,
    aio,
    auth,
    connect,
    drs,
)

GUID = "dg.4DFC/099a1844-dc1c-44bd-91f8-e6f1860cbfce"


def who() -> None:
    """Log in, here or with a browser elsewhere, and look at what one is logged in with."""
    assert_type(auth.login("client_secret.json"), auth.Status)
    auth.login(Path("secret.json"), credentials=Path("c"), email="ada@example.org", show=print, ask=input, seconds=60.0)
    found = auth.status(Path("~/.idc_credentials"))
    assert_type(found.origin, str)
    assert_type(found.email, str | None)
    assert_type(found.expires, datetime | None)
    assert_type(found.usable, bool)
    auth.login()  # type: ignore[call-arg] # the app's secrets are needed
    auth.login("s", "c")  # type: ignore[call-arg] # credentials is named
    found.email = "bob@example.org"  # type: ignore[misc] # it cannot be changed


def what() -> None:
    """Resolve GUIDs."""
    series = drs.resolve(GUID)
    assert_type(series, drs.DrsObject)
    assert_type(series.size, int | None)
    assert_type(series.urls, tuple[str, ...])
    assert_type(series.created_time, datetime | None)
    assert_type(series.is_bundle, bool)
    with connect("http://127.0.0.1:8021") as resolver:
        for part in series.contents:
            assert_type(part, drs.Content)
            if part.id is not None:
                assert_type(drs.resolve(part.id, client=resolver).checksums, tuple[drs.Checksum, ...])
        for method in series.access_methods:
            assert_type(method, drs.AccessMethod)
            assert_type(drs.access(series, method, client=resolver), drs.AccessURL)
    drs.resolve(GUID, "http://127.0.0.1:8021")  # type: ignore[call-arg] # base_url is named
    drs.resolve(7)  # type: ignore[arg-type] # a text


async def what_asynchronously() -> None:
    """Do the same with `await`."""
    series = await aio.drs.resolve(GUID, base_url="http://127.0.0.1:8021", timeout=5)
    assert_type(series, drs.DrsObject)
    assert_type((await aio.drs.access(series, series.access_methods[0])).url, str)
    assert_type(await aio.auth.login("client_secret.json", seconds=60), auth.Status)


def errors() -> None:
    """Take what the errors offer."""
    try:
        who()
        what()
    except (CredentialsNotFound, CredentialsExpired, CredentialsInsecure, CredentialsInvalid) as error:
        assert_type(str(error), str)
    except (CredentialsError, InvalidGUID):
        raise
