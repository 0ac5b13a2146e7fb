"""The library: learnings and playbooks, for those who come after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from gainline.engine.privacy import Audience
from gainline.engine.reports import wording
from gainline.services import desk, findings, stages
from gainline.services.permissions import standing_of
from gainline.services.stages import Stage
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.evidence import Decision, Learning, Playbook, Voice


@dataclass(frozen=True, slots=True)
class Story:
    """One decided cycle from its question to what was learned, as everybody of the district may read it.

    Parameters
    ----------
    finding, says
        What the evidence shows: the headline, and the claim with its interval; empty where it cannot be read.
    decisions
        All of them, the one that stands first: a decision that was replaced stays readable.
    voices
        What people said in its reviews; empty for those who may not read evidence.
    """

    cycle: Cycle
    registered_on: date | None
    finding: str
    says: str
    decisions: tuple[Decision, ...]
    learnings: tuple[Learning, ...]
    voices: tuple[Voice, ...]


@desk.verb("cycle.scale", on="cycle", words=("title",))
def write_playbook(*, by: Account, cycle: Cycle, title: str, document: dict[str, Any]) -> Playbook:
    """A playbook from a decided cycle.

    Raises
    ------
    Conflict
        With the stage table's code before the decision.
    """
    stages.require(cycle, Stage.LEARNED)
    standing = Decision.objects.filter(cycle=cycle, replaced_by=None).get()
    return Playbook.objects.create(cycle=cycle, decision=standing, title=title, document=document, written_by=by)


@desk.reading("district.read")
def learnings(*, by: Account, cycle: Cycle | None = None) -> list[Learning]:
    """What was learned, latest first; nulls and refusals stand among them."""
    chosen = Learning.objects.select_related("cycle__tool", "decision", "written_by")
    return list(chosen.filter(cycle=cycle) if cycle is not None else chosen)


@desk.reading("district.read")
def playbooks(*, by: Account) -> list[Playbook]:
    """The playbooks, latest first."""
    return list(Playbook.objects.select_related("cycle__tool", "decision", "written_by"))


@desk.reading("district.read")
def decided(*, by: Account) -> list[Cycle]:
    """Cycles that were decided, latest first: each has a story."""
    stands = Decision.objects.filter(cycle=OuterRef("pk")).order_by("-pk").values("decided_on")[:1]
    chosen = Cycle.objects.annotate(decided_on=Subquery(stands)).exclude(decided_on=None)
    return list(chosen.select_related("tool", "aim").order_by("-decided_on"))


@desk.reading("district.read", on="cycle")
def story(*, by: Account, cycle: Cycle, language: str = "en") -> Story:
    """A decided cycle's story.

    Raises
    ------
    Missing
        SV002 before the decision.
    """
    made = tuple(Decision.objects.filter(cycle=cycle).select_related("evidence", "decided_by"))
    if not made:
        raise desk.nothing_here()
    told = findings.told(made[0].evidence.document, audience=Audience.PUBLIC, language=language, cycle=cycle)
    locked = Registration.objects.filter(cycle=cycle, number=0).first()
    said = Voice.objects.filter(review__cycle=cycle).select_related("by", "review")
    return Story(
        cycle=cycle,
        registered_on=locked.registered_on if locked else None,
        finding=findings.headline(made[0].evidence.document, language=language),
        says=f"{wording.sentence(told.claim, told.words)} {wording.tail(told.claim, told.words)}" if told else "",
        decisions=made,
        learnings=tuple(learnings(by=by, cycle=cycle)),
        voices=tuple(said) if standing_of(by).may("evidence.read") else (),
    )


@desk.reading("district.read")
def playbook(*, by: Account, public_id: str) -> Playbook:
    """One playbook."""
    found: Playbook = desk.find(Playbook, public_id, "cycle__tool", "decision")
    return found
