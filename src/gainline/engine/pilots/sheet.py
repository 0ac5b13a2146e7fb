"""The sheet: a plan beside its own text, from which a rule makes an issue with the right line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.toml_lines import LineIndex, nearest_line
from gainline.engine.core.toml_reading import dotted
from gainline.engine.pilots.plan import Plan, Source

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every rule of the plan check gets: the plan, its lines, the day, and the indicators that exist.

    ``indicators`` is ``None`` where no catalogue is at hand; then the rule about unknown indicators stays silent.
    """

    plan: Plan
    file: str
    lines: LineIndex
    as_of: date
    indicators: Collection[str] | None

    def error(self, code: str, at: Place, says: str, remedy: str) -> Issue:
        """An issue that keeps the plan from being registered."""
        return self._issue(Level.ERROR, code, at, (says, remedy))

    def warning(self, code: str, at: Place, says: str, remedy: str) -> Issue:
        """An issue that the plan may be registered with, and that every reader should know."""
        return self._issue(Level.WARNING, code, at, (says, remedy))

    def sources(self) -> list[tuple[Place, str, Source]]:
        """Every source of the plan: where it stands, its role (outcome, covariate, subgroup, placebo, use), itself."""
        plan = self.plan
        found: list[tuple[Place, str, Source]] = []
        found += [(("outcomes", i, "from"), "outcome", o.source) for i, o in enumerate(plan.outcomes)]
        found += [(("covariates", i, "from"), "covariate", c.source) for i, c in enumerate(plan.covariates)]
        found += [(("subgroups", i, "from"), "subgroup", s.source) for i, s in enumerate(plan.subgroups)]
        found += [(("placebos", i, "from"), "placebo", p.source) for i, p in enumerate(plan.placebos)]
        if plan.comparison.use:
            found.append((("comparison", "use", "from"), "use", plan.comparison.use.source))
        return found

    def _issue(self, level: Level, code: str, at: Place, words: tuple[str, str]) -> Issue:
        says, remedy = words
        line = nearest_line(self.lines, at)
        return Issue(code, level, says, remedy, file=self.file, line=line, column=dotted(at) or None)
