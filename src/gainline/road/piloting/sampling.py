"""Sample: choose the schools or sections that stand for all of them, and keep account of those that decline."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.core.errors import Missing, Refused, UserFixable
from gainline.engine.core.issues import Issue
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.pilots.sampling.refusals import Replacement, Standing, decline
from gainline.engine.pilots.sampling.representative import Representation, represent
from gainline.engine.pilots.sampling.roster import Roster
from gainline.engine.pilots.sampling.stratified import Chosen, choose
from gainline.road.piloting import records
from gainline.road.piloting.units import Asked, Units, units_of
from gainline.road.workspace import Workspace

FORMAT = "gainline-sample/1"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What sample is wanted.

    Parameters
    ----------
    size, hold_back
        How many units take part, and how many are kept out on purpose to be compared later.
    strata
        ``level`` chooses within elementary, middle and high; ``none`` among all.
    balance
        Covariates to balance on, the most important first; empty for all that are known.
    seed, reason
        As given; a second draw for a pilot needs a reason.
    """

    size: int
    hold_back: int = 0
    strata: str = "level"
    balance: tuple[str, ...] = ()
    seed: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample as it stands in the workspace."""

    pilot: str
    record: dict[str, Any]
    path: Path
    representation: Representation
    notes: tuple[Issue, ...] = ()

    @property
    def sentence(self) -> str:
        """The sample in a sentence for the committee."""
        many, total = len(self.record["sample"]), len(self.record["roster"]["units"])
        unit, found = self.record["unit"], self.representation
        return (
            f"{many} of {total} {unit}s were chosen by chance so that together they are like all of them: on a scale"
            f" from 0 to 1 they reach {found.index:.2f} ({found.band}); drawing names from a hat would typically reach"
            f" {found.usual[0]:.2f}."
        )


def draw_sample(workspace: Workspace, pilot: str, asked: Asked, wanted: Wanted, *, on: date) -> Sampled:
    """Choose a representative sample, write ``pilots/<pilot>/sample.csv`` and its record, and tell the ledger.

    Raises
    ------
    Refused
        When no such sample exists.
    Conflict
        When one was drawn already and no reason is given.
    """
    records.folder(workspace, pilot)
    records.may_draw_again(workspace, pilot, "sample", reason=wanted.reason)
    snapshot = workspace.lake.head()
    with workspace.lake.reading(snapshot) as reading:
        units = units_of(reading, asked)
    seed = records.seed_for(workspace, pilot, "sample", wanted.seed)
    found = choose(narrowed(units.roster, wanted), wanted.size, seed=seed, hold_back=wanted.hold_back)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    value = _value(pilot, asked, found, units, snapshot=snapshot.id, on=on)
    says = {"seed": str(seed), "procedure": "cube", "units": len(found.sample)}
    if wanted.reason:
        says["reason"] = wanted.reason
    written = records.write(workspace, pilot, "sample", value, entry=(records.SAMPLED, says), on=on)
    return Sampled(pilot, written, _sheet(workspace, pilot, written), found.representation, found.notes)


def narrowed(roster: Roster, wanted: Wanted) -> Roster:
    """The roster with the strata and covariates that are wanted.

    Raises
    ------
    UserFixable
        When a covariate is not known.
    """
    strange = [name for name in wanted.balance if name not in roster.names]
    if strange:
        raise UserFixable(f"nothing is known as {', '.join(strange)}", f"balance on: {', '.join(roster.names)}")
    names = wanted.balance or roster.names
    columns = [roster.names.index(name) for name in names]
    strata = roster.strata if wanted.strata == "level" else ("",) * len(roster.units)
    return replace(roster, strata=strata, names=names, values=roster.values[:, columns])


def record_decline(
    workspace: Workspace, pilot: str, unit: str, *, because: str, on: date
) -> tuple[Sampled, Replacement]:
    """Record that a chosen unit declined and who comes in its place; the ledger keeps every refusal.

    Raises
    ------
    Missing
        When the pilot has no sample.
    Refused
        When the unit is not in it, or nobody is left.
    """
    if not because.strip():
        raise UserFixable("why it declined is missing", "say it in its own words: --because WHY")
    value = records.read(workspace, pilot, "sample")
    if value is None:
        raise Missing(f"{pilot} has no sample", f"draw one: gainline pilot sample {pilot} --size N")
    roster = _roster(value)
    past = tuple(Replacement(**one) for one in value["replacements"])
    standing = Standing(tuple(value["sample"]), tuple(value["held_back"]), past)
    found = decline(roster, standing, unit, because=because)
    if isinstance(found, Refusal):
        where = f"; see pilots/{pilot}/sample.csv" if found.code == "PL136" else ""
        raise Refused(f"{found.code}: {found.because}", found.remedy + where)
    last = found.replacements[-1]
    value |= {"sample": list(found.sample), "replacements": [asdict(one) for one in found.replacements]}
    says = {"declined": unit, "substitute": last.substitute, "because": because}
    written = records.write(workspace, pilot, "sample", value, entry=(records.DECLINED, says), on=on)
    chosen = np.isin(np.array(roster.units), np.array(found.sample))
    shown = represent(roster.names, roster.values, chosen, seed=int(value["seed"]))
    return Sampled(pilot, written, _sheet(workspace, pilot, written), shown), last


def sampled_units(workspace: Workspace, pilot: str, unit: str) -> tuple[str, ...] | None:
    """Units of the pilot's sample as it stands; None without a sample of this kind of unit."""
    value = records.read(workspace, pilot, "sample")
    return tuple(value["sample"]) if value and value["unit"] == unit else None


def sampled_kind(workspace: Workspace, pilot: str) -> str | None:
    """What the pilot's sample is of: school or section; None without a sample."""
    value = records.read(workspace, pilot, "sample")
    return str(value["unit"]) if value else None


def _roster(value: dict[str, Any]) -> Roster:
    own = value["roster"]
    values = np.array(own["values"], dtype=np.float64).reshape(len(own["units"]), -1)
    return Roster(tuple(own["units"]), tuple(own["strata"]), tuple(own["covariates"]), values)


def _value(pilot: str, asked: Asked, found: Chosen, units: Units, *, snapshot: str, on: date) -> dict[str, Any]:
    own = found.roster
    return {
        "format": FORMAT,
        "pilot": pilot,
        "unit": asked.unit,
        "drawn_on": on,
        "roster_on": asked.on,
        "snapshot": snapshot,
        "seed": str(found.seed),
        "procedure": "cube method within strata (Deville and Tillé 2004)",
        "roster": {
            "units": list(own.units),
            "names": [units.names.get(unit, "") for unit in own.units],
            "strata": list(own.strata),
            "covariates": list(own.names),
            "values": own.values.tolist(),
        },
        "allocation": [list(row) for row in found.allocation],
        "sample": list(found.sample),
        "held_back": list(found.held_back),
        "representation": asdict(found.representation),
        "replacements": [],
    }


def _sheet(workspace: Workspace, pilot: str, value: dict[str, Any]) -> Path:
    """Write ``sample.csv``: one row per unit of the population and its part."""
    own = value["roster"]
    part = dict.fromkeys(value["sample"], "sample") | dict.fromkeys(value["held_back"], "held back")
    part |= {one["declined"]: "declined" for one in value["replacements"]}
    path = records.folder(workspace, pilot) / "sample.csv"
    rows = [
        (pilot, value["unit"], unit, name, stratum, part.get(unit, "not chosen"))
        for unit, name, stratum in zip(own["units"], own["names"], own["strata"], strict=True)
    ]
    text = csv_text([("pilot", "unit", "unit_id", "name", "stratum", "part"), *rows])
    path.write_text(text, encoding="utf-8", newline="")
    return path
