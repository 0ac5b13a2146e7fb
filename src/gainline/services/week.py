"""The week: what is due, what is at risk and what was learned, for whom it asks something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from gainline.services import clock, deadlines, desk, emergency, findings, release_desk, training
from gainline.services.deadlines import Countdown
from gainline.services.permissions import standing_of
from gainline.store.models.accounts import Account
from gainline.store.models.audits import Audit
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Learning, Voice
from gainline.store.models.notes import Feedback, Release
from gainline.store.models.tools import Tool
from gainline.store.words import Role

AHEAD = timedelta(days=60)  # what lies further away is not due this week
SOON = timedelta(days=14)
MOST = 5  # lines of a kind on the first screen


class Kind(StrEnum):
    """What a line is about; the page has a sentence for each."""

    NOTICE = "notice"  # notice to a vendor is due, and a cycle will say something
    NOTICE_UNASKED = "notice_unasked"  # ... and nobody asks whether the tool helps
    DECISION = "decision"
    VOICE = "voice"  # a review is open and this account has not spoken
    RELEASE = "release"  # decided, and nobody outside was told
    FEEDBACK = "feedback"  # answers came back that no review has seen
    OVERDUE = "overdue"
    TOO_LATE = "too_late"  # it cannot be known in time
    VOTE_AFTER_NOTICE = "vote_after_notice"
    UNREVIEWED = "unreviewed"
    UNSEEN = "unseen"  # the plan is locked, its days of use are over, and no evaluation stands
    NO_AGREEMENT = "no_agreement"
    ASKED = "asked"  # somebody asks for what takes two people, and this account may be the second
    APPROVED = "approved"  # what this account asked for is approved, and waits to be carried out
    GLASS = "glass"  # somebody broke the glass, and nobody has reviewed it
    TRAINING = "training"  # one's own training soon ends
    LAPSED = "lapsed"  # ... or does not count any more
    TRAININGS = "trainings"  # colleagues' trainings are due
    FLAGGED = "flagged"  # the audit of the latest evidence found something, and nobody has decided yet


EVERYBODY_WHO_STEERS = frozenset({Role.EDTECH_LEAD, Role.ANALYST, Role.PRINCIPAL, Role.BOARD_MEMBER, Role.AUDITOR})
DOES = frozenset({Role.EDTECH_LEAD, Role.ANALYST, Role.AUDITOR})
KEEPS_PRIVACY = frozenset({Role.EDTECH_LEAD, Role.PRIVACY_LEAD, Role.AUDITOR})
SPEAKS = frozenset({Role.TEACHER, Role.COACH, Role.PRINCIPAL, Role.ANALYST, Role.PRIVACY_LEAD, Role.EDTECH_LEAD})
SEES: dict[Kind, frozenset[Role]] = {
    Kind.NOTICE: EVERYBODY_WHO_STEERS,
    Kind.NOTICE_UNASKED: EVERYBODY_WHO_STEERS,
    Kind.DECISION: EVERYBODY_WHO_STEERS | {Role.COACH},
    Kind.VOICE: SPEAKS,
    Kind.RELEASE: KEEPS_PRIVACY,
    Kind.FEEDBACK: DOES | {Role.PRINCIPAL},
    Kind.OVERDUE: EVERYBODY_WHO_STEERS,
    Kind.TOO_LATE: EVERYBODY_WHO_STEERS,
    Kind.VOTE_AFTER_NOTICE: EVERYBODY_WHO_STEERS,
    Kind.UNREVIEWED: DOES,
    Kind.UNSEEN: DOES,
    Kind.NO_AGREEMENT: KEEPS_PRIVACY,
    Kind.FLAGGED: DOES | KEEPS_PRIVACY,
    Kind.ASKED: frozenset(Role),
    Kind.APPROVED: frozenset(Role),
    Kind.GLASS: frozenset(Role),
    Kind.TRAINING: frozenset(Role),
    Kind.LAPSED: frozenset(Role),
    Kind.TRAININGS: frozenset({Role.EDTECH_LEAD, Role.PRIVACY_LEAD}),
}

RISKS = frozenset({
    Kind.OVERDUE, Kind.TOO_LATE, Kind.VOTE_AFTER_NOTICE, Kind.UNREVIEWED, Kind.UNSEEN, Kind.NO_AGREEMENT, Kind.FLAGGED,
    Kind.LAPSED, Kind.GLASS,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is due or at risk: what it is, about which tool or cycle, and its day."""

    kind: Kind
    tool: Tool | None = None
    cycle: Cycle | None = None
    day: date | None = None
    countdown: Countdown | None = None
    count: int = 0
    request: str = ""  # the public id of what takes two people


@dataclass(frozen=True, slots=True)
class Learned:
    """One decision that stands, with what the evidence showed and what people took from it."""

    decision: Decision
    finding: str
    learning: Learning | None


@dataclass(frozen=True, slots=True)
class Week:
    """The first screen of one account; `is_new` when the district has nothing at all yet."""

    due: tuple[Line, ...]
    at_risk: tuple[Line, ...]
    learned: tuple[Learned, ...]
    is_new: bool


@desk.reading("district.read")
def this_week(*, by: Account, language: str = "en") -> Week:
    """What is due, at risk and learned, as far as it asks something of this account's roles; next first.

    Parameters
    ----------
    language
        Of the finding's sentence, ``en`` or ``es``.
    """
    day = clock.today(by.district)
    cycles = list(deadlines.with_days(Cycle.objects.filter(stopped_on=None).select_related("aim", "tool")))
    tools = list(Tool.objects.filter(retired_on=None).prefetch_related("contracts", "agreements"))
    roles = standing_of(by).roles
    seen = [one for one in _lines(by, day, cycles, tools) if SEES[one.kind] & roles]
    ordered = sorted(seen, key=lambda one: (one.day or date.max, one.kind))
    return Week(
        due=tuple(one for one in ordered if one.kind not in RISKS)[:MOST],
        at_risk=tuple(one for one in ordered if one.kind in RISKS)[:MOST],
        learned=tuple(learned_lately(by=by, language=language, at_most=3)),
        is_new=not cycles and not tools and not any(one.kind is Kind.GLASS for one in ordered),
    )


@desk.reading("district.read")
def learned_lately(*, by: Account, language: str = "en", at_most: int = 20) -> list[Learned]:
    """The latest decisions that stand, each with its finding as everybody may read it, and what was learned."""
    stands = Decision.objects.filter(replaced_by=None).select_related("cycle__tool", "evidence", "decided_by")
    latest = list(stands.prefetch_related("learnings__written_by")[:at_most])
    return [Learned(one, findings.headline(one.evidence.document, language=language), _newest(one)) for one in latest]


def _newest(decision: Decision) -> Learning | None:
    return next(iter(decision.learnings.all()), None)


def _lines(by: Account, day: date, cycles: list[Cycle], tools: list[Tool]) -> Iterator[Line]:
    open_cycles = [one for one in cycles if not one.has_decision]
    yield from _of_contracts(day, cycles, tools)
    yield from _of_open_cycles(day, open_cycles)
    yield from _voices(by, open_cycles)
    yield from _flagged(open_cycles)
    yield from _told(cycles)
    yield from _trainings(by)
    if standing_of(by).may("audit.read"):
        for glass in emergency.unreviewed(by=by):
            yield Line(Kind.GLASS, day=glass.review_by)
    if standing_of(by).may("release.send"):
        for one in release_desk.waiting_for(by=by):
            yield Line(Kind.ASKED, one.cycle.tool, one.cycle, one.asked_on, request=one.public_id)
    for one in release_desk.may_carry_out(by=by):
        yield Line(Kind.APPROVED, one.cycle.tool, one.cycle, one.reviewed_on, request=one.public_id)


def _trainings(by: Account) -> Iterator[Line]:
    """One's own training, and for who governs how many colleagues' are due."""
    mine = training.own(by=by)
    if mine and mine.is_due:
        yield Line(Kind.LAPSED if mine.is_lapsed else Kind.TRAINING, day=mine.until)
    if standing_of(by).may("people.write"):
        others = [one for one in training.due(by=by) if one.account.pk != by.pk]
        if others:
            yield Line(Kind.TRAININGS, count=len(others))


def _of_contracts(day: date, cycles: list[Cycle], tools: list[Tool]) -> Iterator[Line]:
    """Notices that come near, counted backwards, and contracts that run without an agreement about data."""
    for tool in tools:
        own = [one for one in cycles if one.tool_id == tool.pk]
        contract = deadlines.current(tool.contracts.all(), day)
        if contract is None or contract.ends < day:
            continue
        if contract.starts <= day and not any(one.ends >= day for one in tool.agreements.all()):
            yield Line(Kind.NO_AGREEMENT, tool=tool)
        counted = deadlines.countdown(contract, own)
        if counted is None or not day <= counted.days.notice_by <= day + AHEAD:
            continue
        yield _notice(tool, counted)
        undecided = counted.cycle is not None and not counted.cycle.has_decision
        if undecided and counted.votes_too_late:
            yield Line(Kind.VOTE_AFTER_NOTICE, tool, counted.cycle, counted.days.notice_by, counted)
        elif undecided and counted.comes_too_late:
            yield Line(Kind.TOO_LATE, tool, counted.cycle, counted.days.papers_by, counted)


def _notice(tool: Tool, counted: Countdown) -> Line:
    kind = Kind.NOTICE if counted.cycle else Kind.NOTICE_UNASKED
    return Line(kind, tool, counted.cycle, counted.days.notice_by, counted)


def _of_open_cycles(day: date, cycles: list[Cycle]) -> Iterator[Line]:
    for cycle in cycles:
        if cycle.decide_by < day:
            yield Line(Kind.OVERDUE, cycle.tool, cycle, cycle.decide_by)
        elif cycle.decide_by <= day + AHEAD:
            yield Line(Kind.DECISION, cycle.tool, cycle, cycle.decide_by)
        is_near = day <= cycle.decide_by <= day + SOON
        if cycle.has_evidence and not cycle.has_review and is_near:
            yield Line(Kind.UNREVIEWED, cycle.tool, cycle, cycle.decide_by)
        known = deadlines.known_on(cycle)
        if cycle.has_registration and not cycle.has_evidence and known and known < day:
            yield Line(Kind.UNSEEN, cycle.tool, cycle, cycle.decide_by)


def _voices(by: Account, cycles: list[Cycle]) -> Iterator[Line]:
    """Reviews of undecided cycles in which this account has not spoken yet."""
    reviewed = [one for one in cycles if one.has_review]
    if not reviewed:
        return
    spoken = set(Voice.objects.filter(by=by, review__cycle__in=reviewed).values_list("review__cycle", flat=True))
    for cycle in reviewed:
        if cycle.pk not in spoken:
            yield Line(Kind.VOICE, cycle.tool, cycle, cycle.decide_by)


def _flagged(cycles: list[Cycle]) -> Iterator[Line]:
    """Undecided cycles whose latest audit found something that needs a person."""
    evaluated = [one for one in cycles if one.has_evidence]
    if not evaluated:
        return
    rows = Audit.objects.filter(cycle__in=evaluated).order_by("pk").values_list("cycle", "flags")
    flags = dict(rows)  # the latest of each cycle stays
    for cycle in evaluated:
        if flags.get(cycle.pk):
            yield Line(Kind.FLAGGED, cycle.tool, cycle, cycle.decide_by, count=flags[cycle.pk])


def _told(cycles: list[Cycle]) -> Iterator[Line]:
    """Decisions that nobody outside was told, and answers that came back and wait for a review."""
    decided = [one for one in cycles if one.has_decision]
    if decided:
        told = set(Release.objects.filter(cycle__in=decided).values_list("cycle", flat=True))
        told |= set(release_desk.asked_about(decided))
        for cycle in decided:
            if cycle.pk not in told:
                yield Line(Kind.RELEASE, cycle.tool, cycle)
    waiting = Feedback.objects.filter(review=None, release__cycle__isnull=False)
    counts: dict[int, int] = {}
    for pk in waiting.values_list("release__cycle", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    for cycle in cycles:
        if cycle.pk in counts:
            yield Line(Kind.FEEDBACK, cycle.tool, cycle, count=counts[cycle.pk])
