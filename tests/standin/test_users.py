"""Authentication, ownership of cohorts, and state after a restart."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.standin.conftest import bearer
from tests.standin.v1_requests import CT, gateway, listed, refused, save
from tests.support.standin_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECURED = [
    ("GET", "/v1/cohorts"),
    ("POST", "/v1/cohorts"),
    ("DELETE", "/v1/cohorts"),
    ("DELETE", "/v1/cohorts/1"),
    ("GET", "/v1/cohorts/1/manifest"),
    ("POST", "/v1/cohorts/1/query"),
    ("GET", "/v1/users/account_details"),
]
ACCOUNT = "/v1/users/account_details"
PEM = serialization.Encoding.PEM
UNKNOWN = 10**15


@pytest.fixture(scope="module")
def key(state: Path, standin: str) -> rsa.RSAPrivateKey:
    """The stand-in's own signing key, to make tokens that its command would not make."""
    found = serialization.load_pem_private_key((state / "id-token-key.pem").read_bytes(), password=None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


@pytest.fixture(scope="module")
def claims(ada: dict[str, str]) -> dict[str, Any]:
    return jwt.decode(ada["Authorization"].removeprefix("Bearer "), options={"verify_signature": False})


def part(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assert_unauthorized(http: httpx.Client, authorization: str) -> None:
    response = http.get(ACCOUNT, headers={"Authorization": authorization.encode("latin-1")})
    gateway(response, 401, 16, "auth")
    assert response.json()["message"].startswith("JWT validation failed: ")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), SECURED)
def test_a_request_without_a_token_is_refused(http: httpx.Client, method: str, path: str) -> None:
    response = http.request(method, path, content=b"nonsense")
    gateway(response, 401, 16, "auth")
    assert response.json()["message"] == "JWT validation failed: Missing or invalid credentials"


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer\tx", "nonsense", "Bearer x y"]
)
def test_a_header_without_a_bearer_token_is_a_401(http: httpx.Client, authorization: str) -> None:
    response = http.get(ACCOUNT, headers=[(b"Authorization", authorization.strip().encode())])
    gateway(response, 401, 16, "auth")


def test_malformed_tokens_are_a_401(http: httpx.Client, ada: dict[str, str]) -> None:
    head, payload, signature = ada["Authorization"].removeprefix("Bearer ").split(".")
    deep = b'{"alg": "RS256", "x": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    for odd in (
        {},
        [],
        5,
        {"alg": 5},
        {"alg": None},
        {"alg": ["RS256"]},
        {"alg": "RS256", "crit": ["x"]},
        b"\xff",
        deep,
        {"alg": "RS512"},
        {"alg": "rs256"},
        {"alg": "RS256", "b64": False},
        {"alg": "RS256", "kid": 7},
    ):
        assert_unauthorized(http, f"Bearer {part(odd)}.{payload}.{signature}")
    for token in (
        "x",
        "..",
        ".",
        "a.b",
        "a.b.c.d",
        f"{head}.{payload}",
        f"{head}.{payload}.",
        f"{head}..{signature}",
        f"{head}.{payload}.{signature[:-6]}",
        f"{head}.{part({'email': 'x'})}.{signature}",
        "\u00e9.\u00e9.\u00e9",
        "a" * 30_000,
        f"{head}.{payload}.{signature}.{signature}",
    ):
        assert_unauthorized(http, f"Bearer {token}")


def test_tokens_that_no_key_or_the_wrong_key_signed_are_a_401(
    http: httpx.Client, claims: dict[str, Any], key: rsa.RSAPrivateKey
) -> None:
    payload = part(claims)
    assert_unauthorized(http, f"Bearer {part({'alg': 'none', 'typ': 'JWT'})}.{payload}.")
    assert_unauthorized(http, f"Bearer {part({'alg': 'None'})}.{payload}.x")
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert_unauthorized(http, f"Bearer {jwt.encode(claims, foreign, algorithm='RS256')}")
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{payload}"
    assert_unauthorized(http, f"Bearer {signed}.{part(signer.sign(signed.encode(), public))}")
    assert_unauthorized(http, f"Bearer {jwt.encode(claims, key, algorithm='RS512')}")
    assert_unauthorized(http, f"Bearer {jwt.encode(claims, key, algorithm='PS256')}")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://accounts.google.com"},
        {"iss": None},
        {"iss": ""},
        {"aud": "else"},
        {"aud": []},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"iat": None},
        {"iat": 99_999_999_999},
        {"sub": None},
        {"nbf": 99_999_999_999},
        {"exp": -1},
        {"aud": ["else", "more"]},
        {"sub": 5},
    ],
    ids=str,
)
def test_claims_that_do_not_fit_are_a_401(
    http: httpx.Client, claims: dict[str, Any], key: rsa.RSAPrivateKey, change: dict[str, Any]
) -> None:
    changed = {name: value for name, value in {**claims, **change}.items() if value is not None}
    header, payload = part({"alg": "RS256", "typ": "JWT"}), part(changed)
    signer = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    assert_unauthorized(http, f"Bearer {header}.{payload}.{part(signer.sign(f'{header}.{payload}'.encode(), key))}")


def test_an_expired_token_is_a_401_for_its_time(http: httpx.Client, head: Callable[..., dict[str, str]]) -> None:
    response = http.get(ACCOUNT, headers=head("late@example.org", "--expires-in", "-1"))
    gateway(response, 401, 16, "auth")
    assert response.json()["message"].endswith("TIME_CONSTRAINT_FAILURE")


@pytest.mark.parametrize("email", [None, "", "absent"])
@pytest.mark.parametrize(("method", "path"), SECURED)
def test_a_token_without_an_email_is_a_403(
    http: httpx.Client, claims: dict[str, Any], key: rsa.RSAPrivateKey, method: str, path: str, email: str | None
) -> None:
    nobody = {name: value for name, value in claims.items() if name not in {"email", "given_name"}}
    if email != "absent":
        nobody["email"] = email
    body = {"POST /v1/cohorts": CT, "DELETE /v1/cohorts": {"cohorts": []}}.get(
        f"{method} {path}", {"fields": ["Modality"]}
    )
    headers = {"Authorization": "Bearer " + jwt.encode(nobody, key, algorithm="RS256")}
    refused(http.request(method, path, json=body, headers=headers), "Couldn't obtain user email", 403)


def test_the_case_of_the_scheme_does_not_matter(http: httpx.Client, ada: dict[str, str]) -> None:
    for scheme in ("bearer", "BEARER"):
        assert (
            http.get(ACCOUNT, headers={"Authorization": ada["Authorization"].replace("Bearer", scheme)}).status_code
            == 200
        )


def test_an_operation_without_users_ignores_a_bad_token(http: httpx.Client) -> None:
    for path in ("/v1/about", "/v1/versions", "/v1/dicomMetadata?page_size=1"):
        assert http.get(path, headers={"Authorization": "Bearer nonsense"}).status_code == 200


@pytest.mark.parametrize("email", ["a..b@example.org", "\u00fc@example.org", "a@-b.org", ".a@b.org", "a@b..org"])
def test_whoever_gets_credentials_has_an_account(
    http: httpx.Client, head: Callable[..., dict[str, str]], email: str
) -> None:
    import subprocess

    try:
        headers = head(email)
    except subprocess.CalledProcessError as error:
        if error.returncode == 2:
            return  # the command may well refuse the address
        raise
    response = http.get(ACCOUNT, headers=headers)
    assert response.status_code == 200, response.text


def test_account_details_name_the_user(http: httpx.Client, ada: dict[str, str]) -> None:
    user = http.get(ACCOUNT, headers=ada).json()["user_details"]
    assert (user["email"], user["first_name"], user["last_name"]) == ("ada@example.org", "Ada", "Lovelace")


# --- two users ---------------------------------------------------------------------------------------------------


def read(http: httpx.Client, headers: dict[str, str], cohort_id: int) -> list[httpx.Response]:
    return [
        http.get(f"/v1/cohorts/{cohort_id}/manifest", params={"Collection_ID": "True"}, headers=headers),
        http.post(f"/v1/cohorts/{cohort_id}/query", json={"fields": ["collection_id"]}, headers=headers),
    ]


def delete(http: httpx.Client, headers: dict[str, str], *cohort_ids: int) -> list[dict[str, Any]]:
    response = http.request("DELETE", "/v1/cohorts", json={"cohorts": cohort_ids}, headers=headers)
    assert response.status_code == 200, response.text
    assert [entry["cohort_id"] for entry in response.json()["cohorts"]] == list(cohort_ids)
    return [entry["result"] for entry in response.json()["cohorts"]]


def test_each_user_sees_and_reads_only_their_own_cohorts(
    http: httpx.Client, ada: dict[str, str], bob: dict[str, str]
) -> None:
    hers, his = save(http, ada, name="hers"), save(http, bob, name="his")
    assert hers in listed(http, ada)
    assert his not in listed(http, ada)
    assert list(listed(http, bob)) == [his]
    assert listed(http, ada)[hers] | {"x": 0} == {
        "cohort_id": hers,
        "name": "hers",
        "description": "d",
        "owner": "Ada Lovelace",
        "permission": "OWNER",
        "filterSet": {"idc_data_version": "2.0", "filters": CT["filters"]},
        "x": 0,
    }
    for response in read(http, ada, hers):
        assert response.status_code == 200
        assert response.json().get("cohort", response.json().get("cohort_def"))["cohort_id"] == hers
    for response in read(http, bob, hers):
        refused(response, f"bob@example.org isn't the owner of cohort ID {hers}, or the cohort has been deleted.", 403)
    assert delete(http, bob, hers, his) == [
        {
            "message": f"bob@example.org isn't the owner of cohort ID {hers} and so cannot delete it.",
            "delete_permission": False,
        },
        {
            "notes": f"Cohort {his} ('his') has been deleted.",
            "data": {
                "filters": [
                    {
                        "id": his,
                        "data_version": "2.0",
                        "filters": [{"id": 1, "name": "Modality", "display_name": "Modality", "values": ["CT"]}],
                    }
                ]
            },
        },
    ]
    assert hers in listed(http, ada)
    assert listed(http, bob) == {}


def test_a_deleted_cohort_is_gone_but_known_and_its_number_is_not_used_again(
    http: httpx.Client, ada: dict[str, str]
) -> None:
    first, last = save(http, ada), save(http, ada)
    response = http.delete(f"/v1/cohorts/{last}", headers=ada).json()
    assert response["cohorts"][0]["cohort_id"] == last
    assert "has been deleted" in response["cohorts"][0]["result"]["notes"]
    assert delete(http, ada, last, UNKNOWN, 2**64, first, first) == [
        {"message": f"Cohort ID {last} has already been deleted."},
        {"message": f"A cohort with the ID {UNKNOWN} was not found!"},
        {"message": f"A cohort with the ID {2**64} was not found!"},
        {
            "notes": f"Cohort {first} ('n') has been deleted.",
            "data": {
                "filters": [
                    {
                        "id": first,
                        "data_version": "2.0",
                        "filters": [{"id": 1, "name": "Modality", "display_name": "Modality", "values": ["CT"]}],
                    }
                ]
            },
        },
        {"message": f"Cohort ID {first} has already been deleted."},
    ]
    for response in read(http, ada, last):
        refused(response, f"ada@example.org isn't the owner of cohort ID {last}, or the cohort has been deleted.", 403)
    assert save(http, ada) > last


def test_an_unknown_cohort_is_a_400(http: httpx.Client, ada: dict[str, str]) -> None:
    for response in read(http, ada, UNKNOWN):
        refused(response, f"A cohort with the ID {UNKNOWN} was not found.")


def test_an_integer_is_an_integer_however_json_spells_it(http: httpx.Client, ada: dict[str, str]) -> None:
    saved = save(http, ada)
    headers = {**ada, "Content-Type": "application/json"}
    response = http.request("DELETE", "/v1/cohorts", content=f'{{"cohorts": [{saved}.0]}}', headers=headers)
    if response.status_code == 200:
        entry = response.json()["cohorts"][0]
        assert isinstance(entry["cohort_id"], int)
        assert entry["result"]["notes"] == f"Cohort {saved} ('n') has been deleted."
    else:
        refused(response)


def test_cohorts_saved_at_once_all_have_their_own_numbers(http: httpx.Client, ada: dict[str, str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda i: save(http, ada, name=f"at once {i}"), range(24)))
    assert len(set(numbers)) == 24
    mine = listed(http, ada)
    assert {mine[number]["name"] for number in numbers} == {f"at once {i}" for i in range(24)}


def test_a_preview_echoes_collections_in_their_normal_form_and_a_saved_cohort_as_they_were_sent(
    http: httpx.Client, ada: dict[str, str]
) -> None:
    filters = {"collection_id": ["Tcga-Luad", "TCGA_KIRC"], "Modality": ["ct"]}
    saved = save(http, ada, filters=filters)
    assert listed(http, ada)[saved]["filterSet"]["filters"] == filters
    for response in read(http, ada, saved):
        cohort = response.json().get("cohort") or response.json()["cohort_def"]
        assert cohort["filterSet"]["filters"] == filters
    page = http.post(
        "/v1/cohorts/preview/manifest", params={"Patient_ID": "True"}, json={**CT, "filters": filters}
    ).json()
    normal = {"collection_id": ["tcga_luad", "tcga_kirc"], "Modality": ["ct"]}
    assert page["cohort"]["filterSet"] == {"idc_data_version": "2.0", "filters": normal}


def test_a_cohort_without_filters_is_the_whole_archive(http: httpx.Client, ada: dict[str, str]) -> None:
    saved = save(http, ada, filters={})
    total = http.get("/v1/dicomMetadata", params={"page_size": 1}).json()["query_results"]["totalFound"]
    page = http.get(f"/v1/cohorts/{saved}/manifest", params={"GCS_URL": "True", "page_size": 1}, headers=ada).json()
    assert page["manifest"]["totalFound"] == total


# --- restarts and data versions ----------------------------------------------------------------------------------


def rows(client: httpx.Client, headers: dict[str, str], cohort_id: int) -> tuple[int, str, list[dict[str, Any]]]:
    params = {"CRDC_Series_GUID": "True", "Patient_ID": "True", "page_size": 500}
    response = client.get(f"/v1/cohorts/{cohort_id}/manifest", params=params, headers=headers)
    assert response.status_code == 200, response.text
    page = response.json()
    return (
        page["manifest"]["totalFound"],
        page["cohort"]["filterSet"]["idc_data_version"],
        page["manifest"]["json_manifest"],
    )


def test_a_cohort_keeps_its_data_version_when_the_archive_moves_on(
    http: httpx.Client, of_the_newest: httpx.Client, ada: dict[str, str]
) -> None:
    filters = {"collection_id": ["tcga_luad"], "Modality": ["CT"]}
    old = save(http, ada, filters=filters)
    assert rows(of_the_newest, ada, old) == rows(http, ada, old)
    new = save(of_the_newest, ada, filters=filters)
    assert rows(of_the_newest, ada, new)[1] == "25.0"
    assert rows(of_the_newest, ada, new) != rows(of_the_newest, ada, old)
    assert listed(http, ada)[new]["filterSet"]["idc_data_version"] == "25.0"
    for response in read(http, ada, new):
        refused(response, f"Cohort {new} is of data version 25.0")


def test_a_token_of_a_later_data_version_is_refused_by_a_server_of_an_earlier_one(
    http: httpx.Client, of_the_newest: httpx.Client
) -> None:
    ask = {"params": {"SeriesInstanceUID": "True", "page_size": 1}, "json": CT}
    token = of_the_newest.post("/v1/cohorts/preview/manifest", **ask).json()["next_page"]
    response = http.post("/v1/cohorts/preview/manifest", params={"next_page": token}, json=CT)
    refused(response, "Invalid next_page token ")
    token = http.post("/v1/cohorts/preview/manifest", **ask).json()["next_page"]
    here, there = (
        client.post("/v1/cohorts/preview/manifest", params={"next_page": token, "page_size": 9}, json=CT).json()[
            "manifest"
        ]
        for client in (http, of_the_newest)
    )
    assert here == there


def test_cohorts_users_and_tokens_outlive_a_restart(tmp_path: Path) -> None:
    import subprocess
    import sys

    credentials = tmp_path / "credentials"
    folder = tmp_path / "state"
    command = [sys.executable, "-m", "idc_standin", "token", "--state", str(folder), "--email", "eve@example.org"]
    subprocess.run([*command, "--output", str(credentials)], check=True, capture_output=True)
    headers = bearer(credentials)
    options = ("--as-of", "2.0", "--state", str(folder))
    with serving(*options) as url, httpx.Client(base_url=url, timeout=60) as client:
        kept, gone = save(client, headers, name="kept"), save(client, headers, name="gone")
        delete(client, headers, gone)
        account = client.get(ACCOUNT, headers=headers).json()["user_details"]
        before = rows(client, headers, kept)
        page = client.post(
            "/v1/cohorts/preview/manifest", params={"SeriesInstanceUID": "True", "page_size": 2}, json=CT
        ).json()
    with serving(*options) as url, httpx.Client(base_url=url, timeout=60) as client:
        assert list(listed(client, headers)) == [kept]
        assert rows(client, headers, kept) == before
        later = client.get(ACCOUNT, headers=headers).json()["user_details"]
        assert (later["id"], later["date_joined"]) == (account["id"], account["date_joined"])
        params = {"next_page": page["next_page"], "page_size": 3}
        after = client.post("/v1/cohorts/preview/manifest", params=params, json=CT).json()["manifest"]
        assert after["rowsReturned"] == 3
        assert after["totalFound"] == page["manifest"]["totalFound"]
        assert save(client, headers) > gone
