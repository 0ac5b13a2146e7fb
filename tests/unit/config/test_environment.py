"""The environment is read strictly, secrets come from files, and logs name nobody."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from gainline.config.environment import postgresql, read_environment, sqlite
from gainline.config.logs import Impersonal, JsonLines, clean
from gainline.config.providers import read_providers
from gainline.engine.core.errors import UserFixable
from gainline.road.site_keys import rotate_key

NEW, OLD = "n" * 48, "o" * 48


def test_an_unknown_name_is_an_error(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="GAINLINE_HOEM"):
        read_environment({"GAINLINE_HOEM": "x"})


@pytest.mark.parametrize("value", ["1", "yes", "True", ""])
def test_a_boolean_is_true_or_false(value):
    with pytest.raises(ImproperlyConfigured, match="GAINLINE_DEMO"):
        read_environment({"GAINLINE_DEMO": value})


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = read_environment({"GAINLINE_HOME": str(tmp_path)})
    assert read_environment({"GAINLINE_HOME": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / ".secret-key").stat().st_mode & 0o077 == 0


def test_secrets_come_from_files(tmp_path):
    (tmp_path / "key").write_text(f"{NEW}\n{OLD}\n")
    (tmp_path / "url").write_text("postgresql://me:it%27s@db.example:5433/district\n")
    found = read_environment(
        {"GAINLINE_SECRET_KEY_FILE": str(tmp_path / "key"), "GAINLINE_DATABASE_URL_FILE": str(tmp_path / "url")}
    )
    assert found.secret_keys == (NEW, OLD)
    assert postgresql(found.database_url)["PASSWORD"] == "it's"
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        read_environment({"GAINLINE_SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("url", ["mysql://me@db/district", "postgresql://me@db/"])
def test_another_kind_of_database_is_refused(url):
    with pytest.raises(ImproperlyConfigured):
        postgresql(url)


def test_the_embedded_database_waits_for_its_lock_and_never_loses_what_was_committed(tmp_path):
    options = sqlite(tmp_path)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        assert f"PRAGMA {pragma};" in options["init_command"]


def test_an_origin_with_https_makes_cookies_secure():
    found = read_environment({"GAINLINE_ORIGIN": "https://gainline.example.org"})
    assert (found.is_secure, found.host) == (True, "gainline.example.org")


def test_a_message_keeps_neither_query_strings_nor_addresses():
    assert clean("GET /aims/?name=Lena+Small by lena@example.org") == "GET /aims/?[cut] by [address]"


def test_a_logged_error_shows_its_place_and_never_its_words():
    try:
        int("Lena Small, 4711")
    except ValueError:
        record = logging.LogRecord("gainline", logging.ERROR, __file__, 1, "it broke: %s", ("x?a=1",), sys.exc_info())
    record.request = "a request"
    Impersonal().filter(record)
    line = json.loads(JsonLines().format(record))
    assert line["raised"] == "ValueError"
    assert line["places"][-1].startswith("test_environment.py:")
    assert "Lena" not in json.dumps(line)
    assert line["says"] == "it broke: x?[cut]"


def test_a_rotated_key_signs_and_the_one_before_still_opens(tmp_path):
    first = read_environment({"GAINLINE_HOME": str(tmp_path)}).secret_keys
    path = rotate_key(tmp_path)
    second = read_environment({"GAINLINE_HOME": str(tmp_path)}).secret_keys
    assert second[1:] == first
    assert second[0] != first[0]
    assert path.stat().st_mode & 0o077 == 0
    rotate_key(tmp_path)
    assert first[0] not in read_environment({"GAINLINE_HOME": str(tmp_path)}).secret_keys


def test_a_home_without_a_key_cannot_rotate_one(tmp_path):
    with pytest.raises(UserFixable, match="no key"):
        rotate_key(tmp_path)


@pytest.mark.parametrize(
    "given",
    [{"GAINLINE_MFA": "off"}, {"GAINLINE_MFA": ""}, {"GAINLINE_PROXIES": "-1"}, {"GAINLINE_PROXIES": "many"}],
)
def test_a_word_that_would_weaken_the_shell_is_refused(given):
    with pytest.raises(ImproperlyConfigured, match=next(iter(given))):
        read_environment(given)


def test_a_short_key_is_refused(tmp_path):
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(ImproperlyConfigured, match="at least 40"):
        read_environment({"GAINLINE_SECRET_KEY_FILE": str(tmp_path / "key")})


def test_a_database_over_a_network_is_reached_by_tls_only():
    assert postgresql("postgresql://me@db.example/district")["OPTIONS"] == {"sslmode": "require"}
    assert postgresql("postgresql://me@localhost/district")["OPTIONS"] == {}
    strict = "postgresql://me@db.example/district?sslmode=verify-full&sslcert=/etc/gainline/me.crt"
    assert postgresql(strict)["OPTIONS"] == {"sslmode": "verify-full", "sslcert": "/etc/gainline/me.crt"}
    with pytest.raises(ImproperlyConfigured, match="options"):
        postgresql("postgresql://me@db.example/district?options=-c%20x")


PROVIDER = """
[[provider]]
id = "{id}"
name = "District"
issuer = "{issuer}"
client_id = "gainline"
client_secret_file = "secret"
"""


def test_providers_are_read_with_what_they_are_held_to(tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")
    path = tmp_path / "oidc.toml"
    path.write_text(PROVIDER.format(id="district", issuer="https://login.example"))
    (found,) = read_providers(path)
    assert found["secret"] == "s3cret"
    assert found["settings"]["oauth_pkce_enabled"]
    assert found["settings"]["openid_configuration_overrides"] == {"issuer": "https://login.example"}
    assert read_providers(None) == []


@pytest.mark.parametrize(
    "tables",
    [
        [("a", "http://login.example")],
        [("a", "https://a.example"), ("a", "https://b.example")],
        [("a", "https://a.example"), ("b", "https://a.example")],
    ],
)
def test_providers_that_could_be_mixed_up_or_overheard_are_refused(tmp_path, tables):
    (tmp_path / "secret").write_text("s3cret\n")
    path = tmp_path / "oidc.toml"
    path.write_text("".join(PROVIDER.format(id=key, issuer=issuer) for key, issuer in tables))
    with pytest.raises(ImproperlyConfigured, match="GAINLINE_OIDC_FILE"):
        read_providers(path)


@pytest.mark.parametrize("text", ["no toml", "[[provider]]\nid = 'a'\n", PROVIDER + "more = 1\n"])
def test_a_file_of_providers_that_says_too_little_or_too_much_is_refused(tmp_path, text):
    path = tmp_path / "oidc.toml"
    path.write_text(text)
    with pytest.raises(ImproperlyConfigured, match="GAINLINE_OIDC_FILE"):
        read_providers(path)
