"""The cells: which worlds are run, and the bar that each cell's figures are held to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from gainline.engine.worlds.calibration.people import GROUPS
from gainline.engine.worlds.calibration.spec import CalibrationSpec
from gainline.engine.worlds.over_time import OverTimeSpec

WORLDS = 1000  # per cell, unless another number is asked for


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure of a cell must lie between, ends included."""

    figure: str
    least: float = -inf
    most: float = inf

    def met(self, value: float) -> bool:
        """Tell whether the value lies within."""
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of the calibration table.

    Parameters
    ----------
    key, says
        Its name on the command line, and what is tried, in words.
    spec
        The worlds; ``None`` for a running mean.
    groups
        Subgroups that the plan declares.
    kind
        ``pilot``: a plan is evaluated; ``waves``: so is one whose schools took the tool up one after the other;
        ``looks``: a running mean is looked at 2,000 times.
    bars
        What is asked of the cell's figures.
    """

    key: str
    says: str
    spec: CalibrationSpec | OverTimeSpec | None
    groups: tuple[str, ...] = ("low_income",)
    kind: Literal["pilot", "waves", "looks"] = "pilot"
    bars: tuple[Bar, ...] = ()


_COVERS, _ERRS, _CENTERED = Bar("coverage", 0.935, 0.965), Bar("rejection", 0.035, 0.065), Bar("bias", -0.005, 0.005)


def _randomized() -> list[Cell]:
    found = []
    for schools in (8, 12, 24):
        for share, name, in_words in (
            (0.5, "half", "half of them with the tool"),
            (1 / 6, "sixth", "one sixth with it"),
        ):
            spec = CalibrationSpec(schools=schools, share=share)
            says = f"{schools} schools drawn by lot, {in_words}"
            null = replace(spec, effect=0.0)
            key = f"lot-{schools}-{name}"
            found.append(Cell(f"{key}-null", f"{says}; no effect", null, bars=(_ERRS, _COVERS, _CENTERED)))
            found.append(Cell(key, f"{says}; an effect", spec, bars=(_COVERS, _CENTERED)))
    return found


def _matched() -> list[Cell]:
    words = {
        "S1": "chosen by what is on record",
        "S2": "chosen by hidden motivation too",
        "S3": "as S2, and the motivated grow faster anyway",
    }
    bars = {
        "S1": (Bar("bias", -0.01, 0.01), Bar("coverage", 0.94)),
        "S2": (Bar("bias", -0.025, 0.025), Bar("bracketed", 0.95)),
        "S3": (Bar("flagged", 0.80), Bar("above promising", most=0.0)),
    }
    found = []
    for selection in ("S1", "S2", "S3"):
        spec = CalibrationSpec(arms="students", selection=selection)
        null = (
            (Bar("bias", -0.01, 0.01), Bar("coverage", 0.94), Bar("rejection", most=0.065)) if selection == "S1" else ()
        )
        says, key = f"use {words[selection]}", f"use-{selection}"
        null_spec = replace(spec, effect=0.0)
        found.append(Cell(f"{key}-null", f"{says}; no effect", null_spec, bars=null or bars[selection]))
        found.append(Cell(key, f"{says}; an effect", spec, bars=bars[selection]))
    late = CalibrationSpec(arms="students", selection="S3", effect=0.0, growth_before=False)
    found.append(Cell("use-S3-late-null", "as S3, but they began to grow faster only with the pilot; no effect", late))
    return found


def _decisions() -> list[Cell]:
    wanted = {
        -0.10: ("harm", (Bar("adopt", most=0.005),)),
        0.0: ("zero", (Bar("adopt", most=0.05),)),
        0.10: ("tenth", ()),
        0.25: ("quarter", (Bar("adopt", 0.95),)),
    }
    drawn = [
        Cell(f"decide-{name}", f"24 schools drawn by lot; {effect:+.2f} SD", spec, groups=(), bars=bars)
        for effect, (name, bars) in wanted.items()
        for spec in (CalibrationSpec(effect=effect),)
    ]
    chosen = [
        Cell(f"decide-use-{name}", f"use chosen by hidden motivation too; {effect:+.2f} SD", spec, groups=())
        for effect, (name, _) in wanted.items()
        for spec in (CalibrationSpec(effect=effect, arms="students", selection="S2"),)
    ]
    return drawn + chosen


def _groups() -> list[Cell]:
    spec = CalibrationSpec(effect=0.15, spread=0.05)
    half = [Bar(name, most=0.5) for name in ("group rmse ratio", "group rmse ratio, shared error out")]
    bars = (*half, Bar("group coverage", 0.93))
    return [Cell("groups", "eight overlapping groups, 24 schools drawn by lot", spec, groups=GROUPS, bars=bars)]


def _looks() -> list[Cell]:
    bars = (Bar("ever excluded", most=0.05), Bar("ever excluded, running sd", most=0.05))
    return [Cell("looks", "a running difference looked at 2,000 times", None, groups=(), kind="looks", bars=bars)]


def _waves() -> list[Cell]:
    """Schools that take the tool up one after the other: the stronger first and some never, or all of them by lot."""
    chosen, drawn = OverTimeSpec("differences"), OverTimeSpec("stepped_wedge", growth=0.0)
    found = []
    for spec, key, order in ((chosen, "waves", "the stronger first"), (drawn, "wedge", "in an order drawn by lot")):
        says = f"12 schools that take the tool up in waves, {order}"
        null = replace(spec, effect=0.0, growth=0.0)
        bars = (_COVERS, _CENTERED)
        found.append(Cell(f"{key}-12-null", f"{says}; no effect", null, (), "waves", (_ERRS, *bars)))
        found.append(Cell(f"{key}-12", f"{says}; an effect", spec, (), "waves", bars))
    return found


def cells() -> dict[str, Cell]:
    """Every cell by its key, in the order in which it is run."""
    found = [*_randomized(), *_decisions(), *_groups(), *_looks(), *_waves(), *_matched()]
    return {cell.key: cell for cell in found}
