"""Training: the district's rules about records, learned once a year by whoever reaches data about people.

The gate is in the permission predicate (`permissions.standing_of`), so that no page, program or job gets around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gainline.services import clock, desk
from gainline.services.permissions import (
    MODULE,
    granted_on,
    roles_near_people,
    standing_of,
    trained_until,
    wants_training,
)
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District
from gainline.store.models.trainings import Training
from gainline.store.words import Role

VERSION = 1
ANSWERS = {
    "small-groups": "never-alone",
    "names": "stay-here",
    "purpose": "as-granted",
    "sending": "two-people",
    "mistakes": "at-once",
}
"""The questions of this version by their right answer; the pages bring the words."""
SOON = timedelta(days=30)  # how long before its end a training is due
LONGEST = 365  # days: a district may be stricter than a year, not laxer


@dataclass(frozen=True, slots=True)
class Due:
    """How somebody's training stands: `until` is the last day that it counts, None when it never did.

    It is due 30 days before it ends, and lapsed when it has ended.
    """

    account: Account
    until: date | None
    is_lapsed: bool
    is_due: bool


@desk.verb("district.read")
def take(*, by: Account, answers: Mapping[str, str]) -> Training:
    """Hand in answers to every question: the attempt with its score, which counts when all are right.

    Raises
    ------
    Conflict
        SV136 when a question was left out or is none of this version's.
    """
    if set(answers) != set(ANSWERS):
        raise desk.refuse("SV136", "not every question was answered", "answer each one, then hand them in together")
    score = sum(answers[question] == right for question, right in ANSWERS.items())
    fields = {"module": MODULE, "version": VERSION, "score": score, "asked": len(ANSWERS)}
    return Training.objects.create(account=by, taken_on=clock.today(by.district), **fields)


@desk.reading("district.read")
def own(*, by: Account) -> Due | None:
    """How one's own training stands; None when no role that one holds needs it."""
    if not wants_training(standing_of(by)):
        return None
    return _due(by, list(Training.objects.filter(account=by)), by.district)


@desk.reading("people.read")
def due(*, by: Account) -> list[Due]:
    """Whose training has ended, never was, or ends within 30 days, of those who hold a role that needs it."""
    return [one for one in _everybodys(by) if one.is_due]


@desk.reading("people.read")
def ends(*, by: Account) -> dict[str, Due]:
    """How everybody's training stands who needs one, by the account's id in addresses."""
    return {one.account.public_id: one for one in _everybodys(by)}


@desk.verb("people.write", words=("days",))
def set_days(*, by: Account, days: int) -> District:
    """Say for how many days a training counts in this district.

    Raises
    ------
    Conflict
        SV137 when it is under a month or over a year.
    """
    if not SOON.days <= days <= LONGEST:
        raise desk.refuse("SV137", "a training counts for a month at least and a year at most", "choose 30 to 365 days")
    district: District = District.objects.get(pk=by.district_id)
    district.training_days = days
    district.save()
    by.district.training_days = days
    return district


def _everybodys(by: Account) -> list[Due]:
    day, needs = clock.today(by.district), roles_near_people(standing_of(by).rights)
    found = Account.colleagues.filter(is_active=True).order_by("name").prefetch_related("grants", "trainings")
    held = {one: {Role(grant.role) for grant in one.grants.all() if granted_on(grant, day)} for one in found}
    return [_due(one, one.trainings.all(), by.district) for one, roles in held.items() if roles & needs]


def _due(account: Account, taken: Iterable[Training], district: District) -> Due:
    day = clock.today(district)
    until = trained_until(taken, district, day)
    is_lapsed = until is None or until < day
    return Due(account, until, is_lapsed, is_due=until is None or until - SOON < day)
