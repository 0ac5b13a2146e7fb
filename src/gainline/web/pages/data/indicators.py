"""Indicators: the catalogue, one definition whole, and trying it on the records through the exit for numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.engine.indicators import Indicator
from gainline.services import evidence
from gainline.services import indicators as desk
from gainline.store.words import JobState
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.data.places import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.said import in_sentences

KINDS = {"process": gettext_lazy("Is it done?"), "outcome": gettext_lazy("Did it help?"),
         "balancing": gettext_lazy("What did it cost or harm?")}  # fmt: skip
FAMILIES = {
    gettext_lazy("Access and licenses"): {"access", "license_use"},
    gettext_lazy("Time and use"): {
        "amount", "any_use", "at_least", "daily_minutes", "days_with_use", "sessions", "share_of_use", "still_active",
        "weeks_at_least", "weeks_with_use",
    },
    gettext_lazy("Scores and growth"): {"gain", "growth_percentile", "mastery", "score", "standardized_gain"},
    gettext_lazy("What people say, and what was seen"): {"observed", "opinion", "responded", "voice"},
    gettext_lazy("Training"): {"trained"},
    gettext_lazy("Cost, support and conduct"): {
        "cost_per_dosed", "incidents", "outage_minutes", "ticket_hours", "ticket_rate",
    },
}  # fmt: skip
OTHER = gettext_lazy("Others")
LONGEST_WORDS = 80
OVER = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED})


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every definition, by what it asks and what it counts; folded until somebody opens a family or looks for words."""
    known = desk.catalogue(by=actor_of(request))
    words = request.GET.get("q", "").strip()[:LONGEST_WORDS]
    found = [one for one in known if _speaks_of(one, words)]
    groups = [(key, asks, _families([one for one in found if one.kind == key])) for key, asks in KINDS.items()]
    context = {
        "groups": [group for group in groups if group[2]],
        "words": words,
        "found": len(found),
        "known": len(known),
        "tabs": tabs(request, "data:indicators"),
    }
    return render(request, "data/indicators.html", context)


def _speaks_of(one: Indicator, words: str) -> bool:
    text = f"{one.name} {one.key} {one.unit} {one.caveat}".casefold()
    return all(word in text for word in words.casefold().split())


def _families(found: Sequence[Indicator]) -> list[tuple[str, int, Table]]:
    """Families that have a definition, each with how many and its table."""
    by_family: dict[str, list[Indicator]] = {}
    for title in (*FAMILIES, OTHER):
        by_family[str(title)] = [one for one in found if _family_of(one) == title]
    return [(title, len(some), _table(title, some)) for title, some in by_family.items() if some]


def _family_of(one: Indicator) -> object:
    return next((title for title, shapes in FAMILIES.items() if one.compute.shape in shapes), OTHER)


def _table(title: object, found: Sequence[Indicator]) -> Table:
    rows = tuple(
        (Cell(one.name, reverse("data:indicator", args=[one.key]), under=one.key), one.unit, one.caveat)
        for one in found
    )
    return Table(str(title), (Column(_("Indicator")), Column(_("Counts")), Column(_("What it does not show"))), rows)


@needs("district.read")
@require_http_methods(["GET", "HEAD", "POST"])
def indicator(request: HttpRequest, key: str) -> HttpResponse:
    """One definition, with a form to try it."""
    me = actor_of(request)
    one = desk.indicator(by=me, key=key)
    may_try = standing_of(request).may("evidence.read")
    fault = None
    if request.method == "POST":
        try:
            return redirect("data:measured", _asked(request, one).public_id)
        except GainlineError as error:
            fault = {"name": "group", "says": in_sentences(error)}
        except ValueError:
            fault = {"name": "first", "says": _("Give both days, or neither.")}
    tools = desk.tools_with_rows(by=me) if may_try else []
    context = {
        "one": one,
        "kind": KINDS[one.kind],
        "pairs": _pairs(one),
        "may_try": may_try and not one.needs_assessment,
        "fault": fault,
        "said": request.POST,
        "groups": [("", _("Nobody: the whole district")), *((name, name.replace("_", " ")) for name in _groups(one))],
        "tools": [("", _("All")), *((name, name) for name in tools)],
        "tabs": tabs(request, "data:indicators"),
    }
    return render(request, "data/indicator.html", context, status=422 if fault else 200)


def _groups(one: Indicator) -> list[str]:
    return [name for name in one.grain_columns if name not in evidence.OF_ONE_TEACHER]


def _pairs(one: Indicator) -> list[tuple[str, str]]:
    good = {"higher": _("Higher is better"), "lower": _("Lower is better"), "neither": _("More is not better or worse")}
    return [
        (_("Counts"), one.unit),
        (_("Good"), good[one.direction]),
        (_("What it does not show"), one.caveat),
        (_("Without a row"), one.null),
        (_("Fewest to show"), _("%(n)d (%(of)s)") % {"n": one.minimum_n, "of": one.n_of}),
        (_("Can be split by"), ", ".join(name.replace("_", " ") for name in _groups(one))),
        (_("Source"), one.source),
    ]


def _asked(request: HttpRequest, one: Indicator) -> Any:  # noqa: ANN401 - a row of the store
    said = request.POST
    first, last = said.get("first", ""), said.get("last", "")
    if bool(first) != bool(last):
        raise ValueError("one end of the days")
    days = (date.fromisoformat(first), date.fromisoformat(last)) if first else None
    groups = [said["group"]] if said.get("group") in _groups(one) else []
    where = {"tool": [said["tool"]]} if said.get("tool") else {}
    return evidence.ask_measure(by=actor_of(request), indicator=one.key, groups=groups, where=where, days=days)


@needs("evidence.read")
@require_http_methods(["GET", "HEAD"])
def measured(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a measurement gave, or how far it is."""
    me = actor_of(request)
    job = evidence.measured(by=me, public_id=public_id)
    words = job.words
    one = desk.indicator(by=me, key=words["indicator"])
    is_over = job.state in OVER
    is_done = job.state == JobState.DONE
    context = {
        "one": one,
        "job": job,
        "is_over": is_over,
        "is_done": is_done,
        "words": words,
        "doubts": desk.doubts(by=me, key=one.key, where=words["where"] or None) if is_done else [],
        "table": _measured(one, words["groups"], job.result.get("rows", [])) if is_done else None,
        "tabs": tabs(request, "data:indicators"),
    }
    part = "data/progress.html" if request.htmx and not is_over else "data/measured.html"  # type: ignore[attr-defined]
    answer = render(request, part, context)
    if request.htmx and is_over:  # type: ignore[attr-defined]  # set by django-htmx
        answer["HX-Refresh"] = "true"
    return answer


def _measured(one: Indicator, groups: list[str], rows: list[dict[str, Any]]) -> Table | None:
    if not rows:
        return None
    heads = [name.replace("_", " ") for name in groups] or [_("Who")]
    columns = (*(Column(head) for head in heads), Column(one.unit, is_number=True),
               Column(_("Behind it"), is_number=True), Column(_("Note")))  # fmt: skip
    return Table(one.name, columns, tuple(_line(groups, row) for row in rows))


def _line(groups: list[str], row: dict[str, Any]) -> tuple[str, ...]:
    who = [_("not given") if row[name] is None else str(row[name]) for name in groups] or [_("The whole district")]
    value = _("not shown") if row["value"] is None else number_format(row["value"], 2, force_grouping=True)
    behind = "–" if row["n"] is None else number_format(row["n"], force_grouping=True)
    return (*who, value, behind, row["note"])
