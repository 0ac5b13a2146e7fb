"""Who may do what: one table of permissions, read over the grants that an account holds today.

Unknown permissions, missing grants and rows of other districts all answer no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import rules
from django.db.models import Q

from gainline.services import clock
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District, Organization
from gainline.store.models.grants import DecisionRight, Grant
from gainline.store.tenancy import within
from gainline.store.words import Purpose, Right, Role

Actor: TypeAlias = Account
"""Who does something, as faces name it: they do not know the tables."""
EVERYBODY = frozenset(Role)
STAFF = EVERYBODY - {Role.BOARD_MEMBER, Role.AUDITOR}
PURPOSES = {
    Role.EDTECH_LEAD: frozenset({Purpose.GOVERN, Purpose.EVALUATE}),
    Role.ANALYST: frozenset({Purpose.EVALUATE}),
    Role.PRIVACY_LEAD: frozenset({Purpose.GOVERN}),
    Role.PRINCIPAL: frozenset({Purpose.GOVERN, Purpose.TEACH}),
    Role.COACH: frozenset({Purpose.TEACH}),
    Role.TEACHER: frozenset({Purpose.TEACH}),
    Role.BOARD_MEMBER: frozenset({Purpose.GOVERN}),
    Role.AUDITOR: frozenset({Purpose.AUDIT}),
}
DEFAULT_RIGHTS: dict[Right, frozenset[Role]] = {
    Right.START: frozenset({Role.EDTECH_LEAD}),
    Right.REGISTER: frozenset({Role.EDTECH_LEAD, Role.ANALYST}),
    Right.LOOK: frozenset({Role.ANALYST}),
    Right.RELEASE: frozenset({Role.PRIVACY_LEAD}),
    Right.DECIDE: frozenset({Role.EDTECH_LEAD}),
    Right.SCALE: frozenset({Role.EDTECH_LEAD}),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done.

    Parameters
    ----------
    says
        What it allows, to complete "may ...".
    roles
        Which roles give it; empty where the district's table of decision rights says.
    right
        The decision right that gives it instead.
    anywhere
        Whether a grant over any unit is enough, because what it allows shows or changes no single unit.
    """

    says: str
    roles: frozenset[Role] = frozenset()
    right: Right | None = None
    anywhere: bool = False


LEADS = frozenset({Role.EDTECH_LEAD})
RECORDS = frozenset({Role.EDTECH_LEAD, Role.ANALYST})
GOVERNS = frozenset({Role.EDTECH_LEAD, Role.PRIVACY_LEAD})
PERMISSIONS: dict[str, Permission] = {
    "district.read": Permission("read aims, tools, cycles and released figures", EVERYBODY, anywhere=True),
    "aim.write": Permission("set and change aims", LEADS),
    "tool.write": Permission("enter tools and contracts", LEADS),
    "agreement.write": Permission("enter agreements about data", frozenset({Role.PRIVACY_LEAD})),
    "cycle.start": Permission("start and stop cycles", right=Right.START),
    "cycle.plan": Permission("write plans", RECORDS),
    "cycle.draw": Permission("draw samples and assignments", RECORDS),
    "cycle.register": Permission("lock and amend plans", right=Right.REGISTER),
    "cycle.look": Permission("have registered plans evaluated", right=Right.LOOK),
    "cycle.review": Permission("speak in reviews", STAFF, anywhere=True),
    "cycle.decide": Permission("decide on cycles", right=Right.DECIDE),
    "cycle.scale": Permission("write playbooks and scale tools", right=Right.SCALE),
    "evidence.read": Permission("read evidence before it is released", STAFF | {Role.AUDITOR}, anywhere=True),
    "record.import": Permission("bring files in", RECORDS, anywhere=True),
    "record.read": Permission("see what became of files", RECORDS | {Role.PRIVACY_LEAD, Role.AUDITOR}, anywhere=True),
    "identity.settle": Permission("say whose identities in vendors' files are", RECORDS),
    "roadmap.write": Permission("write, solve and replan the roadmap", LEADS),
    "note.write": Permission("pin notes", STAFF, anywhere=True),
    "release.send": Permission("send briefs out", right=Right.RELEASE),
    "people.read": Permission("see who holds which grant", GOVERNS | {Role.AUDITOR, Role.PRINCIPAL}, anywhere=True),
    "people.write": Permission("invite people, grant and withdraw roles, set decision rights", GOVERNS),
    "token.issue": Permission("let programs act for you", RECORDS | GOVERNS | {Role.AUDITOR}, anywhere=True),
    "audit.read": Permission("read the audit trail", frozenset({Role.PRIVACY_LEAD, Role.AUDITOR}), anywhere=True),
    "library.write": Permission("write learnings", LEADS | {Role.COACH, Role.PRINCIPAL, Role.ANALYST}, anywhere=True),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """A grant that is alive today."""

    role: Role
    purpose: Purpose
    path: str
    is_whole_district: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that one account may do today, read once.

    Parameters
    ----------
    account
        Whose.
    holdings
        The grants that are alive.
    rights
        The district's table of decision rights: which roles may take which decision.
    """

    account: Account
    holdings: tuple[Holding, ...]
    rights: dict[Right, frozenset[Role]]

    def may(self, permission: str, on: Any = None) -> bool:  # noqa: ANN401 - any row of the store
        """Tell whether some living grant allows this, on a row or on the district as a whole."""
        return bool(RULES.test_rule(permission, self, on)) if RULES.rule_exists(permission) else False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere in the district."""
        return frozenset(held.role for held in self.holdings)


def standing_of(account: Account) -> Standing:
    """What an account may do today: its living grants and the district's decision rights, in two queries."""
    if not account.is_active:
        return Standing(account, (), {})
    with within(account.district_id):
        day = clock.today(account.district)
        alive = Grant.objects.filter(account=account, starts__lte=day, withdrawn_at=None)
        alive = alive.filter(Q(ends=None) | Q(ends__gte=day)).select_related("unit")
        if account.through is not None:  # a token opens one grant, whatever else its account holds
            alive = alive.filter(pk=account.through.grant_id)
        holdings = tuple(_holding(grant) for grant in alive)
        rights: dict[Right, frozenset[Role]] = {right: frozenset() for right in Right}
        for row in DecisionRight.objects.all():
            rights[Right(row.right)] |= {Role(row.role)}
    return Standing(account, holdings, rights)


def permitted_anywhere(standing: Standing) -> frozenset[str]:
    """The permissions that some living grant gives over some unit: what a menu may offer."""
    return frozenset(
        name
        for name, permission in PERMISSIONS.items()
        if standing.roles
        & (standing.rights.get(permission.right, frozenset()) if permission.right else permission.roles)
    )


def path_of(row: Any) -> str | None:  # noqa: ANN401 - any row of the store
    """The path of the unit that a row belongs to; None for what belongs to the district as a whole."""
    if row is None or isinstance(row, District):
        return None
    if isinstance(row, Organization):
        return str(row.path)
    for name in ("unit", "cycle", "aim", "review"):
        if getattr(row, f"{name}_id", None):
            return path_of(getattr(row, name))
    return None


def granted_on(grant: Grant, day: date) -> bool:
    """Tell whether a grant is alive on a day."""
    return bool(grant.starts <= day and (grant.ends is None or day <= grant.ends) and grant.withdrawn_at is None)


def _holding(grant: Grant) -> Holding:
    return Holding(Role(grant.role), Purpose(grant.purpose), grant.unit.path, grant.unit.parent_id is None)


def _allows(name: str) -> Any:  # noqa: ANN401 - rules has no types
    permission = PERMISSIONS[name]

    @rules.predicate(f"may_{name}")  # type: ignore[untyped-decorator]  # rules has no types
    def allows(standing: Standing | None, row: Any = None) -> bool:  # noqa: ANN401
        if standing is None or _is_elsewhere(standing, row):
            return False
        roles = standing.rights.get(permission.right, frozenset()) if permission.right else permission.roles
        return any(_covers(held, permission, roles, path_of(row)) for held in standing.holdings)

    return allows


def _is_elsewhere(standing: Standing, row: Any) -> bool:  # noqa: ANN401
    district = row.pk if isinstance(row, District) else getattr(row, "district_id", standing.account.district_id)
    return bool(row is not None and district != standing.account.district_id)


def _covers(held: Holding, permission: Permission, roles: Iterable[Role], path: str | None) -> bool:
    if held.role not in roles or held.purpose not in PURPOSES[held.role]:
        return False
    if permission.anywhere or held.is_whole_district:
        return True
    return path is not None and path.startswith(held.path)


RULES = rules.RuleSet()
for _name in PERMISSIONS:
    RULES.add_rule(_name, _allows(_name))
