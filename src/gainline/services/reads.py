"""Reads of named data: who saw whose rows and when, told by ids that name nobody, for privacy lead and auditor."""

from __future__ import annotations

from collections.abc import Sequence

from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.reads import BrokenGlass, Read
from gainline.store.words import ReadKind

AT_MOST = 200


@desk.reading("audit.read")
def reads(*, by: Account, before: int | None = None) -> list[Read]:
    """Reads of named data, latest first, 200 at a time.

    Parameters
    ----------
    before
        The number to go on from.
    """
    found = Read.objects.select_related("account", "glass")
    return list((found.filter(pk__lt=before) if before else found)[:AT_MOST])


def write_read(by: Account, kind: ReadKind, about: Sequence[str], glass: BrokenGlass | None = None) -> None:
    """Write down that named rows are shown; nothing where nobody is shown."""
    if about:
        Read.objects.create(account=by, kind=kind, about=list(about), at=clock.now(), glass=glass)
