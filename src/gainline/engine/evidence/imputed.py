"""A frame with its gaps filled many times, and one estimate from all of them, under the rule of multiple imputation.

Covariates are always imputed, with the outcome in the chain. An outcome is imputed too, because it helps to place the
covariates, but students without one are left out again before estimating (von Hippel 2007, Sociological Methodology
37); only the sensitivity beside the estimate keeps them. Attrition counts recorded outcomes and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gainline.engine.core.context import RunContext
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.estimate import Regression, regress, to_estimate
from gainline.engine.evidence.finding import Notes
from gainline.engine.evidence.frame import Floats, Frame, Texts
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.imputation import COPIES, Chained, Pooled, impute, pool
from gainline.engine.evidence.sample import Sample
from gainline.engine.pilots.plan import Outcome, Plan

MIN_RECORDED = 20  # below it the donors repeat so often that copies cannot differ as they should
_WITH_GROUPS = 5.0  # students per cluster from which a cluster's average says something

Once = Callable[[Frame], Sample | Refusal]


@dataclass(frozen=True, slots=True)
class Imputed:
    """What the rule of multiple imputation adds to an analysis; nothing at all where no value is missing.

    Parameters
    ----------
    first
        The first completed copy of the frame, for what can only look at one; else the frame itself.
    pooled
        The regression with the pooled effect; ``None`` where every covariate is recorded.
    words
        What the method line says about it.
    companions
        The estimate with missing outcomes imputed as well, of the primary outcome.
    """

    first: Frame
    pooled: Regression | None = None
    words: str = ""
    notes: Notes = ()
    companions: tuple[Estimate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Copies:
    """Completed copies of a frame: with the recorded outcomes alone, and with the outcomes imputed as well."""

    recorded: tuple[Frame, ...]
    filled: tuple[Frame, ...]


def imputed(plan: Plan, frame: Frame, outcome: Outcome, *, once: Once, ctx: RunContext) -> Imputed | Refusal:
    """Apply the plan's rule of multiple imputation to one outcome.

    Parameters
    ----------
    once
        The design's sample in one completed frame, matching included.

    Refuses
    -------
    EV133 a covariate is recorded for fewer than twenty students; what any copy refuses.
    """
    copies = _completed(plan, frame, outcome, ctx)
    if isinstance(copies, Refusal):
        return copies
    companions = _with_outcomes_imputed(plan, outcome, copies.filled, once)
    if isinstance(companions, Refusal) or not copies.recorded:
        return companions if isinstance(companions, Refusal) else Imputed(frame, companions=companions)
    found = _pooled_over(copies.recorded, once)
    if isinstance(found, Refusal):
        return found
    _, regression, pooled = found
    words = f", missing covariates imputed {COPIES} times"
    return Imputed(copies.recorded[0], regression, words, _notes(pooled), companions)


def _completed(plan: Plan, frame: Frame, outcome: Outcome, ctx: RunContext) -> _Copies | Refusal:
    if plan.missing != "multiple_imputation":
        return _Copies((), ())
    numbers = [c.key for c in plan.covariates if c.kind == "number" and c.key in frame.numbers]
    labels = [c.key for c in plan.covariates if c.kind == "category" and c.key in frame.categories]
    coded = {key: _codes(frame.categories[key]) for key in labels}
    chain = [Chained(frame.numbers[key]) for key in numbers]
    chain += [Chained(codes, len(names)) for codes, names in coded.values()]
    for key, variable in zip([*numbers, *labels], chain, strict=True):
        if int((~variable.missing).sum()) < MIN_RECORDED:
            return _too_few(key)
    covariates_missing = any(variable.missing.any() for variable in chain)
    chain.append(Chained(frame.outcomes[outcome.key]))
    if not covariates_missing and (outcome.role != "primary" or not chain[-1].missing.any()):
        return _Copies((), ())
    seed = ctx.seed_for(f"imputation of {outcome.key}")
    drawn = impute(chain, frame.tool, clusters=_groups(frame), seed=seed)
    names = {key: known for key, (_, known) in coded.items()}
    recorded = tuple(_with(frame, numbers, names, values) for values in drawn)
    filled = tuple(
        replace(one, outcomes={**frame.outcomes, outcome.key: values[-1]})
        for one, values in zip(recorded, drawn, strict=True)
    )
    sensitive = outcome.role == "primary" and bool(chain[-1].missing.any())
    return _Copies(recorded if covariates_missing else (), filled if sensitive else ())


def _pooled_over(frames: Sequence[Frame], once: Once) -> tuple[Sample, Regression, Pooled] | Refusal:
    """The same analysis of every copy; the sample and the regression are the first copy's, with the pooled effect."""
    found = []
    for frame in frames:
        sample = once(frame)
        if isinstance(sample, Refusal):
            return sample
        regression = regress(sample)
        if isinstance(regression, Refusal):
            return regression
        found.append((sample, regression))
    pooled = pool([regression.effect for _, regression in found])
    usual = pool([regression.usual_practice for _, regression in found])
    sample, first = found[0]
    return sample, replace(first, effect=pooled.effect, usual_practice=usual.effect), pooled


def _with_outcomes_imputed(
    plan: Plan, outcome: Outcome, frames: Sequence[Frame], once: Once
) -> tuple[Estimate, ...] | Refusal:
    if not frames:
        return ()
    found = _pooled_over(frames, once)
    if isinstance(found, Refusal):
        return found
    sample, regression, pooled = found
    method = f"the registered regression, covariates and outcomes imputed {COPIES} times"
    estimate = to_estimate(sample, regression, plan, frames[0], method)
    label = f"{outcome.label}: with missing outcomes imputed (sensitivity; they count as missing for attrition)"
    noted = (*estimate.diagnostics, *_notes(pooled))
    source = "Rubin (1987); Barnard and Rubin (1999)"
    return (replace(estimate, label=label, role="exploratory", diagnostics=noted, source=source),)


def _notes(pooled: Pooled) -> Notes:
    """What an analyst asks about an imputed estimate."""
    return (
        ("imputation", f"{COPIES} copies by chained equations, predictive mean matching, arms apart; Rubin's rules"),
        ("share of uncertainty that comes from missing values", f"{pooled.missing_information:.3f}"),
    )


def _codes(labels: Texts) -> tuple[Floats, tuple[str, ...]]:
    names = tuple(sorted({str(label) for label in labels if label is not None}))
    place = {name: float(number) for number, name in enumerate(names)}
    return np.array([np.nan if label is None else place[str(label)] for label in labels]), names


def _groups(frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.intp]] | None:
    codes = cluster_codes(frame.cluster)
    return codes if len(codes) >= _WITH_GROUPS * (int(codes.max()) + 1) else None


def _with(
    frame: Frame, numbers: Sequence[str], names: Mapping[str, tuple[str, ...]], values: Sequence[Floats]
) -> Frame:
    filled = dict(zip([*numbers, *names], values, strict=False))
    categories = dict(frame.categories)
    for key, known in names.items():
        labels = np.empty(len(frame), dtype=object)
        labels[:] = [known[int(code)] for code in filled[key]]
        categories[key] = labels
    return replace(frame, numbers={**frame.numbers, **{key: filled[key] for key in numbers}}, categories=categories)


def _too_few(key: str) -> Refusal:
    return Refusal(
        "EV133",
        f"the covariate '{key}' is recorded for fewer than {MIN_RECORDED} students, too few to impute it for the rest",
        "import the file that holds it, or register an amendment without it",
    )
