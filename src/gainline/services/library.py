"""The library: learnings and playbooks, for those who come after."""

from __future__ import annotations

from typing import Any

from gainline.services import desk, stages
from gainline.services.stages import Stage
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Learning, Playbook


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
def playbook(*, by: Account, public_id: str) -> Playbook:
    """One playbook."""
    found: Playbook = desk.find(Playbook, public_id, "cycle__tool", "decision")
    return found
