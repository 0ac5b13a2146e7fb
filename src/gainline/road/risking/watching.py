"""Watch: what of the risks has come true, who has to act, which activities it touches, and what to plan anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.ledger import digest
from gainline.engine.monitoring.thresholds import Event, Reading, Rule
from gainline.engine.roadmap.risk import Risk, Watch, holder_of, next_review, replay, weeks_to_watch
from gainline.engine.roadmap.risk.contingency import left_of
from gainline.engine.roadmap.risk.escalating import Turn
from gainline.engine.roadmap.risk.reading import names_of
from gainline.road.risking.journal import Journal
from gainline.road.risking.measured import read_week
from gainline.road.risking.reading import Opened, open_file
from gainline.road.workspace import Workspace

NOT_WATCHED, NOT_OPEN = "not watched", "not open"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one risk stands on a day.

    Parameters
    ----------
    state
        ``quiet``, ``called``, ``not watched`` or ``not open``.
    silent
        Groups of which nothing was heard for longer than the rule bears.
    groups
        Those in trouble; the district as a whole is one without a name.
    latest
        The last week that was measured, with its values by group.
    turn
        Whose turn the open task is.
    marked
        Activities of the roadmap that a called risk puts at risk.
    replan
        What to run, and what to put into the roadmap before; None while nothing is called.
    """

    risk: Risk
    state: str
    silent: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    latest: tuple[date, dict[str, Reading]] | None = None
    turn: Turn | None = None
    marked: tuple[str, ...] = ()
    replan: tuple[str, tuple[str, ...]] | None = None
    next_review: date | None = None
    left: int = 0


def watch(workspace: Workspace, path: Path, *, as_of: date) -> list[Standing]:
    """Measure what is new, put it into the journal, open tasks for what was called, and say how every risk stands.

    Running it again on the same day and records adds nothing and says the same.

    Raises
    ------
    DataIssues
        When the register has errors.
    Conflict
        When the journal already goes on after the day.
    Refused
        RK016 when an expression has no value for what was measured.
    """
    opened = open_file(path, workspace_root=workspace.root)
    journal = Journal(workspace, as_of=as_of)
    journal.refuse_the_past()
    for risk in opened.register.risks:
        if risk.watch is not None:
            _measure(workspace, opened, risk, journal)
            _open_task(opened, risk, journal)
    return [_standing(opened, risk, journal) for risk in opened.register.risks]


def show(workspace: Workspace, path: Path, *, as_of: date) -> list[Standing]:
    """How every risk stood on a day by what the journal knew then; nothing is measured and nothing written."""
    opened = open_file(path, workspace_root=workspace.root)
    journal = Journal(workspace, as_of=as_of)
    return [_standing(opened, risk, journal) for risk in opened.register.risks]


def _measure(workspace: Workspace, opened: Opened, risk: Risk, journal: Journal) -> None:
    rule, weeks = _rule_of(risk), weeks_to_watch(risk, opened.roadmap.calendar, as_of=journal.as_of)
    if not weeks:
        return
    name, snapshot = name_of(rule), workspace.lake.head().id
    known, looked = journal.readings(risk.key, name), journal.looked(risk.key, name)
    through = looked[1] if looked and looked[0] == snapshot else date.min
    for week in weeks:
        if week > through and (found := read_week(workspace, rule, week)) != known.get(week, {}):
            journal.add_reading(risk.key, name, week, found)
    if through < weeks[-1]:
        journal.add_look(risk.key, name, snapshot=snapshot, through=weeks[-1])


def _open_task(opened: Opened, risk: Risk, journal: Journal) -> None:
    """One task for one call: none while another of the risk is open, and none twice for a week."""
    tasks = journal.tasks(risk.key)
    found = _replayed(opened, risk, journal)
    calls = [change for change in found.changes if change.event is Event.OPENED]
    if not found.on_call or not calls or any(task.done is None for task in tasks):
        return
    week = calls[-1].week
    if week in {task.week for task in tasks}:
        return
    command, inputs = _proposal(opened, risk, journal.as_of)
    journal.add_task(
        risk.key,
        week,
        {
            "owner": risk.owner,
            "groups": [_said(group) for group in found.on_call],
            "activities": list(_marked(opened, risk)),
            "response": [action.does for action in risk.response.actions],
            "replan": {"command": command, "inputs": list(inputs)},
        },
    )


def _standing(opened: Opened, risk: Risk, journal: Journal) -> Standing:
    review = next_review(risk, opened.roadmap.calendar, after=journal.as_of)
    left = left_of(risk, journal.draws())
    if not risk.is_open(journal.as_of):
        return Standing(risk, NOT_OPEN, left=left)
    if risk.watch is None:
        return Standing(risk, NOT_WATCHED, next_review=review, left=left)
    found = _replayed(opened, risk, journal)
    tasks = [task for task in journal.tasks(risk.key) if task.done is None]
    return Standing(
        risk,
        "called" if found.on_call else "quiet",
        silent=tuple(_said(group) for group in found.silent),
        groups=tuple(_said(group) for group in found.on_call),
        latest=_latest(found),
        turn=holder_of(tasks[-1], risk, opened.register, as_of=journal.as_of) if tasks else None,
        marked=_marked(opened, risk) if found.on_call else (),
        replan=_proposal(opened, risk, journal.as_of) if found.on_call else None,
        next_review=review,
        left=left,
    )


def _replayed(opened: Opened, risk: Risk, journal: Journal) -> Watch:
    """Only weeks that were looked at are replayed: what nobody has measured yet is not a missing week."""
    name = name_of(_rule_of(risk))
    looked = journal.looked(risk.key, name)
    weeks = weeks_to_watch(risk, opened.roadmap.calendar, as_of=journal.as_of)
    weeks = tuple(week for week in weeks if looked and week <= looked[1])
    found = replay(risk, weeks, journal.readings(risk.key, name))
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    return found


def _latest(found: Watch) -> tuple[date, dict[str, Reading]] | None:
    measured = [seen for seen in found.seen if seen.reading.values]
    if not measured:
        return None
    week = measured[-1].week
    return week, {_said(seen.group): seen.reading for seen in measured if seen.week == week}


def _marked(opened: Opened, risk: Risk) -> tuple[str, ...]:
    return tuple(key for name in risk.impact.activities for key in names_of(opened.roadmap, name))


def _proposal(opened: Opened, risk: Risk, as_of: date) -> tuple[str, tuple[str, ...]]:
    low, likely, high = risk.impact.weeks
    longer = f"{low} to {high} weeks longer, most likely {likely}"
    inputs = tuple(f"{name}: {longer}" for name in risk.impact.activities) if high else ()
    return f"gainline roadmap replan {opened.roadmap_path.name} --as-of {as_of}", inputs


def _rule_of(risk: Risk) -> Rule:
    if risk.watch is None:
        raise ValueError(f"nothing watches {risk.key}")
    return risk.watch


def name_of(rule: Rule) -> str:
    """A rule by its content: readings under another rule are not this one's."""
    return digest(rule.model_dump(mode="json"))[:16]


def _said(group: tuple[str, ...]) -> str:
    return " / ".join(group) or "the district"
