"""What decides a calibration world: its size, who gets the tool and how, the true effect, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

Selection = Literal["S1", "S2", "S3"]
Matching = Literal["nearest", "optimal", "full", "entropy", "overlap"]

POINTS_PER_SD = 15.0
SD = 0.926  # of a spring score in latent units, without any tool; by simulation of 400 worlds
CENTER = 200.0


@dataclass(frozen=True, slots=True)
class CalibrationSpec:
    """One kind of world whose truth is known.

    Parameters
    ----------
    schools
        How many; each has 3 to 5 classes of 18 to 26 students.
    arms
        ``schools``: chance gives the tool to schools. ``students``: students use it or not, as `selection` says.
    share
        Share of the schools that get the tool: one half draws within pairs of like schools, another draws completely.
    selection
        What moves a student to use it. ``S1``: the score before, family income; ``S2``: also motivation, which nobody
        sees; ``S3``: as S2, and the motivated grow faster with or without the tool.
    effect
        ``dosed``: .10 latent SD, .25 for low-income students, times a share that saturates with the minutes; a number:
        so many SD on average over those whom the truth is about; 0 for none.
    spread
        SD of what each of the eight overlapping groups adds to its members' effect, in SD; 0 for nothing.
    matching
        How the plan of a students world forms its comparison.
    growth_before
        In S3 the motivated already grew faster in the year before the pilot.
    ceiling, adoption, transfers, joiners, missing_before, missing_after
        A test that ends at two latent SD; teachers who do not take the tool up; shares of students who change school
        at mid-year, who come at mid-year, and who lack the scores before or after.
    spillover
        What a class of users alone would do to a classmate who does not use the tool, in latent SD.
    lost_apart
        How many more of the tool arm lack the score after, as a share; who lacks it depends on the score.
    """

    schools: int = 24
    arms: Literal["schools", "students"] = "schools"
    share: float = 0.5
    selection: Selection = "S1"
    effect: float | Literal["dosed"] = "dosed"
    spread: float = 0.0
    matching: Matching = "nearest"
    growth_before: bool = True
    ceiling: bool = True
    adoption: bool = True
    transfers: float = 0.02
    joiners: float = 0.03
    missing_before: float = 0.06
    missing_after: float = 0.03
    spillover: float = 0.0
    lost_apart: float = 0.0

    def __post_init__(self) -> None:
        if not 2 <= self.treated < self.schools - 1:
            raise ValueError("each arm needs at least two schools")
        if self.paired and self.schools % 2:
            raise ValueError("pairs need an even number of schools")

    @property
    def treated(self) -> int:
        """Schools that get the tool; a share is rounded up, so that one sixth of eight schools is two."""
        return ceil(self.share * self.schools)

    @property
    def paired(self) -> bool:
        """Tell whether chance decides within pairs of like schools."""
        return self.arms == "schools" and self.share == 0.5
