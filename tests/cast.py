"""The cast: eight people of one district, and somebody of another who must see nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gainline.services import clock, people, training
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District, Organization
from gainline.store.words import Role, UnitKind

COLLEAGUES = {
    Role.ANALYST: "Andre Analyst",
    Role.PRIVACY_LEAD: "Petra Privacy",
    Role.PRINCIPAL: "Priya Principal",
    Role.COACH: "Cora Coach",
    Role.TEACHER: "Tariq Teacher",
    Role.BOARD_MEMBER: "Bo Board",
    Role.AUDITOR: "Audra Auditor",
}
AT_SCHOOL = {Role.PRINCIPAL, Role.TEACHER}


@dataclass(frozen=True, slots=True)
class Cast:
    """A district with one account per role; principal and teacher hold their grants over one school."""

    district: District
    root: Organization
    school: Organization
    other_school: Organization
    members: dict[Role, Account]

    def __getitem__(self, role: Role | str) -> Account:
        return self.members[Role(role)]

    @property
    def lead(self) -> Account:
        return self.members[Role.EDTECH_LEAD]


def found(name: str = "Riverbend Unified", domain: str = "riverbend.example") -> Cast:
    """Found a district and let its lead bring in everybody else."""
    founding = people.Founding(name)
    dana = people.found_district(founding=founding, lead_name="Dana Lead", lead_email=f"dana@{domain}")
    root = people.root(by=dana)
    schools = [people.add_unit(by=dana, kind=UnitKind.SCHOOL, name=f"{n} School", parent=root) for n in ("Oak", "Elm")]
    members = {Role.EDTECH_LEAD: dana}
    for role, full in COLLEAGUES.items():
        members[role] = people.invite(by=dana, name=full, email=f"{full.split()[0].lower()}@{domain}")
        people.grant(by=dana, account=members[role], role=role, unit=schools[0] if role in AT_SCHOOL else root)
    for account in members.values():
        trained(account)
    return Cast(dana.district, root, schools[0], schools[1], members)


def trained(account: Account) -> None:
    """Take the training on the day it is, a year later, and today, for tests that let another day be now and then."""
    training.take(by=account, answers=training.ANSWERS)
    with clock.stopped_at(clock.today(account.district) + timedelta(days=364)):
        training.take(by=account, answers=training.ANSWERS)
    now = datetime.now(UTC).date()
    if clock.today(account.district) < now:
        with clock.stopped_at(now):
            training.take(by=account, answers=training.ANSWERS)
