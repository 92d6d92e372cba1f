"""Forged ID tokens: each must be refused, and the right one let in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import zlib
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.torture import wire
from tests.torture.attack import Attack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.attack import Environment
    from tests.torture.record import Record
    from tests.torture.server import Server

ASKED = (("GET", "/v1/cohorts"), ("GET", "/v1/users/account_details"), ("DELETE", "/v1/cohorts/1"))
REFUSED = frozenset({400, 401, 403, 404, 413, 431})
Token = tuple[str, str]  # what it tries, and the value of the Authorization header


def attacks() -> list[Attack]:
    """The attack of this module."""
    return [
        Attack(
            "forged tokens",
            "tokens",
            "get access with a token that the server did not sign, or that is not valid any more",
            _run,
        )
    ]


def _run(env: Environment, record: Record) -> None:
    server = env.server
    real = server.token("eve.victim@example.org", "--name", "Eve Victim")
    server_key = (server.folders.state / "id-token-key.pem").read_bytes()
    for method, path in ASKED[:2]:
        answer = wire.call(server.address, method, path, headers={"Authorization": f"Bearer {real}"})
        record.check(f"the right token, {method} {path}", answer, {200}, sent="")
    count = 0
    for name, header in forged(real, server_key):
        count += 1
        for method, path in ASKED:
            answer = wire.call(server.address, method, path, headers={"Authorization": header})
            record.check(f"{name}, {method} {path}", answer, REFUSED, sent=header, may_hang_up=len(header) > 10_000)
            if "eve.victim" in answer.text.lower():
                record.finding(f"{name}, {method} {path}", f"the answer names the victim: {answer.text}")
    for name, headers in (("two headers, the wrong one first", ("Bearer x", f"Bearer {real}x")), ("no header", ())):
        lines = "".join(f"Authorization: {value}\r\n" for value in headers)
        request = f"GET /v1/cohorts HTTP/1.1\r\nHost: a\r\n{lines}Connection: close\r\n\r\n".encode()
        request = request.replace(b"Host: a", "Host: {}:{}".format(*server.address).encode())
        record.check(name, wire.exchange(server.address, [request], 30), REFUSED)
    record.note(f"{count} forged tokens, each for {len(ASKED)} operations")


def issued(server: Server, emails: list[str]) -> list[str]:
    """Right tokens for many users, signed with the server's own key: its command makes one a second."""
    head, claims, _ = (server.token("first@example.org")).split(".")
    private = serialization.load_pem_private_key((server.folders.state / "id-token-key.pem").read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    said, names = json.loads(_decoded(claims)), json.loads(_decoded(head))
    return [signed(names, said | {"email": email, "sub": f"standin|{email}"}, private) for email in emails]


def forged(real: str, server_key: bytes) -> Iterator[Token]:
    """Tokens that must be refused; ``server_key`` gives the public key, and what only its thief could sign."""
    private = serialization.load_pem_private_key(server_key, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, claims, signature = real.split(".")
    said = json.loads(_decoded(claims))
    thief = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    yield from _without_signature(said, head, claims, signature)
    yield from _with_secrets(said, public)
    yield from _with_other_keys(said, thief)
    yield from _key_names(said, thief)
    yield from _altered(said, head, signature)
    yield from _of_the_wrong_form(real, head, claims, signature)
    # What the right key signs and must be refused for what it says.
    for name, change in _claims(said):
        yield f"right key, {name}", "Bearer " + signed({"alg": "RS256", "typ": "JWT"}, said | change, private)
    for absent in ("exp", "iat", "sub", "iss", "aud"):
        less = {key: value for key, value in said.items() if key != absent}
        yield f"right key, without {absent}", "Bearer " + signed({"alg": "RS256", "typ": "JWT"}, less, private)
    for algorithm in ("RS384", "RS512", "PS256", "rs256"):
        yield f"right key, algorithm {algorithm}", "Bearer " + signed({"alg": algorithm, "typ": "JWT"}, said, private)
    for name, more in (
        ("crit", {"crit": ["exp"], "exp": 1}),
        ("crit of an unknown one", {"crit": ["b65"], "b65": True}),
        ("b64 false", {"b64": False, "crit": ["b64"]}),
    ):
        yield f"right key, header {name}", "Bearer " + signed({"alg": "RS256", **more}, said, private)


def _claims(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    now = int(time.time())
    yield from (
        (f"exp {value!r}", {"exp": value}) for value in (now - 1, 0, -1, "soon", None, [], {}, True, [now + 99])
    )
    yield from ((f"nbf {value!r}", {"nbf": value}) for value in (now + 3600, "later", []))
    yield from ((f"iat {value!r}", {"iat": value}) for value in (now + 3600, "then", None, []))
    yield from (
        (f"iss {value!r}", {"iss": value})
        for value in (
            "https://accounts.google.com",
            "",
            None,
            [said["iss"]],
            f"{said['iss']}/",
            f"{said['iss']}.evil",
            {},
            1,
        )
    )
    yield from (
        (f"aud {value!r}", {"aud": value})
        for value in ("other", "", None, [], ["other"], {}, 1, f"{said['aud']}x", said["aud"].upper())
    )
    yield from ((f"sub {value!r}", {"sub": value}) for value in (None, 1, [], {}))


def _without_signature(said: dict[str, Any], head: str, claims: str, signature: str) -> Iterator[Token]:
    for algorithm in ("none", "None", "NONE", "nOnE", "", None, "null", 0, ["RS256"], {"a": 1}, "HS256", "RS256"):
        for last in ("", signature):
            yield (
                f"algorithm {algorithm!r}, signature {last[:4]!r}",
                f"Bearer {_part({'alg': algorithm})}.{_part(said)}.{last}",
            )
    yield "no signature", f"Bearer {head}.{claims}."
    yield "two parts", f"Bearer {head}.{claims}"


def _with_secrets(said: dict[str, Any], public: bytes) -> Iterator[Token]:
    secrets = {
        "the public key": public,
        "the public key without its end": public.strip(),
        "nothing": b"",
        "a word": b"secret",
        "the issuer": b"idc-standin",
        "a zero": b"\0",
    }
    for algorithm, digest in (
        ("HS256", hashlib.sha256),
        ("HS384", hashlib.sha384),
        ("HS512", hashlib.sha512),
        ("RS256", hashlib.sha256),
    ):
        for name, secret in secrets.items():
            text = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(said)}"
            yield (
                f"{algorithm} with {name} as the secret",
                f"Bearer {text}.{_encoded(hmac.new(secret, text.encode(), digest).digest())}",
            )


def _with_other_keys(said: dict[str, Any], thief: rsa.RSAPrivateKey) -> Iterator[Token]:
    for algorithm in ("RS256", "RS384", "RS512", "PS256"):
        yield f"another RSA key, {algorithm}", "Bearer " + signed({"alg": algorithm, "typ": "JWT"}, said, thief)
    text = f"{_part({'alg': 'ES256'})}.{_part(said)}"
    curve = ec.generate_private_key(ec.SECP256R1())
    yield "an elliptic curve's key", f"Bearer {text}.{_encoded(curve.sign(text.encode(), ec.ECDSA(hashes.SHA256())))}"
    yield "ES256 with zeros for a signature", f"Bearer {text}.{_encoded(bytes(64))}"
    text = f"{_part({'alg': 'EdDSA'})}.{_part(said)}"
    yield "an Ed25519 key", f"Bearer {text}.{_encoded(ed25519.Ed25519PrivateKey.generate().sign(text.encode()))}"


def _key_names(said: dict[str, Any], thief: rsa.RSAPrivateKey) -> Iterator[Token]:
    numbers = thief.public_key().public_numbers()
    jwk = {"kty": "RSA", "n": _encoded(numbers.n.to_bytes(256, "big")), "e": "AQAB", "kid": "x", "alg": "RS256"}
    own = {
        "jwk": jwk,
        "jku": "http://127.0.0.1:9/jwks.json",
        "x5u": "http://127.0.0.1:9/x.pem",
        "x5c": [_encoded(b"certificate")],
        "kid": "x",
        "x5t": _encoded(bytes(20)),
        "cty": "JWT",
        "typ": "../../etc/passwd",
    }
    for name, value in own.items():
        yield f"own key in {name}", "Bearer " + signed({"alg": "RS256", name: value}, said, thief)
    for kid in (
        "../../../../dev/null",
        "/dev/null",
        "' UNION SELECT 'a' --",
        "a; id",
        "\0",
        "id-token-key.pem",
        "",
        None,
        0,
        [],
        {},
        "x" * 5_000,
        "\u202e",
        "http://127.0.0.1:9/",
    ):
        text = f"{_part({'alg': 'HS256', 'kid': kid})}.{_part(said)}"
        yield f"kid {kid!r}"[:60], f"Bearer {text}.{_encoded(hmac.new(b'', text.encode(), hashlib.sha256).digest())}"


def _altered(said: dict[str, Any], head: str, signature: str) -> Iterator[Token]:
    for change in (
        {"email": "other@example.org"},
        {"sub": "standin|other@example.org"},
        {"exp": said["exp"] + 1},
        {"email_verified": False},
        {"admin": True},
    ):
        yield f"claims altered to {change}", f"Bearer {head}.{_part(said | change)}.{signature}"
    spaced = _encoded(json.dumps(said, indent=1).encode())
    yield "claims written in another way", f"Bearer {head}.{spaced}.{signature}"
    twice = json.dumps(said)[:-1] + ', "email": "other@example.org"}'
    yield "claims with a member twice", f"Bearer {head}.{_encoded(twice.encode())}.{signature}"
    for content in (
        b"",
        b"null",
        b"[]",
        b"1",
        b'"a"',
        b"{",
        b"\xff",
        b"[" * 50_000,
        b'{"exp": 1e999}',
        b'{"exp": NaN}',
        b"9" * 5_000,
        zlib.compress(b"{}"),
    ):
        yield f"claims {content[:12]!r}", f"Bearer {head}.{_encoded(content)}.{signature}"
        yield f"header {content[:12]!r}", f"Bearer {_encoded(content)}.{_part(said)}.{signature}"
    bomb = zlib.compress(b"a" * 20_000_000)
    yield (
        "a header that says zip",
        f"Bearer {_part({'alg': 'RS256', 'zip': 'DEF'})}.{_encoded(bomb[:4_000])}.{signature}",
    )


def _of_the_wrong_form(real: str, head: str, claims: str, signature: str) -> Iterator[Token]:
    flipped = signature[:50] + ("A" if signature[50] != "A" else "B") + signature[51:]
    yield "one letter of the signature", f"Bearer {head}.{claims}.{flipped}"
    yield "half a signature", f"Bearer {head}.{claims}.{signature[: len(signature) // 2]}"
    yield "a signature twice", f"Bearer {head}.{claims}.{signature}{signature}"
    yield "a signature of zeros", f"Bearer {head}.{claims}.{_encoded(bytes(256))}"
    yield "parts in another order", f"Bearer {claims}.{head}.{signature}"
    yield "four parts", f"Bearer {real}.{signature}"
    yield "five parts", f"Bearer {head}.{claims}.{signature}.{claims}.{signature}"
    yield "dots", "Bearer ...."
    yield "one letter", "Bearer x"
    yield "nothing", "Bearer "
    yield "the scheme alone", "Bearer"
    yield "another scheme", f"Basic {real}"
    yield "no scheme", real
    yield "a scheme of two words", f"Bearer Bearer {real}"
    yield "a name and value", f"Bearer token={real}"
    yield "two tokens", f"Bearer {real}, Bearer {real}"
    yield "quotes", f'Bearer "{real}"'
    yield "letters beyond ASCII", f"Bearer {real}é"
    yield "a wide letter", f"Bearer {real[:-1]}Ａ"
    yield "40,000 letters", "Bearer " + "x" * 40_000
    yield "many dots", "Bearer " + "." * 20_000
    yield "a blank inside", f"Bearer {head}. {claims}.{signature}"
    yield "a tab for a blank", f"Bearer\t{real}"


def signed(head: dict[str, Any], claims: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    """A token that an RSA key signs, whatever its header says of the algorithm."""
    text = f"{_part(head)}.{_part(claims)}"
    algorithm = str(head["alg"])
    digest = {"384": hashes.SHA384(), "512": hashes.SHA512()}.get(algorithm[2:], hashes.SHA256())
    scheme: Any = padding.PSS(padding.MGF1(digest), 32) if algorithm.startswith("PS") else padding.PKCS1v15()
    return f"{text}.{_encoded(key.sign(text.encode(), scheme, digest))}"


def _part(content: dict[str, Any]) -> str:
    return _encoded(json.dumps(content).encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
