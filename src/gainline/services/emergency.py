"""Break-glass: an hour with the roster's rows of named students for who has no right to names, reviewed by another.

It gives reading and nothing else, of the students named when it was broken and of nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gainline.engine.core.errors import Missing
from gainline.road import consenting
from gainline.road.consented import token
from gainline.road.erasing import people_named
from gainline.road.settling import rostered
from gainline.services import clock, desk
from gainline.services.reads import write_read
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.reads import BrokenGlass
from gainline.store.words import ReadKind

FEWEST_LETTERS = 20
LASTS = timedelta(minutes=60)
REVIEW_DAYS = 5  # working days
MOST_STUDENTS = 10
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """A student's row of the roster as it is shown under broken glass."""

    pseudonym: str
    row: dict[str, Any]


@desk.verb("glass.break", words=("reference",))
def break_glass(*, by: Account, reason: str, reference: str, students: Sequence[str]) -> BrokenGlass:
    """Open the roster's rows of named students for an hour; the privacy lead is told at once.

    Parameters
    ----------
    students
        Their numbers in the roster; looked up, and kept as pseudonyms.

    Raises
    ------
    Conflict
        SV143 when reason or reference are too short, or nobody or more than ten are named; SV144 while a review of an
        earlier one is overdue.
    Missing, UserFixable
        PR057 when a student is not found.
    """
    wanted = sorted({one.strip() for one in students if one.strip()})
    if len(reason.strip()) < FEWEST_LETTERS or not reference.strip() or not 0 < len(wanted) <= MOST_STUDENTS:
        raise desk.refuse(
            "SV143", "breaking the glass takes a reason, a reference and the students' numbers",
            f"write {FEWEST_LETTERS} letters at least, name the case, and {MOST_STUDENTS} students at most",
        )  # fmt: skip
    if is_blocked(by):
        raise desk.refuse(
            "SV144", "an earlier one was not reviewed in time", "have somebody else review it; until then it stays shut"
        )
    workspace, now = open_workspace(by.district), clock.now()
    known = set(rostered(workspace))
    keys = [consenting.one_key(people_named(workspace, [one]).keys, known.__contains__) for one in wanted]
    return BrokenGlass.objects.create(
        account=by, reason=reason.strip(), reference=reference.strip(), opened_at=now, ends_at=now + LASTS,
        students=[consenting.person_of(workspace, key) for key in keys],
        review_by=working_days_after(clock.today(by.district), REVIEW_DAYS),
    )  # fmt: skip


@desk.reading("glass.break", on="glass")
def opened(*, by: Account, glass: BrokenGlass) -> list[Opened]:
    """The named rows, while the hour lasts, for who broke the glass; each showing is written down.

    Raises
    ------
    Missing
        SV145 when the hour is over, or somebody else broke it.
    """
    if glass.account_id != by.pk or clock.now() >= glass.ends_at:
        raise Missing("SV145 this glass is not open for you", "its hour is over, or somebody else's; break another")
    workspace = open_workspace(by.district)
    rows = {token(workspace.salt, key): row for key, row in rostered(workspace).items()}
    write_read(by, ReadKind.EMERGENCY, glass.students, glass)
    return [Opened(pseudonym, rows[pseudonym]) for pseudonym in glass.students if pseudonym in rows]


@desk.verb("audit.read", on="glass")
def review(*, by: Account, glass: BrokenGlass, found: str) -> BrokenGlass:
    """Say what came of somebody else's broken glass.

    Raises
    ------
    Conflict
        SV146 when it is one's own, was reviewed already, or nothing is said.
    """
    if glass.account_id == by.pk or glass.reviewed_by_id is not None or not found.strip():
        raise desk.refuse("SV146", "it is reviewed once, by somebody else, in words", "let another person review it")
    glass.reviewed_by, glass.reviewed_on, glass.found = by, clock.today(by.district), found.strip()
    glass.save()
    return glass


@desk.reading("district.read")
def own_open(*, by: Account) -> BrokenGlass | None:
    """The glass that one has broken and that is still open."""
    found: BrokenGlass | None = BrokenGlass.objects.filter(account=by, ends_at__gt=clock.now()).first()
    return found


@desk.reading("glass.break")
def own(*, by: Account) -> list[BrokenGlass]:
    """What one has broken so far, latest first."""
    return list(BrokenGlass.objects.filter(account=by).select_related("reviewed_by"))


@desk.reading("glass.break")
def glass(*, by: Account, public_id: str) -> BrokenGlass:
    """One broken glass of this district."""
    found: BrokenGlass = desk.find(BrokenGlass, public_id, "account", "reviewed_by")
    return found


@desk.reading("audit.read")
def unreviewed(*, by: Account) -> list[BrokenGlass]:
    """What others broke and nobody has reviewed, oldest first."""
    found = BrokenGlass.objects.filter(reviewed_by=None).exclude(account=by)
    return list(found.select_related("account").order_by("pk"))


def is_blocked(by: Account) -> bool:
    """Tell whether one may break none because a review is overdue."""
    day = clock.today(by.district)
    return bool(BrokenGlass.objects.filter(account=by, reviewed_by=None, review_by__lt=day).exists())


def working_days_after(day: date, days: int) -> date:
    """The day that lies so many working days later; Saturdays and Sundays do not count."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() <= FRIDAY
    return day
