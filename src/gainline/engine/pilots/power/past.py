"""Past scores: how a district's own scores spread over schools, sections and students, and what the baseline explains.

Sources: analysis of variance of an unbalanced nested classification (Searle, Casella & McCulloch 1992, ch. 5); the
interval is a jackknife over schools of the logarithm of a variance ratio (Arvesen & Schmitz 1970, Biometrics 26).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from gainline.engine.core.refusals import Refusal
from gainline.engine.pilots.power.layout import Spread

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Interval = tuple[float, float]

FEWEST_SCHOOLS = 5
FEW_SCHOOLS = 12  # below it the interval spans most of what is plausible
MOST_EXPLAINED = 0.90  # more is not claimed: with few schools nothing may seem left (Hedges & Hedberg 2007: .6 to .9)
PUBLISHED: Final = {"achievement": 0.20, "other": 0.10}


@dataclass(frozen=True, slots=True)
class Components:
    """How scores spread, and where that is known from.

    Parameters
    ----------
    spread
        Intraclass correlations and what the covariates explain at each level.
    sd
        Standard deviation of the score in its own unit; ``None`` where no scores stand behind it.
    school_interval, section_interval
        95 % intervals of the two intraclass correlations; ``None`` where they are not estimated.
    schools, sections, students
        How many stand behind it; 0 for published defaults.
    source
        Where the figures are from, in words that a report can print.
    """

    spread: Spread
    sd: float | None
    school_interval: Interval | None
    section_interval: Interval | None
    schools: int
    sections: int
    students: int
    source: str

    @property
    def is_own(self) -> bool:
        """Tell whether the figures are the district's own."""
        return self.schools > 0


def published(kind: Literal["achievement", "other"]) -> Components:
    """The default intraclass correlation of the What Works Clearinghouse, for want of scores of one's own.

    It says nothing about the baseline, so nothing is claimed to be explained.

    Source: WWC Handbook 5.0: 0.20 for achievement, 0.10 for other outcomes.
    """
    icc = PUBLISHED[kind]
    source = f"the default of the What Works Clearinghouse for {kind} outcomes ({icc:.2f}), not the district's own"
    return Components(Spread(school=icc), None, None, None, 0, 0, 0, source)


def components(
    scores: Floats, schools: Sequence[object], sections: Sequence[object] | None, covariates: Floats | None = None
) -> Components | Refusal:
    """Variance components of past scores, with intervals, and what covariates explain at each level.

    Parameters
    ----------
    scores
        Shape ``(n,)``, in the outcome's unit; NaN where a student has none.
    schools, sections
        Shape ``(n,)``: where each student was; `sections` may be ``None``, and a student without one (``None`` in it)
        counts as a section of the school's others without one.
    covariates
        Shape ``(n, k)``: what the model will adjust for, the baseline first; a row with a NaN is left out of the R
        squares. ``None`` leaves all R squares at 0.

    Refuses
    -------
    PL104
        Fewer than five schools with scores: how schools differ cannot be told.
    PL105
        No two students share a school, or all scores are alike.
    """
    there = np.isfinite(scores)
    kept = [int(i) for i in np.flatnonzero(there)]
    school = _codes([schools[i] for i in kept])
    section = school
    if sections is not None:
        section = _codes([(schools[i], sections[i]) for i in kept])
    score = np.asarray(scores, dtype=np.float64)[there]
    if wrong := _unfit(score, school):
        return wrong
    parts = _parts(score, school, section)
    spread = _with_explained(parts, score, school, section, None if covariates is None else covariates[there])
    nested = int(section.max()) > int(school.max())
    many = int(school.max()) + 1
    return Components(
        spread=spread,
        sd=float(np.sqrt(parts.clip(0.0).sum())),
        school_interval=_interval(score, school, section, level=0),
        section_interval=_interval(score, school, section, level=1) if nested else None,
        schools=many,
        sections=int(section.max()) + 1 if nested else 0,
        students=len(score),
        source=f"the district's own past scores: {len(score):,} students of {many} schools",
    )


def _codes(labels: Sequence[object]) -> Codes:
    """Labels as numbers from 0, in an order that does not depend on the rows'."""
    return np.unique(np.array([repr(label) for label in labels]), return_inverse=True)[1]


def _unfit(score: Floats, school: Codes) -> Refusal | None:
    many = int(school.max()) + 1 if len(school) else 0
    if many < FEWEST_SCHOOLS:
        return Refusal(
            "PL104",
            f"past scores of {many} schools cannot say how schools differ; at least {FEWEST_SCHOOLS} are needed",
            "import scores of more schools or years, or name a published default (achievement 0.20, other 0.10)",
        )
    if len(score) <= many or np.ptp(score) == 0.0:
        return Refusal(
            "PL105",
            "the past scores do not vary within schools, so nothing can be learned from them",
            "check that they are students' scores on the scale of the outcome",
        )
    return None


def _parts(score: Floats, school: Codes, section: Codes) -> Floats:
    """Variances between schools, between sections of a school, and between students; untruncated, shape ``(3,)``.

    Sums of squares set equal to their expectations for unequal group sizes (Searle et al. 1992, sec. 5.3).
    """
    total = float(len(score))
    of = np.zeros(int(section.max()) + 1, dtype=np.intp)
    of[section] = school
    n_section, n_school = np.bincount(section).astype(float), np.bincount(school).astype(float)
    y = score - score.mean()
    by_section, by_school = np.bincount(section, y) ** 2 / n_section, np.bincount(school, y) ** 2 / n_school
    within = float(y @ y - by_section.sum())
    student = within / max(total - len(n_section), 1.0)
    inside = float((n_section**2 / n_school[of]).sum())
    section_part = 0.0
    if len(n_section) > len(n_school):
        between = float(by_section.sum() - by_school.sum())
        section_part = (between - (len(n_section) - len(n_school)) * student) / (total - inside)
    left = inside - float((n_section**2).sum()) / total
    school_part = by_school.sum() - (len(n_school) - 1) * student - left * section_part
    return np.array([school_part / (total - float((n_school**2).sum()) / total), section_part, student])


def _shares(parts: Floats) -> Floats:
    """Components as shares of their sum, none below zero."""
    kept = parts.clip(0.0)
    return np.asarray(kept / kept.sum())


def _with_explained(parts: Floats, score: Floats, school: Codes, section: Codes, covariates: Floats | None) -> Spread:
    """The spread, with 1 - (variance left) / (variance before) at each level as what the covariates explain."""
    icc = _shares(parts)
    if covariates is None:
        return Spread(school=float(icc[0]), section=float(icc[1]))
    known = np.isfinite(covariates).all(axis=1)
    school, section = (np.unique(codes[known], return_inverse=True)[1] for codes in (school, section))
    before = _parts(score[known], school, section).clip(0.0)
    design = np.column_stack([np.ones(int(known.sum())), covariates[known]])
    slopes = np.linalg.lstsq(design, score[known], rcond=None)[0]
    after = _parts(score[known] - design @ slopes, school, section).clip(0.0)
    r2 = [
        0.0 if b <= 0.0 else float(np.clip(1.0 - a / b, 0.0, MOST_EXPLAINED))
        for a, b in zip(after, before, strict=True)
    ]
    return Spread(float(icc[0]), float(icc[1]), *r2)


def _interval(score: Floats, school: Codes, section: Codes, *, level: int) -> Interval:
    """The 95 % interval of an intraclass correlation: the jackknife over schools, t on schools - 1."""
    many = int(school.max()) + 1
    size = len(score) / ((many, int(section.max()) + 1)[level])
    whole = _log_ratio(_parts(score, school, section), level, size)
    pseudo = np.empty(many)
    for out in range(many):
        keep = school != out
        codes = [np.unique(one[keep], return_inverse=True)[1] for one in (school, section)]
        one_less = _log_ratio(_parts(score[keep], codes[0], codes[1]), level, size)
        pseudo[out] = many * whole - (many - 1) * one_less
    half = float(special.stdtrit(many - 1, 0.975)) * float(pseudo.std(ddof=1)) / many**0.5
    return _back(float(pseudo.mean()) - half, size), _back(float(pseudo.mean()) + half, size)


def _log_ratio(parts: Floats, level: int, size: float) -> float:
    """Logarithm of 1 + size * rho / (1 - rho), about that of the F ratio, whose spread hardly depends on rho."""
    others = float(parts.clip(0.0).sum() - parts.clip(0.0)[level])
    return float(np.log(max(1.0 + size * float(parts[level]) / max(others, 1e-12), 1e-3)))


def _back(log_ratio: float, size: float) -> float:
    odds = max(float(np.expm1(log_ratio)), 0.0) / size
    return odds / (1.0 + odds)
