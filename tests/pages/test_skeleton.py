"""The application answers, and the library and the offline terminal do without it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.django_db
def test_the_health_page_answers_without_an_account(client):
    assert client.get("/health/").json()["database"] == "ok"


@pytest.mark.django_db
def test_the_first_screen_sends_a_stranger_to_the_door(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "words", ["import gainline", "from gainline.cli.app import app; list(app.registered_commands)"]
)
def test_the_library_and_the_terminal_do_not_load_django(words):
    script = f"import sys; {words}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
