"""The fence: rows are only seen within one district; a query outside of any is an error, never everybody's rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled

from gainline.engine.core.errors import Conflict

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


def district_in_scope() -> int | None:
    """The district whose fence is open; None outside of any."""
    found = get_scope().get("district")
    return found if isinstance(found, int) else None


def public_id(prefix: str) -> str:
    """A random id for addresses, such as ``aim_k3...``: it cannot be guessed, and counts nothing."""
    return f"{prefix}_{secrets.token_hex(ID_BYTES)}"


def id_of(prefix: str) -> Callable[[], str]:
    """The maker of ids for one model."""
    return partial(public_id, prefix)


def public_ids(prefix: str) -> Any:  # noqa: ANN401 - a column; its type is Django's affair
    """The column of a model's ids in addresses."""
    return models.CharField(max_length=40, unique=True, default=id_of(prefix), editable=False)


class Timed(models.Model):
    """A row that knows when it was made and last changed."""

    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    if TYPE_CHECKING:  # ids of keys and the ways back along them, which Django adds at run time

        def __getattr__(self, name: str) -> Any: ...  # noqa: ANN401

    class Meta:
        abstract = True


class Tenant(Timed):
    """A row that belongs to one district and is only seen and written within it."""

    district_id: int

    district = models.ForeignKey("store.District", on_delete=models.PROTECT, related_name="+")

    objects = ScopedManager(district="district")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        """Write the row into the district whose fence is open.

        Raises
        ------
        Conflict
            ST001 when the row names another district than the one in scope.
        """
        here = district_in_scope()
        if self.district_id is None and here is not None:
            self.district_id = here
        if here is not None and self.district_id != here:
            raise Conflict("ST001 a row of another district cannot be written here", "open that district first")
        super().save(*args, **kwargs)


class Unchanging(models.QuerySet[Any]):
    """Rows that nobody changes in bulk."""

    def update(self, **fields: object) -> NoReturn:
        """Refuse."""
        raise _never()

    def bulk_update(self, *_args: object, **_fields: object) -> NoReturn:
        """Refuse."""
        raise _never()

    def delete(self) -> NoReturn:
        """Refuse."""
        raise _never()


class Immutable(Tenant):
    """A row that is written once; triggers of the database keep it, too (`store.fences`)."""

    objects = ScopedManager(_manager_class=models.Manager.from_queryset(Unchanging), district="district")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        """Write the row, once.

        Raises
        ------
        Conflict
            ST002 when it stands already.
        """
        if not self._state.adding:
            raise _never()
        super().save(*args, **kwargs)

    def delete(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refuse.

        Raises
        ------
        Conflict
            ST002 always.
        """
        raise _never()


def _never() -> Conflict:
    return Conflict("ST002 this row is kept as it was written", "write a new one that says what changed")
