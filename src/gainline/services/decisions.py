"""Reviews, decisions and learnings: people are heard, then decide beside what the registered rule says."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.services import clock, desk, stages
from gainline.services.permissions import standing_of
from gainline.services.stages import Stage
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Evidence, Learning, Review, Voice
from gainline.store.models.notes import Feedback
from gainline.store.words import Choice, Right


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What is chosen and why; `deviation` says why it is not what the rule said, where it is not."""

    chosen: Choice
    reasons: str
    deviation: str = ""


@desk.verb("cycle.review", on="cycle")
def open_review(*, by: Account, cycle: Cycle, summary: str = "") -> Review:
    """Open a review of a cycle's latest evidence; answers to its briefs that no review has heard yet land in it.

    Raises
    ------
    Conflict
        With the stage table's code when there is no evidence yet; SV110 when it was not audited.
    """
    stages.require(cycle, Stage.REVIEWED)
    latest = Evidence.objects.filter(cycle=cycle).first()
    stages.require_audit(latest)
    day = clock.today(by.district)
    opened = Review.objects.create(cycle=cycle, evidence=latest, held_on=day, opened_by=by, summary=summary)
    Feedback.objects.filter(release__cycle=cycle, review=None).update(review=opened)
    return opened


@desk.verb("cycle.review", on="review")
def speak(*, by: Account, review: Review, says: str, leans: Choice | None = None) -> Voice:
    """Say something in a review; it stands as it was said.

    Raises
    ------
    Conflict
        SV035 when nothing is said.
    """
    if not says.strip():
        raise desk.refuse("SV035", "nothing was said", "write what you saw, heard or doubt")
    role = sorted(standing_of(by).roles)[0]
    return Voice.objects.create(review=review, by=by, role=role, says=says, leans=leans or "")


@desk.verb("cycle.decide", on="cycle", words=("replaces",))
def decide(*, by: Account, cycle: Cycle, reasoned: Reasoned, replaces: Decision | None = None) -> Decision:
    """Decide on a cycle's latest evidence, beside what its registered rule says.

    Raises
    ------
    Conflict
        With the stage table's code when a stage is missing; SV028 when the evidence is newer than its review; SV029
        when it differs from the rule and does not say why, or gives no reasons; SV032 when it was decided already and
        does not replace that decision.
    """
    stages.require(cycle, Stage.DECIDED)
    latest = Evidence.objects.filter(cycle=cycle).first()
    if not Review.objects.filter(cycle=cycle, evidence=latest).exists():
        raise desk.refuse("SV028", "the latest evidence has not been reviewed", "hold a review of it first")
    _check_reasons(latest.ruled, reasoned)
    standing = Decision.objects.filter(cycle=cycle, replaced_by=None).first()
    if standing is not None and (replaces is None or replaces.pk != standing.pk):
        raise desk.refuse("SV032", "this cycle was decided", "replace that decision, and both will stay readable")
    return Decision.objects.create(
        cycle=cycle, evidence=latest, ruled=latest.ruled, chosen=reasoned.chosen, right=Right.DECIDE, decided_by=by,
        decided_on=clock.today(by.district), reasons=reasoned.reasons, deviation=reasoned.deviation, replaces=replaces,
    )  # fmt: skip


@desk.verb("library.write", on="cycle")
def learn(*, by: Account, cycle: Cycle, says: str, holds_for: str = "", not_tested: str = "") -> Learning:
    """Write down what was learned, for those who were not there.

    Raises
    ------
    Conflict
        With the stage table's code before the decision.
    """
    stages.require(cycle, Stage.LEARNED)
    standing = Decision.objects.filter(cycle=cycle, replaced_by=None).get()
    return Learning.objects.create(
        cycle=cycle, decision=standing, says=says, holds_for=holds_for, not_tested=not_tested, written_by=by
    )


@desk.reading("evidence.read")
def reviews(*, by: Account, cycle: Cycle) -> list[Review]:
    """A cycle's reviews, latest first, with their voices and the feedback that landed in them."""
    return list(Review.objects.filter(cycle=cycle).prefetch_related("voices__by", "feedback"))


@desk.reading("evidence.read")
def review(*, by: Account, public_id: str) -> Review:
    """One review."""
    found: Review = desk.find(Review, public_id, "cycle", "evidence")
    return found


@desk.reading("district.read")
def decisions(*, by: Account, cycle: Cycle | None = None) -> list[Decision]:
    """Decisions, latest first: of one cycle or of the whole district."""
    chosen = Decision.objects.select_related("cycle", "decided_by", "replaces")
    return list(chosen.filter(cycle=cycle) if cycle is not None else chosen)


def _check_reasons(ruled: str, reasoned: Reasoned) -> None:
    differs = reasoned.chosen != ruled
    if not reasoned.reasons.strip() or (differs and not reasoned.deviation.strip()):
        raise desk.refuse(
            "SV029", f"the registered rule says {ruled}; a decision has reasons, and another one says why",
            "write the reasons, and why the rule is not followed where it is not",
        )  # fmt: skip
