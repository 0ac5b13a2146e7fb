"""Registrations: a plan is locked in the ledger and kept; every later change is an amendment with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from gainline.engine.ledger import canonical, digest, settle
from gainline.engine.pilots import Registration as Locked
from gainline.engine.pilots import parse_plan
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.registration import plan_document
from gainline.road.piloting.assigning import Ways, draw_assignment
from gainline.road.piloting.units import Asked
from gainline.road.registering import amend_plan, register_plan
from gainline.road.workspace import read_plan
from gainline.services import clock, desk, stages
from gainline.services.stages import Stage
from gainline.services.workspaces import open_workspace, plan_file
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, Draw, PlanDraft, Registration
from gainline.store.words import DrawKind


@desk.verb("cycle.register", on="cycle")
def register(*, by: Account, cycle: Cycle, seen: str = "") -> Registration:
    """Lock the cycle's plan: canonical form, digest, day and snapshot enter the ledger and the store.

    The ledger is written first: where a process dies in between, locking again finds that registration and keeps it.
    `seen` is the digest of the text that whoever locks it has read; empty when nobody was shown one.

    Raises
    ------
    Conflict
        With the stage table's code when there is nothing to lock; SV016 when it is locked already; SV033 when the
        plan's key is not the cycle's; SV049 when it is not the text that was seen.
    DataIssues
        When the plan has issues of level error.
    """
    stages.require(cycle, Stage.REGISTERED)
    if cycle.registrations.exists():
        raise desk.refuse("SV016", "the plan is locked", "amend it, with a reason that every report will show")
    draft = PlanDraft.objects.get(cycle=cycle)  # anew: what is locked is what stands now, not what the caller once read
    path = plan_file(by.district, cycle.key, draft.text)
    plan = read_plan(path)
    _check_key(cycle, plan)
    if seen and seen != digest(plan_document(plan)):
        raise desk.refuse("SV049", "somebody changed the plan after you read it", "read it again, then lock it")
    locked = register_plan(open_workspace(by.district), path, as_of=clock.today(by.district))
    return _kept(cycle, locked.plan, locked, by, number=0)


@desk.verb("cycle.register", on="cycle", words=("reason",))
def amend(*, by: Account, cycle: Cycle, text: str, reason: str) -> Registration:
    """Change a locked plan; every report shows the change as a deviation with this reason.

    Raises
    ------
    Conflict
        SV034 when nothing is locked yet or no reason is given; SV033 when the key is another.
    """
    number = cycle.registrations.count()
    if not number or not reason.strip():
        raise desk.refuse("SV034", "a locked plan is amended, and only with a reason", "lock the plan first; say why")
    path = plan_file(by.district, cycle.key, text)
    _check_key(cycle, read_plan(path))
    locked = amend_plan(open_workspace(by.district), path, reason=reason, as_of=clock.today(by.district))
    PlanDraft.objects.filter(cycle=cycle).update(text=text, written_by=by, version=F("version") + 1)
    return _kept(cycle, locked.amendments[-1].plan, locked, by, number=number, reason=reason)


@desk.verb("cycle.draw", on="cycle", words=("reason",))
def draw(*, by: Account, cycle: Cycle, asked: Asked, reason: str | None = None) -> Draw:
    """Let chance assign the units as the locked plan says, with a seed that nobody can choose.

    Raises
    ------
    Conflict
        With the stage table's code before the plan is locked, or when it was drawn already and no reason is given.
    Refused
        When chance cannot decide so.
    """
    stages.require(cycle, Stage.RECORDED)
    workspace = open_workspace(by.district)
    ways = Ways.of_plan(read_plan(workspace.folder("plans") / f"{cycle.key}.toml"))
    if reason:
        ways = Ways(ways.kind, ways.labels, reason=reason)
    drawn = draw_assignment(workspace, cycle.key, asked, ways, on=clock.today(by.district))
    entry = [one for one in workspace.ledger.entries() if one.payload.get("pilot") == cycle.key][-1]
    arms = drawn.record["assignment"]["arms"]
    counts = {label: arms.count(label) for label in drawn.record["assignment"]["labels"]}
    return Draw.objects.create(
        cycle=cycle, kind=DrawKind.ASSIGNMENT, seed=str(drawn.record["seed"]), sha256=entry.payload["sha256"],
        counts={"unit": drawn.record["unit"], "arms": counts, "sentence": drawn.sentence}, drawn_by=by,
    )  # fmt: skip


@desk.reading("district.read")
def to_lock(*, by: Account, cycle: Cycle) -> tuple[str, str] | None:
    """The exact text that locking would hash, and its digest; None while the plan cannot be read."""
    draft = PlanDraft.objects.filter(cycle=cycle).first()
    plan = parse_plan(draft.text, file="plan.toml")[0] if draft else None
    if plan is None:
        return None
    document = plan_document(plan)
    return canonical(document).decode("utf-8"), digest(document)


@desk.reading("district.read")
def registrations(*, by: Account, cycle: Cycle) -> list[Registration]:
    """The locked plan and its amendments in their order, with the exact text that was hashed."""
    return list(Registration.objects.filter(cycle=cycle).select_related("registered_by"))


def _check_key(cycle: Cycle, plan: Plan) -> None:
    if plan.key != cycle.key:
        raise desk.refuse(
            "SV033", f"the plan's key is {plan.key}, the cycle's is {cycle.key}", "give the plan this key"
        )


def _kept(
    cycle: Cycle, plan: Mapping[str, Any], locked: Locked, by: Account, *, number: int, reason: str = ""
) -> Registration:
    sha256 = locked.amendments[-1].sha256 if number else locked.sha256
    day = locked.amendments[-1].amended_on if number else locked.registered_on
    text = canonical(settle(plan)).decode("utf-8")
    return Registration.objects.create(
        cycle=cycle, number=number, canonical=text, sha256=sha256, snapshot=locked.snapshot,
        registered_on=day, registered_by=by, reason=reason,
    )  # fmt: skip
