"""From a week's measurement to where it stands: in trouble, out of it, between the two levels, or not known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.thresholds.expression import Condition, Malformed, compile_condition
from gainline.engine.monitoring.thresholds.rule import Rule


class Stand(StrEnum):
    """Where one week stands."""

    TROUBLE = auto()
    BETWEEN = auto()
    CLEAR = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured in one instructional week for one group.

    Parameters
    ----------
    values
        Indicator -> value; None or absent where there is none.
    n
        How many stand behind it, of the fewest where there are several indicators; None where that may not be shown.
    """

    values: Mapping[str, float | None]
    n: int | None = None


class Judge:
    """A rule made ready to judge weeks.

    Raises
    ------
    ValueError
        When an expression of the rule does not compile; `check_rule` says so when the rule is saved.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._when = _ready(rule.when, rule)
        self._until = _ready(rule.until, rule)

    def __call__(self, reading: Reading) -> Stand | Refusal:
        """Where the week stands; a count under `minimum_n` or an indicator without a value is missing.

        Refuses
        -------
        RK016 an expression has no value for what was measured.
        """
        values = {key: value for key in self.rule.watched if (value := reading.values.get(key)) is not None}
        known = len(values) == len(self.rule.watched) and all(math.isfinite(value) for value in values.values())
        if not known or (reading.n is not None and reading.n < self.rule.minimum_n):
            return Stand.MISSING
        return self._of_words(values) if self._when else self._of_levels(*values.values())

    def _of_levels(self, value: float) -> Stand:
        sign = 1.0 if self.rule.direction == "below" else -1.0
        enter, leave = self.rule.enter, self.rule.exit
        if enter is None or leave is None:
            raise ValueError("a rule without levels judges by its expressions")
        if sign * value < sign * enter:
            return Stand.TROUBLE
        return Stand.CLEAR if sign * value >= sign * leave else Stand.BETWEEN

    def _of_words(self, values: Mapping[str, float]) -> Stand | Refusal:
        found = self._when.holds(values) if self._when else False
        if isinstance(found, Refusal):
            return found
        if found:
            return Stand.TROUBLE
        over = self._until.holds(values) if self._until else True
        if isinstance(over, Refusal):
            return over
        return Stand.CLEAR if over else Stand.BETWEEN


def _ready(text: str | None, rule: Rule) -> Condition | None:
    if text is None:
        return None
    found = compile_condition(text, rule.uses)
    if isinstance(found, Malformed):
        raise ValueError(f"column {found.column}: {found.says}")  # noqa: TRY004 - the text is wrong, not its type
    return found
