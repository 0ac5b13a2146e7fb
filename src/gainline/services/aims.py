"""Aims: what is to get better, in several measures, and the drivers that are thought to move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch

from gainline.services import clock, desk, stages
from gainline.store.models.accounts import Account
from gainline.store.models.aims import Aim, AimMeasure, Driver
from gainline.store.models.audit import AuditEvent
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import Organization
from gainline.store.words import Direction, DriverKind, DriverStatus, MeasureKind

UNDER = {DriverKind.SECONDARY: {DriverKind.PRIMARY}, DriverKind.CHANGE: {DriverKind.PRIMARY, DriverKind.SECONDARY}}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure of an aim says.

    Parameters
    ----------
    kind
        Outcome, process or balancing.
    indicator
        The indicator's key in the catalogue.
    label, unit_of_measure, direction
        As people read it.
    starts_at, goal
        From where to where; `starts_at` is None while it is not known.
    """

    kind: MeasureKind
    indicator: str
    label: str
    unit_of_measure: str
    goal: float
    direction: Direction = Direction.HIGHER
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What an aim said: its number in the trail, title and day, who wrote it and when."""

    number: int
    title: str
    by_when: date
    by: Account | None
    at: datetime


@desk.verb("aim.write", on="unit", words=("title", "by_when"))
def set_aim(
    *, by: Account, unit: Organization, title: str, by_when: date, because: str = "", owner: Account | None = None
) -> Aim:
    """A new aim for a unit of the district, to be reached by a day."""
    return Aim.objects.create(unit=unit, title=title, by_when=by_when, because=because, owner=owner or by)


@desk.verb("aim.write", on="aim", words=("title", "by_when"))
def change_aim(
    *, by: Account, aim: Aim, title: str, by_when: date, because: str = "", seen: datetime | None = None
) -> Aim:
    """Say an aim better; the trail keeps that it was changed, and `wordings` what it said.

    Parameters
    ----------
    seen
        When the aim that the writer saw was last changed; None asks nothing.

    Raises
    ------
    Conflict
        SV050 when somebody else changed it in between.
    """
    standing = Aim.objects.get(pk=aim.pk)
    if seen is not None and standing.updated != seen:
        raise desk.refuse("SV050", "somebody else changed this aim meanwhile", "look at theirs, then save again")
    aim.title, aim.by_when, aim.because = title, by_when, because
    aim.save()
    return aim


@desk.verb("aim.write", on="aim")
def close_aim(*, by: Account, aim: Aim) -> Aim:
    """Close an aim: it is reached or given up; its cycles stay."""
    aim.closed_on = clock.today(by.district)
    aim.save()
    return aim


@desk.verb("aim.write", on="aim")
def reopen_aim(*, by: Account, aim: Aim) -> Aim:
    """Undo that an aim was closed."""
    aim.closed_on = None
    aim.save()
    return aim


@desk.verb("aim.write", on="aim")
def add_measure(*, by: Account, aim: Aim, measured: Measured, by_when: date | None = None) -> AimMeasure:
    """One more measure of success: an outcome, a process that leads there, or what must not get worse.

    Raises
    ------
    Conflict
        SV051 when the aim has it already.
    """
    if AimMeasure.objects.filter(aim=aim, indicator=measured.indicator, kind=measured.kind).exists():
        raise desk.refuse("SV051", "this aim has this measure already", "take the other one off first")
    fields = {name: getattr(measured, name) for name in Measured.__slots__}
    return AimMeasure.objects.create(aim=aim, by_when=by_when or aim.by_when, **fields)


@desk.verb("aim.write", on="measure")
def drop_measure(*, by: Account, measure: AimMeasure) -> None:
    """Take a measure off an aim."""
    measure.delete()


@desk.verb("aim.write", on="aim", words=("kind", "label"))
def add_driver(*, by: Account, aim: Aim, kind: DriverKind, label: str, parent: Driver | None = None) -> Driver:
    """One more driver: primary under the aim, secondary or a change idea under another driver.

    Raises
    ------
    Conflict
        SV009 when it hangs on the wrong kind, or on another aim's driver.
    """
    under = UNDER.get(kind)
    fits = parent is None if under is None else parent is not None and parent.kind in under and parent.aim_id == aim.pk
    if not fits:
        raise desk.refuse(
            "SV009", "a driver hangs on the aim, a secondary driver or change idea on a driver above it", "choose again"
        )
    place = Driver.objects.filter(aim=aim, parent=parent).count()
    return Driver.objects.create(aim=aim, kind=kind, label=label, parent=parent, place=place)


@desk.verb("aim.write", on="driver", words=("status",))
def set_driver_status(*, by: Account, driver: Driver, status: DriverStatus) -> Driver:
    """Say what has become of a driver."""
    driver.status = status
    driver.save()
    return driver


@desk.verb("aim.write", on="driver")
def drop_driver(*, by: Account, driver: Driver) -> None:
    """Take a driver and everything under it off the diagram; cycles that named it stay."""
    driver.delete()


@desk.reading("district.read")
def aims(*, by: Account, closed: bool = False) -> list[Aim]:
    """The district's aims that are not closed, or those that are, next first, with measures and cycles at hand."""
    chosen = Aim.objects.filter(closed_on__isnull=not closed).select_related("owner", "unit")
    cycles = stages.with_facts(Cycle.objects.select_related("tool"))
    return list(chosen.prefetch_related("measures", Prefetch("cycles", cycles)))


@desk.reading("district.read")
def aim(*, by: Account, public_id: str) -> Aim:
    """One aim with its measures, drivers and cycles at hand."""
    found: Aim = desk.find(Aim, public_id, "owner", "unit")
    return found


@desk.reading("district.read")
def drivers(*, by: Account, aim: Aim) -> list[Driver]:
    """Every driver of an aim, in the order of the diagram."""
    return list(Driver.objects.filter(aim=aim).select_related("parent"))


@desk.reading("district.read")
def wordings(*, by: Account, aim: Aim) -> list[Wording]:
    """What an aim said, latest first, as the audit trail kept it: its title and its day."""
    verbs = ("aims.set_aim", "aims.change_aim")
    events = AuditEvent.objects.filter(target=aim.public_id, verb__in=verbs).select_related("actor").order_by("-seq")
    return [
        Wording(event.seq, event.words["title"], date.fromisoformat(event.words["by_when"]), event.actor, event.at)
        for event in events
    ]


@desk.reading("district.read")
def driver(*, by: Account, public_id: str) -> Driver:
    """One driver."""
    found: Driver = desk.find(Driver, public_id, "aim")
    return found


@desk.reading("district.read")
def measure(*, by: Account, public_id: str) -> AimMeasure:
    """One measure of an aim."""
    found: AimMeasure = desk.find(AimMeasure, public_id, "aim")
    return found
