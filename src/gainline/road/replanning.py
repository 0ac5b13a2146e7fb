"""The verb that makes a kept plan anew from a day on, and says what moved and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, Refused, UserFixable
from gainline.engine.core.issues import Issue
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap import Effort, Roadmap
from gainline.engine.roadmap.replanning import Actual, Move, Replan, Verdict, after_decision, read_actuals, replan
from gainline.road.plan_versions import Version, keep_version, last_version
from gainline.road.roadmapping import Row, read_file


@dataclass(frozen=True, slots=True)
class Asked:
    """What a replan is asked for: from which day, what really happened, and what was decided about which tool."""

    as_of: date
    actual: Path | None = None
    decisions: tuple[str, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new plan, the version it comes from, and its own version where it was kept."""

    replan: Replan
    before: Version
    kept: Version | None


def replan_file(path: Path, asked: Asked, effort: Effort) -> Replanned:
    """Replan the latest kept plan of a roadmap, and keep the new one as the next version.

    Raises
    ------
    DataIssues
        When the roadmap or the table of what happened has errors (RM043 to RM046).
    Missing, UserFixable
        When no plan was kept, or a file cannot be read (RM048, RM049).
    Refused
        When nothing from the day on keeps every rule (RM047) or no plan was found (RM021).
    """
    read = read_file(path)
    if read.roadmap is None:
        raise DataIssues("the roadmap has errors", f"see them with: gainline roadmap check {path}")
    before = last_version(path)
    actuals = _actuals(read.roadmap, asked)
    roadmap = _decided(read.roadmap, before, actuals, asked)
    found = replan(roadmap, before.dates, actuals, asked.as_of, effort=effort)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    made = {"as_of": asked.as_of.isoformat(), "seed": effort.seed, "work": effort.work, "solver": found.version}
    kept = keep_version(path, found.dates, made) if asked.keep else None
    return Replanned(found, before, kept)


def _actuals(roadmap: Roadmap, asked: Asked) -> Sequence[Actual]:
    if asked.actual is None:
        return ()
    if not asked.actual.is_file():
        raise Missing(f"there is no file {asked.actual}", "name the table of what happened")
    text = asked.actual.read_text(encoding="utf-8")
    actuals, issues = read_actuals(text, roadmap, as_of=asked.as_of, file=asked.actual.name)
    if issues:
        raise DataIssues(_first(issues), issues[0].remedy)
    return actuals


def _first(issues: Sequence[Issue]) -> str:
    more = f", and {len(issues) - 1} more" if len(issues) > 1 else ""
    return f"{issues[0].code} in {issues[0].file}, line {issues[0].line}: {issues[0].says}{more}"


def _decided(roadmap: Roadmap, before: Version, actuals: Sequence[Actual], asked: Asked) -> Roadmap:
    unstarted = {actual.activity for actual in actuals if actual.started is None}
    started = {key for key, dates in before.dates.items() if dates.start < asked.as_of} - unstarted
    started |= {actual.activity for actual in actuals if actual.started is not None}
    for word in asked.decisions:
        initiative, _, verdict = word.partition("=")
        if verdict not in set(Verdict) or initiative not in {i.key for i in roadmap.initiatives}:
            raise UserFixable(f"RM049: {word} is no decision about an initiative", "write it as reading=stop or =adapt")
        roadmap = after_decision(roadmap, initiative, Verdict(verdict), as_of=asked.as_of, started=started)
    return roadmap


def move_rows(found: Replan) -> list[Row]:
    """One row per moved date, people-facing first."""
    return [_row(move) for move in found.moves]


def _row(move: Move) -> Row:
    lost = "" if move.tests is None else f"{', '.join(move.tests[0]) or 'none'} -> {', '.join(move.tests[1]) or 'none'}"
    return {
        "activity": move.activity.key,
        "school": move.activity.school,
        "owner": move.activity.owner,
        "people_facing": move.is_people_facing,
        "was": move.old.start.isoformat() if move.old else None,
        "is": move.new.start.isoformat(),
        "weeks": move.weeks,
        "because": " ".join(move.because) or "what it is tied to moves as well",
        "assessments": lost,
    }


def sentences(done: Replanned) -> list[str]:
    """What a replan came to, in sentences that never say more than is proved."""
    found = done.replan
    gone = [key for key in done.before.dates if key not in found.dates]
    best = (
        "; no plan moves less, proved"
        if found.is_proved
        else f"; this plan counts {found.value} points, and none counts less than {found.bound}"
    )
    lines = [f"{found.moved} of {found.people_facing} open people-facing dates move{best}."]
    schools = {move.activity.school for move in found.moves if move.is_people_facing and move.activity.school}
    if schools:
        lines.append(f"Affected: {', '.join(sorted(schools))}.")
    if gone:
        lines.append(f"{len(gone)} activities are taken out.")
    lines += [f"Can no longer be kept, because of what has started: {says}" for says in found.lost]
    if done.kept:
        lines.append(f"Kept as version {done.kept.number}, digest {done.kept.digest[:12]}.")
    return lines
