"""An OAuth issuer on the loopback address: consent, codes bound by PKCE, refresh tokens, and a count of everything."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.loopback_server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT_ID = "idc-standin"  # the audience that the stand-in lets in
CLIENT_SECRET = "not-so-secret-secret"
SUBJECT = "standin|ada@example.org"


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def jwt(**claims: Any) -> str:
    return f"{segment({'alg': 'RS256'})}.{segment({'email': 'ada@example.org', **claims})}.c2lnbmF0dXJl"


def token(seconds: int = 3600, **claims: Any) -> str:
    """An ID token like the issuer's, and unlike any before."""
    now = int(time.time())
    known = {"iat": now, "exp": now + seconds, "sub": SUBJECT, "aud": CLIENT_ID, "nonce": secrets.token_hex(8)}
    return jwt(**{**known, **claims})


#: In seconds: how long it waits to be let, which is longer than anything that a test waits for.
LONGEST = 60.0


class Issuer:
    """The issuer, from `with` to its end. Change its attributes to have it misbehave; clear `let` to have it wait."""

    def __init__(self, sign: Callable[[int], str] = token) -> None:
        self.sign = sign
        self.lifetime = 3600
        self.delay = 0.0
        self.arrived = threading.Event()
        self.let = threading.Event()
        self.let.set()
        self.refresh_token = "1//" + secrets.token_urlsafe(24)
        self.rotating = False
        self.denying = False
        self.answer: Callable[[dict[str, str]], tuple[int, str, bytes]] | None = None
        self.forms: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._server = LoopbackServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Issuer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.let.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def refreshes(self) -> int:
        return sum(form.get("grant_type") == "refresh_token" for form in self.forms)

    def document(self, seconds: int = 3600, **more: Any) -> dict[str, Any]:
        """What a credentials file holds after a login here, with an ID token that lives for so long."""
        text = token(seconds, iat=int(time.time()) + seconds - 3600) if self.sign is token else self.sign(seconds)
        claims = json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))
        return {
            "access_token": "ya29.old",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": self.refresh_token,
            "token_expiry": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds)),
            "token_uri": f"{self.url}/token",
            "user_agent": None,
            "revoke_uri": None,
            "id_token": claims,
            "id_token_jwt": text,
            "token_response": {"access_token": "ya29.old", "expires_in": seconds, "id_token": text},
            "scopes": ["https://www.googleapis.com/auth/userinfo.email"],
            "token_info_uri": None,
            "invalid": False,
            "_class": "OAuth2Credentials",
            "_module": "oauth2client.client",
            **more,
        }

    def client_secrets(self, **more: Any) -> dict[str, Any]:
        """The file of an installed app."""
        known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": ["http://localhost"]}
        return {"installed": {**known, "auth_uri": f"{self.url}/authorize", "token_uri": f"{self.url}/token", **more}}

    def consent(self, url: str) -> str:
        """Where the browser of a user who consents is sent."""
        query = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        back = {"state": query["state"]}
        if self.denying:
            back["error"] = "access_denied"
        else:
            back["code"] = "4/" + secrets.token_urlsafe(24)
            self._codes[back["code"]] = query
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def tokens(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return 401, {"error": "invalid_client"}
        found: dict[str, Any] = {
            "access_token": "ya29.new",
            "expires_in": self.lifetime,
            "scope": "openid https://www.googleapis.com/auth/userinfo.email",
            "token_type": "Bearer",
        }
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            if self.rotating:
                found["refresh_token"] = self.refresh_token = "1//" + secrets.token_urlsafe(24)
        else:
            asked = self._codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if not asked or (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
                return 400, {"error": "invalid_grant", "error_description": "Bad code."}
            found["refresh_token"] = self.refresh_token
        return 200, {**found, "id_token": self.sign(self.lifetime)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(302)
                self.send_header("Location", issuer.consent(self.path))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                form = dict(parse_qsl(body.decode(), keep_blank_values=True))
                issuer.arrived.set()
                time.sleep(issuer.delay)
                issuer.let.wait(LONGEST)
                with issuer._lock:
                    issuer.forms.append(form)
                    if issuer.answer is None:
                        status, found = issuer.tokens(form)
                        kind, content = "application/json", json.dumps(found).encode()
                    else:
                        status, kind, content = issuer.answer(form)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(content)))
                    if 300 <= status < 400:
                        self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # who asked has gone

            def log_message(self, *said: Any) -> None:
                pass

        return Handler
