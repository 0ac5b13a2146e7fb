"""Governance: every rule that protects a child, where it stands, and the trail that shows whether it was kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.engine.privacy import Policy
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.purposes import PURPOSES as PROCESSING
from gainline.engine.records import TABLES, Retention, Sensitivity
from gainline.services import audits as audits_desk
from gainline.services import clock, tools
from gainline.services import governance as desk
from gainline.services.permissions import PURPOSES
from gainline.store.words import Purpose
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.parts import Cell, Column, Tab, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.papers import language

PLACES: tuple[tuple[str, str | Promise, str], ...] = (
    ("governance:agreements", gettext_lazy("Agreements"), "district.read"),
    ("governance:families", gettext_lazy("Purposes and families"), "district.read"),
    ("governance:openly", gettext_lazy("Open page"), "district.read"),
    ("governance:consent", gettext_lazy("Consent"), "district.read"),
    ("governance:retention", gettext_lazy("Retention"), "agreement.write"),
    ("governance:desk", gettext_lazy("Release desk"), "district.read"),
    ("governance:releases", gettext_lazy("Releases"), "district.read"),
    ("governance:audits", gettext_lazy("District audit"), "evidence.read"),
    ("governance:reads", gettext_lazy("Reads"), "audit.read"),
    ("governance:glass", gettext_lazy("Emergency"), "glass.break"),
    ("governance:trail", gettext_lazy("Audit trail"), "audit.read"),
    ("tokens:tokens", gettext_lazy("Tokens"), "token.issue"),
)
STAYS = {
    Retention.CONTRACT: gettext_lazy("while the contract's data terms run"),
    Retention.CYCLE: gettext_lazy("until the cycle's decision can no longer be appealed"),
    Retention.ROSTER: gettext_lazy("while the student is enrolled"),
    Retention.RECORD: gettext_lazy("as the institution's own memory, without personal data"),
}


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    """The places of governance that the reader may go to."""
    standing = standing_of(request)
    return [Tab(str(label), reverse(name), is_current=name == here)
            for name, label, permission in PLACES if standing.may(permission)]  # fmt: skip


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def agreements(request: HttpRequest) -> HttpResponse:
    """Every tool with what its vendor may do with which data, and until when."""
    me = actor_of(request)
    day, found = clock.today(me.district), tools.tools(by=me)
    labels = (_("Tool"), _("Stands"), _("For"), _("Data"), _("Recipients"), _("Ends"), _("Destroyed by"))
    rows = tuple(_agreed(tool, day) for tool in found)
    context = {"table": Table(_("Agreements about data"), tuple(map(Column, labels)), rows), "is_empty": not found}
    return render(request, "governance/agreements.html", context | {"tabs": tabs(request, "governance:agreements")})


def _agreed(tool: Any, day: date) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row of the store
    name = Cell(tool.name, reverse("tools:tool", args=[tool.public_id]))
    latest = max(tool.agreements.all(), key=lambda one: one.ends, default=None)
    if latest is None:
        return (name, Cell(_("None"), kind="risk"), "–", "–", "–", "–", "–")
    lists = (purposes_of(latest), elements_of(latest), latest.recipients)
    ends = Cell(day_words(latest.ends), reverse("governance:agreement", args=[latest.public_id]))
    return (name, stands(latest, day), *map(_listed, lists), ends, day_words(latest.destroy_by))


def _listed(said: list[str]) -> str:
    """Entries in one cell; each begins with a capital of its own, so a comma would not part them."""
    return "; ".join(said) or "–"


def purposes_of(agreement: Any) -> list[str]:  # noqa: ANN401 - a row of the store
    """The purposes of an agreement in words; those from before there was a closed list as they were written."""
    known = {str(key): record.name[language()] for key, record in PROCESSING.items()}
    return [known.get(one, one) for one in agreement.purposes]


def elements_of(agreement: Any) -> list[str]:  # noqa: ANN401 - a row of the store
    """What may be handed over under an agreement, in plain words; what was written before as it was written."""
    known = catalogue().elements
    return [known[one].lay[language()] if one in known else one for one in agreement.fields]


def stands(agreement: Any, day: date) -> Cell:  # noqa: ANN401 - a row of the store
    """How an agreement stands on a day."""
    if agreement.destroy_by < day:
        return Cell(_("Destruction is due"), kind="risk", under=_("ask the vendor for the certificate"))
    if agreement.ends < day:
        return Cell(_("Ended"), kind="watch", under=_("data may still be held until the day of destruction"))
    return Cell(_("Runs"), kind="settled")


@needs("district.read")
@require_http_methods(["GET", "HEAD"])
def families(request: HttpRequest) -> HttpResponse:
    """What records are used for, what is held about a student, and what everybody may see."""
    me = actor_of(request)
    rule = Policy()
    purposes = Table(
        _("Purposes"),
        (Column(_("Purpose")), Column(_("Roles that serve it"))),
        tuple((str(purpose.label), ", ".join(str(role.label) for role in PURPOSES if purpose in PURPOSES[role]))
              for purpose in Purpose),
    )  # fmt: skip
    public = [one for one in desk.releases(by=me) if one.audience == "public"]
    context = {"purposes": purposes, "held": _held(), "rule": rule, "bands": _bands(rule), "public": public}
    return render(request, "governance/families.html", context | {"tabs": tabs(request, "governance:families")})


def _held() -> Table:
    """What may be held about a student, by the categories of the national data privacy agreement."""
    of_students = {Sensitivity.STUDENT, Sensitivity.SPECIAL}
    fields = [field for table in TABLES.values() for field in table.fields if field.sensitivity in of_students]
    found: dict[str, tuple[set[str], set[str]]] = {}
    for field in fields:
        names, stays = found.setdefault(field.ndpa, (set(), set()))
        names.add(field.name.replace("_", " "))
        stays.add(str(STAYS[field.retention]))
    rows = tuple((what, ", ".join(sorted(names)), ", ".join(sorted(stays)))
                 for what, (names, stays) in sorted(found.items()))  # fmt: skip
    return Table(_("What may be held about a student"), (Column(_("Category")), Column(_("Fields")),
                 Column(_("Stays"))), rows)  # fmt: skip


def _bands(rule: Policy) -> Table:
    rows, above = [], rule.minimum_n
    for band in rule.bands:
        rows.append((_("%(low)s to %(high)s people") % {"low": above, "high": band.up_to},
                     _("in bands of %(n)s points") % {"n": band.width}))  # fmt: skip
        above = band.up_to + 1
    rows.append((_("%(low)s people and more") % {"low": above}, _("in whole percents")))
    return Table(_("How exactly a share is told"), (Column(_("Group of")), Column(_("Its share is told"))), tuple(rows))


@needs("evidence.read")
@require_http_methods(["GET", "HEAD"])
def audits(request: HttpRequest) -> HttpResponse:
    """What could mislead whoever reads the district's evidence, over all cycles."""
    view = audits_desk.district(by=actor_of(request), language=language())
    labels = (_("Cycle"), _("Flagged"), _("Cannot tell"), _("Looks since"))
    rows = tuple(map(_audited, view.cycles))
    context = {"view": view, "table": Table(_("Every cycle that was audited"), tuple(map(Column, labels)), rows)}
    return render(request, "governance/audits.html", context | {"tabs": tabs(request, "governance:audits")})


def _audited(one: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a cycle's standing
    name = Cell(one.cycle.title, reverse("cycles:audit", args=[one.cycle.public_id]), under=day_words(one.made_on))
    flagged = Cell(", ".join(one.flags), kind="risk") if one.flags else Cell(_("Nothing"), kind="settled")
    return (name, flagged, ", ".join(one.cannot) or "–", str(one.looks_since))


@needs("audit.read")
@require_http_methods(["GET", "HEAD"])
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what when, 200 events at a time; the chain is checked when somebody asks."""
    me, asked = actor_of(request), request.GET
    before = int(asked["before"]) if asked.get("before", "").isdecimal() else None
    verb, actor = asked.get("verb", ""), asked.get("actor", "")
    events = desk.trail(by=me, before=before, verb=verb, actor=actor)
    verbs, accounts = desk.trail_filters(by=me)
    is_checked = asked.get("check") == "yes"
    query = asked.copy()
    query.pop("check", None)
    query["before"] = str(events[-1].seq) if events else ""
    labels = (_("No."), _("When (UTC)"), _("Who"), _("What"), _("On"), _("With"))
    columns = tuple(Column(label) for label in labels)
    context = {
        "table": Table(_("Events, latest first"), columns, tuple(map(_event, events))),
        "older": query.urlencode() if len(events) == desk.AT_MOST else "",
        "verbs": [("", _("Everything")), *((one, one) for one in verbs)],
        "accounts": [("", _("Everybody")), *((one.public_id, one.name) for one in accounts)],
        "verb": verb,
        "actor": actor,
        "is_checked": is_checked,
        "breaks": desk.verify_trail(by=me) if is_checked else [],
        "head": desk.trail_head(by=me),
        "tabs": tabs(request, "governance:trail"),
    }
    return render(request, "governance/trail.html", context)


def _event(event: Any) -> tuple[Cell | str, ...]:  # noqa: ANN401 - a row of the store
    who = event.actor.name if event.actor else _("the machine's owner or the clock")
    words = "; ".join(f"{name}: {_plain(value)}" for name, value in event.words.items())
    when = event.at.strftime("%Y-%m-%d %H:%M:%S")
    return (str(event.seq), when, who, event.verb, Cell(event.kind or "–", under=event.target), words or "–")


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
