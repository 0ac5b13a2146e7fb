"""What the district tells families openly: the page that needs no account, its breaches, and when it was checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gainline.engine.privacy import Policy
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.reports.accountability import Breach as ToldBreach
from gainline.engine.reports.accountability import Paper, Told, dpia, exhibit_b, is_stale, transparency
from gainline.engine.reports.readability import is_plain
from gainline.services import clock, desk
from gainline.services.agreed import value_of
from gainline.store.models.accounts import Account
from gainline.store.models.disclosures import Breach, Refresh
from gainline.store.models.districts import District
from gainline.store.models.tools import Agreement
from gainline.store.tenancy import across_districts, within


@dataclass(frozen=True, slots=True)
class Page:
    """The page for families, and whether nobody checked it for half a year."""

    paper: Paper
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the page for families stands: breaches on it, and who last checked it."""

    breaches: tuple[Breach, ...]
    refresh: Refresh | None
    is_stale: bool


@desk.carrying
def page(*, public_id: str, language: str) -> Page:
    """The page for families of a district, as anybody may read it.

    Raises
    ------
    Missing
        SV002 when no district has this address.
    """
    with across_districts(why="whoever reads the page has no account, and the address names the district"):
        district = District.objects.filter(public_id=public_id).first()
    if district is None:
        raise desk.nothing_here()
    with within(district.pk):
        day, refresh = clock.today(district), Refresh.objects.first()
        refreshed_on = refresh.refreshed_on if refresh else None
        breaches = tuple(_told(one, language) for one in Breach.objects.all())
        told = Told(district.name, tuple(value_of(one) for one in _agreements()), breaches, refreshed_on)
        return Page(transparency(told, catalogue(), on=day, lang=language), is_stale(refreshed_on, day))


@desk.reading("district.read")
def standing(*, by: Account) -> Standing:
    """How the page for families stands."""
    refresh = Refresh.objects.select_related("refreshed_by").first()
    stale = is_stale(refresh.refreshed_on if refresh else None, clock.today(by.district))
    return Standing(tuple(Breach.objects.select_related("written_by")), refresh, stale)


@desk.verb("agreement.write")
def refresh(*, by: Account) -> Refresh:
    """Say that somebody went through the page for families today, and that it is right."""
    return Refresh.objects.create(refreshed_on=clock.today(by.district), refreshed_by=by)


@desk.verb("agreement.write", words=("found_on", "told_on"))
def add_breach(*, by: Account, found_on: date, told_on: date | None, says: str, says_es: str = "") -> Breach:
    """Put a breach on the page for families, in words that they can read.

    Raises
    ------
    Conflict
        SV108 when the words ask for more than grade 8, or none are given; SV109 when days are out of order or to come.
    """
    if not _can_be_read(says, "en") or (says_es and not _can_be_read(says_es, "es")):
        raise desk.refuse("SV108", "families could not read this: it asks for more than grade 8", "use shorter words")
    if found_on > clock.today(by.district) or (told_on and told_on < found_on):
        raise desk.refuse("SV109", "a breach is found, then families are told", "put its days in order")
    return Breach.objects.create(found_on=found_on, told_on=told_on, says=says, says_es=says_es, written_by=by)


@desk.reading("district.read", on="agreement")
def exhibit(*, by: Account, agreement: Agreement, language: str) -> Paper:
    """Exhibit B of one agreement."""
    return exhibit_b(value_of(agreement), catalogue(), district=by.district.name, lang=language)


@desk.reading("district.read")
def assessment(*, by: Account) -> Paper:
    """The draft of the district's data protection impact assessment."""
    found = tuple(value_of(one) for one in _agreements())
    return dpia(catalogue(), found, district=by.district.name, policy=Policy())


def _agreements() -> list[Agreement]:
    return list(Agreement.objects.select_related("tool"))


def _told(row: Breach, language: str) -> ToldBreach:
    says = row.says_es if language == "es" and row.says_es else row.says
    return ToldBreach(row.found_on, row.told_on, says)


def _can_be_read(says: str, language: str) -> bool:
    try:
        return is_plain(says, language)
    except ValueError:  # there is no word in it
        return False
