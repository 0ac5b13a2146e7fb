"""Withdrawn: who was assigned and may no longer be read stays in the count of those assigned, without any fact.

A withdrawal after the assignment was known is attrition, overall and between the arms: the place in the draw stays,
which the school's own roster tells, and nothing that consent carried is read. Who never agreed is not in the set.

Source: WWC Procedures and Standards Handbook 5.0, attrition: everybody assigned counts, whatever the reason for a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gainline.engine.evidence import Frame, Funnel, Linkage
from gainline.engine.pilots.plan import Plan
from gainline.lake import Reading
from gainline.road.framing.population import Population


@dataclass(frozen=True, slots=True)
class Framed:
    """What the evidence engine needs of the records.

    Parameters
    ----------
    frame
        One row per student of the population.
    funnel, linkage
        From licenses to dosed students; how much usage could be tied to the roster.
    joined_later
        Students who entered assigned units after the assignment was known; not in the frame.
    withdrawn
        Pseudonyms of those who were assigned and whose facts may no longer be read.
    """

    frame: Frame
    funnel: Funnel
    linkage: Linkage
    joined_later: int
    withdrawn: tuple[int, ...] = ()


def with_lost(framed: Framed, plan: Plan, everybody: Population, reading: Reading) -> Framed:
    """The frame with the places of those whose word was taken back after the assignment was known.

    Where use decides the arm, nobody knows the arm of somebody whose use may not be read; and where units are followed
    over time, the means of a period are over whom may be read. There they are only counted.
    """
    kept = framed.frame
    gone = ~np.isin(everybody.keys, kept.keys) & ~np.array(
        reading.was_barred(everybody.keys, everybody.anchor), dtype=bool
    )
    lost = tuple(int(key) for key in everybody.keys[gone])
    if plan.comparison.assigned_by == "use" or plan.design.periods:
        return replace(framed, withdrawn=lost)
    places = _places(kept, plan, _those(everybody, gone))
    order = np.argsort(np.concatenate([kept.keys, places.keys]), kind="stable")
    return replace(framed, frame=_joined(kept, places, order), withdrawn=lost)


def _places(kept: Frame, plan: Plan, who: Population) -> Frame:
    """Rows for these students with their place in the draw and nothing else."""
    many = len(who.keys)
    nothing, nobody = np.full(many, np.nan), np.full(many, None, dtype=object)
    no = np.zeros(many, dtype=bool)
    return replace(
        kept,
        keys=who.keys,
        tool=np.array([arm in plan.comparison.tool_arms for arm in who.arm], dtype=bool),
        unit=np.array(who.unit, dtype=object),
        cluster=clusters_of(plan, who),
        block=blocks_of(plan, who),
        school=schools_of(who),
        outcomes=dict.fromkeys(kept.outcomes, nothing),
        numbers=dict.fromkeys(kept.numbers, nothing),
        categories=dict.fromkeys(kept.categories, nobody),
        subgroups=dict.fromkeys(kept.subgroups, nobody),
        placebos=dict.fromkeys(kept.placebos, nothing),
        used=no,
        dosed=no,
        dose=nothing,
    )


def _joined(kept: Frame, places: Frame, order: NDArray[np.intp]) -> Frame:
    def row(mine: np.ndarray, more: np.ndarray) -> np.ndarray:
        return np.concatenate([mine, more])[order]

    def columns(mine: Mapping[str, np.ndarray], more: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {key: row(values, more[key]) for key, values in mine.items()}

    return replace(
        kept,
        keys=row(kept.keys, places.keys),
        tool=row(kept.tool, places.tool),
        unit=row(kept.unit, places.unit),
        cluster=row(kept.cluster, places.cluster),
        block=row(kept.block, places.block),
        school=row(kept.school, places.school),
        outcomes=columns(kept.outcomes, places.outcomes),
        numbers=columns(kept.numbers, places.numbers),
        categories=columns(kept.categories, places.categories),
        subgroups=columns(kept.subgroups, places.subgroups),
        placebos=columns(kept.placebos, places.placebos),
        used=row(kept.used, places.used),
        dosed=row(kept.dosed, places.dosed),
        dose=row(kept.dose, places.dose),
    )


def _those(who: Population, chosen: NDArray[np.bool_]) -> Population:
    def of(values: list[str] | list[str | None]) -> list[str | None]:
        return [value for value, is_chosen in zip(values, chosen, strict=True) if is_chosen]

    return replace(
        who,
        keys=who.keys[chosen],
        school=of(who.school),
        section=of(who.section),
        unit=[str(unit) for unit in of(who.unit)],
        arm=of(who.arm),
        block=of(who.block),
    )


def schools_of(who: Population) -> np.ndarray:
    """The school of each student on the anchor day; shape ``(n,)``."""
    return np.array([school or "unknown" for school in who.school], dtype=object)


def blocks_of(plan: Plan, who: Population) -> np.ndarray:
    """The block of each student, or ``all`` where the design has none; shape ``(n,)``."""
    within = plan.design.blocked or plan.design.assignment in {"blocked", "pairs"}
    return np.array([(block or "all") if within else "all" for block in who.block], dtype=object)


def clusters_of(plan: Plan, who: Population) -> np.ndarray:
    """The independent draw of each student; shape ``(n,)``."""
    if plan.design.cluster == "school":
        return schools_of(who)
    if plan.design.cluster == "section":
        return np.array([s or "unknown" for s in who.section], dtype=object)
    return np.array([str(key) for key in who.keys], dtype=object)
