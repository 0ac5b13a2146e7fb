"""Signed requests against the examples that RFC 5849 prints."""

from __future__ import annotations

import pytest

from gainline.road.pulling.oauth1 import Signer, base_string, signature

BASE = (
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D"
    "%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
    "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
)


def said(**more: str) -> list[tuple[str, str]]:
    return [(f"oauth_{name}", value) for name, value in ({"signature_method": "HMAC-SHA1"} | more).items()]


def test_the_base_string_is_the_one_of_section_3_4_1_1() -> None:
    own = said(
        consumer_key="9djdj82h48djs9d2",
        token="kkk9d7dh3k39sjv7",
        timestamp="137131201",
        nonce="7d8f3e4a",
    )
    address = "HTTP://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
    assert base_string("POST", address, own, form=[("c2", ""), ("a3", "2 q")]) == BASE


def test_the_signature_is_the_one_of_section_1_2() -> None:
    own = said(
        consumer_key="dpf43f3p2l4k3l03",
        token="nnch734d00sl2jdk",
        timestamp="137131202",
        nonce="chapoH",
    )
    base = base_string("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", own)
    assert signature(base, "HMAC-SHA1", ("kd94hf93k423kf44", "pfkkdhi9sl3r4s00")) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_a_request_is_signed_anew_with_its_own_time_and_nonce(method: str) -> None:
    stamps = iter([(1_700_000_000, "one"), (1_700_000_001, "two")])
    signer = Signer("key", "secret & more", method, lambda: next(stamps))
    first, second = (signer.header("https://sis.example.org/v1p1/users?limit=10") for _ in range(2))
    assert first.startswith("OAuth ")
    assert f'oauth_signature_method="{method}"' in first
    assert 'oauth_nonce="one"' in first
    assert first != second
    assert "secret" not in repr(signer) + first
