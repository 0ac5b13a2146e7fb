"""Days and clocks: both changes of daylight saving time, the leap day, the year's end, and a clock that is set back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gainline.jobs import clockwork
from gainline.services import aims, clock, governance, health, working
from gainline.store.models.audit import AuditEvent
from gainline.store.models.districts import District
from gainline.store.tenancy import within

CHICAGO = District(name="Hillview", time_zone="America/Chicago")
STANDARD, SUMMER = timedelta(hours=-6), timedelta(hours=-5)


@pytest.fixture
def at(monkeypatch):
    """Let it be another moment."""
    return lambda moment: monkeypatch.setattr(clock.timezone, "now", lambda: moment)


def nth_sunday(year, month, number):
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


def day_by_hand(moment):
    """The day in Chicago by the law's own words: from the second Sunday of March, 2 am, to the first of November."""
    begins = datetime.combine(nth_sunday(moment.year, 3, 2), datetime.min.time(), UTC) + timedelta(hours=2) - STANDARD
    ends = datetime.combine(nth_sunday(moment.year, 11, 1), datetime.min.time(), UTC) + timedelta(hours=2) - SUMMER
    return (moment + (SUMMER if begins <= moment < ends else STANDARD)).date()


@pytest.mark.parametrize("year", [2026, 2028])
def test_every_half_hour_of_a_year_falls_on_the_day_that_the_law_says(at, year):
    moment, wrong = datetime(year, 1, 2, tzinfo=UTC), []
    while moment < datetime(year + 1, 1, 1, tzinfo=UTC):
        at(moment)
        if clock.today(CHICAGO) != day_by_hand(moment):
            wrong.append(moment)
        moment += timedelta(minutes=30)
    assert wrong == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 8, 5, 59, tzinfo=UTC), date(2026, 3, 7)),  # the night before the short day
        (datetime(2026, 3, 9, 4, 59, tzinfo=UTC), date(2026, 3, 8)),  # its last minute, an hour earlier by UTC
        (datetime(2026, 11, 1, 4, 59, tzinfo=UTC), date(2026, 10, 31)),
        (datetime(2026, 11, 2, 5, 59, tzinfo=UTC), date(2026, 11, 1)),  # the last minute of the long day
        (datetime(2028, 3, 1, 5, 59, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2027, 1, 1, 5, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_days_end_at_midnight_in_the_district(at, moment, day):
    at(moment)
    assert clock.today(CHICAGO) == day


def test_a_trail_is_ordered_by_its_numbers_when_the_clock_is_set_back(cast, at):
    noon = datetime(2027, 11, 7, 7, tzinfo=UTC)  # when the clocks of Chicago are set back, before any grant has ended
    for number, moment in enumerate((noon, noon + timedelta(minutes=30), noon - timedelta(minutes=30))):
        at(moment)
        aims.set_aim(by=cast.lead, unit=cast.root, title=f"Aim {number}", by_when=date(2030, 6, 1))
    assert governance.verify_trail(by=cast["auditor"]) == []
    with within(cast.district.pk):
        told = list(AuditEvent.objects.filter(verb="aims.set_aim").order_by("seq").values_list("at", flat=True))
    assert told == [noon, noon + timedelta(minutes=30), noon - timedelta(minutes=30)]


@pytest.mark.parametrize(("silence", "is_due"), [(None, True), (10.0, False), (3700.0, True), (-3600.0, True)])
def test_a_work_that_a_wrong_clock_put_ahead_is_due_now(monkeypatch, silence, is_due):
    ran = []
    monkeypatch.setattr(clockwork, "_works", lambda: iter([("hourly.lost_jobs", 3600.0)]))
    monkeypatch.setattr(working, "silence_of", lambda name: silence)
    monkeypatch.setattr(working, "beat", lambda name: ran.append(name))
    monkeypatch.setattr(clockwork, "import_module", lambda name: type("Work", (), {"run": staticmethod(lambda: None)}))
    assert bool(clockwork.run_due()) is is_due
    assert ran == (["hourly.lost_jobs"] if is_due else [])


@pytest.mark.parametrize(
    ("silence", "says"), [(None, "never started"), (5.0, "ok"), (-5.0, "ok"), (200.0, "silent"), (-7200.0, "silent")]
)
def test_a_worker_that_beats_far_ahead_counts_as_silent(monkeypatch, silence, says):
    monkeypatch.setattr(working, "silence_of", lambda: silence)
    assert health._worker() == says
