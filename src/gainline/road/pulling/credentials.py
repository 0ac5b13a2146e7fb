"""Credentials: a bearer token from a file, one that the server gives for an id and secret, or signed requests."""

from __future__ import annotations

import base64
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from gainline.engine.core.errors import Missing, NotAllowed, UserFixable
from gainline.engine.core.strict_json import read_json
from gainline.road.pulling.client import Client, Page, check_address
from gainline.road.pulling.oauth1 import METHODS, Signer

SCOPES = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
_KEYS = ("token_url", "client_id", "client_secret")
_SIGNING = ("consumer_key", "consumer_secret")


@dataclass(slots=True)
class Credentials:
    """What lets us in; a token that ran out is asked for anew, once a request.

    Parameters
    ----------
    token
        The bearer token; empty where it has to be asked for.
    client
        ``token_url``, ``client_id`` and ``client_secret``, where it is asked for.
    signer
        Signs each request instead, for OneRoster 1.1 services with OAuth 1.0a.
    """

    token: str = field(default="", repr=False)
    client: dict[str, str] = field(default_factory=dict, repr=False)
    signer: Signer | None = None

    def ask(self, client: Client, address: str, scopes: tuple[str, ...]) -> Page:
        """Ask with the token, and once more with a new one where it has run out.

        Raises
        ------
        NotAllowed
            When the server lets us in neither way (IN347).
        """
        for fresh in (False, True):
            if self.client and (fresh or not self.token):
                self.token = self._new_token(client, scopes)
            let_in = self.signer.header(address) if self.signer else f"Bearer {self.token}"
            page = client.ask(address, {"Authorization": let_in, "Accept": "application/json"})
            if page.status not in (401, 403):
                return page
            if not self.client and not self.signer:  # a signature is made anew: a nonce may have been used by a retry
                break
        raise NotAllowed(
            f"IN347: the server does not let us in (status {page.status})", "ask for a new token, or for more scopes"
        )

    def _new_token(self, client: Client, scopes: tuple[str, ...]) -> str:
        """The client-credentials grant (RFC 6749, section 4.4), the client named by HTTP Basic."""
        pair = f"{quote(self.client['client_id'], safe='')}:{quote(self.client['client_secret'], safe='')}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        page = client.ask(self.client["token_url"], headers, body=urlencode(form).encode())
        try:
            token = read_json(page.body)["access_token"] if page.status == 200 else None
        except (ValueError, KeyError, TypeError):
            token = None
        if not isinstance(token, str) or not token:
            raise NotAllowed(
                f"IN347: the token address gives no token (status {page.status})", "check client_id and client_secret"
            )
        return token


def read_credentials(path: Path) -> Credentials:
    """Read a file that holds one bearer token, or TOML that says how to get one or how to sign.

    The TOML holds ``token_url``, ``client_id`` and ``client_secret``; or, for OAuth 1.0a, ``consumer_key``,
    ``consumer_secret`` and, where it is not HMAC-SHA256, ``signature_method``.

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When it holds neither, or others may read it.
    """
    if not path.is_file():
        raise Missing(f"there is no {path}", "write the token into it, or token_url, client_id and client_secret")
    if path.stat().st_mode & 0o077:
        raise UserFixable(f"others may read {path}, which holds a secret", f"chmod 600 {path}")
    text = path.read_text(encoding="utf-8").strip()
    if "=" not in text.rstrip("=") or "\n" not in text:
        if not text or any(sign.isspace() or not sign.isprintable() for sign in text):
            raise UserFixable(f"{path} holds no token", "write one line with the token and nothing else")
        return Credentials(text)
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise UserFixable(f"{path} is neither a token nor TOML", f"write {', '.join(_KEYS)}") from fault
    if set(_SIGNING) <= set(said):
        return _signing(said, path)
    if set(said) != set(_KEYS) or not all(isinstance(one, str) and one for one in said.values()):
        raise UserFixable(f"{path} has to hold {', '.join(_KEYS)}, and nothing else", "write the three as texts")
    check_address(said["token_url"])
    return Credentials(client=said)


def _signing(said: dict[str, Any], path: Path) -> Credentials:
    method = said.get("signature_method", next(iter(METHODS)))
    is_known = set(said) <= {*_SIGNING, "signature_method"} and method in METHODS
    if not is_known or not all(isinstance(said[name], str) and said[name] for name in _SIGNING):
        raise UserFixable(
            f"{path} has to hold {' and '.join(_SIGNING)}, and nothing else but signature_method",
            f"signature_method is one of: {', '.join(METHODS)}",
        )
    return Credentials(signer=Signer(said["consumer_key"], said["consumer_secret"], method))
