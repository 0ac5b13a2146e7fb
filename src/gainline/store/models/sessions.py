"""Sessions: browsers that are signed in, each with its account, so that people see and end their own.

Django finds the engine of sessions by this module's name. A session stands before any district is known: the fence of
tenants is not around it, and only its own account's services read it.

Source: https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Stored
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class SignIn(AbstractBaseSession):
    """A browser's session; without an account as long as nobody has signed in there."""

    account = models.ForeignKey("store.Account", on_delete=models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """What reads and writes these rows."""
        return SessionStore


class SessionStore(Stored):
    """Sessions in the database, each with the account that signed in."""

    @classmethod
    def get_model_class(cls) -> type[SignIn]:
        """The table."""
        return SignIn

    def create_model_instance(self, data: dict[str, Any]) -> SignIn:
        """A row that names the account beside the sealed content."""
        row: SignIn = super().create_model_instance(data)  # type: ignore[assignment]  # of get_model_class
        row.account_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]  # the column of a foreign key
        return row
