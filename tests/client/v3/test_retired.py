"""v1 and v2 after their retirement: each path names what v3 offers in its place."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from idc_ext import InvalidRequest, NotFound, Retired, connect, v1, v3
from idc_ext.errors import successor
from tests.support.document import DOCUMENT
from tests.support.standin_process import serving
from tests.support.v3_service import client


@pytest.fixture(scope="module")
def retired() -> Iterator[str]:
    with serving("--retired") as url:
        yield url


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/about", "get_service"),
        ("/v1/versions", r"v3\.version"),
        ("/v1/collections", r"v3\.collections"),
        ("/v1/analysis_results", r"v3\.analysis_results"),
        ("/v1/attributes", r"v3\.attributes"),
        ("/v1/cohorts", "saves no cohorts"),
        ("/v1/cohorts/manifest/preview", "v3.manifest"),
        ("/v1/cohorts/query", "v3.sql"),
    ],
)
def test_a_retired_path_names_what_v3_offers_in_its_place(retired: str, path: str, message: str) -> None:
    with connect(retired, auth=None) as idc, pytest.raises(Retired, match=message) as caught:
        idc.get_httpx_client().get(path)
    assert "stand-in" in str(caught.value)


def test_functions_of_v1_say_what_to_do_when_the_host_has_retired_v1(retired: str, credentials_file: Path) -> None:
    spec = v1.cohort("n", "", {"Modality": ["CT"]})
    with connect(retired, credentials=credentials_file) as idc:
        with pytest.raises(NotFound, match=r"v3\.manifest with the filters of the cohort"):
            list(v1.preview_manifest(idc, spec, fields=["GCS_URL"]))
        with pytest.raises(InvalidRequest, match=r"405.*v3 saves no cohorts"):
            v1.create_cohort(idc, spec)
        assert v3.counts(idc, v3.from_v1({"Modality": ["CT"]}).whole()).series == 270_830


def test_a_retired_v2_names_what_v3_offers_in_its_place() -> None:
    idc = client(lambda *_: httpx.Response(410, json={"code": 410, "message": "deprecated"}))
    with pytest.raises(Retired, match=r"410 Gone: deprecated \(.* retired; use v3\.manifest .* stand-in\)"):
        idc.get_httpx_client().post("/v2/cohorts/manifest/preview")


def test_every_path_of_v1_has_a_successor_of_its_own() -> None:
    for path in DOCUMENT["paths"]:
        found = successor(f"/prefix{re.sub('{.*?}', '146', path)}/")
        assert (found not in ("", "use v3")) == path.startswith("/v1/"), path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/cohorts/manifest/146", "v3.manifest"),
        ("/v2/cohorts/manifest/preview/nextPage", "v3.manifest"),
        ("/v2/cohorts/query/nextPage", "v3.sql"),
        ("/v2/filters", "v3.attributes"),
        ("/v2/filters/values/Modality", "v3.attribute_values"),
        ("/v2/cohorts/146", "saves no cohorts"),
        ("/v2/else", "use v3"),
        ("/v3/collections/v1", ""),
        ("/other", ""),
    ],
)
def test_v2_has_successors_and_v3_none(path: str, message: str) -> None:
    assert message in successor(path)
    assert bool(successor(path)) == bool(message)
