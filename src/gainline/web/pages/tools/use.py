"""Use in figures that have passed the exit: the funnel of the latest evaluation, and counts that were asked for."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gainline.engine.reports.facts import Facts
from gainline.engine.reports.funnel import funnel
from gainline.web.parts import FunnelStep
from gainline.web.parts.said import Said

COUNTS = 4  # steps that count people; what follows them are results


def funnel_of(told: Facts | None) -> dict[str, Any] | None:
    """Licenses to dosed students, each step with its count and its cost; None before the first evaluation."""
    if told is None:
        return None
    made = funnel(told)
    steps = [FunnelStep(one.label, one.figure, one.under, one.cost, one.height) for one in made.steps[:COUNTS]]
    results = [(one.label, one.figure, one.under) for one in made.steps[COUNTS:]]
    whole = {"title": made.title, "subtitle": made.subtitle, "steps": steps, "results": results}
    return whole | {"sentence": made.sentence, "source": made.source}


def counts_of(jobs: dict[str, Any]) -> list[dict[str, Any]]:
    """What was counted in the records on demand, in words; a count that may not be shown says so."""
    return [
        {"label": label, "job": jobs[key], "says": _says(key, jobs[key])} for key, label in _labels() if key in jobs
    ]


def _labels() -> list[tuple[str, str]]:
    return [
        ("license_utilization", _("Licenses with any use")),
        ("adoption", _("Students with any use")),
        ("outage_minutes", _("Minutes of outages")),
        ("support_burden", _("Calls for help for 100 students")),
    ]


def _says(key: str, job: Any) -> str:  # noqa: ANN401 - a row
    if job.state == "refused":
        return Said(job.says, job.remedy, job.code).sentences
    if job.state != "done":
        return _("is being counted")
    rows = (job.result or {}).get("rows", [])
    if not rows or rows[0]["value"] is None:
        return rows[0]["note"] if rows and rows[0]["note"] else _("nothing on record")
    value = float(rows[0]["value"])
    if key in {"license_utilization", "adoption"}:
        return f"{100 * value:.0f}%"
    return str(number_format(value, 0 if key == "outage_minutes" else 1, force_grouping=True))
