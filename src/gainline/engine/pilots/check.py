"""The plan check: everything that is missing, impossible or unwise in a plan that can be read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from gainline.engine.core.issues import Issue
from gainline.engine.core.toml_lines import toml_lines
from gainline.engine.pilots.commitments import check_design, check_outcomes, check_prediction, check_rule
from gainline.engine.pilots.periods import check_periods
from gainline.engine.pilots.placebos import check_placebos
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.sheet import Sheet
from gainline.engine.pilots.single import check_single
from gainline.engine.pilots.sources import check_sources
from gainline.engine.pilots.timing import check_dates

RULES = (
    check_prediction,
    check_dates,
    check_design,
    check_single,
    check_sources,
    check_outcomes,
    check_placebos,
    check_rule,
    check_periods,
)


def check_plan(
    plan: Plan, *, file: str, text: str, as_of: date, indicators: Collection[str] | None = None
) -> list[Issue]:
    """What is missing, impossible or unwise in a plan, by line.

    Parameters
    ----------
    plan, file, text
        The plan, its file's name, and the text from which `parse_plan` read it.
    as_of
        The day that counts as today.
    indicators
        Keys of the catalogue; ``None`` when none is at hand, then indicators are not looked up.

    Returns
    -------
    issues
        In the order of their lines. An error keeps the plan from being registered; a warning is kept with it.
    """
    sheet = Sheet(plan, file, toml_lines(text), as_of, indicators)
    found = [issue for rule in RULES for issue in rule(sheet)]
    return sorted(found, key=lambda issue: (issue.line or 0, issue.code))
