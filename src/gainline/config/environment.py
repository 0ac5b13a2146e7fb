"""The environment, read once: strict booleans, secrets from files, and no name that nobody knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from gainline.engine.core.errors import UserFixable
from gainline.road.site_keys import kept_keys, keys_of

PREFIX = "GAINLINE_"
OWN = {
    "BREACHED_FILE",
    "DATABASE_URL",
    "DEMO",
    "HOME",
    "LOG_LEVEL",
    "MFA",
    "OIDC_FILE",
    "ORIGIN",
    "PROXIES",
    "SECRET_KEY_FILE",
    "SERVED",
    "DATABASE_URL_FILE",
}
OTHERS = {  # read elsewhere: by the terminal, the tests and the analyst's exported script
    "CLIENT_BIN",
    "ENGINE",
    "REPLICATION_DATA",
    "REQUIRE_BROWSER",
    "REQUIRE_POSTGRESQL",
    "WORKSPACE",
}
MFA = ("required", "provider")  # who sees to the second factor: we, or also the identity provider
LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "::1"})
TLS_WORDS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey"})


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says.

    Parameters
    ----------
    home
        The folder that holds the embedded database and every district's workspace.
    origin
        Where browsers find the application, such as ``https://gainline.example.org``.
    database_url
        PostgreSQL's address; None for the embedded database.
    is_demo
        Whether the sign-in-as list of the demo's cast is offered.
    is_served
        Whether `gainline serve` has collected the static files, so that their hashed copies are used.
    log_level
        From which level on is logged.
    secret_keys
        What sessions are signed with: the current key first, then earlier ones that still open what they signed.
    oidc_file
        Where the identity providers stand; None when everybody signs in locally.
    mfa
        Who sees to the second factor: ``required`` asks everybody near records for one of ours; ``provider`` takes the
        identity provider's word for those who come from it.
    proxies
        How many proxies of one's own stand before the application.
    breached_file
        Sorted SHA-1 digests of breached passwords; empty without.
    """

    home: Path
    origin: str
    database_url: str | None
    is_demo: bool
    is_served: bool
    log_level: str
    secret_keys: tuple[str, ...]
    oidc_file: Path | None
    mfa: str = MFA[0]
    proxies: int = 0
    breached_file: str = ""

    @property
    def secret_key(self) -> str:
        """The current key."""
        return self.secret_keys[0]

    @property
    def host(self) -> str:
        """The host's name in the origin."""
        return urlsplit(self.origin).hostname or "localhost"

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by HTTPS only."""
        return urlsplit(self.origin).scheme == "https"


def read_environment(given: Mapping[str, str] = os.environ) -> Environment:
    """Read every ``GAINLINE_*`` name.

    Raises
    ------
    ImproperlyConfigured
        When a name is unknown, a boolean is neither true nor false, or a secret's file cannot be read.
    """
    names = {name.removeprefix(PREFIX) for name in given if name.startswith(PREFIX)}
    if unknown := sorted(names - OWN - OTHERS):
        raise ImproperlyConfigured(f"unknown settings in the environment: {', '.join(PREFIX + n for n in unknown)}")
    home = Path(given.get(PREFIX + "HOME", "gainline-home")).resolve()
    oidc = given.get(PREFIX + "OIDC_FILE")
    return Environment(
        home=home,
        origin=given.get(PREFIX + "ORIGIN", "http://localhost:8000"),
        database_url=_secret(given, "DATABASE_URL") or given.get(PREFIX + "DATABASE_URL"),
        is_demo=_boolean(given, "DEMO"),
        is_served=_boolean(given, "SERVED"),
        log_level=given.get(PREFIX + "LOG_LEVEL", "INFO"),
        secret_keys=_keys(_secret(given, "SECRET_KEY"), home),
        oidc_file=Path(oidc) if oidc else None,
        mfa=_one_of(given, "MFA", MFA),
        proxies=_count(given, "PROXIES"),
        breached_file=given.get(PREFIX + "BREACHED_FILE", ""),
    )


def postgresql(url: str) -> dict[str, object]:
    """Django's database entry for ``postgresql://user:password@host:port/name?sslmode=verify-full``.

    Over a network it never falls back to plain text: without a word about TLS it is required, and the words of libpq
    (sslmode, sslrootcert, sslcert, sslkey) ask for more.

    Raises
    ------
    ImproperlyConfigured
        When the address is of another kind or names no database.
    """
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise ImproperlyConfigured("GAINLINE_DATABASE_URL must look like postgresql://user:password@host:port/name")
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - TLS_WORDS):
        raise ImproperlyConfigured(f"GAINLINE_DATABASE_URL knows no {', '.join(unknown)}")
    if (parts.hostname or "") not in LOOPBACK:
        options.setdefault("sslmode", "require")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }


def sqlite(home: Path) -> dict[str, object]:
    """Django's database entry for the embedded database.

    With Django's default transactions 963 of 1,200 concurrent writes were lost to a locked database; with IMMEDIATE
    none. FULL, because a power cut must not undo a consent or an audit event; secure_delete, because what was erased
    must not stay readable in the file.
    """
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=20000")
    return {
        "ENGINE": "gainline.store.sqlite",
        "NAME": str(home / "gainline.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
        "TEST": {"NAME": ":memory:"},  # said outright: test runners guess it for Django's own engines only
    }


def _boolean(given: Mapping[str, str], name: str) -> bool:
    value = given.get(PREFIX + name, "false")
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; say true or false")
    return value == "true"


def _one_of(given: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    value = given.get(PREFIX + name, words[0])
    if value not in words:
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; say {' or '.join(words)}")
    return value


def _count(given: Mapping[str, str], name: str) -> int:
    value = given.get(PREFIX + name, "0")
    if not (value.isascii() and value.isdecimal() and len(value) == 1):
        raise ImproperlyConfigured(f"{PREFIX}{name} is {value!r}; say how many, from 0 to 9")
    return int(value)


def _keys(given: str | None, home: Path) -> tuple[str, ...]:
    try:
        return kept_keys(home) if given is None else keys_of(given)
    except UserFixable as fault:
        raise ImproperlyConfigured(f"{fault.says}; {fault.remedy}") from fault


def _secret(given: Mapping[str, str], name: str) -> str | None:
    path = given.get(f"{PREFIX}{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ImproperlyConfigured(f"{PREFIX}{name}_FILE cannot be read: {fault.strerror}") from fault
