"""Score: published questionnaires from the answers in the lake, for groups that are large enough to show."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean, stdev
from typing import Any

from scipy import stats

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.core.refusals import Refusal
from gainline.engine.monitoring.instruments import INSTRUMENTS, net_promoters, score_sheet
from gainline.engine.privacy import Audience, Policy, one_way, release
from gainline.road.workspace import Workspace

NET_PROMOTERS = "nps"
GROUPS = ("tool", "school_id", "respondent")
TOO_FEW = "too few to show"
_NUMBER = re.compile(r"(\d+)$")
_COVERAGE = 0.975
Sheet = tuple[tuple[str, ...], int, Mapping[int, float | None]]
Row = dict[str, Any]


def score_survey(
    workspace: Workspace,
    instrument: str,
    *,
    survey: str,
    by: Sequence[str] = (),
    days: tuple[date, date] | None = None,
) -> list[Row]:
    """One row per group and score: the mean over people, its 95 % interval, how many, and sheets without a score.

    Parameters
    ----------
    instrument
        A key of `INSTRUMENTS`, or ``nps``.
    survey
        What the lake calls it; its items end in their number, such as ``q1`` or ``SUS10``.
    by
        Of `GROUPS`.

    Raises
    ------
    UserFixable
        When the instrument or a grouping does not exist.
    Missing
        When nobody answered such a survey.
    """
    if instrument not in {*INSTRUMENTS, NET_PROMOTERS}:
        known = ", ".join([*INSTRUMENTS, NET_PROMOTERS])
        raise UserFixable(f"there is no instrument {instrument}", f"one of: {known}")
    if wrong := sorted(set(by) - set(GROUPS)):
        raise UserFixable(f"answers cannot be grouped by {wrong[0]}", f"one of: {', '.join(GROUPS)}")
    sheets = _sheets(workspace, survey, tuple(by), days)
    if not sheets:
        raise Missing(f"nobody answered a survey called {survey}", "see the instruments of your imports")
    scored, without = _scored(instrument, sheets)
    return _shown(instrument, scored, without, tuple(by))


def _sheets(workspace: Workspace, survey: str, by: tuple[str, ...], days: tuple[date, date] | None) -> list[Sheet]:
    with workspace.lake.reading() as reading:
        rows: Any = reading.current("responses")
        rows = rows.filter(rows.instrument == survey)
        if days is not None:
            rows = rows.filter(rows.answered_on >= days[0], rows.answered_on <= days[1])
        columns = dict.fromkeys((*by, "person_key", "response_id", "item", "answer"))
        listed = reading.arrow(rows.select(*columns).order_by("response_id", "item")).to_pylist()
    found: dict[tuple[tuple[str, ...], int, str], dict[int, float | None]] = defaultdict(dict)
    for row in listed:
        number = _NUMBER.search(row["item"])
        if number:
            group = tuple(str(row[column]) for column in by)
            found[group, row["person_key"], row["response_id"]][int(number[1])] = row["answer"]
    return [(group, person, answers) for (group, person, _), answers in found.items()]


def _scored(
    instrument: str, sheets: Sequence[Sheet]
) -> tuple[dict[tuple[str, ...], dict[int, list[dict[str, float]]]], dict[tuple[str, ...], int]]:
    """Scores by group and person, and how many sheets of each group have none."""
    scored: dict[tuple[str, ...], dict[int, list[dict[str, float]]]] = defaultdict(lambda: defaultdict(list))
    without: dict[tuple[str, ...], int] = defaultdict(int)
    for group, person, answers in sheets:
        scores = _of_sheet(instrument, answers)
        if scores is None:
            without[group] += 1
        else:
            scored[group][person].append(scores)
    return scored, without


def _of_sheet(instrument: str, answers: Mapping[int, float | None]) -> dict[str, float] | None:
    if instrument == NET_PROMOTERS:
        given = [answer for answer in answers.values() if answer is not None]
        return {"recommends": given[0]} if len(given) == 1 and float(given[0]).is_integer() else None
    found = score_sheet(INSTRUMENTS[instrument], answers)
    return None if isinstance(found, Refusal) else found


def _shown(
    instrument: str,
    scored: Mapping[tuple[str, ...], Mapping[int, list[dict[str, float]]]],
    without: Mapping[tuple[str, ...], int],
    by: tuple[str, ...],
) -> list[Row]:
    """Rows as they may leave: a group under the smallest count, or one that gives such a group away, has no figure."""
    groups = sorted({*scored, *without})
    names = {group: " / ".join(group) or "all" for group in groups}
    counts = one_way("group", {names[group]: len(scored.get(group, {})) for group in groups})
    released = release(counts, audience=Audience.STAFF, policy=Policy())
    rows: list[Row] = []
    for group in groups:
        shown = dict(zip(by, group, strict=True))
        people = scored.get(group, {})
        if not people or not released.may_show_effect(("group", names[group])):
            rows.append({**shown, **_figures("", None, None, None), "n": None, "unscored": None, "note": TOO_FEW})
            continue
        count = released.count("group", names[group])
        exact = count.low is not None and count.low == count.high
        note = "" if exact else TOO_FEW if count.low is None else f"{count.low:,} to {count.high:,} people"
        beside = {"n": count.low if exact else None, "unscored": _banded(without.get(group, 0)), "note": note}
        rows.extend({**shown, **figures, **beside} for figures in _summaries(instrument, list(people.values())))
    return rows


def _summaries(instrument: str, people: Sequence[list[dict[str, float]]]) -> list[Row]:
    """Everybody counts once, with the mean of their sheets; for net promoters with their last answer."""
    if instrument == NET_PROMOTERS:
        found = net_promoters([int(sheets[-1]["recommends"]) for sheets in people])
        if isinstance(found, Refusal):
            raise UserFixable(f"{found.code}: {found.because}", found.remedy)
        return [_figures("net promoters", found.score, found.low, found.high)]
    rows = []
    for name in people[0][0]:
        values = [fmean(sheet[name] for sheet in sheets) for sheets in people]
        mean, half = fmean(values), _half(values)
        rows.append(_figures(name, mean, mean - half, mean + half))
    return rows


def _half(values: Sequence[float]) -> float:
    """Half of the 95 % interval of a mean, by Student's t."""
    return float(stats.t.ppf(_COVERAGE, len(values) - 1)) * stdev(values) / math.sqrt(len(values))


def _figures(score: str, mean: float | None, low: float | None, high: float | None) -> Row:
    return {"score": score, "mean": mean, "low": low, "high": high}


def _banded(count: int) -> str:
    """How many sheets have no score; a few could point to somebody."""
    return "0" if not count else "under 10" if count < 10 else str(count)
