"""Passwords: long, of any letters, not common, not of this place, not stolen; nothing is looked up online."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from gainline.web.passwords import NotBreached, NotOfThisPlace

GOOD = [
    "a long and quiet river",
    "ünïcödé ist auch gut",
    "1234 5678 90 ab cd",
    "x" * 3 + "y" * 61,
    "правда жизни 2",
    "       spaced out  ",
]
BAD = {
    "elevenchars": "password_too_short",
    "password1234": "password_too_common",
    "Riverbend2026!": "of_place",
    "GainlineGainline1": "of_place",
    "Teacher-Tariq-2026": "of_place",
    "WelcomeToUnified": "of_place",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_of_any_kind_is_taken(cast, password):
    validate_password(password, cast["teacher"])


@pytest.mark.parametrize("password", BAD)
def test_a_weak_password_is_refused_and_why(cast, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, cast["teacher"])
    assert BAD[password] in {error.code for error in refused.value.error_list}


def test_a_word_of_the_place_within_a_long_password_does_no_harm(cast):
    NotOfThisPlace().validate("the school bus sings at dawn", cast.lead)
    NotOfThisPlace().validate("the school bus sings at dawn")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_the_file_of_breached_passwords_is_found_by_halving(tmp_path, count):
    known = [f"stolen number {n}" for n in range(count)]
    lines = sorted(f"{hashlib.sha1(word.encode()).hexdigest().upper()}:{n}" for n, word in enumerate(known))
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    validator = NotBreached(str(path))
    for word in known:
        with pytest.raises(ValidationError):
            validator.validate(word)
    for n in range(50):
        validator.validate(f"never seen {n}")


def test_without_a_file_nothing_is_asked():
    NotBreached().validate("anything")


def test_the_fields_mask_what_is_typed_and_let_password_managers_work(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_a_password_counts_to_its_last_sign_and_is_stretched(cast):
    who = cast["teacher"]
    who.set_password("x" * 100 + "A")
    assert not who.check_password("x" * 100 + "a")
    assert not who.check_password("x" * 100)
    assert who.check_password("x" * 100 + "A")
    method, rounds, *_ = who.password.split("$")
    assert (method, int(rounds) >= 600_000) == ("pbkdf2_sha256", True)


def test_a_forgotten_password_leads_to_a_person_never_to_a_secret_question_or_a_mail(cast, client, mailoutbox):
    assert "/accounts/password/reset/" in client.get("/accounts/login/").content.decode()
    assert "a person helps you" in client.get("/accounts/password/reset/").content.decode()
    for email in (cast.lead.email, "no@body.example"):
        assert client.post("/accounts/password/reset/", {"email": email}).status_code == 405
    assert mailoutbox == []
