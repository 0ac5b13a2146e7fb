"""Identifiers: content digests and the pseudonymous key that stands for a person in every fact."""

from __future__ import annotations

import hashlib
import re

_SLUG = re.compile(r"^[a-z][a-z0-9-]{0,62}$")


def is_slug(text: str) -> bool:
    """Tell whether text may name a plan, a tool or a pilot: lower case, digits and hyphens, a letter first."""
    return bool(_SLUG.match(text))


def digest_bytes(content: bytes) -> str:
    """SHA-256 of the content, as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def person_key(salt: bytes, source: str, value: str) -> int:
    """The pseudonym of one identifier in one source system: a positive 63-bit integer.

    Keyed with the workspace's secret salt, so that nobody without the salt can go back from a key to an identifier by
    trying all of them. Two different identifiers collide with probability below 1e-6 in a district of a million.

    Source: keyed BLAKE2b (RFC 7693, section 2.9).
    """
    hashed = hashlib.blake2b(f"{source}\x1f{value}".encode(), digest_size=8, key=salt[:64]).digest()
    return int.from_bytes(hashed, "big") >> 1
