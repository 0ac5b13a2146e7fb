"""The analytic sample: who is analyzed for one outcome, with which columns, under the registered missing-data rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.frame import Codes, Flags, Floats, Frame, Texts
from gainline.engine.evidence.inference.cr2 import cluster_codes
from gainline.engine.evidence.inference.linear import Columns, Rows, intercept
from gainline.engine.pilots.plan import Covariate, Outcome, Plan

MIN_STUDENTS = 4  # per arm: below this a standard deviation means nothing
MIN_CLUSTERS = 2  # per arm: with one, the tool and the place cannot be told apart
TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Sample:
    """One outcome's analytic sample, ready for a model; every array has one entry per analyzed student.

    ``rows`` are positions in the frame; ``others`` are all columns of the model but the tool.
    """

    outcome: Outcome
    rows: Rows
    y: Floats
    tool: Flags
    clusters: Codes
    units: Codes
    weights: Floats
    others: Columns


@dataclass(frozen=True, slots=True)
class CovariateColumns:
    """Covariates as columns over the whole frame, and who may be analyzed under the missing-data rule."""

    columns: Columns
    usable: Flags


def covariate_columns(plan: Plan, frame: Frame) -> CovariateColumns | Refusal:
    """The registered covariates as columns, shape ``(n_students, k)``.

    With ``complete_case``, students without every covariate are not usable. With ``baseline_indicator``, a missing
    value becomes the mean (a missing label: no label) and an indicator column says that it was missing.

    Refuses
    -------
    EV010 a covariate is not in the frame or nobody has it.

    Source: mean and indicator is an acceptable approach for missing baseline values in WWC 5.0; the indicator makes
    the tool's coefficient independent of the value put in.
    """
    columns, usable = Columns((), np.empty((len(frame), 0))), np.ones(len(frame), dtype=bool)
    for covariate in plan.covariates:
        found = _numbers(covariate, frame) if covariate.kind == "number" else _labels(covariate, frame)
        if found is None:
            return Refusal(
                "EV010",
                f"the covariate '{covariate.key}' is registered, but no student has it",
                "import the file that holds it, or register an amendment without it",
            )
        added, missing = found
        columns = columns.beside(added)
        if plan.missing == "complete_case":
            usable &= ~missing
        elif missing.any():
            columns = columns.beside(Columns((f"{covariate.key} missing",), missing.astype(float)[:, None]))
    return CovariateColumns(columns, usable)


def _numbers(covariate: Covariate, frame: Frame) -> tuple[Columns, Flags] | None:
    values = frame.numbers.get(covariate.key)
    if values is None or np.isnan(values).all():
        return None
    missing = np.isnan(values)
    centered = np.where(missing, 0.0, values - values[~missing].mean())
    return Columns((covariate.key,), centered[:, None]), missing


def _labels(covariate: Covariate, frame: Frame) -> tuple[Columns, Flags] | None:
    labels = frame.categories.get(covariate.key)
    if labels is None:
        return None
    missing = np.array([label is None for label in labels], dtype=bool)
    if missing.all():
        return None
    known = sorted({str(label) for label in labels[~missing]})
    member = [np.array([str(label) == group for label in labels], dtype=bool) & ~missing for group in known[1:]]
    matrix = np.column_stack(member).astype(float) if member else np.empty((len(frame), 0))
    return Columns(tuple(f"{covariate.key} is {group}" for group in known[1:]), matrix), missing


def with_blocks(frame: Frame, covariates: Columns, *, blocked: bool) -> Columns:
    """Intercept, one column per block but the first, then the covariates."""
    base = intercept(len(frame))
    if blocked:
        codes = cluster_codes(frame.block)
        m = int(codes.max()) + 1
        dummies = (codes[:, None] == np.arange(1, m)[None, :]).astype(float)
        base = base.beside(Columns(tuple(f"block {place}" for place in range(1, m)), dummies))
    return base.beside(covariates)


def take(
    frame: Frame, outcome: Outcome, keep: Flags, others: Columns, *, weights: Floats | None = None
) -> Sample | Refusal:
    """The sample of one outcome: the students of ``keep``, which has shape ``(n_students,)``.

    Refuses
    -------
    EV003 an arm has too few students with the outcome; EV004 the outcome is the same for everybody; EV005 an arm has a
    single cluster.
    """
    rows = np.flatnonzero(keep)
    y, tool, clusters = frame.outcomes[outcome.key][rows], frame.tool[rows], frame.cluster[rows]
    fault = _fault(outcome, y, tool, clusters)
    if fault is not None:
        return fault
    chosen = np.ones(len(rows)) if weights is None else weights[rows]
    units = cluster_codes(frame.unit[rows])
    return Sample(outcome, rows, y, tool, cluster_codes(clusters), units, chosen, others.rows(rows))


def _fault(outcome: Outcome, y: Floats, tool: Flags, clusters: Texts) -> Refusal | None:
    for side, name in ((tool, "tool"), (~tool, "usual")):
        if int(side.sum()) < MIN_STUDENTS:
            return Refusal(
                "EV003",
                f"fewer than {MIN_STUDENTS} students of the {name} arm have '{outcome.key}' and what the model needs",
                "find the missing results or covariates, or choose an outcome that was measured in both arms",
            )
        if len(np.unique(clusters[side].astype(str))) < MIN_CLUSTERS:
            return Refusal(
                "EV005",
                f"the {name} arm is a single cluster, so the tool's effect and the place's cannot be told apart",
                "compare at least two clusters in each arm, or describe without estimating",
            )
    if float(np.ptp(y)) == 0.0:
        return Refusal(
            "EV004",
            f"'{outcome.key}' is the same for every analyzed student",
            "check the file that holds the outcome, or choose a measure that can differ",
        )
    return None
