"""Does the tool work alike everywhere? The effect of each site with both arms, and how far true effects lie apart.

A site is a school, or a section where students were assigned within sections. Covariates are adjusted for within site
and arm; the error of a site's effect comes from one variance pooled over all sites, between students or, where sections
were assigned, between sections. True effects are then pooled with random effects; no site is named or ranked.

Source: Raudenbush and Bloom (2015), American Journal of Evaluation 36, for effects that differ by site; REML,
Hartung-Knapp and the prediction interval as in `synthesis`; the test is the exact F of a common variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import Heterogeneity
from gainline.engine.evidence.frame import Codes, Floats, Frame
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.sample import Sample
from gainline.engine.evidence.synthesis import Study, synthesize
from gainline.engine.pilots.plan import Plan

MIN_SITES = 4
MIN_STUDENTS = 5  # per arm of a site
MIN_FREEDOM = 10  # degrees of freedom of the pooled variance


@dataclass(frozen=True, slots=True)
class SiteEffects:
    """Effects by site, shape ``(k,)``, their standard errors, and the degrees of freedom of the common variance."""

    effects: Floats
    errors: Floats
    freedom: int


def heterogeneity(plan: Plan, frame: Frame, sample: Sample) -> Heterogeneity | None:
    """How far the effect differs from school to school, or from section to section; None where nobody can say.

    Nobody can with fewer than four sites that hold both arms, as where whole schools were assigned.
    """
    if plan.design.kind not in {"randomized", "matched"}:  # elsewhere a difference of arms is not the effect
        return None
    school = cluster_codes(frame.school[sample.rows])
    levels: list[tuple[str, Codes]] = [("school", school)]
    if plan.design.cluster == "section" and plan.design.unit == "student":
        levels.append(("section", sample.clusters))
    for level, sites in levels:
        found = site_effects(sample, sites, grouped=plan.design.unit != "student")
        if found is not None:
            return _described(level, found, sample.outcome.unit)
    return None


def site_effects(sample: Sample, sites: Codes, *, grouped: bool) -> SiteEffects | None:
    """Each usable site's adjusted difference of arms; ``grouped`` where units, not students, were assigned."""
    cells = 2 * sites + sample.tool
    y = _adjusted(sample, cells)
    units = sample.units if grouped else np.arange(len(y))
    codes, first, of = np.unique(units, return_index=True, return_inverse=True)
    total_weight = np.bincount(of, sample.weights)
    means = np.bincount(of, sample.weights * y) / total_weight
    weight = np.ones(len(codes)) if grouped else total_weight.astype(np.float64)
    cell = cells[first]
    usable = _usable(cells, np.bincount(cell, minlength=2 * int(sites.max()) + 2))
    inside = np.isin(cell // 2, usable)
    freedom = int(inside.sum()) - 2 * len(usable)
    if len(usable) < MIN_SITES or freedom < MIN_FREEDOM:
        return None
    total = np.bincount(cell, weight, minlength=2 * int(sites.max()) + 2)
    level = np.bincount(cell, weight * means, minlength=len(total)) / np.where(total > 0.0, total, 1.0)
    spread = np.bincount(cell, weight**2, minlength=len(total)) / np.where(total > 0.0, total, 1.0) ** 2
    variance = (
        float(np.sum(weight[inside] * (means - level[cell])[inside] ** 2)) / float(weight[inside].mean()) / freedom
    )
    errors = np.sqrt(variance * (spread[2 * usable] + spread[2 * usable + 1]))
    return SiteEffects(level[2 * usable + 1] - level[2 * usable], errors, freedom) if variance > 0.0 else None


def _adjusted(sample: Sample, cells: Codes) -> Floats:
    """The outcome less what the covariates say about it within site and arm."""
    root = np.sqrt(sample.weights)[:, None]
    inner = np.column_stack([sample.y, sample.others.matrix])
    total = np.bincount(cells, sample.weights)
    centered = inner - np.column_stack(
        [(np.bincount(cells, sample.weights * column) / np.where(total > 0.0, total, 1.0))[cells] for column in inner.T]
    )
    slopes = np.linalg.lstsq(root * centered[:, 1:], root[:, 0] * centered[:, 0], rcond=1e-9)[0]
    adjusted: Floats = sample.y - sample.others.matrix @ slopes
    return adjusted


def _usable(cells: Codes, units: Codes) -> Codes:
    """Sites with enough students, and at least one unit, in both arms."""
    students = np.bincount(cells, minlength=len(units))
    both = np.minimum(students[0::2], students[1::2]) >= MIN_STUDENTS
    return np.flatnonzero(both & (np.minimum(units[0::2], units[1::2]) >= 1))


def _described(level: str, found: SiteEffects, unit: str) -> Heterogeneity | None:
    pooled = synthesize([Study("", float(y), float(e)) for y, e in zip(found.effects, found.errors, strict=True)])
    if isinstance(pooled, Refusal):
        return None
    k = len(found.effects)
    w = found.errors**-2
    ratio = float(w @ (found.effects - float(w @ found.effects / w.sum())) ** 2) / (k - 1)
    p = float(special.fdtrc(k - 1, found.freedom, ratio))
    noise = sqrt(float(np.mean(found.errors**2)))
    if p <= 0.05:
        says = f"The effect differs from {level} to {level} by more than chance: find out what the good ones do."
    else:
        says = (
            f"The effect need not differ from {level} to {level}; one {level} alone is known to "
            f"{1.96 * noise:.3g} {unit} either way, so small differences cannot be seen."
        )
    return Heterogeneity(level, k, pooled.tau, pooled.next_low, pooled.next_high, p, says)
