"""From licenses to dosed students: one bar a step, all on one scale."""

from __future__ import annotations

from dataclasses import dataclass

LEAST = 1.0  # percent: a step is never drawn away


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step: its word, the figure as released, what it means, what each cost, and its share of the widest step.

    ``share`` lies between 0 and 1; None where the count is not shown, which is drawn as a dashed outline.
    """

    label: str
    figure: str
    under: str = ""
    each: str = ""
    share: float | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the count must not be shown."""
        return self.share is None

    @property
    def percent(self) -> str:
        """How wide the bar is, of 100."""
        return f"{max(LEAST, 100 * (self.share or 0.0)):.1f}"
