"""`gainline pilot sample | decline | assign`: who takes part, and what chance decides."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE, AsOfOption, FormatOption, WorkspaceOption, day, tell_head
from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.pilots import parse_plan
from gainline.engine.pilots.assignment import Kind
from gainline.engine.pilots.plan import Plan
from gainline.road.piloting.assigning import Assigned, Ways, draw_assignment, list_for_vendor
from gainline.road.piloting.records import vouched
from gainline.road.piloting.sampling import Sampled, Wanted, draw_sample, record_decline
from gainline.road.piloting.units import Asked, Unit
from gainline.road.workspace import Workspace

PilotArgument = Annotated[str, typer.Argument(metavar="PILOT", help="The pilot's key, or a plan that registers it.")]
UnitOption = Annotated[Unit | None, typer.Option(help="What takes part as a whole; a plan says it itself.")]
GradesOption = Annotated[str, typer.Option(help="Only these grades, e.g. 03,04,05; a plan says it itself.")]
ScoreOption = Annotated[str | None, typer.Option(help="Past score ASSESSMENT:FORM; the one that most have by default.")]
BalanceOption = Annotated[
    str, typer.Option(help="What is to be alike, the most important first, e.g. reading:fall,low_income.")
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, help="Seed, e.g. rolled in the meeting; one that nobody can choose by default.")
]
ReasonOption = Annotated[str | None, typer.Option(help="Why it is drawn again; the ledger keeps it.")]


def sample(
    pilot: PilotArgument,
    size: Annotated[int, typer.Option(help="How many take part.")],
    unit: UnitOption = None,
    grades: GradesOption = "",
    hold_back: Annotated[int, typer.Option(min=0, help="How many are kept out on purpose, to be compared later.")] = 0,
    strata: Annotated[str, typer.Option(help="level (elementary, middle, high) or none.")] = "level",
    balance: BalanceOption = "",
    score: ScoreOption = None,
    seed: SeedOption = None,
    reason: ReasonOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Choose schools or sections that stand for all of them.

    By chance, within levels, so that past scores, the students' needs and the sizes are those of the district. Writes
    pilots/PILOT/sample.csv and sample.json, and tells the ledger: a second sample needs --reason.

    Example: gainline pilot sample word-garden --unit school --grades 03,04,05 --size 8 --hold-back 4
    """
    home = Workspace.open(workspace)
    if strata not in {"level", "none"}:
        raise UserFixable(f"--strata {strata} is not known", "use level or none")
    key, plan = _named(home, pilot)
    asked = _asked(plan, unit, grades, score, as_of)
    if asked.unit == "student":
        raise UserFixable("students are not sampled here", "sample schools or sections; --unit school")
    wanted = Wanted(size, hold_back, strata, _words(balance), seed, reason)
    done = draw_sample(home, key, asked, wanted, on=day(as_of))
    _show_sample(home, done, form)
    console.talk(f"\nNext: gainline pilot assign {pilot}{_same_unit(plan, asked.unit)}{_here(workspace)}")
    console.talk(f"If one says no: gainline pilot decline {key} ID --because WHY{_here(workspace)}")


def decline(
    pilot: Annotated[str, typer.Argument(metavar="PILOT", help="The pilot's key.")],
    unit_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the school or section that said no.")],
    because: Annotated[str, typer.Option(help="Why, in its own words; the ledger keeps it.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Record that a school or section said no, and find its substitute.

    The substitute is the one of the same level that keeps the sample most like the district. Every refusal stays on
    record with what it cost.

    Example: gainline pilot decline word-garden RB-E07 --because "new principal"
    """
    home = Workspace.open(workspace)
    done, last = record_decline(home, pilot, unit_id, because=because, on=day(as_of))
    if form is Format.TABLE:
        names = dict(zip(done.record["roster"]["units"], done.record["roster"]["names"], strict=True))
        come = f"{last.substitute} {names[last.substitute]}" if last.substitute else "Nobody"
        where = "" if last.same_stratum or not last.substitute else ", from another level because its own is used up"
        console.talk(f"{come} comes in place of {unit_id} {names[unit_id]}{where}.")
        console.talk(f"The index goes from {last.index_before:.2f} to {last.index_after:.2f}.")
        console.talk("A substitute mends what is known; that the willing differ in other ways it cannot mend.\n")
    _show_sample(home, done, form)


def assign(
    pilot: PilotArgument,
    unit: UnitOption = None,
    kind: Annotated[
        Kind | None, typer.Option(help="How chance decides; a plan says it itself, complete otherwise.")
    ] = None,
    units: Annotated[
        Path | None, typer.Option(help="CSV with a column unit_id, or one id a line; the pilot's sample by default.")
    ] = None,
    grades: GradesOption = "",
    waves: Annotated[int | None, typer.Option(min=2, help="For kind waves: how many.")] = None,
    balance: BalanceOption = "",
    score: ScoreOption = None,
    block_size: Annotated[
        int | None, typer.Option(min=2, help="For kind blocked: units a block; 4 by default.")
    ] = None,
    acceptance: Annotated[
        float | None, typer.Option(help="For kind rerandomized: share of draws accepted, e.g. 0.01.")
    ] = None,
    for_vendor: Annotated[
        Path | None, typer.Option(help="Also write the district's own ids and arms to this file, for the vendor.")
    ] = None,
    seed: SeedOption = None,
    reason: ReasonOption = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = HERE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Let chance put a pilot's schools, sections or students into arms.

    Writes pilots/PILOT/assignments.csv, ready for gainline import, and the record assignment.json, from which anybody
    can draw again in the same way. The ledger holds its digest: what is drawn stays drawn, and a second draw needs
    --reason. There is no preview, because looking first is choosing.

    Students are written by their pseudonyms; the list with the district's own ids goes to --for-vendor only. After the
    draw, --for-vendor alone writes that list again and draws nothing.

    Example: gainline pilot assign word-garden --unit school --kind pairs
    """
    home = Workspace.open(workspace)
    key, plan = _named(home, pilot)
    if for_vendor is not None and not reason and vouched(home, key, "assignment"):
        _show_list(list_for_vendor(home, key, for_vendor), for_vendor)
        return
    asked = _asked(plan, unit, grades, score, as_of)
    ways = _ways(plan, kind, waves)
    _refuse_misfits(ways.kind, block_size, acceptance)
    chosen = Ways(ways.kind, ways.labels, _listed(units), _words(balance), block_size or 4, acceptance, seed, reason)
    done = draw_assignment(home, key, asked, chosen, on=day(as_of), vendor_list=for_vendor)
    _show_assignment(home, done, form)
    console.talk(f"\nNext: gainline import {done.path}{_here(workspace)}")


def _named(home: Workspace, pilot: str) -> tuple[str, Plan | None]:
    """The pilot's key, and its plan where there is one."""
    try:
        path = home.plan_path(Path(pilot))
    except Missing:
        if pilot.endswith(".toml"):
            raise
        return pilot, None
    plan, issues = parse_plan(path.read_text(encoding="utf-8"), file=path.name)
    if plan is None:
        raise UserFixable("\n".join(str(issue) for issue in issues), "mend the plan; see: gainline plan check")
    return plan.pilot, plan


def _asked(plan: Plan | None, unit: Unit | None, grades: str, score: str | None, as_of: str | None) -> Asked:
    if plan is not None:
        if grades or (unit is not None and unit != plan.design.unit):
            raise UserFixable("the plan says which units and grades take part", "leave --unit and --grades away")
        return Asked.of_plan(plan, on=day(as_of), score=score)
    if unit is None:
        raise UserFixable("no plan has this key, so --unit is needed", "give --unit school, section or student")
    return Asked(unit, day(as_of), grades=_words(grades), score=score)


def _ways(plan: Plan | None, kind: Kind | None, waves: int | None) -> Ways:
    if plan is not None:
        registered = Ways.of_plan(plan)
        said = plan.design.assignment or plan.design.blocked or plan.design.kind == "stepped_wedge"
        if (said and kind not in {None, registered.kind}) or waves is not None:
            raise UserFixable(
                f"the plan says that chance decides by {registered.kind}", "leave --kind and --waves away, or amend it"
            )
        return Ways(kind or registered.kind, registered.labels)
    if (kind == "waves") != (waves is not None):
        raise UserFixable("--kind waves and --waves go together", "e.g. --kind waves --waves 3")
    if waves is not None:
        return Ways("waves", tuple(f"wave-{number + 1}" for number in range(waves)))
    return Ways(kind or "complete")


def _refuse_misfits(kind: Kind, block_size: int | None, acceptance: float | None) -> None:
    """An option that the kind of draw would not heed must not look as if it did."""
    for option, value, own in (("--block-size", block_size, "blocked"), ("--acceptance", acceptance, "rerandomized")):
        if value is not None and kind != own:
            raise UserFixable(f"{option} says nothing to a draw of kind {kind}", f"leave it away, or use --kind {own}")


def _show_list(record: dict[str, Any], path: Path) -> None:
    console.talk(f"Nothing was drawn: this is the draw of {record['drawn_on']}, seed {record['seed']}.")
    console.talk(f"For the vendor, with the district's own ids: {path}; send it safely, then delete it.")


def _listed(path: Path | None) -> tuple[str, ...] | None:
    """Ids from a file: the column unit_id, or one a line."""
    if path is None:
        return None
    if not path.is_file():
        raise Missing(f"there is no {path}", "name a CSV file with a column unit_id, or a text with one id a line")
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    header = [cell.strip() for cell in rows[0]] if rows else []
    place = header.index("unit_id") if "unit_id" in header else 0
    body = rows[1:] if "unit_id" in header else rows
    found = tuple(row[place].strip() for row in body if len(row) > place and row[place].strip())
    if not found:
        raise UserFixable(f"{path} names no unit", "give a column unit_id, or one id a line")
    return found


def _show_sample(home: Workspace, done: Sampled, form: Format) -> None:
    if form is Format.JSON:
        console.show_json(done.record)
        return
    found, record = done.representation, done.record
    rows = [
        {
            "covariate": d.covariate,
            "sample": d.sample,
            "district": d.population,
            "difference": d.difference,
            "is": d.says,
        }
        for d in found.differences
    ]
    cells = [
        row | {"sample": _short(d.sample), "district": _short(d.population), "difference": f"{d.difference:+.2f} SD"}
        for row, d in zip(rows, found.differences, strict=True)
    ]
    title = f"{len(record['sample'])} of {len(record['roster']['units'])} {record['unit']}s"
    console.show_rows(rows, form=form, title=title, cells=cells)
    console.talk(f"\n{done.sentence}")
    if found.usual[1] < 0.8:
        console.talk(
            f"So few {record['unit']}s can stand for the district only roughly:"
            f" one draw in twenty from a hat falls below {found.usual[1]:.2f}."
        )
    console.show_issues(done.notes)
    console.talk(f"Written: {done.path}")
    if vouched(home, done.pilot, "assignment"):
        console.talk(
            "The arms were drawn before, among the earlier sample: who leaves after the draw counts as lost, and who"
            " comes later is in neither arm."
        )
    tell_head(home)


def _show_assignment(home: Workspace, done: Assigned, form: Format) -> None:
    if form is Format.JSON:
        console.show_json(done.record)
        return
    rows: list[dict[str, Any]] = [
        {"covariate": row["covariate"], **row["means"], "difference": row["difference"]}
        for row in done.record["balance"]
    ]
    cells = [
        {name: _short(v) if isinstance(v, float) else v for name, v in row.items()}
        | {"difference": f"{row['difference']:.2f} SD"}
        for row in rows
    ]
    if rows:
        console.show_rows(rows, form=form, title=f"Means of the {done.record['unit']}s by arm", cells=cells)
    console.talk(f"\n{done.sentence}")
    chance = done.record["chance"]
    if chance["accepted"] < 1.0:
        console.talk(
            f"{chance['accepted']:.1%} of all draws are this balanced; they leave {chance['remaining_variance']:.0%} of"
            " the imbalance that chance would otherwise cause. The analysis draws again among these only."
        )
    console.show_issues(done.notes)
    console.talk(f"Written: {done.path}")
    if done.record["unit"] == "student":
        console.talk("Students stand in it by pseudonyms; only --for-vendor writes the district's own ids.")
    if done.vendor_list:
        console.talk(
            f"For the vendor, with the district's own ids: {done.vendor_list}; send it safely, then delete it."
        )
    tell_head(home)


def _short(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _same_unit(plan: Plan | None, unit: str) -> str:
    return "" if plan else f" --unit {unit}"


def _here(workspace: Path) -> str:
    return "" if workspace == HERE else f" -w {workspace}"
