"""Deadlines: a contract's days counted backwards, from its notice to the vote, the papers and the last records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from gainline.engine.roadmap.cost.deadlines import Renewal, renewal
from gainline.engine.roadmap.cost.sheet import Contract as Terms
from gainline.services import stages
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.evidence import Evidence
from gainline.store.models.tools import Contract

PAPERS = 7  # days before a vote on which a board has its papers
REPORT = 7  # days that an evaluation and its brief take


@dataclass(frozen=True, slots=True)
class Countdown:
    """A contract's days, and what will be known by them.

    Parameters
    ----------
    contract, days
        Which contract, and its days counted backwards.
    cycle
        The cycle that is to decide before the notice; None where nobody asks anything.
    known_on
        When the cycle's evidence stands or will: its evaluation's day, or the last day of use of its locked plan.
    """

    contract: Contract
    days: Renewal
    cycle: Cycle | None
    known_on: date | None

    @property
    def comes_too_late(self) -> bool:
        """Whether it cannot be known in time for the papers of the vote."""
        return bool(self.known_on and self.days.papers_by and self.known_on > self.days.papers_by)

    @property
    def votes_too_late(self) -> bool:
        """Whether the decision is set for a day after the notice."""
        return self.cycle is not None and self.days.vote_by is None


def with_days(cycles: QuerySet[Cycle]) -> QuerySet[Cycle]:
    """The cycles with the facts of their stages, their locked plans and the days of their evaluations at hand."""
    locked = Registration.objects.defer("reason").order_by("number")
    seen = Evidence.objects.defer("document").order_by("-pk")
    return stages.with_facts(cycles).prefetch_related(Prefetch("registrations", locked), Prefetch("evidence", seen))


def countdown(contract: Contract, cycles: Iterable[Cycle]) -> Countdown | None:
    """Count a contract backwards; None where it names no day for notice.

    Parameters
    ----------
    contract
        Which.
    cycles
        The cycles of its tool, as `with_days` gives them.
    """
    if contract.notice_by is None:
        return None
    waiting = [one for one in cycles if contract.starts <= one.decide_by <= contract.ends and one.stopped_on is None]
    cycle = min(waiting, key=lambda one: one.decide_by, default=None)
    known = known_on(cycle) if cycle else None
    terms = Terms(
        key="contract",
        ends_on=contract.ends,
        notice_days=(contract.ends - contract.notice_by).days,
        board_days=(cycle.decide_by,) if cycle else (),
        paper_days=PAPERS,
        report_days=REPORT,
        known_on=known,
    )
    return Countdown(contract, renewal(terms), cycle, known)


def known_on(cycle: Cycle) -> date | None:
    """When a cycle's evidence stands or will; None while no plan is locked."""
    if evaluated := list(cycle.evidence.all()):
        return max(one.evaluated_on for one in evaluated)
    locked = list(cycle.registrations.all())
    end = _window_end(json.loads(locked[-1].canonical)) if locked else None
    return end + timedelta(days=REPORT) if end else None


def current(contracts: Iterable[Contract], day: date) -> Contract | None:
    """The contract that runs on a day, else the next one to start, else the last that ended."""
    all_of_them = sorted(contracts, key=lambda one: one.ends)
    running = [one for one in all_of_them if one.starts <= day <= one.ends]
    coming = [one for one in all_of_them if one.starts > day]
    return (running or coming or all_of_them[-1:] or [None])[0]  # type: ignore[list-item]  # None: there is none


def _window_end(plan: Any) -> date | None:  # noqa: ANN401 - a plan as JSON
    """The last day of use that a locked plan names."""
    window = plan.get("window") if isinstance(plan, dict) else None
    return date.fromisoformat(str(window["end"])[:10]) if isinstance(window, dict) and "end" in window else None
