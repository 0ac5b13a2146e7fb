"""The fence: rows are only seen within one district; a query outside of any is an error, never everybody's rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled

ID_BYTES = 10


@contextmanager
def within(district_id: int) -> Iterator[None]:
    """See this district's rows and no other's."""
    with scope(district=district_id):
        yield


@contextmanager
def across_districts(*, why: str) -> Iterator[None]:
    """See every district's rows: for the clock, backups and sign-in, each with its reason.

    Raises
    ------
    ValueError
        When no reason is given.
    """
    if not why.strip():
        raise ValueError("looking across districts needs a reason")
    with scopes_disabled():
        yield


def public_id(prefix: str) -> str:
    """A random id for addresses, such as ``aim_k3...``: it cannot be guessed, and counts nothing."""
    return f"{prefix}_{secrets.token_hex(ID_BYTES)}"


def id_of(prefix: str) -> Callable[[], str]:
    """The maker of ids for one model."""
    return partial(public_id, prefix)


def fenced() -> Any:  # noqa: ANN401 - django-scopes makes the class at run time
    """The door to a model's rows that fails closed when no district is in scope."""
    return ScopedManager(district="district")


class Timed(models.Model):
    """A row that knows when it was made and last changed."""

    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Tenant(Timed):
    """A row that belongs to one district and is only seen within it."""

    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="+")

    objects = fenced()

    class Meta:
        abstract = True
