"""Accounts: who signs in, by e-mail address; one account belongs to one district."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django_scopes import ScopedManager

from gainline.store.tenancy import Timed, public_ids


class Directory(BaseUserManager["Account"]):
    """Finds accounts for signing in, when no district is known yet; everything else goes through `colleagues`."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:  # noqa: ANN401
        """A new account; without a password it can only sign in by the district's identity provider."""
        is_first = fields.pop("is_password_first", False)
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.is_password_first = is_first
        account.save(using=self._db)
        return account


class Account(Timed, AbstractBaseUser):  # type: ignore[misc]  # two abstract Metas
    """A person who works for a district."""

    public_id = public_ids("acc")
    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    is_password_first = models.BooleanField(default=False)  # somebody else has seen it, so it must not stay
    session_epoch = models.PositiveIntegerField(default=0)  # counts up when every session has to end
    through: Any = None  # no column: the token by which a program acts for this account, while it does
    known: Any = None  # no column: what it may do, found once, while a request only reads

    objects = Directory()
    colleagues = ScopedManager(district="district")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """A password of one's own; it is nobody's first any more."""
        super().set_password(raw_password)
        self.is_password_first = False

    def end_sessions(self) -> None:
        """End every session of this account, wherever it runs, with its next request."""
        Account.objects.filter(pk=self.pk).update(session_epoch=models.F("session_epoch") + 1)
        self.refresh_from_db(fields=["session_epoch"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must agree with: it ends with the password, when disabled, and when all have to end."""
        word = f"{self.password}:{self.session_epoch}:{self.is_active}"
        return salted_hmac("gainline.session", word, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """The name as the person writes it."""
        return self.name
