"""What a definition says: an indicator is data; the shape that it names is the only code behind it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gainline.engine.indicators.computing import Compute, Grain, Key, Parameter, Part, Text

FORMAT = "gainline-indicator/1"

SUBGROUPS = ("sex", "race_ethnicity", "economically_disadvantaged", "english_learner", "disability")
"""Columns of `students` that the grain word ``subgroup`` stands for."""

NOT_PEOPLE = frozenset({"outages", "tickets"})
"""What may stand behind a number that tells of nobody."""

_WITH_FORMS = frozenset({"score", "mastery", "gain", "standardized_gain", "growth_percentile"})
_BY_WEEKS = frozenset({"at_least", "weeks_at_least", "still_active", "cost_per_dosed"})

__all__ = ["FORMAT", "NOT_PEOPLE", "SUBGROUPS", "Indicator", "Parameter"]


class Indicator(Part):
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
        Fewer of `n_of` than this say nothing; the release rule may ask for more.
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
    def _grains_of_the_shape(self) -> Self:
        if wrong := sorted(set(self.grains) - self.compute.splits):
            may = ", ".join(sorted(self.compute.splits))
            raise ValueError(f"grains: this shape cannot be split by {wrong[0]}; it can by {may}")
        if getattr(self.compute, "summary", "mean") != "mean" and "person_key" in self.grains:
            raise ValueError("grains: a sum, parity or gap is about groups, so person_key cannot be a grain")
        return self

    @property
    def needs_window(self) -> bool:
        """Tell whether a value needs a window of days: it is counted per week or as a share of weeks."""
        compute = self.compute
        return (
            compute.shape in _BY_WEEKS or getattr(compute, "per", "") == "week" or getattr(compute, "as_share", False)
        )

    @property
    def needs_assessment(self) -> bool:
        """Tell whether a value needs one assessment to be named."""
        return self.compute.shape in _WITH_FORMS

    @property
    def counts_use(self) -> bool:
        """Tell whether usage or events of a tool make the values."""
        return self.compute.of_use

    @property
    def n_of(self) -> str:
        """What is counted behind a value: students, unless the shape is about others."""
        return self.compute.counted

    @property
    def is_about_people(self) -> bool:
        """Tell whether people stand behind the numbers, which then leave through the release rule."""
        return self.n_of not in NOT_PEOPLE

    @property
    def grain_columns(self) -> tuple[str, ...]:
        """The columns by which the indicator may be split, ``subgroup`` written out."""
        plain = tuple(grain for grain in self.grains if grain != "subgroup")
        return plain + SUBGROUPS if "subgroup" in self.grains else plain
