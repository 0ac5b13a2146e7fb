"""The plan: the document that is written before the data are looked at, and then locked."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gainline.engine.core.ids import is_slug

FORMAT = "gainline-plan/1"
Slug = Annotated[str, Field(min_length=1, max_length=63)]
Text = Annotated[str, Field(min_length=1)]
Probability = Annotated[float, Field(gt=0.0, lt=1.0)]


def _contradiction(says: str, *at: str | int) -> PydanticCustomError:
    """Parts of a plan that cannot both stand, with the place where the reader can mend it."""
    return PydanticCustomError("plan_contradicts", "{says}", {"says": says, "at": at})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Direction(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"


class Hypothesis(_Part):
    """What is predicted: the six parts that the hypothesis checker asks for.

    Each part may be absent in a draft, so that the checker can name what is missing; a registration needs all six.
    """

    change: Literal["raise", "lower"] | None = None
    population: Text | None = None
    measure: Slug | None = None  # key of a declared outcome
    size: Annotated[float, Field(gt=0.0)] | None = None  # in the measure's own unit
    by: date | None = None
    because: Text | None = None


class Days(_Part):
    """A window of days, both ends included."""

    start: date
    end: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError("a window ends on or after its start")
        return self


class Source(_Part):
    """Where a number or a group comes from: exactly one of `result`, `field`, `attribute` or `indicator`.

    Parameters
    ----------
    result, forms, combine
        Assessment key and its forms; several forms of one student are combined by their mean, their assessments'
        weighted mean, or their sum.
    absent_as
        Score that a form counts with for a student who has none in it, where the rules of the assessment say so (work
        that is not handed in earns 0); ``None`` leaves the form out, so that a student without any form is missing.
    field
        A column of the canonical table ``students``, such as ``grade`` or ``school_id``.
    attribute
        A name in the canonical table ``attributes``.
    indicator, window, where
        An indicator of the catalogue at student grain, over a window of days, on rows whose columns hold one of the
        named values; a student without rows counts as the indicator's definition says.
    """

    result: Text | None = None
    forms: tuple[Text, ...] = ()
    combine: Literal["mean", "weighted_mean", "sum"] = "mean"
    absent_as: float | None = None
    field: Text | None = None
    attribute: Text | None = None
    indicator: Slug | None = None
    window: Days | None = None
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(part is not None for part in (self.result, self.field, self.attribute, self.indicator)) != 1:
            raise ValueError("name exactly one of result, field, attribute, indicator")
        if (self.result is None) != (not self.forms):
            raise ValueError("result and forms go together")
        if self.absent_as is not None and self.result is None:
            raise ValueError("absent_as is about the forms of a result")
        return self


class Outcome(_Part):
    """A registered outcome. All of them are reported, nulls included."""

    key: Slug
    label: Text
    role: Literal["primary", "secondary"]
    domain: Text  # outcome domain: the family within which multiplicity is corrected
    source: Source = Field(alias="from")
    unit: Text
    direction: Direction = Direction.HIGHER
    baseline: Slug | None = None  # key of the covariate that is the same measure before the pilot
    scale: Literal["number", "binary", "count", "ordinal"] = "number"
    levels: tuple[Text, ...] = ()  # labels of an ordinal outcome, worst first


class Placebo(_Part):
    """An outcome that the tool cannot have changed, such as a score from before the pilot; its effect should be 0."""

    key: Slug
    label: Text
    source: Source = Field(alias="from")
    unit: Text
    adjust_for: tuple[Slug, ...] = ()  # covariates; empty: all that do not measure the placebo itself


class Covariate(_Part):
    """A registered covariate, measured before the tool could change it."""

    key: Slug
    label: Text
    source: Source = Field(alias="from")
    kind: Literal["number", "category"] = "number"


class Subgroup(_Part):
    """A registered split for equity; the gap is `disadvantaged` minus everybody else."""

    key: Slug
    label: Text
    source: Source = Field(alias="from")
    disadvantaged: tuple[str, ...]  # labels of the group(s) that the aim wants to see catch up
    disadvantaged_label: Text
    others_label: Text


class Tool(_Part):
    """The tool under test and the dose that its use is meant to reach.

    `where` narrows the tool's usage to rows whose columns hold one of the named values, e.g. the quizzes of a platform.
    """

    key: Slug
    name: Text
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    metric: Text = "minutes_active"  # usage metric that the dose is counted in
    minutes_per_week: Annotated[float, Field(gt=0.0)]  # in the metric's unit per week
    dosed_share_of_weeks: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5


class Population(_Part):
    """Who the question is about; empty tuples mean no restriction."""

    describe: Text
    grades: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class Use(_Part):
    """Treatment by use: a student is in the tool arm when the indicator reaches the floor."""

    source: Source = Field(alias="from")
    at_least: float


class Comparison(_Part):
    """Who is compared with whom, and what put them there."""

    tool_arm: Text
    usual_arm: Text
    assigned_by: Literal["assignment", "use"]
    pilot: Slug | None = None  # key in the table `assignments`; the plan's own key when absent
    tool_arms: Annotated[tuple[Text, ...], Field(min_length=1)] = ("tool",)  # arms of the table that are the tool's
    usual_arms: Annotated[tuple[Text, ...], Field(min_length=1)] = ("usual",)  # every other arm is left out
    use: Use | None = None

    @model_validator(mode="after")
    def _use_given(self) -> Self:
        if (self.assigned_by == "use") != (self.use is not None):
            raise ValueError('`use` is given exactly when assigned_by = "use"')
        if both := set(self.tool_arms) & set(self.usual_arms):
            raise ValueError(f"an arm is the tool's or the usual one, not both: {', '.join(sorted(both))}")
        return self


class Matching(_Part):
    """How a matched comparison is formed: by pairs or sets, or by weights."""

    method: Literal["nearest", "optimal", "full", "cardinality", "entropy", "overlap"] = "nearest"
    distance: Literal["propensity", "mahalanobis"] = "propensity"
    caliper_sd: Annotated[float, Field(gt=0.0)] = 0.2  # in SDs of the logit score, or of the Mahalanobis distance
    ratio: Annotated[int, Field(ge=1, le=5)] = 1
    exact: tuple[Slug, ...] = ()  # covariates (category) that a match must share


class Period(_Part):
    """One column of an outcome that is followed over time."""

    key: Text
    days: Days
    forms: tuple[Text, ...] = ()  # for outcomes from results: the forms of this period


class Cutoff(_Part):
    """The rule by which a score, and nothing else, decided who had the tool."""

    score: Slug  # a covariate of kind number
    at: float
    tool_side: Literal["below", "at or above"]


class Design(_Part):
    """The design that the plan commits to.

    Parameters
    ----------
    kind
        ``randomized``: chance; ``matched``: volunteers or use, made comparable; ``differences``: groups took the tool
        up at different times or never, followed over periods; ``stepped_wedge``: the same with waves drawn by lot;
        ``interrupted_series``: one group before and after; ``cutoff``: a score decided; ``synthetic_control``: one
        school against a weighted mixture of others.
    assignment
        How chance was drawn, when it was; the randomization inference redraws in the same way.
    periods, waves
        For designs over time: the periods, and for each arm that is a wave the day its use begins.
    """

    kind: Literal[
        "randomized",
        "matched",
        "differences",
        "stepped_wedge",
        "interrupted_series",
        "cutoff",
        "synthetic_control",
    ]
    unit: Literal["student", "section", "school"]  # what was assigned
    cluster: Literal["student", "section", "school"]  # what counts as an independent draw
    blocked: bool = False  # chance decided within the blocks of the assignments table
    boundary: Literal["cautious", "optimistic"] = "cautious"  # WWC attrition boundary
    draws: Annotated[int, Field(ge=199, le=99_999)] = 1999  # randomization-inference draws
    matching: Matching = Matching()
    assignment: Literal["complete", "blocked", "pairs", "rerandomized", "waves"] | None = None
    periods: tuple[Period, ...] = ()
    waves: dict[str, date] = Field(default_factory=dict)
    cutoff: Cutoff | None = None

    @property
    def over_time(self) -> bool:
        """Tell whether the outcome is followed over periods."""
        return self.kind in {"differences", "stepped_wedge", "interrupted_series", "synthetic_control"}

    @model_validator(mode="after")
    def _parts_of_the_kind(self) -> Self:
        if self.over_time and len(self.periods) < 2:
            raise ValueError(f"a design of kind {self.kind} follows the outcome over at least two periods")
        if (self.kind == "cutoff") != (self.cutoff is not None):
            raise ValueError('`cutoff` is given exactly when kind = "cutoff"')
        starts = [period.days.start for period in self.periods]
        if starts != sorted(set(starts)):
            raise ValueError("the periods stand in the order of time and start on different days")
        return self


class Prior(_Part):
    """The district's belief about such tools before this pilot, in standard deviations of the outcome."""

    mean: float = 0.05
    sd: Annotated[float, Field(gt=0.0)] = 0.15


class Guardrail(_Part):
    """A second measure that must not get worse: adopting turns into adapting when it likely did."""

    outcome: Slug  # a secondary outcome
    worst: Annotated[float, Field(ge=0.0)] = 0.0  # tolerable loss, in the outcome's unit
    harm_at: Probability = 0.80  # with this probability of a loss beyond it


class Requirement(_Part):
    """A second measure that must improve too before the rule may say adopt."""

    outcome: Slug  # a secondary outcome
    at_least: float = 0.0  # in the good direction, in the outcome's unit
    adopt_at: Probability = 0.50


class DecisionRule(_Part):
    """The rule that turns the estimate into a verdict; registered, so that nobody can move it afterwards.

    With q = P(effect >= smallest effect | data, prior): adopt when q >= adopt_at, stop when q <= stop_at, otherwise
    not enough evidence. A guardrail turns adopt into adapt: a declared group is harmed with probability >= harm_at, or
    the gap against a disadvantaged group widens with probability >= widen_at. A tool that fails overall but reaches
    adopt_at in one declared group is adapt too. Before all of them: a study whose rating is "does not meet" carries no
    decision either way, because its difference is not the tool's effect.
    """

    adopt_at: Probability = 0.80
    stop_at: Probability = 0.20
    harm_at: Probability = 0.80
    widen_at: Probability = 0.90
    prior: Prior = Prior()
    decider: Text
    adopt_means: Text
    adapt_means: Text
    stop_means: Text
    extend_means: Text | None = None  # without it the rule never says extend
    extend_up_to: Annotated[float, Field(gt=1.0, le=20.0)] = 3.0  # times the information that a longer pilot could give
    guardrails: tuple[Guardrail, ...] = ()
    also: tuple[Requirement, ...] = ()


class Deadline(_Part):
    """The date that the evidence must serve, and why it is that date."""

    decide_by: date
    because: Text


class Plan(_Part):
    """A cycle's plan as its TOML document says it; registered, it cannot change without showing."""

    format: Literal["gainline-plan/1"]
    key: Slug
    title: Text
    aim: Text
    question: Text
    hypothesis: Hypothesis
    tool: Tool
    population: Population
    comparison: Comparison
    design: Design
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    covariates: tuple[Covariate, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    placebos: tuple[Placebo, ...] = ()
    smallest_effect: Annotated[float, Field(gt=0.0)]  # worth having, in the primary outcome's unit
    window: Days  # the days on which the tool was to be used
    missing: Literal["complete_case", "baseline_indicator", "multiple_imputation"] = "complete_case"
    multiplicity: Literal["benjamini-hochberg"] = "benjamini-hochberg"
    decision: DecisionRule
    deadline: Deadline

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check_keys_differ()
        self._check_one_primary()
        self._check_references()
        if not is_slug(self.key):
            raise _contradiction("a plan's key is lower case letters, digits and hyphens, a letter first", "key")
        return self

    def _check_keys_differ(self) -> None:
        places = [(o.key, "outcomes", i) for i, o in enumerate(self.outcomes)]
        places += [(c.key, "covariates", i) for i, c in enumerate(self.covariates)]
        places += [(s.key, "subgroups", i) for i, s in enumerate(self.subgroups)]
        places += [(p.key, "placebos", i) for i, p in enumerate(self.placebos)]
        seen: set[str] = set()
        for key, part, position in places:
            if key in seen:
                raise _contradiction(f"the key {key} is used twice", part, position, "key")
            seen.add(key)

    def _check_one_primary(self) -> None:
        primary = [position for position, outcome in enumerate(self.outcomes) if outcome.role == "primary"]
        if len(primary) != 1:
            at = ("outcomes", primary[1], "role") if primary else ("outcomes",)
            raise _contradiction("exactly one outcome is primary; the others are secondary", *at)

    def _check_references(self) -> None:
        covariates = {covariate.key for covariate in self.covariates}
        for position, outcome in enumerate(self.outcomes):
            if outcome.baseline and outcome.baseline not in covariates:
                says = f"no covariate has the key {outcome.baseline}"
                raise _contradiction(says, "outcomes", position, "baseline")
        for key in self.design.matching.exact:
            if key not in covariates:
                raise _contradiction(f"no covariate has the key {key}", "design", "matching", "exact")
        if self.design.cutoff and self.design.cutoff.score not in covariates:
            raise _contradiction(f"no covariate has the key {self.design.cutoff.score}", "design", "cutoff", "score")
        secondary = {outcome.key for outcome in self.outcomes if outcome.role == "secondary"}
        named = [("guardrails", i, g.outcome) for i, g in enumerate(self.decision.guardrails)]
        named += [("also", i, r.outcome) for i, r in enumerate(self.decision.also)]
        for part, position, key in named:
            if key not in secondary:
                says = f"no secondary outcome has the key {key}"
                raise _contradiction(says, "decision", part, position, "outcome")

    @property
    def primary(self) -> Outcome:
        """The primary outcome."""
        return next(outcome for outcome in self.outcomes if outcome.role == "primary")

    @property
    def pilot(self) -> str:
        """Key of the pilot in the table `assignments`."""
        return self.comparison.pilot or self.key
