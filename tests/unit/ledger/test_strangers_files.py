"""Keys and bundles that are none of ours are refused in words."""

from __future__ import annotations

import base64
import io
import struct
from zipfile import ZipFile
from zlib import crc32

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


def test_a_bundle_holds_256_mib_at_most():
    with pytest.raises(zipped.NotOurZip, match="larger"):
        zipped.unzipped(bytes(256 * 1024 * 1024 + 1))
    with pytest.raises(zipped.NotOurZip, match="damaged"):
        zipped.unzipped(bytes(256 * 1024 * 1024))


def test_a_bundle_holds_500_files_at_most():
    files = {f"{number:03}.txt": b"" for number in range(501)}
    with pytest.raises(zipped.NotOurZip, match="more than it does"):
        zipped.unzipped(zipped.zipped(files))
    del files["500.txt"]
    assert zipped.unzipped(zipped.zipped(files)) == files


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


def test_every_field_of_a_zip_is_the_same_wherever_it_is_made():
    content = zipped.zipped({"b.txt": b"two", "a.txt": b"one"})
    assert content[:30] == b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, crc32(b"one"), 3, 3, 5, 0)
    assert content[-22:] == b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 2, 2, 2 * (46 + 5), 2 * (30 + 5 + 3), 0)
    for info in ZipFile(io.BytesIO(content)).infolist():
        versions = (info.create_version, info.extract_version, info.create_system, info.volume)
        assert versions == (20, 20, 3, 0)
        assert (info.flag_bits, info.compress_type, info.internal_attr) == (0, 0, 0)
        assert (info.external_attr, info.date_time) == (0o100644 << 16, (1980, 1, 1, 0, 0, 0))
