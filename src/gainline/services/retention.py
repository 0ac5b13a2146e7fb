"""Retention: what has stayed long enough, what a legal hold keeps, and the run that takes it out of the bytes.

The privacy lead reads the report and may order it to be carried out; what has stood in it for the district's time of
notice goes by itself. Holds and what was done stand in the district's folder, so that the terminal obeys them, too.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from gainline.engine.core.errors import GainlineError, UserFixable
from gainline.engine.privacy.consent.effects import in_bands
from gainline.engine.privacy.retention import Due, Hold, Lived, Rules
from gainline.engine.records import Retention
from gainline.road import holding, retaining
from gainline.road.consented import token
from gainline.road.erasing import people_named, would_name
from gainline.road.retaining import Facts, Line, Report, rules_of
from gainline.road.workspace import Workspace
from gainline.services import clock, desk, purging
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.disclosures import Disclosure
from gainline.store.models.districts import District
from gainline.store.models.notes import Feedback
from gainline.store.models.tools import Tool
from gainline.store.tenancy import across_districts, within
from gainline.store.words import Choice

LOG = logging.getLogger("gainline.jobs")
ORDERED, ANSWERED = "retention_ordered", "retention_answered"
ANSWERS = "answers to briefs"
BY_ITSELF, BY_ORDER, BY_TERMINAL = "its time of notice is over", "ordered on the page", "ordered at the terminal"
HOLDABLE = (Retention.CONTRACT, Retention.CYCLE, Retention.ROSTER)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a hold is to keep; everything where nothing is named.

    Parameters
    ----------
    because
        The case, without anybody's name.
    until
        Its last day; None until it is lifted.
    retention, tool, whose
        A class, a tool's key, or one student by a pseudonym or an identifier, which is kept nowhere.
    """

    because: str
    until: date | None = None
    retention: Retention | None = None
    tool: str = ""
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is due in a district, with the days behind it, holds, what was ordered and what was done."""

    report: Report
    rules: Rules
    holds: tuple[Hold, ...]
    ordered: Mapping[str, Any] | None
    done: tuple[Mapping[str, Any], ...]


@desk.reading("agreement.write")
def schedule(*, by: Account) -> Schedule:
    """The dry run: what would go today and why, what is kept, and what went; nothing is changed."""
    workspace, day = open_workspace(by.district), clock.today(by.district)
    return Schedule(
        _report(by.district, workspace, day),
        rules_of(workspace),
        tuple(holding.holds(workspace, day)),
        _ordered(workspace),
        tuple(retaining.done_before(workspace)),
    )


@desk.verb("agreement.write", without_room=True)
def hold(*, by: Account, kept: Kept) -> Hold:
    """Keep records although they are due: for a case at court, or a request to inspect that is open.

    Raises
    ------
    UserFixable
        PR091 when it says no reason, would have ended, or its reason names the student.
    Missing
        PR057 when the student is not found.
    Conflict
        SV171 when nothing of the class can be held.
    """
    workspace, day = open_workspace(by.district), clock.today(by.district)
    person = ""
    if kept.retention is not None and kept.retention not in HOLDABLE:
        raise desk.refuse("SV171", "records of this class never go by a schedule", "hold another class, or everything")
    if kept.whose.strip():
        desk.authorize(by, "record.read")  # a child is looked up: that takes the training, too
        whom = people_named(workspace, [kept.whose])
        if would_name(whom, kept.because):
            raise UserFixable("PR091 the reason of the hold names the student", "give the number of the case instead")
        person = token(workspace.salt, min(whom.keys))
    made = Hold(
        number=f"H-{secrets.token_hex(4)}", by=by.title or "privacy lead", because=kept.because.strip(), set_on=day,
        until=kept.until, retention=kept.retention, tool=kept.tool, person=person,
    )  # fmt: skip
    return holding.set_hold(workspace, made, on=day)


@desk.verb("agreement.write", words=("number",), without_room=True)
def lift(*, by: Account, number: str, because: str) -> Hold:
    """Let go of what a hold kept; it may go from the next run on.

    Raises
    ------
    Missing
        PR092 when no hold of this number stands.
    UserFixable
        PR091 without a reason.
    """
    if not because.strip():
        raise UserFixable("PR091 a hold is lifted for a reason", "name the ruling, or the letter that ends the case")
    workspace = open_workspace(by.district)
    title = by.title or "privacy lead"
    return holding.lift_hold(workspace, number, by=title, because=because.strip(), on=clock.today(by.district))


@desk.verb("agreement.write", words=("seen",), without_room=True)
def order(*, by: Account, seen: str) -> Report:
    """Have everything that is due and not held taken out within the hour, as the report showed it.

    Parameters
    ----------
    seen
        Digest of the report that was read.

    Raises
    ------
    Conflict
        SV170 when something else is due by now, or nothing.
    """
    workspace, day = open_workspace(by.district), clock.today(by.district)
    found = _report(by.district, workspace, day)
    if seen != found.sha256 or not any(line.goes for line in found.lines):
        raise desk.refuse("SV170", "something else is due than the report showed", "read the report again")
    holding.journal_of(workspace).append(ORDERED, {"sha256": seen, "by": by.title or "privacy lead"}, on=day)
    return found


@desk.carrying
def reports() -> list[tuple[str, Report]]:
    """The dry run of every district of this home, by its name."""
    found = []
    for district in _districts():
        with within(district.pk):
            found.append((district.name, _report(district, open_workspace(district), clock.today(district))))
    return found


@desk.carrying
def carry_out() -> list[tuple[str, Line]]:
    """Take out everything that is due today and not held, in every district, and purge the bytes of the home."""
    return _carry_all(BY_TERMINAL, lambda _district, _workspace: True, noticed=False)


@desk.carrying
def carry_out_noticed() -> list[tuple[str, Line]]:
    """Take out what has been due for the whole time of notice, so that nobody is surprised, and purge the bytes."""
    return _carry_all(BY_ITSELF, lambda _district, _workspace: True, noticed=True)


@desk.carrying
def carry_out_ordered() -> list[tuple[str, Line]]:
    """Take out what was ordered on a page, where it is still what the report showed."""
    return _carry_all(BY_ORDER, _is_as_ordered, noticed=False)


def _carry_all(because: str, wanted: Any, *, noticed: bool) -> list[tuple[str, Line]]:  # noqa: ANN401 - a question
    done: list[tuple[str, Line]] = []
    for district in _districts():
        try:
            with within(district.pk):
                workspace = open_workspace(district)
                if wanted(district, workspace):
                    done += [(district.name, line) for line in _carry(district, workspace, because, noticed=noticed)]
        except GainlineError as error:  # one district's trouble keeps no other district waiting
            LOG.warning("retention is still due: %s", error.says, extra={"district": district.pk})
    if because != BY_ORDER:
        done += _clear_visits()
    if done:
        purging.purge()
    return done


def _carry(district: District, workspace: Workspace, because: str, *, noticed: bool) -> list[Line]:
    day, rules, facts = clock.today(district), rules_of(workspace), _facts(district)
    due_by = day - timedelta(days=rules.notice_days) if noticed else day
    done = retaining.carry_out(workspace, facts, on=day, because=because, due_by=due_by)
    answers = _answers(workspace, facts, rules, on=day, due_by=due_by)
    if not done and not answers:
        return []
    with desk.by_the_clock(district, "retention.carry_out", district):
        for line, keys in answers:
            if line.goes:
                Feedback.objects.filter(release__cycle__key__in=keys).delete()
                done.append(line)
        _forget_disclosures(workspace)
    return done


def _is_as_ordered(district: District, workspace: Workspace) -> bool:
    """Whether what was ordered is still what is due; either way the order is answered."""
    ordered = _ordered(workspace)
    if ordered is None:
        return False
    day = clock.today(district)
    is_same = _report(district, workspace, day).sha256 == ordered["sha256"]
    holding.journal_of(workspace).append(ANSWERED, {"sha256": ordered["sha256"], "is_same": is_same}, on=day)
    return is_same


def _ordered(workspace: Workspace) -> Mapping[str, Any] | None:
    """The order that waits to be carried out."""
    said = [one for one in holding.journal_of(workspace).entries() if one.kind in {ORDERED, ANSWERED}]
    return {"on": said[-1].on, **said[-1].payload} if said and said[-1].kind == ORDERED else None


def _report(district: District, workspace: Workspace, day: date) -> Report:
    facts, rules = _facts(district), rules_of(workspace)
    found = retaining.report(workspace, facts, on=day)
    answers = tuple(line for line, _ in _answers(workspace, facts, rules, on=day, due_by=day))
    return Report(found.on, (*found.lines, *answers), found.undated)


def _facts(district: District) -> Facts:
    """Each tool's last day of destruction, and every cycle with the day that ended it; within the district."""
    tools: dict[str, date | None] = {
        tool.key: max((one.destroy_by for one in tool.agreements.all()), default=None)
        for tool in Tool.objects.prefetch_related("agreements")
    }
    zone_day = clock.today(district)
    cycles = [
        Lived(one.key, one.tool.key, min(one.created.date(), zone_day), _over_on(one))
        for one in Cycle.objects.select_related("tool").prefetch_related("decisions")
    ]
    return Facts(tools, cycles)


def _over_on(cycle: Cycle) -> date | None:
    """The day of a cycle's stop or latest decision; None while it runs, and after "extend", which ends nothing."""
    if cycle.stopped_on is not None:
        return cycle.stopped_on
    latest = max(cycle.decisions.all(), key=lambda one: one.pk, default=None)
    return None if latest is None or latest.chosen == Choice.EXTEND else latest.decided_on


def _answers(
    workspace: Workspace, facts: Facts, rules: Rules, *, on: date, due_by: date
) -> list[tuple[Line, list[str]]]:
    """What families and boards answered to briefs of cycles that can no longer be appealed."""
    ends = {one.key: one.over_on + timedelta(days=rules.appeal_days) for one in facts.cycles if one.over_on}
    keys = sorted(key for key, end in ends.items() if end <= due_by)
    many = Feedback.objects.filter(release__cycle__key__in=keys).count()
    if not many:
        return []
    due = Due(Retention.CYCLE, "district", (ANSWERS,), (), max(ends[key] for key in keys))
    held = tuple(one.number for one in holding.holds(workspace, on) if one.keeps(due))
    return [(Line(due, {ANSWERS: in_bands(many)}, "", held), keys)]


def _forget_disclosures(workspace: Workspace) -> None:
    """Entries of handovers go with the student whose records are gone, once the copies are certified as destroyed."""
    settled = Disclosure.objects.exclude(handover__agreement__destruction=None)
    keys = frozenset(settled.values_list("person_key", flat=True))
    settled.filter(person_key__in=retaining.gone_people(workspace, keys)).delete()


def _clear_visits() -> list[tuple[str, Line]]:
    """Traces of signing in, which belong to the home and not to a district; told only that there were some."""
    before = clock.now() - timedelta(days=_visits_days())
    gone = sum(model.objects.filter(attempt_time__lt=before).delete()[0]
               for model in (AccessAttempt, AccessFailureLog, AccessLog))  # fmt: skip
    due = Due(Retention.SERVICE, "visits", ("visits",), (), before.date())
    return [("", Line(due, {"visits": f"{gone:,}"}, ""))] if gone else []


def _visits_days() -> int:
    """How long traces of signing in stay: they are the home's, so the shortest time that a district sets holds."""
    found = []
    for district in _districts():
        try:
            found.append(rules_of(open_workspace(district)).visits_days)
        except GainlineError:  # the run has said already what is wrong with this district
            continue
    return min(found, default=Rules().visits_days)


def _districts() -> list[District]:
    with across_districts(why="the clock looks after every district"):
        return [one for one in District.objects.order_by("pk") if folder_of(one).is_dir()]
