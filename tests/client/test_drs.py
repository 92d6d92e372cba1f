"""GUIDs: what is taken for one, whom it is sent to, and what the answer becomes."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from idc_ext import APIError, ContractError, InvalidGUID, NotFound, aio, connect, drs, v1

SERIES = "099a1844-dc1c-44bd-91f8-e6f1860cbfce"
SPEC = v1.cohort(
    "testcohort",
    "Test description",
    {"collection_id": ["TCGA-LUAD", "TCGA-KIRC"], "Modality": ["CT", "MR"], "race": ["ASIAN"]},
)
#: The user guide's example of an instance, in the shape of CRDC's resolver.
FILE = {
    "access_methods": [
        {"access_id": "gs", "access_url": {"url": "gs://a/b.dcm"}, "region": "", "type": "gs"},
        {"access_id": "s3", "access_url": {"url": "s3://a/b.dcm"}, "region": "us-east-1", "type": "s3"},
        {"access_id": "https", "type": "https"},
    ],
    "aliases": [],
    "checksums": [{"checksum": "9a63c81a4b3b4bc3950678a4e9acc930", "type": "md5"}],
    "contents": [],
    "created_time": "2021-09-02T20:11:36.124585",
    "description": None,
    "form": "object",
    "id": f"dg.4DFC/{SERIES}",
    "mime_type": "application/json",
    "name": None,
    "self_uri": f"drs://nci-crdc.datacommons.io/dg.4DFC/{SERIES}",
    "size": 528622,
    "updated_time": "2021-09-02T20:11:36.124592",
    "version": "faf7385b",
}

#: Addresses of files and services of the caller's own machine and network, which no resolver may hand out.
ELSEWHERE = [
    "file:///etc/passwd", "javascript:alert(1)", "data:,x", "/etc/passwd", "https://", "https://[::1", "https://a:port/",
    "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://127.0.0.1:8021/", "http://localhost./",
    "http://a.localhost/", "http://10.0.0.1/", "http://0.0.0.0/", "http://[::ffff:169.254.169.254]/",
    "http://2852039166/", "http://0xa9fea9fe/", "http://127.1/", "http://169.254.169.254./", "ftp://192.168.1.1/a",
    "s3://a/b\nrm -r x", "s3://a/b%0Arm", "s3://a/b c", "gs://a/\x1b[2J", "https://a\t.org/b", "s3://a/\u202eb",
    "s3://a/../b", "s3://a/b/..", "gs://a/%2e%2e/b", "s3://a/.\\..\\b", "https://a.org/./b",
    "https://ada:pass@a.org/b", "s3://ada@a/b", "https://@a.org/b",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDC_DRS_URL", raising=False)


def answering(body: Any, status: int = 200) -> tuple[list[httpx.Request], dict[str, Any]]:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, json=body)

    return sent, {"transport": httpx.MockTransport(answer)}


@pytest.mark.parametrize(
    "guid",
    [
        f"dg.4DFC/{SERIES}",
        SERIES,
        SERIES.upper(),
        f"  dg.4DFC/{SERIES}\n",
        f"drs://nci-crdc.datacommons.io/dg.4DFC/{SERIES}",
        f"drs://NCI-CRDC.datacommons.io/{SERIES}",
        f"drs://nci-crdc.datacommons.io/dg.4DFC%2F{SERIES}",
        f"drs://dg.4DFC:{SERIES}",
    ],
)
def test_every_way_to_write_a_guid_asks_for_the_same_object_at_the_crdc(guid: str) -> None:
    sent, settings = answering(FILE)
    drs.resolve(guid, **settings)
    (request,) = sent
    assert str(request.url) == f"https://nci-crdc.datacommons.io/ga4gh/drs/v1/objects/dg.4DFC/{SERIES}"
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "guid",
    ["", "dg.4DFC/", "dg.9999/" + SERIES, SERIES[:-1], SERIES + "0", "1.3.6.1.4.1", f"dg.4DFC/{SERIES}/../x",
     "drs://", "drs:///" + SERIES, f"drs://dg.9999:{SERIES}", "None", "dg.4DFC/None", None, 7, f"{SERIES}?x=1"],
)  # fmt: skip
def test_what_is_no_guid_is_refused_before_anything_is_sent(guid: Any) -> None:
    sent, settings = answering(FILE)
    with pytest.raises(InvalidGUID, match=r"dg\.4DFC"):
        drs.resolve(guid, **settings)
    assert sent == []
    assert issubclass(InvalidGUID, ValueError)


def test_the_host_in_a_uri_is_not_asked_for_being_in_it() -> None:
    sent, settings = answering(FILE)
    uri = f"drs://evil.example/dg.4DFC/{SERIES}"
    with pytest.raises(InvalidGUID, match=r"if you trust it, pass base_url='https://evil\.example'"):
        drs.resolve(uri, **settings)
    assert sent == []
    assert drs.resolve(uri, base_url="https://evil.example", **settings)
    assert sent[0].url.host == "evil.example"


def test_the_resolver_is_the_argument_or_the_variable_or_the_crdc(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, settings = answering(FILE)
    monkeypatch.setenv("IDC_DRS_URL", "http://127.0.0.1:8021")
    drs.resolve(SERIES, **settings)
    drs.resolve(SERIES, base_url="https://drs.example.org/ga4gh/drs/v1/objects/", **settings)
    assert [str(request.url.join("/")) for request in sent] == ["http://127.0.0.1:8021/", "https://drs.example.org/"]


def test_no_id_token_goes_to_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDC_TOKEN", "ya29.looks-like-one")
    sent, settings = answering(FILE)
    drs.resolve(SERIES, **settings)
    assert "authorization" not in sent[0].headers


def test_a_file_has_a_size_checksums_and_addresses() -> None:
    _, settings = answering(FILE)
    found = drs.resolve(SERIES, **settings)
    assert (found.id, found.size, found.version, found.is_bundle) == (f"dg.4DFC/{SERIES}", 528622, "faf7385b", False)
    assert found.checksums == (drs.Checksum("9a63c81a4b3b4bc3950678a4e9acc930", "md5"),)
    assert found.urls == ("gs://a/b.dcm", "s3://a/b.dcm")
    assert found.access_methods[2] == drs.AccessMethod("https", None, "https", None)
    assert found.created_time == datetime(2021, 9, 2, 20, 11, 36, 124585, UTC)


def test_parts_may_have_parts_and_uris_be_one_or_many() -> None:
    inner = {"name": "b", "id": "dg.4DFC/b", "drs_uri": "drs://h/b"}
    _, settings = answering({**FILE, "contents": [{"name": "a", "drs_uri": ["drs://h/a"], "contents": [inner]}]})
    (part,) = drs.resolve(SERIES, **settings).contents
    assert (part.name, part.id, part.drs_uris) == ("a", None, ("drs://h/a",))
    assert part.contents[0].drs_uris == ("drs://h/b",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "not an object"),
        ({}, "has no id"),
        ({**FILE, "size": "528622"}, "size is str and not int"),
        ({**FILE, "size": True}, "size is bool"),
        ({**FILE, "contents": [1]}, "contents are not objects"),
        ({**FILE, "contents": [{}]}, "has no name"),
        ({**FILE, "checksums": [{"type": "md5"}]}, "has no checksum"),
        ({**FILE, "aliases": [1]}, "aliases are not texts"),
        ({**FILE, "created_time": "yesterday"}, "created_time is not a time"),
        ({**FILE, "id": "dg.4DFC/11111111-dc1c-44bd-91f8-e6f1860cbfce"}, "another object"),
        ({**FILE, "size": -1}, "size is negative"),
        ({**FILE, "size": 2**63}, "more than 64 bits"),
        ({**FILE, "size": 2**70}, "more than 64 bits"),
        *(
            ({**FILE, "access_methods": [{"type": "https", "access_url": {"url": url}}]}, "its address is")
            for url in ELSEWHERE
        ),
    ],
)
def test_an_answer_of_another_shape_breaks_the_contract_and_says_where(body: Any, reason: str) -> None:
    _, settings = answering(body)
    with pytest.raises(ContractError, match=reason):
        drs.resolve(SERIES, **settings)


def test_an_unknown_guid_is_not_found_in_the_resolvers_own_words() -> None:
    _, settings = answering({"msg": "no record found", "status_code": 404}, 404)
    with pytest.raises(NotFound, match="no record found") as caught:
        drs.resolve(SERIES, **settings)
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 429, 504])
def test_a_refusal_of_the_resolver_does_not_advise_what_only_the_api_has(status: int) -> None:
    with pytest.raises(APIError) as caught:
        drs.resolve(SERIES, retries=0, **answering({"msg": "no"}, status)[1])
    assert not re.search(r"v[123]\b|credentials|stand-in|request less", str(caught.value).replace("/drs/v1/", "/"))
    assert ("check the GUID and the address of the resolver" in str(caught.value)) == (status == 404)


def test_a_uri_with_a_password_is_refused_without_it() -> None:
    with pytest.raises(InvalidGUID) as caught:
        drs.resolve(f"drs://ada:hunter2@drs.example.org/dg.4DFC/{SERIES}", **answering(FILE)[1])
    assert "hunter2" not in str(caught.value)


def test_a_resolver_that_cannot_be_reached_is_a_transport_error() -> None:
    with pytest.raises(httpx.TransportError):
        drs.resolve(SERIES, base_url="http://127.0.0.1:9", retries=0)


def test_many_are_resolved_over_one_client() -> None:
    sent, settings = answering(FILE)
    with connect("https://drs.example.org", **settings) as resolver:
        for _ in range(3):
            drs.resolve(f"drs://drs.example.org/dg.4DFC/{SERIES}", client=resolver)
        assert not resolver.get_httpx_client().is_closed
    assert {request.url.host for request in sent} == {"drs.example.org"}


async def test_async_code_gets_the_same_object(standin: str) -> None:
    found = await aio.drs.resolve(SERIES, base_url=standin)
    assert found == drs.resolve(SERIES, base_url=standin)
    async with connect(standin) as resolver:
        assert await aio.drs.resolve(SERIES, client=resolver) == found
    with pytest.raises(InvalidGUID):
        await aio.drs.resolve("nonsense", base_url=standin)


async def test_an_address_that_is_not_given_is_requested_sync_and_async(standin: str) -> None:
    series = drs.resolve(SERIES, base_url=standin)
    for method in series.access_methods:
        unsaid = drs.AccessMethod(method.type, None, method.access_id, None)
        assert drs.access(series, unsaid, base_url=standin).url == method.url
        assert (await aio.drs.access(series, unsaid, base_url=standin)).url == method.url
        async with connect(standin) as resolver:
            assert drs.access(series, unsaid, client=resolver).url == method.url
            assert (await aio.drs.access(series, unsaid, client=resolver)).url == method.url


async def test_an_address_that_is_given_is_not_asked_for() -> None:
    sent, settings = answering(FILE)
    found = drs.resolve(SERIES, **settings)
    assert drs.access(found, found.access_methods[0], **settings).url == "gs://a/b.dcm"
    assert (await aio.drs.access(found, found.access_methods[1], **settings)).url == "s3://a/b.dcm"
    assert len(sent) == 1


def test_a_signed_address_shows_neither_its_signature_nor_its_headers() -> None:
    found = drs.resolve(SERIES, **answering(FILE)[1])
    sent, settings = answering(
        {"url": "https://a/b.dcm?X-Goog-Signature=c0ffee", "headers": ["Authorization: Basic x"]}
    )
    given = drs.access(found, drs.AccessMethod("https", None, "a/b?", None), **settings)
    assert sent[0].url.raw_path.decode().endswith(f"dg.4DFC/{SERIES}/access/a%2Fb%3F")
    assert (given.url[-6:], given.headers) == ("c0ffee", ("Authorization: Basic x",))
    assert repr(given) == "AccessURL(url='https://a/b.dcm')"


@pytest.mark.parametrize(
    "url", ["gs://12345/a", "s3://a_b/c", "https://a.example:8443/b?c=d", "ftp://[2606:4700::1]/a"]
)
def test_an_address_on_the_internet_or_in_a_bucket_is_handed_out(url: str) -> None:
    _, settings = answering({**FILE, "access_methods": [{"type": "https", "access_url": {"url": url}}]})
    assert drs.resolve(SERIES, **settings).urls == (url,)


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"url": 7}, {"url": "https://a", "headers": {}}, {"url": "https://a", "headers": ["a: b\r\nc: d"]},
        *({"url": url} for url in ELSEWHERE),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_an_address_breaks_the_contract(body: Any) -> None:
    found = drs.resolve(SERIES, **answering(FILE)[1])
    with pytest.raises(ContractError, match="not an AccessURL"):
        drs.access(found, found.access_methods[2], **answering(body)[1])


@pytest.mark.parametrize("name", [None, "", ".", ".."])
def test_what_cannot_be_asked_for_is_refused(name: str | None) -> None:
    sent, settings = answering(FILE)
    found = drs.resolve(SERIES, **settings)
    with pytest.raises(ValueError, match="neither an address nor an identifier"):
        drs.access(found, drs.AccessMethod("https", None, name, None), **settings)
    assert len(sent) == 1


def test_the_notebooks_series_guids_resolve_to_the_addresses_of_the_manifest(standin: str) -> None:
    with connect(standin) as idc:
        wanted = ["CRDC_Series_GUID", "CRDC_Instance_GUID", "GCS_URL", "SOPInstanceUID", "SeriesInstanceUID"]
        rows = list(v1.preview_manifest(idc, SPEC, fields=wanted))
        guid = str(rows[0].crdc_series_guid)
        mine = [row for row in rows if row.crdc_series_guid == guid]
        series = drs.resolve(guid, client=idc)
        assert (series.id, series.name) == (guid, mine[0].series_instance_uid)
        assert {part.id for part in series.contents} == {row.crdc_instance_guid for row in mine}
        for row in mine[:3]:
            instance = drs.resolve(str(row.crdc_instance_guid), client=idc)
            assert instance.urls == (row.gcs_url,)
            assert (instance.name, instance.is_bundle) == (row.sop_instance_uid, False)


def test_the_resolver_of_the_variable_serves_a_program_that_names_none(standin: str) -> None:
    program = f"from idc_ext import drs; print(drs.resolve('dg.4DFC/{SERIES}').name)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"IDC_DRS_URL": standin}
    )
    assert done.stdout.startswith("1.3.6.1.4.1.14519")
