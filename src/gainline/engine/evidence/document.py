"""The evidence document: everything that one evaluation found, as one frozen value that becomes canonical JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

FORMAT = "gainline-evidence/1"


@dataclass(frozen=True, slots=True)
class ArmCount:
    """How many were in one arm, by level; `assigned` and `clusters_assigned` count before anyone was lost."""

    arm: str  # tool or usual
    assigned: int
    analyzed: int
    clusters_assigned: int
    clusters: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """One effect on one outcome: tool minus usual.

    ``effect``, ``std_error``, ``low`` and ``high`` are in the outcome's own unit; positive always means more of the
    outcome, and `favorable` says whether more is good. ``g`` is Hedges' g on the student-level pooled SD. ``low`` and
    ``high`` bound the 95 % interval.
    """

    outcome: str
    label: str
    unit: str
    domain: str
    role: str  # primary, secondary, exploratory
    method: str  # e.g. "intention to treat, ANCOVA, CR2/Satterthwaite by school"
    effect: float
    std_error: float
    df: float
    low: float
    high: float
    p: float
    p_adjusted: float | None  # Benjamini-Hochberg within the domain; None when the family has one member
    p_randomization: float | None  # randomization inference; None for matched designs
    g: float
    g_std_error: float
    g_low: float
    g_high: float
    sd: float  # pooled student-level SD, in the outcome's unit
    mean_tool: float  # covariate-adjusted
    mean_usual: float
    counts: tuple[ArmCount, ...]
    probability_worth_having: float | None  # P(effect >= smallest effect | data, prior); primary only
    favorable: bool  # True when higher is better for this outcome
    diagnostics: tuple[tuple[str, str], ...] = ()
    estimand: str = ""  # e.g. "intention to treat", "effect on those who took it up"
    source: str = ""  # paper, equation or handbook section of the method


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The effect inside one declared group, or why there are too few to say."""

    subgroup: str
    group: str
    n_tool: int
    n_usual: int
    effect: float | None
    low: float | None
    high: float | None
    shrunken: float | None  # pulled toward the overall effect; None with too few
    harm_probability: float | None
    too_few: str | None  # the reason; None when there is an effect
    label: str = ""  # the group in the plan's words, where the split has two sides; else its own label
    shrunken_low: float | None = None  # 95 % interval of the shrunken effect
    shrunken_high: float | None = None
    expected_rank: float | None = None  # 1: surely the least good effect of its split; None with a single group


@dataclass(frozen=True, slots=True)
class GapChange:
    """How the tool changes the distance between a disadvantaged group and the others.

    ``change`` is the effect among the disadvantaged minus the effect among the others, in the outcome's unit: below
    zero the tool widens the gap (when higher is better).
    """

    subgroup: str
    label: str
    disadvantaged: str
    others: str
    gap_before: float | None  # disadvantaged minus others on the baseline, same unit when the measure is the same
    gap_usual: float | None  # on the outcome, usual arm
    gap_tool: float | None  # on the outcome, tool arm
    change: float | None
    low: float | None
    high: float | None
    widen_probability: float | None
    says: str  # narrowed, widened, cannot tell, too few to say


@dataclass(frozen=True, slots=True)
class Balance:
    """Baseline standardized difference of one covariate, before and after matching (equal for randomized designs)."""

    covariate: str
    label: str
    before: float  # Hedges' g, or Cox index for a two-valued covariate
    after: float
    band: str  # satisfied, needs adjustment, fails (WWC 5.0)
    is_baseline: bool  # the outcome's own measure before the pilot


@dataclass(frozen=True, slots=True)
class Attrition:
    """How many were lost between assignment and analysis (WWC 5.0 boundary)."""

    level: str  # cluster or student
    overall: float
    differential: float
    boundary: str  # cautious or optimistic
    limit: float  # largest tolerable differential at this overall rate
    is_low: bool


@dataclass(frozen=True, slots=True)
class RatingStep:
    """One step of the rating: what went in, which rule was applied, where it stands, what came out."""

    step: str
    given: str
    rule: str
    section: str
    result: str
    grade: str  # "checked" against published data, "recall" until ticked against the handbook, "own" for our own rule


@dataclass(frozen=True, slots=True)
class Rating:
    """The WWC-style rating of how well the study could know; never mixed with the size of the effect."""

    label: str  # Meets ... Without Reservations / With Reservations / Does Not Meet
    essa: str
    steps: tuple[RatingStep, ...]


@dataclass(frozen=True, slots=True)
class VerdictStep:
    """One clause of the registered rule, with the number that it met."""

    clause: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the registered rule says. People decide; this is what they promised to be told."""

    word: str  # adopt, adapt, stop, extend, not enough evidence
    means: str  # the plan's own sentence for this verdict
    because: str
    steps: tuple[VerdictStep, ...]
    predicted: float  # the hypothesis' size, in the outcome's unit
    would_change: str  # what further evidence could change the verdict
    compared: str = ""  # the prediction held against the interval


@dataclass(frozen=True, slots=True)
class Naive:
    """Users against non-users without any care: shown only to say how wrong it is to look at it that way.

    Where nearly everybody used the tool and a plan draws the line at an amount, it is those above it against the rest.
    """

    effect: float
    low: float
    high: float
    n_users: int
    n_others: int
    split: Literal["users", "amount"] = "users"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How strong a hidden cause would have to be to explain the primary effect away."""

    e_value: float
    e_value_limit: float  # for the interval's bound nearer to zero; 1 when the interval covers zero
    says: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Licenses -> enrolled -> used -> dosed, and what a dosed student cost."""

    licensed: int | None  # bought; None when the contract does not count licenses
    enrolled: int
    used: int
    dosed: int
    cost: float | None
    currency: str | None
    dose: str  # the dose in words


@dataclass(frozen=True, slots=True)
class Linkage:
    """How much of the tool's usage could be tied to rostered students, overall and by group."""

    rows: int
    matched: int
    identities: int
    identities_matched: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """A difference between what was registered and what is asked for now."""

    path: str  # dotted path in the plan
    registered: str
    now: str
    amended_on: str | None  # None when no amendment was registered


@dataclass(frozen=True, slots=True)
class Provenance:
    """What it takes to run this again to the same digits."""

    registration: str  # SHA-256 of the registered plan
    registered_on: str
    amendments: tuple[str, ...]
    snapshot: str
    tables: tuple[tuple[str, int, str], ...]  # name, version, SHA-256
    code_version: str
    seed: int
    as_of: str


@dataclass(frozen=True, slots=True)
class Check:
    """One robustness check: what was looked at, what came out, and whether it speaks against the estimate."""

    key: str  # placebo, differential growth, hidden bias, wild bootstrap, crossover, spillover, composition, ...
    title: str  # in words
    found: str  # the figures
    rule: str  # when it raises the flag
    flag: bool
    says: str  # one plain sentence
    source: str = ""


@dataclass(frozen=True, slots=True)
class EventPoint:
    """The effect so many periods after the tool came; negative periods are before it and should be near zero."""

    period: int
    effect: float
    low: float
    high: float
    clusters: int


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How far the effect differs from cluster to cluster; no cluster is named."""

    level: str  # school or section
    clusters: int
    tau: float  # SD of the true effects, in the outcome's unit
    low: float  # where the effect of a next cluster would lie with 95 %
    high: float
    p: float  # of no difference among clusters
    says: str


@dataclass(frozen=True, slots=True)
class Specification:
    """One of the reasonable ways the same question could have been asked; exploratory."""

    choices: tuple[tuple[str, str], ...]  # e.g. ("covariates", "baseline only")
    effect: float
    low: float
    high: float
    is_registered: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One evaluation, whole."""

    provenance: Provenance
    plan: dict[str, Any]  # the registered plan as JSON values
    deviations: tuple[Deviation, ...]
    estimates: tuple[Estimate, ...]  # every registered outcome, primary first
    groups: tuple[GroupEffect, ...]
    gaps: tuple[GapChange, ...]
    balance: tuple[Balance, ...]
    attrition: tuple[Attrition, ...]
    match_loss: tuple[tuple[str, int, int], ...]  # arm, before, kept; empty for randomized designs
    naive: Naive | None
    sensitivity: Sensitivity | None
    funnel: Funnel
    linkage: Linkage
    rating: Rating
    verdict: Verdict
    exploratory: tuple[Estimate, ...] = ()
    companions: tuple[Estimate, ...] = ()  # same question, another estimand or estimator, each labeled as such
    checks: tuple[Check, ...] = ()
    events: tuple[EventPoint, ...] = ()
    heterogeneity: Heterogeneity | None = None
    specifications: tuple[Specification, ...] = ()
    limits: tuple[str, ...] = ()  # what this does not show, in plain sentences
    format: str = FORMAT

    def to_json_value(self) -> dict[str, Any]:
        """The document as plain JSON values (tuples become lists), ready for canonical JSON."""
        value: dict[str, Any] = asdict(self)
        return value
