"""The stage of the records: it asks whether what the locked plan needs has come, not whether any file has."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pytest

from gainline.road.arriving import kinds_of
from gainline.services import aims, clock, cycles, stages, tools
from gainline.services.stages import Stage
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.imports import Import
from gainline.store.tenancy import within

DAY, SHA = date(2030, 6, 1), "0" * 64
PLAN = {
    "tool": {"key": "lumen"},
    "outcomes": [
        {"role": "secondary", "label": "Mood", "from": {"attribute": "mood"}},
        {"role": "primary", "label": "Reading in spring", "from": {"result": "reading", "forms": ["spring"]}},
    ],
}
USE, SPRING = "use:lumen", "result:reading:spring"


@pytest.fixture
def locked(cast):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=DAY)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=DAY)
    cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    cycles.save_draft(by=cast.lead, cycle=cycle, text="x")
    with within(cast.district.pk):
        Registration.objects.create(
            cycle=cycle,
            canonical=json.dumps(PLAN),
            sha256=SHA,
            snapshot=SHA,
            registered_on=DAY,
            registered_by=cast.lead,
        )
    return cycle


def bring(cast, *kinds, is_preview=False):
    with within(cast.district.pk):
        Import.objects.create(
            source="Files", asked_by=cast.lead, imported_at=clock.now(), snapshot=SHA, is_preview=is_preview,
            rows={"read": 9, "loaded": 9, "repaired": 0, "rejected": 0, "brought": list(kinds)},
        )  # fmt: skip


def refusal(cast, cycle):
    with within(cast.district.pk):
        error = stages.why_not(Cycle.objects.get(pk=cycle.pk), Stage.EVALUATED)
    return error.says if error else ""


def test_the_same_files_once_more_bring_nothing(cast, locked):
    assert refusal(cast, locked).startswith("SV023")
    bring(cast)
    assert refusal(cast, locked).startswith("SV023")


def test_what_is_missing_is_named(cast, locked):
    bring(cast, USE, "students")
    assert refusal(cast, locked).startswith("SV086")
    assert refusal(cast, locked).endswith("missing: Reading in spring")
    bring(cast, "result:reading:fall", "result:math:spring")
    assert "missing: Reading in spring" in refusal(cast, locked)
    bring(cast, SPRING, is_preview=True)
    assert refusal(cast, locked).startswith("SV086")


def test_use_and_results_may_come_one_after_the_other(cast, locked):
    bring(cast, SPRING)
    assert refusal(cast, locked).endswith("missing: use of the tool")
    bring(cast, USE)
    assert refusal(cast, locked) == ""
    [row] = cycles.cycles(by=cast.lead)
    with within(cast.district.pk):
        assert stages.stage_of(row) is Stage.RECORDED


def test_kinds_are_told_by_tool_and_by_form():
    use = pa.table({"tool": ["lumen", "lumen", "orbit"]})
    results = pa.table({"assessment": ["reading", "reading"], "form": ["fall", "spring"]})
    assert kinds_of("usage", use) == kinds_of("events", use) == {"use:lumen", "use:orbit"}
    assert kinds_of("results", results) == {"result:reading:fall", SPRING}
    assert kinds_of("students", use) == {"students"}
    assert kinds_of("students", use.slice(0, 0)) == set()
