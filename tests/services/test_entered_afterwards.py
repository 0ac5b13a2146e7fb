"""A past that is entered when the application comes: an import counts by its own day, not by that of its row."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from gainline.services import aims, clock, cycles, stages, tools
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.imports import Import
from gainline.store.tenancy import within

LOCKED = date(2025, 10, 1)  # its row is written today, which is later than any of the days below


@pytest.mark.parametrize(("days", "is_later"), [(0, False), (1, False), (2, True), (200, True)])
def test_an_import_of_two_days_after_the_lock_is_later_wherever_the_district_lies(recorded, days, is_later):
    with clock.stopped_at(LOCKED):
        aim = aims.set_aim(by=recorded.lead, unit=recorded.root, title="More read", by_when=LOCKED)
        tool = tools.add_tool(by=recorded.lead, key="lumen", name="Lumen", vendor="Lumen")
        asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=LOCKED)
        cycle = cycles.start_cycle(by=recorded.lead, aim=aim, tool=tool, asked=asked)
    with within(recorded.district.pk):
        Registration.objects.create(cycle=cycle, canonical="{}", sha256="0" * 64, snapshot="0" * 64,
                                    registered_on=LOCKED, registered_by=recorded.lead)  # fmt: skip
        at = datetime.combine(LOCKED + timedelta(days=days), time(12), UTC)
        Import.objects.create(source="Lumen", asked_by=recorded.lead, imported_at=at, snapshot="0" * 64,
                              rows={"brought": ["use:lumen"]})  # fmt: skip
        assert stages.facts_of(stages.with_facts(Cycle.objects.filter(pk=cycle.pk)).get())["has_records"] is is_later
