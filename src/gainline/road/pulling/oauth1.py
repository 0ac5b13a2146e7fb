"""Signed requests: OAuth 1.0a with a consumer key and secret, as OneRoster 1.1 services may ask for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

METHODS = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
"""Signature methods by the name that stands in the request; OneRoster 1.1 names the first."""
_PLAIN_PORTS = {"http": 80, "https": 443}
Stamp = tuple[int, str]
Pairs = Sequence[tuple[str, str]]


def now() -> Stamp:
    """Seconds since 1970 and a word that was never used before."""
    return int(time.time()), secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs one request after another.

    Parameters
    ----------
    key, secret
        The consumer's; there is no token of a resource owner, because nobody is asked (two-legged OAuth).
    method
        One of `METHODS`.
    stamp
        Gives time and nonce of the next request.
    """

    key: str
    secret: str = field(repr=False)
    method: str = "HMAC-SHA256"
    stamp: Callable[[], Stamp] = now

    def header(self, address: str) -> str:
        """The `Authorization` header of a GET of this address.

        Source: RFC 5849, sections 3.1, 3.4.2 and 3.5.1.
        """
        seconds, nonce = self.stamp()
        said = {
            "oauth_consumer_key": self.key,
            "oauth_nonce": nonce,
            "oauth_signature_method": self.method,
            "oauth_timestamp": str(seconds),
            "oauth_version": "1.0",
        }
        base = base_string("GET", address, list(said.items()))
        said["oauth_signature"] = signature(base, self.method, (self.secret, ""))
        return "OAuth " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in sorted(said.items()))


def signature(base: str, method: str, secrets_of: tuple[str, str]) -> str:
    """The signature of a base string with the client's and the token's secret, the latter empty where there is none.

    Source: RFC 5849, section 3.4.2; HMAC-SHA256 as OneRoster 1.1 asks for it differs in the hash alone.
    """
    key = "&".join(_escaped(one) for one in secrets_of)
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), METHODS[method])).decode()


def base_string(verb: str, address: str, said: Pairs, *, form: Mapping[str, str] | Pairs = ()) -> str:
    """What is signed: the verb, the address without its query, and every parameter in order.

    Parameters
    ----------
    said
        The protocol's own parameters, without realm and signature.
    form
        Parameters of a form in the body.

    Source: RFC 5849, sections 3.4.1.1 to 3.4.1.3.
    """
    parts = urlsplit(address)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port and parts.port != _PLAIN_PORTS.get(scheme) else ""
    own = list(form.items()) if isinstance(form, Mapping) else list(form)
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *own, *said]
    inside = "&".join(f"{name}={value}" for name, value in sorted((_escaped(n), _escaped(v)) for n, v in pairs))
    return "&".join(_escaped(one) for one in (verb.upper(), f"{scheme}://{host}{port}{parts.path or '/'}", inside))


def _escaped(text: str) -> str:
    """Percent-encoded but for letters, digits, `-`, `.`, `_` and `~` (section 3.6)."""
    return quote(text, safe="-._~")
