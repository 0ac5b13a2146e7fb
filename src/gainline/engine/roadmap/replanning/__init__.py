"""A plan made anew from today, with as few changed dates as can be, and what moved and why."""

from gainline.engine.roadmap.replanning.actuals import Actual, read_actuals
from gainline.engine.roadmap.replanning.changing import Move, Replan, replan
from gainline.engine.roadmap.replanning.deciding import Verdict, after_decision

__all__ = ["Actual", "Move", "Replan", "Verdict", "after_decision", "read_actuals", "replan"]
