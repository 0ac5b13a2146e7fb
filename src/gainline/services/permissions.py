"""Who may do what: one table of permissions, read over the grants that an account holds today.

Unknown permissions, missing grants and rows of other districts all answer no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeAlias, cast

import rules
from django.db.models import Q

from gainline.engine.core.errors import NotAllowed
from gainline.services import clock
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District, Organization
from gainline.store.models.grants import DecisionRight, Grant
from gainline.store.models.trainings import Training
from gainline.store.tenancy import within
from gainline.store.words import Purpose, Right, Role

Actor: TypeAlias = Account
"""Who does something, as faces name it: they do not know the tables."""
MODULE = "records"  # the training that reaching data about people asks for
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
    Right.RELEASE: frozenset({Role.PRIVACY_LEAD, Role.EDTECH_LEAD}),  # two: one asks, the other approves
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
    about_people
        Whether it reaches data about people that was not released, so that the training must be current.
    """

    says: str
    roles: frozenset[Role] = frozenset()
    right: Right | None = None
    anywhere: bool = False
    about_people: bool = False


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
    "cycle.draw": Permission("draw samples and assignments", RECORDS, about_people=True),
    "cycle.register": Permission("lock and amend plans", right=Right.REGISTER),
    "cycle.look": Permission("have registered plans evaluated", right=Right.LOOK, about_people=True),
    "cycle.review": Permission("speak in reviews", STAFF, anywhere=True),
    "cycle.decide": Permission("decide on cycles", right=Right.DECIDE),
    "cycle.scale": Permission("write playbooks and scale tools", right=Right.SCALE),
    "evidence.read": Permission(
        "read evidence before it is released", STAFF | {Role.AUDITOR}, anywhere=True, about_people=True
    ),
    "record.import": Permission("bring files in", RECORDS, anywhere=True, about_people=True),
    "record.read": Permission(
        "see what became of files", RECORDS | {Role.PRIVACY_LEAD, Role.AUDITOR}, anywhere=True, about_people=True
    ),
    "identity.settle": Permission("say whose identities in vendors' files are", RECORDS, about_people=True),
    "glass.break": Permission("break the glass for named students", STAFF, anywhere=True, about_people=True),
    "roadmap.write": Permission("write, solve and replan the roadmap", LEADS),
    "note.write": Permission("pin notes", STAFF, anywhere=True),
    "release.send": Permission("send briefs out", right=Right.RELEASE, about_people=True),
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
    is_trained
        Whether its training counts today; without it, nothing about people is reached.
    """

    account: Account
    holdings: tuple[Holding, ...]
    rights: dict[Right, frozenset[Role]]
    is_trained: bool = False

    def may(self, permission: str, on: Any = None) -> bool:  # noqa: ANN401 - any row of the store
        """Tell whether some living grant allows this, on a row or on the district as a whole."""
        return bool(RULES.test_rule(permission, self, on)) if RULES.rule_exists(permission) else False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere in the district."""
        return frozenset(held.role for held in self.holdings)


def standing_of(account: Account) -> Standing:
    """What an account may do today: living grants, decision rights and training, in three queries.

    A request that only reads finds it once (`Account.known`): fifteen services on one page ask the same question.
    """
    if account.known is not None:
        return cast("Standing", account.known)
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
        until = trained_until(Training.objects.filter(account=account), account.district, day)
    return Standing(account, holdings, rights, until is not None and day <= until)


def trained_until(taken: Iterable[Training], district: District, day: date) -> date | None:
    """The last day that the latest passed training counts, of those taken until a day; None when there is none."""
    passed = [one.taken_on for one in taken if one.module == MODULE and one.score == one.asked and one.taken_on <= day]
    return max(passed) + timedelta(days=district.training_days - 1) if passed else None


def refusal(standing: Standing, permission: str, row: Any = None, *, somewhere: bool = False) -> NotAllowed | None:  # noqa: ANN401
    """Why an account may not do this, with the way on; None when it may.

    Parameters
    ----------
    somewhere
        Whether it is enough that some grant allows it over some unit, as for offering a page.
    """
    if _may(standing, permission, row, somewhere=somewhere):
        return None
    says, is_lapsed = PERMISSIONS[permission].says, not standing.is_trained
    if is_lapsed and _may(replace(standing, is_trained=True), permission, row, somewhere=somewhere):
        because = f"SV135 without a training that counts today nobody may {says}"
        return NotAllowed(because, "take the training: it is one page with a few questions, at /training/")
    return NotAllowed(f"SV001 your grants do not allow you to {says}", "ask your EdTech lead or privacy lead")


def wants_training(standing: Standing) -> bool:
    """Tell whether some living grant reaches data about people, were its holder trained."""
    return bool(standing.roles & roles_near_people(standing.rights))


def roles_near_people(rights: dict[Right, frozenset[Role]]) -> frozenset[Role]:
    """The roles that reach data about people in a district with these decision rights."""
    near = (one for one in PERMISSIONS.values() if one.about_people)
    return frozenset().union(*(_roles_of(one, rights) for one in near))


def _roles_of(permission: Permission, rights: dict[Right, frozenset[Role]]) -> frozenset[Role]:
    return rights.get(permission.right, frozenset()) if permission.right else permission.roles


def _may(standing: Standing, permission: str, row: Any, *, somewhere: bool) -> bool:  # noqa: ANN401
    return permission in permitted_anywhere(standing) if somewhere else standing.may(permission, row)


def permitted_anywhere(standing: Standing) -> frozenset[str]:
    """The permissions that some living grant gives over some unit: what a menu may offer."""
    return frozenset(
        name
        for name, permission in PERMISSIONS.items()
        if (standing.is_trained or not permission.about_people)
        and standing.roles & _roles_of(permission, standing.rights)
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
        if permission.about_people and not standing.is_trained:
            return False
        roles = _roles_of(permission, standing.rights)
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
