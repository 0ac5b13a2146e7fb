"""The audit of a cycle's evidence: one page, made with the evaluation and read before the review."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from gainline.engine.reports.audit import AuditBlocks, AuditRow
from gainline.services import audits
from gainline.services.stages import Stage
from gainline.web.gate import actor_of, needs
from gainline.web.pages.cycles import shown
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.papers import language


@needs("evidence.read")
@require_safe
def audit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Every check with its figure, what nothing wrong would look like, and what to do."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    told = audits.told(by=me, cycle=one, language=language())
    context: dict[str, Any] = {"here": gettext("Audit"), "refusal": shown.why_not(one, Stage.EVALUATED), "told": told}
    if told is not None:
        context |= {"checks": _checks(told), "looks": _looks(told), "tools": _tools(told)}
        context["standfirst"] = told.lead
    return shown.page(request, one, "audit", context)


def _checks(told: AuditBlocks) -> Table:
    labels = (gettext("Check"), gettext("Says"), gettext("Figure"), gettext("Held against"))
    return Table(gettext("Every check of this audit"), tuple(map(Column, labels)), tuple(map(_check, told.rows)))


def _check(row: AuditRow) -> tuple[Cell | str, ...]:
    figure = Cell(row.figure or "–", under=row.people)
    return (Cell(row.title, under=row.about), Cell(row.word, kind=row.kind, under=row.does), figure, row.reference)


def _looks(told: AuditBlocks) -> Table:
    labels = (gettext("When"), gettext("Look"), gettext("Grouped by"))
    return Table(gettext("Looks that no registration asked for"), tuple(map(Column, labels)), told.looks)


def _tools(told: AuditBlocks) -> Table:
    labels = (gettext("Tool"), gettext("As estimated"), gettext("Once the others are believed too"))
    return Table(gettext("The tools of this outcome, in standard deviations"), tuple(map(Column, labels)), told.tools)
