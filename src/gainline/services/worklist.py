"""The worklist: identities in vendors' files whose student no rule knows, and what people decide about them.

Names and identifiers are shown to those who keep the records and to nobody else; audit events, addresses and messages
carry an identity's short id only, which says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gainline.road import settling
from gainline.road.settling import Waiting
from gainline.services import clock, desk
from gainline.services.reads import write_read
from gainline.services.remembering import keep, remembered
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.words import ReadKind

WHAT = "waiting"


@desk.reading("identity.settle")
def waiting(*, by: Account) -> list[Waiting]:
    """Every identity that waits, sure suggestions first, then by how many rows hang on it."""
    workspace, day = open_workspace(by.district), clock.today(by.district)
    return remembered(workspace, WHAT, day, lambda: settling.waiting(workspace, as_of=day))


@desk.reading("identity.settle")
def shown(*, by: Account, found: Sequence[Waiting]) -> Sequence[Waiting]:
    """The same identities, and written down that their names are shown to this account now."""
    write_read(by, ReadKind.WORKLIST, [one.id for one in found])
    return found


@desk.reading("identity.settle")
def settled(*, by: Account, at_most: int = 50) -> list[dict[str, Any]]:
    """The latest decisions that stand, without names."""
    workspace, day = open_workspace(by.district), clock.today(by.district)
    return remembered(workspace, "settled", day, lambda: settling.decided(workspace))[:at_most]


@desk.verb("identity.settle", words=("confirmed", "rejected"))
def settle(*, by: Account, confirmed: list[str], rejected: list[str]) -> int:
    """Link identities to the students suggested for them, and say of others that they are not: how many decisions.

    Raises
    ------
    Conflict
        SV064 when nothing was decided; as `settling.confirm` when there is nobody to confirm or two are one student's.
    Missing
        When one of them waits no more.
    """
    if not confirmed and not rejected:
        raise desk.refuse("SV064", "nothing was decided", "choose an answer for at least one identity")
    workspace, day = open_workspace(by.district), clock.today(by.district)
    found = waiting(by=by)
    done = 0
    if confirmed:
        done += len(settling.confirm(workspace, confirmed, by=by.name, as_of=day, found=found))
        found = [one for one in found if one.id not in set(confirmed)]
    if rejected:
        done += len(settling.reject(workspace, rejected, by=by.name, as_of=day, found=found))
    else:  # what else waits is as it was; only a rejection lets another suggestion come up
        keep(workspace, WHAT, day, found)
    return done


@desk.verb("identity.settle")
def settle_sure(*, by: Account) -> int:
    """Link every identity whose suggestion is sure: how many."""
    workspace, day = open_workspace(by.district), clock.today(by.district)
    found = waiting(by=by)
    done = settling.confirm(workspace, [], by=by.name, as_of=day, sure=True, found=found)
    gone = {one.id for one in done}
    keep(workspace, WHAT, day, [one for one in found if one.id not in gone])
    return len(done)


@desk.verb("identity.settle", words=("entry",))
def choose(*, by: Account, entry: str, number: str) -> None:
    """Link one identity to the student with this number in the roster.

    Raises
    ------
    Missing
        IN405 when it waits no more, IN408 when the roster knows no single person by the number.
    """
    workspace, day = open_workspace(by.district), clock.today(by.district)
    found = waiting(by=by)
    settling.choose(workspace, entry, number, by=by.name, as_of=day)
    keep(workspace, WHAT, day, [one for one in found if one.id != entry])


@desk.verb("identity.settle", words=("entry",))
def undo(*, by: Account, entry: str) -> None:
    """Take a link back: the rows are nobody's again and the identity waits.

    Raises
    ------
    Missing
        IN405 when nothing is linked under this id.
    """
    settling.undo(open_workspace(by.district), [entry], by=by.name, as_of=clock.today(by.district))
