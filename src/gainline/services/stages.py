"""The stages of a cycle as a table: what each needs, and what is said when that is missing.

A cycle's stage is computed from what stands on its thread. Nobody sets it, and nobody types a percentage.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.query import ModelIterable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gainline.engine.core.errors import Conflict
from gainline.road.arriving import result_of, use_of
from gainline.store.models.audits import Audit
from gainline.store.models.cycles import Cycle, PlanDraft, Registration
from gainline.store.models.evidence import Decision, Evidence, Learning, Review
from gainline.store.models.imports import Import


class Stage(StrEnum):
    """How far a cycle has come."""

    ASKED = "asked"
    PLANNED = "planned"
    REGISTERED = "registered"
    RECORDED = "recorded"
    EVALUATED = "evaluated"
    REVIEWED = "reviewed"
    DECIDED = "decided"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table.

    Parameters
    ----------
    stage, label
        Which stage, and its name on pages.
    stands
        The fact that says it stands; see `facts_of`.
    needs
        The stage before it.
    code, because, remedy
        What is said to whoever wants this stage before the one it needs.
    """

    stage: Stage
    label: str | Promise
    stands: str
    needs: Stage | None = None
    code: str = ""
    because: str = ""
    remedy: str = ""


STEPS: tuple[Step, ...] = (
    Step(Stage.ASKED, _("Question"), "has_question"),
    Step(Stage.PLANNED, _("Plan"), "has_draft", Stage.ASKED, "SV020", "a plan answers a question", "ask one first"),
    Step(
        Stage.REGISTERED, _("Registration"), "has_registration", Stage.PLANNED,
        "SV021", "there is no plan to lock yet", "write the plan first",
    ),
    Step(
        Stage.RECORDED, _("Records"), "has_records", Stage.REGISTERED,
        "SV022", "records that decide come after the plan is locked", "lock the plan, then bring the files in",
    ),
    Step(
        Stage.EVALUATED, _("Evidence"), "has_evidence", Stage.RECORDED,
        "SV023", "no files have come in since the plan was locked", "bring in usage and scores of the pilot first",
    ),
    Step(
        Stage.REVIEWED, _("Review"), "has_review", Stage.EVALUATED,
        "SV024", "there is no evidence to review yet", "have the registered plan evaluated first",
    ),
    Step(
        Stage.DECIDED, _("Decision"), "has_decision", Stage.REVIEWED,
        "SV025", "nobody has reviewed the evidence yet", "hold a review, so that others are heard first",
    ),
    Step(
        Stage.LEARNED, _("Learning"), "has_learning", Stage.DECIDED,
        "SV026", "what was learned follows from a decision", "decide first; not enough evidence is a decision, too",
    ),
)  # fmt: skip
STEP = {step.stage: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Reached:
    """One stage of one cycle, as a page shows it."""

    step: Step
    is_reached: bool
    is_next: bool


class _WithWhatCame(ModelIterable):  # type: ignore[type-arg]  # generic in the stubs only
    """Cycles, each with what the district's files brought last: read once for all of them."""

    def __iter__(self) -> Iterator[Cycle]:
        came: Mapping[str, datetime] | None = None
        for cycle in super().__iter__():
            came = _came_last() if came is None else came
            cycle.came = came
            yield cycle


def with_facts(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """The cycles with every fact that their stage is computed from, in the same query and one for all of them."""
    mine = {"cycle": OuterRef("pk")}
    locked = Registration.objects.filter(**mine, number=0)
    standing = Registration.objects.filter(**mine).order_by("-number")
    found = cycles.annotate(
        has_draft=Exists(PlanDraft.objects.filter(**mine).exclude(text="")),
        has_registration=Exists(Registration.objects.filter(**mine)),
        registered=Subquery(standing.values("canonical")[:1]),
        locked_at=Subquery(locked.values("created")[:1]),
        locked_on=Subquery(locked.values("registered_on")[:1]),
        has_evidence=Exists(Evidence.objects.filter(**mine)),
        has_review=Exists(Review.objects.filter(**mine)),
        has_decision=Exists(Decision.objects.filter(**mine)),
        has_learning=Exists(Learning.objects.filter(**mine)),
    )
    found._iterable_class = _WithWhatCame  # as values() and dates() do
    return found


def _came_last() -> dict[str, datetime]:
    """When each kind of records came in last, previews left out."""
    came = Import.objects.filter(is_preview=False, imported_at__isnull=False).order_by()
    found: dict[str, datetime] = {}
    for kinds, at in came.values_list("rows__brought").annotate(Max("imported_at")):
        for kind in kinds or ():
            found[kind] = max(at, found.get(kind, at))
    return found


def facts_of(cycle: Cycle) -> dict[str, bool]:
    """What stands on a cycle, read anew unless `with_facts` brought it."""
    whole = _whole(cycle)
    names = [step.stands for step in STEPS if step.stands not in {"has_question", "has_records"}]
    facts = {"has_question": bool(cycle.question)} | {name: bool(getattr(whole, name)) for name in names}
    # What was evaluated had its records; a later amendment does not take that back.
    has_records = facts["has_registration"] and (
        facts["has_evidence"] or (bool(_brought(whole)) and not lacking(whole))
    )
    return facts | {"has_records": has_records}


def lacking(cycle: Cycle) -> tuple[str | Promise, ...]:
    """What of the locked plan has not come in since the lock, in words: use of the tool, the results that decide.

    Files that the records held already bring nothing, and neither does a file of other things.
    """
    whole = _whole(cycle)
    if not whole.registered:
        return ()
    came = _brought(whole)
    return tuple(words for words, kinds in _awaited(json.loads(whole.registered)) if not kinds & came)


def _awaited(plan: dict[str, Any]) -> list[tuple[str | Promise, set[str]]]:
    """What a plan needs before it can be evaluated: each in words, with the kinds of records of which one will do."""
    found: list[tuple[str | Promise, set[str]]] = []
    if tool := plan.get("tool", {}).get("key"):
        found.append((_("use of the tool"), {use_of(tool)}))
    for one in plan.get("outcomes", []):
        test = one["from"].get("result")
        if one["role"] == "primary" and test:
            found.append((one["label"], {result_of(test, form) for form in one["from"]["forms"]}))
    return found


def _brought(whole: Any) -> set[str]:  # noqa: ANN401 - a cycle with its facts
    """The kinds of records that came in since the plan was locked."""
    if whole.locked_at is None:
        return set()
    # Two days later is later in every time zone: it holds for a past that was entered afterwards, too.
    later = whole.locked_on + timedelta(days=1)
    return {kind for kind, at in whole.came.items() if at > whole.locked_at or at.astimezone(UTC).date() > later}


def read_anew(cycle: Cycle) -> Cycle:
    """The cycle with its facts as they stand now, for a page that asks for several of them; never for a verb."""
    near = Cycle.objects.select_related("aim", "tool", "owner", "unit", "follows")
    return with_facts(near.filter(pk=cycle.pk)).get()


def _whole(cycle: Cycle) -> Any:  # noqa: ANN401 - a cycle with its facts
    return cycle if hasattr(cycle, "has_draft") else read_anew(cycle)


def progress_of(cycle: Cycle) -> list[Reached]:
    """Every stage in its order: reached or not, and which one is next."""
    facts = facts_of(cycle)
    reached = [facts[step.stands] for step in STEPS]
    following = next((place for place, is_reached in enumerate(reached) if not is_reached), None)
    return [Reached(step, reached[place], place == following) for place, step in enumerate(STEPS)]


def stage_of(cycle: Cycle) -> Stage:
    """The last stage before the first that is missing."""
    stages = [reached.step.stage for reached in progress_of(cycle)]
    missing = [place for place, reached in enumerate(progress_of(cycle)) if not reached.is_reached]
    return stages[max(missing[0] - 1, 0)] if missing else stages[-1]


def why_not(cycle: Cycle, stage: Stage) -> Conflict | None:
    """None when the cycle may enter a stage; else the error with the reason and the remedy, as page and API show it."""
    if cycle.stopped_on:
        return Conflict("SV027 this cycle was stopped", "start another one that follows it")
    facts = facts_of(cycle)
    for step in _up_to(stage):
        before = STEP[step.needs] if step.needs else None
        if before and not facts[before.stands]:
            if step.stage is Stage.EVALUATED and (error := _waits_for(cycle)):
                return error
            return Conflict(f"{step.code} {step.because}", step.remedy)
    return None


def require(cycle: Cycle, stage: Stage) -> None:
    """Let pass when the cycle may enter a stage.

    Raises
    ------
    Conflict
        With the table's code, reason and remedy.
    """
    if error := why_not(cycle, stage):
        raise error


def _waits_for(cycle: Cycle) -> Conflict | None:
    """What is said when files came since the lock, but not those that the plan is about."""
    whole = _whole(cycle)
    if not _brought(whole):
        return None
    missing = ", ".join(map(str, lacking(whole)))
    says = f"SV086 the files since the lock did not bring everything that decides; missing: {missing}"
    return Conflict(says, "bring in what is missing; files that the records held already bring nothing new")


def require_audit(evidence: Evidence | None) -> None:
    """Let pass when the audit of this evidence stands; it is made with the evaluation, and nobody can leave it out.

    Raises
    ------
    Conflict
        SV110 when it does not.
    """
    if evidence is None or not Audit.objects.filter(evidence=evidence).exists():
        raise Conflict("SV110 this evidence was not audited", "have the plan evaluated again: its audit comes with it")


def _up_to(stage: Stage) -> Iterable[Step]:
    """The steps up to a stage, first to last: the earliest thing that is missing is said."""
    for step in STEPS:
        yield step
        if step.stage is stage:
            return
