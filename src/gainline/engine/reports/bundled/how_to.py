"""VERIFY.md: how an outsider checks a bundle with sha256sum, openssl and Python's standard library."""

from __future__ import annotations

from importlib import resources
from string import Template

from gainline.engine.ledger.signing import PublicKey


def how_to_verify(*, name: str, district: str, key: PublicKey, head: str) -> bytes:
    """The bundle's own instructions.

    Parameters
    ----------
    name
        The zip's name.
    district
        Who signed.
    key
        The key that signed.
    head
        The ledger's head as ``SIZE:HASH``.
    """
    text = resources.files(__package__).joinpath("verify.txt").read_text(encoding="utf-8")
    filled = Template(text).substitute(
        name=name, district=district, fingerprint=key.fingerprint, minisign=key.minisign(), head=head
    )
    return filled.encode()
