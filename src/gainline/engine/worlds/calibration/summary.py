"""From the rows of a cell to its figures, each with its Monte Carlo error and the bar it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np

from gainline.engine.evidence.belief import believe
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.evidence.inference.distributions import normal_quantile
from gainline.engine.worlds.calibration.cells import Bar, Cell
from gainline.engine.worlds.calibration.judged import Row

SMALLEST, PRIOR_MEAN, PRIOR_SD, ADOPT_AT = 0.05, 0.05, 0.15, 0.80  # of the calibration plan, in SD
HIDDEN = frozenset({"placebo", "differential growth", "omitted cause", "hidden bias in pairs"})
"""Keys of the checks that speak of a cause that nobody measured. The bracket is not among them: it is wide wherever
students choose by their score, also where the adjusted estimate is right."""
_FEWEST = 20  # worlds for a regression on their luck
WORDS = ("adopt", "adapt", "stop", "extend", "not enough evidence")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a cell with its Monte Carlo standard error; ``bar`` is None where nothing is asked of it."""

    name: str
    value: float
    error: float
    bar: Bar | None = None

    @property
    def met(self) -> bool | None:
        """Whether the value lies within the bar; None without one."""
        return None if self.bar is None else self.bar.met(self.value)

    @property
    def settled(self) -> bool:
        """Tell whether two Monte Carlo errors either way would not change the answer."""
        if self.bar is None:
            return True
        ends = [self.bar.met(self.value + sign * 2.0 * self.error) for sign in (-1.0, 1.0)]
        return all(end == self.met for end in ends)


@dataclass(frozen=True, slots=True)
class Summary:
    """A cell's figures; `worlds` counts the rows, `refused` the worlds without an answer, by code."""

    cell: Cell
    worlds: int
    refused: tuple[tuple[str, int], ...]
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure | None:
        """The figure of that name, where the cell has it."""
        return next((figure for figure in self.figures if figure.name == name), None)


def summarize(cell: Cell, rows: Sequence[Row]) -> Summary:
    """The cell's figures, in SD of the outcome where they have a unit."""
    codes = [row["refused"] for row in rows if row["refused"]]
    answered = [row for row in rows if not row["refused"]]
    found = (_looks if cell.kind == "looks" else _pilot)(cell, answered) if answered else []
    bars = {bar.figure: bar for bar in cell.bars}
    figures = tuple(Figure(name, value, error, bars.get(name)) for name, value, error in found)
    missed = tuple(
        Figure(bar.figure, nan, nan, bar) for bar in cell.bars if bar.figure not in {f.name for f in figures}
    )
    return Summary(cell, len(rows), tuple((code, codes.count(code)) for code in sorted(set(codes))), figures + missed)


_Found = list[tuple[str, float, float]]


def _looks(cell: Cell, rows: Sequence[Row]) -> _Found:
    names = {"ever excluded": "ever", "ever excluded, running sd": "ever_running", "ever excluded, fixed": "ever_fixed"}
    found = [_share(name, [row[key] for row in rows]) for name, key in names.items()]
    return [*found, _mean("times as wide as fixed", np.array([row["width"] for row in rows]))]


def _pilot(cell: Cell, rows: Sequence[Row]) -> _Found:
    truth, sd, effect, low, high = (_column(rows, key) for key in ("truth", "sd", "effect", "low", "high"))
    found = [
        _mean("truth", truth / sd),
        _bias((effect - truth) / sd, _column(rows, "luck") / sd),
        _mean("bias, luck included", (effect - truth) / sd),
        _share("coverage", (low <= truth) & (truth <= high)),
        _share("rejection", _column(rows, "p") <= 0.05),
        _mean("half width", (high - low) / 2.0 / sd),
    ]
    chances = [row["p_randomization"] for row in rows if row["p_randomization"] is not None]
    if chances:
        found.append(_share("rejection by redrawing", np.array(chances) <= 0.05))
    found += [_share(word, [row["word"] == word for row in rows]) for word in WORDS]
    found += _naive(rows, truth, sd) + _doubts(rows, truth)
    return found + (_of_groups(rows) if len(cell.groups) > 1 else [])


def _naive(rows: Sequence[Row], truth: Floats, sd: Floats) -> _Found:
    """Users against the others, and what the same rule would say of that difference."""
    if any(row["naive"] is None for row in rows):
        return []
    effect, low, high = np.array([row["naive"] for row in rows]).T
    error = (high - low) / (2.0 * normal_quantile(0.975))
    pairs = zip(effect / sd, error / sd, strict=True)
    adopts = [believe(e, s, PRIOR_MEAN, PRIOR_SD).above(SMALLEST) >= ADOPT_AT for e, s in pairs]
    return [
        _mean("naive bias", (effect - truth) / sd),
        _share("naive coverage", (low <= truth) & (truth <= high)),
        _share("naive adopt", adopts),
    ]


def _doubts(rows: Sequence[Row], truth: Floats) -> _Found:
    """What speaks against a comparison that nobody drew by lot."""
    found = [_share("above promising", [row["essa"] in {"Tier 1", "Tier 2"} for row in rows])]
    looked = sorted({key for row in rows for key in row["looked"]})
    if any(HIDDEN & set(row["looked"]) for row in rows):
        found.append(_share("flagged", [bool(HIDDEN & set(row["flags"])) for row in rows]))
    found += [_share(f"flag: {key}", [key in row["flags"] for row in rows]) for key in looked]
    gains = [row["gain"] for row in rows]
    if all(gains) and gains:
        gain, low, high = np.array(gains).T
        adjusted, below, above = (_column(rows, key) for key in ("effect", "low", "high"))
        found.append(_mean("gain bias", (gain - truth) / _column(rows, "sd")))
        least, most = np.minimum(below, low), np.maximum(above, high)
        found.append(_share("bracketed", (least <= truth) & (truth <= most)))
        inside = (np.minimum(adjusted, gain) <= truth) & (truth <= np.maximum(adjusted, gain))
        found.append(_share("bracketed by the points alone", inside))
    return found


def _of_groups(rows: Sequence[Row]) -> _Found:
    """Raw against shrunken group effects, over all groups and worlds that have both."""
    shown = [
        (row, group)
        for row in rows
        for group in row["groups"]
        if group["effect"] is not None and group["shrunken"] is not None
    ]
    if not shown:
        return []
    sd = np.array([row["sd"] for row, _ in shown])
    value = {
        name: np.array([group[name] for _, group in shown]) for name in ("truth", "effect", "low", "high", "shrunken")
    }
    raw, kept = (value["effect"] - value["truth"]) / sd, (value["shrunken"] - value["truth"]) / sd
    shared = np.array([(row["effect"] - row["truth"]) / row["sd"] for row, _ in shown])
    found = [
        ("group rmse raw", _root(raw), _root_error(raw)),
        ("group rmse shrunken", _root(kept), _root_error(kept)),
        _ratio("group rmse ratio", kept, raw),
        _ratio("group rmse ratio, shared error out", kept - shared, raw - shared),
        _share("group coverage raw", (value["low"] <= value["truth"]) & (value["truth"] <= value["high"])),
        _share("smallest extreme, raw", _smallest_extreme(rows, "effect")),
        _share("smallest extreme, shrunken", _smallest_extreme(rows, "shrunken")),
        _share("smallest extreme, in truth", _smallest_extreme(rows, "truth")),
    ]
    ends = [(group["shrunken_low"], group["truth"], group["shrunken_high"]) for _, group in shown]
    if all(low is not None for low, _, _ in ends):
        low, truth, high = np.array(ends).T
        found.append(_share("group coverage", (low <= truth) & (truth <= high)))
    told = sum(len(row["groups"]) for row in rows)
    found.append(("groups with an answer", len(shown) / told, 0.0))
    changes = [gap for row in rows for gap in row["gaps"] if gap["change"] is not None]
    found.append(_share("gap coverage", [gap["low"] <= gap["truth"] <= gap["high"] for gap in changes]))
    return found


def _smallest_extreme(rows: Sequence[Row], name: str) -> list[bool]:
    """Whether the smallest group that has an answer is the best or the worst of the table."""
    found = []
    for row in rows:
        told = [group for group in row["groups"] if group[name] is not None]
        if len(told) > 2:
            smallest = min(told, key=lambda group: group["n_tool"] + group["n_usual"])
            values = [group[name] for group in told]
            found.append(smallest[name] in {min(values), max(values)})
    return found


def _root(errors: Floats) -> float:
    return sqrt(float(np.mean(errors**2)))


def _root_error(errors: Floats) -> float:
    """Delta method: half the relative error of the mean square, times the root."""
    squares = errors**2
    return float(squares.std() / sqrt(len(squares)) / (2.0 * _root(errors)))


def _ratio(name: str, kept: Floats, raw: Floats) -> tuple[str, float, float]:
    """The ratio of two roots of mean squares over the same groups, by the delta method."""
    ratio = _root(kept) / _root(raw)
    off = kept**2 / np.mean(kept**2) - raw**2 / np.mean(raw**2)
    return name, ratio, float(ratio * off.std() / sqrt(len(off)) / 2.0)


def _bias(error: Floats, luck: Floats) -> tuple[str, float, float]:
    """The mean error with the worlds' luck taken out by regression, which leaves its expectation as it is.

    Source: control variates, e.g. Glasserman (2003), Monte Carlo Methods in Financial Engineering, section 4.1.
    """
    if len(error) < _FEWEST or float(np.ptp(luck)) == 0.0:
        return _mean("bias", error)
    off = luck - luck.mean()
    slope = float(off @ error) / float(off @ off)
    kept = error - slope * luck
    return "bias", float(kept.mean()), float(kept.std() / sqrt(len(kept)))


def _column(rows: Sequence[Row], key: str) -> Floats:
    return np.array([row[key] for row in rows], dtype=np.float64)


def _mean(name: str, values: Floats) -> tuple[str, float, float]:
    return name, float(values.mean()), float(values.std() / sqrt(len(values)))


def _share(name: str, held: Sequence[Any] | Flags) -> tuple[str, float, float]:
    share = float(np.mean(held)) if len(held) else nan
    return name, share, sqrt(share * (1.0 - share) / len(held)) if len(held) else nan
