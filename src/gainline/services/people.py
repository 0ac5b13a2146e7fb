"""People: districts, units, accounts, grants and the table of decision rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from gainline.services import clock, desk
from gainline.services.permissions import DEFAULT_RIGHTS, PURPOSES
from gainline.services.workspaces import make_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District, Organization
from gainline.store.models.grants import DecisionRight, Grant
from gainline.store.tenancy import across_districts, within
from gainline.store.words import Purpose, Right, Role, UnitKind


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new district is: its name, the time zone of its days, and whether it is the made-up one of the demo."""

    name: str
    time_zone: str = "America/Chicago"
    is_demo: bool = False


@desk.founding
def found_district(
    *,
    founding: Founding,
    lead_name: str,
    lead_email: str,
    password: str | None = None,
    brings_workspace: bool = False,
) -> Account:
    """A new district with its default decision rights and its first EdTech lead, who is given back.

    The first grant is nobody's gift: it is entered as the machine's owner's. A new workspace is made as well, unless
    the district brings one that is put in its place.
    """
    name = founding.name
    with transaction.atomic():
        with across_districts(why="a district that is being founded is not in scope yet"):
            district = District.objects.create(name=name, time_zone=founding.time_zone, is_demo=founding.is_demo)
        with within(district.pk):
            root = Organization.objects.create(kind=UnitKind.DISTRICT, name=name)
            for right, roles in DEFAULT_RIGHTS.items():
                for role in sorted(roles):
                    DecisionRight.objects.create(right=right, role=role)
            lead = Account.objects.create_user(
                lead_email, password, district=district, name=lead_name, is_password_first=password is not None
            )
            Grant.objects.create(
                account=lead, role=Role.EDTECH_LEAD, purpose=Purpose.GOVERN, unit=root, starts=clock.today(district)
            )
            desk.write_down(district=district, by=None, name="people.found_district", row=district, words={})
        if not brings_workspace:
            make_workspace(district)
    return lead


@desk.verb("people.write", words=("kind", "name"))
def add_unit(*, by: Account, kind: UnitKind, name: str, parent: Organization, code: str = "") -> Organization:
    """A school or an office under another unit; `code` is the roster's id of a school.

    Raises
    ------
    Conflict
        SV071 when another unit has this name.
    """
    if Organization.objects.filter(name=name).exists():
        raise desk.refuse("SV071", "another unit has this name already", "give it a name that tells them apart")
    return Organization.objects.create(kind=kind, name=name, parent=parent, code=code)


@desk.verb("people.write")
def invite(*, by: Account, name: str, email: str, title: str = "", language: str = "en") -> Account:
    """An account for a colleague, without any grant yet and without a password until one is set.

    Raises
    ------
    Conflict
        SV004 when the address is taken.
    """
    if Account.objects.filter(email=email.lower()).exists():
        raise desk.refuse("SV004", "this e-mail address already has an account", "use another address")
    fields = {"district": by.district, "name": name, "title": title, "language": language}
    return Account.objects.create_user(email, None, **fields)


@desk.verb("people.write", words=("account",))
def let_in(*, by: Account, account: Account) -> Account:
    """Note that somebody is given a link with which this account chooses its first password.

    The link itself is made by the face that shows it; the trail says who let whom in.

    Raises
    ------
    Conflict
        SV085 when the account has a password, so that nobody takes over a colleague's, or is closed.
    """
    if account.has_usable_password() or not account.is_active:
        raise desk.refuse(
            "SV085", "this account has chosen its password already, or is closed", "its owner alone can set another"
        )
    return account


@desk.verb("people.write", on="unit", words=("account", "role", "purpose", "unit", "ends"))
def grant(
    *,
    by: Account,
    account: Account,
    role: Role,
    unit: Organization,
    purpose: Purpose | None = None,
    ends: date | None = None,
) -> Grant:
    """Give a role over a unit and everything below it, for a purpose and a time.

    Raises
    ------
    Conflict
        SV003 when it is to oneself; SV005 when the role does not serve the purpose.
    """
    if account.pk == by.pk:
        raise desk.refuse("SV003", "nobody grants to themselves", "ask another lead to grant it")
    serves = PURPOSES[Role(role)]
    chosen = purpose or sorted(serves)[0]
    if chosen not in serves:
        raise desk.refuse("SV005", "this role does not serve this purpose", f"choose: {', '.join(sorted(serves))}")
    starts = clock.today(by.district)
    if ends and ends < starts:
        raise desk.refuse("SV006", "a grant cannot end before it starts", "give a last day that is still to come")
    given = Grant.objects.create(
        account=account, role=role, purpose=chosen, unit=unit, starts=starts, ends=ends, granted_by=by
    )
    account.end_sessions()
    return given


@desk.verb("people.write", on="held", without_room=True)
def withdraw(*, by: Account, held: Grant) -> Grant:
    """End a grant now.

    Raises
    ------
    Conflict
        SV007 when nobody would be left who may grant.
    """
    others = Grant.objects.filter(role=Role.EDTECH_LEAD, withdrawn_at=None, account__is_active=True).exclude(pk=held.pk)
    if held.role == Role.EDTECH_LEAD and not others.exists():
        raise desk.refuse(
            "SV007", "the last EdTech lead's grant cannot be withdrawn", "grant the role to another first"
        )
    held.withdrawn_at, held.withdrawn_by = clock.now(), by
    held.save()
    held.account.end_sessions()
    return held


@desk.verb("people.write", words=("right", "roles"))
def set_decision_right(*, by: Account, right: Right, roles: list[Role]) -> list[DecisionRight]:
    """Say which roles may take a decision.

    Raises
    ------
    Conflict
        SV008 when no role would be left.
    """
    if not roles:
        raise desk.refuse("SV008", "a decision that nobody may take is no decision right", "name at least one role")
    DecisionRight.objects.filter(right=right).exclude(role__in=roles).delete()
    return [DecisionRight.objects.get_or_create(district=by.district, right=right, role=role)[0] for role in roles]


@desk.reading("people.read")
def colleagues(*, by: Account) -> list[Account]:
    """Everybody with an account here, by name, with their grants at hand."""
    return list(Account.colleagues.order_by("name").prefetch_related("grants__unit"))


@desk.reading("people.read")
def colleague(*, by: Account, public_id: str) -> Account:
    """One account of this district."""
    found: Account = desk.find(Account, public_id)
    return found


@desk.reading("people.read")
def grants_of(*, by: Account, account: Account) -> list[Grant]:
    """Every grant that an account holds or held, latest first, with its unit and who gave and ended it."""
    found = Grant.objects.filter(account=account).select_related("unit", "granted_by", "withdrawn_by")
    return list(found.order_by("-pk"))


@desk.reading("people.read")
def held_grant(*, by: Account, public_id: str) -> Grant:
    """One grant of this district."""
    found: Grant = desk.find(Grant, public_id, "account", "unit")
    return found


@desk.reading("district.read")
def units(*, by: Account) -> list[Organization]:
    """The district's units, each after the one above it."""
    return list(Organization.objects.select_related("parent"))


@desk.reading("district.read")
def unit(*, by: Account, public_id: str) -> Organization:
    """One unit of this district."""
    found: Organization = desk.find(Organization, public_id)
    return found


@desk.reading("district.read")
def root(*, by: Account) -> Organization:
    """The unit that is the district itself."""
    found: Organization = Organization.objects.get(parent=None)
    return found


@desk.reading("people.read")
def decision_rights(*, by: Account) -> dict[Right, list[Role]]:
    """Which roles may take which decision."""
    table: dict[Right, list[Role]] = {right: [] for right in Right}
    for row in DecisionRight.objects.all():
        table[Right(row.right)].append(Role(row.role))
    return table
