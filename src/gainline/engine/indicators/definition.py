"""What a definition says: an indicator is data; the shape that it names is the only code behind it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = "gainline-indicator/1"

SUBGROUPS = ("sex", "race_ethnicity", "economically_disadvantaged", "english_learner", "disability")
"""Columns of `students` that the grain word ``subgroup`` stands for."""

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Grain = Literal["person_key", "school_id", "section_id", "grade", "week_start", "tool", "subgroup"]
Population = Literal["enrolled", "licensed"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Part):
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


class _Shape(_Part):
    """A shape gives each student a value; `summary` turns the values of a group's students into one."""

    summary: Literal["mean", "sum", "parity"] = "mean"
    population: Population = "enrolled"
    parameters: dict[Key, Parameter] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parameters_of_the_shape(self) -> Self:
        wanted = _PARAMETERS.get(getattr(self, "shape", ""), frozenset())
        if wanted != self.parameters.keys():
            needs = ", ".join(sorted(wanted)) or "no parameters"
            raise ValueError(f"this shape takes {needs}")
        return self


class Amount(_Shape):
    """The sum of a usage amount over the window, or per week of it."""

    shape: Literal["amount"]
    metrics: Annotated[tuple[Text, ...], Field(min_length=1)]
    per: Literal["window", "week"]


class AtLeast(_Shape):
    """1 for a student whose usage amount per week reaches the parameter ``recommended_per_week``, else 0."""

    shape: Literal["at_least"]
    metrics: Annotated[tuple[Text, ...], Field(min_length=1)]


class DailyMinutes(_Shape):
    """Minutes guessed from daily counts: ``seconds_per_count`` each, at most ``daily_cap_minutes`` a day."""

    shape: Literal["daily_minutes"]
    metrics: Annotated[tuple[Text, ...], Field(min_length=1)]
    per: Literal["window", "week"]


class Sessions(_Shape):
    """Minutes between neighboring events: none after ``gap_minutes``, else at most ``cap_minutes`` per event."""

    shape: Literal["sessions"]
    per: Literal["window", "week"]


class AnyUse(_Shape):
    """1 for a student who used the tool at all, else 0."""

    shape: Literal["any_use"]
    metrics: tuple[Text, ...] = ()


class DaysWithUse(_Shape):
    """Number of days with use."""

    shape: Literal["days_with_use"]
    metrics: tuple[Text, ...] = ()


class WeeksWithUse(_Shape):
    """Number of weeks with use, or their share of the window's weeks."""

    shape: Literal["weeks_with_use"]
    metrics: tuple[Text, ...] = ()
    as_share: bool


class Gain(_Shape):
    """Score on the later form minus score on the earlier form of one assessment."""

    shape: Literal["gain"]
    pre: Text
    post: Text


Compute = Annotated[
    Amount | AtLeast | DailyMinutes | Sessions | AnyUse | DaysWithUse | WeeksWithUse | Gain,
    Field(discriminator="shape"),
]

_PARAMETERS: dict[str, frozenset[str]] = {
    "at_least": frozenset({"recommended_per_week"}),
    "daily_minutes": frozenset({"seconds_per_count", "daily_cap_minutes"}),
    "sessions": frozenset({"gap_minutes", "cap_minutes"}),
}


class Indicator(_Part):
    """One definition of the catalogue.

    Parameters
    ----------
    key, name, unit
        How other documents name it, how people read it, and what its values count.
    direction
        Which way is good; ``neither`` where more is not better.
    kind
        ``process`` (is it done?), ``outcome`` (did it help?) or ``balancing`` (what did it cost or harm?).
    grains
        By what it may be split; ``subgroup`` stands for the columns `SUBGROUPS`. The whole district is always allowed.
    source, caveat
        Where the definition comes from, and what it does not show.
    missing_row, null
        What a student without rows counts as, for the computer and for people.
    minimum_n
        Fewer students than this say nothing; the release rule may ask for more.
    compute
        The shape and its declared parameters.
    """

    format: Literal["gainline-indicator/1"]
    key: Key
    name: Text
    unit: Text
    direction: Literal["higher", "lower", "neither"]
    kind: Literal["process", "outcome", "balancing"]
    grains: Annotated[tuple[Grain, ...], Field(min_length=1)]
    source: Text
    caveat: Text
    missing_row: Literal["zero", "unknown"]
    null: Text
    minimum_n: Annotated[int, Field(ge=1)]
    compute: Compute

    @model_validator(mode="after")
    def _parity_compares_groups(self) -> Self:
        if self.compute.summary != "mean" and "person_key" in self.grains:
            raise ValueError("grains: a sum or a parity is about groups, so person_key cannot be a grain")
        return self

    @property
    def needs_window(self) -> bool:
        """Tell whether a value needs a window of days: it is counted per week or as a share of weeks."""
        compute = self.compute
        return (
            compute.shape == "at_least" or getattr(compute, "per", "") == "week" or getattr(compute, "as_share", False)
        )

    @property
    def grain_columns(self) -> tuple[str, ...]:
        """The columns by which the indicator may be split, ``subgroup`` written out."""
        plain = tuple(grain for grain in self.grains if grain != "subgroup")
        return plain + SUBGROUPS if "subgroup" in self.grains else plain
