"""The audit of one cycle: every check in a fixed order, as one frozen value that becomes canonical JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gainline.engine.audit.check import AuditCheck, Word, not_asked
from gainline.engine.audit.coverage import attrition_checks, match_checks, missing_checks
from gainline.engine.audit.curse import Compared, compare_tools, curse_check
from gainline.engine.audit.dif import Answers, bias_checks
from gainline.engine.audit.drift import Rated, drift_checks
from gainline.engine.audit.equity import equivalence_checks, gap_checks, use_checks
from gainline.engine.audit.forking import Look, Paths, forking_checks, paths
from gainline.engine.audit.goodhart import Tie, goodhart_checks, tie_of
from gainline.engine.audit.reach import Relied, reliance_check, relied_of, sites_checks
from gainline.engine.audit.regression import regression_check
from gainline.engine.audit.sides import Side, sides_of
from gainline.engine.evidence.document import Evidence
from gainline.engine.evidence.frame import Floats, Frame
from gainline.engine.pilots.plan import Plan

FORMAT = "gainline-audit/1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the audit needs of another evaluated cycle of the district.

    Parameters
    ----------
    tool, domain
        Key of its tool, and the outcome domain of its primary outcome.
    as_of
        The day of its evaluation.
    g, g_std_error
        Its primary effect in SDs, so that more is good.
    tie
        Of the dose with the primary outcome in its tool's arm.
    relied
        What its rule turns on.
    """

    tool: str
    domain: str
    as_of: str
    g: float
    g_std_error: float
    tie: Tie | None
    relied: Relied


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a cycle's own frame and evidence.

    Parameters
    ----------
    looks
        Every look since the plan was locked, in the journal's order.
    earlier
        The district's other evaluated cycles.
    answers, rated
        Item-level answers of the primary outcome's instrument, and lessons that several observers rated.
    everybody
        The primary outcome's own measure before the pilot, of all students of the district and not only of the
        population; shape ``(m,)``.
    """

    looks: Sequence[Look] = ()
    earlier: Sequence[Earlier] = ()
    answers: Answers | None = None
    rated: Rated | None = None
    everybody: Floats | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit, whole. Counts in `sides` are exact and leave only through `privacy.release`."""

    cycle: str
    title: str
    evidence: str  # SHA-256 of the evidence document that was audited
    as_of: str
    checks: tuple[AuditCheck, ...]
    sides: tuple[Side, ...]
    unregistered: tuple[Look, ...]
    registered: int
    looks: int
    by_chance: float
    compared: tuple[Compared, ...]
    own: Earlier
    format: str = field(default=FORMAT)

    @property
    def flags(self) -> tuple[AuditCheck, ...]:
        """What needs a person."""
        return tuple(check for check in self.checks if check.word is Word.FLAG)

    def to_json_value(self) -> dict[str, Any]:
        """The document as plain JSON values."""
        value: dict[str, Any] = asdict(self)
        return value


def audit_cycle(plan: Plan, frame: Frame, evidence: Evidence, beside: Beside, *, sha256: str) -> Audit:
    """Everything that could mislead whoever reads a cycle's evidence, in the order of the page.

    Parameters
    ----------
    plan, frame, evidence
        What was registered, what it was run on, and what came out.
    beside
        What the frame does not hold; what is absent there is said to be so, never passed over.
    sha256
        Digest of the evidence document: the audit is of that one and no other.
    """
    sides = sides_of(plan, frame)
    found = paths(plan, beside.looks)
    own = summary(plan, frame, evidence)
    compared = _compared(own, beside.earlier)
    return Audit(
        cycle=plan.key,
        title=plan.title,
        evidence=sha256,
        as_of=evidence.provenance.as_of,
        checks=tuple(_checks(plan, frame, evidence, beside, _Made(sides, found, own, compared))),
        sides=sides,
        unregistered=found.unregistered,
        registered=found.registered,
        looks=found.looks,
        by_chance=found.by_chance,
        compared=compared,
        own=own,
    )


def summary(plan: Plan, frame: Frame, evidence: Evidence) -> Earlier:
    """What other cycles' audits will need of this one."""
    primary = evidence.estimates[0]
    sign = 1.0 if primary.favorable else -1.0
    made = evidence.provenance
    return Earlier(
        plan.tool.key, primary.domain, made.as_of, sign * primary.g, primary.g_std_error, tie_of(plan, frame),
        relied_of(plan),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Made:
    sides: tuple[Side, ...]
    found: Paths
    own: Earlier
    compared: tuple[Compared, ...]


def _checks(plan: Plan, frame: Frame, evidence: Evidence, beside: Beside, made: _Made) -> Iterator[AuditCheck]:
    labels = {split.key: split.label for split in plan.subgroups}
    relied = [one.relied for one in beside.earlier if one.relied.cycle != plan.key]
    yield from attrition_checks(evidence.attrition)
    yield from missing_checks(plan, made.sides)
    yield from match_checks(plan, made.sides, evidence.linkage)
    yield from equivalence_checks(evidence.balance)
    yield from gap_checks(evidence.gaps, evidence.estimates[0].unit)
    yield from use_checks(plan, frame)
    yield from bias_checks(beside.answers, labels)
    yield from drift_checks(beside.rated)
    yield not_asked("fairness", "no_score")
    yield reliance_check(made.own.relied, [*relied, made.own.relied])
    yield from goodhart_checks(plan, frame, evidence, _before(made.own, beside.earlier))
    yield from forking_checks(plan, made.found)
    yield curse_check(made.compared, evidence.estimates[0].label)
    yield regression_check(plan, frame, evidence.estimates[0], beside.everybody)
    yield from sites_checks(evidence, frame)


def _compared(own: Earlier, earlier: Sequence[Earlier]) -> tuple[Compared, ...]:
    """The latest cycle of each tool in this one's outcome domain, this one last; nothing with a single tool."""
    latest = {one.tool: one for one in sorted(earlier, key=lambda one: one.as_of) if one.domain == own.domain}
    latest.pop(own.tool, None)
    rows = [(one.tool, one.g, one.g_std_error) for one in (*latest.values(), own) if one.g_std_error > 0.0]
    return compare_tools(rows) if len(rows) > 1 else ()


def _before(own: Earlier, earlier: Sequence[Earlier]) -> Tie | None:
    """The tie of the same tool's cycle before this one."""
    past = [one for one in earlier if one.tool == own.tool and one.relied.cycle != own.relied.cycle]
    past = [one for one in past if one.as_of <= own.as_of]
    return max(past, key=lambda one: one.as_of).tie if past else None
