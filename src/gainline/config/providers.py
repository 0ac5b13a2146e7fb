"""Identity providers: read from a file, one table each, with the promises that every one of them is held to."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NEEDED = {"id", "name", "issuer", "client_id"}
SECRETS = {"client_secret", "client_secret_file"}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def read_providers(path: Path | None) -> list[dict[str, Any]]:
    """What allauth needs of each ``[[provider]]`` in the file; nothing without a file.

    The issuer is the one that stands here, whatever a provider's own description says; PKCE is always used, and who
    somebody is comes from the signed identity token alone.

    Raises
    ------
    ImproperlyConfigured
        When the file cannot be read, a name is missing or unknown, an issuer is no HTTPS address (but on this machine),
        or two providers share an id or an issuer.
    """
    if path is None:
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("provider", [])
    except (OSError, tomllib.TOMLDecodeError) as fault:
        raise ImproperlyConfigured(f"GAINLINE_OIDC_FILE cannot be read: {type(fault).__name__}") from fault
    found = [_provider(table, path.parent) for table in tables]
    for name, values in (("id", [one["id"] for one in tables]), ("issuer", [one["issuer"] for one in tables])):
        if len(set(values)) < len(values):
            raise ImproperlyConfigured(f"GAINLINE_OIDC_FILE: two providers share their {name}")
    return found


def _provider(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    given = set(table)
    if not given >= NEEDED or given - NEEDED - SECRETS or len(given & SECRETS) != 1:
        raise ImproperlyConfigured(
            f"GAINLINE_OIDC_FILE: each [[provider]] has {', '.join(sorted(NEEDED))} and client_secret_file"
        )
    issuer = urlsplit(table["issuer"])
    if issuer.scheme != "https" and not (issuer.scheme == "http" and issuer.hostname in LOOPBACK):
        raise ImproperlyConfigured("GAINLINE_OIDC_FILE: an issuer is an https:// address")
    return {
        "provider_id": table["id"],
        "name": table["name"],
        "client_id": table["client_id"],
        "secret": table.get("client_secret") or _read(folder / table["client_secret_file"]),
        "settings": {
            "server_url": table["issuer"],
            "oauth_pkce_enabled": True,
            "fetch_userinfo": False,
            "openid_configuration_overrides": {"issuer": table["issuer"]},
        },
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ImproperlyConfigured(f"GAINLINE_OIDC_FILE: {path.name} cannot be read") from fault
