"""Whose numbers an account may look at before they are released: one rule for pages, briefs, letters and programs."""

from __future__ import annotations

from gainline.engine.core.errors import NotAllowed
from gainline.engine.privacy import Audience
from gainline.engine.reports.readers import Reader
from gainline.services import desk
from gainline.services.permissions import standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle

FOR_ALL = frozenset({str(Reader.BOARD), str(Reader.FAMILIES), str(Audience.PUBLIC)})
FOR_STAFF = frozenset({str(Reader.TEACHERS), str(Audience.STAFF)})


@desk.reading("district.read")
def may_read(*, by: Account, reader: str, cycle: Cycle | None = None) -> bool:
    """Tell whether an account may read what is written for a reader, of a cycle or of any.

    Everybody reads what is public, staff what is for staff; exact counts need a right to the records, or to send them.
    """
    standing = standing_of(by)
    if reader in FOR_ALL:
        return True
    if reader in FOR_STAFF:
        return standing.may("evidence.read")
    has_right = standing.may("cycle.plan", cycle) or standing.may("release.send", cycle)
    return has_right and standing.may("evidence.read")  # which the training goes with


@desk.reading("district.read")
def check_may_read(*, by: Account, reader: str, cycle: Cycle | None = None) -> None:
    """Let pass who may read what is written for a reader.

    Raises
    ------
    NotAllowed
        SV056 when its counts are finer than this account may see.
    """
    if not may_read(by=by, reader=reader, cycle=cycle):
        says = "SV056 this brief holds finer counts than your grants let you see"
        raise NotAllowed(says, "read what is written for staff or for the board, or ask your EdTech lead for a grant")
