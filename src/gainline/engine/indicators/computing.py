"""Ways of computing: the closed set of shapes that a definition may name, with what each has to declare."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Grain = Literal["person_key", "school_id", "section_id", "grade", "week_start", "tool", "subgroup"]
Respondent = Literal["student", "teacher", "family", "staff"]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]

_OF_STUDENTS = frozenset({"person_key", "school_id", "section_id", "grade", "subgroup"})
_OF_USE = _OF_STUDENTS | {"week_start", "tool"}


class Part(BaseModel):
    """A part of a definition: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(Part):
    """A number that a district may set; never a literal hidden in code."""

    value: float
    unit: Text
    means: Text
    at_least: float = 0.0
    at_most: float | None = None

    def allows(self, value: float) -> bool:
        """Tell whether the parameter may take this value."""
        return self.at_least <= value and (self.at_most is None or value <= self.at_most)

    @model_validator(mode="after")
    def _own_value_allowed(self) -> Self:
        if not self.allows(self.value):
            raise ValueError("the parameter's own value is outside at_least .. at_most")
        return self


class _Shape(Part):
    """Any shape: the numbers it takes, the grains by which it can be split, and what stands behind a value."""

    takes: ClassVar[frozenset[str]] = frozenset()
    splits: ClassVar[frozenset[str]] = _OF_USE
    counted: ClassVar[str] = "students"
    of_use: ClassVar[bool] = False

    parameters: dict[Key, Parameter] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parameters_of_the_shape(self) -> Self:
        if self.takes != self.parameters.keys():
            needs = ", ".join(sorted(self.takes)) or "no parameters"
            raise ValueError(f"this shape takes {needs}")
        return self


class _OfStudents(_Shape):
    """Gives each student a value; `summary` turns the values of a group's students into one."""

    summary: Literal["mean", "sum", "parity", "gap"] = "mean"
    population: Literal["enrolled", "licensed"] = "enrolled"


class _OfUse(_OfStudents):
    """Gives each student a value from usage and events."""

    of_use: ClassVar[bool] = True


class Amount(_OfUse):
    """The sum of a usage amount over the window, or per week of it."""

    shape: Literal["amount"]
    metrics: Texts
    per: Literal["window", "week"]


class AtLeast(_OfUse):
    """1 for a student whose usage amount per week reaches the parameter ``recommended_per_week``, else 0."""

    takes: ClassVar[frozenset[str]] = frozenset({"recommended_per_week"})

    shape: Literal["at_least"]
    metrics: Texts


class WeeksAtLeast(_OfUse):
    """Share of the window's weeks in which a student's amount reaches the parameter ``recommended_per_week``."""

    takes: ClassVar[frozenset[str]] = frozenset({"recommended_per_week"})
    splits: ClassVar[frozenset[str]] = _OF_USE - {"week_start"}

    shape: Literal["weeks_at_least"]
    metrics: Texts


class DailyMinutes(_OfUse):
    """Minutes guessed from daily counts: ``seconds_per_count`` each, at most ``daily_cap_minutes`` a day."""

    takes: ClassVar[frozenset[str]] = frozenset({"seconds_per_count", "daily_cap_minutes"})

    shape: Literal["daily_minutes"]
    metrics: Texts
    per: Literal["window", "week"]


class Sessions(_OfUse):
    """Minutes between neighboring events: none after ``gap_minutes``, else at most ``cap_minutes`` per event."""

    takes: ClassVar[frozenset[str]] = frozenset({"gap_minutes", "cap_minutes"})

    shape: Literal["sessions"]
    per: Literal["window", "week"]


class AnyUse(_OfUse):
    """1 for a student who used the tool at all, else 0."""

    shape: Literal["any_use"]
    metrics: tuple[Text, ...] = ()


class StillActive(_OfUse):
    """1 for a user with use in the last ``final_weeks`` weeks of the window, else 0; nothing for who never used it."""

    takes: ClassVar[frozenset[str]] = frozenset({"final_weeks"})
    splits: ClassVar[frozenset[str]] = _OF_USE - {"week_start"}

    shape: Literal["still_active"]
    metrics: tuple[Text, ...] = ()


class DaysWithUse(_OfUse):
    """Number of days with use."""

    shape: Literal["days_with_use"]
    metrics: tuple[Text, ...] = ()


class WeeksWithUse(_OfUse):
    """Number of weeks with use, or their share of the window's weeks."""

    shape: Literal["weeks_with_use"]
    metrics: tuple[Text, ...] = ()
    as_share: bool


class ShareOfUse(_OfUse):
    """Share of a student's amounts on `resources`, or of the events with `actions`; exactly one of the two."""

    shape: Literal["share_of_use"]
    metrics: tuple[Text, ...] = ()
    resources: tuple[Text, ...] = ()
    actions: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.resources) == bool(self.actions):
            raise ValueError("name `resources` (of usage) or `actions` (of events), one of the two")
        if bool(self.metrics) != bool(self.resources):
            raise ValueError("`metrics` go with `resources`: name what is counted, or leave both out")
        return self


class Score(_OfStudents):
    """A student's score on one form of one assessment."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["score"]
    form: Text


class Mastery(_OfStudents):
    """1 for a student whose score reaches the parameter ``cut_score``, else 0."""

    takes: ClassVar[frozenset[str]] = frozenset({"cut_score"})
    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["mastery"]
    form: Text


class Gain(_OfStudents):
    """Score on the later form minus score on the earlier form of one assessment."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["gain"]
    pre: Text
    post: Text


class StandardizedGain(_OfStudents):
    """The gain in standard deviations of the earlier scores of everybody who sat both forms."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["standardized_gain"]
    pre: Text
    post: Text


class GrowthPercentile(_OfStudents):
    """Percentile rank of the later score among the students whose earlier score was in the same of ``bands`` bands."""

    takes: ClassVar[frozenset[str]] = frozenset({"bands"})
    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["growth_percentile"]
    pre: Text
    post: Text


class Access(_OfStudents):
    """1 for a student of whom this field of `access` is true, 0 where it is false, nothing where nobody asked."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["access"]
    field: Literal["device", "home_device", "home_internet"]


class Incidents(_OfStudents):
    """Number of incidents, times `times`."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS | {"week_start"}

    shape: Literal["incidents"]
    times: Annotated[float, Field(gt=0)] = 1.0


class Voice(_OfStudents):
    """Mean of a student's answers to the items of the construct `about`: 0 all the way down, `times` all the way up."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["voice"]
    about: Text
    times: Annotated[float, Field(gt=0)] = 1.0


class Responded(_OfStudents):
    """1 for a student who answered any question of a survey, else 0."""

    splits: ClassVar[frozenset[str]] = _OF_STUDENTS

    shape: Literal["responded"]


class Opinion(_Shape):
    """Mean of people's answers to the items of an `instrument` or of the construct `about`, 0 to `times`.

    A questionnaire with fewer than `items_needed` answered items does not count.
    """

    splits: ClassVar[frozenset[str]] = frozenset({"school_id", "section_id", "tool"})
    counted: ClassVar[str] = "respondents"

    shape: Literal["opinion"]
    instrument: Text | None = None
    about: Text | None = None
    respondents: Annotated[tuple[Respondent, ...], Field(min_length=1)]
    items_needed: Annotated[int, Field(ge=1)] = 1
    times: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.instrument is None) == (self.about is None):
            raise ValueError("name an `instrument`, or in `about` a construct; one of the two")
        return self


class Observed(_Shape):
    """Mean level of observed lessons, 0 to `times` on the rubric's range; `elements` empty means all."""

    splits: ClassVar[frozenset[str]] = frozenset({"school_id", "section_id", "tool"})
    counted: ClassVar[str] = "lessons"

    shape: Literal["observed"]
    elements: tuple[Text, ...] = ()
    times: Annotated[float, Field(gt=0)] = 1.0


class TicketRate(_Shape):
    """Calls for help per 100 students."""

    splits: ClassVar[frozenset[str]] = frozenset({"school_id", "tool", "week_start"})

    shape: Literal["ticket_rate"]
    population: Literal["enrolled", "licensed"] = "enrolled"


class TicketHours(_Shape):
    """Mean hours until a call for help was answered or solved."""

    splits: ClassVar[frozenset[str]] = frozenset({"school_id", "tool", "week_start"})
    counted: ClassVar[str] = "tickets"

    shape: Literal["ticket_hours"]
    field: Literal["hours_to_reply", "hours_to_solve"]


class OutageMinutes(_Shape):
    """Sum of the minutes in which a tool could not be used."""

    splits: ClassVar[frozenset[str]] = frozenset({"tool", "week_start"})
    counted: ClassVar[str] = "outages"

    shape: Literal["outage_minutes"]
    planned: bool = False


class LicenseUse(_Shape):
    """Students who used the tool over the licenses that its contracts bought."""

    of_use: ClassVar[bool] = True
    splits: ClassVar[frozenset[str]] = frozenset({"tool"})

    shape: Literal["license_use"]
    metrics: tuple[Text, ...] = ()
    population: Literal["enrolled", "licensed"] = "licensed"


class CostPerDosed(_Shape):
    """Cost of the contracts in the window over the students who reach ``recommended_per_week``."""

    of_use: ClassVar[bool] = True
    takes: ClassVar[frozenset[str]] = frozenset({"recommended_per_week"})
    splits: ClassVar[frozenset[str]] = frozenset({"tool"})

    shape: Literal["cost_per_dosed"]
    metrics: Texts
    population: Literal["enrolled", "licensed"] = "licensed"


class Trained(_Shape):
    """Of the teachers: the share who came to a training, or the mean of the hours that they attended."""

    splits: ClassVar[frozenset[str]] = frozenset({"school_id"})
    counted: ClassVar[str] = "teachers"

    shape: Literal["trained"]
    counts: Literal["people", "hours"]


OF_STUDENTS = (
    Amount | AtLeast | WeeksAtLeast | DailyMinutes | Sessions | AnyUse | StillActive | DaysWithUse | WeeksWithUse
    | ShareOfUse | Score | Mastery | Gain | StandardizedGain | GrowthPercentile | Access | Incidents | Voice | Responded
)  # fmt: skip
"""Shapes that give each student a value."""

OF_GROUPS = Opinion | Observed | TicketRate | TicketHours | OutageMinutes | LicenseUse | CostPerDosed | Trained
"""Shapes that give a group its value from rows that are not students."""

Compute = Annotated[OF_STUDENTS | OF_GROUPS, Field(discriminator="shape")]
