"""Ed25519 signatures over files, so that openssl and minisign can check what we wrote without us."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_NOT_OURS = "the key is not of the kind Ed25519, or it is locked with a password"
_UNTRUSTED, _TRUSTED = "untrusted comment: signature of a Gainline ledger", "trusted comment: "
_PLAIN = b"Ed"  # minisign's word for a signature over the file itself, which is what openssl checks, too


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a district's key: 32 bytes that anybody may have."""

    raw: bytes

    @classmethod
    def read(cls, pem: bytes) -> PublicKey:
        """The key of a PEM file.

        Raises
        ------
        ValueError
            When it is no public Ed25519 key.
        """
        try:
            key = load_pem_public_key(pem)
        except UnsupportedAlgorithm as fault:
            raise ValueError(_NOT_OURS) from fault
        if isinstance(key, Ed25519PublicKey):
            return cls(key.public_bytes_raw())
        raise ValueError(_NOT_OURS)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key in DER, 64 hex digits: ``openssl pkey -pubin -outform DER | sha256sum``."""
        return hashlib.sha256(self._key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()

    def pem(self) -> bytes:
        """The key as a PEM file."""
        return self._key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def minisign(self) -> str:
        """The key as `minisign -P` takes it.

        Source: minisign's file format, jedisct1.github.io/minisign.
        """
        return base64.b64encode(_PLAIN + self.number + self.raw).decode()

    @property
    def number(self) -> bytes:
        """Eight bytes by which minisign tells keys apart; of ours, the beginning of the fingerprint."""
        return bytes.fromhex(self.fingerprint)[:8]

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Tell whether the holder of the private half signed these very bytes."""
        try:
            self._key().verify(signature, content)
        except InvalidSignature:
            return False
        return True

    def minisigned(self, content: bytes, file: bytes) -> bool:
        """Tell whether a ``.minisig`` file is, byte for byte, this key's signature over these bytes."""
        try:
            _, body, comment, whole, _ = file.decode().split("\n")
            signature, of_all = base64.b64decode(body), base64.b64decode(whole)
        except ValueError:
            return False
        said = comment.removeprefix(_TRUSTED)
        # written again it is the same file: so there is nothing in it that decoding passed over
        is_ours = signature[:10] == _PLAIN + self.number and file == _minisig(signature, said, of_all)
        return is_ours and self.signed(content, signature[10:]) and self.signed(signature[10:] + said.encode(), of_all)

    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """The private half; its 32 bytes are printed nowhere, not even in a traceback's values."""

    seed: bytes

    @classmethod
    def read(cls, pem: bytes) -> PrivateKey:
        """The key of a PEM file.

        Raises
        ------
        ValueError
            When it is no private Ed25519 key without a password.
        """
        try:
            key = load_pem_private_key(pem, password=None)
        except (TypeError, UnsupportedAlgorithm) as fault:
            raise ValueError(_NOT_OURS) from fault
        if isinstance(key, Ed25519PrivateKey):
            return cls(key.private_bytes_raw())
        raise ValueError(_NOT_OURS)

    def pem(self) -> bytes:
        """The key as a PEM file; only its owner may read it."""
        return self._key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> PublicKey:
        """The half that goes out."""
        return PublicKey(self._key().public_key().public_bytes_raw())

    def sign(self, content: bytes) -> bytes:
        """The signature over these bytes, 64 bytes; the same bytes give the same signature.

        Source: RFC 8032, section 5.1.6.
        """
        return self._key().sign(content)

    def minisign(self, content: bytes, comment: str) -> bytes:
        """The same signature as a ``.minisig`` file, with a comment that is signed, too.

        Source: minisign's file format, jedisct1.github.io/minisign: algorithm ``Ed``.
        """
        signature = self.sign(content)
        return _minisig(_PLAIN + self.public.number + signature, comment, self.sign(signature + comment.encode()))

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _minisig(signature: bytes, comment: str, of_all: bytes) -> bytes:
    body, whole = base64.b64encode(signature).decode(), base64.b64encode(of_all).decode()
    return f"{_UNTRUSTED}\n{body}\n{_TRUSTED}{comment}\n{whole}\n".encode()
