"""An agreement about data that says everything, for tests that change one part of it."""

from __future__ import annotations

from datetime import date

from gainline.engine.privacy.agreements import DataAgreement
from gainline.engine.privacy.purposes import Basis, Purpose

AGREED = DataAgreement(
    holder="Lumen Learning",
    tool="Lumen Reading",
    tool_key="lumen-reading",
    kind=Basis.SCHOOL_OFFICIAL,
    purposes=(Purpose.EVALUATION, Purpose.OPERATION),
    elements=("pseudonym", "grade-level", "use"),
    starts=date(2025, 8, 1),
    ends=date(2026, 7, 31),
    destroy_by=date(2026, 10, 31),
)
