"""Keys and bundles that are none of ours are refused in words."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gainline.engine.ledger import zipped
from gainline.engine.ledger.signing import PrivateKey, PublicKey


def test_a_key_of_another_kind_is_refused():
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(ValueError, match="key"):
        PublicKey.read(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_a_key_comes_back_from_its_own_file():
    public = PrivateKey(bytes(32)).public
    assert PublicKey.read(public.pem()) == public


def test_a_zip_larger_than_any_bundle_is_not_opened(monkeypatch):
    monkeypatch.setattr(zipped, "LARGEST", 3)
    with pytest.raises(zipped.NotOurZip, match="larger"):
        zipped.unzipped(b"four")


def test_a_key_of_a_kind_that_nobody_knows_is_refused():
    raw = PrivateKey(bytes(32)).public.pem()
    der = base64.b64decode(b"".join(raw.splitlines()[1:-1]))
    strange = der.replace(bytes.fromhex("06032b6570"), bytes.fromhex("06032b6501"))  # an object identifier of nothing
    assert strange != der
    body = base64.b64encode(strange)
    with pytest.raises(ValueError, match="Ed25519"):
        PublicKey.read(b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n")


def test_minisign_gets_the_algorithm_the_number_and_the_key():
    public = PrivateKey(bytes(32)).public
    told = base64.b64decode(public.minisign())
    assert told == b"Ed" + bytes.fromhex(public.fingerprint[:16]) + public.raw
