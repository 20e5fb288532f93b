"""An OpenID Connect provider on this machine, as the dashboard's login meets one.

Discovery, keys, authorisation code with PKCE, tokens signed with RS256, user information and
logout (OpenID Connect Core 1.0, RP-Initiated Logout 1.0). Its page has a button an account.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "earshot"
CLIENT_SECRET = "a-secret-of-the-tests"


class Provider(ThreadingHTTPServer):
    """Serves the accounts given: by name, the claims of each."""

    daemon_threads = True

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.accounts = accounts
        self.key = RSAKey.generate_key(2048, {"kid": "tests", "use": "sig"}, private=True)
        self.codes: dict[str, dict[str, str]] = {}
        self.logged_out: list[str] = []

    def id_token(self, asked: Mapping[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": asked["account"],
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.accounts[asked["account"]],
        }
        return jwt.encode({"alg": "RS256", "kid": "tests"}, claims, self.key)


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        answer = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": self._keys,
            "/authorize": self._choice,
            "/chosen": self._code,
            "/userinfo": self._user,
            "/logout": self._logout,
        }.get(parts.path)
        if answer is None:
            self.send_error(404)
        else:
            answer(asked)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[-1] for name, values in parse_qs(body).items()}
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        known = base64.b64decode(given).decode() if kind == "Basic" else ""
        code = self.server.codes.pop(asked.get("code", ""), None)
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if (
            self.path != "/token"
            or known != f"{CLIENT_ID}:{CLIENT_SECRET}"
            or code is None
            or asked.get("redirect_uri") != code["redirect_uri"]
            or base64.urlsafe_b64encode(verifier).decode().rstrip("=") != code["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, status=400)
            return
        self._json(
            {
                "access_token": code["account"],
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self.server.id_token(code),
            }
        )

    def _configuration(self, asked: Mapping[str, str]) -> None:
        issuer = self.server.issuer
        self._json(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/jwks",
                "end_session_endpoint": f"{issuer}/logout",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    def _keys(self, asked: Mapping[str, str]) -> None:
        self._json({"keys": [self.server.key.as_dict(private=False)]})

    def _choice(self, asked: Mapping[str, str]) -> None:
        links = "".join(
            f'<p><a href="/chosen?{html.escape(urlencode({**asked, "account": name}))}">'
            f"{html.escape(name)}</a></p>"
            for name in self.server.accounts
        )
        self._answer(200, f"<h1>Choose an account</h1>{links}".encode(), "text/html")

    def _code(self, asked: Mapping[str, str]) -> None:
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code":
            self.send_error(400)
            return
        code = secrets.token_urlsafe()
        self.server.codes[code] = dict(asked)
        self._redirect(asked["redirect_uri"], {"code": code, "state": asked["state"]})

    def _user(self, asked: Mapping[str, str]) -> None:
        name = self.headers["Authorization"].removeprefix("Bearer ")
        self._json({"sub": name, **self.server.accounts[name]})

    def _logout(self, asked: Mapping[str, str]) -> None:
        self.server.logged_out.append(asked["client_id"])
        self._redirect(asked["post_logout_redirect_uri"], {})

    def _redirect(self, address: str, parameters: Mapping[str, str]) -> None:
        self.send_response(302)
        self.send_header("Location", f"{address}?{urlencode(parameters)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, content: object, status: int = 200) -> None:
        self._answer(status, json.dumps(content).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[Provider]:
    """The provider, at work in a thread."""
    with Provider(accounts) as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        yield provider
        provider.shutdown()
        thread.join()
