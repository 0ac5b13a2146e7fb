"""What is said of a plan that comes from elsewhere: the codes, and the account of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from gainline.engine.core.issues import Issue, Level
from gainline.engine.roadmap.exchange.outline import Outline

_SAID = {
    "RM089": (Level.ERROR, "save it anew from the program that it comes from, and name a file with a plan in it"),
    "RM090": (Level.ERROR, "give every task a name, its own key, and dates in order"),
    "RM091": (Level.NOTE, "a roadmap counts in weeks; shorten the step if the rest of the week matters"),
    "RM092": (Level.WARNING, "write the link by hand, between two tasks of the plan"),
    "RM093": (Level.WARNING, "write the kind that it is; the calendar of a step depends on it"),
    "RM094": (Level.WARNING, "write it as the published columns say"),
    "RM095": (Level.NOTE, "nothing to do; summaries become initiatives, and what is no task has no week"),
}


@dataclass(slots=True)
class PlanRead:
    """A plan that was read: its steps, what is wrong, and ``read = taken + left`` tasks."""

    outline: Outline | None = None
    issues: list[Issue] = field(default_factory=list)
    read: int = 0
    taken: int = 0
    left: int = 0

    def say(self, code: str, says: str, at: tuple[str, int | None], column: str | None = None) -> None:
        """Add an issue; its level and remedy come with the code."""
        level, remedy = _SAID[code]
        self.issues.append(Issue(code, level, says, remedy, file=at[0], line=at[1], column=column))
