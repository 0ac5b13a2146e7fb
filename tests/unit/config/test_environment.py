"""The environment is read strictly, secrets come from files, and logs name nobody."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from gainline.config.environment import postgresql, read_environment, sqlite
from gainline.config.logs import Impersonal, JsonLines, clean


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
    (tmp_path / "key").write_text("from a file\n")
    (tmp_path / "url").write_text("postgresql://me:it%27s@db.example:5433/district\n")
    found = read_environment(
        {"GAINLINE_SECRET_KEY_FILE": str(tmp_path / "key"), "GAINLINE_DATABASE_URL_FILE": str(tmp_path / "url")}
    )
    assert found.secret_key == "from a file"
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
