"""The roadmap's rows as tables for people; the engine's findings stand above them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gainline.engine.roadmap import Roadmap
from gainline.web.parts import Cell, Column, Table

TRAINING = "training"


def drawn(svg: str) -> SafeString:
    """A drawing of ours; its texts were escaped when it was drawn."""
    return mark_safe(svg)  # noqa: S308 - drawn by our own code out of escaped texts


def weeks(number: int) -> str:
    """Weeks in words."""
    return ngettext("%(n)d week", "%(n)d weeks", number) % {"n": number}


def money(amount: float | None) -> str:
    """Whole units of money."""
    return _("no limit") if amount is None else f"${number_format(amount, 0, force_grouping=True)}"


def initiatives(roadmap: Roadmap) -> Table:
    """What the document holds, before there are dates."""
    steps: dict[str, int] = {}
    for activity in roadmap.activities:
        steps[activity.initiative] = steps.get(activity.initiative, 0) + 1
    rows = tuple(
        (Cell(one.title, under=one.key), one.owner or "–", one.phase or "–", str(steps.get(one.key, 0)))
        for one in roadmap.initiatives
    )
    columns = (Column(_("Initiative")), Column(_("Owner")), Column(_("Phase")), Column(_("Steps"), is_number=True))
    return Table(_("Initiatives"), columns, rows)


def lanes(rows: Iterable[Mapping[str, Any]], *, only: str = "") -> Table:
    """Every step and wave; ``only`` keeps steps of one kind."""
    labels = (_("Step"), _("Initiative"), _("Wave"), _("When"), _("Can slip"), _("Owner"))
    told = tuple(
        (Cell(row["step"], under=_("drives the end") if row["drives"] else ""), row["initiative"], row["waves"],
         row["when"], weeks(row["slack"]), row["owner"] or _("nobody yet"))
        for row in rows
        if not only or row["kind"] == only
    )  # fmt: skip
    return Table(_("Steps by phase and initiative"), tuple(map(Column, labels)), told)


def schools(rows: Iterable[Any], day: Any) -> Table:  # noqa: ANN401 - the engine's way to write days
    """When each school goes live with what."""
    told = tuple(
        (row.title, str(row.wave or "–"), _("yes") if row.high_need else _("no"),
         "; ".join(f"{title}: {day(live)}" for title, live in row.lives) or "–")
        for row in rows
    )  # fmt: skip
    labels = (_("School"), _("Wave"), _("High need"), _("Goes live with"))
    return Table(_("Go-lives by school"), tuple(map(Column, labels)), told)


def waits(rows: Iterable[Mapping[str, Any]]) -> Table:
    """What waits for what."""
    told = tuple((Cell(row["step"], under=row["initiative"]), Cell(row["waits"], under=row["other"]), row["how"])
                 for row in rows)  # fmt: skip
    return Table(_("What waits for what"), tuple(map(Column, (_("Step"), _("Waits for"), _("How")))), told)


def owners(rows: Iterable[Any], day: Any) -> Table:  # noqa: ANN401 - the engine's way to write days
    """What each role answers for."""
    labels = (_("Owner"), _("Steps"), _("Weeks of work"), _("Most at once"))
    columns = tuple(Column(label, is_number=place in {1, 2}) for place, label in enumerate(labels))
    told = []
    for one in rows:
        most = _("%(n)d, from %(day)s") % {"n": one.at_once, "day": day(one.busiest)} if one.busiest else "–"
        told.append((one.owner or _("nobody yet"), str(one.steps), str(one.weeks), most))
    return Table(_("What each role answers for"), columns, tuple(told))


def spent(rows: Iterable[Any]) -> Table:
    """Planned money beside the budget."""
    labels = (_("Fiscal year"), _("Source"), _("Planned"), _("Budget"), _("Share"))
    columns = tuple(Column(label, is_number=place > 1) for place, label in enumerate(labels))
    told = []
    for one in rows:
        share = f"{100 * one.planned / one.budget:.0f} %" if one.budget else "–"
        told.append((str(one.fiscal_year), one.source or _("no source"), money(one.planned), money(one.budget), share))
    return Table(_("Planned and budgeted by fiscal year and source"), columns, tuple(told))


def moved(rows: Iterable[Mapping[str, Any]]) -> Table:
    """What changed between the last two plans."""
    labels = (_("What"), _("Where"), _("Was"), _("Is now"), _("Weeks"))
    columns = tuple(Column(label, is_number=place == 4) for place, label in enumerate(labels))
    told = tuple((row["what"], row["where"] or _("the district"), row["old"], row["new"], f"{row['weeks']:+d}")
                 for row in rows)  # fmt: skip
    return Table(_("What changed since the plan before"), columns, told)


def drivers(roadmap: Roadmap) -> Table:
    """The risks that the document names, before anything is simulated."""
    labels = (_("Risk"), _("How likely"), _("Steps that it touches"), _("Longer by the factor"), _("Costs itself"))
    columns = tuple(Column(label, is_number=place > 0) for place, label in enumerate(labels))
    told = tuple(
        (one.title, f"{100 * one.probability:.0f} %", str(len(one.activities)),
         " – ".join(f"{factor:g}" for factor in one.weeks), " – ".join(money(cost) for cost in one.cost))
        for one in roadmap.uncertainty.drivers
    )  # fmt: skip
    return Table(_("Risks that the document names"), columns, told)


def found(caption: str, rows: list[dict[str, Any]]) -> Table | None:
    """Rows of a job as they are; None where there are none."""
    if not rows:
        return None
    names = [name for name in rows[0] if any(row.get(name) not in (None, "") for row in rows)]
    is_number = [all(isinstance(row.get(name), int | float) for row in rows) for name in names]
    columns = tuple(Column(name.replace("_", " "), number) for name, number in zip(names, is_number, strict=True))
    return Table(caption, columns, tuple(tuple(_plain(row.get(name)) for name in names) for row in rows))


def _plain(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number_format(value, force_grouping=True) if isinstance(value, int | float) else str(value)
