"""Assign: chance puts a pilot's units into arms, once, in a way that anybody can check and draw again."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.core.errors import Conflict, Missing, Refused, UserFixable
from gainline.engine.core.issues import Issue
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import csv_text
from gainline.engine.pilots.assigning.draw import draw
from gainline.engine.pilots.assigning.lot import Drawn, Lot, Procedure
from gainline.engine.pilots.assigning.record import from_json_value, to_json_value
from gainline.engine.pilots.assignment import Assignment, Kind
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.sampling.roster import Roster, complete
from gainline.lake import Reading
from gainline.road.piloting import records
from gainline.road.piloting.sampling import sampled_kind, sampled_units
from gainline.road.piloting.units import Asked, Units, units_of
from gainline.road.workspace import Workspace

FORMAT = "gainline-draw/1"
COLUMNS = ("pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on")
WITHDRAWN = "withdrawn"
"""Arm of a unit that an earlier draw held and the later one does not; it is in neither arm of the comparison."""
MANY = 6.0  # the power of ten from which numbers of draws are told as powers
FEW_UNITS = 4  # units per covariate: with more covariates, nothing is held well


@dataclass(frozen=True, slots=True)
class Ways:
    """How a pilot's units are to be drawn.

    Parameters
    ----------
    kind, labels
        See `Procedure`; the tool's arm or the first wave first.
    units
        Ids that take part; ``None`` takes the pilot's sample, or everybody where there is none.
    balance
        Covariates for pairs, a bound and the table of balance; empty for the most important few.
    block_size
        A blocked draw joins so many units that are alike in the first covariate, within levels.
    acceptance
        Share of draws that a rerandomized draw accepts; ``None`` for 1 in 100, more where units are few.
    seed, reason
        As given; a second draw for a pilot needs a reason.
    """

    kind: Kind = "complete"
    labels: tuple[str, ...] = ("tool", "usual")
    units: tuple[str, ...] | None = None
    balance: tuple[str, ...] = ()
    block_size: int = 4
    acceptance: float | None = None
    seed: int | None = None
    reason: str | None = None

    @classmethod
    def of_plan(cls, plan: Plan) -> Ways:
        """How the plan says that chance decides.

        Raises
        ------
        UserFixable
            When the plan leaves nothing to chance.
        """
        chance = plan.design.kind in {"randomized", "stepped_wedge"} and plan.comparison.assigned_by == "assignment"
        if not chance:
            raise UserFixable(
                f"the plan {plan.key} leaves nothing to chance: its design is {plan.design.kind.replace('_', ' ')}",
                'register a design of kind "randomized" or "stepped_wedge" with assigned_by = "assignment"',
            )
        kind = plan.design.assignment or ("blocked" if plan.design.blocked else "complete")
        if plan.design.kind == "stepped_wedge":
            return cls("waves", tuple(sorted(plan.design.waves, key=lambda wave: plan.design.waves[wave])))
        return cls(kind, (plan.comparison.tool_arms[0], plan.comparison.usual_arms[0]))


@dataclass(frozen=True, slots=True)
class Assigned:
    """A draw as it stands in the workspace."""

    pilot: str
    record: dict[str, Any]
    path: Path
    notes: tuple[Issue, ...]
    vendor_list: Path | None = None

    @property
    def sentence(self) -> str:
        """The draw in a sentence for the committee."""
        own, chance = self.record["assignment"], self.record["chance"]
        counts = ", ".join(f"{own['arms'].count(label)} {label}" for label in own["labels"])
        power = float(chance["log10_possible"])
        many = f"{10.0**power:,.0f}" if power < MANY else f"about 10^{power:.0f}"
        return (
            f"Chance put {len(own['units'])} {self.record['unit']}s into {counts}; it could have fallen in {many} ways,"
            f" and seed {self.record['seed']} shows which one it was."
        )


def draw_assignment(
    workspace: Workspace, pilot: str, asked: Asked, ways: Ways, *, on: date, vendor_list: Path | None = None
) -> Assigned:
    """Draw, write ``pilots/<pilot>/assignments.csv`` and the record, and tell the ledger, so that it stays drawn.

    Students stand in both files by their pseudonyms, as everywhere in the workspace; the list for a vendor, who needs
    the district's own ids, goes where `vendor_list` says and nowhere else.

    Raises
    ------
    Refused
        When chance cannot decide so.
    Conflict
        When the pilot was drawn already and no reason is given.
    """
    records.folder(workspace, pilot)
    records.may_draw_again(workspace, pilot, "assignment", reason=ways.reason)
    _refuse_folder(vendor_list)
    before = records.vouched(workspace, pilot, "assignment") and records.read(workspace, pilot, "assignment")
    snapshot = workspace.lake.head()
    with workspace.lake.reading(snapshot) as reading:
        _refuse_imported(reading, pilot, known=bool(before), reason=ways.reason)
        units = units_of(reading, asked)
    roster = _taking_part(workspace, pilot, asked, ways, units)
    seed = records.seed_for(workspace, pilot, "assignment", ways.seed)
    found = draw(lot_of(roster, ways), Procedure(ways.kind, ways.labels, acceptance=ways.acceptance), seed=seed)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    value = _value(pilot, asked, ways, roster, found) | {"drawn_on": on, "snapshot": snapshot.id}
    says: dict[str, Any] = {"seed": str(seed), "procedure": ways.kind, "units": len(found.assignment.units)}
    if ways.reason:
        says["reason"] = ways.reason
    written = records.write(workspace, pilot, "assignment", value, entry=(records.ASSIGNED, says), on=on)
    path = _sheet(workspace, written, before or None)
    if vendor_list is not None:
        _for_vendor(workspace, written, vendor_list)
    return Assigned(pilot, written, path, found.notes, vendor_list)


def list_for_vendor(workspace: Workspace, pilot: str, path: Path) -> dict[str, Any]:
    """Write the list with the district's own ids of what was drawn already; nothing is drawn. The record comes back.

    Raises
    ------
    Missing
        When nothing was drawn for the pilot, or the folder of the list does not exist.
    """
    value = records.read(workspace, pilot, "assignment")
    if value is None:
        raise Missing(f"nothing was drawn for {pilot}", "draw first: gainline pilot assign")
    _refuse_folder(path)
    _for_vendor(workspace, value, path)
    return value


def _refuse_folder(path: Path | None) -> None:
    """A list that cannot be written must not be found out after the draw."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise Missing(f"the list for the vendor cannot be written to {path}", "name a file in a folder that exists")


def _refuse_imported(reading: Reading, pilot: str, *, known: bool, reason: str | None) -> None:
    """Do not draw over arms that came from elsewhere."""
    table = reading.current("assignments")
    many = int(reading.arrow(table.filter(table.pilot == pilot).count().as_table())[0][0].as_py())
    if many and not known and not (reason or "").strip():
        raise Conflict(
            f"the lake holds arms of {many} units for {pilot} that were decided elsewhere",
            "keep them; or give the new draw another key, or a --reason, which the ledger keeps",
        )


def recorded_assignment(workspace: Workspace, pilot: str) -> Assignment | None:
    """How a pilot's units were drawn, as the ledger vouches for it; None where nothing was drawn here.

    Raises
    ------
    DataIssues
        PL129, PL140 or PL141: the record is gone or was changed.
    """
    value = records.read(workspace, pilot, "assignment")
    return None if value is None else from_json_value(value["assignment"])


def recorded_for(workspace: Workspace, plan: Plan) -> Assignment | None:
    """The recorded draw that a plan's arms came from; None where use decided or nothing was drawn here.

    Raises
    ------
    DataIssues
        As `recorded_assignment`.
    """
    return recorded_assignment(workspace, plan.pilot) if plan.comparison.assigned_by == "assignment" else None


def lot_of(roster: Roster, ways: Ways) -> Lot:
    """The lot: the units in their blocks, with the covariates that are to be alike."""
    blocks = ("",) * len(roster.units)
    if ways.kind == "blocked":
        blocks = _alike(roster, ways.block_size)
    elif ways.kind in {"pairs", "waves"}:
        blocks = roster.strata
    return Lot(roster.units, _merged(blocks), roster.names, roster.values)


def _merged(blocks: tuple[str, ...]) -> tuple[str, ...]:
    """Blocks without singles: where one unit stands alone in its level, levels are not blocks."""
    _, sizes = np.unique(np.array(blocks, dtype=str), return_counts=True)
    return blocks if int(sizes.min()) > 1 else ("",) * len(blocks)


def _alike(roster: Roster, size: int) -> tuple[str, ...]:
    """Blocks of so many units, neighbors in the first covariate, within levels; the last takes the rest."""
    labels = [""] * len(roster.units)
    first = roster.values[:, 0] if roster.names else np.zeros(len(roster.units))
    for stratum in sorted(set(roster.strata)):
        inside = [place for place, own in enumerate(roster.strata) if own == stratum]
        inside.sort(key=lambda place: (-float(first[place]), roster.units[place]))
        many = max(len(inside) // max(size, 2), 1)
        for rank, place in enumerate(inside):
            number = min(rank // max(size, 2), many - 1) + 1
            labels[place] = f"{stratum or 'block'} {number}"
    return tuple(labels)


def _taking_part(workspace: Workspace, pilot: str, asked: Asked, ways: Ways, units: Units) -> Roster:
    chosen = ways.units or sampled_units(workspace, pilot, asked.unit)
    if chosen is None and (other := sampled_kind(workspace, pilot)):
        raise UserFixable(
            f"the sample of {pilot} is of {other}s, and {asked.unit}s are to be drawn: all of the district's would be",
            f"draw {other}s, or name the {asked.unit}s that take part with --units FILE",
        )
    roster = units.roster
    if chosen is not None:
        strange = sorted(set(chosen) - set(roster.units))
        if strange:
            some = "" if asked.unit == "student" else f": {', '.join(strange[:5])}"
            raise Missing(
                f"{len(strange)} of the {asked.unit}s that take part are not on the roster{some}",
                "name them as the roster does; see gainline status",
            )
        places = roster.places(tuple(sorted(set(chosen))))
        roster = replace(
            roster,
            units=tuple(roster.units[place] for place in places),
            strata=tuple(roster.strata[place] for place in places),
            values=roster.values[places],
        )
    whole = complete(roster)
    if isinstance(whole, Refusal):
        raise Refused(f"{whole.code}: {whole.because}", whole.remedy)
    return _with_covariates(whole, ways.balance)


def _with_covariates(roster: Roster, balance: tuple[str, ...]) -> Roster:
    strange = [name for name in balance if name not in roster.names]
    if strange:
        known = ", ".join(roster.names) or "nothing differs between these units"
        raise UserFixable(f"these units do not differ in {', '.join(strange)}, or it is not known", f"known: {known}")
    names = balance or roster.names[: max(len(roster.units) // FEW_UNITS, 1)]
    columns = [roster.names.index(name) for name in names]
    return replace(roster, names=names, values=roster.values[:, columns])


def _value(pilot: str, asked: Asked, ways: Ways, roster: Roster, found: Drawn) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "pilot": pilot,
        "unit": asked.unit,
        "roster_on": asked.on,
        "seed": str(found.assignment.seed),
        "procedure": {
            "kind": ways.kind,
            "labels": list(ways.labels),
            "covariates": list(roster.names),
            "block_size": ways.block_size if ways.kind == "blocked" else None,
            "acceptance": ways.acceptance,
        },
        "assignment": to_json_value(found.assignment),
        "chance": {
            "log10_possible": found.log10_possible,
            "smallest_p": found.smallest_p,
            "accepted": found.accepted,
            "remaining_variance": found.remaining_variance,
        },
        "balance": _balance(roster, found.assignment),
        "notes": [note.to_json_value() for note in found.notes],
    }


def _balance(roster: Roster, drawn: Assignment) -> list[dict[str, Any]]:
    """Each covariate's mean over the units of each arm, and the widest difference in standard deviations of units."""
    rows = []
    for name, column in zip(roster.names, roster.values.T, strict=True):
        means = [float(column[drawn.arms == arm].mean()) for arm in range(len(drawn.labels))]
        apart = (max(means) - min(means)) / float(column.std(ddof=1))
        rows.append({"covariate": name, "means": dict(zip(drawn.labels, means, strict=True)), "difference": apart})
    return rows


def _sheet(workspace: Workspace, value: dict[str, Any], before: dict[str, Any] | None) -> Path:
    """Write ``assignments.csv`` as `gainline import` reads it."""
    own, known = value["assignment"], set(value["assignment"]["units"])
    rows = list(zip(own["units"], own["arms"], own["blocks"], strict=True))
    gone = [] if before is None else [unit for unit in before["assignment"]["units"] if unit not in known]
    rows += [(unit, WITHDRAWN, "") for unit in gone]
    path = records.folder(workspace, value["pilot"]) / "assignments.csv"
    written = [(value["pilot"], value["unit"], *row, "randomized", value["drawn_on"]) for row in rows]
    path.write_text(csv_text([COLUMNS, *written]), encoding="utf-8", newline="")
    return path


def _for_vendor(workspace: Workspace, value: dict[str, Any], path: Path) -> None:
    """Write the list that a vendor needs: the district's own id and the arm, readable by its owner only."""
    own = value["assignment"]
    ids = {unit: unit for unit in own["units"]}
    if value["unit"] == "student":
        with workspace.lake.reading() as reading:
            table = reading.current("identifiers")
            table = table.filter((table.how == "roster") & (table.kind == "SisSourcedId"))
            rows = reading.arrow(table.select("person_key", "value").order_by("value")).to_pylist()
        ids = {str(row["person_key"]): row["value"] for row in reversed(rows)}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        rows = [(ids[unit], arm) for unit, arm in zip(own["units"], own["arms"], strict=True) if unit in ids]
        file.write(csv_text([(f"{value['unit']}_id", "arm"), *rows]))
