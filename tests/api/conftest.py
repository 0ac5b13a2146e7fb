"""Programs for the tests of the API: a client that brings a token of one of the cast's grants."""

from __future__ import annotations

import pytest
from django.test import Client

from gainline.services import tokens


def a_program(account, *, may_write=True, days=30):
    """A client with a token for an account's first living grant; its ``token`` is the row."""
    held = tokens.own_grants(by=account)[0]
    issued = tokens.issue(by=account, name="the data team's script", held=held, days=days, may_write=may_write)
    client = Client(headers={"Authorization": f"Bearer {issued.secret}"})
    client.token, client.secret = issued.token, issued.secret
    return client


@pytest.fixture
def program():
    """Makes clients that bring tokens."""
    return a_program
