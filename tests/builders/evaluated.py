"""A tool with its contract, and a cycle on it that was evaluated: rows written straight into the store."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from builders.audits import audited
from gainline.services import agreements, aims, cycles, tools
from gainline.store.models.cycles import Registration
from gainline.store.models.evidence import Evidence
from gainline.store.tenancy import within

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "reports"))
import sample_evidence

DAY = date(2030, 3, 1)
TERMS = tools.Terms(date(2029, 8, 1), date(2030, 6, 30), date(2030, 3, 31), True, Decimal(73100), 2150)
DATA = agreements.DataTerms(
    ("operating-the-tool", "evaluating-tools"), ("pseudonym", "grade-level", "use"), (), date(2029, 8, 1),
    date(2030, 6, 30), date(2030, 9, 30),
)  # fmt: skip


def a_tool(cast, name="Lumen Reading"):
    tool = tools.add_tool(by=cast.lead, key=name.lower().replace(" ", "-"), name=name, vendor="Lumen")
    tools.add_contract(by=cast.lead, tool=tool, terms=TERMS)
    return tool


def evaluated(cast, tool, document):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=date(2030, 6, 1))
    asked = cycles.Asked(title="Lumen in grade 4", question="Does it help?", decide_by=date(2030, 3, 20))
    cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    with within(cast.district.pk):
        locked = Registration.objects.create(
            cycle=cycle, canonical="{}", sha256="0" * 64, snapshot="0" * 64, registered_on=DAY, registered_by=cast.lead
        )
        made = audited(Evidence.objects.create(
            cycle=cycle, registration=locked, document=document, sha256="1" * 64, snapshot="0" * 64,
            ruled=document["verdict"]["word"], evaluated_on=DAY, evaluated_by=cast["analyst"],
        ))  # fmt: skip
    return cycle, made


def document() -> dict[str, Any]:
    """The sample evaluation that says adapt."""
    value: dict[str, Any] = sample_evidence.adapt().to_json_value()
    return value
