"""Why there is no plan: the smallest set of rules that exclude each other, and the cheapest concessions."""

from gainline.engine.roadmap.explaining.concessions import Concession, concessions
from gainline.engine.roadmap.explaining.conflicts import Conflicts
from gainline.engine.roadmap.explaining.easing import eased, without
from gainline.engine.roadmap.explaining.rules import Rule, rules_of
from gainline.engine.roadmap.explaining.verdict import Explanation, explain

__all__ = [
    "Concession",
    "Conflicts",
    "Explanation",
    "Rule",
    "concessions",
    "eased",
    "explain",
    "rules_of",
    "without",
]
