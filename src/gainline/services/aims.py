"""Aims: what is to get better, in several measures, and the drivers that are thought to move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.aims import Aim, AimMeasure, Driver
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


@desk.verb("aim.write", on="unit", words=("title", "by_when"))
def set_aim(
    *, by: Account, unit: Organization, title: str, by_when: date, because: str = "", owner: Account | None = None
) -> Aim:
    """A new aim for a unit of the district, to be reached by a day."""
    return Aim.objects.create(unit=unit, title=title, by_when=by_when, because=because, owner=owner or by)


@desk.verb("aim.write", on="aim", words=("title", "by_when"))
def change_aim(*, by: Account, aim: Aim, title: str, by_when: date, because: str = "") -> Aim:
    """Say an aim better; the trail keeps that it was changed."""
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
def add_measure(*, by: Account, aim: Aim, measured: Measured, by_when: date | None = None) -> AimMeasure:
    """One more measure of success: an outcome, a process that leads there, or what must not get worse."""
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
def aims(*, by: Account) -> list[Aim]:
    """The district's aims that are not closed, next first, with measures, drivers and cycles at hand."""
    return list(
        Aim.objects.filter(closed_on=None).select_related("owner", "unit").prefetch_related("measures", "cycles")
    )


@desk.reading("district.read")
def aim(*, by: Account, public_id: str) -> Aim:
    """One aim with its measures, drivers and cycles at hand."""
    found: Aim = desk.find(Aim, public_id, "owner", "unit")
    return found


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
