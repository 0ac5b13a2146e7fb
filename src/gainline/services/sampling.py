"""Sampling: who is asked to take part, who declined and who came instead, and how chance put them into arms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gainline.engine.pilots.plan import Plan
from gainline.road.piloting import records
from gainline.road.piloting.eligible import names_of
from gainline.road.piloting.sampling import Wanted, draw_sample, record_decline
from gainline.road.piloting.units import Asked
from gainline.services import clock, desk, imports, planning, stages
from gainline.services.stages import Stage
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, Draw
from gainline.store.models.imports import Import
from gainline.store.words import DrawKind


@dataclass(frozen=True, slots=True)
class Member:
    """A school or section and its part: in the sample, held back, declined, or an arm."""

    unit: str
    name: str
    part: str
    group: str = ""
    because: str = ""
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn, as the workspace's record has it and the ledger vouches for it.

    Parameters
    ----------
    unit, seed
        What was drawn, and the number that shows which draw it was.
    counts
        Each part with its number of units.
    members
        The units; empty for students, who are never listed.
    likeness
        Each covariate with its difference in standard deviations of units: to the population, or between the arms.
    """

    unit: str
    seed: str
    counts: Mapping[str, int]
    members: tuple[Member, ...]
    likeness: tuple[tuple[str, float], ...]


@desk.verb("cycle.draw", on="cycle")
def choose(*, by: Account, cycle: Cycle, wanted: Wanted) -> Draw:
    """Choose by chance the schools or sections that stand for all of them.

    Raises
    ------
    Conflict
        With the stage table's code before there is a plan; SV045 while it cannot be read; SV046 when it is about single
        students; SV047 when the arms were drawn already; or when one was drawn and no reason is given.
    Refused
        When no such sample exists.
    """
    plan = _drawable(by, cycle)
    day = clock.today(by.district)
    workspace = open_workspace(by.district)
    done = draw_sample(workspace, plan.pilot, Asked.of_plan(plan, on=day), wanted, on=day)
    return _kept(cycle, done.record, done.sentence, by)


@desk.verb("cycle.draw", on="cycle", words=("unit",))
def decline(*, by: Account, cycle: Cycle, unit: str, because: str) -> Draw:
    """Write down that a chosen school or section does not take part, and let the most alike one come instead.

    Raises
    ------
    Conflict
        As `choose`.
    Missing, Refused
        When there is no sample, the unit is not in it, or nobody is left.
    """
    plan = _drawable(by, cycle)
    done, _ = record_decline(
        open_workspace(by.district), plan.pilot, unit, because=because, on=clock.today(by.district)
    )
    return _kept(cycle, done.record, done.sentence, by)


@desk.verb("cycle.draw", on="cycle")
def enter_arms(*, by: Account, cycle: Cycle) -> Import:
    """Bring the arms that were drawn into the records, as any other file comes in.

    Raises
    ------
    Conflict
        SV048 while nothing was drawn.
    """
    plan = planning.plan_of(by=by, cycle=cycle)
    workspace = open_workspace(by.district)
    if plan is None or records.read(workspace, plan.pilot, "assignment") is None:
        raise desk.refuse("SV048", "no arms were drawn for this cycle", "draw them first")
    sheet = _Sheet(records.folder(workspace, plan.pilot) / "assignments.csv")
    return imports.receive(by=by, source=f"Arms of {cycle.key}", files=[sheet])


@desk.reading("evidence.read")
def sample(*, by: Account, cycle: Cycle) -> Drawn | None:
    """The sample of a cycle as it stands; None while nothing was drawn."""
    value = _record(by, cycle, "sample")
    if value is None:
        return None
    roster = value["roster"]
    left = {one["declined"]: one for one in value["replacements"]}
    named = dict(zip(roster["units"], roster["names"], strict=True))
    part = dict.fromkeys(value["sample"], "sample") | dict.fromkeys(value["held_back"], "held back")
    part |= dict.fromkeys(left, "declined")
    members = [
        Member(
            unit, named[unit] or unit, part[unit], group, left.get(unit, {}).get("because", ""),
            named.get(left.get(unit, {}).get("substitute") or "", ""),
        )
        for unit, group in zip(roster["units"], roster["strata"], strict=True)
        if unit in part
    ]  # fmt: skip
    likeness = tuple((one["covariate"], float(one["difference"])) for one in value["representation"]["differences"])
    counts = {name: list(part.values()).count(name) for name in ("sample", "held back", "declined")}
    return Drawn(value["unit"], str(value["seed"]), counts, tuple(members), likeness)


@desk.reading("evidence.read")
def assignment(*, by: Account, cycle: Cycle) -> Drawn | None:
    """How chance put the units of a cycle into arms; None while nothing was drawn."""
    value = _record(by, cycle, "assignment")
    if value is None:
        return None
    own = value["assignment"]
    named = names_of(open_workspace(by.district), value["unit"])
    rows = zip(own["units"], own["arms"], own["blocks"], strict=True) if value["unit"] != "student" else ()
    members = tuple(Member(unit, named.get(unit, unit), arm, block) for unit, arm, block in rows)
    likeness = tuple((one["covariate"], float(one["difference"])) for one in value["balance"])
    counts = {label: own["arms"].count(label) for label in own["labels"]}
    return Drawn(value["unit"], str(value["seed"]), counts, members, likeness)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A file of the workspace, as imports take what arrives."""

    path: Path

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name

    def chunks(self) -> Iterator[bytes]:
        """All of it; a list of arms is small."""
        yield self.path.read_bytes()


def _record(by: Account, cycle: Cycle, name: str) -> dict[str, Any] | None:
    plan = planning.plan_of(by=by, cycle=cycle)
    return records.read(open_workspace(by.district), plan.pilot if plan else cycle.key, name)


def _drawable(by: Account, cycle: Cycle) -> Plan:
    stages.require(cycle, Stage.REGISTERED)
    plan = planning.plan_of(by=by, cycle=cycle)
    if plan is None:
        raise desk.refuse("SV045", "the plan cannot be read yet, so nobody can be drawn", "answer what is missing")
    if plan.design.unit == "student":
        raise desk.refuse("SV046", "single students are not chosen as a sample", "choose schools or sections")
    if Draw.objects.filter(cycle=cycle, kind=DrawKind.ASSIGNMENT).exists():
        raise desk.refuse("SV047", "the arms were drawn, so nobody comes or goes any more", "who leaves counts as lost")
    return plan


def _kept(cycle: Cycle, record: Mapping[str, Any], sentence: str, by: Account) -> Draw:
    entries = open_workspace(by.district).ledger.entries()
    entry = [one for one in entries if one.payload.get("pilot") == record["pilot"] and "sha256" in one.payload][-1]
    counts = {"unit": record["unit"], "sample": len(record["sample"]), "sentence": sentence}
    return Draw.objects.create(
        cycle=cycle, kind=DrawKind.SAMPLE, seed=str(record["seed"]), sha256=entry.payload["sha256"], counts=counts,
        drawn_by=by,
    )  # fmt: skip
