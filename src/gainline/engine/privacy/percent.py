"""Percentages of people, in bands wide enough that no count can be worked back."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.privacy.policy import Audience, BandRule, Policy


@dataclass(frozen=True, slots=True)
class PercentBand:
    """A percentage as it may be shown: from `low` to `high` percent; equal when one whole percent is meant."""

    low: int
    high: int


def percent_band(part: int, whole: int, *, audience: Audience, policy: Policy) -> PercentBand | None:
    """A share of a group, as wide as the audience and the size of the group ask for.

    Returns
    -------
    PercentBand or None
        None when the group is under the minimum, so that no percentage of it may be shown. For the public, groups of
        up to 300 show the band that holds the share; larger groups a whole percent, 1 and 99 standing for the tails.

    Examples
    --------
    >>> percent_band(21, 80, audience=Audience.PUBLIC, policy=Policy())
    PercentBand(low=25, high=30)
    >>> percent_band(21, 80, audience=Audience.STAFF, policy=Policy())
    PercentBand(low=26, high=26)
    """
    if whole <= 0 or not 0 <= part <= whole:
        raise ValueError(f"a share is a part of a whole, got {part} of {whole}")
    whole_percent = round(100 * part / whole)
    if audience is Audience.ANALYST:
        return PercentBand(whole_percent, whole_percent)
    if policy.is_small(whole):
        return None
    if audience is Audience.STAFF:
        return PercentBand(whole_percent, whole_percent)
    rule = next((band for band in policy.bands if whole <= band.up_to), BandRule(whole, 1))
    if rule.width == 1:
        return _tailed(whole_percent, rule.tail)
    low = min(100 * part // whole // rule.width * rule.width, 100 - rule.width)
    return PercentBand(low, low + rule.width)


def _tailed(percent: int, tail: int) -> PercentBand:
    """A whole percent; of a tail of one point its inner end stands for it, of a wider one both."""
    inner = min(100 - tail, max(tail, percent))
    if tail == 1 or tail < percent < 100 - tail:
        return PercentBand(inner, inner)
    return PercentBand(0, tail) if percent <= tail else PercentBand(100 - tail, 100)
