"""What stands around every page of a cycle: where it is, how far it has come, and what whoever asks may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gainline.engine.core.errors import GainlineError
from gainline.services import cycles, planning, stages
from gainline.services.planning import Standing
from gainline.services.stages import Stage as Step
from gainline.web.gate import actor_of, standing_of
from gainline.web.parts import Stage, State
from gainline.web.parts.said import Said, in_sentences, said_of, sentence

Row = Any  # a row of the store, of which faces know the attributes only
Grown = dict[Step, tuple[str, str]]
PLACES: dict[Step, str] = {
    Step.ASKED: "question",
    Step.PLANNED: "who",
    Step.REGISTERED: "register",
    Step.RECORDED: "monitor",
    Step.EVALUATED: "evidence",
    Step.REVIEWED: "review",
    Step.DECIDED: "decision",
    Step.LEARNED: "learning",
}
ACTS: dict[Step, str | Promise] = {
    Step.ASKED: _("Write the question"),
    Step.PLANNED: _("Write the plan"),
    Step.REGISTERED: _("Read and lock the plan"),
    Step.RECORDED: _("Bring files in"),
    Step.EVALUATED: _("Have the plan evaluated"),
    Step.REVIEWED: _("Hold a review"),
    Step.DECIDED: _("Decide"),
    Step.LEARNED: _("Write down what was learned"),
}
CRUMB = 36  # characters of a title that a crumb has room for


def refuse(form: forms.Form, error: GainlineError) -> None:
    """Put a refusal at the top of its form."""
    form.add_error(None, in_sentences(error))


def one_of(request: HttpRequest, public_id: str) -> Row:
    """The cycle of an address."""
    return cycles.cycle(by=actor_of(request), public_id=public_id)


def why_not(cycle: Row, stage: Step) -> Said | None:
    """What stands in the way of a stage, as a page shows it; None when nothing does."""
    error = stages.why_not(cycle, stage)
    return said_of(error) if error else None


def strip(cycle: Row, faults: int = 0, grown: Grown | None = None) -> list[Stage]:
    """The stages of a cycle; with the faults of its plan where that was checked, and with what stands so far."""
    cycle = cycle if hasattr(cycle, "has_draft") else stages.read_anew(cycle)
    reached = stages.progress_of(cycle)
    found = []
    for place, one in enumerate(reached):
        is_after_next = place > 0 and reached[place - 1].is_next
        made = _stage(cycle, one, is_after_next=is_after_next, faults=faults)
        says, when = (grown or {}).get(one.step.stage, ("", ""))
        found.append(replace(made, sentence=" ".join(filter(None, (says, made.sentence))), when=when))
    return found


def faults_of(request: HttpRequest, cycle: Row, at: Standing | None = None) -> int:
    """How many things keep a plan that is being written from being locked; a document that cannot be read is one.

    `at` is how the plan stands, where the page has asked already.
    """
    facts = stages.facts_of(cycle)
    if not facts["has_draft"] or facts["has_registration"]:
        return 0
    try:
        return (at or planning.standing(by=actor_of(request), cycle=cycle)).faults
    except GainlineError:
        return 1


def next_words(cycle: Row) -> str:
    """What is next for a cycle, as the verb of its button; empty when nothing is."""
    if cycle.stopped_on:
        return gettext("Stopped")
    following = next((one for one in stages.progress_of(cycle) if one.is_next), None)
    return str(ACTS[following.step.stage]) if following else gettext("Nothing: it was learned from")


def page(
    request: HttpRequest,
    cycle: Row,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of a cycle with its frame: crumbs, stages, and what may be done."""
    standing = standing_of(request)
    may = {name.replace(".", "_"): standing.may(name, cycle) for name in MAY}
    title = Truncator(cycle.title).chars(CRUMB)
    crumbs = [(gettext("Cycles"), reverse("cycles:cycles"))]
    here = context.get("here", "")
    crumbs += [(title, address(cycle, "cycle")), (here, "")] if here else [(title, "")]
    whole = cycle if hasattr(cycle, "has_draft") else stages.read_anew(cycle)
    way = strip(whole, faults_of(request, whole, context.get("at")))
    shown = {"cycle": cycle, "stages": way, "crumbs": crumbs, "may": may}
    return render(request, f"cycles/{template}.html", shown | context, status=status)


MAY = (
    "cycle.start", "cycle.plan", "cycle.draw", "cycle.register", "cycle.look", "cycle.review", "cycle.decide",
    "evidence.read", "record.import", "note.write", "release.send", "library.write",
)  # fmt: skip


def address(cycle: Row, name: str) -> str:
    """A page of a cycle."""
    return reverse(f"cycles:{name}", args=[cycle.public_id])


def days_left(day: date, today: date) -> str:
    """How many days are left, as a word of a status."""
    left = (day - today).days
    if left < 0:
        return gettext("The day has passed")
    return ngettext("%(days)d day left", "%(days)d days left", left) % {"days": left}


def _stage(
    cycle: Row,
    one: stages.Reached,
    *,
    is_after_next: bool,
    faults: int,
) -> Stage:
    stage = one.step.stage
    href = address(cycle, PLACES[stage])
    title = str(one.step.label)
    if one.is_reached and faults and stage is Step.PLANNED and not cycle.stopped_on:
        act = str(ACTS[stage])
        return Stage(str(stage), title, State.NOW, sentence=_missing(faults), href=href, act=act, act_href=href)
    if one.is_reached:
        return Stage(str(stage), title, State.DONE, href=href)
    if one.is_next and not cycle.stopped_on:
        if stage is Step.REGISTERED and faults:
            return Stage(str(stage), title, State.BLOCKED, reason=_faulty(faults), remedy=_mend(), href=href)
        return Stage(str(stage), title, State.NOW, href=href, act=str(ACTS[stage]), act_href=href)
    if is_after_next and (error := stages.why_not(cycle, stage)):
        said = said_of(error)
        return Stage(
            str(stage), title, State.BLOCKED, reason=sentence(said.because), remedy=sentence(said.remedy), href=href
        )
    return Stage(str(stage), title, State.LATER, href=href)


def _missing(faults: int) -> str:
    words = ngettext("One thing is still missing.", "%(faults)d things are still missing.", faults)
    return words % {"faults": faults}


def _faulty(faults: int) -> str:
    words = ngettext(
        "One thing keeps the plan from being locked.", "%(faults)d things keep the plan from being locked.", faults
    )
    return words % {"faults": faults}


def _mend() -> str:
    return gettext("Answer what is missing in the plan.")
