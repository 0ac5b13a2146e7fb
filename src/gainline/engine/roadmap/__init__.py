"""The roadmap: initiatives and their activities in time, checked, and dated by a solver that keeps every rule."""

from gainline.engine.roadmap.checker import check_plan
from gainline.engine.roadmap.model import Dates, Roadmap
from gainline.engine.roadmap.planning import Margin, Plan, margins, plan_dates
from gainline.engine.roadmap.reading import read_roadmap
from gainline.engine.roadmap.solving import Effort, Found, Stage

__all__ = [
    "Dates",
    "Effort",
    "Found",
    "Margin",
    "Plan",
    "Roadmap",
    "Stage",
    "check_plan",
    "margins",
    "plan_dates",
    "read_roadmap",
]
