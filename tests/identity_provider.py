"""A small OpenID provider on loopback whose word a test can bend."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "gainline", "the-secret-of-this-client"


@dataclass
class Provider:
    """Who signs in there, and what the provider does wrong."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    subject: str = "person-1"
    mail: str = "dana@riverbend.example"
    claims: dict[str, Any] = field(default_factory=dict)
    signing: rsa.RSAPrivateKey | str | None = None
    algorithm: str = "RS256"
    told_issuer: str = ""
    moves: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    port: int = 0

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, code: str) -> str:
        now = int(time.time())
        words = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300,
                 "email": self.mail, "email_verified": True} | self.claims  # fmt: skip
        key: Any = self.signing if self.signing is not None else self.key
        return jwt.encode(words, None if self.algorithm == "none" else key, self.algorithm, headers={"kid": "one"})

    def authorize(self, query: dict[str, str]) -> str:
        """What a browser is sent back with after its person has signed in."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A token for a code: once, and only for who can prove to have asked for it."""
        asked = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked.get("code_challenge") != proof.rstrip(b"=").decode():
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token(form["code"])}


class _Answers(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.provider.asked.append(path)
        if self.provider.moves:
            self.send_response(302)
            self.send_header("Location", self.provider.moves)
            self.end_headers()
        elif path == "/.well-known/openid-configuration":
            base = self.provider.issuer
            self._say(200, {"issuer": self.provider.told_issuer or base, "authorization_endpoint": f"{base}/authorize",
                            "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/keys",
                            "userinfo_endpoint": f"{base}/userinfo"})  # fmt: skip
        elif path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.provider.key.public_key()))
            self._say(200, {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        self.provider.asked.append(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(*self.provider.exchange({name: values[0] for name, values in parse_qs(body).items()}))

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not a word."""


@contextmanager
def providing(provider: Provider) -> Iterator[Provider]:
    """Open a provider on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {"provider": provider}))
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
