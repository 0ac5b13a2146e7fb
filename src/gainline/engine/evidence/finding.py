"""A finding: what an estimator returns before anyone knows which outcome of which plan it was about."""

from __future__ import annotations

from dataclasses import dataclass

Notes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One effect with honest uncertainty, in the unit of the numbers that went in.

    Parameters
    ----------
    estimand
        What the number is about, in words: "intention to treat", "effect on those who took it up", ...
    effect, std_error, df
        The estimate, its standard error, and the degrees of freedom of the t reference (infinite: normal).
    low, high
        The 95 % interval. It need not be effect +- t * std_error: some designs invert a test.
    p
        Two-sided, against no effect.
    method
        The method in one line, inference included.
    source
        Paper, equation or handbook section.
    diagnostics
        Name and value of what an analyst would ask next.
    """

    estimand: str
    effect: float
    std_error: float
    df: float
    low: float
    high: float
    p: float
    method: str
    source: str
    diagnostics: Notes = ()
