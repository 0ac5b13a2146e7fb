"""Credentials: a bearer token from a file, or one that the server gives for a client's id and secret."""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from gainline.engine.core.errors import Missing, NotAllowed, UserFixable
from gainline.road.pulling.client import Client, Page, check_address

SCOPES = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
_KEYS = ("token_url", "client_id", "client_secret")


@dataclass(slots=True)
class Credentials:
    """What lets us in; a token that ran out is asked for anew, once a request.

    Parameters
    ----------
    token
        The bearer token; empty where it has to be asked for.
    client
        ``token_url``, ``client_id`` and ``client_secret``, where it is asked for.
    """

    token: str = field(default="", repr=False)
    client: dict[str, str] = field(default_factory=dict, repr=False)

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
            headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
            page = client.ask(address, headers)
            if page.status not in (401, 403):
                return page
            if not self.client:
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
            token = json.loads(page.body)["access_token"] if page.status == 200 else None
        except (ValueError, KeyError, TypeError):
            token = None
        if not isinstance(token, str) or not token:
            raise NotAllowed(
                f"IN347: the token address gives no token (status {page.status})", "check client_id and client_secret"
            )
        return token


def read_credentials(path: Path) -> Credentials:
    """Read a file that holds one bearer token, or TOML with ``token_url``, ``client_id`` and ``client_secret``.

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
    if set(said) != set(_KEYS) or not all(isinstance(one, str) and one for one in said.values()):
        raise UserFixable(f"{path} has to hold {', '.join(_KEYS)}, and nothing else", "write the three as texts")
    check_address(said["token_url"])
    return Credentials(client=said)
