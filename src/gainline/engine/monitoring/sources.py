"""Sources: what of a district's files needs a person today. Silence where nothing does."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import stats

from gainline.engine.core.issues import Issue, Level

Floats = npt.NDArray[np.float64]
SIGMAS = 3.0
FEWEST_LOADS = 3  # from here on a source has a rhythm of its own
LONGEST_SILENCE = 35  # days, where it has none yet
MOST_REJECTED, LEAST_MATCHED = 0.05, 0.95  # shares, where nothing earlier says what is usual
MOST_GONE = 0.10  # of people from one load to the next; the same share stops a roster
SHIFTED = 0.25  # population stability index from which a distribution counts as another one
LEAST_ASKED = 0.01  # shares below this are nobody's morning
UNSEEN = 0.20  # of licensed students without any use
MINUTES_A_DAY = 1440
_BINS, _CHANCE = 10, 0.999


@dataclass(frozen=True, slots=True)
class Load:
    """One file of a source: the day it came, its rows, and its people.

    ``identities`` and ``matched`` are 0 for files that name nobody.
    """

    on: date
    rows: int
    rejected: int
    identities: int = 0
    matched: int = 0


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of one kind (a tool's metric, an assessment's scores) in the latest load and in the ones before."""

    what: str
    latest: Floats
    before: Floats


@dataclass(frozen=True, slots=True)
class Licensed:
    """Of one tool: how many of a hundred licensed students never used it, as far as that may be shown.

    ``low`` and ``high`` are equal for one percentage, apart for a band, None where they are too few to show.
    """

    tool: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that is looked at, as of one day.

    Parameters
    ----------
    loads
        Files by source, oldest first.
    amounts
        By source.
    impossible
        What cannot be, in words, with how many times it stands in the lake, by source.
    licensed
        One entry a tool.
    minutes
        Tool -> what its vendor calls a minute.
    waiting
        Identities that no rule knows, by source.
    """

    loads: Mapping[str, Sequence[Load]]
    amounts: Mapping[str, Sequence[Amounts]]
    impossible: Mapping[str, Mapping[str, int]]
    licensed: Sequence[Licensed]
    minutes: Mapping[str, str]
    waiting: Mapping[str, int]


def look(observed: Observed, *, as_of: date) -> list[Issue]:
    """What needs a person, most pressing first; the source stands where a file's name would.

    A source is held against its own past: limits are three standard deviations from what it used to do, so that a
    weekly file is late after nine days and a monthly one after five weeks.

    Source: Montgomery (2013), Introduction to Statistical Quality Control, sections 6.3 and 7.2, for the limits;
    Siddiqi (2006), Credit Risk Scorecards, chapter 9, for the index, and Yurdakul (2018), Western Michigan University,
    for its spread by chance.
    """
    found: list[Issue] = []
    for source, loads in sorted(observed.loads.items()):
        found.extend(_of_loads(source, loads, as_of))
    for source, amounts in sorted(observed.amounts.items()):
        found.extend(issue for one in amounts for issue in _of_amounts(source, one))
    for source, times in sorted(observed.impossible.items()):
        found.extend(
            _issue("IN413", source, f"what cannot be: {what}", "ask the vendor; the rows are in the lake", rows=many)
            for what, many in sorted(times.items())
            if many
        )
    found.extend(issue for one in observed.licensed for issue in _of_licenses(one))
    found.extend(unlike_minutes(observed.minutes))
    says, remedy = "identities wait for somebody to say whose they are", "see: gainline link suggest"
    found.extend(_issue("IN418", source, says, remedy, rows=n) for source, n in sorted(observed.waiting.items()) if n)
    return sorted(found, key=lambda issue: (issue.level is not Level.ERROR, issue.code, issue.file or ""))


def stability_index(latest: Floats, before: Floats) -> tuple[float, float]:
    """How far a distribution moved (population stability index over tenths of the earlier one), and chance's bound.

    Parameters
    ----------
    latest, before
        Finite amounts, at least one each.
    """
    cuts = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
    counts = [np.bincount(np.searchsorted(cuts, side), minlength=len(cuts) + 1) + 0.5 for side in (latest, before)]
    shares = [count / count.sum() for count in counts]
    index = float(np.sum((shares[0] - shares[1]) * np.log(shares[0] / shares[1])))
    bound = float(stats.chi2.ppf(_CHANCE, max(len(cuts), 1))) * (1 / len(latest) + 1 / len(before))
    return index, bound


def unlike_minutes(minutes: Mapping[str, str]) -> list[Issue]:
    """A warning for every definition of a minute beside the first one: tools that count alike may be compared.

    Parameters
    ----------
    minutes
        Tool -> what its vendor calls a minute.
    """
    groups: dict[str, list[str]] = {}
    for tool, meaning in sorted(minutes.items()):
        groups.setdefault(" ".join(meaning.casefold().split()), []).append(tool)
    if len(groups) < 2:
        return []
    said = "; ".join(f"{', '.join(tools)}: {minutes[tools[0]]}" for tools in groups.values())
    says = f"minutes mean different things ({said})"
    return [_issue("IN416", "usage", says, "compare each tool with itself; across tools compare days of use")]


def _of_loads(source: str, loads: Sequence[Load], as_of: date) -> Iterator[Issue]:
    last, before = loads[-1], loads[:-1]
    silent, usual = (as_of - last.on).days, longest_silence(loads)
    if silent > usual:
        says = f"no file since {last.on}: {silent} days, where up to {usual} were usual"
        yield _issue("IN410", source, says, "ask for the export, or whether it still runs")
    rejected = [(one.rejected, one.rows) for one in before]
    if _is_beyond((last.rejected, last.rows), rejected, MOST_REJECTED):
        says = f"{last.rejected / last.rows:.1%} of the latest file's rows were rejected"
        yield _issue("IN411", source, says, "see the codes of its import", rows=last.rejected)
    missed = [(one.identities - one.matched, one.identities) for one in before]
    if _is_beyond((last.identities - last.matched, last.identities), missed, 1 - LEAST_MATCHED):
        says = f"only {last.matched / last.identities:.1%} of the latest file's people are in the roster"
        yield _issue("IN417", source, says, "see: gainline link suggest; the comparison of groups may be unfair")
    people = [one.identities for one in before if one.identities]
    if people and last.identities < (1 - MOST_GONE) * people[-1]:
        says = f"the latest file names {1 - last.identities / people[-1]:.0%} fewer people than the one before"
        yield _issue("IN414", source, says, "ask whether a school or a grade is missing", level=Level.ERROR)


def longest_silence(loads: Sequence[Load]) -> int:
    """Days after which a source is late: its usual gap and three usual deviations of it, or two days more."""
    days = sorted({one.on for one in loads})
    if len(days) < FEWEST_LOADS:
        return LONGEST_SILENCE
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    middle = statistics.median(gaps)
    spread = 1.4826 * statistics.median(abs(gap - middle) for gap in gaps)
    return math.ceil(middle + max(SIGMAS * spread, 2.0))


def _is_beyond(latest: tuple[int, int], before: Sequence[tuple[int, int]], most: float) -> bool:
    """Tell whether a share is above the upper limit of its p chart; with nothing before, above a fixed one."""
    part, whole = latest
    if not whole or part / whole < LEAST_ASKED:
        return False
    parts, wholes = sum(one for one, _ in before), sum(one for _, one in before)
    if not wholes:
        return part / whole > most
    usual = parts / wholes
    return part / whole > usual + SIGMAS * math.sqrt(max(usual * (1 - usual), 1 / wholes) / whole)


def _of_amounts(source: str, one: Amounts) -> Iterator[Issue]:
    latest, before = (side[np.isfinite(side)] for side in (one.latest, one.before))
    if not len(latest) or not len(before):
        return
    index, bound = stability_index(latest, before)
    if index > max(SHIFTED, bound):
        moved = f"median {np.median(before):g} before, {np.median(latest):g} now; index {index:.2f}"
        says = f"{one.what} are spread otherwise than before ({moved})"
        yield _issue("IN412", source, says, "ask the vendor whether the definition changed; look at the unit")


def _of_licenses(one: Licensed) -> Iterator[Issue]:
    if one.low is not None and one.high is not None and one.low > 100 * UNSEEN:
        share = f"{one.low}" if one.low == one.high else f"{one.low} to {one.high}"
        says = f"{share} % of the licensed students never used it"
        yield _issue("IN415", one.tool, says, "ask the schools, or whether these students were rostered")


def _issue(code: str, source: str, says: str, remedy: str, *, rows: int = 1, level: Level = Level.WARNING) -> Issue:
    return Issue(code, level, says, remedy, file=source, rows=rows)
