"""The portfolio: what stands on each tool, from its contract's clock to what was found out about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.fields.json import KT

from gainline.engine.privacy import Audience
from gainline.engine.reports.facts import Facts
from gainline.services import clock, deadlines, desk, findings, queue
from gainline.services.deadlines import Countdown
from gainline.services.permissions import standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Evidence, Voice
from gainline.store.models.imports import Job
from gainline.store.models.notes import Release
from gainline.store.models.tools import Agreement, Contract, Tool
from gainline.store.words import JobKind, JobState

USES = ("license_utilization", "adoption", "outage_minutes", "support_burden")


class Terms(StrEnum):
    """How a tool stands with agreements about data."""

    NONE = "none"
    RUNS = "runs"
    ENDED = "ended"  # and data may still be held until the day of destruction
    DESTROY = "destroy"  # the day of destruction has passed


@dataclass(frozen=True, slots=True)
class Held:
    """A tool with everything that the portfolio says of it."""

    tool: Tool
    contract: Contract | None
    countdown: Countdown | None
    terms: Terms
    agreement: Agreement | None
    open_cycles: int
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Found:
    """One cycle's evidence so far: what the registered rule says, its rating, and what was decided."""

    cycle: Cycle
    ruled: str
    rating: str
    evaluated_on: date
    decision: Decision | None


@desk.reading("district.read")
def portfolio(*, by: Account, retired: bool = False) -> list[Held]:
    """Every tool that is in use, or every one that was taken out, by name."""
    day = clock.today(by.district)
    return [_held(tool, day) for tool in _with_ways(Tool.objects.filter(retired_on__isnull=not retired))]


@desk.reading("district.read", on="tool")
def held(*, by: Account, tool: Tool) -> Held:
    """What stands on one tool."""
    return _held(_with_ways(Tool.objects.filter(pk=tool.pk)).get(), clock.today(by.district))


@desk.reading("district.read", on="tool")
def found(*, by: Account, tool: Tool) -> list[Found]:
    """What evaluations found about a tool, latest first; who may not read evidence sees what was released."""
    latest = Evidence.objects.filter(cycle=OuterRef("cycle"), pk__gt=OuterRef("pk"))
    rows = _readable(by, Evidence.objects.filter(cycle__tool=tool)).exclude(Exists(latest))
    rows = rows.annotate(rating=KT("document__rating__label")).defer("document").select_related("cycle")
    decided = {one.cycle_id: one for one in Decision.objects.filter(cycle__tool=tool, replaced_by=None)}
    return [Found(row.cycle, row.ruled, row.rating or "", row.evaluated_on, decided.get(row.cycle_id)) for row in rows]


@desk.reading("district.read", on="tool")
def use_found(*, by: Account, tool: Tool, language: str = "en") -> Facts | None:
    """The latest evaluation of a tool, as this account's audience may read it: where its funnel comes from."""
    row = _readable(by, Evidence.objects.filter(cycle__tool=tool)).first()
    audience = Audience.STAFF if standing_of(by).may("evidence.read") else Audience.PUBLIC
    return findings.told(row.document, audience=audience, language=language, cycle=row.cycle) if row else None


@desk.reading("evidence.read", on="tool")
def voices(*, by: Account, tool: Tool, at_most: int = 20) -> list[Voice]:
    """What people said in reviews of a tool's cycles, latest first."""
    said = Voice.objects.filter(review__cycle__tool=tool).select_related("by", "review__cycle").order_by("-pk")
    return list(said[:at_most])


@desk.verb("evidence.read", on="tool")
def count_use(*, by: Account, tool: Tool) -> list[Job]:
    """Have a tool's use, outages and calls for help counted in the records; what is too small stays hidden."""
    where = {"tool": [tool.key]}
    return [
        queue.put(by=by, kind=JobKind.MEASURE, words={"indicator": key, "groups": [], "where": where}) for key in USES
    ]


@desk.reading("evidence.read", on="tool")
def counted_use(*, by: Account, tool: Tool) -> dict[str, Job]:
    """The latest count of each of `USES` for a tool, done or not, by indicator."""
    jobs = Job.objects.filter(kind=JobKind.MEASURE, words__where={"tool": [tool.key]}, words__indicator__in=USES)
    latest: dict[str, Job] = {}
    for job in jobs.filter(words__groups=[]).order_by("pk"):
        is_older = job.state in {JobState.WAITING, JobState.RUNNING} and job.words["indicator"] in latest
        if not is_older:
            latest[job.words["indicator"]] = job
    return latest


def _with_ways(tools: QuerySet[Tool]) -> QuerySet[Tool]:
    """Tools with their contracts, agreements and cycles, and the cycles' decisions that stand."""
    decided = Prefetch("decisions", Decision.objects.filter(replaced_by=None))
    cycles = deadlines.with_days(Cycle.objects.all()).prefetch_related(decided)
    return tools.prefetch_related("contracts", "agreements", Prefetch("cycles", cycles))


def _readable(by: Account, rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    if standing_of(by).may("evidence.read"):
        return rows
    return rows.filter(Exists(Release.objects.filter(cycle=OuterRef("cycle"))))


def _held(tool: Any, day: date) -> Held:  # noqa: ANN401 - a row with its prefetched ways
    contract = deadlines.current(tool.contracts.all(), day)
    cycles = list(tool.cycles.all())
    terms, agreement = _terms(list(tool.agreements.all()), day)
    standing = [one for cycle in cycles for one in cycle.decisions.all()]
    return Held(
        tool=tool,
        contract=contract,
        countdown=deadlines.countdown(contract, cycles) if contract else None,
        terms=terms,
        agreement=agreement,
        open_cycles=sum(not one.has_decision and one.stopped_on is None for one in cycles),
        decision=max(standing, key=lambda one: one.decided_on, default=None),
    )


def _terms(agreements: list[Agreement], day: date) -> tuple[Terms, Agreement | None]:
    """The agreement that runs, else the one that ended last, and how it stands."""
    if not agreements:
        return Terms.NONE, None
    latest = max(agreements, key=lambda one: one.ends)
    if latest.ends >= day:
        return Terms.RUNS, latest
    return (Terms.ENDED if latest.destroy_by >= day else Terms.DESTROY), latest
