"""Cycles: a question about a tool under an aim, and the plan that is written for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots import check_plan, parse_plan
from gainline.engine.pilots.drafting import plan_key
from gainline.engine.pilots.plan import Plan
from gainline.services import clock, desk, release_desk, stages
from gainline.services.workspaces import folder_of
from gainline.store.models.accounts import Account
from gainline.store.models.aims import Aim, Driver
from gainline.store.models.cycles import Cycle, Draw, PlanDraft
from gainline.store.models.tools import Tool
from gainline.store.words import RequestKind


@dataclass(frozen=True, slots=True)
class Asked:
    """What a cycle asks: its question, the day of the decision that waits for it, and why that day."""

    title: str
    question: str
    decide_by: date
    decide_because: str = ""
    hypothesis: str = ""
    key: str = ""  # empty: made from the title


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan's text with everything that is wrong with it; `plan` is None when it could not be read at all."""

    plan: Plan | None
    issues: tuple[Issue, ...]

    @property
    def may_register(self) -> bool:
        """Tell whether nothing of level error stands against it."""
        return self.plan is not None and not has_errors(self.issues)


@desk.verb("cycle.start", on="aim", words=("tool", "driver", "follows"))
def start_cycle(
    *, by: Account, aim: Aim, tool: Tool, asked: Asked, driver: Driver | None = None, follows: Cycle | None = None
) -> Cycle:
    """A new cycle under an aim, about a tool, to be answered by the day of the decision.

    Raises
    ------
    Conflict
        SV014 when the key is taken; SV015 when the decision's day has passed.
    """
    key = plan_key(asked.key or asked.title)
    if Cycle.objects.filter(key=key).exists():
        raise desk.refuse("SV014", "another cycle has this name already", "give it another title or key")
    if asked.decide_by < clock.today(by.district):
        raise desk.refuse("SV015", "the day of the decision has passed", "name a day that is still to come")
    said = {"title": asked.title, "question": asked.question, "hypothesis": asked.hypothesis}
    days = {"decide_by": asked.decide_by, "decide_because": asked.decide_because}
    return Cycle.objects.create(
        aim=aim, tool=tool, driver=driver, follows=follows, key=key, unit=aim.unit, owner=by, **said, **days
    )


@desk.verb("cycle.plan", on="cycle")
def save_draft(*, by: Account, cycle: Cycle, text: str, version: int = 0) -> PlanDraft:
    """Keep a plan's text while it is written; `version` is the one that the writer saw, 0 for none.

    Raises
    ------
    Conflict
        SV010 when somebody else saved in between; SV016 when the plan is locked: amend it instead.
    """
    if cycle.registrations.exists():
        raise desk.refuse("SV016", "the plan is locked", "amend it, with a reason that every report will show")
    draft = PlanDraft.objects.filter(cycle=cycle).first()
    if draft is None:
        return PlanDraft.objects.create(cycle=cycle, text=text, written_by=by)
    if draft.version != version:
        raise desk.refuse("SV010", "somebody else changed this plan meanwhile", "look at theirs, then save again")
    draft.text, draft.written_by, draft.version = text, by, draft.version + 1
    draft.save()
    return draft


@desk.verb("cycle.start", on="cycle")
def stop_cycle(*, by: Account, cycle: Cycle, because: str) -> Cycle:
    """Stop a cycle before its decision; it stays readable with its reason.

    Raises
    ------
    Conflict
        SV017 when no reason is given or it was decided; SV142 when its plan is registered and nobody else has approved.
    """
    if not because.strip() or cycle.decisions.exists():
        raise desk.refuse("SV017", "a cycle is stopped with a reason and before its decision", "say why it stops")
    cleared = release_desk.clear(by, cycle, RequestKind.STOP, {"because": because})
    cycle.stopped_on, cycle.stopped_because = clock.today(by.district), because
    cycle.save()
    release_desk.close(cleared)
    return cycle


@desk.reading("district.read")
def check_text(*, by: Account, text: str) -> Checked:
    """What is missing, impossible or unwise in a plan's text, with line numbers; it speaks while one types."""
    plan, issues = parse_plan(text, file="plan.toml")
    if plan is None:
        return Checked(None, tuple(issues))
    own = folder_of(by.district) / "indicators"
    catalogue, faults = load_catalogue([own] if own.is_dir() else [])
    found = check_plan(plan, file="plan.toml", text=text, as_of=clock.today(by.district), indicators=catalogue)
    return Checked(plan, (*issues, *faults, *found))


@desk.reading("district.read")
def cycles(*, by: Account, aim: Aim | None = None, tool: Tool | None = None) -> list[Cycle]:
    """Cycles by the day of their decision, with the facts of their stages, aim and tool at hand."""
    chosen = Cycle.objects.select_related("aim", "tool", "owner", "unit")
    if aim is not None:
        chosen = chosen.filter(aim=aim)
    if tool is not None:
        chosen = chosen.filter(tool=tool)
    return list(stages.with_facts(chosen))


@desk.reading("district.read")
def cycle(*, by: Account, public_id: str) -> Cycle:
    """One cycle with its aim and tool."""
    found: Cycle = desk.find(Cycle, public_id, "aim", "tool", "owner", "unit", "follows")
    return found


@desk.reading("district.read")
def draft(*, by: Account, cycle: Cycle) -> PlanDraft | None:
    """The plan's text as it stands; None before anybody wrote one."""
    return PlanDraft.objects.filter(cycle=cycle).select_related("written_by").first()


@desk.reading("district.read")
def progress(*, by: Account, cycle: Cycle) -> list[stages.Reached]:
    """Every stage of a cycle: reached or not, and which one is next."""
    return stages.progress_of(cycle)


@desk.reading("district.read")
def draws(*, by: Account, cycle: Cycle) -> list[Draw]:
    """The lots that were drawn for a cycle, first to last."""
    return list(Draw.objects.filter(cycle=cycle).select_related("drawn_by"))


@desk.reading("district.read")
def undecided(*, by: Account) -> list[Cycle]:
    """Cycles that still wait for their decision, next first, with the facts of their stages."""
    waiting = stages.with_facts(Cycle.objects.filter(stopped_on=None).select_related("aim", "tool", "owner"))
    return list(waiting.filter(has_decision=False).order_by(F("decide_by").asc()))
