"""What stands on a cycle so far, a sentence a stage: the page that grows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from gainline.engine.core.errors import GainlineError
from gainline.engine.pilots.plan import Plan
from gainline.services import decisions, evidence, registrations, watching
from gainline.services.stages import Stage
from gainline.web.gate import actor_of, standing_of
from gainline.web.pages.cycles.shown import Grown
from gainline.web.parts.papers import language

Row = Any  # a row of the store


def grown(request: HttpRequest, cycle: Row, plan: Plan | None, made: list[Row]) -> Grown:
    """For each stage that stands, what it says and when; stages without anything to say are left out."""
    found: dict[Stage, tuple[str, str]] = {}
    if plan is not None:
        found[Stage.ASKED] = (_predicted(plan), "")
        found[Stage.PLANNED] = (_planned(plan), "")
    found |= _locked(request, cycle) | _came(request, cycle) | _shown(request, cycle) | _heard(request, cycle)
    if made:
        found[Stage.DECIDED] = (f"{made[0].get_chosen_display()}: {made[0].reasons}", _day(made[0].decided_on))
    return found


def _predicted(plan: Plan) -> str:
    said = plan.hypothesis
    if said.size is None or said.by is None:
        return ""
    way = gettext("rises by") if said.change == "raise" else gettext("falls by")
    amount = f"{number_format(said.size)} {plan.primary.unit}"
    return gettext("We predict: %(what)s %(way)s %(amount)s by %(day)s.") % {
        "what": plan.primary.label,
        "way": way,
        "amount": amount,
        "day": _day(said.by),
    }


def _planned(plan: Plan) -> str:
    kinds = {
        "randomized": gettext("Chance decides who has the tool"),
        "stepped_wedge": gettext("Chance decides who begins first"),
        "matched": gettext("Those who have the tool are compared with others like them"),
    }
    design = kinds.get(plan.design.kind, gettext("Those who have the tool are compared over time"))
    return gettext("%(design)s; it is used from %(start)s to %(end)s.") % {
        "design": design,
        "start": _day(plan.window.start),
        "end": _day(plan.window.end),
    }


def _locked(request: HttpRequest, cycle: Row) -> Grown:
    kept = registrations.registrations(by=actor_of(request), cycle=cycle)
    if not kept:
        return {}
    amended = len(kept) - 1
    says = f"{kept[0].sha256[:12]}…"
    if amended:
        words = ngettext("%(amended)d amendment", "%(amended)d amendments", amended) % {"amended": amended}
        says = f"{says} · {words}"
    return {Stage.REGISTERED: (says, _day(kept[0].registered_on))}


def _came(request: HttpRequest, cycle: Row) -> Grown:
    brought = [row for row in watching.arrivals(by=actor_of(request), cycle=cycle) if row.imported_at]
    if not brought:
        return {}
    rows = sum(row.rows.get(name, 0) for row in brought for name in ("loaded", "repaired"))
    words = ngettext(
        "%(rows)s rows from %(many)d import since the lock.",
        "%(rows)s rows from %(many)d imports since the lock.",
        len(brought),
    )
    return {Stage.RECORDED: (words % {"rows": number_format(rows, force_grouping=True), "many": len(brought)}, "")}


def _shown(request: HttpRequest, cycle: Row) -> Grown:
    """The finding, for whoever may see it; others learn whether it is released."""
    me = actor_of(request)
    try:
        if standing_of(request).may("evidence.read", cycle):
            latest = evidence.latest(by=me, cycle=cycle)
            if latest is None:
                return {}
            told = evidence.told(by=me, cycle=cycle, language=language())
            return {Stage.EVALUATED: (told.headline, _day(latest.evaluated_on))}
        released = evidence.released(by=me, cycle=cycle, language=language())
    except GainlineError:  # the evidence's own page says what is wrong with it
        return {}
    return {Stage.EVALUATED: (released.headline, "")} if released else {}


def _heard(request: HttpRequest, cycle: Row) -> Grown:
    if not standing_of(request).may("evidence.read", cycle):
        return {}
    held = decisions.reviews(by=actor_of(request), cycle=cycle)
    if not held:
        return {}
    voices = sum(len(row.voices.all()) for row in held)
    words = ngettext("%(voices)d person spoke.", "%(voices)d people spoke.", voices) % {"voices": voices}
    return {Stage.REVIEWED: (words, _day(held[0].held_on))}


def _day(day: Any) -> str:  # noqa: ANN401 - a date
    return date_format(day, "DATE_FORMAT")
